/** One log at several moments: its rows are read and checked once, and the features are computed as of each moment. */
import { ANONYMOUS_ID, Failure } from '../model.js';
import { users } from '../sql/query.js';
import { identifier } from '../sql/text.js';
import { isoInstant } from '../text/instants.js';
import { type Accounts, CSV_FILE, type Request } from './aggregate.js';
import { checkRows } from './checkRows.js';
import type { Engine } from './duckdb/open.js';
import { readIdentityMap } from './identity.js';
import { checkPatterns, openJob } from './job.js';
import { aggregateChecked } from './strict.js';

/** The features as of one moment. */
export interface Moment {
  /** In microseconds since 1970. */
  readonly asOf: bigint;
  readonly accounts: Accounts;
  /** Anonymous ids that belong to a user by then -> that user. */
  readonly identities: ReadonlyMap<string, string>;
}

/** A log that has been read and checked. */
export interface History {
  /**
   * Computes the user_features.csv that `features --as-of` writes into the file `to`.
   *
   * @param asOf in microseconds since 1970; undefined: the latest row that is used
   */
  readonly at: (asOf: bigint | undefined, to: string) => Promise<Moment>;
}

/** Anonymous ids with the users they belong to in the end. */
const readIdentities = async (engine: Engine): Promise<Map<string, string>> => {
  const id = identifier(ANONYMOUS_ID);
  const [table] = await engine.rows(`SELECT count(*) FROM duckdb_tables() WHERE table_name = 'changes'`);
  const last = Number(table?.[0] ?? 0) > 0;
  const rows = await engine.rows(
    last
      ? `SELECT ${id}, coalesce(changes.users[-1].user_id, identities.user_id) FROM identities LEFT JOIN changes USING (${id})`
      : `SELECT ${id}, user_id FROM identities`,
  );
  return new Map(rows.map(([anonymous, user]) => [String(anonymous), String(user)]));
};

/**
 * Opens the logs of a request and checks their rows.
 *
 * @param engine an open engine, not yet locked
 * @throws Failure for input that cannot be used
 */
export const openHistory = async (engine: Engine, request: Request): Promise<History> => {
  const { config } = request;
  await checkPatterns(engine, config);
  const job = await openJob(engine, request);
  if (job.identity) await readIdentityMap(engine, config.identityMap, request.scratch);
  const checked = await checkRows(engine, job);
  return {
    at: async (asOf, to) => {
      const found = await aggregateChecked(engine, { ...job, asOf }, checked);
      if (found.accounts.used === 0) {
        const when = asOf === undefined ? '' : ` at or before ${isoInstant(asOf)}`;
        throw new Failure('data', `no event is used${when}: there is nothing to look back on`);
      }
      await engine.run(`COPY (${users(job.plan, found.asOf)}) TO $1 ${CSV_FILE}`, [to]);
      const identities = job.identity ? await readIdentities(engine) : new Map<string, string>();
      return { asOf: found.asOf, accounts: found.accounts, identities };
    },
  };
};
