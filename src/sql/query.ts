/**
 * From the catalogue to SQL: three small queries that anybody can read.
 *
 *     events     the checked rows of the log, in our words
 *     by_event   one row a user, every feature measured over events
 *     by_session one row a user, every feature measured over sessions: of the events, or of the digests of them that
 *                by_event lists
 *     users      the two side by side, ratios worked out, as text in CSV order
 */
import type { Exclusions } from '../config/settings.js';
import type { Feature, Features, RowMeasure, Where } from '../catalogue/measures.js';
import { accepted, type CellRules, eventType, firstFault, inOrder, instant, value } from './cells.js';
import { aggregate, type Level, needsAsOf, orderKey, printed, type Rows } from './measures.js';
import { excludedRows } from './exclude.js';
import { type PackedEvents, packEvents, PACKED_EVENTS } from './packedEvents.js';
import {
  fasterThanHuman,
  OTHER_DEVICE,
  SESSION_FLAGS,
  sessionKey,
  type SessionFacts,
  sessionTable,
} from './sessions.js';
import { identifier, lines } from './text.js';

/** What is known about a log before it is aggregated. */
export interface LogFacts {
  /** Columns without an empty cell in any accepted row. */
  readonly complete: ReadonlySet<string>;
  /** Columns with an empty cell in every accepted row; as good as absent. */
  readonly empty: ReadonlySet<string>;
  /** What the log calls its devices, in byte order; empty: unknown. */
  readonly devices: readonly string[];
}

/** Everything the queries are made of. */
export interface Plan {
  /** SQL of the relation that has the log's cells as text, by our column names. */
  readonly source: string;
  readonly rules: CellRules;
  readonly features: Features;
  /** Columns of the log's own -> what they are called in the queries. */
  readonly names: ReadonlyMap<string, string>;
  readonly facts: LogFacts;
  readonly timeoutMinutes: number;
  /** SQL of the as-of instant; a TIMESTAMP. */
  readonly asOf: string;
  /** What is listed of every event in `by_event`, where there is room, so that the log need not be read once more. */
  readonly lists: {
    /** A digest, for sessions, if it can hold what they need. */
    readonly digests: boolean;
    /** The hash of its id. */
    readonly ids: boolean;
  };
}

/** The columns a measure reads. */
const columnsOf = (measure: RowMeasure): string[] => {
  const own = 'column' in measure ? [measure.column] : [];
  const where: Where | undefined = 'where' in measure ? measure.where : undefined;
  return where ? [...own, where.column] : own;
};

const rowFeatures = (features: Features, level: Level): [string, Feature & { is: RowMeasure }][] =>
  Object.entries(features).flatMap(([name, feature]) =>
    feature.from === level ? [[name, feature] as [string, Feature & { is: RowMeasure }]] : [],
  );

/** The columns of the log that some feature over events reads. */
export const eventColumns = (features: Features): Set<string> =>
  new Set(rowFeatures(features, 'events').flatMap(([, feature]) => columnsOf(feature.is)));

/** True if as-of has to be known before events are aggregated. */
export const asOfComesFirst = (features: Features): boolean => Object.values(features).some(needsAsOf);

/** The log's cells with the instant of each row as `t`. */
const read = (plan: Pick<Plan, 'source' | 'rules'>): string =>
  `(SELECT *, ${instant(plan.rules)} AS t FROM ${plan.source})`;

/** The typed rows of `from`: the instant, the event type in our words, and the `wanted` columns, unknown where the log lacks them. */
const selectEvents = (plan: Plan, wanted: Iterable<string>, from: string, also: string[] = []): string => {
  const present = new Set(plan.rules.columns);
  const columns = [...new Set(['user_id', ...wanted])].filter((c) => c !== 'event_type');
  const cells = columns.map((c) => `${present.has(c) ? value(c) : 'NULL::VARCHAR'} AS ${identifier(c)}`);
  return `SELECT t, ${eventType(plan.rules)} AS event_type, ${[...cells, ...also].join(', ')} FROM ${from}`;
};

/** All rows of the log with `t`, and of those that break a rule the column ("#fault") and the reason ("#reason"). */
export const checkedRows = (plan: Pick<Plan, 'source' | 'rules'>): string => {
  const { column, reason } = firstFault(plan.rules);
  return `SELECT *, ${column} AS "#fault", ${reason} AS "#reason" FROM ${read(plan)}`;
};

/** Columns by which rows of one event_id are put in order; all the log has, so that the order never depends on the file. */
const fullOrder = (rules: CellRules): string[] => [
  't',
  ...new Set(
    ['user_id', 'event_type', 'session_id', ...inOrder(rules.columns)].filter((c) => rules.columns.includes(c)),
  ),
];

/** A relation of the accepted rows without second rows of one event_id; `repeated` is a table of the ids in question. */
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

/** The column of `by_event` that lists the hashes of the ids of a user's events. */
export const IDS = '#ids';

/** The columns of a log whose completeness decides how the queries are written. */
export const profiledColumns = ({ rules, features }: Pick<Plan, 'rules' | 'features'>): string[] => {
  const latest = rowFeatures(features, 'events').flatMap(([, { is }]) => (is.op === 'latest' ? [is.column] : []));
  return [...new Set(['event_id', 'session_id', ...SESSION_FLAGS, ...latest])].filter((c) => rules.columns.includes(c));
};

/** The profiledColumns columns that are not taken to be complete: how many of their cells are known is counted. */
export const counted = (plan: Plan): string[] =>
  profiledColumns(plan).filter((column) => !plan.facts.complete.has(column));

/**
 * Aggregates over all rows that tell whether the log is clean: how many rows break a rule, how many lack a cell of a
 * column that is taken to be complete, and how many know each other one.
 */
const accounting = (plan: Plan, ok: string): string[] => {
  const taken = profiledColumns(plan).filter((column) => plan.facts.complete.has(column));
  const lacking = ['false', ...taken.map((column) => `${identifier(column)} IS NULL`)].join(' OR ');
  return [
    `count(*) FILTER (WHERE NOT (${ok})) AS ${identifier(ACCOUNT.rejected)}`,
    `count(*) FILTER (WHERE ${lacking}) AS ${identifier(ACCOUNT.incomplete)}`,
    ...counted(plan).map((column) => `count(${identifier(column)}) AS ${identifier(ACCOUNT.known + column)}`),
  ];
};

/** True of a feature whose value stands in the latest row of each user, since its column has no empty cell. */
const inLatestRow = (plan: Plan, { is }: { is: RowMeasure }): boolean =>
  is.op === 'latest' && eventId(plan)?.complete === true && plan.facts.complete.has(is.column);

/** Aggregates for `features` over events. Values of the latest row are found together: one comparison of rows serves them all. */
const measuredEvents = (plan: Plan): { aggregates: string[]; expanded: string } => {
  const all = rowFeatures(plan.features, 'events');
  const rows = { level: 'events', asOf: plan.asOf, id: eventId(plan) } as const;
  const together = all.filter(([, feature]) => inLatestRow(plan, feature));
  const alone = all.filter(([, feature]) => !inLatestRow(plan, feature));
  const aggregates = alone.map(([name, { is }]) => `${aggregate(is, rows)} AS ${identifier(name)}`);
  if (together.length === 0) return { aggregates, expanded: '*' };
  const fields = together.flatMap(([name, { is }]) =>
    is.op === 'latest' ? [`${identifier(name)}: ${identifier(is.column)}`] : [],
  );
  return {
    aggregates: [`arg_max({${fields.join(', ')}}, ${orderKey([identifier('event_id')])}) AS "#latest"`, ...aggregates],
    expanded: '* EXCLUDE ("#latest"), unnest("#latest")',
  };
};

/**
 * One row a user: the features measured over events.
 *
 * @param rows relation of the rows to aggregate, with `t`; by default all rows of the log, accounted for on the way:
 *   then the result is only good if nothing was rejected and no id came twice, which its `#` columns tell
 */
export const byEvent = (plan: Plan, rows?: string): string => {
  const { aggregates, expanded } = measuredEvents(plan);
  const wanted = [...eventColumns(plan.features), 'event_id'];
  const checked = [`${accepted(plan.rules)} AS "#ok"`];
  const digest = packedSessionEvents(plan);
  const lists = [
    ...(digest === undefined ? [] : [`list(${digest.of}) AS ${identifier(PACKED_EVENTS)}`]),
    ...(plan.lists.ids && eventId(plan) ? [`list(hash(event_id)) AS ${identifier(IDS)}`] : []),
  ];
  const events =
    rows === undefined
      ? selectEvents(plan, [...wanted, ...profiledColumns(plan), ...sessionColumns(plan)], read(plan), checked)
      : selectEvents(plan, wanted, rows);
  const account = rows === undefined ? [...accounting(plan, '"#ok"'), ...lists] : [];
  return `WITH events AS (${events}),
  measured AS (
    SELECT user_id, count(*) AS "#events", max(t) AS "#last",
    ${lines([...account, ...aggregates])}
    FROM events GROUP BY user_id
  )
  SELECT ${expanded} FROM measured`;
};

/**
 * How many events seem to have the id of another: equal ids have equal hashes, so 0 says that each has its own.
 * The hashes come from `by_event` where they are listed, else from the log. A sort takes half the time of a count of
 * distinct ones.
 */
export const repeatedIds = (plan: Plan): string => {
  const listed = `SELECT unnest(${identifier(IDS)}) AS id FROM by_event`;
  const hashes = plan.lists.ids ? listed : `SELECT hash(event_id) AS id FROM ${plan.source}`;
  return `SELECT count(*) FILTER (WHERE id = before)
  FROM (SELECT id, lag(id) OVER (ORDER BY id) AS before FROM (${hashes}))`;
};

/** What tells events of one instant apart. */
const eventId = (plan: Plan): { column: string; complete: boolean } | undefined =>
  plan.rules.columns.includes('event_id')
    ? { column: 'event_id', complete: plan.facts.complete.has('event_id') }
    : undefined;

/** How sessions are found in this log. */
const sessionFacts = (plan: Plan): SessionFacts => {
  const has = (column: string): boolean => plan.rules.columns.includes(column) && !plan.facts.empty.has(column);
  const given = plan.facts.complete.has('session_id') ? 'given' : 'mixed';
  return {
    ids: has('session_id') ? given : 'none',
    flags: new Set(SESSION_FLAGS.filter(has)),
    completeFlags: new Set(SESSION_FLAGS.filter((column) => plan.facts.complete.has(column))),
    hasDevice: has('device'),
    devices: has('device') ? plan.facts.devices : [],
    timeoutMinutes: plan.timeoutMinutes,
  };
};

/** The columns of the log that sessions are made of. */
const sessionColumns = (plan: Plan): string[] => {
  const { ids, hasDevice, flags } = sessionFacts(plan);
  return [...(ids === 'none' ? [] : ['session_id']), ...(hasDevice ? ['device'] : []), ...flags];
};

/** CTEs that end in `sessions`, from a relation of rows with `t`; `also`: columns of it that `sessioned` keeps. */
export const sessionsFrom = (plan: Plan, rows: string, also: string[] = []): string =>
  `WITH events AS (${selectEvents(plan, sessionColumns(plan), rows, also)}),
  ${sessionTable(sessionFacts(plan))}`;

/** What a session is besides its id and its times. */
const UNTIMED = new Set(['events', 'device', 'is_repeat', 'is_bounce', 'is_spam']);
const UNTIMED_MEASURES = new Set(['count', 'countWhere', 'sum', 'max', 'min', 'mean', 'distinct', 'mode', 'everyOf']);

/** True of a measure that matters when sessions were. */
const isTimed = (is: RowMeasure): boolean =>
  !UNTIMED_MEASURES.has(is.op) || columnsOf(is).some((column) => !UNTIMED.has(column));

/** True of a measure that asks for ids of sessions: by name, or for their order, which tells sessions of one start apart. */
const asksForIds = (is: RowMeasure): boolean => {
  const columns = columnsOf(is);
  return is.op === 'latest' || columns.includes('session_id') || (columns.includes('is_repeat') && columns.length > 1);
};

/** What is listed of every event, so that sessions need no second reading of the log; undefined where one is needed. */
export const packedSessionEvents = (plan: Plan): PackedEvents | undefined => {
  if (!plan.lists.digests) return undefined;
  const measures = rowFeatures(plan.features, 'sessions').map(([, { is }]) => is);
  return packEvents(sessionFacts(plan), { times: measures.some(isTimed), ids: measures.some(asksForIds) });
};

/** The session table as text, ordered by user and time: what `--sessions` writes. */
export const sessionRows = (plan: Plan, rows: string): string => {
  const duration = `CASE WHEN contains(duration_sec::VARCHAR, '.') THEN rtrim(rtrim(duration_sec::VARCHAR, '0'), '.') ELSE duration_sec::VARCHAR END`;
  const stamp = (column: string): string => `strftime("${column}", '%Y-%m-%dT%H:%M:%SZ') AS "${column}"`;
  return `${sessionsFrom(plan, rows)}
  SELECT user_id, session_id, ${stamp('start')}, ${stamp('end')}, events, ${duration} AS duration_sec, device, is_repeat, is_bounce, is_spam
  FROM sessions ORDER BY user_id, sessions."start", session_id`;
};

/** The rows of `rows` that the project excludes, in a table of "#file", "#line", user_id, "column" and "reason". */
export const excluded = (plan: Plan, exclude: Exclusions, rows: string): string => {
  const named = excludedRows(exclude, plan.rules.columns, rows);
  if (!exclude.fasterThanHuman) return named;
  const others = `(SELECT rows.* FROM ${rows} AS rows ANTI JOIN named USING ("#file", "#line"))`;
  const place = ['"#file"', '"#line"'];
  return `WITH named AS (${named}), bursts AS (
    ${sessionsFrom(plan, others, place)}
    SELECT ${place.join(', ')}, user_id, 'session_id' AS "column", 'in a session faster than a human' AS reason
    FROM sessioned JOIN sessions USING (${sessionKey(sessionFacts(plan))}) WHERE ${fasterThanHuman}
  )
  FROM named UNION ALL FROM bursts`;
};

/** All rows of the log with `t`, unchecked: what may be aggregated once the log is known to be clean. */
export const allRows = (plan: Pick<Plan, 'source' | 'rules'>): string => read(plan);

/**
 * One row a user: the features measured over sessions, and how many sessions have a device that the facts do not name.
 *
 * @param from a relation of rows with `t`, or the digests that `by_event` has
 */
export const bySession = (plan: Plan, from: string | PackedEvents): string => {
  const facts = sessionFacts(plan);
  const id = { column: 'session_id', complete: true };
  const of: Rows = { level: 'sessions', asOf: plan.asOf, id, values: { device: facts.devices } };
  const measured = rowFeatures(plan.features, 'sessions').map(
    ([name, { is }]) => `${aggregate(is, of)} AS ${identifier(name)}`,
  );
  const sessions =
    typeof from === 'string'
      ? sessionsFrom(plan, from)
      : `WITH events AS (${from.events}),\n  ${sessionTable(facts, from.columns)}`;
  return `${sessions}
  SELECT user_id,
    ${lines([`count(*) FILTER (WHERE ${identifier(OTHER_DEVICE)}) AS ${identifier(OTHER_DEVICE)}`, ...measured])}
  FROM sessions GROUP BY user_id`;
};

/**
 * The rows of user_features.csv, as text, from the tables `by_event` and `by_session`, ordered by user_id (byte order).
 * They are put in order before they are printed: what is printed takes more room.
 */
export const users = (plan: Plan): string => {
  const columns = Object.keys(plan.features).map(
    (name) => `${printed(plan.features, name, plan.asOf)} AS ${identifier(name)}`,
  );
  return `SELECT user_id,
    ${lines(columns)}
  FROM (FROM by_event JOIN by_session USING (user_id) ORDER BY user_id)`;
};
