/** Timestamps in SQL: what they must look like, and their instants. */
import type { Reading } from '../config/settings.js';
import { type TimestampForm, TIMESTAMP_FORMS } from '../model.js';
import { parsePattern } from '../text/strptime.js';
import { literal } from './text.js';

/**
 * ISO 8601 date or date-time: `T`, `t` or a space, optional seconds, a fraction after `.` or `,`, then `Z`, `z`, ` UTC`, an
 * offset, also after a space, or no zone.
 */
export const ISO = String.raw`\d{4}-\d\d-\d\d([Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?([Zz]| UTC| ?[+-](0\d|1[0-5])(:?[0-5]\d)?)?)?`;

/** A time with a zone at its end. */
const ZONED = String.raw`:\d\d([.,]\d+)?([Zz]| UTC| ?[+-]\d\d(:?\d\d)?)$`;

/** An ISO timestamp in the spelling that the engine casts: seconds, a point, capital letters, no blank before an offset. */
const spelledOut = (cell: string): string => {
  const plain = `replace(replace(upper(${cell}), ' UTC', ''), ',', '.')`;
  const joined = String.raw`regexp_replace(${plain}, ' ([+-])', '\1')`;
  return String.raw`regexp_replace(${joined}, '([T ]\d\d:\d\d)([+-]|Z|$)', '\1:00\2')`;
};

/** A local time as UTC. A time that a change of clocks skips or repeats is read in standard time. */
const fromZone = (local: string, zone: string | undefined): string =>
  zone === undefined || zone === 'UTC' ? local : `make_timestamp(epoch_us(timezone(${literal(zone)}, ${local})))`;

/** Shapes of seconds, before and after 20:00, in which GLOB checks whatever the cast would take in other forms, such as ` 9` or `24`. */
const SECONDS = ['[01][0-9]', '2[0-3]'].map((hour) => `????-??-?[0-9][T ]${hour}:?[0-9]:[0-5][0-9]`);

/** Any of these seconds, with something behind them. The hour is looked at apart: `24` and later are none. */
const SECONDS_AND_MORE = '????-??-?[0-9][T ][0-2][0-9]:?[0-9]:[0-5][0-9]*';

/** Shapes of fractions and of offsets, as trackers and typed columns write them. */
const FRACTIONS = [3, 6].map((digits) => `.${'[0-9]'.repeat(digits)}`);
const OFFSETS = ['+00', '[+-]0[0-9]:[0-5][0-9]', '[+-]1[0-5]:[0-5][0-9]'];
const ZONED_SHAPES = [...OFFSETS, ...FRACTIONS.flatMap((fraction) => ['Z', ...OFFSETS].map((zone) => fraction + zone))];

/** SQL: true of seconds followed by one of these shapes. */
const hasBehind = (cell: string, shapes: readonly string[]): string => {
  const rest = `substr(${cell}, 20)`;
  const fits = shapes.map((shape) => `${rest} GLOB ${literal(shape)}`).join(' OR ');
  return `${cell} GLOB ${literal(SECONDS_AND_MORE)} AND substr(${cell}, 12, 2) < '24' AND (${fits})`;
};

/**
 * The instant of an ISO timestamp as TIMESTAMP (UTC, microseconds); NULL if it does not meet the grammar.
 * The first branches are the forms that nearly every log uses, checked without a regular expression: by their shape, and
 * every other digit by the cast.
 */
const isoInstant = (cell: string, zone: string | undefined): string => {
  const inUtc = `make_timestamp(epoch_us(try_cast(${spelledOut(cell)} AS TIMESTAMPTZ)))`;
  const local =
    zone === undefined
      ? inUtc
      : `CASE WHEN regexp_matches(${cell}, ${literal(ZONED)}) THEN ${inUtc} ELSE ${fromZone(inUtc, zone)} END`;
  const cast = `try_cast(${cell} AS TIMESTAMP)`;
  // The cast to TIMESTAMP takes any offset for none.
  const zoned = `make_timestamp(epoch_us(try_cast(${cell} AS TIMESTAMPTZ)))`;
  const common = [
    ...SECONDS.map((shape) => ({ is: `${cell} GLOB ${literal(`${shape}Z`)}`, instant: cast })),
    ...SECONDS.map((shape) => ({ is: `${cell} GLOB ${literal(shape)}`, instant: fromZone(cast, zone) })),
    { is: hasBehind(cell, ZONED_SHAPES), instant: zoned },
    { is: hasBehind(cell, FRACTIONS), instant: fromZone(cast, zone) },
  ];
  return `CASE
      ${common.map(({ is, instant }) => `WHEN ${is} THEN ${instant}`).join('\n      ')}
      WHEN regexp_full_match(${cell}, ${literal(ISO)}) THEN ${local}
    END`;
};

/**
 * A number of seconds, milliseconds or microseconds since 1970: whole, with a fraction, or as floating-point numbers are
 * printed, with more digits than the six that spreadsheets show.
 */
const epochInstant = (cell: string, digits: number, power: number): string => {
  const ofUnit = 10 ** (6 - power);
  const [whole, fraction] = [1, 2].map((part) => `split_part(${cell}, '.', ${part})`);
  const micros = `rpad(left(${fraction}, ${6 - power}), ${6 - power}, '0')`;
  const rest = power === 6 ? '0' : `${micros}::BIGINT`;
  return `CASE
      WHEN regexp_full_match(${cell}, '\\d{1,${digits}}') THEN make_timestamp(${cell}::BIGINT * ${ofUnit})
      WHEN regexp_full_match(${cell}, '\\d{1,${digits}}\\.\\d{0,9}') THEN make_timestamp(${whole}::BIGINT * ${ofUnit} + ${rest})
      WHEN regexp_full_match(${cell}, '\\d\\.\\d{6,17}[eE]\\+?\\d\\d') THEN make_timestamp(try_cast(trunc(try_cast(${cell} AS DECIMAL(38, 10)) * ${ofUnit}) AS BIGINT))
    END`;
};

const patternInstant = (cell: string, pattern: string, zone: string | undefined): string => {
  const parsed = parsePattern(pattern);
  if (typeof parsed === 'string') throw new Error(`${pattern} ${parsed}`);
  const read = `try_strptime(${cell}, ${literal(parsed.strptime)})`;
  const instant = parsed.hasOffset ? `make_timestamp(epoch_us(${read}))` : fromZone(read, zone);
  return `CASE WHEN regexp_full_match(${cell}, ${literal(parsed.regex)}) THEN ${instant} END`;
};

/**
 * The instant of a column of instants or days: what its text would be read as, without printing it. NULL if it is infinite.
 *
 * @param type as the engine calls it
 */
export const typedInstant = (column: string, type: string, zone: string | undefined): string =>
  type.endsWith('TIME ZONE')
    ? `make_timestamp(epoch_us(${column}))`
    : fromZone(`make_timestamp(epoch_us(try_cast(${column} AS TIMESTAMP)))`, zone);

/** How an engine spells the instant of a cell, by the kinds of forms; in a zone if the form names no offset. */
interface InstantSpellings {
  readonly iso: (cell: string, zone: string | undefined) => string;
  /** Seconds since 1970 times a power of ten, of at most so many digits before the point. */
  readonly epoch: (cell: string, digits: number, power: number) => string;
  readonly pattern: (cell: string, pattern: string, zone: string | undefined) => string;
}

const isNamed = (form: string): form is TimestampForm => (TIMESTAMP_FORMS as readonly string[]).includes(form);

/** SQL of the instant of a `timestamp` cell by the forms of a reading, the first that fits; NULL if none does. */
export const instantReader = ({ iso, epoch, pattern }: InstantSpellings) => {
  const named: Record<TimestampForm, (cell: string, zone: string | undefined) => string> = {
    iso,
    epoch_s: (cell) => epoch(cell, 12, 0),
    epoch_ms: (cell) => epoch(cell, 15, 3),
    epoch_us: (cell) => epoch(cell, 18, 6),
  };
  return (cell: string, { timestamp, timezone }: Pick<Reading, 'timestamp' | 'timezone'>): string => {
    const all = timestamp.map((form) => (isNamed(form) ? named[form](cell, timezone) : pattern(cell, form, timezone)));
    return all.length === 1 ? (all[0] ?? 'NULL') : `coalesce(${all.join(', ')})`;
  };
};

/** The instant of a `timestamp` cell as TIMESTAMP in UTC; NULL if it cannot be read. */
export const instantOf = instantReader({ iso: isoInstant, epoch: epochInstant, pattern: patternInstant });

/** Why a timestamp cannot be read, by its form. */
const FORMS: Record<TimestampForm, string> = {
  iso: 'an ISO 8601 date or date-time',
  epoch_s: 'a number of seconds since 1970',
  epoch_ms: 'a number of milliseconds since 1970',
  epoch_us: 'a number of microseconds since 1970',
};

/** What timestamps should be, in words. */
export const formsInWords = (forms: readonly string[]): string =>
  forms.map((form) => (isNamed(form) ? FORMS[form] : `like ${form}`)).join(', or ');
