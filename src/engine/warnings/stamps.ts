/** Timestamps that cannot be the times of events: far away, without a time of day, or one for many events. */
import { literal } from '../../sql/text.js';
import { isoInstant } from '../../text/instants.js';
import { counted, percent } from '../../text/numbers.js';
import { shown } from '../../text/printable.js';
import { type Aggregated, count, type Job } from '../aggregate.js';
import type { Engine } from '../duckdb/open.js';
import type { Finding } from './finding.js';

/** Microseconds in a second, a quarter of an hour, an hour and a day. */
const [SECOND, QUARTER, HOUR, DAY] = [1_000_000n, 900_000_000n, 3_600_000_000n, 86_400_000_000n];

/** How many times the span of nearly all events the latest one may lie beyond them; the least such span is a day. */
const FAR = 10n;

/**
 * An event in the future, or far later than nearly all others: then everybody else seems to be long gone. Spans are
 * measured from the last events of users other than the latest.
 */
const farStamps = async (engine: Engine, { asOf: asked, now }: Job, found: Aggregated): Promise<Finding[]> => {
  const { asOf, accounts } = found;
  if (asked !== undefined || accounts.used < 2) return [];
  const others = `(SELECT "#last" FROM by_event WHERE "#last" < (SELECT max("#last") FROM by_event))`;
  const [row = []] = await engine.rows(
    `SELECT epoch_us(quantile_disc("#last", 0.01)), epoch_us(quantile_disc("#last", 0.99)), epoch_us(max("#last")) FROM ${others}`,
  );
  const [from, until, before] = row;
  if (typeof from !== 'bigint' || typeof until !== 'bigint' || typeof before !== 'bigint') return [];
  const span = until - from > DAY ? until - from : DAY;
  const isFuture = asOf > now;
  if (!isFuture && asOf - until <= FAR * span) return [];
  // Somebody who was active all the time since has no wrong clock.
  const edge = (asOf - until) / FAR;
  const between = `SELECT 1 FROM ${found.rows} WHERE epoch_us(t) > ${until + edge} AND epoch_us(t) < ${asOf - edge} LIMIT 1`;
  if (!isFuture && (await count(engine, `SELECT count(*) FROM (${between})`, found.paths)) > 0) return [];
  const [event = []] = await engine.rows(
    `SELECT user_id, event_type FROM ${found.rows} WHERE epoch_us(t) = ${asOf} ORDER BY user_id, event_type LIMIT 1`,
    found.paths,
  );
  const what = isFuture ? 'is in the future' : `is far later than nearly all others, which end ${isoInstant(until)}`;
  const text = `the latest event (${String(event[1])} of ${String(event[0])}, ${isoInstant(asOf)}) ${what}, and every age is measured from it: if its clock was wrong, leave it out with --as-of ${isoInstant(before)}`;
  return [{ code: isFuture ? 'stamp-future' : 'stamp-far', text }];
};

/** What is said if no event has a time of day. */
export const noTimeOfDay = (used: number): Finding => {
  const text = `none of ${counted(used, 'timestamp')} has a time of day, so that sessions are days, and speed and the order within a day mean nothing: map the column that has the time, events: { columns: { timestamp: THEIRS } }`;
  return { code: 'dates-only', text };
};

/**
 * No event has a time of day. Only if that may be so is the log read again: each user's last event is then at a whole
 * quarter of an hour, the finest offset of a time zone.
 */
const datesOnly = async (engine: Engine, { logs }: Job, found: Aggregated): Promise<Finding[]> => {
  const { used } = found.accounts;
  if (used < 2) return [];
  const [row = []] = await engine.rows(
    `SELECT count(*) FILTER (WHERE epoch_us("#last") % ${QUARTER} <> 0), count(*) FILTER (WHERE epoch_us("#last") % ${DAY} <> 0) FROM by_event`,
  );
  const isZoned = logs.some(({ reading }) => reading.timezone !== undefined);
  if (row[isZoned ? 0 : 1] !== 0n) return [];
  const zones = logs.flatMap(({ reading: { timezone } }, i) =>
    timezone === undefined ? [] : [`WHEN ${i} THEN timezone(${literal(timezone)}, timezone('UTC', t))`],
  );
  const local = isZoned ? `CASE "#file" ${zones.join(' ')} ELSE t END` : 't';
  const timed = `epoch_us(${local}) % ${DAY} <> 0`;
  if (
    (await count(engine, `SELECT count(*) FROM (SELECT 1 FROM ${found.rows} WHERE ${timed} LIMIT 1)`, found.paths)) > 0
  )
    return [];
  return [noTimeOfDay(used)];
};

/** A timestamp is one of a batch if this many users have it; too many if most events have such a one. */
const BATCH = { users: 10, share: 0.5 };

/** Of the instants that stamps can show, the share that busy logs use; batches leave nearly all of them empty. */
const DENSE = 0.1;

/** SQL: what share of the events in `stamps` (t, n events, users) have the stamp of a batch; then what tells batches from busy seconds. */
const batches = (stamps: string): string => `WITH stamps AS (${stamps})
  SELECT coalesce(sum(n) FILTER (WHERE users >= ${BATCH.users}), 0)::BIGINT, sum(n)::BIGINT, count(*), max(t) - min(t),
    count(*) FILTER (WHERE t % ${SECOND} <> 0), count(*) FILTER (WHERE t % ${60n * SECOND} <> 0), count(*) FILTER (WHERE t % ${HOUR} <> 0),
    max(users), arg_min(t, (-users, t)) FROM stamps`;

/** True if most rows of `batches` share their stamp with many users, and their stamps leave most instants empty. */
const areBatches = (row: readonly unknown[]): boolean => {
  const [shared = 0, all = 0, instants = 0, span = 0, fractions = 0, seconds = 0, minutes = 0] = row.map(Number);
  if (all === 0 || shared <= BATCH.share * all) return false;
  if (minutes === 0) return true;
  const tick = fractions > 0 ? 1e3 : seconds > 0 ? 1e6 : 6e7;
  // With 20 ticks more a single instant is a batch, and a busy minute is none.
  return instants < DENSE * (span / tick + 20);
};

/** Most events have one timestamp with many users: the time of an upload rather than of the events. */
const batchStamps = async (engine: Engine, found: Aggregated): Promise<Finding[]> => {
  const last = 'SELECT epoch_us("#last") AS t, count(*) AS n, count(*) AS users FROM by_event GROUP BY ALL';
  const [guess = []] = await engine.rows(batches(last));
  if (!areBatches(guess)) return [];
  const every = `SELECT epoch_us(t) AS t, count(*) AS n, count(DISTINCT user_id) AS users FROM ${found.rows} GROUP BY ALL`;
  const [row = []] = await engine.rows(batches(every), found.paths);
  if (!areBatches(row)) return [];
  const share = percent(Number(row[0]) / Number(row[1]));
  const [most, at] = [Number(row[7]), row[8]];
  const text = `${share} of the events share their timestamp with ${BATCH.users} users or more (${counted(most, 'user')} at ${typeof at === 'bigint' ? isoInstant(at) : ''}): it may be the time of an upload; map the column with the time of the event, events: { columns: { timestamp: THEIRS } }`;
  return [{ code: 'stamps-shared', text }];
};

/** From how many sessions of several events on one instant each is no chance, and the share of them. */
const INSTANT = { sessions: 10, share: 0.9 };

/** Nearly every session of several events has one instant: the time of the visit rather than of the events. */
const sessionStamps = async (engine: Engine): Promise<Finding[]> => {
  const [row = []] = await engine.rows(
    'SELECT sum("#several")::BIGINT, sum("#instant")::BIGINT, arg_min(user_id, (-"#instant", user_id)) FROM by_session',
  );
  const [several = 0, instant = 0] = row.slice(0, 2).map(Number);
  if (instant < INSTANT.sessions || instant < INSTANT.share * several) return [];
  const text = `${counted(instant, 'session')} of ${counted(several, 'session')} with three events or more have one timestamp for all of them, such as those of ${shown(String(row[2]))}: it may be the time of the visit or of an upload; map the column with the time of the event, events: { columns: { timestamp: THEIRS } }`;
  return [{ code: 'visits-instant', text }];
};

/** Given sessions that stay open for over a day with an idle gap: probably the id of a device or a tab. */
const longSessions = async (engine: Engine): Promise<Finding[]> => {
  const long = await count(engine, 'SELECT sum("#long")::BIGINT FROM by_session');
  if (long === 0) return [];
  const text = `${counted(long, 'session')} ${long === 1 ? 'lasts' : 'last'} over a day with idle gaps: session_id may be the id of a device. To split visits at idle gaps instead, leave it out: events: { columns: { session_id: none } }`;
  return [{ code: 'sessions-long', text }];
};

/** What is odd about timestamps and the sessions that follow from them; one line for one cause. */
export const oddStamps = async (engine: Engine, job: Job, found: Aggregated): Promise<Finding[]> => {
  const dates = await datesOnly(engine, job, found);
  const shared = dates.length > 0 ? dates : await batchStamps(engine, found);
  return [
    ...(await farStamps(engine, job, found)),
    ...(shared.length > 0 ? shared : await sessionStamps(engine)),
    ...(await longSessions(engine)),
  ];
};
