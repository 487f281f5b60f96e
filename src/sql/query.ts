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
import { type Features, isPlain, type RowMeasure, rowMeasures } from '../catalogue/measures.js';
import { type CellRules, firstFault, inOrder, readableCells, unreadableCells, value } from './cells.js';
import { excludedRows } from './exclude.js';
import { type Dialect, TOGETHER } from './dialect.js';
import { columnOf, latestBy, MANY, type Parts, type Rows } from './aggregates.js';
import { measuredFeatures, printed } from './featureValues.js';
import { aggregate } from './measures.js';
import { type PackedEvents } from './packedEvents.js';
import { eventColumns, eventId, type Facts, type Plan, sessionColumns, sessionFacts } from './plan.js';
import {
  derivesBounce,
  IS_FAST,
  isHighIntent,
  OTHER_DEVICE,
  type SessionFacts,
  sessionKey,
  sessionTable,
  type States,
} from './sessions.js';
import { ROW } from './reading.js';
import { identifier, lines } from './text.js';

/** The typed rows of `from`: the instant, the event type in our words, and the `wanted` columns, NULL if the log lacks them. */
export const selectEvents = (
  dialect: Dialect,
  rules: CellRules,
  wanted: Iterable<string>,
  from: string,
  also: string[] = [],
): string => {
  const present = new Set(rules.columns);
  const columns = [...new Set(['user_id', ...wanted])].filter((c) => c !== 'event_type');
  const cells = columns.map(
    (c) => `${present.has(c) ? value(dialect, c, rules) : dialect.nullText} AS ${identifier(c)}`,
  );
  return `SELECT t, event_type, ${[...cells, ...also].join(', ')} FROM ${from}`;
};

/** Columns that checked rows have besides their cells. */
export const CHECKED = { fault: '#fault', reason: '#reason', unreadable: '#unreadable' } as const;

/**
 * All rows of the log. For a row that cannot be placed the column at fault and the reason; for a row with cells that
 * cannot be read the list of them, with those cells unknown. Rows that the settings leave out may hold anything: such cells of theirs are not even looked at.
 */
export const checkedRows = (dialect: Dialect, rules: CellRules, rows: string): string => {
  const { column, reason } = firstFault(dialect, rules);
  const ofKept = (sql: string): string => `CASE WHEN ${identifier(ROW.left)} IS NULL THEN ${sql} END`;
  const readable = readableCells(dialect, rules).map(([name, cell]) => `${ofKept(cell)} AS ${identifier(name)}`);
  const replaced = readable.length === 0 ? '' : ` REPLACE (${readable.join(', ')})`;
  return `SELECT *${replaced}, ${ofKept(column)} AS ${identifier(CHECKED.fault)}, ${ofKept(reason)} AS ${identifier(CHECKED.reason)},
    ${ofKept(unreadableCells(dialect, rules))} AS ${identifier(CHECKED.unreadable)} FROM ${rows}`;
};

/** Where a row stands: of two with the same cells, this alone tells them apart. */
export const PLACE = ['"#file"', '"#line"'];

/** What two rows of one event have in common. */
export const SAME_EVENT: readonly string[] = ['event_id', 'user_id', 'event_type', 't'];

/** SQL of the order of rows of one event, known cells first: by all that are read, so that it never depends on the file. */
export const orderOfCopies = ({ columns }: CellRules): string =>
  [ROW.theirs, ...new Set(['session_id', ...inOrder(columns)].filter((c) => columns.includes(c) && c !== 'timestamp'))]
    .map((column) => `${identifier(column)} ASC NULLS LAST`)
    .join(', ');

/**
 * A relation of `rows` without second rows of one event.
 *
 * @param repeated a table of the event_ids in question
 * @param versions columns that tell versions of a user apart
 * @param place columns that tell rows with the same cells apart, where it matters which one of them is kept
 */
export const withoutDuplicates = (
  rules: CellRules,
  rows: string,
  repeated: string,
  { versions = [], place = [] }: { readonly versions?: readonly string[]; readonly place?: readonly string[] } = {},
): string => `(
    SELECT * FROM ${rows} WHERE event_id IS NULL OR event_id NOT IN (FROM ${repeated})
    UNION ALL
    SELECT * FROM ${rows} WHERE event_id IN (FROM ${repeated})
    QUALIFY row_number() OVER (PARTITION BY ${[...SAME_EVENT, ...versions].join(', ')} ORDER BY ${[orderOfCopies(rules), ...place].join(', ')}) = 1
  )`;

/** SQL: of the event_ids that several rows have, with `n` events and `copies` rows of them that repeat an event. */
export const sharedIds = (rows: string): string => `SELECT event_id, count(*) AS n, sum(m - 1)::BIGINT AS copies FROM (
    SELECT event_id, count(*) AS m FROM ${rows} WHERE event_id IS NOT NULL GROUP BY ${SAME_EVENT.join(', ')}
  ) GROUP BY event_id HAVING count(*) > 1 OR sum(m) > 1`;

/** When features are measured, and whether from parts. */
export interface Measuring {
  /** Microseconds since 1970; undefined while it is not known. */
  readonly asOf?: bigint | undefined;
  /** If parts are merged: filled with those parts. */
  readonly parts?: Parts | undefined;
}

const measured = (feature: string, is: RowMeasure, rows: Rows, parts: Parts | undefined): string =>
  `${aggregate(is, { ...rows, merged: parts && { feature, parts } })} AS ${identifier(feature)}`;

/**
 * Aggregates for the features over events. Latest values of complete columns all stand in the user's latest row, so
 * one comparison of rows finds them together.
 */
export const measuredEvents = (
  dialect: Dialect,
  plan: Plan,
  facts: Facts,
  { asOf, parts }: Measuring = {},
): { aggregates: string[]; expanded: string } => {
  const id = eventId(plan, facts);
  const latest = new Map<string, string>();
  const aggregates: string[] = [];
  const measures = rowMeasures(plan.features, 'events');
  const rows: Rows = { dialect, level: 'events', asOf, id, many: measures.length > MANY };
  for (const [name, is] of measures) {
    if (is.op === 'latest' && isPlain(is) && id?.unique && facts.complete.has(is.column)) {
      latest.set(name, columnOf('events', is.column));
    } else {
      aggregates.push(measured(name, is, rows, parts));
    }
  }
  if (latest.size === 0) return { aggregates, expanded: '*' };
  const whole = dialect.together(latest);
  const together = { ...rows, merged: parts && { feature: '#latest', parts } };
  const row = latestBy(together, whole.value, 'true', [columnOf('events', 't'), columnOf('events', 'event_id')]);
  return { aggregates: [`${row} AS ${identifier(TOGETHER)}`, ...aggregates], expanded: whole.expanded };
};

/** Aggregates for the features over sessions. */
export const measuredSessions = (
  dialect: Dialect,
  plan: Plan,
  facts: SessionFacts,
  { asOf, parts }: Measuring,
): string[] => {
  const measures = rowMeasures(plan.features, 'sessions');
  const rows: Rows = {
    dialect,
    level: 'sessions',
    asOf,
    id: { column: 'session_id', unique: true },
    values: { device: facts.devices },
    many: measures.length > MANY,
  };
  return measures.map(([name, is]) => measured(name, is, rows, parts));
};

/** SQL of `by_event` over `events`; `account`: further aggregates of each user. */
export const groupedByUser = (
  events: string,
  { aggregates, expanded }: { aggregates: string[]; expanded: string },
  account: string[] = [],
): string => `WITH events AS (${events}),
  measured AS (
    SELECT user_id, count(*) AS "#events", max(events.t) AS "#last",
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
export const byEvent = (dialect: Dialect, plan: Plan, facts: Facts, asOf: bigint, rows: string): string =>
  groupedByUser(
    selectEvents(dialect, plan.rules, [...eventColumns(plan.features), 'event_id'], rows),
    measuredEvents(dialect, plan, facts, { asOf }),
  );

/**
 * CTEs that end in `sessioned` and `sessions`, from a relation of rows with `t`.
 *
 * @param also columns of it that `sessioned` keeps
 * @param states as of `sessionTable`
 */
export const sessionsFrom = (
  dialect: Dialect,
  plan: Plan,
  facts: SessionFacts,
  rows: string,
  also: string[] = [],
  states?: States,
): string => {
  const intent = derivesBounce(facts) ? [isHighIntent(dialect, 'event_type')] : [];
  return `WITH events AS (${selectEvents(dialect, plan.rules, sessionColumns(facts), rows, [...intent, ...also])}),
  ${sessionTable(dialect, facts, '*', also, states)}`;
};

/** SQL of the session table as text, ordered by user and time: what `--sessions` writes. */
export const sessionRows = (dialect: Dialect, plan: Plan, facts: Facts, rows: string): string => {
  const stamp = (column: string): string => `${dialect.printTime(`sessions."${column}"`)} AS "${column}"`;
  return `${sessionsFrom(dialect, plan, sessionFacts(plan, facts), rows)}
  SELECT user_id, session_id, ${stamp('start')}, ${stamp('end')}, events, ${dialect.printDecimal('sessions.duration_sec')} AS duration_sec, device, is_repeat, is_bounce, is_spam
  FROM sessions ORDER BY user_id, sessions."start", session_id`;
};

/** SQL of the rows that the project excludes: "#file", "#line", user_id, "column" and "reason". */
export const excluded = (dialect: Dialect, plan: Plan, facts: Facts, exclude: Exclusions, rows: string): string => {
  const named = excludedRows(dialect, exclude, plan.rules.columns, rows);
  if (!exclude.fasterThanHuman) return named;
  const sessions = { ...sessionFacts(plan, facts), speed: true };
  const others = `(SELECT rows.* FROM ${rows} AS rows ANTI JOIN named USING (${PLACE.join(', ')}))`;
  return `WITH named AS (${named}), bursts AS (
    ${sessionsFrom(dialect, plan, sessions, others, PLACE)}
    SELECT ${PLACE.join(', ')}, user_id, 'session_id' AS "column", 'in a session faster than a human' AS reason
    FROM sessioned JOIN sessions USING (${sessionKey(sessions)}) WHERE ${identifier(IS_FAST)}
  )
  FROM named UNION ALL FROM bursts`;
};

/** True of a given session of over a day with an idle gap: it has too few events to be without one. Not looked for if the log has all flags. */
const isLong = ({ ids, speed, timeoutMinutes }: SessionFacts): string =>
  ids === 'none' || !speed
    ? 'false'
    : `duration_sec > 86400 AND events * ${Math.round(timeoutMinutes * 60)} < duration_sec`;

/** SQL aggregates: how many sessions have three events or more, and how many of those have one timestamp for all. */
const instantSessions = ({ over }: Dialect): string[] => [
  `${over('count', '*', 'events > 2')} AS "#several"`,
  `${over('count', '*', 'events > 2 AND "start" = "end"')} AS "#instant"`,
];

/**
 * SQL of `by_session`: one row per user, the features measured over sessions, how many sessions have a device that
 * the facts do not name, how many are suspiciously long, and how many have one timestamp.
 *
 * @param asOf microseconds since 1970
 * @param from a relation of rows with `t`, or the packed events that `by_event` lists
 * @param also further aggregates over sessions
 */
export const bySession = (
  dialect: Dialect,
  plan: Plan,
  facts: Facts,
  asOf: bigint,
  from: string | PackedEvents,
  also: readonly string[] = [],
): string => {
  const found = sessionFacts(plan, facts);
  const sessions =
    typeof from === 'string'
      ? sessionsFrom(dialect, plan, found, from)
      : `WITH events AS (${from.events}),\n  ${sessionTable(dialect, found, from.columns)}`;
  return `${sessions}
  SELECT user_id,
    ${lines([`${dialect.over('count', '*', identifier(OTHER_DEVICE))} AS ${identifier(OTHER_DEVICE)}`, `${dialect.over('count', '*', isLong(found))} AS "#long"`, ...instantSessions(dialect), ...also, ...measuredSessions(dialect, plan, found, { asOf })])}
  FROM sessions GROUP BY user_id`;
};

/** The tables `by_event` and `by_session` side by side. */
export const BY_USER = '(SELECT * FROM by_event JOIN by_session USING (user_id))';

/**
 * SQL of the rows of user_features.csv, as text, from the tables `by_event` and `by_session`, ordered by user_id (byte
 * order). Rows are sorted before they are printed, because printed rows take more memory.
 *
 * @param asOf microseconds since 1970
 * @param also further columns of the two, at the end
 */
export const users = (dialect: Dialect, { features }: Plan, asOf: bigint, also: readonly string[] = []): string =>
  printedUsers(dialect, features, measuredFeatures(dialect, features, asOf, BY_USER), also);

/** The same from SQL of the values of all features. */
export const printedUsers = (
  dialect: Dialect,
  features: Features,
  values: string,
  also: readonly string[] = [],
): string => {
  const columns = Object.keys(features).map((name) => `${printed(dialect, features, name)} AS ${identifier(name)}`);
  columns.push(...also.map(identifier));
  const [inside, outside] = dialect.sortsFirst ? [' ORDER BY user_id', ''] : ['', ' ORDER BY user_id'];
  return `SELECT user_id,
    ${lines(columns)}
  FROM (${values}${inside})${outside}`;
};
