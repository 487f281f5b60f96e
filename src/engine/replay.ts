/**
 * One log at several moments, aggregated anew for each: for what a later event changes in ways that cannot be merged. An
 * event without session_id joins the nearest session, which may begin after it; a session turns out to be faster than a
 * human.
 */
import { ANONYMOUS_ID } from '../model.js';
import { duckdb } from '../sql/duckdb.js';
import { measuredFeatures } from '../sql/featureValues.js';
import { BY_USER } from '../sql/query.js';
import { identifier } from '../sql/text.js';
import { count, type Job } from './aggregate.js';
import { checkRows } from './checkRows.js';
import type { Engine } from './duckdb/open.js';
import type { Moments } from './moments.js';
import { aggregateChecked } from './strict.js';

const ID = identifier(ANONYMOUS_ID);

/** Relation of anonymous ids with the users they belong to in the end, from the tables of resolveUsers. */
const identitiesNow = async (engine: Engine): Promise<string> => {
  const several = await count(engine, `SELECT count(*) FROM duckdb_tables() WHERE table_name = 'changes'`);
  return several === 0
    ? `(SELECT ${ID}, user_id FROM identities)`
    : `(SELECT ${ID}, coalesce(changes.users[-1].user_id, identities.user_id) AS user_id FROM identities LEFT JOIN changes USING (${ID}))`;
};

/** Checks every row, and aggregates them whenever a moment is asked for. */
export const replay = async (engine: Engine, job: Job): Promise<Moments> => {
  const checked = await checkRows(engine, job);
  return {
    at: async (asOf) => {
      await aggregateChecked(engine, { ...job, asOf }, checked);
      return {
        users: `(${measuredFeatures(duckdb, job.plan.features, asOf, BY_USER)})`,
        identities: job.identity ? await identitiesNow(engine) : undefined,
      };
    },
  };
};
