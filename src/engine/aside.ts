/**
 * Rows that the fast reading sets aside, since they are rejected or left out: only they are located and read strictly, for
 * the lists of them. What becomes of them must be what the fast reading took for granted.
 */
import { leavesRowsOut } from '../config/settings.js';
import { type Log, whereColumn } from '../intake/bind.js';
import { shapeOf } from '../intake/csvShape.js';
import type { Fault } from '../intake/faults.js';
import { pickRecords } from '../intake/pick.js';
import type { FileScan } from '../intake/scan.js';
import { duckdb } from '../sql/duckdb.js';
import { excludesUser, exclusionColumns, isNamed } from '../sql/exclude.js';
import { type Fateful, hasFate, withFates } from '../sql/fates.js';
import { type Facts, NO_FACTS, profiledColumns } from '../sql/plan.js';
import { isNullWord, type Look } from '../sql/reading.js';
import { count, factsFrom, type Job, knownCells } from './aggregate.js';
import { checkRows } from './checkRows.js';
import type { Engine } from './duckdb/open.js';
import { directRelation, type Relation } from './duckdb/relations.js';
import { findBots, leftRows, makeExcluded } from './excluded.js';
import type { NotClean } from './guess.js';

/** User agents of bots, at most, that are spelled into a query. */
const MOST_BOTS = 500;

/** What decides the fates of the rows of a job. `rows`: relation of all of them. */
export const fatefulOf = async (
  engine: Engine,
  { logs, plan, config, asOf }: Job,
  rows: Relation,
): Promise<Fateful | NotClean> => {
  const { rules } = plan;
  const { exclude } = config;
  const conditions = logs.flatMap(({ reading }) => reading.where.map(({ column }) => whereColumn(column)));
  const seen = exclude === undefined ? [] : exclusionColumns(duckdb, exclude, rules.columns);
  const bots = exclude?.bots ? await findBots(engine, plan, rows) : [];
  if (bots.length > MOST_BOTS) return { notClean: 'there are many bots' };
  const isBot = (agent: string): string => isNullWord(duckdb, agent, bots);
  return {
    rules,
    asOf,
    isExcluded: exclude && isNamed(duckdb, exclude, rules.columns, isBot),
    looksAt: [...new Set([...conditions, ...seen])].filter((column) => column !== 'user_id'),
    hasConditions: conditions.length > 0,
  };
};

/** What the fast reading found out about the rows of all logs. */
export interface Expected {
  readonly read: number;
  readonly rejected: number;
  readonly excluded: number;
}

/** What became of rows that were set aside. */
export interface Aside {
  readonly faults: readonly Fault[];
  /** Relation of the rows that a condition of `where` leaves out; undefined: there is no condition. */
  readonly left: string | undefined;
  /** What is known of all early rows, from what is known of those that are used. */
  readonly extend: (facts: Facts) => Facts;
}

/** No row was set aside, and none can be left out. */
const NOTHING: Aside = { faults: [], left: undefined, extend: (facts) => facts };

/** The numbers of the records of a log that are set aside. */
const placesAside = async (
  engine: Engine,
  { numbers }: Job,
  log: Log,
  look: Look,
  fateful: Fateful,
): Promise<number[]> => {
  const { sql, paths } = directRelation([log], numbers, look);
  const isAside = hasFate('left', 'rejected', 'excluded');
  return engine.placesWhere(`SELECT coalesce(${isAside}, false) FROM ${withFates(sql, fateful, [])}`, paths);
};

/**
 * Reads strictly the rows that are set aside, and makes the table `excluded` if the settings can leave rows out. The table
 * `by_event` has the users of all other rows.
 *
 * @param scans the independent counts of the logs, regular CSV files
 * @throws TooManyRejected
 */
export const readAside = async (
  engine: Engine,
  job: Job,
  fateful: Fateful,
  look: Look,
  scans: readonly FileScan[],
  { read, rejected, excluded }: Expected,
): Promise<Aside | NotClean> => {
  const { logs, plan, config, asOf } = job;
  const leaves = leavesRowsOut(config);
  if (rejected === 0 && !leaves) return NOTHING;
  if (job.identity) return { notClean: 'a row that is rejected has no say in who is who' };
  if (logs.some(({ format }) => format !== 'csv')) return { notClean: 'only rows of CSV are located' };
  const records = [];
  // What no row came to need not be looked for again.
  const none = excluded === 0 ? { isExcluded: undefined, hasConditions: false } : {};
  const possible: Fateful = { ...fateful, ...none, allPlaced: rejected === 0 };
  for (const [i, log] of logs.entries()) {
    const places = rejected + excluded === 0 ? [] : await placesAside(engine, job, log, look, possible);
    records.push(pickRecords(log.path, shapeOf(log), places, scans[i]?.quoted === true));
  }
  const { faults, rows, checked } = await checkRows(engine, job, [], { read, records });
  const isLate = asOf === undefined ? 'false' : `t > ${duckdb.instant(asOf)}`;
  const early = `(SELECT * FROM ${rows} WHERE user_id IS NOT NULL AND NOT (${isLate}))`;
  if (leaves) await makeExcluded(engine, job, NO_FACTS, checked, early);
  const listed = leaves ? await count(engine, 'SELECT count(*) FROM excluded') : 0;
  const all = await count(engine, `SELECT count(*) FROM ${checked}`);
  if (faults.length !== rejected || listed !== excluded || all !== rejected + excluded) {
    return { notClean: 'rows that were set aside are not what they seemed to be' };
  }
  const marks = config.exclude && excludesUser(duckdb, config.exclude, plan.rules.columns);
  const marked = `SELECT count(*) FROM by_event WHERE user_id IN (SELECT user_id FROM ${early} WHERE ${marks})`;
  if (marks !== undefined && (await count(engine, marked)) > 0) {
    return { notClean: 'rows are excluded for what others of their user say' };
  }
  const [row = []] = await engine.rows(`SELECT ${['count(*)', ...knownCells(plan)].join(', ')} FROM ${early}`);
  const [events = 0, ...known] = row.map(Number);
  const ofExcluded = factsFrom(profiledColumns(plan), known, events);
  const both = (one: ReadonlySet<string>, other: ReadonlySet<string>): Set<string> =>
    new Set([...one].filter((column) => events === 0 || other.has(column)));
  const extend = (facts: Facts): Facts => ({
    ...facts,
    complete: both(facts.complete, ofExcluded.complete),
    empty: both(facts.empty, ofExcluded.empty),
  });
  return { faults, left: leaves ? leftRows(checked) : undefined, extend };
};
