/**
 * The strict reading of a log: every record is located, every cell checked, and rejected, duplicate, excluded
 * and later rows are separated. Checked rows are kept in a Parquet file meanwhile, so that cells are checked once.
 */
import { join } from 'node:path';
import { leavesRowsOut } from '../config/settings.js';
import { duckdb } from '../sql/duckdb.js';
import { type Facts, type Plan, profiledColumns } from '../sql/plan.js';
import { byEvent, PLACE, sharedIds, withoutDuplicates } from '../sql/query.js';
import { literal } from '../sql/text.js';
import {
  aggregateSessions,
  type Aggregated,
  count,
  deviceNames,
  factsFrom,
  type Job,
  knownCells,
  namesOf,
  PHASES,
  SAMPLE,
  sum,
} from './aggregate.js';
import { type Checked, checkRows, type Copies } from './checkRows.js';
import type { Engine } from './duckdb/open.js';
import { ownParquet, type Relation } from './duckdb/relations.js';
import { findBots, leftRows, makeExcluded } from './excluded.js';
import { resolveUsers } from './identity.js';

/** Leaves out second rows of one event. */
const dropDuplicates = async (
  engine: Engine,
  { rules }: Plan,
  accepted: string,
): Promise<{ rows: string; duplicate: number; shared: number }> => {
  if (!rules.columns.includes('event_id')) return { rows: accepted, duplicate: 0, shared: 0 };
  await engine.run(`CREATE OR REPLACE TEMP TABLE counted AS ${sharedIds(accepted)}`);
  await engine.run('CREATE OR REPLACE TEMP TABLE repeated AS SELECT event_id FROM counted WHERE copies > 0');
  const duplicate = await count(engine, 'SELECT sum(copies)::BIGINT FROM counted');
  const shared = await count(engine, 'SELECT count(*) FROM counted WHERE n > 1');
  if (duplicate === 0) return { rows: accepted, duplicate, shared };
  // The relation is read several times, and rows that are left out are told by their places: it must be the same row each time.
  return { rows: withoutDuplicates(rules, accepted, 'repeated', { place: PLACE }), duplicate, shared };
};

/** Accepted rows with the users they belong to, kept in a file: they are read several times. */
const withUsers = async (engine: Engine, job: Job, accepted: string): Promise<string> => {
  if (!job.identity) return accepted;
  const { sql, paths }: Relation = await resolveUsers(engine, { sql: accepted, paths: [] }, job.asOf);
  const kept = join(job.scratch, 'resolved.parquet');
  await engine.run(`COPY (SELECT * FROM ${sql}) TO ${literal(kept)} (FORMAT parquet)`, paths);
  return ownParquet(kept);
};

/**
 * What is known about `rows`, and how many there are.
 *
 * @param uniqueIds as of `Facts`
 * @param named relation of the rows in which names of devices are looked for
 */
export const profile = async (
  engine: Engine,
  plan: Plan,
  rows: string,
  uniqueIds: boolean,
  named = `(SELECT * FROM ${rows} LIMIT ${SAMPLE})`,
): Promise<{ facts: Facts; events: number }> => {
  const [row] = await engine.rows(`SELECT ${['count(*)', ...knownCells(plan)].join(', ')} FROM ${rows}`);
  const [devices] = await engine.rows(`SELECT ${deviceNames(plan)} FROM ${named}`);
  const [events = 0, ...known] = (row ?? []).map(Number);
  const found = factsFrom(profiledColumns(plan), known, events);
  return { facts: { ...found, uniqueIds, devices: namesOf(devices?.[0]) }, events };
};

/** The latest instant of `rows` in microseconds since 1970; 0 if there is no row. */
const latestOf = async (engine: Engine, rows: string): Promise<bigint> => {
  const last = (await engine.rows(`SELECT epoch_us(max(t)) FROM ${rows}`))[0]?.[0];
  return typeof last === 'bigint' ? last : 0n;
};

/**
 * Reads logs strictly into `by_event` and `by_session`.
 *
 * @param copies those of logs that are there already
 * @throws TooManyRejected, and Failure `data` if a file cannot be divided into records
 */
export const readStrict = async (engine: Engine, job: Job, copies: Copies): Promise<Aggregated> => {
  job.watch?.phase(1, `${PHASES[1]}, cell by cell`);
  return aggregateChecked(engine, job, await checkRows(engine, job, copies));
};

/** Aggregates checked rows into `by_event` and `by_session`, which may be there from another as-of. */
export const aggregateChecked = async (
  engine: Engine,
  job: Job,
  { read, faults, unreadable, checked, rows: accepted }: Checked,
): Promise<Aggregated> => {
  const { config, plan } = job;
  const placed = await withUsers(engine, job, accepted);
  const withoutUser = await count(engine, `SELECT count(*) FROM ${placed} WHERE user_id IS NULL`);
  const owned = `(SELECT * FROM ${placed} WHERE user_id IS NOT NULL)`;
  const { rows: known, duplicate, shared } = await dropDuplicates(engine, plan, owned);
  const early = job.asOf === undefined ? known : `(SELECT * FROM ${known} WHERE t <= ${duckdb.instant(job.asOf)})`;
  const { facts, events } = await profile(engine, plan, early, shared === 0);
  let rows = early;
  const leaves = leavesRowsOut(config);
  if (leaves) {
    if (config.exclude?.bots) await findBots(engine, plan, { sql: early, paths: [] });
    await makeExcluded(engine, job, facts, checked, early);
    rows = `(SELECT rows.* FROM ${early} AS rows ANTI JOIN excluded USING (${PLACE.join(', ')}))`;
  }
  const asOf = job.asOf ?? (await latestOf(engine, rows));
  await engine.run(`CREATE OR REPLACE TEMP TABLE by_event AS ${byEvent(duckdb, plan, facts, asOf, rows)}`);
  job.watch?.phase(2, PHASES[2]);
  const withDevices = await aggregateSessions(engine, plan, facts, asOf, { rows, paths: [] });
  const accounts = {
    read,
    used: await count(engine, 'SELECT sum("#events")::BIGINT FROM by_event'),
    rejected: faults.length,
    duplicate,
    withoutUser,
    excluded: leaves ? await count(engine, 'SELECT count(*) FROM excluded') : 0,
    later: job.asOf === undefined ? 0 : (await count(engine, `SELECT count(*) FROM ${known}`)) - events,
  };
  if (read !== sum(Object.values(accounts)) - read) {
    throw new Error(`the accounting is broken: ${JSON.stringify(accounts)}`);
  }
  return {
    accounts,
    faults,
    unreadable,
    translated: true,
    sharedIds: shared,
    facts: withDevices,
    asOf,
    rows,
    all: accepted,
    left: leaves ? leftRows(checked) : undefined,
    paths: [],
  };
};
