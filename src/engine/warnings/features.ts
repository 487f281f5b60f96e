/** Features, conversions and opt-outs of gesture.yaml that no row of the log takes part in. */
import { type Condition, typesNamedBy } from '../../catalogue/conditions.js';
import { features as builtIn } from '../../catalogue/features.js';
import { conditionsOf, MEASURES, rowMeasures, type RowMeasure } from '../../catalogue/measures.js';
import type { Dialect } from '../../sql/dialect.js';
import { duckdb } from '../../sql/duckdb.js';
import { condition } from '../../sql/measures.js';
import { selectEvents } from '../../sql/query.js';
import { identifier } from '../../sql/text.js';
import { counted } from '../../text/numbers.js';
import type { Aggregated, Job } from '../aggregate.js';
import type { Engine } from '../duckdb/open.js';
import type { EventTypes } from '../eventTypes.js';
import { asWritten, type Finding, nearest } from './finding.js';
import { actionsIn, ownFeatures, eventsOfTypes } from './types.js';

/** Something that some row must meet for a setting to have an effect. */
interface Question {
  readonly place: string;
  readonly at: readonly PropertyKey[];
  /** By the log's own names of columns. */
  readonly conditions: readonly Condition[];
  /** A column that must be filled somewhere. */
  readonly column?: string | undefined;
}

/** Whether the value for a user without a row is 0; that of the others is unknown. Actions are looked at one by one. */
const isZeroWithoutRows = (op: RowMeasure['op']): boolean => MEASURES[op].is !== 'value' && op !== 'did';

/** SQL: true if some user has a value that is neither unknown nor 0. */
const someValue = (name: string, { op }: RowMeasure): string =>
  `coalesce(bool_or(${identifier(name)} ${isZeroWithoutRows(op) ? '<> 0' : 'IS NOT NULL'}), false)`;

/** The measures, in a table of users, that have no value for anybody. */
const idleMeasures = async (
  engine: Engine,
  table: string,
  measures: readonly [string, RowMeasure][],
): Promise<[string, RowMeasure][]> => {
  if (measures.length === 0) return [];
  const values = measures.map(([name, is]) => someValue(name, is));
  const [row = []] = await engine.rows(`SELECT ${values.join(', ')} FROM ${table}`);
  return measures.filter((_, i) => row[i] !== true);
};

/** What must be true of some row for a feature to have a value. */
const questionOf = ([name, is]: [string, RowMeasure]): Question => {
  const values = is.op === 'everyOf' ? is.values.map((value) => ({ column: is.column, equals: value })) : [];
  return {
    place: `features.${name}`,
    at: ['features', name],
    conditions: [...conditionsOf(is), ...values],
    column: 'column' in is && is.op !== 'countWhere' ? is.column : undefined,
  };
};

/** What must be true of some row for the actions of `conversion` and `opt_out` that are conditions. */
const questionsOfActions = (measures: readonly [string, RowMeasure][]): Question[] =>
  measures.flatMap(([name, is]) =>
    actionsIn(name, is).flatMap(({ action, at }) =>
      action.is.some((one) => typesNamedBy(one).length === 0)
        ? [{ place: at.slice(0, 2).join('.'), at, conditions: action.is }]
        : [],
    ),
  );

/** The most actions that a message lists. */
const LISTED = 5;

/** The most values of a column that are searched for the closest one. */
const MANY = 1000;

/** Whom the rows that were used can be asked about: the relation of them, and what runs a query of it. */
export interface Asked {
  readonly dialect: Dialect;
  readonly from: string;
  readonly query: (sql: string) => Promise<readonly (readonly unknown[])[]>;
}

/** SQL: true of a row, in the engine's names of columns, that meets a condition in the log's. */
const meets = (given: Condition, { aliases }: Pick<Job, 'aliases'>, dialect: Dialect = duckdb): string =>
  `(${condition(dialect, { ...given, column: aliases.get(given.column) ?? given.column }, 'events')})`;

/** Answers questions about the rows that were used: it reads them once more, for all questions together. */
const answer = async (
  { dialect, from, query }: Asked,
  job: Pick<Job, 'plan' | 'aliases' | 'logs'>,
  questions: readonly Question[],
): Promise<Finding[]> => {
  if (questions.length === 0) return [];
  const { plan, aliases, logs } = job;
  const ours = (column: string): string => aliases.get(column) ?? column;
  const columns = questions.flatMap(({ conditions, column }) => [
    ...conditions.map((one) => one.column),
    ...(column === undefined ? [] : [column]),
  ]);
  const events = selectEvents(dialect, plan.rules, new Set(columns.map(ours)), from);
  const tally = (tests: readonly string[]): string => dialect.over('count', '*', tests.join(' AND '));
  const filled = [...new Set(columns)];
  const sums = [
    ...filled.map((column) => `count(${identifier(ours(column))})`),
    ...questions.flatMap(({ conditions }) => conditions.map((one) => tally([meets(one, job, dialect)]))),
    ...questions.map(({ conditions }) => tally(conditions.map((one) => meets(one, job, dialect)))),
  ];
  const [row = []] = await query(`SELECT ${sums.join(', ')} FROM (${events}) AS events`);
  const counts = row.map(Number);
  const known = new Map(filled.map((column, i) => [column, counts[i] ?? 0]));
  let next = filled.length;
  const header = [...new Set(logs.flatMap((log) => log.header))];
  const emptiness = (column: string): string | undefined => {
    if (!plan.rules.columns.includes(ours(column)))
      return `no file has a column "${column}"${nearest(column, header)}; name it in events.columns`;
    return known.get(column) === 0 ? `the column "${column}" is empty in every row that is used` : undefined;
  };
  const closestValue = async ({ column, equals, in: several }: Condition): Promise<string> => {
    const wanted = equals ?? several?.[0];
    if (wanted === undefined) return '';
    const cell = dialect.text(identifier(ours(column)));
    const values = await query(
      `SELECT ${cell} AS v FROM (${events}) AS events WHERE v IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v LIMIT ${MANY}`,
    );
    return nearest(
      wanted,
      values.map(([value]) => String(value)),
    );
  };
  const findings: Finding[] = [];
  for (const [i, { place, at, conditions, column }] of questions.entries()) {
    const met = conditions.map(() => counts[next++] ?? 0);
    const together = counts[counts.length - questions.length + i] ?? 0;
    const say = (code: string, what: string): void => void findings.push({ code, at, text: `${place}: ${what}` });
    const lacking = [...(column === undefined ? [] : [column]), ...conditions.map((one) => one.column)]
      .map(emptiness)
      .find((what) => what !== undefined);
    const unmet = conditions.find((one, nth) => met[nth] === 0 && typesNamedBy(one).length === 0);
    if (lacking !== undefined) say('feature-empty', lacking);
    else if (unmet !== undefined)
      say('feature-unmatched', `no row meets ${asWritten(unmet)}${await closestValue(unmet)}`);
    // A type that the log lacks is a warning of its own.
    else if (together === 0 && met.every((n) => n > 0))
      say('feature-unmatched', `each of its conditions is met by some row, but no row meets all ${conditions.length}`);
  }
  return findings;
};

/** Own features over sessions that have conditions and look at all sessions. */
const ofSessions = ({ plan }: Pick<Job, 'plan'>): [string, RowMeasure][] =>
  rowMeasures(plan.features, 'sessions').filter(
    ([name, is]) =>
      !Object.hasOwn(builtIn, name) && conditionsOf(is).length > 0 && is.within === undefined && !('days' in is),
  );

/** What is said of measures over sessions that have no value for anybody. */
const withoutSessions = (idle: readonly [string, RowMeasure][]): Finding[] =>
  idle.map(([name, is]) => ({
    code: 'feature-unmatched',
    at: ['features', name],
    text: `features.${name}: no session meets ${conditionsOf(is).map(asWritten).join(' and ')}`,
  }));

/** What is to be asked about own features over events, of which these have no value for anybody. */
const questionsAbout = (
  idle: readonly [string, RowMeasure][],
  actions: readonly [string, RowMeasure][],
): Question[] => [
  ...idle.map(questionOf).filter(({ conditions, column }) => conditions.length > 0 || column !== undefined),
  ...questionsOfActions(actions),
];

/** Own features over events: those that are actions, and the others. */
const ofEvents = ({
  config,
}: Pick<Job, 'config'>): { actions: [string, RowMeasure][]; others: [string, RowMeasure][] } => {
  const own = ownFeatures(config);
  return { actions: own.filter(([, is]) => is.op === 'did'), others: own.filter(([, is]) => is.op !== 'did') };
};

/** Own features that have no value for anybody since no row meets their conditions or has their column. */
export const idleFeatures = async (engine: Engine, job: Job, found: Aggregated): Promise<Finding[]> => {
  const { actions, others } = ofEvents(job);
  const idle = await idleMeasures(engine, 'by_event', others);
  const query: Asked['query'] = (sql) => engine.rows(sql, found.paths);
  return [
    ...(await answer({ dialect: duckdb, from: found.rows, query }, job, questionsAbout(idle, actions))),
    ...withoutSessions(await idleMeasures(engine, 'by_session', ofSessions(job))),
  ];
};

/** The own features that may have no value for anybody, with whether 0 is none. */
export const doubtfulFeatures = (job: Pick<Job, 'plan' | 'config'>): Map<string, boolean> =>
  new Map([...ofEvents(job).others, ...ofSessions(job)].map(([name, { op }]) => [name, isZeroWithoutRows(op)]));

/** The same warnings from the names of those that have no value for anybody. */
export const featuresWithout = async (
  asked: Asked,
  job: Pick<Job, 'plan' | 'config' | 'aliases' | 'logs'>,
  idle: ReadonlySet<string>,
): Promise<Finding[]> => {
  const { actions, others } = ofEvents(job);
  const are = (measures: readonly [string, RowMeasure][]): [string, RowMeasure][] =>
    measures.filter(([name]) => idle.has(name));
  return [
    ...(await answer(asked, job, questionsAbout(are(others), actions))),
    ...withoutSessions(are(ofSessions(job))),
  ];
};

/** Nobody converted, although each action that a conversion asks for was done by somebody. */
export const unreachedConversion = async (
  engine: Engine,
  job: Job,
  found: Aggregated,
  types: EventTypes,
): Promise<Finding[]> => {
  const { converted } = job.config.features;
  if (converted === undefined || converted.from !== 'events' || converted.is.op !== 'did') return [];
  const [row = []] = await engine.rows('SELECT count(*), count(*) FILTER (WHERE converted > 0) FROM by_event');
  if (row[1] !== 0n) return [];
  const builtInTypes = await eventsOfTypes(engine, job);
  const named = new Map([...builtInTypes, ...types.all.map(({ type, events }) => [type, events] as const)]);
  const asked = actionsIn('converted', converted.is).map(({ action: { is, undoneBy }, at }) => {
    const type = is.length === 1 && is[0]?.column === 'event_type' ? is[0].equals : undefined;
    return { is, undoneBy, list: at[1], type, events: type === undefined ? undefined : (named.get(type) ?? 0) };
  });
  const others = asked.filter(({ type }) => type === undefined);
  const tests = others.map(({ is }) => is.map((one) => meets(one, job)).join(' AND '));
  const columns = others.flatMap(({ is }) => is.map(({ column }) => job.aliases.get(column) ?? column));
  const [counts = []] =
    others.length === 0
      ? []
      : await engine.rows(
          `SELECT ${tests.map((test) => `count(*) FILTER (WHERE ${test})`).join(', ')} FROM (${selectEvents(duckdb, job.plan.rules, columns, found.rows)}) AS events`,
          found.paths,
        );
  const did = asked.map((one) =>
    Object.assign(one, { events: one.events ?? Number(counts[others.indexOf(one)] ?? 0) }),
  );
  const [all, any] = ['all_of', 'any_of'].map((list) => did.filter((one) => one.list === list));
  if (all === undefined || any === undefined || all.some(({ events }) => events === 0)) return [];
  if (any.length > 0 && any.every(({ events }) => events === 0)) return [];
  const listed = (list: typeof did): string =>
    list
      .slice(0, LISTED)
      .map(({ is, type, events }) => `${type ?? is.map(asWritten).join(' and ')} (${counted(events, 'event')})`)
      .join(', ');
  const parts = [
    ...(all.length > 0 ? [`${all.length > 1 ? 'all of ' : ''}${listed(all)}`] : []),
    ...(any.length > 0 ? [`${any.length > 1 ? 'any of ' : ''}${listed(any)}`] : []),
  ];
  const undone = did.some(({ undoneBy }) => undoneBy !== undefined) ? ' that was not undone later' : '';
  return [
    {
      code: 'conversion-unreached',
      at: converted === builtIn.converted ? undefined : ['conversion'],
      text: `conversion: none of ${counted(Number(row[0]), 'user')} has ${parts.join(' and ')}${undone}: if these events come from several sources, check that a person has the same user_id in all of them`,
    },
  ];
};
