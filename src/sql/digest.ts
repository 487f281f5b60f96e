/**
 * What a session has to know of an event, in 64 bits. Listed for each user while events are aggregated, digests save
 * a second reading of the log.
 *
 *     57 bits   which session: a hash of its id; or the microseconds since 1970, where sessions are told by idle gaps
 *      4 bits   the device, by its place among the names of the log: 0 unknown, 15 another
 *      3 bits   the flags
 *
 * Two sessions of one user with the same 57 bits would be counted as one: for a user with a thousand sessions, that
 * happens once in 10^11 logs.
 */
import { SESSION_FLAGS, type SessionFacts } from './sessions.js';
import { identifier, literal } from './text.js';

/** The column of `by_event` that lists the digests of a user's events. */
export const DIGESTS = '#digests';

const OTHER = 15;

/**
 * SQL of the digest of an event; undefined where 64 bits do not hold all that is asked for.
 *
 * @param facts of the log
 * @param timed whether it matters when a session was: then a hash of its id is not enough
 */
export const digest = (facts: SessionFacts, timed: boolean): string | undefined => {
  const { ids, flags, completeFlags, hasDevice, devices } = facts;
  if (ids === 'mixed' || (ids === 'given' && (timed || completeFlags.size < SESSION_FLAGS.length))) return undefined;
  if (flags.size !== completeFlags.size || (hasDevice && (devices.length === 0 || devices.length >= OTHER)))
    return undefined;
  const session = ids === 'given' ? 'hash(session_id) >> 7' : 'epoch_us(t)::UBIGINT';
  const places = devices.map((name, i) => `WHEN device = ${literal(name)} THEN ${i + 1}`).join(' ');
  const device = hasDevice ? [`(CASE WHEN device IS NULL THEN 0 ${places} ELSE ${OTHER} END)::UBIGINT << 3`] : [];
  const bits = SESSION_FLAGS.flatMap((flag, i) => (flags.has(flag) ? [`${identifier(flag)}::UBIGINT << ${i}`] : []));
  return [`(${session}) << 7`, ...device, ...bits].map((part) => `(${part})`).join(' | ');
};

/** SQL of the events that sessions are made of, from `by_event`: the digests; and of the columns that a digest holds. */
export const digested = ({ ids, flags, hasDevice, devices }: SessionFacts): { events: string; columns: string } => {
  const places = devices.map((name, i) => `WHEN ${i + 1} THEN ${literal(name)}`).join(' ');
  const columns = [
    'user_id',
    ...(ids === 'given' ? ['NULL::TIMESTAMP AS t', 'digest >> 7 AS session_id'] : ['t']),
    // No device has an empty name: as one that is not among the names, it is found to be another.
    ...(hasDevice ? [`CASE digest >> 3 & 15 WHEN 0 THEN NULL ${places} ELSE '' END AS device`] : []),
    ...SESSION_FLAGS.flatMap((flag, i) =>
      flags.has(flag) ? [`(digest >> ${i} & 1)::TINYINT AS ${identifier(flag)}`] : [],
    ),
  ];
  const time = ids === 'given' ? '' : ', make_timestamp((digest >> 7)::BIGINT) AS t';
  const all = `SELECT user_id, unnest(${identifier(DIGESTS)}) AS digest FROM by_event`;
  return { events: `SELECT user_id, digest${time} FROM (${all})`, columns: columns.join(', ') };
};
