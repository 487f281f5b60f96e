/**
 * All rows of a log in one table, read once for several questions: directly if the log is clean, which is proved as by the
 * fast reading (see fast.ts), and otherwise after every record was located and every cell checked.
 */
import { duckdb } from '../sql/duckdb.js';
import { accepted, isChecked, value } from '../sql/cells.js';
import { eventColumns } from '../sql/plan.js';
import { repeatedIds } from '../sql/account.js';
import { isNullWord, type Look, ROW } from '../sql/reading.js';
import { ANONYMOUS_ID } from '../model.js';
import { identifier } from '../sql/text.js';
import { count, type Job, sum } from './aggregate.js';
import { checkRows } from './checkRows.js';
import type { Engine } from './duckdb/open.js';
import { directRelation } from './duckdb/relations.js';
import { hasTranslatedTypes } from './eventTypes.js';
import { countRecords } from './countRecords.js';
import { guess, isNotClean, nullWordsIn } from './guess.js';

/** The rows of a log that somebody did. */
export interface Placed {
  /** Relation of the rows, with `t`, user_id or the anonymous id, and the cells of all columns. */
  readonly rows: string;
  readonly read: number;
  readonly rejected: number;
  /** Rows that `where` in gesture.yaml leaves out. */
  readonly left: number;
  readonly withoutUser: number;
  /** Whether some event_id may be there twice. */
  readonly repeated: boolean;
}

const LEFT = `${identifier(ROW.left)} IS NOT NULL`;

/** SQL: true of a row that somebody did. */
const hasOwner = ({ identity }: Job): string =>
  identity ? `coalesce(user_id, ${identifier(ANONYMOUS_ID)}) IS NOT NULL` : 'user_id IS NOT NULL';

/** What is looked for in rows that nothing is known about. */
const EVERYTHING: Look = { words: true, names: true };

/** The table of all rows as the engine's own reader sees them; undefined if it is not sure that this is what the log says. */
const placeDirectly = async (engine: Engine, job: Job, look: Look): Promise<Placed | undefined> => {
  const { logs, plan } = job;
  const words = nullWordsIn(logs);
  const { sql, paths } = directRelation(logs, job.numbers, look);
  const used = plan.rules.columns.filter(
    (column) => column !== 'event_type' && (column !== 'timestamp' || eventColumns(plan.features).has(column)),
  );
  const columns = [
    ...used.map((column) => `${value(duckdb, column, plan.rules)} AS ${identifier(column)}`),
    ...['event_type', 't', ROW.theirs, ROW.left].map(identifier),
    `${accepted(duckdb, plan.rules)} AS "#ok"`,
  ];
  const [made, ...scans] = await Promise.allSettled([
    engine.run(`CREATE OR REPLACE TEMP TABLE placed AS SELECT ${columns.join(', ')} FROM ${sql}`, paths),
    ...logs.map((log) => countRecords(engine, log, undefined, look.words ? [] : words)),
  ]);
  if (made.status === 'rejected') return undefined;
  const read = sum(scans.map((scan) => (scan.status === 'fulfilled' && scan.value.regular ? scan.value.records : NaN)));
  // A cell with a grammar, a number or a flag, would not have been accepted.
  const texts = used.filter((column) => !isChecked(column) && !job.numbers.has(column));
  const worded =
    (look.words ? [] : texts).map((column) => isNullWord(duckdb, identifier(column), words)).join(' OR ') || 'false';
  const [row = []] = await engine.rows(
    `SELECT count(*), count(*) FILTER (WHERE NOT (${LEFT}) AND "#ok" IS NOT TRUE), count(*) FILTER (WHERE ${LEFT}),
       count(*) FILTER (WHERE NOT (${LEFT}) AND NOT (${hasOwner(job)})), count(*) FILTER (WHERE ${worded}) FROM placed`,
  );
  const [rows, doubtful, left = 0, withoutUser = 0, found] = row.map(Number);
  if (rows !== read || doubtful !== 0 || found !== 0) return undefined;
  if (!look.names && (await hasTranslatedTypes(engine, logs, { sql: 'placed', paths: [] }))) return undefined;
  const repeated =
    plan.rules.columns.includes('event_id') &&
    (await count(engine, repeatedIds('(SELECT event_id FROM placed WHERE event_id IS NOT NULL)', []))) > 0;
  return {
    rows: `(SELECT * FROM placed WHERE NOT (${LEFT}) AND ${hasOwner(job)})`,
    read,
    rejected: 0,
    left,
    withoutUser,
    repeated,
  };
};

/** The same if the log cannot be trusted. @throws TooManyRejected, and Failure `data` for a file that cannot be divided into records */
const placeChecked = async (engine: Engine, job: Job): Promise<Placed> => {
  const { read, faults, checked, rows } = await checkRows(engine, job);
  return {
    rows: `(SELECT * FROM ${rows} WHERE ${hasOwner(job)})`,
    read,
    rejected: faults.length,
    left: await count(engine, `SELECT count(*) FROM ${checked} WHERE ${LEFT}`),
    withoutUser: await count(engine, `SELECT count(*) FROM ${rows} WHERE NOT (${hasOwner(job)})`),
    repeated: job.plan.rules.columns.includes('event_id'),
  };
};

/** Reads the rows of a log. @throws as `checkRows` */
export const placeRows = async (engine: Engine, job: Job): Promise<Placed> => {
  const located = job.logs.some(({ format }) => format === 'ndjson' || format === 'lines');
  if (located) return placeChecked(engine, job);
  const sample = await guess(engine, job);
  if (isNotClean(sample)) return placeChecked(engine, job);
  // What `where` looks at is not looked at again afterwards.
  const isEnough =
    !job.logs.some(({ reading }) => reading.where.length > 0) && !(sample.look.words && sample.look.names);
  const looks = isEnough ? [sample.look, EVERYTHING] : [EVERYTHING];
  for (const look of looks) {
    const placed = await placeDirectly(engine, job, look);
    if (placed !== undefined) return placed;
  }
  return placeChecked(engine, job);
};
