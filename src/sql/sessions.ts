/** Sessions: which events belong together, and what a session is besides its events. */
import { spamRule } from '../catalogue/sessions.js';
import { mostFrequent } from './measures.js';
import { identifier, literal } from './text.js';

/** The flags of a log that are about sessions. */
export const SESSION_FLAGS = ['is_repeat_session', 'bounce_flag', 'spam_flag'];

/** What the log says about sessions. */
export interface SessionFacts {
  /** `given`: every event has a session_id; `none`: no event has one; `mixed`: some. */
  readonly ids: 'given' | 'none' | 'mixed';
  /** Flag columns the log has. */
  readonly flags: ReadonlySet<string>;
  /** Flag columns with a value on every event, so that nothing has to be derived. */
  readonly completeFlags: ReadonlySet<string>;
  readonly hasDevice: boolean;
  /** What the log calls its devices, in byte order; empty: unknown. */
  readonly devices: readonly string[];
  readonly timeoutMinutes: number;
}

/** What the nth session of a user is called that has no id in the log. */
const DERIVED_ID = "user_id || '#' || nth";

/**
 * Events with what tells sessions apart, as `sessioned`: the given session_id, or else their number, split at idle gaps.
 * Events of one instant always fall into one session, so no further order is needed.
 *
 * @param columns SQL of what `sessioned` has besides: worked out late, where to split carries less
 */
const sessioned = ({ ids, timeoutMinutes }: SessionFacts, columns: string): string => {
  if (ids === 'given') return `sessioned AS (SELECT ${columns} FROM events)`;
  const unnamed = ids === 'none' ? 'events' : '(SELECT * FROM events WHERE session_id IS NULL)';
  const window = 'OVER (PARTITION BY user_id ORDER BY t)';
  const gap = `epoch_us(t) - lag(epoch_us(t)) ${window}`;
  const split = `begun AS (SELECT *, ${gap} > ${Math.round(timeoutMinutes * 60_000_000)} AS begins FROM ${unnamed}),
  split AS (SELECT * EXCLUDE (begins), 1 + count(*) FILTER (WHERE begins) ${window} AS nth FROM begun)`;
  if (ids === 'none') return `${split},\n  sessioned AS (SELECT ${columns} FROM split)`;
  return `${split},
  sessioned AS (
    SELECT * EXCLUDE (nth, session_id), ${DERIVED_ID} AS session_id, true AS unnamed FROM split
    UNION ALL BY NAME SELECT *, false AS unnamed FROM events WHERE session_id IS NOT NULL
  )`;
};

/** True of a session that no human is fast enough for. */
export const fasterThanHuman = `events >= ${spamRule.minEvents} AND events - 1 > duration_sec * ${spamRule.eventsPerSecond}`;

/** What tells sessions apart. A session named u1#1 in the log is not the first unnamed session of user u1. */
export const sessionKey = ({ ids }: SessionFacts): string =>
  ({ given: 'user_id, session_id', none: 'user_id, nth', mixed: 'user_id, session_id, unnamed' })[ids];

/** The column of `sessions` that is true where a device is none of those the facts name: then `device` may be wrong. */
export const OTHER_DEVICE = '#other_device';

/**
 * The CTE `gathered`: one row a session, with its most frequent known device; ties go to the first in byte order.
 * Devices that are known by name are counted on the way. To group by them first takes a quarter longer and, with ten
 * million events, half as much memory again.
 */
const gathered = ({ hasDevice, devices }: SessionFacts, key: string, flags: readonly string[]): string => {
  const times = ['min(t) AS "start"', 'max(t) AS "end"'];
  const other = identifier(OTHER_DEVICE);
  if (hasDevice && devices.length === 0) {
    const device = `arg_min(device, create_sort_key(n, 'DESC NULLS LAST', device, 'ASC NULLS LAST')) AS device`;
    return `by_device AS (
    SELECT ${[key, 'device', 'count(*) AS n', ...times, ...flags].join(', ')}
    FROM sessioned GROUP BY ${key}, device
  ),
  gathered AS (
    SELECT ${[key, 'min("start") AS "start"', 'max("end") AS "end"', 'sum(n)::BIGINT AS events', device, `false AS ${other}`, ...flags].join(', ')}
    FROM by_device GROUP BY ${key}
  )`;
  }
  const found = hasDevice
    ? [
        `${mostFrequent('device', devices)} AS device`,
        `count(*) FILTER (WHERE device NOT IN (${devices.map(literal).join(', ')})) > 0 AS ${other}`,
      ]
    : ['NULL::VARCHAR AS device', `false AS ${other}`];
  return `gathered AS (
    SELECT ${[key, ...times, 'count(*) AS events', ...found, ...flags].join(', ')}
    FROM sessioned GROUP BY ${key}
  )`;
};

/**
 * CTEs that end in `sessions`: one row a session with the columns of SESSION_COLUMNS, from a relation `events`
 * with user_id, t and what the log has of session_id, device and the flag columns (0/1).
 *
 * @param columns SQL of those columns, where `events` does not have them as they are
 */
export const sessionTable = (facts: SessionFacts, columns = '*'): string => {
  const flag = (column: string, derived: string): string => {
    const name = identifier(column);
    if (facts.completeFlags.has(column)) return name;
    return facts.flags.has(column) ? `coalesce(${name}, (${derived})::TINYINT)` : `(${derived})::TINYINT`;
  };
  const flags = [...facts.flags].map((column) => `max(${identifier(column)}) AS ${identifier(column)}`);
  const key = sessionKey(facts);
  const isFirst = `row_number() OVER (PARTITION BY user_id ORDER BY "start", session_id${facts.ids === 'mixed' ? ', unnamed' : ''}) = 1`;
  return `${sessioned(facts, columns)},
  ${gathered(facts, key, flags)},
  timed AS (
    SELECT *, (epoch_us("end") - epoch_us("start"))::DECIMAL(18, 0) * 0.000001::DECIMAL(7, 6) AS duration_sec${facts.ids === 'none' ? `, ${DERIVED_ID} AS session_id` : ''}
    FROM gathered
  ),
  sessions AS (
    SELECT ${key}${facts.ids === 'none' ? ', session_id' : ''}, "start" AS t, "start", "end", events, duration_sec, device,
      ${flag('is_repeat_session', `NOT ${isFirst}`)} AS is_repeat,
      ${flag('bounce_flag', 'events = 1')} AS is_bounce,
      ${flag('spam_flag', fasterThanHuman)} AS is_spam, ${identifier(OTHER_DEVICE)}
    FROM timed
  )`;
};
