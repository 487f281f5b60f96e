/** How ClickHouse spells it. `t` is a whole number of microseconds since 1970 (Int64). */
import { readInstant } from './clickhouseInstants.js';
import { bound, decimal, literal, matches, matchesFully, powerOfTen, units } from './clickhouseText.js';
import { type Dialect, TOGETHER } from './dialect.js';
import { identifier } from './text.js';

const SURELY_FINITE = 308;

/** Text that orders rows as these columns do: an instant, then text, in which NUL stands for the end of a part. */
const orderKey = ([t, ...parts]: readonly string[]): string => {
  const known = parts.map((part) => `ifNull(${part}, '')`);
  const ended = known.map((part, i) =>
    i === known.length - 1 ? part : `replaceAll(${part}, '\\0', '\\0\\x01'), '\\0\\0'`,
  );
  return `concat(${[`reinterpretAsFixedString(byteSwap(${t}))`, ...ended].join(', ')})`;
};

/** An aggregate function, with the suffix and the condition by which it selects rows. */
const call = (name: string, args: readonly string[], condition = ''): string =>
  condition === '' ? `${name}(${args.join(', ')})` : `${name}If(${[...args, condition].join(', ')})`;

const except = (columns: readonly string[]): string =>
  columns.length === 0 ? '*' : `* EXCEPT (${columns.map(identifier).join(', ')})`;

/** `LIMIT 10 BY` and the like need no spelling here: they are ClickHouse's own, in clickhouseRows.ts. */
export const clickhouse: Dialect = {
  number: (value) => `toDecimal256('${/e/.test(String(value)) ? value.toFixed(10) : String(value)}', 10)`,
  decimal: (sql) => decimal(sql),
  smallDecimal: (sql) => decimal(sql, 18),
  isInfinite: (cell) => `(length(${cell}) > ${SURELY_FINITE} AND NOT ifNull(isFinite(toFloat64OrNull(${cell})), 0))`,
  units,
  unitsOfCount: (count) => `toInt256(${count}) * ${powerOfTen(10)}`,
  unitsOfQuotient: (quotient) => `toInt256(${quotient}) * ${powerOfTen(6)}`,
  quotient: (of, per) =>
    `CASE WHEN abs(${per}) > 0 AND abs(${per}) < ${powerOfTen(35)} AND intDivOrZero(abs(${of}), abs(${per})) < ${powerOfTen(28)}
      THEN sign(${of}) * sign(${per}) * intDivOrZero(abs(${of}) * 20000 + abs(${per}), abs(${per}) * 2) END`,
  quotientOfCounts: (of, per) =>
    `CASE WHEN ${per} <> 0 THEN intDivOrZero(toInt128(${of}) * 20000 + ${per}, toInt128(${per}) * 2) END`,
  printQuotient: (quotient) => `toString(reinterpret(toInt256(${quotient}), 'Decimal(76, 4)'))`,
  printDecimal: (sql) => `toString(${sql})`,

  literal,
  nullText: `CAST(NULL, 'Nullable(String)')`,
  text: (sql) => `toString(${sql})`,
  bare: (cell, without) =>
    without === ''
      ? `lowerUTF8(${cell})`
      : `replaceRegexpAll(lowerUTF8(${cell}), ${literal(`[${without.replaceAll(/./g, String.raw`\$&`)}]`)}, '')`,
  trimmed: (cell) => `trim(BOTH ' \\t' FROM ${cell})`,
  matches,
  matchesFully,
  isLike: (cell, pattern) => `${cell} LIKE ${literal(pattern)}`,
  isAmong: (cell, values) => `ifNull(${cell} IN (${values.map(literal).join(', ')}), 0)`,
  contains: (cell, text) => `position(${cell}, ${literal(text)}) > 0`,
  holdsNul: (cell) => `position(${cell}, '\\0') > 0`,
  joined: (separator, cells) =>
    `arrayStringConcat(arrayFilter(x -> x <> '', [${cells.map((cell) => `ifNull(${cell}, '')`).join(', ')}]), ${literal(separator)})`,
  differ: (one, other) => `ifNull(${one} <> ${other}, (${one} IS NULL) <> (${other} IS NULL))`,
  truth: (cell) =>
    `CASE WHEN lower(${cell}) IN ('true', 't', 'yes', 'y', '1', '1.0') THEN 1 WHEN lower(${cell}) IN ('false', 'f', 'no', 'n', '0', '0.0') THEN 0 END`,
  flag: (condition) => `toInt8(${condition})`,

  micros: (t) => t,
  instant: (microseconds) => `${microseconds}`,
  day: (t) => `intDiv(${t}, 86400000000)`,
  printTime: (t) => `formatDateTime(fromUnixTimestamp64Micro(${t}, 'UTC'), '%Y-%m-%dT%H:%i:%SZ', 'UTC')`,
  seconds: (from, to) => `reinterpret(toInt64(${to} - ${from}), 'Decimal(18, 6)')`,
  readInstant,

  // Without OrNull, sums and extremes of nothing are 0; the other names of counts can be made to guess.
  over: (aggregate, sql, condition) => {
    switch (aggregate) {
      case 'count':
        if (sql === '*') return call('count', [], condition);
        return call('count', [], [`${sql} IS NOT NULL`, condition ?? ''].filter((one) => one !== '').join(' AND '));
      case 'countDistinct':
        return call('uniqExact', [sql], condition);
      default:
        return call(`${aggregate}OrNull`, [sql], condition);
    }
  },
  mode: (column, condition = '') => {
    const known = [`${column} IS NOT NULL`, condition].filter((one) => one !== '').join(' AND ');
    const counts = `sumMapIf([CAST(assumeNotNull(${column}), 'String')], [toUInt64(1)], ${known})`;
    return bound('counts', counts, `nullIf(counts.1[indexOf(counts.2, arrayMax(counts.2))], '')`);
  },
  latest: (column, order, condition) => call('argMaxOrNull', [column, orderKey(order)], condition),
  together: (columns) => ({
    value: `tuple(${[...columns.values()].join(', ')})`,
    expanded: `${except([TOGETHER])}, ${[...columns.keys()].map((name, i) => `tupleElement(${identifier(TOGETHER)}, ${i + 1}) AS ${identifier(name)}`).join(', ')}`,
  }),
  threeInstants: { aggregates: ['uniqUpTo(2)(t) AS "#instants"'], test: '"#instants" > 2' },
  groupsDevices: false,
  sortsFirst: false,

  except,
  antiJoin: 'LEFT ANTI JOIN',
  lag: (sql, window) => `lagInFrame(${sql}, 1, ${sql}) ${window}`,
  joinOpenSessions: (timeout) => {
    const away = 'greatest(0, one.1 - t, t - one.2)';
    const near = `arrayFilter(one -> one.1 - t <= ${timeout} AND t - one.2 <= ${timeout}, open)`;
    const best = `arraySort(arrayMap(one -> (${away}, -one.1, one.3), ${near}))[1]`;
    return `given AS (
    SELECT user_id, session_id, min(events.t) AS first, max(events.t) AS last FROM events
    WHERE session_id IS NOT NULL GROUP BY user_id, session_id
  ),
  opened AS (SELECT user_id, groupArray((first, last, CAST(assumeNotNull(session_id), 'String'))) AS open FROM given GROUP BY user_id),
  alone AS (
    SELECT * EXCEPT (open), nullIf(${best}.3, '') AS session_id
    FROM (SELECT * EXCEPT (session_id) FROM events WHERE session_id IS NULL) AS others LEFT JOIN opened USING (user_id)
  )`;
  },
};
