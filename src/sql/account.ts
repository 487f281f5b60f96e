/**
 * The account that the fast reading keeps: it aggregates all rows of a log as they come, and counts at the same time
 * whatever would make the result wrong.
 */
import { columnsOf, conditionsIn, type Features, isPlain, rowMeasures } from '../catalogue/measures.js';
import { EVENT_COLUMNS } from '../model.js';
import { duckdb, hashOf } from './duckdb.js';
import { isChecked, isReadable, numberColumns } from './cells.js';
import { PACKED_EVENTS } from './packedEvents.js';
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
import { DOUBTED, type Fate, FATE, type Fateful, hasFate, possibleFates } from './fates.js';
import { groupedByUser, measuredEvents, selectEvents } from './query.js';
import { isNullWord } from './reading.js';
import { derivesBounce, isHighIntent, SESSION_FLAGS } from './sessions.js';
import { identifier, literal } from './text.js';

/** Columns of `by_event` that serve the accounting and are not features; no feature name can begin with `#`. */
export const ACCOUNT = {
  later: '#later',
  excluded: '#excluded',
  rejected: '#rejected',
  unreadable: '#unreadable',
  words: '#words',
  incomplete: '#incomplete',
  known: '#known:',
} as const;

/** The column of `by_event` that lists the hashes of the event_ids of a user. */
export const IDS = '#ids';

/**
 * Columns in which a null word would change what is aggregated. Numbers, flags, times and types have a grammar that no
 * word meets; the id of an event, a device and the latest value of a column are looked at afterwards.
 */
const wordColumns = ({ rules, features }: Plan): string[] => {
  const others = rowMeasures(features, 'events').flatMap(([, is]) =>
    is.op === 'latest' ? conditionsIn(is).map(({ column }) => column) : columnsOf(is),
  );
  const spared = new Set([
    ...Object.keys(EVENT_COLUMNS).filter((c) => isChecked(c)),
    ...numberColumns(rules),
    'event_id',
  ]);
  return [...new Set(['session_id', ...others])].filter((c) => rules.columns.includes(c) && !spared.has(c));
};

/** The features that just count the events of a type, by that type. */
export const featuresOfTypes = (features: Features): Map<string, string> =>
  new Map(
    rowMeasures(features, 'events').flatMap(([name, is]) =>
      is.op === 'countWhere' && is.equals !== undefined && is.column === 'event_type' && isPlain(is)
        ? [[is.equals, name]]
        : [],
    ),
  );

/** SQL: how many events there are in `by_event`, and how many of them features explain that just count a type. */
export const typeCounts = ({ features }: Plan): string => {
  const explained = [...featuresOfTypes(features).values()].map((name) => `sum(${identifier(name)})`);
  return `SELECT sum("#events")::BIGINT, (${['0', ...explained].join(' + ')})::BIGINT FROM by_event`;
};

/** The features over events that are the latest value of such a column. */
const latestOf = (features: Features, isWanted: (column: string) => boolean): string[] =>
  rowMeasures(features, 'events').flatMap(([name, is]) => (is.op === 'latest' && isWanted(is.column) ? [name] : []));

/** SQL: how many users have an id or a latest value that is a null word, in `by_event`. */
export const usersOfWords = ({ rules, features }: Plan, words: readonly string[]): string => {
  const numbers = numberColumns(rules);
  const latest = latestOf(features, (column) => !numbers.has(column) && rules.columns.includes(column));
  const tests = ['user_id', ...latest].map((column) => isNullWord(duckdb, `${identifier(column)}::VARCHAR`, words));
  return `SELECT count(*) FROM by_event WHERE ${tests.join(' OR ')}`;
};

/** SQL: how many rows have a null word for a device. */
export const devicesOfWords = (rows: string, words: readonly string[]): string =>
  `SELECT count(*) FROM ${rows} WHERE ${isNullWord(duckdb, 'device', words)}`;

/**
 * Aggregates over all rows that tell whether the log is clean: what became of rows that are not used, how many have a cell
 * that cannot be read, how many lack a cell of a column that is assumed to be complete, and how many have a cell of each
 * other profiled column.
 */
const accounting = (plan: Plan, assumed: Facts, possible: ReadonlySet<Fate>, words: readonly string[]): string[] => {
  const complete = profiledColumns(plan).filter((column) => assumed.complete.has(column));
  const lacking = ['false', ...complete.map((column) => `${identifier(column)} IS NULL`)].join(' OR ');
  const known = incompleteColumns(plan, assumed);
  const worded = wordColumns(plan).map((column) => isNullWord(duckdb, identifier(column), words));
  const rowsOf = (...fates: readonly Fate[]): string =>
    fates.some((fate) => possible.has(fate)) ? `count(*) FILTER (WHERE ${hasFate(...fates)})` : '0';
  return [
    `${rowsOf('rejected')} AS ${identifier(ACCOUNT.rejected)}`,
    `${rowsOf('later')} AS ${identifier(ACCOUNT.later)}`,
    `${rowsOf('left', 'excluded')} AS ${identifier(ACCOUNT.excluded)}`,
    `count(*) FILTER (WHERE NOT ("#readable" OR coalesce(${hasFate('left', 'rejected')}, false))) AS ${identifier(ACCOUNT.unreadable)}`,
    `count(*) FILTER (WHERE ${[identifier(DOUBTED), ...worded].join(' OR ')}) AS ${identifier(ACCOUNT.words)}`,
    `count(*) FILTER (WHERE ${lacking}) AS ${identifier(ACCOUNT.incomplete)}`,
    ...known.map((column) => `count(${identifier(column)}) AS ${identifier(ACCOUNT.known + column)}`),
  ];
};

/** The columns that only features read which print their latest value: it need not be text before. */
const printedColumns = ({ features }: Plan): Set<string> => {
  const measures = rowMeasures(features, 'events').map(([, is]) => is);
  const others = new Set(measures.filter((is) => is.op !== 'latest' || !isPlain(is)).flatMap(columnsOf));
  return new Set(measures.flatMap(columnsOf).filter((column) => !others.has(column)));
};

/** The values, of those that rows have, that features are made from; a latest number only if nothing but its row decides on it. */
const valuesUsed = (plan: Plan, assumed: Facts): Set<string> => {
  const { rules } = plan;
  const printed = eventId(plan, assumed)?.unique ? printedColumns(plan) : new Set<string>();
  const numbers = [...numberColumns(rules)].filter((column) => printed.has(column));
  return new Set([...SESSION_FLAGS, ...numbers].filter((column) => rules.values?.has(column)));
};

/** SQL of `by_event`, where the latest values of these columns are text. */
const withText = (byEvent: string, { features }: Plan, values: ReadonlySet<string>): string => {
  const names = latestOf(features, (column) => values.has(column)).map(identifier);
  if (names.length === 0) return byEvent;
  return `SELECT * REPLACE (${names.map((name) => `${duckdb.text(name)} AS ${name}`).join(', ')}) FROM (${byEvent})`;
};

/**
 * SQL of `by_event` over all rows of a log, with an account of whatever would make it wrong in its `#` columns: it is
 * right only if every cell can be read and nothing assumed was false.
 *
 * @param assumed what the log is assumed to be like
 * @param rows relation of the log's rows with their fates, as these are decided
 * @param words null words that nobody has looked for
 */
export const byEventWithAccount = (
  plan: Plan,
  assumed: Facts,
  lists: Lists,
  rows: string,
  fateful: Fateful,
  words: readonly string[],
): string => {
  const packed = lists.packed ? packedSessionEvents(plan, assumed) : undefined;
  const wanted = [
    ...eventColumns(plan.features),
    'event_id',
    ...profiledColumns(plan),
    ...sessionColumns(sessionFacts(plan, assumed)),
  ];
  const listed = [
    ...(packed === undefined ? [] : [`list(${packed.of}) AS ${identifier(PACKED_EVENTS)}`]),
    ...(lists.ids && eventId(plan, assumed) ? [`list(${hashOf('event_id')}) AS ${identifier(IDS)}`] : []),
  ];
  const intent = derivesBounce(sessionFacts(plan, assumed)) ? [isHighIntent(duckdb, 'event_type')] : [];
  const also = [
    `${isReadable(duckdb, plan.rules)} AS "#readable"`,
    ...[FATE, DOUBTED].map(identifier),
    ...(packed === undefined ? [] : intent),
  ];
  const values = valuesUsed(plan, assumed);
  const events = selectEvents(duckdb, { ...plan.rules, values }, wanted, rows, also);
  const account = [...accounting(plan, assumed, possibleFates(fateful), words), ...listed];
  const byEvent = groupedByUser(events, measuredEvents(duckdb, plan, assumed, { asOf: fateful.asOf }), account);
  return withText(byEvent, plan, values);
};

/**
 * SQL of the number of events that seem to share the id of another: equal ids have equal hashes, so 0 proves that each
 * id is unique. A sort takes half the time of a count of distinct ones.
 *
 * @param cells relation of the log's cells; undefined: `by_event` has the hashes
 * @param words null words that nobody has looked for: they count too
 */
export const repeatedIds = (cells: string | undefined, words: readonly string[]): string => {
  const hashes =
    cells === undefined
      ? `SELECT unnest(${identifier(IDS)}) AS id FROM by_event`
      : `SELECT ${hashOf('event_id')} AS id FROM ${cells}`;
  const isWord = words.map((word) => ` OR id = ${hashOf(literal(word))}`).join('');
  return `SELECT count(*) FILTER (WHERE id = before${isWord})
  FROM (SELECT id, lag(id) OVER (ORDER BY id) AS before FROM (${hashes}))`;
};

/**
 * SQL of the number of events whose id does not come after the one before, as scan.ts orders them (it is longer, or of the
 * same length and greater). At 0 each id is unique, if all events have one, in whatever order the engine reads the rows.
 *
 * @param words null words that nobody has looked for: they are no ids
 */
export const idsThatDoNotAscend = (cells: string, words: readonly string[]): string =>
  `SELECT count(*) FILTER (WHERE ${isNullWord(duckdb, 'id', words)}
    OR NOT (strlen(id) > strlen(before) OR strlen(id) = strlen(before) AND id > before))
  FROM (SELECT id, lag(id) OVER () AS before FROM (SELECT event_id AS id FROM ${cells}))`;
