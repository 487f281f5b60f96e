/** One log at several moments: its rows are read and checked once, and so are they aggregated. */
import type { Leaks } from '../backtest/result.js';
import type { Action } from '../catalogue/conditions.js';
import { selectFeatures } from '../catalogue/derived.js';
import { actionsOf } from '../catalogue/measures.js';
import { Failure } from '../model.js';
import { duckdb } from '../sql/duckdb.js';
import { excludesUser, isExcluded } from '../sql/exclude.js';
import { condition } from '../sql/measures.js';
import {
  type Cut,
  eventParts,
  featuresAt,
  PARTS,
  periodEnds,
  periodOf,
  sessionParts,
  VERSION,
} from '../sql/moments.js';
import { type Facts, sessionFacts } from '../sql/plan.js';
import { selectEvents, withoutDuplicates } from '../sql/query.js';
import { NEVER, STATE } from '../sql/sessions.js';
import { identifier } from '../sql/text.js';
import { identitiesAt, identityRuns, presentRows, VERSIONED_ROWS } from '../sql/versions.js';
import { type Accounts, count, type Job, type Request, SAMPLE } from './aggregate.js';
import type { Engine } from './duckdb/open.js';
import { readIdentityMap } from './identity.js';
import { checkPatterns, openJob } from './job.js';
import { type EventTypes, typesOfRows } from './eventTypes.js';
import { findLeaks } from './leaks.js';
import type { Moments } from './moments.js';
import { type Placed, placeRows } from './place.js';
import { replay } from './replay.js';
import { findBots } from './excluded.js';
import { profile } from './strict.js';

/** When a log begins and ends. Instants are milliseconds since 1970. */
export interface LogSpan {
  readonly first: number;
  readonly last: number;
  /** The last row of an action; NaN if there is none. */
  readonly lastAction: number;
  /** The first and the last row of anything else; NaN if there is none. */
  readonly firstOther: number;
  readonly lastOther: number;
}

/** A log that has been read and checked. */
export interface History {
  /** What became of its rows by the end. */
  readonly accounts: Accounts;
  /**
   * When the log begins and ends, and when the last action of a feature was; before it is cut.
   *
   * @throws Failure `data` if no row is used
   */
  readonly span: (feature: string) => Promise<LogSpan>;
  /** The event types of the log, and which of them nothing uses; before it is cut. */
  readonly types: () => Promise<EventTypes>;
  /** Looks for signs of the future in the log; before it is cut. */
  readonly leaks: () => Promise<Leaks>;
  /** Prepares moments, in microseconds since 1970. */
  readonly cut: (moments: readonly bigint[]) => Promise<Moments>;
}

/** The rows of a log with their users, as far as they are known by the periods. */
interface Owned {
  /** All of them, with duplicates. */
  readonly all: string;
  /** With the rows that the settings exclude. */
  readonly known: string;
  /** Those that are used. */
  readonly rows: string;
  readonly versions: boolean;
}

const VERSION_COLUMNS = Object.values(VERSION).map(identifier);

/** Leaves out what the settings exclude: single rows, and from some period on all rows of a user. */
const withoutExcluded = (
  { config, plan }: Job,
  rows: string,
  versions: boolean,
  ends: readonly bigint[],
): Pick<Owned, 'rows' | 'versions'> => {
  if (config.exclude === undefined) return { rows, versions };
  const { columns } = plan.rules;
  const isColleague = excludesUser(duckdb, config.exclude, columns);
  const kept = `(SELECT * FROM ${rows} WHERE (${isExcluded(duckdb, config.exclude, columns)}) IS NOT TRUE)`;
  if (isColleague === undefined) return { rows: kept, versions };
  const [live, dead] = VERSION_COLUMNS;
  const period = identifier(STATE.period);
  const all = (relation: string): string =>
    versions
      ? relation
      : `(SELECT *, ${periodOf(ends)} AS ${period}, 0::USMALLINT AS ${live}, ${NEVER}::USMALLINT AS ${dead} FROM ${relation})`;
  const colleagues = `(SELECT user_id, ${live}, min(${period}) AS "#known" FROM ${all(rows)} WHERE ${isColleague} GROUP BY ALL)`;
  return {
    rows: `(SELECT kept.* EXCLUDE (${dead}), least(${dead}, coalesce("#known", ${NEVER})) AS ${dead}
      FROM ${all(kept)} AS kept LEFT JOIN ${colleagues} USING (user_id, ${live}) WHERE ${period} < coalesce("#known", ${NEVER}))`,
    versions: true,
  };
};

/**
 * The rows with their users in each of the periods; in the end, without any.
 *
 * @param ends as of `Cut`
 */
const ownRows = async (
  engine: Engine,
  job: Job,
  { rows, repeated }: Pick<Placed, 'rows' | 'repeated'>,
  ends: readonly bigint[],
): Promise<Owned> => {
  if (job.identity) await engine.run(`CREATE OR REPLACE TEMP TABLE present AS ${presentRows(rows, ends)}`);
  const all = job.identity ? `(${VERSIONED_ROWS})` : rows;
  const versions = job.identity ? VERSION_COLUMNS : [];
  const known = repeated ? withoutDuplicates(job.plan.rules, all, 'repeated', { versions }) : all;
  return { all, known, ...withoutExcluded(job, known, job.identity, ends) };
};

/** What became of all rows by the end. */
const accountsOf = async (engine: Engine, placed: Placed, { all, known, rows }: Owned): Promise<Accounts> => {
  const sizes = new Map<string, number>();
  for (const relation of new Set([all, known, rows])) {
    sizes.set(relation, await count(engine, `SELECT count(*) FROM ${relation}`));
  }
  const [owned = 0, different = 0, used = 0] = [all, known, rows].map((relation) => sizes.get(relation));
  const { read, rejected, left, withoutUser } = placed;
  const [duplicate, excluded] = [owned - different, left + different - used];
  return { read, used, rejected, duplicate, withoutUser, excluded, later: 0 };
};

/** Aggregates the rows once, by user and period. */
const cutRows = async (
  engine: Engine,
  job: Job,
  placed: Placed,
  facts: Facts,
  moments: readonly bigint[],
): Promise<Moments> => {
  const { plan } = job;
  const ends = periodEnds(plan, facts, moments);
  const latest = ends.at(-1);
  const early = latest === undefined ? placed.rows : `(SELECT * FROM ${placed.rows} WHERE epoch_us(t) <= ${latest})`;
  const { rows, versions } = await ownRows(engine, job, { ...placed, rows: early }, ends);
  const cut: Cut = { ends, versions };
  await engine.run(`CREATE OR REPLACE TEMP TABLE ${PARTS.events} AS ${eventParts(plan, facts, cut, rows)}`);
  await engine.run(`CREATE OR REPLACE TEMP TABLE ${PARTS.sessions} AS ${sessionParts(plan, facts, cut, rows)}`);
  return {
    at: async (asOf, wanted) => ({
      users: `(${featuresAt(plan, facts, cut, wanted ? selectFeatures(plan.features, wanted) : plan.features, asOf)})`,
      identities: job.identity ? `(${identitiesAt(asOf)})` : undefined,
    }),
  };
};

/** SQL: true of rows of an action. */
const isAction = ({ is }: Action): string => `(${is.map((one) => condition(duckdb, one, 'events')).join(' AND ')})`;

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
  const { plan } = job;
  if (job.identity) await readIdentityMap(engine, config.identityMap, request.scratch);
  const placed = await placeRows(engine, job);
  if (job.identity) await engine.run(`CREATE OR REPLACE TEMP TABLE identity_runs AS ${identityRuns(placed.rows)}`);
  if (placed.repeated) {
    await engine.run(
      `CREATE OR REPLACE TEMP TABLE repeated AS SELECT event_id FROM ${placed.rows} WHERE event_id IS NOT NULL GROUP BY event_id HAVING count(*) > 1`,
    );
  }
  if (config.exclude?.bots) await findBots(engine, plan, { sql: placed.rows, paths: [] });
  const devices = plan.rules.columns.includes('device')
    ? `(SELECT DISTINCT device FROM ${placed.rows} LIMIT ${SAMPLE})`
    : undefined;
  const { facts } = await profile(engine, plan, placed.rows, !placed.repeated, devices);
  const owned = await ownRows(engine, job, placed, []);
  const accounts = await accountsOf(engine, placed, owned);
  return {
    accounts,
    span: async (feature) => {
      const is = plan.features[feature]?.is;
      const actions = is === undefined ? [] : actionsOf(is);
      if (accounts.used === 0) throw new Failure('data', 'no event is used: there is nothing to look back on');
      const columns = actions.flatMap((action) => action.is.map(({ column }) => column));
      const isOne = actions.map(isAction).join(' OR ') || 'false';
      const isOther = `(${isOne}) IS NOT TRUE`;
      const [row = []] = await engine.rows(
        `SELECT epoch_us(min(t)), epoch_us(max(t)), epoch_us(max(t) FILTER (WHERE ${isOne})),
           epoch_us(min(t) FILTER (WHERE ${isOther})), epoch_us(max(t) FILTER (WHERE ${isOther}))
         FROM (${selectEvents(duckdb, plan.rules, columns, owned.rows)}) AS events`,
      );
      const [first = NaN, last = NaN, lastAction = NaN, firstOther = NaN, lastOther = NaN] = row.map((time) =>
        time === null ? NaN : Number(time) / 1000,
      );
      return { first, last, lastAction, firstOther, lastOther };
    },
    types: () => typesOfRows(engine, plan, { sql: owned.rows, paths: [] }),
    leaks: () => findLeaks(engine, plan, config.weights, owned.rows),
    cut: (moments) =>
      sessionFacts(plan, facts).ids === 'mixed' || config.exclude?.fasterThanHuman
        ? replay(engine, job)
        : cutRows(engine, job, placed, facts, moments),
  };
};
