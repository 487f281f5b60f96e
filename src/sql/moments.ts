/**
 * Features as of many moments, from one pass over the rows. The moments cut time into periods; rows are aggregated once,
 * by user and period, and the parts of the periods up to a moment are merged.
 *
 *     event_parts     one row per user and period: the aggregates over the events of that period
 *     session_parts   one row per user and period: the aggregates over the sessions that then became what they were for
 *                     a while, until they grew again
 */
import type { Features } from '../catalogue/measures.js';
import { eventColumns, type Facts, type Plan, sessionFacts } from './plan.js';
import { duckdb } from './duckdb.js';
import { noParts, type Parts, SINCE } from './aggregates.js';
import { measuredFeatures } from './featureValues.js';
import { measuredEvents, measuredSessions, selectEvents, sessionsFrom } from './query.js';
import { NEVER, STATE } from './sessions.js';
import { identifier, lines } from './text.js';

/** The tables of parts. */
export const PARTS = { events: 'event_parts', sessions: 'session_parts' } as const;

/** The columns of parts that say from which moment on they count, by its period, and from which on no more. */
const [FROM, TO] = ['"#from"', '"#to"'];

/** The column of parts with the time of the latest event among them. */
export const LAST = '#last';

/** The columns of rows whose user is known by versions: the periods from which on and until which this is the user's version. */
export const VERSION = { live: '#live', dead: '#dead' } as const;

/** How the rows of a history are told apart. */
export interface Cut {
  /** The instants at which periods end, in microseconds since 1970, ascending. Later rows do not count. */
  readonly ends: readonly bigint[];
  /** Whether the rows have the columns of `VERSION`. */
  readonly versions: boolean;
}

const partsOf = (plan: Plan, facts: Facts): { events: Parts; sessions: Parts } => {
  const [events, sessions] = [noParts(), noParts()];
  measuredEvents(duckdb, plan, facts, { asOf: 0n, parts: events });
  measuredSessions(duckdb, plan, sessionFacts(plan, facts), { asOf: 0n, parts: sessions });
  return { events, sessions };
};

/** The ends of the periods for these moments: they, and the far edges of what measures look back on from there. */
export const periodEnds = (plan: Plan, facts: Facts, moments: readonly bigint[]): bigint[] => {
  const { events, sessions } = partsOf(plan, facts);
  const windows = [0n, ...events.windows, ...sessions.windows];
  const ends = new Set(moments.flatMap((moment) => windows.map((length) => moment - length)));
  return [...ends].toSorted((a, b) => (a < b ? -1 : 1));
};

const byPeriod = (ends: readonly bigint[], time: string, value: (period: number) => string): string => {
  const whens = ends.map((end, period) => `WHEN epoch_us(${time}) <= ${end} THEN ${value(period)}`).join(' ');
  return ends.length === 0 ? value(0) : `CASE ${whens} ELSE ${value(ends.length)} END`;
};

/** SQL of the number of the period that an instant lies in. */
export const periodOf = (ends: readonly bigint[], time = 't'): string => `(${byPeriod(ends, time, String)})::USMALLINT`;

/** SQL of the instant after which the period of an instant begins, in microseconds since 1970. */
const sinceOf = (ends: readonly bigint[], time: string): string =>
  byPeriod(ends, time, (period) => `${ends[period - 1] ?? -(2n ** 62n)}::BIGINT`);

const partColumns = ({ aggregates }: Parts): string[] => [...aggregates.values()].flat();

/**
 * How long rows count, in SQL over the columns that they must have besides their own: from which period on, and until
 * which.
 *
 * @param next the period from which on something else stands for them
 */
const lifeOf = ({ versions }: Cut, next: string | number): { columns: string[]; from: string; to: string } => {
  const period = identifier(STATE.period);
  if (!versions) return { columns: [], from: period, to: String(next) };
  const [live, dead] = [identifier(VERSION.live), identifier(VERSION.dead)];
  return { columns: [live, dead], from: `greatest(${period}, ${live})`, to: `least(${next}, ${dead})` };
};

/** The columns that parts of all kinds begin with. */
const head = ({ from, to }: { from: string; to: string }, { windows }: Parts, ends: readonly bigint[]): string =>
  `user_id, ${from} AS ${FROM}, ${to} AS ${TO}, ${windows.size === 0 ? '0' : sinceOf(ends, 't')} AS ${identifier(SINCE)}`;

const numbered = (ends: readonly bigint[]): string => `${periodOf(ends)} AS ${identifier(STATE.period)}`;

/** SQL of `event_parts`, from a relation of rows with `t` and, if there are any, the columns of their versions. */
export const eventParts = (plan: Plan, facts: Facts, cut: Cut, rows: string): string => {
  const { events } = partsOf(plan, facts);
  const life = lifeOf(cut, NEVER);
  const wanted = [...eventColumns(plan.features), 'event_id'];
  return `WITH events AS (${selectEvents(duckdb, plan.rules, wanted, rows, [numbered(cut.ends), ...life.columns])})
  SELECT ${head(life, events, cut.ends)}, max(t) AS ${identifier(LAST)},
    ${lines(partColumns(events))}
  FROM events GROUP BY ALL`;
};

/** SQL of `session_parts`, from the same rows. The ids of sessions must not be mixed. */
export const sessionParts = (plan: Plan, facts: Facts, cut: Cut, rows: string): string => {
  const { sessions } = partsOf(plan, facts);
  const life = lifeOf(cut, identifier(STATE.next));
  const owner = ['user_id', ...life.columns].join(', ');
  const also = [numbered(cut.ends), ...life.columns];
  return `${sessionsFrom(duckdb, plan, sessionFacts(plan, facts), rows, also, { owner })}
  SELECT ${head(life, sessions, cut.ends)},
    ${lines(['count(*) AS "#sessions"', ...partColumns(sessions)])}
  FROM sessions WHERE ${life.from} < ${life.to} GROUP BY ALL`;
};

/**
 * SQL of the values of features as of a moment: one row per user, with the time of the user's last event as `LAST`.
 *
 * @param features all of the plan, or some that need no others
 * @param moment one of the ends of periods, in microseconds since 1970
 */
export const featuresAt = (plan: Plan, facts: Facts, { ends }: Cut, features: Features, moment: bigint): string => {
  const some: Plan = { ...plan, features };
  const period = ends.indexOf(moment);
  if (period < 0) throw new RangeError(`no period ends at ${moment}`);
  const counts = `${FROM} <= ${period} AND ${period} < ${TO}`;
  const measuring = { asOf: moment, parts: noParts() };
  const { aggregates, expanded } = measuredEvents(duckdb, some, facts, measuring);
  const events = `SELECT ${expanded} FROM (
    SELECT user_id, max(${identifier(LAST)}) AS ${identifier(LAST)},
    ${lines(aggregates)}
    FROM ${PARTS.events} WHERE ${counts} GROUP BY user_id)`;
  const ofSessions = measuredSessions(duckdb, some, sessionFacts(plan, facts), measuring);
  if (ofSessions.length === 0) return measuredFeatures(duckdb, features, moment, `(${events})`);
  const sessions = `SELECT user_id,
    ${lines(ofSessions)}
    FROM ${PARTS.sessions} WHERE ${counts} GROUP BY user_id`;
  return measuredFeatures(duckdb, features, moment, `(FROM (${events}) JOIN (${sessions}) USING (user_id))`);
};
