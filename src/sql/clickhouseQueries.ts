/** What is asked of a table of ClickHouse: a first look at all rows, doubts that it leaves, and the table of users. */
import { ANONYMOUS_ID } from '../model.js';
import { clickhouse } from './clickhouse.js';
import {
  acceptedRows,
  allRows,
  checkedRows,
  queryOf,
  type Relation,
  FAULT,
  HASHED_ID,
  ownedRows,
  type Seen,
  type Source,
  whyUnreadable,
} from './clickhouseRows.js';
import type { Exclusion } from './clickhouseUsed.js';
import { unreadableReasons } from './cells.js';
import type { Facts } from './plan.js';
import { byEvent, bySession, SAME_EVENT, sessionRows, users } from './query.js';
import { ROW, typeOf } from './reading.js';
import { identifier } from './text.js';

const asText = (sql: string): string => `toString(${sql})`;

/** Devices that are counted by name, at most. */
const FEW = 8;

/** What the first look counts, by name; those of columns follow. */
export const LOOKED = ['rows', 'left', 'rejected', 'withoutUser', 'later', 'events'] as const;

/** The columns whose unknown and unreadable cells are counted. */
export const lookedColumns = ({ plan }: Source): { known: readonly string[]; checked: readonly string[] } => ({
  known: plan.rules.columns,
  checked: [...unreadableReasons(clickhouse, plan.rules).keys()],
});

/**
 * SQL of a first look at all rows, as one row of text: the counts of LOOKED, the latest instant, the names of devices with
 * NUL between them, the known cells of each column, and the unreadable ones.
 */
export const firstLook = (source: Source, asOf: bigint | undefined): string => {
  const { plan, mapped } = source;
  const { known, checked } = lookedColumns(source);
  const fault = identifier(FAULT.column);
  const accepted = `${identifier(ROW.left)} IS NULL AND ${fault} IS NULL`;
  const someone =
    mapped === undefined ? 'user_id IS NOT NULL' : `(user_id IS NOT NULL OR ${identifier(ANONYMOUS_ID)} IS NOT NULL)`;
  const owned = `${accepted} AND ${someone}`;
  const early = asOf === undefined ? owned : `${owned} AND t <= ${asOf}`;
  const counts = [
    'count()',
    `countIf(${identifier(ROW.left)} IS NOT NULL)`,
    `countIf(${fault} IS NOT NULL)`,
    `countIf(${accepted} AND NOT ${someone})`,
    asOf === undefined ? '0' : `countIf(${owned} AND t > ${asOf})`,
    `countIf(${early})`,
  ];
  const readable = new Set(checked);
  const isKnown = (column: string): string =>
    readable.has(column)
      ? `${identifier(column)} IS NOT NULL AND ${identifier(whyUnreadable(column))} IS NULL`
      : `${identifier(column)} IS NOT NULL`;
  const names = `groupUniqArrayIf(${FEW + 1})(CAST(assumeNotNull(device), 'String'), device IS NOT NULL AND ${early})`;
  const devices = plan.rules.columns.includes('device') ? `arrayStringConcat(arraySort(${names}), '\\0')` : `''`;
  const all = [
    ...counts.map(asText),
    `toString(maxIf(assumeNotNull(t), ${early}))`,
    devices,
    ...known.map((column) => asText(`countIf(${owned} AND ${isKnown(column)})`)),
    ...checked.map((column) => asText(`countIf(${accepted} AND ${identifier(whyUnreadable(column))} IS NOT NULL)`)),
  ];
  const list = all.map((one, i) => `${one} AS f${i}`).join(',\n    ');
  return queryOf(checkedRows(source, allRows(source)), (rows) => `SELECT ${list} FROM ${rows}`);
};

/** SQL of the event types: theirs, ours, and how many events of a relation have it; the most frequent first. */
export const eventTypes = (rows: Relation, most: number): string =>
  queryOf(
    rows,
    (
      all,
    ) => `SELECT ${identifier(ROW.theirs)} AS theirs, CAST(event_type, 'Nullable(String)') AS ours, toString(count()) AS n
  FROM ${all} GROUP BY theirs, ours ORDER BY count() DESC, theirs LIMIT ${most}`,
  );

/** SQL of all event types of a table, and what each is in our words. */
export const allEventTypes = (source: Source, most: number): string => {
  const ours = typeOf(clickhouse, source.reading, 'event_type', false);
  return queryOf(
    allRows(source),
    (all) => `SELECT CAST(event_type, 'String') AS theirs, CAST(${ours}, 'Nullable(String)') AS ours
  FROM (SELECT DISTINCT event_type FROM ${all} WHERE event_type IS NOT NULL LIMIT ${most}) AS types`,
  );
};

/** SQL of how many ids of events there are, and how many different ones, by their hashes; of one of several parts of them. */
export const differentIds = (source: Source, seen: Seen, part: number, parts: number): string => {
  const hash = HASHED_ID;
  const where = parts === 1 ? '' : ` AND ${hash} % ${parts} = ${part}`;
  return queryOf(
    ownedRows(source, seen, undefined),
    (rows) =>
      `SELECT toString(count()) AS ids, toString(uniqExact(${hash})) AS different FROM ${rows} WHERE event_id IS NOT NULL${where}`,
  );
};

/** SQL of events with an id, and how many copies there are of each, from owned rows. */
const copiesOf = (rows: string): string =>
  `(SELECT ${SAME_EVENT.join(', ')}, count() - 1 AS copies FROM ${rows} WHERE event_id IS NOT NULL GROUP BY ${SAME_EVENT.join(', ')})`;

/** SQL of the copies of events: all, those later than as-of, and the ids that stand for several events. */
export const countedCopies = (source: Source, seen: Seen, asOf: bigint | undefined): string => {
  const later = asOf === undefined ? '0' : `sumIf(every.copies, every.t > ${asOf})`;
  return queryOf(
    ownedRows(source, seen, asOf),
    (
      rows,
    ) => `SELECT toString(sum(times)) AS copies, toString(sum(late)) AS later, toString(countIf(events > 1)) AS shared FROM (
    SELECT event_id, sum(every.copies) AS times, ${later} AS late, count() AS events
    FROM ${copiesOf(rows)} AS every GROUP BY event_id)`,
  );
};

/** SQL of the hashes of ids of events that are there twice, in owned rows. */
export const repeatedIds = (rows: string): string =>
  `SELECT DISTINCT ${HASHED_ID} FROM ${copiesOf(rows)} WHERE copies > 0`;

/** The same as a query, up to so many. */
export const listedIds = (source: Source, seen: Seen, asOf: bigint | undefined, most: number): string =>
  queryOf(ownedRows(source, seen, asOf), (rows) => `SELECT toString(*) FROM (${repeatedIds(rows)} LIMIT ${most})`);

/** SQL of the user agents of a table. */
export const userAgents = (source: Source, seen: Seen): string =>
  queryOf(
    acceptedRows(source, seen),
    (rows) => `SELECT DISTINCT CAST(user_agent, 'String') AS agent FROM ${rows} WHERE user_agent IS NOT NULL`,
  );

/** SQL of how many rows each rule excludes, by its number. */
export const excludedByRule = ({ ruled }: Exclusion): string =>
  queryOf(
    ruled,
    (rows) =>
      `SELECT toString("#rule") AS rule, toString(count()) AS n FROM ${rows} WHERE "#rule" > 0 GROUP BY "#rule" ORDER BY "#rule"`,
  );

/** SQL of how many rows a relation has, and the latest instant. */
export const sizeOf = (relation: Relation): string =>
  queryOf(relation, (rows) => `SELECT toString(count()) AS n, toString(max(t)) AS last FROM ${rows}`);

/** SQL of how many events of a relation have a time of day: 1 if any does. */
export const timedEvents = (relation: Relation): string =>
  queryOf(
    relation,
    (rows) => `SELECT toString(count()) FROM (SELECT 1 FROM ${rows} WHERE t % 86400000000 <> 0 LIMIT 1)`,
  );

/** SQL of why rows are left out by a condition, with how many. */
export const leftByCondition = (source: Source): string =>
  queryOf(
    allRows(source),
    (rows) =>
      `SELECT ${identifier(ROW.left)} AS reason, toString(count()) AS n FROM ${rows} WHERE reason IS NOT NULL GROUP BY reason ORDER BY reason`,
  );

const RAW = `formatRowNoNewline('JSONEachRow', source.*) AS "#raw"`;

/** SQL of rejected rows: the column at fault, the reason, the row as JSON, and the cell of its timestamp. */
export const rejectedRows = (source: Source, most: number): string => {
  const [column, reason] = [identifier(FAULT.column), identifier(FAULT.reason)];
  return queryOf(
    checkedRows(source, allRows(source, undefined, { also: [RAW] })),
    (rows) => `SELECT ${column} AS at, ${reason} AS why, "#raw" AS raw, toString("timestamp") AS cell
  FROM ${rows} WHERE ${column} IS NOT NULL ORDER BY raw LIMIT ${most}`,
  );
};

/** SQL of unreadable cells of a column: the reason and the cell. */
export const unreadableCellsOf = (source: Source, column: string, most: number): string => {
  const why = identifier(whyUnreadable(column));
  return queryOf(
    checkedRows(source, allRows(source)),
    (rows) => `SELECT ${why} AS reason, toString(${identifier(column)}) AS cell FROM ${rows}
  WHERE ${identifier(FAULT.column)} IS NULL AND ${identifier(ROW.left)} IS NULL AND ${why} IS NOT NULL ORDER BY cell LIMIT ${most}`,
  );
};

/** SQL of a sample of the users, each as often as in proportion to its events. */
export const sampledUsers = (relation: Relation): string =>
  queryOf(
    relation,
    (rows) =>
      `SELECT arrayJoin(groupArraySample(10000, 1)(CAST(assumeNotNull(user_id), 'String'))) AS user FROM ${rows}`,
  );

/** The columns of the table of users that prove that nothing is missing. */
export const PROOF = ['#events', '#events of sessions', '#sessions'] as const;

/** SQL of the rows of user_features.csv in the order of users, with columns of PROOF at their end. */
export const tableOfUsers = (
  source: Source,
  facts: Facts,
  asOf: bigint,
  used: Relation,
  proof: readonly string[],
): string => {
  const { plan } = source;
  const sums = ['sum(sessions.events) AS "#events of sessions"', 'count() AS "#sessions"'];
  return queryOf(
    used,
    (rows) => `, by_event AS (${byEvent(clickhouse, plan, facts, asOf, rows)}),
by_session AS (${bySession(clickhouse, plan, facts, asOf, rows, sums)})
${users(clickhouse, plan, asOf, proof)}`,
  );
};

/** SQL of the table of sessions as text, in the order of users and time. */
export const tableOfSessions = (source: Source, facts: Facts, used: Relation): string =>
  queryOf(used, (rows) => `SELECT * FROM (${sessionRows(clickhouse, source.plan, facts, rows)})`);
