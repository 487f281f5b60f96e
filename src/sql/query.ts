/**
 * From the catalogue to SQL: small queries that anyone can read.
 *
 *     events     the checked rows of the log, in our words
 *     by_event   one row per user: every feature measured over events
 *     by_session one row per user: every feature measured over sessions, from the events or from the packed events
 *                that by_event lists
 *     users      the two side by side, ratios calculated, as text in CSV order
 */
import type { Exclusions } from '../config/settings.js';
import { rowMeasures } from '../catalogue/measures.js';
import { accepted, type CellRules, eventType, firstFault, inOrder, instant, value } from './cells.js';
import { excludedRows } from './exclude.js';
import { printDecimal } from './decimals.js';
import { aggregate, MANY, measuredFeatures, orderKey, printed } from './measures.js';
import { PACKED_EVENTS, type PackedEvents } from './packedEvents.js';
import {
  eventColumns,
  eventId,
  type Facts,
  incompleteColumns,
  type Lists,
  packedSessionEvents,
  type Plan,
  profiledColumns,
  sessionColumns,
  sessionFacts,
} from './plan.js';
import {
  derivesBounce,
  IS_FAST,
  isHighIntent,
  OTHER_DEVICE,
  type SessionFacts,
  sessionKey,
  sessionTable,
} from './sessions.js';
import { identifier, lines } from './text.js';

/** A log with the instant of each row as `t`, from the relation of its cells; unchecked. */
export const timedRows = (rules: CellRules, cells: string): string =>
  `(SELECT *, ${instant(rules)} AS t FROM ${cells})`;

/** The typed rows of `from`: the instant, the event type in our words, and the `wanted` columns, NULL if the log lacks them. */
const selectEvents = (rules: CellRules, wanted: Iterable<string>, from: string, also: string[] = []): string => {
  const present = new Set(rules.columns);
  const columns = [...new Set(['user_id', ...wanted])].filter((c) => c !== 'event_type');
  const cells = columns.map((c) => `${present.has(c) ? value(c) : 'NULL::VARCHAR'} AS ${identifier(c)}`);
  return `SELECT t, ${eventType(rules)} AS event_type, ${[...cells, ...also].join(', ')} FROM ${from}`;
};

/** All rows of the log with `t`, and for a row that breaks a rule the column ("#fault") and the reason ("#reason"). */
export const checkedRows = (rules: CellRules, cells: string): string => {
  const { column, reason } = firstFault(rules);
  return `SELECT *, ${column} AS "#fault", ${reason} AS "#reason" FROM ${timedRows(rules, cells)}`;
};

/** Columns that order rows of one event_id: all the log has, so that the order never depends on the file. */
const fullOrder = (rules: CellRules): string[] => [
  't',
  ...new Set(
    ['user_id', 'event_type', 'session_id', ...inOrder(rules.columns)].filter((c) => rules.columns.includes(c)),
  ),
];

/** A relation of `rows` without second rows of one event_id; `repeated` is a table of the ids in question. */
export const withoutDuplicates = (rules: CellRules, rows: string, repeated: string): string => `(
    SELECT * FROM ${rows} WHERE event_id IS NULL OR event_id NOT IN (FROM ${repeated})
    UNION ALL
    SELECT * FROM ${rows} WHERE event_id IN (FROM ${repeated})
    QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY ${fullOrder(rules)
      .map((c) => `${identifier(c)} ASC NULLS FIRST`)
      .join(', ')}) = 1
  )`;

/** Columns of `by_event` that serve the accounting and are not features; no feature name can begin with `#`. */
export const ACCOUNT = { rejected: '#rejected', incomplete: '#incomplete', known: '#known:' } as const;

/** The column of `by_event` that lists the hashes of the event_ids of a user. */
export const IDS = '#ids';

/**
 * Aggregates over all rows that tell whether the log is clean: how many rows break a rule, how many lack a cell of a
 * column that is assumed to be complete, and how many have a cell of each other profiled column.
 */
const accounting = (plan: Plan, assumed: Facts): string[] => {
  const complete = profiledColumns(plan).filter((column) => assumed.complete.has(column));
  const lacking = ['false', ...complete.map((column) => `${identifier(column)} IS NULL`)].join(' OR ');
  const known = incompleteColumns(plan, assumed);
  return [
    `count(*) FILTER (WHERE NOT "#ok") AS ${identifier(ACCOUNT.rejected)}`,
    `count(*) FILTER (WHERE ${lacking}) AS ${identifier(ACCOUNT.incomplete)}`,
    ...known.map((column) => `count(${identifier(column)}) AS ${identifier(ACCOUNT.known + column)}`),
  ];
};

/**
 * Aggregates for the features over events. Latest values of complete columns all stand in the user's latest row, so
 * one comparison of rows finds them together.
 */
const measuredEvents = (plan: Plan, facts: Facts, asOf?: bigint): { aggregates: string[]; expanded: string } => {
  const id = eventId(plan, facts);
  const [latest, aggregates]: [string[], string[]] = [[], []];
  const measures = rowMeasures(plan.features, 'events');
  const many = measures.length > MANY;
  for (const [name, is] of measures) {
    if (is.op === 'latest' && id?.complete && facts.complete.has(is.column)) {
      latest.push(`${identifier(name)}: ${identifier(is.column)}`);
    } else {
      aggregates.push(`${aggregate(is, { level: 'events', asOf, id, many })} AS ${identifier(name)}`);
    }
  }
  if (latest.length === 0) return { aggregates, expanded: '*' };
  return {
    aggregates: [`arg_max({${latest.join(', ')}}, ${orderKey([identifier('event_id')])}) AS "#latest"`, ...aggregates],
    expanded: '* EXCLUDE ("#latest"), unnest("#latest")',
  };
};

/** SQL of `by_event` over `events`; `account`: further aggregates of each user. */
const groupedByUser = (
  events: string,
  { aggregates, expanded }: { aggregates: string[]; expanded: string },
  account: string[] = [],
): string => `WITH events AS (${events}),
  measured AS (
    SELECT user_id, count(*) AS "#events", max(t) AS "#last",
    ${lines([...account, ...aggregates])}
    FROM events GROUP BY user_id
  )
  SELECT ${expanded} FROM measured`;

/**
 * SQL of `by_event`: one row per user, the features measured over events.
 *
 * @param rows relation of the rows that are used, with `t`
 * @param asOf microseconds since 1970
 */
export const byEvent = (plan: Plan, facts: Facts, asOf: bigint, rows: string): string =>
  groupedByUser(
    selectEvents(plan.rules, [...eventColumns(plan.features), 'event_id'], rows),
    measuredEvents(plan, facts, asOf),
  );

/**
 * SQL of `by_event` over all rows of a log, with an account of whatever would make it wrong in its `#` columns: it is
 * right only if nothing was rejected and nothing assumed was false.
 *
 * @param assumed what the log is assumed to be like
 * @param cells relation of the log's cells
 */
export const byEventWithAccount = (plan: Plan, assumed: Facts, lists: Lists, cells: string): string => {
  const packed = lists.packed ? packedSessionEvents(plan, assumed) : undefined;
  const wanted = [
    ...eventColumns(plan.features),
    'event_id',
    ...profiledColumns(plan),
    ...sessionColumns(sessionFacts(plan, assumed)),
  ];
  const listed = [
    ...(packed === undefined ? [] : [`list(${packed.of}) AS ${identifier(PACKED_EVENTS)}`]),
    ...(lists.ids && eventId(plan, assumed) ? [`list(hash(event_id)) AS ${identifier(IDS)}`] : []),
  ];
  const intent = derivesBounce(sessionFacts(plan, assumed)) ? [isHighIntent(eventType(plan.rules))] : [];
  const also = [`${accepted(plan.rules)} AS "#ok"`, ...(packed === undefined ? [] : intent)];
  const events = selectEvents(plan.rules, wanted, timedRows(plan.rules, cells), also);
  return groupedByUser(events, measuredEvents(plan, assumed), [...accounting(plan, assumed), ...listed]);
};

/**
 * SQL of the number of events that seem to share the id of another: equal ids have equal hashes, so 0 proves that each
 * id is unique. A sort takes half the time of a count of distinct ones.
 *
 * @param cells relation of the log's cells; undefined: `by_event` has the hashes
 */
export const repeatedIds = (cells: string | undefined): string => {
  const hashes =
    cells === undefined
      ? `SELECT unnest(${identifier(IDS)}) AS id FROM by_event`
      : `SELECT hash(event_id) AS id FROM ${cells}`;
  return `SELECT count(*) FILTER (WHERE id = before)
  FROM (SELECT id, lag(id) OVER (ORDER BY id) AS before FROM (${hashes}))`;
};

/** CTEs that end in `sessions`, from a relation of rows with `t`; `also`: columns of it that `sessioned` keeps. */
const sessionsFrom = (plan: Plan, facts: SessionFacts, rows: string, also: string[] = []): string => {
  const intent = derivesBounce(facts) ? [isHighIntent(eventType(plan.rules))] : [];
  return `WITH events AS (${selectEvents(plan.rules, sessionColumns(facts), rows, [...intent, ...also])}),
  ${sessionTable(facts)}`;
};

/** SQL of the session table as text, ordered by user and time: what `--sessions` writes. */
export const sessionRows = (plan: Plan, facts: Facts, rows: string): string => {
  const stamp = (column: string): string => `strftime("${column}", '%Y-%m-%dT%H:%M:%SZ') AS "${column}"`;
  return `${sessionsFrom(plan, sessionFacts(plan, facts), rows)}
  SELECT user_id, session_id, ${stamp('start')}, ${stamp('end')}, events, ${printDecimal('duration_sec')} AS duration_sec, device, is_repeat, is_bounce, is_spam
  FROM sessions ORDER BY user_id, sessions."start", session_id`;
};

/** SQL of the rows that the project excludes: "#file", "#line", user_id, "column" and "reason". */
export const excluded = (plan: Plan, facts: Facts, exclude: Exclusions, rows: string): string => {
  const named = excludedRows(exclude, plan.rules.columns, rows);
  if (!exclude.fasterThanHuman) return named;
  const sessions = { ...sessionFacts(plan, facts), speed: true };
  const others = `(SELECT rows.* FROM ${rows} AS rows ANTI JOIN named USING ("#file", "#line"))`;
  const place = ['"#file"', '"#line"'];
  return `WITH named AS (${named}), bursts AS (
    ${sessionsFrom(plan, sessions, others, place)}
    SELECT ${place.join(', ')}, user_id, 'session_id' AS "column", 'in a session faster than a human' AS reason
    FROM sessioned JOIN sessions USING (${sessionKey(sessions)}) WHERE ${identifier(IS_FAST)}
  )
  FROM named UNION ALL FROM bursts`;
};

/**
 * SQL of `by_session`: one row per user, the features measured over sessions, and how many sessions have a device that
 * the facts do not name.
 *
 * @param asOf microseconds since 1970
 * @param from a relation of rows with `t`, or the packed events that `by_event` lists
 */
export const bySession = (plan: Plan, facts: Facts, asOf: bigint, from: string | PackedEvents): string => {
  const found = sessionFacts(plan, facts);
  const id = { column: 'session_id', complete: true };
  const measures = rowMeasures(plan.features, 'sessions');
  const of = { level: 'sessions', asOf, id, values: { device: found.devices }, many: measures.length > MANY } as const;
  const measured = measures.map(([name, is]) => `${aggregate(is, of)} AS ${identifier(name)}`);
  const sessions =
    typeof from === 'string'
      ? sessionsFrom(plan, found, from)
      : `WITH events AS (${from.events}),\n  ${sessionTable(found, from.columns)}`;
  return `${sessions}
  SELECT user_id,
    ${lines([`count(*) FILTER (WHERE ${identifier(OTHER_DEVICE)}) AS ${identifier(OTHER_DEVICE)}`, ...measured])}
  FROM sessions GROUP BY user_id`;
};

/**
 * SQL of the rows of user_features.csv, as text, from the tables `by_event` and `by_session`, ordered by user_id (byte
 * order). Rows are sorted before they are printed, because printed rows take more memory.
 *
 * @param asOf microseconds since 1970
 */
export const users = (plan: Plan, asOf: bigint): string => {
  const columns = Object.keys(plan.features).map((name) => `${printed(plan.features, name)} AS ${identifier(name)}`);
  const measured = measuredFeatures(plan.features, asOf, '(FROM by_event JOIN by_session USING (user_id))');
  return `SELECT user_id,
    ${lines(columns)}
  FROM (${measured} ORDER BY user_id)`;
};
