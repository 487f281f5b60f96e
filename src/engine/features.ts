/**
 * From opened logs to the rows of user_features.csv, with every record accounted for: the fast reading if the logs are
 * clean, the strict one otherwise.
 */
import type { Log } from '../intake/bind.js';
import type { Fault } from '../intake/faults.js';
import { Failure, type Warning } from '../model.js';
import { duckdb } from '../sql/duckdb.js';
import { sessionRows, users } from '../sql/query.js';
import { literal } from '../sql/text.js';
import { isoSeconds } from '../text/instants.js';
import {
  type Accounts,
  type Aggregated,
  count,
  CSV_FILE,
  type Job,
  namedLogs,
  PHASES,
  type Request,
  type UnreadableColumn,
  onlyLater,
} from './aggregate.js';
import type { Engine } from './duckdb/open.js';
import { copyLogs } from './checkRows.js';
import { type EventTypes, findEventTypes } from './eventTypes.js';
import { readFast } from './fast.js';
import { isNotClean, type NotClean } from './guess.js';
import { readIdentityMap } from './identity.js';
import { checkPatterns, openJob } from './job.js';
import { readStrict } from './strict.js';
import { findNotices } from './notices.js';
import { findWarnings } from './warnings/find.js';
import { namesTypes } from './warnings/types.js';

/** What a run found. */
export interface Outcome {
  readonly accounts: Accounts;
  readonly faults: readonly Fault[];
  readonly users: number;
  readonly sessions: number;
  /** As ISO 8601 UTC; undefined if no row was used. */
  readonly asOf: string | undefined;
  /** Columns with unreadable cells; most cells first. */
  readonly unreadable: readonly UnreadableColumn[];
  readonly types: EventTypes;
  /** Rows that `exclude` and `where` leave out, by reason; most frequent first. */
  readonly excluded: readonly { reason: string; events: number }[];
  /** Things a user should know that are not errors. */
  readonly notices: readonly string[];
  /** Things that are probably not as they should be; `--strict` allows none. */
  readonly warnings: readonly Warning[];
}

/** Whether a log is no longer what it was when it was opened. */
const changed = async (logs: readonly Log[]): Promise<boolean> =>
  (await Promise.all(logs.map((log) => log.since()))).some((what) => what !== 'nothing');

/** A log that grew was read up to where it ended then, which is exact; one that lost something was not. */
const refuseLoss = async (logs: readonly Log[]): Promise<void> => {
  for (const log of logs) {
    if ((await log.since()) !== 'loss') continue;
    throw new Failure('data', `${log.name}: the file was cut or replaced while it was read: run it again`);
  }
};

/**
 * Aggregates a job, with the fast reading if the logs are clean, and hands what was found to `finish`, which may read the
 * rows again: if a log was written meanwhile, both are done again from one copy.
 */
export const aggregateJob = async <Answer extends object>(
  engine: Engine,
  job: Job,
  finish: (found: Aggregated) => Promise<Answer>,
): Promise<Answer> => {
  const { logs, watch } = job;
  watch?.phase(1, PHASES[1]);
  const copies = await copyLogs(job).catch(async (error: unknown) => {
    await refuseLoss(logs);
    throw error;
  });
  const fast = async (): Promise<Answer | NotClean> => {
    const writtenMeanwhile: NotClean = { notClean: 'a log was written meanwhile' };
    try {
      const found = await readFast(engine, job, copies);
      if (isNotClean(found)) return found;
      const finished = await finish(found);
      // What was read several times must have been the same every time.
      return (await changed(logs)) ? writtenMeanwhile : finished;
    } catch (error) {
      if (await changed(logs)) return writtenMeanwhile;
      throw error;
    }
  };
  const answer = await fast();
  if (!isNotClean(answer)) return answer;
  await engine.run('DROP TABLE IF EXISTS by_event; DROP TABLE IF EXISTS by_session');
  try {
    return await finish(await readStrict(engine, job, copies));
  } finally {
    await refuseLoss(logs);
  }
};

/**
 * Computes user_features.csv into the file `to`.
 *
 * @param engine an open engine, not yet locked
 * @throws Failure for input that cannot be used; TooManyRejected carries the rejected rows
 */
export const computeFeatures = async (engine: Engine, request: Request, to: string): Promise<Outcome> => {
  const { config } = request;
  const { watch } = request;
  watch?.phase(0, PHASES[0]);
  await checkPatterns(engine, config);
  const job = await openJob(engine, request);
  if (job.identity) await readIdentityMap(engine, config.identityMap, request.scratch);
  const { found, types } = await aggregateJob(engine, job, async (aggregated) => {
    const { facts, rows, paths } = aggregated;
    if (request.sessions !== undefined) {
      const table = literal(request.sessions);
      await engine.run(`COPY (${sessionRows(duckdb, job.plan, facts, rows)}) TO ${table} ${CSV_FILE}`, paths);
    }
    return { found: aggregated, types: await findEventTypes(engine, job.plan, aggregated, namesTypes(job.config)) };
  });
  const { accounts, asOf } = found;
  if (accounts.later > 0 && accounts.used + accounts.excluded === 0) throw onlyLater(asOf, accounts);
  watch?.phase(3, PHASES[3]);
  await engine.run(`COPY (${users(duckdb, job.plan, asOf)}) TO $1 ${CSV_FILE}`, [to]);
  return {
    accounts,
    faults: found.faults,
    users: await count(engine, 'SELECT count(*) FROM by_event'),
    sessions: await count(engine, 'SELECT coalesce(sum(total_sessions), 0)::BIGINT FROM by_session'),
    asOf: accounts.used === 0 ? undefined : isoSeconds(asOf),
    excluded:
      accounts.excluded > 0 || request.excluded !== undefined ? await listExcluded(engine, job.logs, request) : [],
    types,
    unreadable: found.unreadable,
    notices: await findNotices(engine, job, found),
    warnings: await findWarnings(engine, job, found, types),
  };
};

/** Writes the list of excluded rows in file order, if asked for, and counts them by reason. */
const listExcluded = async (engine: Engine, logs: readonly Log[], request: Request): Promise<Outcome['excluded']> => {
  if (request.excluded !== undefined) {
    await engine.run(
      `COPY (SELECT "#line" AS line, "column", reason, user_id, file FROM excluded JOIN ${namedLogs(logs)} ON "#file" = log
       ORDER BY "#file", "#line") TO $1 ${CSV_FILE}`,
      [request.excluded],
    );
  }
  const rows = await engine.rows('SELECT reason, count(*) AS n FROM excluded GROUP BY reason ORDER BY n DESC, reason');
  return rows.map(([reason, events]) => ({ reason: String(reason), events: Number(events) }));
};
