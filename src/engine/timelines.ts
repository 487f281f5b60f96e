/** The sessions of a few users and what they did in them: the rows of a run once more, for the people of a report. */
import type { Timeline } from '../report/timeline.js';
import { duckdb } from '../sql/duckdb.js';
import { sessionRows } from '../sql/query.js';
import { identifier, literal } from '../sql/text.js';
import type { Aggregated, Job, Request } from './aggregate.js';
import type { Engine } from './duckdb/open.js';
import { aggregateJob } from './features.js';
import { readIdentityMap } from './identity.js';
import { checkPatterns, openJob } from './job.js';

/** Whose timelines to read, and which of their events to list. */
export interface Shown {
  readonly ids: readonly string[];
  /** Event types in our words. */
  readonly types: readonly string[];
}

/** The name of the table of the rows of these users. */
const ROWS = identifier('#shown');

const list = (texts: readonly string[]): string => `[${texts.map(literal).join(', ')}]::VARCHAR[]`;

/** Reads the timelines from rows that were used: the sessions as `features --sessions` writes them. */
const timelinesFrom = async (
  engine: Engine,
  { plan }: Job,
  { facts, rows, paths }: Aggregated,
  { ids, types }: Shown,
): Promise<Map<string, Timeline>> => {
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE ${ROWS} AS SELECT * FROM ${rows} WHERE user_id IN (SELECT unnest(${list(ids)}))`,
    paths,
  );
  const found = new Map(
    ids.map((id): [string, { sessions: Timeline['sessions'][number][]; acts: Timeline['acts'][number][] }] => [
      id,
      { sessions: [], acts: [] },
    ]),
  );
  const sessions = await engine.rows(
    `SELECT user_id, "start", events FROM (${sessionRows(duckdb, plan, facts, ROWS)})`,
  );
  for (const [id, start, events] of sessions) {
    found.get(String(id))?.sessions.push({ at: Date.parse(String(start)), events: Number(events) });
  }
  const acts = await engine.rows(
    `SELECT user_id, epoch_ms(t), event_type FROM ${ROWS} WHERE event_type IN (SELECT unnest(${list(types)})) ORDER BY user_id, t, event_type`,
  );
  for (const [id, at, type] of acts) found.get(String(id))?.acts.push({ at: Number(at), type: String(type) });
  return found;
};

/**
 * The timelines of the users in `shown`, by id. Settings, identity and sessions are those of a run of `features`.
 *
 * @param engine an open engine, not yet locked
 * @throws Failure for input that cannot be used
 */
export const readTimelines = async (
  engine: Engine,
  request: Request,
  shown: Shown,
): Promise<ReadonlyMap<string, Timeline>> => {
  const { config, scratch } = request;
  await checkPatterns(engine, config);
  const job = await openJob(engine, request);
  if (job.identity) await readIdentityMap(engine, config.identityMap, scratch);
  return aggregateJob(engine, job, (found) => timelinesFrom(engine, job, found, shown));
};
