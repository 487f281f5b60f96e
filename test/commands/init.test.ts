/** `gesture init LOG`: from a raw export to a list, with nothing edited. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporary } from '../config/temporary.js';
import { csvOf, story, WRITTEN } from '../inspect/logs.js';
import { SAMPLES } from '../fixtures/sources/expected.js';
import { call } from './call.js';

const { folder: root } = temporary();
let folder = root;
let next = 0;

beforeEach(() => {
  folder = join(root, String(next++));
  mkdirSync(folder);
});

const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const yaml = (): string => readFileSync(join(folder, 'gesture.yaml'), 'utf8');
const listed = (): string[] => readFileSync(join(folder, 'data/top_users.csv'), 'utf8').trimEnd().split('\n').slice(1);

/** Runs the three commands; each must succeed. */
const fromRaw = async (...files: string[]): Promise<void> => {
  for (const args of [['init', '--force', ...files], ['features', ...files], ['rank']]) {
    const { status, stderr } = await call(folder, args);
    expect(`${args[0]}: ${status === 0 ? 'done' : stderr}`).toBe(`${args[0]}: done`);
  }
};

const acts = story(120);
const iso = WRITTEN['iso'] ?? String;

/** What init finds in a log, and what it would have somebody check. */
const found = async (text: string): Promise<{ yaml: string; says: string }> => {
  put('log.csv', text);
  const { status, stdout, stderr } = await call(folder, ['init', '--force', 'log.csv']);
  return { yaml: status === 0 ? yaml() : '', says: `${stdout}${stderr}`.replaceAll(/\s+/g, ' ') };
};

/** Rows on consecutive days, of a few people. */
const daily = (n: number, row: (day: string, i: number) => string): string =>
  Array.from({ length: n }, (_, i) => `${row(String(i + 1).padStart(2, '0'), i)}\n`).join('');

describe('what is written as in other countries', () => {
  const amounts = ['1.250', '12.000', '980'];

  it('has points between thousands, where cells are separated by semicolons', async () => {
    const rows = daily(15, (day, i) => `u${i % 4};${day}.01.2025 10:00;visit;${amounts[i % 3]}`);
    for (const name of ['account_balance_usd', 'Umsatz'])
      expect((await found(`user_id;timestamp;event_type;${name}\n${rows}`)).yaml).toMatch(/^ +decimal: ','$/m);
  });

  it('may have them elsewhere too: that is asked', async () => {
    const rows = daily(15, (day, i) => `u${i % 4},2025-01-${day} 10:00,visit,${amounts[i % 3]}`);
    const { yaml: settings, says } = await found(`user_id,timestamp,event_type,amount\n${rows}`);
    expect(settings).not.toMatch(/^ +decimal:/m);
    expect(says).toContain('the points of amount are read as decimal points');
    const short = rows.replaceAll('12.000', '12.5');
    expect((await found(`user_id,timestamp,event_type,amount\n${short}`)).says).not.toContain('decimal points');
  });

  it('has a comma before decimals, in a column of ours too', async () => {
    const rows = daily(15, (day, i) => `u${i % 4};2025-01-${day} 10:00;visit;${i},5`);
    expect((await found(`user_id;timestamp;event_type;account_balance_usd\n${rows}`)).yaml).toMatch(
      /^ +decimal: ','$/m,
    );
  });
});

describe('a time zone in the name of the column of times', () => {
  const rows = daily(12, (day, i) => `u${i % 4},2025-07-${day} 20:30,visit`);

  it('is that of the times', async () => {
    const { yaml: settings, says } = await found(`user_id,Time (America/New_York),event_type\n${rows}`);
    expect(settings).toContain("timezone: 'America/New_York'");
    expect(says).toContain('12 events of 4 users, 2025-07-02T00:30:00Z to 2025-07-13T00:30:00Z');
    expect(says).not.toContain('no zone is named');
  });

  it('is named if it cannot be read', async () => {
    const { yaml: settings, says } = await found(`user_id,Time (UTC+05:30),event_type\n${rows}`);
    expect(settings).not.toMatch(/^ +timezone:/m);
    expect(says).toContain('the zone in Time (UTC+05:30) is not read, so times are taken for UTC');
  });

  it('is nothing to set if it is UTC', async () => {
    const { yaml: settings, says } = await found(`user_id,Time (UTC),event_type\n${rows}`);
    expect(settings).not.toMatch(/^ +timezone:/m);
    expect(says).not.toContain('no zone is named');
  });
});

describe('what is about somebody or something else', () => {
  it('is the name and address of the one who met them all', async () => {
    const rows = daily(
      8,
      (day, i) => `Sam Rep,sam@acme.test,ann${i % 5}@x.test,2025-02-${day} 09:30,Intro call,${i % 2 === 0}`,
    );
    const { says, yaml: settings } = await found(
      `User Name,User Email,Invitee Email,Start Time,Event Type,Canceled\n${rows}`,
    );
    expect(settings).toMatch(/user_id: +'Invitee Email'/);
    expect(settings).not.toMatch(/(username|email): +User/);
    expect(says).toContain("leave them out with events: { where: [{ column: Canceled, not_equals: 'true' }] }");
  });

  it('is the time at which a batch came in', async () => {
    const rows = daily(12, (day, i) => `u${i % 4},2025-01-${day} 10:00,2025-01-20 10:00,visit`);
    expect((await found(`user_id,sent_at,received_at,event\n${rows}`)).yaml).toMatch(/timestamp: +sent_at/);
    expect((await found(`user_id,received_at,event\n${rows.replaceAll(/,2025-01-20 10:00/g, '')}`)).yaml).toMatch(
      /timestamp: +received_at/,
    );
  });

  it('is money that did not come: what failed is no sum, and nobody is active by it', async () => {
    const rows = daily(24, (day, i) => {
      const [type, amount] = [i % 3 === 0 ? 'Paid' : 'Failed', i % 3 === 0 ? 5 : 900];
      return `u${i % 8},2025-01-${day} 10:00,${type},${amount}`;
    });
    const { yaml: settings } = await found(`user_id,timestamp,event_type,amount\n${rows}`);
    expect(settings).toContain('{ op: distinctDays, where: { column: event_type, not_in: [Failed] } }');
    expect(settings).toContain('{ op: sum, column: amount, where: { column: event_type, not_in: [Failed] } }');
    expect(settings).not.toContain('failed:');
    expect((await call(folder, ['features', 'log.csv'])).status).toBe(0);
    expect((await call(folder, ['explain', 'u0'])).stdout).toContain('amount 5 in all');
  });

  it('is an item of an order, which may count once', async () => {
    const rows = daily(12, (day, i) => `#${1001 + Math.floor(i / 3)},u${i % 2}@x.test,2025-01-${day} 10:00,shirt`);
    expect((await found(`Name,Email,Created at,Lineitem\n${rows}`)).says).toContain(
      'the rows of one Name ("#1001", "#1002") may be items of one order, and each counts: to count an order once, by its first row, set events: { id: [Name] }',
    );
    expect((await found(`ticket,Email,Created at,Lineitem\n${rows}`)).says).not.toContain('items of one order');
  });

  it('is a table of who converted, with a flag or a time', async () => {
    const flagged = daily(12, (day, i) => `p${i},2025-01-${day},${i % 3 === 0 ? 'yes' : 'no'}`);
    expect((await found(`user_id,closed_at,won\n${flagged}`)).yaml).toContain(
      "conversion: { any_of: [{ column: won, equals: 'yes' }] }",
    );
    const timed = daily(12, (day, i) => `p${i},2025-01-${day}`);
    expect((await found(`user_id,subscribed_at\n${timed}`)).yaml).toMatch(/^ +type: subscribed$/m);
  });

  it('is a browser, and a page, of an access log in JSON', async () => {
    const lines = daily(12, (day, i) =>
      JSON.stringify({
        time: `2025-01-${day}T10:00:00Z`,
        remote_addr: `10.0.0.${i % 3}`,
        uri: '/pricing',
        http_user_agent: 'Mozilla/5.0 (X11) Chrome/120',
      }),
    );
    put('access.json', lines);
    expect((await call(folder, ['init', 'access.json'])).status).toBe(0);
    expect(yaml()).toMatch(/user_agent: +http_user_agent/);
    expect(yaml()).toMatch(/type: +page_view/);
    expect(yaml()).toMatch(/column: +uri/);
  });

  it('is a table of people', async () => {
    const rows = daily(9, (day, i) => `p${i},2025-01-${day},2025-02-${day},`);
    expect((await found(`user_id,signed_up_at,purchased_at,cancelled_at\n${rows}`)).says).toContain(
      'every row is about a different person, so this looks like a table of people rather than a log of events: states would earn points as if they were acts, and purchased_at is not read. Write one row per event',
    );
  });

  it('is a number that stands for what happened', async () => {
    const rows = daily(
      24,
      (day, i) => `u${i % 6},2025-01-${day} 10:00,${i % 3 === 0 ? 2 : 1},${i % 3 === 0 ? 'demo-request' : ''}`,
    );
    expect((await found(`user_id,created_at,event_type,event_name\n${rows}`)).says).toContain(
      `the types in event_type are numbers ("1", "2"): map them with events: { types: { '1': page_view } }; event_name says what happened in some rows ("demo-request")`,
    );
  });

  it('is how many there were, who are nobody', async () => {
    const rows = daily(24, (day, i) => `2025-01-${day},${95 + (i % 3)},${200 + i}`);
    expect((await found(`date,visitors,pageviews\n${rows}`)).says).toContain('no column can be a person');
  });

  it('is the kind of a meeting that somebody has booked', async () => {
    const rows = daily(
      24,
      (day, i) => `a${i % 9}@x.test,2025-01-${day} 10:00,${15 * (1 + (i % 2))} Minute Meeting,${i % 5 ? '' : 'Yes'}`,
    );
    const { yaml: settings, says } = await found(`Invitee Email,Start Time,Event Type Name,Marked as No-Show\n${rows}`);
    expect(settings).toContain("'*': calendar_booking");
    expect(says).toContain("where: [{ column: 'Marked as No-Show', not_equals: 'Yes' }] }");
  });

  it('is an id that fewer rows have than an address', async () => {
    const rows = daily(24, (day, i) => `${i % 2 ? '' : `c${i % 6}`},a${i % 9}@x.test,2025-01-${day} 10:00,visit`);
    expect((await found(`Customer ID,Customer Email,Created,event\n${rows}`)).says).toContain(
      "50% of the rows name no user in Customer ID, and are left out; Customer Email names somebody in 100% of them: to use it, set events: { columns: { user_id: 'Customer Email' } }",
    );
  });

  it.each([
    ['1762158544000000000', 'is in nanoseconds since 1970: divide by 1000'],
    ['45964.04', 'is the number of a day in a spreadsheet'],
    ['1.76E+12', 'has been rounded by a spreadsheet'],
  ])('is a time that nothing can read: %s', async (time, says) => {
    const text = `user_id,timestamp,event_type\n${daily(9, (_day, i) => `u${i % 3},${time},visit`)}`;
    expect((await found(text)).says).toContain(`${time} in timestamp ${says}`);
    expect((await call(folder, ['features', 'log.csv'])).stderr).toContain(`"${time}" ${says}`);
  });

  it('is the number of an order', async () => {
    const rows = daily(12, (day, i) => `#${1001 + Math.floor(i / 4)},u${i % 5}@x.test,2025-01-${day} 10:00`);
    expect((await found(`Name,Email,Created at\n${rows}`)).yaml).not.toMatch(/event_type: +Name/);
  });

  it('is a column of ours with other cells, which is said', async () => {
    const rows = daily(15, (day, i) => `u${i % 4},2025-01-${day} 10:00,visit,$${i}`);
    expect((await found(`user_id,timestamp,event_type,account_balance_usd\n${rows}`)).says).toContain(
      'account_balance_usd is not used: its cells are not what gesture reads there ("$0", "$1")',
    );
  });
});

describe('a first line that is no header is named', () => {
  it.each([
    ['sep=;\nuser_id;timestamp;event_type\nu;2025-01-01;visit\n', 'tells a spreadsheet the delimiter'],
    ['# exported\nuser_id,timestamp,event_type\nu,2025-01-01,visit\n', 'is a comment'],
    ['Report\nby Ana\n\nuser_id,timestamp,event_type\nu,2025-01-01,visit\n', 'has one column'],
    ['id,date,event,date,email\n1,2025-01-01,visit,2025-01-01,a@x.test\n', 'the column date appears twice'],
  ])('%j', async (text, says) => {
    expect((await found(text)).says).toContain(says);
    expect((await call(folder, ['features', 'log.csv'])).stderr).toContain(says);
  });
});

describe('from a raw file to a list, a log', () => {
  const { epoch = String, european = String, day = String, spaced = String } = WRITTEN;
  const german = story(120, { look: 'Seite gesehen', signal: 'Anfrage gesendet', goal: 'Bestellung' });
  const funnel = story(120, { look: 'Page Viewed', signal: 'Invited Teammate', goal: 'Subscription Started' });
  const course = story(120, { look: 'video_watched', signal: 'quiz_submitted', goal: 'course_enrolled' });
  const game = story(120, { look: 'level_start', signal: 'level_complete', goal: 'iap_purchase' });
  it.each<[string, string, string, readonly string[]]>([
    [
      'of a web shop',
      'clicks.csv',
      csvOf(
        ['event_time', 'event_type', 'product_id', 'price', 'user_id', 'user_session'],
        acts.map((act) => [`${spaced(act)} UTC`, act.type, act.amount, 9.5 * act.amount, act.user, `s${act.user}`]),
      ),
      [
        'timestamp:  event_time',
        'session_id: user_session',
        'conversion: { any_of: [purchase] }',
        'equals: add_to_cart',
      ],
    ],
    [
      'of a SaaS product, with names in words',
      'funnel.csv',
      csvOf(
        ['Customer ID', 'Occurred At', 'Event Name'],
        funnel.map((act) => [act.user, european(act), act.type]),
      ),
      [
        "user_id:    'Customer ID'",
        "timestamp: '%d/%m/%Y %H:%M'",
        "conversion: { any_of: ['Subscription Started'] }",
        "equals: 'Invited Teammate'",
      ],
    ],
    [
      'with semicolons, decimal commas, and a date and a time in two columns',
      'export.csv',
      csvOf(
        ['Kunde', 'Datum', 'Uhrzeit', 'Aktion', 'Betrag'],
        german.map((act) => [
          act.user,
          european(act).slice(0, 10).replaceAll('/', '.'),
          european(act).slice(11),
          act.type,
          `${act.amount},50`,
        ]),
        ';',
      ),
      [
        'user_id:    Kunde',
        "timestamp:  'Datum + Uhrzeit'",
        "timestamp: '%d.%m.%Y %H:%M'",
        "decimal: ','",
        'conversion: { any_of: [Bestellung] }',
      ],
    ],
    [
      'without a header',
      'UserBehavior.csv',
      csvOf(
        undefined,
        acts.map((act) => [act.user.slice(1), 77_000 + act.amount, act.type, epoch(act)]),
      ),
      [
        'header: [user_id, column_2, event_type, timestamp]',
        'timestamp: epoch_s',
        'conversion: { any_of: [purchase] }',
      ],
    ],
    [
      'of a course platform, as JSON lines with nested keys',
      'course.ndjson',
      course
        .map(
          (act) =>
            `${JSON.stringify({ verb: act.type, at: iso(act), actor: { student_id: act.user }, result: { score: act.amount } })}\n`,
        )
        .join(''),
      [
        'user_id:    actor.student_id',
        'event_type: verb',
        'conversion: { any_of: [course_enrolled] }',
        'equals: quiz_submitted',
      ],
    ],
    [
      'of a game, as a JSON array',
      'game.json',
      JSON.stringify(
        game.map((act) => ({ player: act.user, ts: Number((WRITTEN['millis'] ?? String)(act)), event: act.type })),
      ),
      ['timestamp: epoch_ms', 'conversion: { any_of: [iap_purchase] }', 'equals: level_complete'],
    ],
    [
      'of subscriptions, with dates only',
      'subscriptions.csv',
      csvOf(
        ['subscriber', 'date', 'status'],
        story(120, { look: 'trial', signal: 'reminder_opened', goal: 'subscribed' }).map((act) => [
          act.user,
          day(act),
          act.type,
        ]),
      ),
      ['event_type: status', 'conversion: { any_of: [subscribed] }', '# Check: timestamps are days without a time'],
    ],
    [
      'of orders, without a column of types',
      'orders.csv',
      csvOf(
        ['InvoiceNo', 'CustomerID', 'InvoiceDate', 'Quantity'],
        acts.map((act, i) => [i, act.user, spaced(act), act.amount]),
      ),
      ['type: order', 'is:   { op: sum, column: Quantity }', '# What a conversion is, only you can say'],
    ],
    [
      'with a column of who has converted',
      'leads.csv',
      csvOf(
        ['user_id', 'timestamp', 'event_type', 'converted'],
        acts
          .filter(({ type }) => type !== 'purchase')
          .map((act) => [act.user, iso(act), act.type, act.amount > 5 ? 1 : 0]),
      ),
      ["conversion: { any_of: [{ column: converted, equals: '1' }] }"],
    ],
    [
      'with visitors who are known later',
      'visits.csv',
      csvOf(
        ['visitor_id', 'user_id', 'timestamp', 'event_type'],
        acts.map((act) => [`v${act.user}`, act.type === 'view' ? '' : act.user, iso(act), act.type]),
      ),
      ['identity: visitor_id', '# user_id is empty in'],
    ],
    [
      'with words for nobody, an opt-out and e-mail addresses',
      'crm.csv',
      csvOf(
        ['contact', 'time', 'action', 'Email'],
        [
          ...acts.map((act) => [act.user, iso(act), act.type, `${act.user}@acme.test`]),
          ...Array.from({ length: 9 }, () => ['unknown', '2025-01-03T10:00:00Z', 'view', '']),
          ['u1001', '2025-01-09T10:00:00Z', 'Unsubscribed', 'u1001@acme.test'],
        ],
      ),
      ['unknown: [', 'opt_out: { any_of: [Unsubscribed] }', 'show: [email]', 'user_id:    contact'],
    ],
  ])('%s', async (_, file, text, lines) => {
    put(file, text);
    await fromRaw(file);
    for (const line of lines) expect(yaml()).toContain(line);
    expect(listed()).toHaveLength(10);
  });

  it('ranks first who did what those who convert do', async () => {
    put(
      'log.csv',
      csvOf(
        ['user_id', 'timestamp', 'event_type'],
        acts.map((act) => [act.user, iso(act), act.type]),
      ),
    );
    await fromRaw('log.csv');
    await call(folder, ['rank', '--exclude-converted']);
    const keen = listed().filter((line) => line.includes('add to cart'));
    expect(keen).toHaveLength(10);
  });

  it.each(Object.entries(SAMPLES))('exported by %s', async (name, { file }) => {
    put(file, readFileSync(new URL(`../fixtures/sources/${file}`, import.meta.url), 'utf8'));
    await fromRaw(file);
    expect(yaml()).toContain(`from: ${name}`);
  });

  it('whose lines end in two ways', async () => {
    const [header, ...rows] = csvOf(
      ['user_id', 'timestamp', 'event_type'],
      acts.map((act) => [act.user, iso(act), act.type]),
    ).split('\n');
    put('mix.csv', `${header}\n${rows.join('\r\n')}`);
    await fromRaw('mix.csv');
    expect(yaml()).toContain(`# ${acts.length} events of 120 users`);
  });

  it('in several files of different shapes', async () => {
    put(
      'clicks.csv',
      csvOf(
        ['user', 'ts', 'event'],
        acts.filter(({ type }) => type !== 'purchase').map((act) => [act.user, epoch(act), act.type]),
      ),
    );
    put(
      'orders.csv',
      csvOf(
        ['CustomerID', 'OrderDate', 'Total'],
        acts.filter(({ type }) => type === 'purchase').map((act) => [act.user, iso(act), act.amount]),
      ),
    );
    await fromRaw('clicks.csv', 'orders.csv');
    const { events, conversion }: { events: { files: string; type?: string }[]; conversion: object } = parse(yaml());
    expect(events.map(({ files, type }) => [files, type])).toEqual([
      ['clicks.csv', undefined],
      ['orders.csv', 'order'],
    ]);
    expect(conversion).toEqual({ any_of: ['order'] });
    expect(yaml()).not.toContain('is in another file');
  });

  it('in several files whose ids are of different kinds, says so', async () => {
    put(
      'clicks.csv',
      csvOf(
        ['user', 'ts', 'event'],
        acts.map((act) => [act.user, iso(act), act.type]),
      ),
    );
    put(
      'calls.csv',
      csvOf(
        ['customer', 'ts', 'event'],
        acts.map((act) => [`c-${act.user}`, iso(act), 'call']),
      ),
    );
    await fromRaw('clicks.csv', 'calls.csv');
    expect(yaml()).toContain('# Check: no user of clicks.csv, calls.csv is in another file');
  });

  it('in a log of visitors who leave an address, and the calls that they booked', async () => {
    const isKnown = (type: string): boolean => type !== 'view';
    put(
      'site.csv',
      csvOf(
        ['when', 'visitor', 'email', 'what'],
        acts
          .filter(({ type }) => type !== 'purchase')
          .map((act) => [iso(act), `v${act.user}`, isKnown(act.type) ? `${act.user}@acme.test` : '', act.type]),
      ),
    );
    put(
      'calls.csv',
      csvOf(
        ['Invitee Email', 'Start Date & Time'],
        acts.filter(({ type }) => type === 'purchase').map((act) => [`${act.user}@acme.test`, iso(act)]),
      ),
    );
    await fromRaw('site.csv', 'calls.csv');
    const { events, conversion }: { events: object[]; conversion: object } = parse(yaml());
    expect(events).toMatchObject([
      { columns: { user_id: 'email' }, identity: 'visitor' },
      { columns: { user_id: 'Invitee Email' }, type: 'calendar_booking' },
    ]);
    expect(conversion).toEqual({ any_of: ['calendar_booking'] });
  });
});

describe('what init writes', () => {
  const log = csvOf(
    ['uid', 'ts', 'action'],
    acts.map((act) => [act.user, iso(act), act.type]),
  );

  it('says what it found and why', async () => {
    put('export.csv', log);
    const { stdout, stderr } = await call(folder, ['init', 'export.csv']);
    expect(stderr).toBe('wrote    gesture.yaml\nnext     gesture features export.csv && gesture rank\n');
    await expect(yaml()).toMatchFileSnapshot('screens/init-yaml.txt');
    await expect(stdout).toMatchFileSnapshot('screens/init.txt');
  });

  it('names the column that may say what happened where every row is taken for one type', async () => {
    const rows = acts.map((act) => [act.user, iso(act), { view: 'blick', add_to_cart: 'korb' }[act.type] ?? 'ende']);
    put('export.csv', csvOf(['uid', 'ts', 'Weshalb'], rows));
    const { stdout } = await call(folder, ['init', 'export.csv']);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'every row is taken for activity, but Weshalb may say what happened ("blick", "korb", "ende"): if it does, replace type: activity by columns: { event_type: Weshalb }',
    );
  });

  it('says how many rows name nobody', async () => {
    const rows = acts.map((act, i) => [i % 10 === 0 ? '-' : act.user, iso(act), act.type]);
    put('export.csv', csvOf(['uid', 'ts', 'action'], rows));
    expect((await call(folder, ['init', 'export.csv'])).stdout).toContain('10% of the rows name no user in uid');
  });

  it('names an amount that it cannot add up', async () => {
    const rows = acts.map((act) => [act.user, iso(act), act.type, act.amount === 1 ? 'k.A.' : `${act.amount},90 €`]);
    put('export.csv', csvOf(['uid', 'ts', 'action', 'Betrag'], rows, ';'));
    const { stdout } = await call(folder, ['init', 'export.csv']);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('Betrag looks like an amount, but "');
  });

  it('replaces no file unless it must', async () => {
    put('export.csv', log);
    put('gesture.yaml', '# mine\n');
    const { status, stderr } = await call(folder, ['init', 'export.csv']);
    expect([status, yaml()]).toEqual([2, '# mine\n']);
    expect(stderr).toContain('already exists: replace it with --force');
  });

  it('goes to standard output, or what was found as JSON', async () => {
    put('export.csv', log);
    const { stdout } = await call(folder, ['init', 'export.csv', '--out', '-']);
    expect(parse(stdout)).toMatchObject({ conversion: { any_of: ['purchase'] } });
    expect(existsSync(join(folder, 'gesture.yaml'))).toBe(false);
    const json: unknown = JSON.parse((await call(folder, ['init', 'export.csv', '--json'])).stdout);
    expect(json).toMatchObject({ users: 120, basis: 'learned', conversion: { types: ['purchase'] } });
  });

  it('is the same every time', async () => {
    put('export.csv', log);
    const once = (await call(folder, ['init', 'export.csv', '--out', '-'])).stdout;
    expect((await call(folder, ['init', 'export.csv', '--out', '-'])).stdout).toBe(once);
  });
});

describe('init refuses', () => {
  it.each([
    [
      'a table without times',
      csvOf(
        ['channel', 'day', 'rate'],
        [
          ['ads', 0, 21.6],
          ['ads', 1, 23.2],
        ],
      ),
      'no column holds the time of an event; it has channel ("ads")',
    ],
    [
      'months, which are no days',
      csvOf(
        ['month', 'customer_id', 'event'],
        [
          ['2025-01', 'a', 'new'],
          ['2025-02', 'a', 'active'],
        ],
      ),
      'month holds months, and an event needs a day',
    ],
    [
      'a log of nobody',
      csvOf(
        ['timestamp', 'price'],
        [
          ['2025-01-01', 9.99],
          ['2025-01-02', 8.5],
        ],
      ),
      'no column can be a person',
    ],
    ['a file with a header alone', 'user_id,timestamp,event_type\n', 'there is no row to look at'],
  ])('%s', async (_, text, says) => {
    put('export.csv', text);
    const { status, stderr } = await call(folder, ['init', 'export.csv']);
    expect(stderr).toContain(says);
    expect(status).toBe(65);
    expect(existsSync(join(folder, 'gesture.yaml'))).toBe(false);
  });
});

describe('of a file that is not UTF-8, init', () => {
  /** A log in Windows-1252, in which every `every`-th row has an umlaut. */
  const windows = (every: number): Buffer =>
    Buffer.from(
      csvOf(
        ['user_id', 'timestamp', 'event_type', 'Ort'],
        acts.map((act, i) => [act.user, iso(act), act.type, i % every === 0 ? 'Köln' : 'Bonn']),
      ),
      'latin1',
    );
  const advice =
    'save it as "CSV UTF-8", or convert it: iconv -f WINDOWS-1252 -t UTF-8 old.csv > new.csv (CP932 instead of WINDOWS-1252 if it is Japanese)';

  it.each([1, 2, 10])('says how to save it rather than to lose rows, one of %s', async (every) => {
    writeFileSync(join(folder, 'export.csv'), windows(every));
    const { status, stdout, stderr } = await call(folder, ['init', 'export.csv']);
    expect([status, stdout]).toEqual([65, '']);
    expect(stderr).toMatch(/^gesture: export.csv: \d+% of the rows are not UTF-8, and would be lost: /);
    expect(stderr).toContain(advice);
    const features = await call(folder, ['features', 'export.csv']);
    expect(features.stderr).toContain(`The file is not UTF-8: ${advice}`);
    expect(features.stderr).not.toContain('--max-rejected');
  });

  it('doubts a file of which few rows are not', async () => {
    writeFileSync(join(folder, 'export.csv'), windows(50));
    const { stdout, stderr } = await call(folder, ['init', 'export.csv']);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      `since the file is not UTF-8: ${advice}; features would list them in`,
    );
    expect(stderr).not.toContain('--max-rejected');
  });

  it('says it of the header too', async () => {
    writeFileSync(join(folder, 'export.csv'), Buffer.from('Straße;Datum\n', 'latin1'));
    expect((await call(folder, ['init', 'export.csv'])).stderr).toContain(`if it is one, ${advice}`);
  });
});
