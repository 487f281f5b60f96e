/** Timestamps in the SQL of ClickHouse: from text to whole microseconds since 1970. */
import { parsePattern } from '../text/strptime.js';
import { bound, decimal, literal, matches, matchesFully, units } from './clickhouseText.js';
import { instantReader, ISO } from './instants.js';

const [SECOND, DAY] = [1_000_000, 86_400_000_000];

/** The parts of a timestamp, in SQL; those that are absent are 0. */
interface Parts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
  /** Up to nine digits after the point, as text. */
  readonly fraction: string;
}

const whole = (digits: string): string => `toInt32OrZero(${digits})`;

/** The first group of a regular expression in a cell; empty if there is none. */
const found = (cell: string, pattern: string): string => `extract(${cell}, ${literal(pattern)})`;

/** The microseconds of a local time, as if it were UTC; NULL for a day that no calendar has. */
const localInstant = ({ year, month, day, hour, minute, second, fraction }: Parts): string => {
  const isReal = `toYear(date) = ${year} AND toMonth(date) = ${month} AND toDayOfMonth(date) = ${day}`;
  const clock = `toInt64(${hour} * 3600 + ${minute} * 60 + ${second}) * ${SECOND}`;
  const micros = fraction === '' ? '' : ` + toInt64OrZero(rpad(left(${fraction}, 6), 6, '0'))`;
  const instant = `CASE WHEN ${isReal} THEN toInt64(toInt32(date)) * ${DAY} + ${clock}${micros} END`;
  return bound('date', `makeDate32(${year}, ${month}, ${day})`, instant);
};

/** A local time as UTC. A time that a change of clocks skips or repeats is read in standard time. */
const fromZone = (sql: string, zone: string | undefined): string => {
  if (zone === undefined || zone === 'UTC') return sql;
  const local = 'local';
  const offsetAt = (instant: string): string =>
    `timezoneOffset(fromUnixTimestamp64Micro(${instant}, ${literal(zone)})) * ${SECOND}`;
  const [before, after] = [offsetAt(`${local} - ${DAY}`), offsetAt(`${local} + ${DAY}`)];
  const fits = (offset: string): string => `${offsetAt(`${local} - ${offset}`)} = ${offset}`;
  const instant = `CASE WHEN (${fits(before)}) = (${fits(after)}) THEN ${local} - least(${before}, ${after})
        WHEN ${fits(before)} THEN ${local} - ${before} ELSE ${local} - ${after} END`;
  return bound(local, sql, instant);
};

/** Microseconds of an offset such as `+02:00` in a cell, 0 if there is none. */
const offsetIn = (cell: string): string => {
  const minutes = `${whole(found(cell, String.raw`[+-](\d\d)`))} * 60 + ${whole(found(cell, String.raw`[+-]\d\d:?(\d\d)$`))}`;
  return `if(${matches(cell, '-')}, -1, 1) * toInt64(${minutes}) * ${60 * SECOND}`;
};

const isoInstant = (cell: string, zone: string | undefined): string => {
  const at = (from: number, length: number): string => whole(`substring(${cell}, ${from}, ${length})`);
  const rest = `substring(${cell}, 17)`;
  const [year, month, day, hour, minute, second] = [at(1, 4), at(6, 2), at(9, 2), at(12, 2), at(15, 2), at(18, 2)];
  const parts = { year, month, day, hour, minute, second, fraction: '' };
  const seconds = `if(substring(${cell}, 17, 1) = ':', ${second}, 0)`;
  const any = localInstant({ ...parts, second: seconds, fraction: found(rest, String.raw`[.,](\d+)`) });
  const zoned = `${any} - ${offsetIn(rest)}`;
  const read =
    zone === undefined
      ? zoned
      : `CASE WHEN ${matches(rest, String.raw`([Zz]| UTC|[+-]\d\d(:?\d\d)?)$`)} THEN ${zoned} ELSE ${fromZone(`(${any})`, zone)} END`;
  const usual = String.raw`\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ`;
  return `CASE WHEN ${matchesFully(cell, usual)} THEN ${localInstant(parts)}
      WHEN ${matchesFully(cell, ISO)} THEN ${read} END`;
};

const epochInstant = (cell: string, digits: number, power: number): string => {
  const ofUnit = 10 ** (6 - power);
  const fraction = found(cell, String.raw`\.(\d*)`);
  const rest = power === 6 ? '0' : `toInt64OrZero(rpad(left(${fraction}, ${6 - power}), ${6 - power}, '0'))`;
  const digitsOf = `toInt64OrZero(${found(cell, String.raw`^(\d+)`)})`;
  const exact = `intDiv(${units(decimal(cell))} * ${ofUnit}, toInt256('10000000000'))`;
  return `CASE
      WHEN ${matchesFully(cell, String.raw`\d{1,${digits}}`)} THEN toInt64OrZero(${cell}) * ${ofUnit}
      WHEN ${matchesFully(cell, String.raw`\d{1,${digits}}\.\d{0,9}`)} THEN ${digitsOf} * ${ofUnit} + ${rest}
      WHEN ${matchesFully(cell, String.raw`\d\.\d{6,17}[eE]\+?\d\d`)} THEN ${bound('exact', exact, 'CASE WHEN exact < 9000000000000000000 THEN toInt64(exact) END')}
    END`;
};

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const patternInstant = (cell: string, pattern: string, zone: string | undefined): string => {
  const parsed = parsePattern(pattern);
  if (typeof parsed === 'string') throw new Error(`${pattern} ${parsed}`);
  const { regex, names, hasOffset } = parsed;
  const all = `extractGroups(ifNull(${cell}, ''), ${literal(`^(?-s:${regex})\\z`)})`;
  const text = (name: string): string | undefined =>
    names.includes(name) ? `part[${names.indexOf(name) + 1}]` : undefined;
  const number = (name: string): string => (names.includes(name) ? whole(text(name) ?? '') : '0');
  const named = text('b') ?? text('B');
  const half = text('p');
  const short = number('y');
  const local = localInstant({
    year: names.includes('Y') ? number('Y') : `(${short} + if(${short} < 69, 2000, 1900))`,
    month:
      named === undefined
        ? number('m')
        : `toInt32(indexOf([${MONTHS.map(literal).join(', ')}], lower(left(${named}, 3))))`,
    day: number('d'),
    hour: half === undefined ? number('H') : `(${number('I')} % 12 + if(lower(${half}) = 'pm', 12, 0))`,
    minute: number('M'),
    second: number('S'),
    fraction: text('f') ?? '',
  });
  const instant = hasOffset ? `${local} - ${offsetIn(text('z') ?? '')}` : fromZone(`(${local})`, zone);
  return `CASE WHEN ${matchesFully(cell, regex)} THEN ${bound('part', all, instant)} END`;
};

/** The instant of a `timestamp` cell in microseconds since 1970; NULL if it cannot be read. */
export const readInstant = instantReader({ iso: isoInstant, epoch: epochInstant, pattern: patternInstant });
