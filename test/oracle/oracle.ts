/**
 * The oracle: what `gesture features` has to answer, worked out the slow and plain way - csv-parse, Maps and exact
 * integers, no SQL and no code of `src`. Only the catalogue's data and the types are shared.
 *
 * Where this file and an engine disagree, one of the two is wrong; the hand-worked log decides which.
 */
import { parse } from 'csv-parse/sync';
import type { Feature, FeatureMeasure, Features, RowMeasure, Where } from '../../src/catalogue/measures.js';
import { SESSION_COLUMNS } from '../../src/catalogue/measures.js';
import { type Config, defaultConfig } from '../../src/config/settings.js';
import { type TimestampForm, type ColumnKind, EVENT_COLUMNS, REQUIRED_COLUMNS } from '../../src/model.js';

/** A record that cannot be used: the physical line of its first byte, our name of the column at fault, and why. */
export interface Rejected {
  readonly line: number;
  /** Empty where the record as a whole is at fault. */
  readonly column: string;
  readonly reason: string;
}

/** What `features` makes of a log. `read = used + rejected.length + duplicate + later`. */
export interface Outcome {
  /** Records below the header; blank lines are none. */
  readonly read: number;
  readonly used: number;
  readonly rejected: readonly Rejected[];
  /** Accepted records that repeat an `event_id`. */
  readonly duplicate: number;
  /** Accepted records later than an as-of that was asked for. */
  readonly later: number;
  /** The session table with its header, one row a session, by user, start and id. */
  readonly sessions: readonly (readonly string[])[];
  /** The cells of user_features.csv with its header, one row a user. */
  readonly rows: readonly (readonly string[])[];
}

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
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z| UTC|([+-])(\d\d)(?::?(\d\d))?)?)?$/;

const micros = (fraction: string | undefined): number => Number((fraction ?? '').slice(0, 6).padEnd(6, '0'));

const iso = (cell: string): number | undefined => {
  const parts = ISO.exec(cell);
  if (!parts) return undefined;
  const at = (group: number): number => Number(parts[group] ?? 0);
  const midnight = new Date(Date.UTC(at(1), at(2) - 1, at(3)));
  const real = midnight.getUTCFullYear() === at(1) && midnight.getUTCMonth() === at(2) - 1;
  if (!real || at(4) > 23 || at(5) > 59 || at(6) > 59 || at(9) > 15 || at(10) > 59) return undefined;
  const offset = (at(9) * 60 + at(10)) * (parts[8] === '-' ? -60 : 60);
  return midnight.getTime() * 1000 + (at(4) * 3600 + at(5) * 60 + at(6) - offset) * SECOND + micros(parts[7]);
};

const readTime: Record<TimestampForm, (cell: string) => number | undefined> = {
  iso,
  epoch_s: (cell) => {
    const [, whole, fraction] = /^(\d+)(?:\.(\d+))?$/.exec(cell) ?? [];
    return whole === undefined ? undefined : Number(whole) * SECOND + micros(fraction);
  },
  epoch_ms: (cell) => (/^\d+$/.test(cell) ? Number(cell) * 1000 : undefined),
  epoch_us: (cell) => (/^\d+$/.test(cell) ? Number(cell) : undefined),
};

const printTime = (time: number): string => `${new Date(Math.floor(time / 1000)).toISOString().slice(0, 19)}Z`;

const TRUE = new Set(['true', 't', '1', 'yes', 'y']);
const FALSE = new Set(['false', 'f', '0', 'no', 'n']);

/** The URL of a page view, among the cells: no column of a log has this name. */
const PAGE = '#page';

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
  readonly user: string;
  /** The cells as the log spells them: what decides between duplicates. */
  readonly spelt: Cells;
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
    // Blank lines before a record are no part of it. A BOM may stand before them.
    const start = line + breaks(/^\uFEFF?[\r\n]*/.exec(raw)?.[0] ?? '');
    line += breaks(raw);
    from = ends[i] ?? from;
    return { line: start, cells };
  });
};

/** Our column name -> its places in the log; the first of them with a cell counts. */
const bind = (header: readonly string[], columns: Config['events']['columns']): Map<string, number[]> => {
  const places = new Map(header.map((name, place) => [name, [place]]));
  for (const [ours, theirs] of Object.entries(columns)) {
    const found = [theirs].flat().flatMap((name) => (header.includes(name) ? [header.indexOf(name)] : []));
    if (found.length === 0) places.delete(ours);
    else places.set(ours, found);
  }
  for (const name of REQUIRED_COLUMNS) if (!places.has(name)) throw new Error(`the log has no column ${name}`);
  for (const name of Object.keys(EVENT_COLUMNS)) {
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

/** Why a cell cannot be used, if it cannot. */
const fault = (name: string, kind: Check, cell: string, form: TimestampForm): string | undefined => {
  const required = REQUIRED_COLUMNS.some((column) => column === name);
  if (cell === '') return required ? 'empty' : undefined;
  switch (kind) {
    case 'timestamp': {
      const time = readTime[form](cell);
      if (time === undefined) return 'not a timestamp';
      return time >= EARLIEST && time < LATEST ? undefined : 'timestamp out of range';
    }
    case 'number':
      if (!/^-?(\d+(\.\d+)?)$/.test(cell)) return 'not a number';
      return Number.isFinite(Number(cell)) ? undefined : 'too large';
    case 'calculated': {
      const number = decimal(cell);
      if (number === undefined) return 'not a number';
      return sizeOf(number) < TOO_LARGE_TO_ADD ? undefined : 'too large to calculate with';
    }
    case 'flag':
      return TRUE.has(cell.toLowerCase()) || FALSE.has(cell.toLowerCase()) ? undefined : 'not a flag';
    default:
      return undefined;
  }
};

const columnsOf = ({ is }: Feature): string[] => [
  ...('column' in is ? [is.column] : []),
  ...('where' in is && is.where ? [is.where.column] : []),
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

/** What is checked, in this order: the first column at fault is the one named. */
const checked = (features: Features): ReadonlyMap<string, Check> => {
  const own = Object.values(features).flatMap(checkOf);
  const calculated = own.filter(([, check]) => check === 'calculated');
  return new Map<string, Check>([
    ...REQUIRED_COLUMNS.map((name): [string, Check] => [name, EVENT_COLUMNS[name]]),
    ...Object.entries(EVENT_COLUMNS),
    ...[...own, ...calculated].toSorted(([a], [b]) => byBytes(a, b)),
  ]);
};

/** The rows of one log that can be used and those that cannot. */
const intake = (
  text: string,
  { events, features }: Config,
): { read: number; rejected: Rejected[]; accepted: Event[] } => {
  const [header, ...body] = records(text);
  if (!header) throw new Error('the log has no header');
  const places = bind(header.cells, events.columns);
  const types = new Map(Object.entries(events.types));
  const unknown = new Map(Object.entries(events.unknown ?? {}));
  const page = header.cells.indexOf(events.pages?.column ?? '');
  const kinds = checked(features);
  const rejected: Rejected[] = [];
  const accepted: Event[] = [];

  for (const { line, cells } of body) {
    const width = header.cells.length;
    const isFilled = events.raggedRows === 'fill' && cells.slice(width).every((cell) => cell === '');
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
        const cell = at.map((place) => cells[place] ?? '').find((known) => known !== '') ?? '';
        return [name, unknown.get(name)?.includes(cell) ? '' : cell];
      }),
    );
    const [first] = [...kinds].flatMap(([column, kind]) => {
      const reason = fault(column, kind, spelt.get(column) ?? '', events.timestamp);
      return reason === undefined ? [] : [{ line, column, reason }];
    });
    if (first) {
      rejected.push(first);
      continue;
    }
    const read = new Map(spelt);
    const theirs = spelt.get('event_type') ?? '';
    const type = types.get(theirs) ?? theirs;
    const special =
      events.pages && type === 'page_view' && new RegExp(events.pages.matches, 'u').test(cells[page] ?? '');
    read.set('event_type', special ? (events.pages?.type ?? type) : type);
    spelt.set(PAGE, cells[page] ?? '');
    for (const [name, kind] of kinds) {
      const cell = spelt.get(name) ?? '';
      if (kind === 'flag' && cell !== '') read.set(name, TRUE.has(cell.toLowerCase()) ? '1' : '0');
    }
    accepted.push({
      time: readTime[events.timestamp](spelt.get('timestamp') ?? '') ?? Number.NaN,
      id: spelt.get('event_id') ?? '',
      user: spelt.get('user_id') ?? '',
      spelt,
      cells: read,
    });
  }
  return { read: body.length, rejected, accepted };
};

/**
 * One event of each event_id: the smallest by time, user, type, session, the other columns of the model and then those
 * that only a feature names, so the order of the rows never matters. Rows without an event_id are all kept.
 */
const withoutDuplicates = (events: readonly Event[], features: Features): Event[] => {
  const columns = ['user_id', 'event_type', 'session_id', ...Object.keys(EVENT_COLUMNS), PAGE, ...ownColumns(features)];
  const order = columns
    .filter((name) => name !== 'timestamp')
    .map((name) => (a: Event, b: Event) => byBytes(a.spelt.get(name) ?? '', b.spelt.get(name) ?? ''));
  const first = new Map<string, Event>();
  for (const event of sortedBy(events, (a, b) => a.time - b.time, ...order)) {
    if (event.id !== '' && !first.has(event.id)) first.set(event.id, event);
  }
  return events.filter((event) => event.id === '' || first.get(event.id) === event);
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

/** The sessions of one user in time order. */
const sessionsOf = (user: string, events: readonly Event[], timeoutMinutes: number): Row[] => {
  const sessionId = (event: Event): string => event.cells.get('session_id') ?? '';
  const given = groupBy(
    events.filter((event) => sessionId(event) !== ''),
    sessionId,
  );
  const derived = split(
    events.filter((event) => sessionId(event) === ''),
    timeoutMinutes * 60 * SECOND,
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
      is_bounce: flag('bounce_flag', rows.length === 1),
      is_spam: flag('spam_flag', rows.length >= 5 && (rows.length - 1) * SECOND > end - start),
    } satisfies Record<keyof typeof SESSION_COLUMNS, string>;
    return { time: start, id, cells: new Map(Object.entries(facts)) };
  });
};

// Measures ------------------------------------------------------------------------------------------------------------

/** Does a row meet a condition? An unknown cell meets none. */
const meets = (row: Row, { column, equals, in: any, matches }: Where): boolean => {
  const cell = row.cells.get(column) ?? '';
  if (cell === '') return false;
  if (equals !== undefined && cell !== equals) return false;
  if (any !== undefined && !any.includes(cell)) return false;
  if (matches === undefined) return true;
  // RE2 spells "ignore case" inside the pattern, JavaScript beside it.
  const [, flags = '', pattern = ''] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(matches) ?? [];
  return new RegExp(pattern, `u${flags}`).test(cell);
};

/** The value of one measure over the rows of one user, as the CSV prints it. A session's time is its start. */
const measure = (is: RowMeasure, all: readonly Row[], asOf: number): string => {
  const rows = 'where' in is && is.where ? all.filter((row) => meets(row, is.where ?? { column: '' })) : all;
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
    default:
      return is.values.every((value) => known(rows, is.column).includes(value)) ? '1' : '0';
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

/** The features in CSV order: `converted` last, and true of the types the conversion asks for. */
const catalogue = ({ features, conversion }: Config): Features => {
  const { converted, ...others } = features;
  if (!converted) return others;
  const is: RowMeasure = { op: 'everyOf', column: 'event_type', values: conversion.allOf };
  return { ...others, converted: { unit: converted.unit, says: converted.says, from: 'events', is } };
};

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
  const kept = withoutDuplicates(accepted, features);

  const asked = options.asOf === undefined ? undefined : iso(options.asOf);
  if (options.asOf !== undefined && asked === undefined) throw new Error(`not a timestamp: ${options.asOf}`);
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
    duplicate: accepted.length - kept.length,
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
