/** How DuckDB spells it. What only DuckDB does, such as packed events and the reading of files, spells itself. */
import { type Aggregate, type Dialect, TOGETHER } from './dialect.js';
import {
  decimal,
  printDecimal,
  printQuotient,
  quotient,
  quotientOfCounts,
  SCALE,
  units,
  unitsOfCount,
  unitsOfQuotient,
} from './decimals.js';
import { instantOf } from './instants.js';
import { identifier, literal } from './text.js';

/** No number with fewer characters is too large for the double precision in which scores are calculated. */
const SURELY_FINITE = 308;

/** Aggregates as far as their argument. */
const AGGREGATES: Readonly<Record<Aggregate, string>> = {
  count: 'count(',
  countDistinct: 'count(DISTINCT ',
  sum: 'sum(',
  min: 'min(',
  max: 'max(',
};

/** An aggregate over the rows that meet a condition, if there is one. */
export const filtered = (aggregate: string, condition = ''): string =>
  condition === '' ? aggregate : `${aggregate} FILTER (WHERE ${condition})`;

/** The most frequent value of a list. mode() alone picks among equals by arrival, which differs from run to run; over a sorted list it is the first. */
export const modeOfList = (list: string): string => `list_aggregate(list_sort(${list}), 'mode')`;

/**
 * 64 bits of a text. The engine reads eight bytes at a time, and its hash is the same for many texts that differ in their
 * eighth and sixteenth alone, as ids with two numbers do; so a second hash begins four bytes later.
 */
export const hashOf = (text: string): string => `xor(hash(${text}), hash(substr(${text}, 5)))`;

/** A key that orders rows as these columns do. */
export const orderKey = (columns: readonly string[]): string =>
  `create_sort_key(${columns.map((column) => `${column}, 'ASC NULLS FIRST'`).join(', ')})`;

/** A cell that is one of these values in byte order, found by halves: two to three comparisons instead of twelve. */
const isAmong = (cell: string, values: readonly string[]): string => {
  if (values.length <= 2) return values.map((value) => `${cell} = ${literal(value)}`).join(' OR ');
  const middle = Math.floor(values.length / 2);
  const [before, after] = [values.slice(0, middle), values.slice(middle)].map((half) => isAmong(cell, half));
  return `CASE WHEN ${cell} < ${literal(values[middle] ?? '')} THEN ${before} ELSE ${after} END`;
};

/** Microseconds from 2020 to an event: small enough for sums of squares. */
const SINCE_2020 = '(epoch_us(t) - 1577836800000000)::HUGEINT';
const [START, END] = ['"start"', '"end"'].map((time) => SINCE_2020.replace('(t)', `(${time})`));

/** The spellings of DuckDB, on which the macros of decimals.ts are defined. */
export const duckdb: Dialect = {
  number: (value) => (/e/.test(String(value)) ? value.toFixed(10) : String(value)),
  decimal,
  // Ten digits fewer than a sum has, so that ten thousand million of the largest still add up.
  smallDecimal: (sql) => `try_cast(${sql} AS DECIMAL(28, ${SCALE}))`,
  isInfinite: (cell) =>
    `(strlen(${cell}) > ${SURELY_FINITE} AND NOT coalesce(isfinite(try_cast(${cell} AS DOUBLE)), false))`,
  units,
  unitsOfCount,
  unitsOfQuotient,
  quotient,
  quotientOfCounts,
  printQuotient,
  printDecimal,

  literal,
  nullText: 'NULL::VARCHAR',
  text: (sql) => `${sql}::VARCHAR`,
  bare: (cell, without) => (without === '' ? `lower(${cell})` : `translate(lower(${cell}), ${literal(without)}, '')`),
  trimmed: (cell) => `trim(${cell}, ' \t')`,
  matches: (cell, pattern, ignoreCase = false) =>
    `regexp_matches(${cell}, ${literal(pattern)}${ignoreCase ? ", 'i'" : ''})`,
  matchesFully: (cell, pattern) => `regexp_full_match(${cell}, ${literal(pattern)})`,
  isLike: (cell, pattern) => `${cell} LIKE ${literal(pattern)} ESCAPE '\\'`,
  isAmong: (cell, values) => `coalesce(${isAmong(cell, values)}, false)`,
  contains: (cell, text) => `contains(${cell}, ${literal(text)})`,
  holdsNul: (cell) => `contains(${cell}, chr(0))`,
  joined: (separator, cells) => `concat_ws(${literal(separator)}, ${cells.join(', ')})`,
  differ: (one, other) => `${one} IS DISTINCT FROM ${other}`,
  truth: (cell, sure = false) =>
    sure
      ? `try_cast(${cell} AS BOOLEAN)`
      : `coalesce(try_cast(${cell} AS BOOLEAN), CASE ${cell} WHEN '1.0' THEN true WHEN '0.0' THEN false END)`,
  flag: (condition) => `(${condition})::TINYINT`,

  micros: (t) => `epoch_us(${t})`,
  instant: (microseconds) => `make_timestamp(${microseconds}::BIGINT)`,
  day: (t) => `${t}::DATE`,
  printTime: (t) => `strftime(${t}, '%Y-%m-%dT%H:%M:%SZ')`,
  seconds: (from, to) => `(epoch_us(${to}) - epoch_us(${from}))::DECIMAL(18, 0) * 0.000001::DECIMAL(7, 6)`,
  readInstant: instantOf,

  // FILTER is quicker, but each has room for all columns.
  over: (aggregate, sql, condition = '', many = false) => {
    const begin = AGGREGATES[aggregate];
    return many && condition !== ''
      ? `${begin}CASE WHEN ${condition} THEN ${sql === '*' ? '1' : sql} END)`
      : filtered(`${begin}${sql})`, condition);
  },
  mode: (column, condition = '') => {
    const known = [`${column} IS NOT NULL`, condition].filter((one) => one !== '').join(' AND ');
    return modeOfList(filtered(`list(${column})`, known));
  },
  latest: (column, order, condition) => filtered(`arg_max(${column}, ${orderKey(order)})`, condition),
  together: (columns) => ({
    value: `{${[...columns].map(([name, column]) => `${identifier(name)}: ${column}`).join(', ')}}`,
    expanded: `* EXCLUDE (${identifier(TOGETHER)}), unnest(${identifier(TOGETHER)})`,
  }),
  // If all events are at the start or the end, the sum of (t - start) * (end - t) is 0: exact, and cheaper than to count
  // distinct instants.
  threeInstants: {
    aggregates: [`sum(${SINCE_2020}) AS "#sum"`, `sum(${SINCE_2020} * ${SINCE_2020}) AS "#squares"`],
    test: `(${START} + ${END}) * "#sum" - "#squares" > events * ${START} * ${END}`,
  },
  groupsDevices: true,
  sortsFirst: true,

  except: (columns) => (columns.length === 0 ? '*' : `* EXCLUDE (${columns.map(identifier).join(', ')})`),
  antiJoin: 'ANTI JOIN',
  lag: (sql, window) => `lag(${sql}) ${window}`,
  joinOpenSessions: (timeout) => {
    const distance = `greatest(0, epoch_us(first) - epoch_us(t), epoch_us(t) - epoch_us(last))`;
    return `given AS (
    SELECT user_id, session_id, min(t) AS first, max(t) AS last FROM events WHERE session_id IS NOT NULL GROUP BY ALL
  ),
  numbered AS MATERIALIZED (SELECT * EXCLUDE (session_id), row_number() OVER () AS "#row" FROM events WHERE session_id IS NULL),
  joined AS (
    SELECT numbered.*, session_id FROM numbered JOIN given USING (user_id) WHERE ${distance} <= ${timeout}
    QUALIFY row_number() OVER (PARTITION BY "#row" ORDER BY ${distance}, first DESC, session_id) = 1
  ),
  alone AS (
    SELECT * EXCLUDE ("#row") FROM joined
    UNION ALL SELECT * EXCLUDE ("#row"), NULL FROM numbered ANTI JOIN joined USING ("#row")
  )`;
  },
};
