/**
 * The strict reading of a log: every record is located, every cell checked, and rejected, duplicate, excluded
 * and later rows are separated. Checked rows are kept in a Parquet file meanwhile, so that cells are checked once.
 */
import { join } from 'node:path';
import type { Log } from '../intake/bind.js';
import { type Fault, type Located, locate, rawText } from '../intake/locate.js';
import { spelled } from '../intake/open.js';
import { RAGGED } from '../intake/records.js';
import { damaged } from '../intake/refuse.js';
import { Failure } from '../model.js';
import { timestamp } from '../sql/measures.js';
import { type Facts, type Plan, profiledColumns } from '../sql/plan.js';
import { byEvent, checkedRows, excluded, withoutDuplicates } from '../sql/query.js';
import { literal } from '../sql/text.js';
import { percent } from '../text/numbers.js';
import {
  aggregateSessions,
  type Aggregated,
  count,
  deviceNames,
  factsFrom,
  type Job,
  knownCells,
  namesOf,
  SAMPLE,
  sum,
  TooManyRejected,
} from './aggregate.js';
import { type Engine, isDataFault } from './duckdb/open.js';
import { locatedRelation, ownParquet, parquetRaw, parquetRows } from './duckdb/relations.js';

/** Faults that name columns as the project does, rather than by their aliases. */
const withoutAliases = (faults: readonly Fault[], { aliases }: Job): Fault[] => {
  const columns = new Map([...aliases].map(([column, alias]) => [alias, column]));
  return faults.map((fault) => ({ ...fault, column: columns.get(fault.column) ?? fault.column }));
};

/** The rows that break a rule, in file order. */
const rejectedRows = async (engine: Engine, { logs }: Job, checked: string): Promise<Fault[]> => {
  const rows = await engine.rows(
    `SELECT "#file", "#line", "#fault", "#reason", "#offset", "#length" FROM ${checked}
     WHERE "#fault" IS NOT NULL ORDER BY "#file", "#line"`,
  );
  const faults: Fault[] = [];
  for (const [file, log] of logs.entries()) {
    const here = rows.filter((row) => Number(row[0]) === file);
    const lines = here.map((row) => Number(row[1]));
    const places = here.map((row) => ({ offset: Number(row[4]), length: Number(row[5]) }));
    const texts = log.format === 'parquet' ? await parquetRaw(engine, log, lines) : await rawText(log, places);
    for (const [i, [, line, column, reason]] of here.entries()) {
      faults.push({
        file: log.name,
        line: Number(line),
        column: String(column),
        reason: String(reason),
        raw: texts[i] ?? '',
      });
    }
  }
  return faults;
};

/** How many rows are rejected for their number of cells. */
export const countRagged = (faults: readonly Fault[]): number =>
  faults.filter(({ reason }) => reason.startsWith(RAGGED)).length;

/** What to do about them. */
export const RAGGED_ADVICE =
  'if cells are missing at the end of rows, or empty ones follow the last column, set events: { ragged_rows: fill }';

/** Refuses a run in which too much was rejected. */
const checkRejected = (logs: readonly Log[], faults: readonly Fault[], read: number, limit: number): void => {
  const share = read === 0 ? 0 : faults.length / read;
  const first = faults[0];
  if (!first) return;
  const example = `the first: ${first.file}:${first.line}: ${first.column ? `${first.column} is ` : ''}${first.reason}`;
  const guessed = logs.find((log) => log.guessed);
  if (guessed && share > 0.05) {
    throw new TooManyRejected(
      `${guessed.name}: the columns seem to be separated by ${spelled(guessed.delimiter)}, but ${faults.length} of ${read} rows do not fit (${example}). If the delimiter is right, confirm it with --delimiter`,
      faults,
    );
  }
  if (share > limit) {
    const fill = countRagged(faults) * 2 > faults.length ? `${RAGGED_ADVICE}; or` : 'or';
    throw new TooManyRejected(
      `${faults.length} of ${read} rows (${percent(share, 1)}) are rejected, over the limit of ${percent(limit, 1)}; ${example}. Fix the rows, ${fill} raise --max-rejected`,
      faults,
    );
  }
};

/** A log as the engine can read it without doubt. The rows of Parquet need no locating. */
const locateIn = async (engine: Engine, log: Log, index: number, scratch: string): Promise<Located> =>
  log.format === 'parquet'
    ? { path: log.path, records: await parquetRows(engine, log.path), faults: [] }
    : locate(log, index, scratch);

/** The rows of a log that break no rule, and what was rejected. */
interface Checked {
  readonly read: number;
  readonly faults: readonly Fault[];
  /** Relation of the accepted rows, with `t`, "#file" and "#line". */
  readonly rows: string;
}

/** Locates every record and checks every cell. */
const checkRows = async (engine: Engine, job: Job): Promise<Checked> => {
  const { logs, config, plan, scratch } = job;
  const located: Located[] = [];
  for (const [i, log] of logs.entries()) located.push(await locateIn(engine, log, i, scratch));
  const source = locatedRelation(logs, located, config.events.unknown);
  const kept = join(scratch, 'checked.parquet');
  await engine
    .run(`COPY (${checkedRows(plan.rules, source.sql)}) TO ${literal(kept)} (FORMAT parquet)`, source.paths)
    .catch((error: unknown) => {
      const parquet = logs.filter(({ format }) => format === 'parquet').map(({ name }) => name);
      throw parquet.length > 0 && isDataFault(error) ? damaged(parquet.join(', '), error) : error;
    });
  const checked = ownParquet(kept);
  const wellFormed = sum(located.map((copy) => copy.records));
  const seen = await count(engine, `SELECT count(*) FROM ${checked}`);
  if (seen !== wellFormed) {
    throw new Failure(
      'data',
      `the engine found ${seen} records, the independent count ${wellFormed}: please report this file`,
    );
  }
  const broken = await rejectedRows(engine, job, checked);
  const order = new Map(logs.map((log, i) => [log.name, i]));
  const faults = withoutAliases([...located.flatMap((copy) => copy.faults), ...broken], job).toSorted(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line,
  );
  const read = wellFormed + faults.length - broken.length;
  checkRejected(logs, faults, read, job.maxRejected);
  return { read, faults, rows: `(SELECT * FROM ${checked} WHERE "#fault" IS NULL)` };
};

/** Leaves out second rows of one event_id. */
const dropDuplicates = async (
  engine: Engine,
  { rules }: Plan,
  accepted: string,
): Promise<{ rows: string; duplicate: number }> => {
  if (!rules.columns.includes('event_id')) return { rows: accepted, duplicate: 0 };
  await engine.run(
    `CREATE TEMP TABLE counted AS SELECT event_id, count(*) AS n FROM ${accepted} WHERE event_id IS NOT NULL GROUP BY event_id HAVING count(*) > 1`,
  );
  await engine.run('CREATE TEMP TABLE repeated AS SELECT event_id FROM counted');
  const duplicate = await count(engine, 'SELECT sum(n - 1)::BIGINT FROM counted');
  return { rows: duplicate > 0 ? withoutDuplicates(rules, accepted, 'repeated') : accepted, duplicate };
};

/** What is known about `rows`, and how many there are. */
const profile = async (engine: Engine, plan: Plan, rows: string): Promise<{ facts: Facts; events: number }> => {
  const [row] = await engine.rows(`SELECT ${['count(*)', ...knownCells(plan)].join(', ')} FROM ${rows}`);
  const [devices] = await engine.rows(`SELECT ${deviceNames(plan)} FROM (SELECT * FROM ${rows} LIMIT ${SAMPLE})`);
  const [events = 0, ...known] = (row ?? []).map(Number);
  return { facts: { ...factsFrom(profiledColumns(plan), known, events), devices: namesOf(devices?.[0]) }, events };
};

/** The latest instant of `rows` in microseconds since 1970; 0 if there is no row. */
const latestOf = async (engine: Engine, rows: string): Promise<bigint> => {
  const last = (await engine.rows(`SELECT epoch_us(max(t)) FROM ${rows}`))[0]?.[0];
  return typeof last === 'bigint' ? last : 0n;
};

/**
 * Reads logs strictly into `by_event` and `by_session`.
 *
 * @throws TooManyRejected, and Failure `data` if a file cannot be divided into records
 */
export const readStrict = async (engine: Engine, job: Job): Promise<Aggregated> => {
  const { config, plan } = job;
  const { read, faults, rows: accepted } = await checkRows(engine, job);
  const { rows: known, duplicate } = await dropDuplicates(engine, plan, accepted);
  const early = job.asOf === undefined ? known : `(SELECT * FROM ${known} WHERE t <= ${timestamp(job.asOf)})`;
  const { facts, events } = await profile(engine, plan, early);
  let rows = early;
  if (config.exclude) {
    await engine.run(`CREATE TEMP TABLE excluded AS ${excluded(plan, facts, config.exclude, early)}`);
    rows = `(SELECT rows.* FROM ${early} AS rows ANTI JOIN excluded USING ("#file", "#line"))`;
  }
  const asOf = job.asOf ?? (await latestOf(engine, rows));
  await engine.run(`CREATE TEMP TABLE by_event AS ${byEvent(plan, facts, asOf, rows)}`);
  const withDevices = await aggregateSessions(engine, plan, facts, asOf, { rows, paths: [] });
  const accounts = {
    read,
    used: await count(engine, 'SELECT sum("#events")::BIGINT FROM by_event'),
    rejected: faults.length,
    duplicate,
    excluded: config.exclude ? await count(engine, 'SELECT count(*) FROM excluded') : 0,
    later: job.asOf === undefined ? 0 : (await count(engine, `SELECT count(*) FROM ${known}`)) - events,
  };
  const { used, rejected, excluded: left, later } = accounts;
  if (read !== used + rejected + duplicate + left + later) {
    throw new Error(`the accounting is broken: ${JSON.stringify(accounts)}`);
  }
  return { accounts, faults, facts: withDevices, asOf, rows, paths: [] };
};
