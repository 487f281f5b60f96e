/**
 * The oracle: what `gesture features` has to answer, worked out the slow and plain way - csv-parse, Maps and exact
 * integers, no SQL and no code of `src`. Only the catalogue's data and the types are shared.
 *
 * Where this file and an engine disagree, one of the two is wrong; the hand-worked log decides which.
 */
import { parse } from 'csv-parse/sync';
import type { Action, Condition } from '../../src/catalogue/conditions.js';
import type { Feature, FeatureMeasure, Features, RowMeasure } from '../../src/catalogue/measures.js';
import { SESSION_COLUMNS } from '../../src/catalogue/measures.js';
import { customary } from '../../src/catalogue/sources.js';
import { type Config, defaultConfig, type Reading } from '../../src/config/settings.js';
import { type ColumnKind, EVENT_COLUMNS, EVENT_TYPES, REQUIRED_COLUMNS } from '../../src/model.js';

/** A record that cannot be used: the physical line of its first byte, our name of the column at fault, and why. */
export interface Rejected {
  readonly line: number;
  /** Empty where the record as a whole is at fault. */
  readonly column: string;
  readonly reason: string;
}

/** A cell that cannot be read in a row that can. */
export interface Unreadable {
  readonly line: number;
  readonly column: string;
  readonly cell: string;
}

/** What `features` makes of a log. `read = used + rejected.length + duplicate + withoutUser + later`. */
export interface Outcome {
  /** Records below the header; blank lines are none. */
  readonly read: number;
  readonly used: number;
  readonly rejected: readonly Rejected[];
  readonly unreadable: readonly Unreadable[];
  /** Accepted records that repeat an event: its id, user, type and instant. */
  readonly duplicate: number;
  /** Accepted records that belong to nobody. */
  readonly withoutUser: number;
  /** Accepted records later than an as-of that was asked for. */
  readonly later: number;
  /** The session table with its header, one row a session, by user, start and id. */
  readonly sessions: readonly (readonly string[])[];
  /** The cells of user_features.csv with its header, one row a user. */
  readonly rows: readonly (readonly string[])[];
}

/** What becomes of the rows, as the engines account for them; the oracle excludes nothing. */
export const accountsOf = ({ read, used, rejected, duplicate, withoutUser, later }: Outcome) => ({
  read,
  used,
  rejected: rejected.length,
  duplicate,
  withoutUser,
  excluded: 0,
  later,
});

/** How to read and measure a log; the defaults are those of a run without flags and gesture.yaml. */
export interface Options {
  /** An ISO timestamp; default: the latest timestamp of the rows used. */
  readonly asOf?: string | undefined;
  readonly config?: Config | undefined;
}

// Text, numbers and times ---------------------------------------------------------------------------------------------

/** Orders text by its UTF-8 bytes. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const sortedBy = <T>(items: Iterable<T>, ...order: readonly ((a: T, b: T) => number)[]): T[] =>
  [...items].sort((a, b) => order.reduce((sign, compare) => sign || compare(a, b), 0));

/** Numbers are integers of 10^-10: ten fraction digits, exact. */
const ONE = 10n ** 10n;

const decimal = (cell: string): bigint | undefined => {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(cell) ?? [];
  if (sign === undefined) return undefined;
  const [kept, next = ''] = [fraction.slice(0, 10).padEnd(10, '0'), fraction[10]];
  const size = BigInt(whole + kept) + (next >= '5' ? 1n : 0n);
  return sign === '-' ? -size : size;
};

/** `value` / 10^`places` without trailing zeros. */
const print = (value: bigint, places: number): string => {
  const digits = `${value < 0n ? -value : value}`.padStart(places + 1, '0');
  const text = `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
  return value < 0n ? `-${text}` : text;
};

/** In units of 10^-10: numbers of 10^28 and more are not calculated with, and nothing is divided by 10^25 or more. */
const [TOO_LARGE, TOO_LARGE_DIVISOR] = [10n ** 38n, 10n ** 35n];

const sizeOf = (n: bigint): bigint => (n < 0n ? -n : n);

/** `of` / `per`, rounded to four decimals, halves away from zero; unknown if something is too large. */
const quotient = (of: bigint, per: bigint): string => {
  const [n, d] = per < 0n ? [-of, -per] : [of, per];
  if (sizeOf(n) >= TOO_LARGE || d >= TOO_LARGE_DIVISOR || sizeOf(n) / d >= 10n ** 28n) return '';
  const size = ((n < 0n ? -n : n) * 20_000n + d) / (2n * d);
  return print(n < 0n ? -size : size, 4);
};

/** Times are whole microseconds since 1970, which a number holds exactly until the year 2255. */
const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const EARLIEST = Date.UTC(1990, 0) * 1000;
const LATEST = Date.UTC(2200, 0) * 1000;

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:[Zz]| UTC| ?([+-])(\d\d)(?::?(\d\d))?)?)?$/;

const micros = (fraction: string | undefined): number => Number((fraction ?? '').slice(0, 6).padEnd(6, '0'));

/** Clocks of a zone as if they were UTC, in milliseconds. */
const clocks = (zone: string, instant: number): number => {
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return Date.parse(`${shown.format(instant).replace(' ', 'T')}Z`);
};

const hour = 3_600_000;

/** The instant of a local time: clocks that are set back show it twice, and the second time they show standard time. */
const fromZone = (local: number, zone: string | undefined): number => {
  // Times of other centuries are out of range in any zone.
  if (zone === undefined || local < Date.UTC(1900, 0) * 1000 || local > Date.UTC(2300, 0) * 1000) return local;
  const fraction = ((local % SECOND) + SECOND) % SECOND;
  const milliseconds = (local - fraction) / 1000;
  const offsets = [milliseconds - 24 * hour, milliseconds + 24 * hour].map((near) => clocks(zone, near) - near);
  const shows = offsets.map((offset) => milliseconds - offset).filter((at) => clocks(zone, at) === milliseconds);
  const instant = shows.length > 0 ? Math.max(...shows) : milliseconds - Math.min(...offsets);
  return instant * 1000 + fraction;
};

/** Microseconds of a calendar day, if there is one. */
const dayOf = (year: number, month: number, day: number): number | undefined => {
  const midnight = new Date(Date.UTC(year, month - 1, day));
  midnight.setUTCFullYear(year, month - 1, day);
  const real = midnight.getUTCFullYear() === year && midnight.getUTCMonth() === month - 1;
  return real ? midnight.getTime() * 1000 : undefined;
};

const iso = (cell: string, zone?: string): number | undefined => {
  const parts = ISO.exec(cell);
  if (!parts) return undefined;
  const at = (group: number): number => Number(parts[group] ?? 0);
  const midnight = dayOf(at(1), at(2), at(3));
  if (midnight === undefined || at(4) > 23 || at(5) > 59 || at(6) > 59 || at(9) > 15 || at(10) > 59) return undefined;
  const offset = (at(9) * 60 + at(10)) * (parts[8] === '-' ? -60 : 60);
  const local = midnight + (at(4) * 3600 + at(5) * 60 + at(6) - offset) * SECOND + micros(parts[7]);
  return /:.*(?:[Zz]|UTC|[+-]\d\d(?::?\d\d)?)$/.test(cell) ? local : fromZone(local, zone);
};

/** A number of units since 1970, `power` of ten of them a second. */
const epoch =
  (power: number) =>
  (cell: string): number | undefined => {
    const [, whole = '', fraction = '', exponent] = /^(\d+)(?:\.(\d*))?(?:[eE]\+?(\d\d))?$/.exec(cell) ?? [];
    if (whole === '') return undefined;
    if (exponent !== undefined && (whole.length > 1 || fraction.length < 6 || fraction.length > 17)) return undefined;
    if (exponent === undefined && (fraction.length > 9 || whole.length > 12 + power)) return undefined;
    const shift = Number(exponent ?? 0) + 6 - power;
    const digits = fraction.padEnd(shift, '0').slice(0, shift);
    return Number(BigInt(whole + digits));
  };

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** What a specifier reads, as text of its own. */
const PART: Readonly<Record<string, string>> = {
  Y: '\\d{4}',
  y: '\\d\\d',
  m: '\\d\\d?',
  d: '\\d\\d?',
  b: '[A-Za-z]{3}',
  H: '\\d\\d?',
  I: '\\d\\d?',
  M: '\\d\\d',
  S: '\\d\\d',
  f: '\\d{1,6}',
  p: '[AaPp][Mm]',
  z: '[+-]\\d\\d(?::?\\d\\d)?',
};

/** Reads the patterns that the random logs have. */
const byPattern =
  (pattern: string) =>
  (cell: string, zone?: string): number | undefined => {
    const names: string[] = [];
    const regex = pattern.replaceAll(/%(.)|[^%]+/g, (part, name?: string) => {
      if (name === undefined) return part.replaceAll(/[.+]/g, String.raw`\$&`);
      names.push(name);
      return `(${PART[name] ?? ''})`;
    });
    const match = new RegExp(`^${regex}$`).exec(cell);
    if (!match) return undefined;
    const part = new Map(names.map((name, i) => [name, match[i + 1] ?? '']));
    const at = (name: string): number => Number(part.get(name) ?? 0);
    const short = at('y');
    const year = part.has('Y') ? at('Y') : short + (short < 69 ? 2000 : 1900);
    const month = part.has('b') ? MONTHS.indexOf((part.get('b') ?? '').toLowerCase()) + 1 : at('m');
    const half = (part.get('p') ?? '').toLowerCase();
    const twelve = at('I');
    if (half !== '' && (twelve < 1 || twelve > 12)) return undefined;
    const hours = half === '' ? at('H') : (twelve % 12) + (half === 'pm' ? 12 : 0);
    const midnight = month < 1 ? undefined : dayOf(year, month, at('d'));
    if (midnight === undefined || hours > 23 || at('M') > 59 || at('S') > 59) return undefined;
    const local = midnight + (hours * 3600 + at('M') * 60 + at('S')) * SECOND + micros(part.get('f'));
    const [, sign, h = '0', m = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(part.get('z') ?? '') ?? [];
    if (sign === undefined) return fromZone(local, zone);
    if (Number(h) > 15 || Number(m) > 59) return undefined;
    return local - (Number(h) * 60 + Number(m)) * (sign === '-' ? -60 : 60) * SECOND;
  };

const byName: Readonly<Record<string, (cell: string, zone?: string) => number | undefined>> = {
  iso,
  epoch_s: epoch(0),
  epoch_ms: epoch(3),
  epoch_us: epoch(6),
};

/** The instant of a cell, by the first way to write timestamps that fits. */
const readTime = (cell: string, { timestamp, timezone }: Reading): number | undefined => {
  for (const form of timestamp) {
    const time = (byName[form] ?? byPattern(form))(cell, timezone);
    if (time !== undefined) return time;
  }
  return undefined;
};

const printTime = (time: number): string => `${new Date(Math.floor(time / 1000)).toISOString().slice(0, 19)}Z`;

const TRUE = new Set(['true', 't', '1', 'yes', 'y', '1.0']);
const FALSE = new Set(['false', 'f', '0', 'no', 'n', '0.0']);

/** The URL of a page view, among the cells: no column of a log has this name. */
const PAGE = '#page';

/** The event type as the log names it. */
const THEIRS = '#theirs';

// Intake --------------------------------------------------------------------------------------------------------------

/** Cells by our column names; an unknown cell is empty or absent. */
type Cells = ReadonlyMap<string, string>;

/** A row of the event or the session table. */
interface Row {
  readonly time: number;
  /** What orders rows of one time: the event_id or the session_id. */
  readonly id: string;
  readonly cells: Cells;
}

interface Event extends Row {
  /** Empty if nobody is known. */
  readonly user: string;
  readonly anonymous: string;
}

/** The records of a CSV text, each with the physical line of its first byte. */
const records = (text: string): { line: number; cells: readonly string[] }[] => {
  const bytes = Buffer.from(text);
  const ends: number[] = [];
  const found = parse(bytes, {
    bom: true,
    on_record: (cells: string[], info) => {
      ends.push(info.bytes);
      return cells;
    },
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const breaks = (part: string): number => part.match(/\r\n|\r|\n/g)?.length ?? 0;
  let [line, from] = [1, 0];
  return found.map((cells, i) => {
    const raw = bytes.toString('utf8', from, ends[i]);
    // Blank lines before a record are no part of it. In front of the header a BOM may stand before them.
    const blank = line === 1 ? /^\uFEFF?[\r\n]*/ : /^[\r\n]*/;
    const start = line + breaks(blank.exec(raw)?.[0] ?? '');
    line += breaks(raw);
    from = ends[i] ?? from;
    return { line: start, cells };
  });
};

/** Columns that only serve to read a row. */
const columnsBeside = ({ identity, pages, columns }: Reading): [string, readonly string[]][] => [
  ...(identity === undefined ? [] : ([['anonymous_id', [identity.column].flat()]] as [string, string[]][])),
  ...(identity?.alias === undefined ? [] : ([['#alias', [identity.alias].flat()]] as [string, string[]][])),
  ...(pages === undefined ? [] : ([[PAGE, [pages.column].flat()]] as [string, string[]][])),
  ...Object.entries(columns).map(([ours, theirs]): [string, readonly string[]] => [ours, [theirs].flat()]),
];

/** The place of a column: by its name, or else in another case or with blanks around it, if only one column is so called. */
const placeIn = (header: readonly string[], name: string): number[] => {
  if (header.includes(name)) return [header.indexOf(name)];
  const bare = (one: string): string => one.trim().toLowerCase();
  const [alike, ...others] = [...new Set(header.filter((one) => bare(one) === bare(name)))];
  return alike === undefined || others.length > 0 ? [] : [header.indexOf(alike)];
};

/** Our column name -> its places in the log; the first of them with a known cell counts. */
const bind = (header: readonly string[], reading: Reading, used: ReadonlySet<string>): Map<string, number[]> => {
  const places = new Map(header.map((name, place) => [name, [place]]));
  for (const name of [...REQUIRED_COLUMNS, ...used]) {
    const found = placeIn(header, name);
    if (found.length > 0) places.set(name, found);
  }
  for (const [ours, theirs] of columnsBeside(reading)) {
    const found = theirs.flatMap((name) => placeIn(header, name));
    if (found.length === 0) places.delete(ours);
    else places.set(ours, found);
  }
  for (const name of REQUIRED_COLUMNS) {
    const anonymous = name === 'user_id' && places.has('anonymous_id');
    if (!places.has(name) && !anonymous) throw new Error(`the log has no column ${name}`);
  }
  for (const name of used) {
    for (const place of places.get(name) ?? []) {
      const spelt = header[place] ?? '';
      if (header.indexOf(spelt) !== header.lastIndexOf(spelt)) throw new Error(`the log has the column ${spelt} twice`);
    }
  }
  return places;
};

/** Numbers that a feature calculates with are below 10^18, as they are rounded to ten decimals. */
const TOO_LARGE_TO_ADD = 10n ** 28n;

/** How the cells of a column are checked: as text of a kind, or as numbers that are calculated with. */
type Check = ColumnKind | 'calculated';

/** A number in plain digits, if it is one: as it stands, or to ten decimals if it has a sign, blanks or an exponent. */
const plain = (cell: string): string | undefined => {
  if (/^-?\d+(\.\d+)?$/.test(cell)) return cell;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^[ \t]*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?[ \t]*$/.exec(cell) ?? [];
  if (whole === '' && fraction === '') return undefined;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent) + 10;
  const kept = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const next = point < 0 ? '0' : (digits[point] ?? '0');
  const size = BigInt(kept) + (next >= '5' ? 1n : 0n);
  if (size >= TOO_LARGE) return undefined;
  return print(sign === '-' ? -size : size, 10);
};

/** A number that is written with a decimal comma, as it is written with a point. */
const withPoint = (cell: string): string => {
  if (!/^[ \t]*[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d*)?([eE][+-]?\d+)?[ \t]*$/.test(cell)) {
    return cell.includes('.') ? `${cell} (with a decimal point)` : cell;
  }
  return cell.replaceAll('.', '').replace(',', '.');
};

/** Whether a cell of a column that is not required can be read. */
const isReadable = (kind: Check, cell: string): boolean => {
  if (cell === '') return true;
  switch (kind) {
    case 'number': {
      const number = plain(cell);
      return number !== undefined && Number.isFinite(Number(number));
    }
    case 'calculated': {
      const number = decimal(plain(cell) ?? '');
      return number !== undefined && sizeOf(number) < TOO_LARGE_TO_ADD;
    }
    case 'flag':
      return TRUE.has(cell.toLowerCase()) || FALSE.has(cell.toLowerCase());
    default:
      return true;
  }
};

/** The value of a readable cell. */
const valueOf = (kind: Check, cell: string): string => {
  if (cell === '' || kind === 'text') return cell;
  if (kind === 'flag') return TRUE.has(cell.toLowerCase()) ? '1' : '0';
  return kind === 'number' || kind === 'calculated' ? (plain(cell) ?? '') : cell;
};

/** Our name for an event type of the log: by the settings, or else by custom. */
const typeOf = (theirs: string, { types, ownTypes }: Reading): string => {
  const entries = Object.entries(types);
  const exact = entries.find(([name]) => !name.includes('*') && name === theirs);
  const wild = entries.find(([name]) => {
    const parts = name.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
    return name.includes('*') && new RegExp(`^${parts.join('.*')}$`, 's').test(theirs);
  });
  const [, ours] = exact ?? wild ?? [];
  if (ours !== undefined) return ours;
  if ((EVENT_TYPES as readonly string[]).includes(theirs) || ownTypes.includes(theirs)) return theirs;
  const bare = theirs.toLowerCase().replaceAll(/[ _\-.:$]/g, '');
  return Object.hasOwn(customary, bare) ? (customary[bare] ?? theirs) : theirs;
};

const conditionsOf = ({ is }: Feature): Condition[] => {
  if (is.op === 'ratio') return [];
  const actions = is.op === 'did' ? [...is.allOf, ...is.anyOf] : [];
  const done = actions.flatMap((action) => [...action.is, ...(action.undoneBy ?? [])]);
  return [...(is.op === 'countWhere' ? [is] : []), ...[is.where ?? []].flat(), ...done];
};

const columnsOf = (feature: Feature): string[] => [
  ...('column' in feature.is ? [feature.is.column] : []),
  ...conditionsOf(feature).map(({ column }) => column),
];

/** The columns that only a feature names, by name. */
const ownColumns = (features: Features): string[] =>
  Object.values(features)
    .filter(({ from }) => from === 'events')
    .flatMap(columnsOf)
    .filter((name) => !Object.hasOwn(EVENT_COLUMNS, name))
    .sort(byBytes);

/** How a feature over events needs the cells of its column to be checked, if it needs more than text. */
const checkOf = ({ from, is, unit }: Feature): [string, Check][] => {
  if (from !== 'events') return [];
  if (['sum', 'max', 'min', 'mean'].includes(is.op) && 'column' in is) return [[is.column, 'calculated']];
  const isOwn = is.op === 'latest' && !Object.hasOwn(EVENT_COLUMNS, is.column);
  return isOwn && unit !== 'text' ? [[is.column, 'number']] : [];
};

/** The columns that something reads: whatever else a log has is not looked at. */
const usedColumns = (features: Features): Set<string> =>
  new Set([
    ...REQUIRED_COLUMNS,
    'event_id',
    'session_id',
    'device',
    'is_repeat_session',
    'bounce_flag',
    'spam_flag',
    'anonymous_id',
    ...Object.values(features)
      .filter(({ from }) => from === 'events')
      .flatMap(columnsOf),
  ]);

/** How the cells of columns that are used are checked. */
const checked = (features: Features): ReadonlyMap<string, Check> => {
  const own = Object.values(features).flatMap(checkOf);
  const calculated = own.filter(([, check]) => check === 'calculated');
  const used = usedColumns(features);
  const known = Object.entries(EVENT_COLUMNS).filter(([name]) => used.has(name));
  return new Map<string, Check>([...known, ...own, ...calculated]);
};

/** Why a row cannot be placed, if it cannot: the column at fault, and the reason. */
const misplaced = (cell: (name: string) => string, time: number | undefined): [string, string] | undefined => {
  if (cell('timestamp') === '') return ['timestamp', 'empty'];
  if (time === undefined) return ['timestamp', 'not a timestamp'];
  if (time < EARLIEST || time >= LATEST) return ['timestamp', 'timestamp out of range'];
  return cell('event_type') === '' ? ['event_type', 'empty'] : undefined;
};

interface Intake {
  readonly read: number;
  readonly rejected: readonly Rejected[];
  readonly unreadable: readonly Unreadable[];
  readonly accepted: readonly Event[];
}

/** The rows of one log that can be used and those that cannot. */
const intake = (text: string, { events, features }: Config): Intake => {
  const [reading] = events;
  const [header, ...body] = records(text);
  if (!header || !reading) throw new Error('the log has no header');
  const kinds = checked(features);
  const used = usedColumns(features);
  const places = bind(header.cells, reading, used);
  const words = new Set(reading.unknown);
  const wordsIn = new Map(Object.entries(reading.unknownIn));
  const rejected: Rejected[] = [];
  const unreadable: Unreadable[] = [];
  const accepted: Event[] = [];

  for (const { line, cells } of body) {
    const width = header.cells.length;
    const isFilled = reading.raggedRows === 'fill' && cells.slice(width).every((cell) => cell === '');
    if (cells.length !== width && !isFilled) {
      rejected.push({ line, column: '', reason: `field count ${cells.length}, expected ${width}` });
      continue;
    }
    if (cells.some((cell) => cell.includes('\0'))) {
      rejected.push({ line, column: '', reason: 'NUL byte' });
      continue;
    }
    const spelt = new Map(
      [...places].map(([name, at]) => {
        const known = (cell: string): boolean =>
          cell !== '' && !words.has(cell) && wordsIn.get(name)?.includes(cell) !== true;
        const cell = at.map((place) => cells[place] ?? '').find(known) ?? '';
        return [
          name,
          reading.decimal === ',' && ['number', 'calculated'].includes(kinds.get(name) ?? '') ? withPoint(cell) : cell,
        ];
      }),
    );
    if (reading.identity === undefined) spelt.delete('anonymous_id');
    const cell = (name: string): string => spelt.get(name) ?? '';
    const time = readTime(cell('timestamp'), reading);
    const fault = misplaced(cell, time);
    if (fault) {
      rejected.push({ line, column: fault[0], reason: fault[1] });
      continue;
    }
    const row = new Map<string, string>([[THEIRS, cell('event_type')]]);
    for (const name of used) {
      const kind = kinds.get(name) ?? 'text';
      const isRequired = REQUIRED_COLUMNS.some((required) => required === name);
      if (isRequired || isReadable(kind, cell(name)))
        row.set(name, isRequired ? cell(name) : valueOf(kind, cell(name)));
      else unreadable.push({ line, column: name, cell: cell(name) });
    }
    const type = typeOf(cell('event_type'), reading);
    const isPricing = reading.pages && type === 'page_view' && matchesRe2(reading.pages.pricing, cell(PAGE));
    row.set('event_type', isPricing ? 'pricing_page_view' : type);
    const alias = cell('#alias');
    const isLinked = reading.identity?.alias === undefined || alias !== '';
    accepted.push({
      time: time ?? Number.NaN,
      id: cell('event_id'),
      user: isLinked ? cell('user_id') : '',
      anonymous: alias === '' ? cell('anonymous_id') : alias,
      cells: row,
    });
  }
  return { read: body.length, rejected, unreadable, accepted };
};

/**
 * Events with their users: an event without one belongs to the user that its anonymous id is next seen with, or else was
 * last seen with, or else to the anonymous id. Only events up to as-of tell who is who.
 */
const withUsers = (events: readonly Event[], asOf: number): Event[] => {
  const links = groupBy(
    events.filter(({ user, anonymous, time }) => user !== '' && anonymous !== '' && time <= asOf),
    ({ anonymous }) => anonymous,
  );
  const standsFor = (id: string, time: number): string => {
    const seen = sortedBy(
      links.get(id) ?? [],
      (a, b) => a.time - b.time,
      (a, b) => byBytes(a.user, b.user),
    );
    const next = seen.find((link) => link.time >= time);
    const last = seen.at(-1);
    return next?.user ?? seen.find((link) => link.time === last?.time)?.user ?? id;
  };
  return events.map((event) => ({ ...event, user: event.user || standsFor(event.anonymous, event.time) }));
};

/** A key for everything that two rows of one event have in common. */
const sameEvent = ({ id, user, time, cells }: Event): string =>
  JSON.stringify([id, user, time, cells.get('event_type')]);

/** Orders text by its bytes, but nothing comes last. */
const knownFirst = (a: string, b: string): number => Number(a === '') - Number(b === '') || byBytes(a, b);

/**
 * One row of each event: the smallest by the log's own name of the type, the session and the other columns, so the order
 * of the rows never matters. Rows without an event_id are all kept.
 */
const withoutDuplicates = (events: readonly Event[], features: Features): Event[] => {
  const used = usedColumns(features);
  const columns = [THEIRS, 'session_id', ...Object.keys(EVENT_COLUMNS), ...ownColumns(features)];
  const order = columns
    .filter((name) => name !== 'timestamp' && (used.has(name) || name === THEIRS))
    .map((name) => (a: Event, b: Event) => knownFirst(a.cells.get(name) ?? '', b.cells.get(name) ?? ''));
  const first = new Map<string, Event>();
  for (const event of sortedBy(events, ...order)) {
    if (event.id !== '' && !first.has(sameEvent(event))) first.set(sameEvent(event), event);
  }
  return events.filter((event) => event.id === '' || first.get(sameEvent(event)) === event);
};

// Sessions ------------------------------------------------------------------------------------------------------------

const groupBy = <T>(items: Iterable<T>, key: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
};

const known = (rows: readonly Row[], column: string): string[] =>
  rows.map(({ cells }) => cells.get(column) ?? '').filter((cell) => cell !== '');

/** The most frequent known value; ties: the smallest. */
const mode = (rows: readonly Row[], column: string): string => {
  const counted = [...groupBy(known(rows, column), (cell) => cell)];
  const [most] = sortedBy(
    counted,
    ([, a], [, b]) => b.length - a.length,
    ([a], [b]) => byBytes(a, b),
  );
  return most?.[0] ?? '';
};

/** A new stretch begins after an idle gap longer than `timeout`. */
const split = (events: readonly Event[], timeout: number): Event[][] => {
  const stretches: Event[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const event of sortedBy(events, (a, b) => a.time - b.time)) {
    if (event.time - last > timeout) stretches.push([]);
    stretches.at(-1)?.push(event);
    last = event.time;
  }
  return stretches;
};

/** Actions that are no bounce, even if they are the only event of a session. */
const HIGH_INTENT = new Set(['signup', 'calendar_booking', 'demo_request_click', 'chat_message']);

/** The session that is open when an event happens, or was or will be within the timeout: nearest, then latest to start. */
const openSession = (
  event: Event,
  given: ReadonlyMap<string, readonly Event[]>,
  timeout: number,
): string | undefined => {
  const near = [...given].flatMap(([id, events]) => {
    const times = events.map(({ time }) => time);
    const [start, end] = [Math.min(...times), Math.max(...times)];
    const away = Math.max(0, start - event.time, event.time - end);
    return away <= timeout ? [{ id, start, away }] : [];
  });
  const [first] = sortedBy(
    near,
    (a, b) => a.away - b.away,
    (a, b) => b.start - a.start,
    (a, b) => byBytes(a.id, b.id),
  );
  return first?.id;
};

/** The sessions of one user in time order. */
const sessionsOf = (user: string, events: readonly Event[], timeoutMinutes: number): Row[] => {
  const timeout = timeoutMinutes * 60 * SECOND;
  const sessionId = (event: Event): string => event.cells.get('session_id') ?? '';
  const named = groupBy(
    events.filter((event) => sessionId(event) !== ''),
    sessionId,
  );
  const unnamed = events.filter((event) => sessionId(event) === '');
  const homes = unnamed.map((event) => openSession(event, named, timeout));
  const given = [...named].map(([id, rows]): [string, Event[]] => [
    id,
    [...rows, ...unnamed.filter((_, i) => homes[i] === id)],
  ]);
  const derived = split(
    unnamed.filter((_, i) => homes[i] === undefined),
    timeout,
  ).map((stretch, i): [string, Event[]] => [`${user}#${i + 1}`, stretch]);

  const ordered = sortedBy(
    [...given, ...derived].map(([id, rows]) => ({ id, rows, times: rows.map(({ time }) => time) })),
    (a, b) => Math.min(...a.times) - Math.min(...b.times),
    (a, b) => byBytes(a.id, b.id),
  );
  return ordered.map(({ id, rows, times }, nth) => {
    const [start, end] = [Math.min(...times), Math.max(...times)];
    const flag = (column: string, otherwise: boolean): string => {
      const cells = known(rows, column);
      return (cells.length > 0 ? cells.includes('1') : otherwise) ? '1' : '0';
    };
    const facts = {
      user_id: user,
      session_id: id,
      start: printTime(start),
      end: printTime(end),
      events: `${rows.length}`,
      duration_sec: print(BigInt(end - start), 6),
      device: mode(rows, 'device'),
      is_repeat: flag('is_repeat_session', nth > 0),
      is_bounce: flag('bounce_flag', rows.length === 1 && !HIGH_INTENT.has(rows[0]?.cells.get('event_type') ?? '')),
      is_spam: flag(
        'spam_flag',
        rows.length >= 5 && (rows.length - 1) * SECOND > end - start && new Set(times).size >= 3,
      ),
    } satisfies Record<keyof typeof SESSION_COLUMNS, string>;
    return { time: start, id, cells: new Map(Object.entries(facts)) };
  });
};

// Measures ------------------------------------------------------------------------------------------------------------

/** RE2 spells "ignore case" inside the pattern, JavaScript beside it. */
const matchesRe2 = (matches: string, cell: string): boolean => {
  const [, flags = '', pattern = ''] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(matches) ?? [];
  return new RegExp(pattern, `u${flags}`).test(cell);
};

/** Does a row meet a condition? An unknown cell meets only the negative ones. */
const meets = (row: Row, condition: Condition): boolean => {
  const cell = row.cells.get(condition.column) ?? '';
  const { not_equals: other, not_in: none, not_matches: unlike } = condition;
  if (other !== undefined) return cell === '' || cell !== other;
  if (none !== undefined) return cell === '' || !none.includes(cell);
  if (unlike !== undefined) return cell === '' || !matchesRe2(unlike, cell);
  if (cell === '') return false;
  const { equals, in: any, matches, at_least: least, below } = condition;
  if (equals !== undefined && cell !== equals) return false;
  if (any !== undefined && !any.includes(cell)) return false;
  if (matches !== undefined && !matchesRe2(matches, cell)) return false;
  if (least === undefined && below === undefined) return true;
  const [number, from, to] = [cell, `${least ?? ''}`, `${below ?? ''}`].map(decimal);
  return number !== undefined && (from === undefined || number >= from) && (to === undefined || number < to);
};

const meetAll = (rows: readonly Row[], conditions: readonly Condition[]): Row[] =>
  rows.filter((row) => conditions.every((condition) => meets(row, condition)));

/** Did a user do something that nothing later takes back? */
const did = ({ is, undoneBy = [] }: Action, rows: readonly Row[]): boolean => {
  const undone = undoneBy.length === 0 ? [] : meetAll(rows, undoneBy);
  return meetAll(rows, is).some((row) => undone.every(({ time }) => time <= row.time));
};

/** `7d` in milliseconds. */
const lengthOf = (within: string): number =>
  Number.parseInt(within, 10) * ({ s: SECOND, m: 60 * SECOND, h: DAY / 24, d: DAY }[within.at(-1) ?? ''] ?? Number.NaN);

/** The value of one measure over the rows of one user, as the CSV prints it. A session's time is its start. */
const measure = (is: RowMeasure, all: readonly Row[], asOf: number): string => {
  const since = is.within === undefined ? Number.NEGATIVE_INFINITY : asOf - lengthOf(is.within);
  const rows = meetAll(all, [is.where ?? []].flat()).filter(({ time }) => time > since);
  const times = sortedBy(
    rows.map(({ time }) => time),
    (a, b) => a - b,
  );
  const within = (newest: number, oldest: number): number =>
    times.filter((time) => time > asOf - oldest * DAY && time <= asOf - newest * DAY).length;
  const days = (time: number | undefined): string =>
    time === undefined ? '' : quotient(BigInt(asOf - time), BigInt(DAY));

  switch (is.op) {
    case 'count':
      return `${rows.length}`;
    case 'countWhere':
      return `${rows.filter((row) => meets(row, is)).length}`;
    case 'sum':
    case 'max':
    case 'min':
    case 'mean': {
      const numbers = sortedBy(
        known(rows, is.column)
          .map(decimal)
          .filter((n) => n !== undefined),
        (a, b) => (a < b ? -1 : Number(a > b)),
      );
      const sum = numbers.reduce((a, b) => a + b, 0n);
      if (is.op === 'sum') return print(sum, 10);
      if (is.op === 'mean') return numbers.length === 0 ? '' : quotient(sum, ONE * BigInt(numbers.length));
      const end = numbers.at(is.op === 'max' ? -1 : 0);
      return end === undefined ? '' : print(end, 10);
    }
    case 'distinct':
      return `${new Set(known(rows, is.column)).size}`;
    case 'mode':
      return mode(rows, is.column);
    case 'latest': {
      const cell = (row: Row): string => row.cells.get(is.column) ?? '';
      const latest = sortedBy(
        rows.filter((row) => cell(row) !== ''),
        (a, b) => a.time - b.time,
        (a, b) => byBytes(a.id, b.id),
        (a, b) => byBytes(cell(a), cell(b)),
      ).at(-1);
      return latest ? cell(latest) : '';
    }
    case 'firstTime':
    case 'lastTime': {
      const time = times.at(is.op === 'firstTime' ? 0 : -1);
      return time === undefined ? '' : printTime(time);
    }
    case 'distinctDays':
      return `${new Set(times.map((time) => Math.floor(time / DAY))).size}`;
    case 'daysSinceFirst':
      return days(times.at(0));
    case 'daysSinceLast':
      return days(times.at(-1));
    case 'activeInLast':
      return within(0, is.days) > 0 ? '1' : '0';
    case 'trend':
      return `${within(0, is.days) - within(is.days, 2 * is.days)}`;
    case 'everyOf':
      return is.values.every((value) => known(rows, is.column).includes(value)) ? '1' : '0';
    default: {
      const every = is.allOf.every((action) => did(action, rows));
      return every && (is.anyOf.length === 0 || is.anyOf.some((action) => did(action, rows))) ? '1' : '0';
    }
  }
};

/** A ratio of two features as the CSV prints them, so that anyone can recompute it from the file. */
const ratio = (is: FeatureMeasure, value: (name: string) => string): string => {
  const [of, per] = [decimal(value(is.of)), decimal(value(is.per))];
  return of === undefined || per === undefined || per === 0n ? '' : quotient(of, per);
};

/** One user's row below the header: the features in order. */
const featuresOf = (features: Features, events: readonly Row[], sessions: readonly Row[], asOf: number): string[] => {
  const value = (name: string): string => {
    const feature = features[name];
    if (!feature) throw new Error(`no feature ${name}`);
    if (feature.from === 'features') return ratio(feature.is, value);
    return measure(feature.is, feature.from === 'events' ? events : sessions, asOf);
  };
  return Object.keys(features).map(value);
};

// The whole -----------------------------------------------------------------------------------------------------------

/** The features in CSV order: `converted` last. */
const catalogue = ({ features: { converted, ...others } }: Config): Features =>
  converted ? { ...others, converted } : others;

/**
 * What `gesture features` has to answer for one or several logs.
 *
 * @param logs CSV texts, each with a header of its own
 * @throws Error for a log that has to fail as a whole: no header, a required column missing, a known column twice, a
 *   quote never closed, text after a closing quote (a record that gesture rejects; csv-parse cannot read past it)
 */
export const oracle = (logs: string | readonly string[], options: Options = {}): Outcome => {
  const config = options.config ?? defaultConfig;
  const features = catalogue(config);
  const intakes = [logs].flat().map((text) => intake(text, config));
  const accepted = intakes.flatMap((one) => one.accepted);

  const at = options.asOf === undefined ? undefined : iso(options.asOf);
  // A date means its end.
  const asked = at !== undefined && /^[\d-]+$/.test(options.asOf ?? '') ? at + DAY - 1 : at;
  if (options.asOf !== undefined && asked === undefined) throw new Error(`not a timestamp: ${options.asOf}`);
  const resolved = withUsers(accepted, asked ?? Number.POSITIVE_INFINITY);
  const owned = resolved.filter(({ user }) => user !== '');
  const kept = withoutDuplicates(owned, features);
  const asOf = asked ?? kept.reduce((latest, { time }) => Math.max(latest, time), 0);
  const used = kept.filter(({ time }) => time <= asOf);

  const users = sortedBy(
    groupBy(used, ({ user }) => user),
    ([a], [b]) => byBytes(a, b),
  ).map(([user, events]) => ({ user, events, sessions: sessionsOf(user, events, config.sessions.timeoutMinutes) }));
  const columns = Object.keys(SESSION_COLUMNS);
  return {
    read: intakes.reduce((sum, { read }) => sum + read, 0),
    used: used.length,
    rejected: intakes.flatMap((one) => one.rejected),
    unreadable: intakes.flatMap((one) => one.unreadable),
    duplicate: owned.length - kept.length,
    withoutUser: resolved.length - owned.length,
    later: kept.length - used.length,
    sessions: [
      columns,
      ...users.flatMap(({ sessions }) => sessions.map(({ cells }) => columns.map((column) => cells.get(column) ?? ''))),
    ],
    rows: [
      ['user_id', ...Object.keys(features)],
      ...users.map(({ user, events, sessions }) => [user].concat(featuresOf(features, events, sessions, asOf))),
    ],
  };
};
