/** The guesses of `gesture init` on columns and names, without a file. */
import { describe, expect, it } from 'vitest';
import { conversions } from '../../src/catalogue/customs.js';
import { rolesOf } from '../../src/inspect/columns.js';
import { amountDoubts, amountsOf, typeMapping } from '../../src/inspect/content.js';
import { liftOf } from '../../src/inspect/evidence.js';
import { looksLikeData } from '../../src/inspect/header.js';
import { labelsFor } from '../../src/inspect/rehearse.js';
import { shared } from '../../src/inspect/signals.js';
import { timeFormOf } from '../../src/inspect/times.js';
import { zoneNamedBy } from '../../src/inspect/timeSettings.js';
import { possibleTypes } from '../../src/inspect/typeColumns.js';
import { conversionGroup, conversionOf, judged, type TypeCount } from '../../src/inspect/types.js';
import { columnName, wordsOf } from '../../src/text/names.js';
import { holds } from '../random.js';
import * as fc from 'fast-check';

describe('times', () => {
  it.each([
    [['2025-01-31T10:00:00Z', '2025-02-01 11:00'], ['iso'], true],
    [['2025-01-31'], ['iso'], false],
    [['1735695780', '1735695781'], ['epoch_s'], true],
    [['1735695780123'], ['epoch_ms'], true],
    [['31/01/2025 10:00', '01/02/2025 23:59'], ['%d/%m/%Y %H:%M'], true],
    [['1/31/2025 9:05', '12/1/2025 10:00'], ['%m/%d/%Y %H:%M'], true],
    [['20250131', '20241201'], ['%Y%m%d'], false],
    [['2025-01-31', '31.01.2025'], ['iso', '%d.%m.%Y'], false],
  ])('%j are %j', (cells, forms, hasTime) => {
    expect(timeFormOf(cells)).toMatchObject({ forms, hasTime, share: 1 });
  });

  it.each([
    ['Time (America/New_York)', 'America/New_York'],
    ['Date/Time (EST)', 'America/New_York'],
    ['Created At (PT)', 'America/Los_Angeles'],
    ['Zeitpunkt MEZ', 'Europe/Berlin'],
    ['Zeit (UTC+2)', 'Etc/GMT-2'],
    ['at GMT-05:00', 'Etc/GMT+5'],
    ['created_at_utc', 'UTC'],
    ['Date (GMT) + Time (GMT)', 'UTC'],
    ['Time (UTC+05:30)', undefined],
    ['EST_START_TIME', undefined],
    ['GMT_OFFSET_TIME', undefined],
    ['Date/Time', undefined],
    ['Time of PT', undefined],
    ['Time (IST)', undefined],
    ['createdAt', undefined],
  ])('of the column %j are in %s', (name, zone) => {
    expect(zoneNamedBy(name)).toBe(zone);
  });

  it('that are days of no month make no form of their own', () => {
    const cells = [
      ...Array.from({ length: 40 }, (_, i) => `2026-01-05T10:00:${10 + i}+01:00`),
      '31.02.2026',
      '30.02.2026',
    ];
    expect(timeFormOf(cells)).toMatchObject({ forms: ['iso'], hasZone: true });
    expect(timeFormOf([...cells, '28.02.2026'])).toMatchObject({ forms: ['iso', '%d.%m.%Y'] });
  });

  it('that can be read in two ways are read as the shorter stretch of time, with a doubt', () => {
    expect(timeFormOf(['12/1/2010 8:26', '12/2/2010 9:00'])).toMatchObject({
      forms: ['%m/%d/%Y %H:%M'],
      swapped: '%d/%m/%Y %H:%M',
    });
  });

  it.each(['25/03/14 10:00', '24-12-13 10:00', '25.01.08 10:15'])(
    'with the short year first, such as %s, are of one stretch',
    (first) => {
      const cells = [0, 1, 2, 6].map((more) =>
        first.replace(/\d\d(?= )/, (day) => String(Number(day) + more).padStart(2, '0')),
      );
      const [, s = ''] = /^\d\d(.)/.exec(first) ?? [];
      expect(timeFormOf(cells)).toMatchObject({ forms: [`%y${s}%m${s}%d %H:%M`], swapped: `%d${s}%m${s}%y %H:%M` });
    },
  );

  it('are times although an odd one among them is none', () => {
    const days = Array.from({ length: 20 }, (_, i) => `2025-01-${10 + i} 10:00`);
    expect(timeFormOf([...days, '2025-02-01 24:00'])).toMatchObject({ forms: ['iso'], share: 20 / 21 });
    const stamps = Array.from({ length: 20 }, (_, i) => `17360712${10 + i}000`);
    expect(timeFormOf([...stamps, '1736071200'])).toMatchObject({ forms: ['epoch_ms'], share: 20 / 21 });
    const dates = Array.from({ length: 20 }, (_, i) => `${10 + i}.01.2025`);
    expect(timeFormOf([...dates, '99.99.2025'])).toMatchObject({ forms: ['%d.%m.%Y'] });
  });

  it.each([[['8f14e45f', 'c9f0f895']], [['4912345678']], [['Berlin', 'Oslo']], [['']], [[]]])(
    '%j are none',
    (cells) => {
      expect(timeFormOf(cells)).toBeUndefined();
    },
  );
});

describe('a first line', () => {
  it.each([
    [['user_id', 'event', 'ts'], false],
    [['1', '2268318', 'pv', '1511544070'], true],
    [['ana@acme.test', 'signup', '2025-01-01'], true],
    [['2024', 'name'], false],
  ])('%j is data: %s', (cells, is) => {
    expect(looksLikeData(cells)).toBe(is);
  });
});

describe('conversions by name', () => {
  it.each([
    ['purchase', 'a purchase'],
    ['Order Completed', 'a purchase'],
    ['first_purchase', 'a purchase'],
    ['Subscription Started', 'a subscription'],
    ['plan_upgraded', 'a subscription'],
    ['calendar_booking', 'a booking'],
    ['CourseEnrolled', 'an enrolment'],
    ['signup', 'a registration'],
    ['Kauf', 'a purchase'],
    ['Online-Bestellung', 'a purchase'],
    ['ACHAT', 'a purchase'],
    ['Commande passée', 'a purchase'],
    ['compra', 'a purchase'],
    ['Terminbuchung', 'a booking'],
    ['Réservation', 'a booking'],
    ['Prenotazione', 'a booking'],
    ['Boeking', 'a booking'],
    ['Webinaranmeldung', 'a registration'],
    ['Inscription', 'a registration'],
    ['Registro', 'a registration'],
  ])('%s is %s', (type, says) => {
    expect(conversions[conversionGroup(type)]?.says).toBe(says);
  });

  it.each([
    'payment_failed',
    'view_order',
    'checkout_started',
    'Order Cancelled',
    'Contract lost',
    'charge.dispute.created',
    'Invoice sent',
    'Order on hold',
    'Ready to buy',
    'Commande perdue',
    'Pago pendiente',
    'remove_from_cart',
    'page_view',
    'orders_page',
    'Bestellung storniert',
    'Buchungsanfrage',
    'Commande annulée',
    'Annulation de réservation',
    'Cancelación de reserva',
    'Abbestellung',
    'Seite Buchung angesehen',
    'Désinscription',
  ])('%s is none', (type) => {
    expect(conversionGroup(type)).toBe(-1);
  });

  const type = (name: string, users: number, first = 0): TypeCount => ({
    theirs: name,
    type: name,
    events: users,
    users,
    first,
  });

  it('the deepest counts', () => {
    const types = [type('page_view', 100, 100), type('signup', 50), type('purchase', 9)];
    expect(conversionOf(types, 100)).toMatchObject({ types: ['purchase'], isDefault: false });
  });

  it('a signup that everybody begins with predicts nothing', () => {
    const found = conversionOf([type('signup', 90, 90), type('view', 80)], 100);
    expect(found.types).toEqual([]);
    expect(found.others).toEqual(['signup looks like a registration, but 100% of those who have it begin with it']);
  });

  it('a signup and a booking are the default', () => {
    const types = [type('signup', 40, 40), type('calendar_booking', 9), type('page_view', 99, 59)];
    expect(conversionOf(types, 100)).toMatchObject({ types: ['signup', 'calendar_booking'], isDefault: true });
  });

  it('the only type of a log is none', () => {
    expect(conversionOf([type('purchase', 70, 70)], 70).types).toEqual([]);
  });
});

describe('event types are taken for what they say', () => {
  const roleOf = (theirs: string): string | undefined =>
    judged([{ theirs, type: theirs, events: 9, users: 9, first: 0 }], conversionOf([], 9))[0]?.role;
  it.each([
    ['opt-out', ['Abmeldung', 'Newsletter abbestellt', 'Newsletterabmeldung', 'Unsubscribed from newsletter']],
    [
      'opt-out',
      ['Désinscription', 'Désabonné de la newsletter', 'DESABONNEMENT', 'Baja', 'Afmelding', 'Disiscrizione'],
    ],
    ['against', ['Stornierung', 'Terminstornierung', 'Annulation', 'Cancelación', 'Webinar-Abmeldung', 'Annullamento']],
    ['opt-out', ['users.messages.email.MarkAsSpam', 'group_unsubscribe', 'spamreport', 'sms opt-out', 'Descadastro']],
    ['against', ['unsubscribe link clicked', 'Webinar unsubscribed', 'topic_unsubscribed', 'dropped']],
    ['against', ['Closed Lost', 'No Show', 'no-show', 'Not Interested', 'Email Bounced', 'Chargeback created']],
    [
      'against',
      ['Contract lost', 'charge.dispute.created', 'invoice.voided', 'Lead disqualified', 'Support ticket created'],
    ],
    [
      'against',
      ['Nicht erschienen', 'Kein Interesse', 'Rendez-vous manqué', 'Pedido perdido', 'Não compareceu', '解約'],
    ],
    ['passive', ['$feature_flag_called', '$identify', '$set', '$pageleave', 'user_engagement', 'sent']],
    ['other', ['cookie_opt_out', 'game_lost', 'level_lost', 'item_dropped', 'flag_captured', 'gift_sent']],
    ['effort', ['answer_wrong', 'ticket_created', 'set_goal_completed']],
    [
      'effort',
      ['Kontaktanfrage', 'Demande de devis', 'Contacto', 'Katalogdownload', 'Téléchargement', 'Offerte', 'Preise'],
    ],
    ['passive', ['Seite angesehen', 'Startseitenaufruf', 'Visite', 'Página vista', 'Bekeken']],
    ['other', ['Rückruf', 'Appel', 'unsubscribing_is_easy', 'Ready to buy', 'Order on hold', 'Zahlung ausstehend']],
  ])('%s: %j', (role, names) => {
    expect(names.map((name) => [name, roleOf(name)])).toEqual(names.map((name) => [name, role]));
  });

  it.each([
    ['page', 'a light signal: it takes little effort'],
    ['page_view', 'a light signal: it takes little effort'],
    ['signup', 'a strong signal: it takes effort'],
    ['Added to Wishlist', 'a strong signal: it takes effort (added)'],
    ['Seite angesehen', 'a light signal: it takes little effort (seite)'],
  ])('%s is %s', (type, why) => {
    expect(judged([{ theirs: type, type, events: 9, users: 9, first: 0 }], conversionOf([], 9))).toMatchObject([
      { why },
    ]);
  });

  it.each([
    ['page_view', ['Seitenaufruf', 'page vue', 'Página vista']],
    ['pricing_page_view', ['Preise', 'Tarifs', 'PRECIOS', 'Prezzi']],
    ['signup', ['Anmeldung', 'Registrierung', 'inscription', 'Registro']],
  ])('%s is what %j probably means', (type, names) => {
    expect(typeMapping({ name: 'Aktion', known: 9, distinct: 3, values: names }, [])).toEqual(
      Object.fromEntries(names.map((name) => [name, type])),
    );
  });
});

describe('amounts', () => {
  const column = (name: string, values: readonly string[]) => ({ name, known: 9, distinct: values.length, values });
  it.each([
    ['Betrag', ['129,90 €', '9,50 €', 'k.A.'], '"129,90 €", "9,50 €"'],
    ['price', ['1.5', '2.5', '3', 'free'], '"free"'],
    ['Total', ['$5', 'USD 7.50'], '"$5", "USD 7.50"'],
  ])('called %s with %j are doubted', (name, values, shown) => {
    expect(amountDoubts([column(name, values)], new Set())).toEqual([expect.stringContaining(`but ${shown}`)]);
  });

  it.each([
    ['Betrag', ['129,90', '1.234,50']],
    ['price', ['low', 'high', '1']],
    ['order_id', ['A1', '2']],
    ['Stadt', ['1', '2', '3', 'x']],
  ])('called %s with %j are not', (name, values) => {
    expect(amountDoubts([column(name, values)], new Set())).toEqual([]);
  });

  it('are no amounts if they are times', () => {
    const [times, seconds] = [column('browser_time', ['1735695780123', '1735695781000']), column('time', ['12', '7'])];
    expect(amountsOf([times, seconds], new Set())).toEqual([seconds]);
  });
});

describe('columns', () => {
  const column = (name: string, values: readonly string[], distinct = values.length) => ({
    name,
    known: 100,
    distinct,
    values,
  });

  it('are told by their names, and by what they hold', () => {
    const roles = rolesOf({
      rows: 100,
      columns: [
        column('Product ID', ['p1', 'p2'], 40),
        column('updated_at', ['2025-01-01T10:00:00Z']),
        column('When', ['2025-01-01T10:00:00Z']),
        column('Kunde', ['k1', 'k2'], 30),
        column('Status', ['order placed', 'page viewed', 'searched'], 3),
      ],
    });
    expect(roles.user?.name).toBe('Kunde');
    expect(roles.time?.name).toBe('When');
    expect(roles.type?.name).toBe('Status');
  });

  it.each([
    'Événement',
    'Ereignis',
    'Aktion',
    'Vorgang',
    'Evento',
    'Acción',
    'Azione',
    'Händelse',
    'Gebeurtenis',
    'Occurrence',
  ])('called %s say what happened', (name) => {
    const columns = [column('user', ['a', 'b'], 30), column('ts', ['2025-01-01']), column(name, ['x', 'y', 'z'], 3)];
    expect(rolesOf({ rows: 100, columns }).type?.name).toBe(name);
  });

  it.each([
    ['Was', ['angefragt', 'gekauft', 'geschaut'], true],
    ['Was', ['true', 'false'], false],
    ['Was', ['a.pdf', 'b.pdf'], false],
    ['Was', ['12', '13'], false],
    ['Stadt', ['Wien', 'Bern'], false],
    ['plan', ['free', 'team'], false],
    ['Währung', ['EUR', 'CHF'], false],
  ])('called %s with %j may say what happened: %s', (name, values, may) => {
    const found = possibleTypes([column('user', ['a', 'b'], 3), column(name, values)], new Set(['user']), 100);
    expect(found?.name).toBe(may ? name : undefined);
  });

  it('of a day and of a time of day make one time', () => {
    const roles = rolesOf({
      rows: 100,
      columns: [
        column('user', ['a', 'b'], 30),
        column('Date', ['2025-01-01', '2025-01-02']),
        column('Time', ['10:00', '9:30']),
      ],
    });
    expect(roles.time?.name).toBe('Date + Time');
    expect(roles.type).toBeUndefined();
  });

  it('of a telephone number or a price are no user', () => {
    const roles = rolesOf({
      rows: 100,
      columns: [column('price', ['9.99', '19.99'], 20), column('ts', ['2025-01-01'])],
    });
    expect(roles.user).toBeUndefined();
  });

  const people = ['Anna Berg', 'Li Wei', 'Jürgen Müller-Lüdenscheidt', "Sean O'Neill", 'Groß, Käthe'];
  const addresses = ['a@x.test', 'b@x.test', '-'].concat(Array.from({ length: 20 }, (_, i) => `${i}@x.test`));
  it.each([
    ['Kunde', 'E-Mail'],
    ['Customer', 'Email'],
    ['Client', 'Courriel'],
    ['Guest', 'Mail'],
  ])('of addresses tell people apart whose names are in %s', (name, email) => {
    const roles = rolesOf({
      rows: 100,
      columns: [column('Datum', ['2025-01-01']), column(name, people, 60), column(email, addresses, 70)],
    });
    expect(roles.user).toMatchObject({ name: email, why: expect.stringContaining(`while ${name}`) });
    expect(roles.others.get('username')?.name).toBe(name);
  });

  it.each([
    ['Name', Array.from({ length: 60 }, (_, i) => `Ana ${String.fromCodePoint(65 + (i % 26))}ova`), 60],
    ['name', ['Ana', 'Ben', 'Cem', 'Dora'], 400],
  ])('of people called %s do not say what they did, beside one that does', (name, values, distinct) => {
    const who = { ...column(name, values, distinct), known: 1000 };
    const what = { ...column('what', ['viewed', 'asked', 'bought'], 3), known: 1000 };
    const user = { ...column('Kunde', ['k1', 'k2'], 400), known: 1000 };
    expect(rolesOf({ rows: 1000, columns: [user, who, what] }).type?.name).toBe('what');
    expect(rolesOf({ rows: 1000, columns: [user, who] }).type?.name).not.toBe(name);
  });

  it('of events called Name in Title Case say what people did', () => {
    const types = ['Product Viewed', 'Product Added', 'Order Completed'];
    const columns = [column('user', ['a', 'b'], 30), column('Name', types, 3)];
    expect(rolesOf({ rows: 100, columns }).type?.name).toBe('Name');
  });

  it('of addresses tell people apart who share a word', () => {
    const account = { ...column('account', ['acme', 'initech'], 20) };
    const roles = (name: string) =>
      rolesOf({
        rows: 100,
        columns: [column('ts', ['2025-01-01']), { ...account, name }, column('email', addresses, 70)],
      });
    expect(roles('account').user?.why).toBe(
      'an e-mail address, while account has fewer different cells, so several people share one',
    );
    expect(roles('account_id').user?.name).toBe('account_id');
  });

  it('of ids come before names, and names before addresses that hardly anybody gave', () => {
    const named = [column('ts', ['2025-01-01']), column('Customer', people, 60)];
    const ids = column('Kundennummer', ['1001', '1002'], 70);
    expect(rolesOf({ rows: 100, columns: [...named, ids] }).user?.name).toBe('Kundennummer');
    const few = { ...column('Email', addresses, 70), known: 80 };
    expect(rolesOf({ rows: 100, columns: [...named, few] }).user?.name).toBe('Customer');
  });

  it('of addresses that are mostly a dash tell nobody apart', () => {
    const user = (nobody: number): string | undefined => {
      const email = { ...column('Email', addresses, 70), nobody };
      const columns = [column('ts', ['2025-01-01']), column('Customer', people, 60), email];
      return rolesOf({ rows: 100, columns }).user?.name;
    };
    expect([user(60), user(10)]).toEqual(['Customer', 'Email']);
  });

  it('of anonymous ids serve where the user is empty', () => {
    const user = { ...column('user_id', ['u1', 'u2'], 20), known: 40 };
    const roles = rolesOf({
      rows: 100,
      columns: [user, column('visitor_id', ['v1', 'v2'], 60), column('ts', ['2025-01-01'])],
    });
    expect(roles.anonymous?.name).toBe('visitor_id');
  });
});

describe('how much more often those with something convert', () => {
  const lift = (havingConverted: number, having: number, lackingConverted: number, lacking: number): number =>
    liftOf({ having, havingConverted, lacking, lackingConverted });

  it('is a ratio of shares', () => {
    expect(lift(20, 40, 8, 80)).toBeCloseTo(3.25, 2);
    expect(lift(30, 100, 0, 100)).toBeGreaterThan(9);
  });

  it.each([
    ['a difference that chance explains', 160, 1862, 78, 1138],
    ['nobody who converted', 0, 90, 0, 90],
    ['everybody who converted', 90, 90, 90, 90],
    ['hardly anybody with it', 4, 4, 10, 90],
  ])('is 1 for %s', (_, ...shares) => {
    expect(lift(...shares)).toBe(1);
  });

  it('shows in larger logs what chance explains in small ones', () => {
    expect(lift(1600, 18_620, 780, 11_380)).toBeCloseTo(1.25, 2);
  });
});

describe('points', () => {
  it('are whole, positive, and sum to what is to be shared', () => {
    holds(
      fc.tuple(
        fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 20, max: 100 }),
      ),
      ([strengths, total]) => {
        const points = shared(strengths, total);
        expect(points.reduce((sum, one) => sum + one, 0)).toBe(total);
        expect(points.every((one) => Number.isInteger(one) && one >= 2)).toBe(true);
      },
    );
  });
});

describe('labels', () => {
  const scores = (high: number): number[] => Array.from({ length: 100 }, (_, i) => (i < high ? 90 - i / 2 : 20));

  it('are left alone where the defaults say something', () => {
    expect(labelsFor(scores(10), { high: 60, medium: 30 })).toBeUndefined();
  });

  it('are for the top tenth where nearly all would be high', () => {
    expect(labelsFor(scores(60), { high: 60, medium: 30 })).toMatchObject({ high: 85, medium: 75 });
  });

  it('are for the top tenth and the next fifth where hardly anybody would be low', () => {
    const all = Array.from({ length: 100 }, (_, i) => (i < 10 ? 90 - i : 59 - i / 4));
    expect(labelsFor(all, { high: 60, medium: 30 })).toMatchObject({
      high: 57,
      medium: 52,
      why: expect.stringContaining('10% of the users would be high and 0% low'),
    });
  });

  it('are apart even if everybody has the same score', () => {
    expect(
      labelsFor(
        Array.from({ length: 50 }, () => 0),
        { high: 60, medium: 30 },
      ),
    ).toMatchObject({ high: 2, medium: 1 });
  });
});

describe('names', () => {
  it.each([
    ['userSignedUp', ['user', 'signed', 'up']],
    ['Added to Cart', ['added', 'to', 'cart']],
    ['HTTPRequest', ['http', 'request']],
    ['購入', ['購入']],
  ])('%s is %j', (name, words) => {
    expect(wordsOf(name)).toEqual(words);
  });

  it.each([
    ['Added to Cart', 'added_to_cart'],
    ['2nd Visit', 'nd_visit'],
    ['Café visité', 'cafe_visite'],
    ['購入', ''],
  ])('%s as a column is %j', (name, column) => {
    expect(columnName(name)).toBe(column);
  });
});
