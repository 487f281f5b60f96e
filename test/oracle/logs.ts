/**
 * Random event logs for fast-check: few users, few instants and few ids, so that ties, duplicates and shared sessions
 * are the rule, and every cell has its odd and its invalid spellings.
 */
import * as fc from 'fast-check';
import { eventOf, isType } from '../../src/catalogue/conditions.js';
import { features as builtIn } from '../../src/catalogue/features.js';
import type { Feature, Features, RowMeasure } from '../../src/catalogue/measures.js';
import { type Config, defaultConfig, defaultReading, type Reading } from '../../src/config/settings.js';
import { EVENT_COLUMNS, EVENT_TYPES, REQUIRED_COLUMNS } from '../../src/model.js';
import type { Options } from './oracle.js';

/** A log as cells. A row may have too few or too many. */
export interface Log {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** How a log is put into bytes; none of it may change an answer. */
export interface Rendering {
  readonly eol: '\n' | '\r\n';
  readonly bom: boolean;
  /** Quotes around every cell, not only where they are needed. */
  readonly quoteAll: boolean;
  readonly finalNewline: boolean;
  /** A blank line before each row whose number this divides; 0 for none. */
  readonly blankEvery: number;
}

const PLAIN: Rendering = { eol: '\n', bom: false, quoteAll: false, finalNewline: true, blankEvery: 0 };

/** The CSV text of a log. */
export const toCsv = ({ header, rows }: Log, rendering: Partial<Rendering> = {}): string => {
  const { eol, bom, quoteAll, finalNewline, blankEvery } = { ...PLAIN, ...rendering };
  const cell = (text: string): string => (quoteAll || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [header, ...rows].map((cells, nth) => {
    const line = cells.map(cell).join(',');
    return nth > 0 && blankEvery > 0 && nth % blankEvery === 0 ? eol + line : line;
  });
  return (bom ? '\uFEFF' : '') + lines.join(eol) + (finalNewline ? eol : '');
};

/** Any way to put a log into bytes. */
export const renderings: fc.Arbitrary<Rendering> = fc.record({
  eol: fc.constantFrom('\n', '\r\n'),
  bom: fc.boolean(),
  quoteAll: fc.boolean(),
  finalNewline: fc.boolean(),
  blankEvery: fc.constantFrom(0, 0, 1, 7),
});

/** The same log with its rows and its columns in another order. */
export const shuffles = ({ header, rows }: Log): fc.Arbitrary<Log> => {
  const order = (length: number): fc.Arbitrary<number[]> =>
    fc.shuffledSubarray([...Array(length).keys()], { minLength: length, maxLength: length });
  return fc.tuple(order(header.length), order(rows.length)).map(([columns, places]) => {
    // A row of another width has no columns to reorder; it is rejected either way.
    const reorder = (cells: readonly string[]): readonly string[] =>
      cells.length === header.length ? columns.map((column) => cells[column] ?? '') : cells;
    return { header: reorder(header), rows: places.map((place) => reorder(rows[place] ?? [])) };
  });
};

// Cells ---------------------------------------------------------------------------------------------------------------

const USERS = [
  ['u1', 'u2', 'U1', ' u1', 'u1 ', '007', '7', '1e5', '100000', 'NaN', 'nan', 'null', '__proto__', 'constructor'],
  ['ünï', 'u\u0308', '用户', '😀', '\uFF5E', '\uFEFFu1', 'a,b', 'say "hi"', 'two\nlines', '=1+1', '+1', 'true'],
  ['2024-01-01', '9007199254740993', '9007199254740992', '#1', "O'Neil", '\\N', ' '],
].flat();
const SESSIONS = ['s1', 's2', 's3', 'S1', ' s1', 'u1#1', '7', '007', 's,1', 'sé', '😀', '\uFF5E'];
const TEXTS = [
  ['Ana', 'Ben', 'ben', 'José', 'Jose\u0301', 'a,b', 'say "hi"', 'two\nlines', 'two\r\nlines', ' padded ', '=1+1'],
  ['NULL', '\uFF5E', '😀', "O'Neil", '\\N', '\uFEFFx', '0', '-5', '"', '\t', '１'],
].flat();
const TYPES = [
  'PAGE_VIEW',
  'page_view ',
  'webinar_joined',
  'Signed Up',
  'lecture',
  'constructor',
  'pricing',
  'NA',
].concat(['$pageview', 'Meeting-Booked', 'signed.up', 'not_set']);
const ANONYMOUS = ['a1', 'a2', 'a3', 'A1', 'u1', 'null'];
const DEVICES = ['mobile', 'desktop', 'tablet', 'Mobile', 'télé'];
const NUMBERS = [
  ['0', '1', '2', '12.50', '-3', '0.1', '0.2', '0.0000000001', '007', '1234567890.12', '-0', '-0.5', '99999'],
  ['2.675', '0.33333', '100000000000000', '-7.0', '1e5', '+5', '.5', '5.', ' 5', '5 ', '1.5e-10', '-2.5E+3', '1e-300'],
  ['+0.00000000005', '-.4e-10', '123456789.987654321e-3', '9e17', 'N/A', 'NaN'],
].flat();
const NOT_NUMBERS = [
  ['Infinity', '-inf', '1,000', '1_000', '٣', '５', '$5', '-', '--1', '1e400', '1e40', 'e5', '.', '1e', ' ', '+-1'],
  ['0x1F', '1.2.3', 'none', '5\n', '1.234,50', '12,5', '5\u00A0'],
].flat();
const FLAGS = [
  'true',
  'false',
  't',
  'f',
  '1',
  '0',
  'yes',
  'no',
  'y',
  'n',
  'TRUE',
  'False',
  'T',
  'F',
  'Yes',
  'nO',
  'Y',
].concat(['1.0', '0.0']);
const NOT_FLAGS = ['on', 'off', '2', '-1', ' true', 'true ', 'maybe', '1.00', 'ｙ'];
const NOT_ISO = [
  ['', '03/01/2024', 'yesterday', 'infinity', 'epoch', 'now', '2024-02-30', '2023-02-29T00:00:00Z', '2024-13-01'],
  ['2024-00-10', '2024-01-00', '2024-01-01T24:00:00Z', '2024-01-01T23:60:00Z', '2024-01-01T23:59:60Z', '2024'],
  ['1989-12-31T23:59:59.999999Z', '2200-01-01', '1990-01-01T00:30:00+01:00', '2199-12-31T23:30:00-01:00'],
  ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '0095-01-01', ' 2024-01-01', '2024-01-01 ', '2024-01-01T'],
  ['2024-01-01T00:00:00+16:00', '2024-01-01T00:00:00+01:60', '2024-01-01T00:00:00  +01:00', '2024-01-01 +01:00'],
  ['20240101', '2024-1-1', '1709251200', '1709251200000', '2024-01-01T00:00:00.Z', '2024-01-01Z', '٢٠٢٤-01-01'],
  ['2024-01-01T00:00:00.1234567890Z', '2024-01-01T00:00:5.Z', '2024-W01', '24-01-01', '2024-01-01T5:00'],
  ['2024-01-01  00:00', '2024-01-01T00:00UTC', '2024-01-01T00:00 utc', '2024-01-01T00:00 GMT', '-2024-01-01'],
  ['2024-01-01T00:00:00+2', '2024-01-01T00:00:00+020', '2024-01-01T00:00:00,Z', '2024-01-01T00', '+2024-01-01'],
  ['2024-01-01 00:00:00 America/New_York', '2024-01-01T00:00:00Z\n', '2024-06-31', '2100-02-29'],
].flat();
const ODD_ISO = [
  ['1990-01-01', '1989-12-31T23:30:00-01:00', '2199-12-31T23:59:59.999999Z', '2200-01-01T00:30:00+15:59'],
  ['2000-02-29', '2024-02-29T23:59:59.999999999Z', '2024-03-10 02:30', '2024-03-31T02:30:00', '2024-10-27T02:30'],
  ['2024-02-28t00:00:00Z', '2024-02-28T00:00:00z', '2024-02-28T00:00:00 +02:00', '2024-02-28 00:00:00,123 -0800'],
  ['2024-02-28T00:00:00,5', '2024-02-28 00:00 -08', '2024-02-28t01:00:00.25+0130'],
].flat();
const NOT_EPOCH = ['', '2024-01-01', '-1', '1e9', '.5', ' 1709251200', '99999999999999999999', '0', '1.70925E+12'];

/** `usual` most of the time, else one of `rare`. */
const mostly = <T>(usual: fc.Arbitrary<T>, rare: readonly T[], weight = 60): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: usual, weight }, { arbitrary: fc.constantFrom(...rare), weight: 1 });

const orEmpty = (usual: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ arbitrary: usual, weight: 3 }, { arbitrary: fc.constant(''), weight: 1 });

/** Microseconds since 2024-03-09T00:00Z: whole half hours and their neighbours, so idle gaps fall on the limit. */
const instants: fc.Arbitrary<number> = fc
  .tuple(
    fc.oneof(fc.nat(200), fc.nat(12)),
    fc.constantFrom(0, 0, 0, 0, 1, -1, 60, 600, 0.5, 0.000001, -0.000001, 0.123456),
  )
  .map(([halfHours, seconds]) => Math.round((halfHours * 1800 + Math.max(seconds, -halfHours)) * 1e6));

/** Clocks in New York change within the first days of the logs. */
const EPOCH = Date.UTC(2024, 2, 9) * 1000;
const two = (n: number): string => `${n}`.padStart(2, '0');

/** One of the many ways to write an instant. `style` picks it. */
const spellIso = (instant: number, style: number): string => {
  const time = EPOCH + instant;
  const fraction = `${time % 1e6}`.padStart(6, '0').replace(/0+$/, '');
  const minutes = [0, 0, 120, -300, 330, -570, 959][style % 7] ?? 0;
  const local = new Date(Math.floor(time / 1000) + minutes * 60_000).toISOString();
  const [date, clock] = [local.slice(0, 10), local.slice(11, 19)];
  const sign = minutes < 0 ? '-' : '+';
  const [hours, rest] = [two(Math.floor(Math.abs(minutes) / 60)), two(Math.abs(minutes) % 60)];
  const zones =
    minutes === 0
      ? ['Z', '', ' UTC', '+00:00', '-00', '+0000']
      : [`${sign}${hours}:${rest}`, `${sign}${hours}${rest}`, ...(rest === '00' ? [`${sign}${hours}`] : [])];
  const zone = zones[style % zones.length] ?? '';
  if (zone === '' && clock === '00:00:00' && fraction === '' && style % 2 === 0) return date;
  const short = clock.endsWith(':00') && fraction === '' && style % 3 === 0 ? clock.slice(0, 5) : clock;
  // Digits beyond the microsecond are read and dropped.
  const digits = ['', '0', '000'][style % 3] ?? '';
  const tail = fraction === '' ? ['', '.0', '.000', ''][style % 4] : `.${fraction.padEnd(6, '0')}${digits}`;
  return `${date}${style % 5 < 3 ? 'T' : ' '}${short}${short === clock ? tail : ''}${zone}`;
};

const SHORT_MONTHS = ['Jan', 'Feb', 'mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** An instant as a pattern writes it; some styles leave out the zeros that need not be there. */
const spellPattern = (pattern: string, instant: number, style: number): string => {
  const time = EPOCH + instant;
  const zone = pattern.includes('%z') ? ([0, 120, -330][style % 3] ?? 0) : 0;
  const local = new Date(Math.floor(time / 1000) + zone * 60_000);
  const digits = (n: number): string => (style % 2 === 0 ? two(n) : `${n}`);
  const hour = local.getUTCHours();
  const sign = zone < 0 ? '-' : '+';
  const minutes = Math.abs(zone);
  const parts: Record<string, string> = {
    Y: `${local.getUTCFullYear()}`,
    y: two(local.getUTCFullYear() % 100),
    m: digits(local.getUTCMonth() + 1),
    b: SHORT_MONTHS[local.getUTCMonth()] ?? '',
    d: digits(local.getUTCDate()),
    H: digits(hour),
    I: digits(hour % 12 || 12),
    p: hour < 12 ? (['AM', 'am'][style % 2] ?? '') : (['PM', 'pm'][style % 2] ?? ''),
    M: two(local.getUTCMinutes()),
    S: two(local.getUTCSeconds()),
    f: `${((time % 1e6) + 1e6) % 1e6}`.padStart(6, '0'),
    z: `${sign}${two(Math.floor(minutes / 60))}${style % 2 === 0 ? ':' : ''}${two(minutes % 60)}`,
  };
  return pattern.replaceAll(/%(.)/g, (_, name: string) => parts[name] ?? '');
};

const NOT_PATTERN = [
  '',
  '32/01/2024 10:00',
  '30/02/2024 10:00:00',
  '1/13/2024 9:05 AM',
  'yesterday',
  ' 1/2/2024 10:00',
  '10/03/2024',
].concat(['10/03/2024 24:00:00', '3/10/2024 13:05 PM', '3/10/2024 0:05 AM', '10 Mär 2024 10:00:00.5 +0100', 'null']);

/** The ways to write timestamps that random logs have. */
export const FORMS: readonly (readonly string[])[] = [
  ['iso'],
  ['iso'],
  ['iso'],
  ['iso'],
  ['epoch_s'],
  ['epoch_ms'],
  ['epoch_us'],
  ['%d/%m/%Y %H:%M:%S'],
  ['%m/%d/%Y %I:%M %p', 'iso'],
  ['%d %b %Y %H:%M:%S.%f %z'],
  ['%Y.%m.%d %H:%M', '%d.%m.%y %H:%M'],
];

const timestamps = (forms: readonly string[]): fc.Arbitrary<string> => {
  const patterns = forms.filter((one) => one.includes('%'));
  if (patterns.length > 0) {
    const spelled = fc
      .tuple(instants, fc.nat(419), fc.constantFrom(...patterns))
      .map(([instant, style, pattern]) => spellPattern(pattern, instant, style));
    return mostly(spelled, [...NOT_PATTERN, '2024-03-10T02:30:00', '2024-03-10 02:30'], 30);
  }
  const [form] = forms;
  const at = (spell: (instant: number, style: number) => string): fc.Arbitrary<string> =>
    fc.tuple(instants, fc.nat(419)).map(([instant, style]) => spell(instant, style));
  switch (form) {
    case 'iso':
      return mostly(mostly(at(spellIso), ODD_ISO, 150), NOT_ISO, 30);
    case 'epoch_s':
      return mostly(
        at((instant) => {
          const time = EPOCH + instant;
          const fraction = `${time % 1e6}`.padStart(6, '0').replace(/0+$/, '');
          return `${Math.floor(time / 1e6)}${fraction === '' ? '' : `.${fraction}`}`;
        }),
        [...NOT_EPOCH, '1709251200.', '1.709251200E+09', '1.7092512E9'],
      );
    case 'epoch_ms':
      return mostly(
        at((instant) => `${Math.floor((EPOCH + instant) / 1000)}`),
        [...NOT_EPOCH, '1709251200000.5', '1709251200000.0', '1709251200', '1.7092839E+12'],
      );
    default:
      return mostly(
        at((instant) => `${EPOCH + instant}`),
        [...NOT_EPOCH, '1709251200000000.5', '1709251200000', '1.709283900000123E+15'],
      );
  }
};

/** An event of all columns; the user is a number, to be taken from the users of the log. */
const events = (form: readonly string[]): fc.Arbitrary<{ user: number; cells: ReadonlyMap<string, string> }> => {
  const text = orEmpty(fc.oneof(fc.constantFrom(...TEXTS), fc.constantFrom('Oslo', 'Łódź', 'F', 'M')));
  const number = orEmpty(mostly(fc.constantFrom(...NUMBERS), NOT_NUMBERS));
  const flag = orEmpty(mostly(fc.constantFrom(...FLAGS), NOT_FLAGS));
  const cells = fc.record({
    event_id: fc.oneof(
      { arbitrary: fc.nat(1_000_000).map((n) => `e${n}`), weight: 6 },
      { arbitrary: fc.constantFrom('e1', 'e2', 'E1', '01', '1', '😀', '\uFF5E'), weight: 1 },
      { arbitrary: fc.constant(''), weight: 2 },
    ),
    username: mostly(text, ['\0', 'nul\0byte'], 200),
    session_id: orEmpty(fc.constantFrom(...SESSIONS)),
    timestamp: timestamps(form),
    event_type: mostly(fc.oneof(fc.constantFrom(...EVENT_TYPES), fc.constantFrom(...TYPES)), ['']),
    location_city: text,
    device: orEmpty(fc.constantFrom(...DEVICES)),
    is_repeat_session: flag,
    session_number: number,
    account_balance_usd: number,
    // Only ever printed as it stands: more digits than any number type holds.
    recent_pages_viewed: mostly(number, ['1234567890123456789012345678901234']),
    recent_pricing_views: number,
    gender: text,
    time_on_page_sec: number,
    scroll_depth_pct: number,
    bounce_flag: flag,
    spam_flag: flag,
    anonymous_id: orEmpty(fc.constantFrom(...ANONYMOUS)),
    plan: text,
    constructor: text,
  });
  return fc
    .tuple(mostly(fc.nat(5), [-1], 8), cells)
    .map(([user, record]) => ({ user, cells: new Map(Object.entries(record)) }));
};

// Logs ----------------------------------------------------------------------------------------------------------------

const OPTIONAL = Object.keys(EVENT_COLUMNS).filter((name) => !REQUIRED_COLUMNS.some((required) => required === name));

/** Any order of any columns: the required ones, some of the others, sometimes columns gesture does not know. */
const headers: fc.Arbitrary<string[]> = fc
  .tuple(
    fc.oneof(fc.constant(OPTIONAL), fc.subarray(OPTIONAL)),
    fc.oneof(fc.constant([]), fc.subarray(['plan', 'constructor', 'anonymous_id'])),
  )
  .chain(([optional, extra]) => {
    const names = [...REQUIRED_COLUMNS, ...optional, ...extra];
    return fc.shuffledSubarray(names, { minLength: names.length, maxLength: names.length });
  });

/** Random logs of up to 500 rows, before some of them are repeated as they stand. */
export const logsOf = (form: readonly string[] = ['iso']): fc.Arbitrary<Log> => {
  const event = events(form);
  const ragged = mostly(fc.constant(0), [1, -1], 100);
  const row = fc.tuple(event, ragged);
  return fc
    .record({
      header: headers,
      users: fc.subarray(USERS, { minLength: 1, maxLength: 6 }),
      rows: fc.oneof(
        fc.array(row, { maxLength: 40, size: 'max' }),
        fc.array(row, { minLength: 40, maxLength: 480, size: 'max' }),
      ),
      repeated: fc.array(fc.nat(), { maxLength: 20 }),
    })
    .map(({ header, users, rows, repeated }) => {
      const all = rows.map(([{ user, cells }, extra]) => {
        const id = user < 0 ? '' : (users[user % users.length] ?? '');
        const line = header.map((name) => (name === 'user_id' ? id : (cells.get(name) ?? '')));
        return extra > 0 ? [...line, ''] : line.slice(0, line.length + extra);
      });
      const again = all.length === 0 ? [] : repeated.map((n) => all[n % all.length] ?? []);
      return { header, rows: [...all, ...again] };
    });
};

/** Random logs with ISO timestamps. */
export const logs: fc.Arbitrary<Log> = logsOf();

// Runs ----------------------------------------------------------------------------------------------------------------

const over =
  (from: 'events' | 'sessions') =>
  (is: RowMeasure): Feature => ({
    from,
    is,
    unit: is.op === 'latest' ? 'text' : 'units',
    says: `${is.op} of ${from}`,
  });
const ofEvents = over('events');
const ofSessions = over('sessions');
const ratio = (of: string, per: string): Feature => ({
  from: 'features',
  is: { op: 'ratio', of, per },
  unit: 'per unit',
  says: `${of} per ${per}`,
});

/** Every word of the vocabulary of measures, over events and over sessions, beside the built-in features. */
export const everyMeasure: Features = {
  ...builtIn,
  e_types: ofEvents({ op: 'countWhere', column: 'event_type', in: ['search', 'webinar_joined', 'lecture'] }),
  e_pages: ofEvents({ op: 'countWhere', column: 'event_type', matches: 'page' }),
  e_pricing: ofEvents({ op: 'countWhere', column: 'event_type', matches: '(?i)^P[a-z]+_view$' }),
  e_spam: ofEvents({ op: 'countWhere', column: 'spam_flag', equals: '1' }),
  e_sum: ofEvents({ op: 'sum', column: 'account_balance_usd' }),
  e_sum_desktop: ofEvents({
    op: 'sum',
    column: 'time_on_page_sec',
    where: { column: 'device', equals: 'desktop' },
  }),
  e_max: ofEvents({ op: 'max', column: 'account_balance_usd' }),
  e_min: ofEvents({ op: 'min', column: 'time_on_page_sec' }),
  e_in_2024: ofEvents({ op: 'countWhere', column: 'timestamp', matches: '^2024' }),
  e_mean: ofEvents({ op: 'mean', column: 'scroll_depth_pct' }),
  e_mean_pages: ofEvents({
    op: 'mean',
    column: 'account_balance_usd',
    where: { column: 'event_type', matches: '^page_view$' },
  }),
  e_distinct: ofEvents({ op: 'distinct', column: 'location_city' }),
  e_distinct_sessions: ofEvents({
    op: 'distinct',
    column: 'session_id',
    where: { column: 'event_type', in: ['page_view', 'search'] },
  }),
  e_mode: ofEvents({ op: 'mode', column: 'event_type' }),
  e_latest: ofEvents({ op: 'latest', column: 'event_type' }),
  e_first: ofEvents({ op: 'firstTime' }),
  e_first_signup: ofEvents({ op: 'firstTime', where: { column: 'event_type', equals: 'signup' } }),
  e_last_search: ofEvents({ op: 'lastTime', where: { column: 'event_type', equals: 'search' } }),
  e_days: ofEvents({ op: 'distinctDays' }),
  e_days_chat: ofEvents({ op: 'distinctDays', where: { column: 'event_type', equals: 'chat_message' } }),
  e_since_first: ofEvents({ op: 'daysSinceFirst' }),
  e_since_booking: ofEvents({
    op: 'daysSinceLast',
    where: { column: 'event_type', equals: 'calendar_booking' },
  }),
  e_active: ofEvents({ op: 'activeInLast', days: 1 }),
  e_active_search: ofEvents({
    op: 'activeInLast',
    days: 2,
    where: { column: 'event_type', equals: 'search' },
  }),
  e_trend: ofEvents({ op: 'trend', days: 1 }),
  e_trend_pages: ofEvents({ op: 'trend', days: 2, where: { column: 'event_type', equals: 'page_view' } }),
  e_every: ofEvents({ op: 'everyOf', column: 'device', values: ['mobile', 'desktop'] }),
  e_desktop_views: ofEvents({
    op: 'count',
    where: [
      { column: 'event_type', matches: 'view' },
      { column: 'device', not_in: ['mobile', 'tablet'] },
    ],
  }),
  e_long: ofEvents({ op: 'countWhere', column: 'time_on_page_sec', at_least: 2.5, below: 100 }),
  e_no_pages: ofEvents({
    op: 'sum',
    column: 'account_balance_usd',
    where: { column: 'event_type', not_matches: 'page' },
  }),
  e_poor: ofEvents({ op: 'latest', column: 'location_city', where: { column: 'account_balance_usd', below: 20 } }),
  e_usual: ofEvents({ op: 'mode', column: 'location_city', where: { column: 'device', not_equals: 'mobile' } }),
  e_lately: ofEvents({ op: 'count', within: '36h' }),
  e_lately_seen: ofEvents({ op: 'latest', column: 'device', within: '1d' }),
  e_every_lately: ofEvents({ op: 'everyOf', column: 'event_type', values: ['page_view', 'search'], within: '2d' }),
  e_did: ofEvents({
    op: 'did',
    allOf: [eventOf('signup')],
    anyOf: [{ is: [isType('search')], undoneBy: [isType('signup')] }],
  }),
  e_did_lately: ofEvents({
    op: 'did',
    allOf: [{ is: [isType('search')], undoneBy: [isType('signup')] }],
    anyOf: [],
    within: '2d',
  }),
  s_mobile: ofSessions({ op: 'countWhere', column: 'device', equals: 'mobile' }),
  s_sum: ofSessions({ op: 'sum', column: 'duration_sec' }),
  s_max: ofSessions({ op: 'max', column: 'events' }),
  s_min: ofSessions({ op: 'min', column: 'duration_sec' }),
  s_mean: ofSessions({ op: 'mean', column: 'duration_sec', where: { column: 'is_bounce', equals: '0' } }),
  s_long: ofSessions({ op: 'mode', column: 'device', where: { column: 'duration_sec', at_least: 60 } }),
  s_lately: ofSessions({ op: 'sum', column: 'events', within: '2d' }),
  s_distinct: ofSessions({ op: 'distinct', column: 'device' }),
  s_latest: ofSessions({ op: 'latest', column: 'device' }),
  s_named: ofSessions({ op: 'countWhere', column: 'session_id', matches: '[13]$' }),
  s_repeat_max: ofSessions({ op: 'max', column: 'events', where: { column: 'is_repeat', equals: '1' } }),
  s_first: ofSessions({ op: 'firstTime', where: { column: 'is_spam', equals: '1' } }),
  s_last: ofSessions({ op: 'lastTime' }),
  s_days: ofSessions({ op: 'distinctDays' }),
  s_since_first: ofSessions({ op: 'daysSinceFirst' }),
  s_since_last: ofSessions({ op: 'daysSinceLast' }),
  s_active: ofSessions({ op: 'activeInLast', days: 1 }),
  s_trend: ofSessions({ op: 'trend', days: 1 }),
  s_every: ofSessions({ op: 'everyOf', column: 'device', values: ['mobile', 'desktop'] }),
  s_last_span: ofSessions({ op: 'latest', column: 'duration_sec' }),
  s_usual_span: ofSessions({ op: 'mode', column: 'duration_sec' }),
  s_of_no_time: ofSessions({ op: 'countWhere', column: 'duration_sec', equals: '0' }),
  s_whole_span: ofSessions({ op: 'countWhere', column: 'duration_sec', matches: String.raw`^\d+$` }),
  s_spans: ofSessions({ op: 'everyOf', column: 'duration_sec', values: ['0', '1.5', '10'] }),
  s_last_start: ofSessions({ op: 'latest', column: 'start' }),
  s_usual_end: ofSessions({ op: 'mode', column: 'end' }),
  s_ends: ofSessions({ op: 'distinct', column: 'end' }),
  s_at_midnight: ofSessions({ op: 'countWhere', column: 'start', matches: 'T00:00:00Z$' }),
  s_last_events: ofSessions({ op: 'latest', column: 'events' }),
  r_events_per_session: ratio('total_events', 'total_sessions'),
  r_of_ratio: ratio('r_events_per_session', 'bounce_rate'),
  r_balance: ratio('e_sum', 'e_mean'),
};

/** One run: a log, its text, and the options to read it with. The header is spelt as `options.config` says. */
export interface Run {
  readonly log: Log;
  readonly text: string;
  readonly options: Options & { readonly config: Config };
}

const NAMES = { user_id: 'User ID', timestamp: 'ts', event_type: 'event', device: 'context.device', event_id: '_id' };

const typeMaps: fc.Arbitrary<Record<string, string>> = fc.constantFrom<Record<string, string>[]>(
  {},
  {},
  { 'Signed Up': 'signup', lecture: 'page_view', pricing: 'pricing_page_view' },
  { page_view: 'search', search: 'page_view', constructor: 'signup', 'Signed Up': 'Signed Up' },
  { '*_view*': 'chat_message', 'lec*e': 'page_view', PAGE_VIEW: 'search' },
);

/** What a reading says beyond names: cells that stand in for others, cells that mean nothing, who is who, a zone. */
const readings: fc.Arbitrary<Partial<Reading>> = fc
  .tuple(
    fc.constantFrom<Partial<Reading>[]>(
      {},
      {},
      { columns: { location_city: ['location_city', 'username'] }, unknownIn: { location_city: ['Oslo', 'Ana'] } },
      { pages: { column: 'gender', pricing: '(?i)^[fm]$' }, unknownIn: { session_id: ['s1'] } },
      { unknown: [] },
      { unknown: ['mobile', 'u1', 's1', 'signup', '0'] },
      { decimal: ',' },
    ),
    fc.constantFrom<Partial<Reading>[]>(
      {},
      {},
      { identity: { column: 'anonymous_id' } },
      { identity: { column: ['anonymous_id', 'username'] } },
      { identity: { column: 'user_id', alias: 'anonymous_id' } },
    ),
    fc.constantFrom<Partial<Reading>[]>({}, {}, { timezone: 'America/New_York' }, { timezone: 'Asia/Kolkata' }),
  )
  .map(([one, two_, three]) => ({ ...one, ...two_, ...three }));

/** What a conversion can be. */
const CONVERSIONS: readonly RowMeasure[] = [
  builtIn.converted.is,
  { op: 'did', allOf: [eventOf('signup')], anyOf: [] },
  { op: 'did', allOf: ['page_view', 'search', 'webinar_joined'].map(eventOf), anyOf: [] },
  { op: 'did', allOf: [], anyOf: [eventOf('signup'), { is: [{ column: 'account_balance_usd', at_least: 10 }] }] },
  {
    op: 'did',
    allOf: [{ is: [isType('page_view')], undoneBy: [{ column: 'event_type', in: ['search', 'lecture'] }] }],
    anyOf: [eventOf('search'), { is: [{ column: 'device', not_equals: 'mobile' }], undoneBy: [isType('signup')] }],
  },
];

/** Any run: any log, rendering, as-of and config. */
export const runs: fc.Arbitrary<Run> = fc.constantFrom(...FORMS).chain((form) =>
  fc
    .record({
      log: logsOf(form),
      rendering: renderings,
      renamed: fc.boolean(),
      reading: readings,
      types: typeMaps,
      timeoutMinutes: fc.constantFrom(30, 30, 60, 1, 0.5),
      features: fc.constantFrom(builtIn, everyMeasure),
      converted: fc.constantFrom(...CONVERSIONS),
      asOf: fc.oneof(fc.constant(undefined), fc.constantFrom('2024-03-10', '2024-03-11T12:00:00+02:00', '2300-01-01')),
    })
    .map(({ log, rendering, renamed, reading, types, timeoutMinutes, features, converted, asOf }) => {
      const columns = renamed
        ? Object.fromEntries(Object.entries(NAMES).filter(([ours]) => log.header.includes(ours)))
        : {};
      const theirs = new Map(Object.entries(columns));
      const spelt = { header: log.header.map((ours) => theirs.get(ours) ?? ours), rows: log.rows };
      const all: Reading = {
        ...defaultReading,
        ...reading,
        ...(reading.identity?.alias !== undefined && {
          identity: { ...reading.identity, column: theirs.get('user_id') ?? 'user_id' },
        }),
        columns: { ...columns, ...reading.columns },
        types,
        ownTypes: ['webinar_joined', 'lecture'],
        timestamp: form,
      };
      const config: Config = {
        ...defaultConfig,
        events: [all],
        sessions: { timeoutMinutes },
        features: { ...features, converted: { ...builtIn.converted, is: converted } },
      };
      return { log: spelt, text: toCsv(spelt, rendering), options: { asOf, config } };
    }),
);
