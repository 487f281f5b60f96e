/**
 * What a session has to know of an event, in 64 bits. Listed for each user while events are aggregated, digests save
 * a second reading of the log.
 *
 *     57 bits   the microseconds since 1970; or, where the times of sessions do not matter, a hash of the session_id
 *      4 bits   the device, by its place among the names of the log: 0 unknown, 15 another
 *      3 bits   the flags
 *
 * Where both the times and the ids of sessions matter, there are 64 bits more, a hash of the id, before these.
 * Two sessions of one user with one hash would be counted as one: with 57 bits and a thousand sessions a user, that
 * happens to one user in 10^11.
 */
import { SESSION_FLAGS, type SessionFacts } from './sessions.js';
import { identifier, literal } from './text.js';

/** The column of `by_event` that lists the digests of a user's events. */
export const PACKED_EVENTS = '#digests';

/** How events are put into digests and got out again, all in SQL. */
export interface PackedEvents {
  /** The digest of an event. */
  readonly of: string;
  /** The relation of digests, from `by_event`. */
  readonly events: string;
  /** The columns of such an event that sessions are made of. */
  readonly columns: string;
}

const OTHER = 15;
const LISTED = `(SELECT user_id, unnest(${identifier(PACKED_EVENTS)}) AS digest FROM by_event)`;
const WIDE = `(SELECT user_id, (digest & ${2n ** 64n - 1n}::UHUGEINT)::UBIGINT AS digest, (digest >> 64)::UBIGINT AS session_id FROM ${LISTED})`;
const TIME = 'make_timestamp((digest >> 7)::BIGINT) AS t';

/** What the first bits hold, and where they are found again. */
const firsts = {
  time: { of: 'epoch_us(t)::UBIGINT << 7', events: `SELECT user_id, ${TIME}, digest FROM ${LISTED}` },
  session: {
    of: '(hash(session_id) >> 7) << 7',
    events: `SELECT user_id, NULL::TIMESTAMP AS t, digest >> 7 AS session_id, digest FROM ${LISTED}`,
  },
  both: {
    of: '(hash(session_id)::UHUGEINT << 64) | (epoch_us(t)::UBIGINT << 7)',
    events: `SELECT user_id, ${TIME}, session_id, digest FROM ${WIDE}`,
  },
};

/**
 * The digest of the events of a log; undefined where it does not hold all that is asked for.
 *
 * @param asked whether it matters when a session was, and what it is called: a hash has no name and no order
 */
export const packEvents = (facts: SessionFacts, asked: { times: boolean; ids: boolean }): PackedEvents | undefined => {
  const { ids, flags, completeFlags, hasDevice, devices } = facts;
  if (ids === 'mixed' || (ids === 'given' && asked.ids) || flags.size !== completeFlags.size) return undefined;
  if (hasDevice && (devices.length === 0 || devices.length >= OTHER)) return undefined;
  // A flag that the log does not have is derived from times.
  const derived = flags.size < SESSION_FLAGS.length;
  const first = firsts[ids === 'none' ? 'time' : asked.times || derived ? 'both' : 'session'];

  const known = SESSION_FLAGS.map((name, place) => ({ name, place })).filter(({ name }) => flags.has(name));
  const numbers = devices.map((name, i) => `WHEN device = ${literal(name)} THEN ${i + 1}`).join(' ');
  const names = devices.map((name, i) => `WHEN ${i + 1} THEN ${literal(name)}`).join(' ');
  const parts = [
    first.of,
    ...(hasDevice ? [`(CASE WHEN device IS NULL THEN 0 ${numbers} ELSE ${OTHER} END)::UBIGINT << 3`] : []),
    ...known.map(({ name, place }) => `${identifier(name)}::UBIGINT << ${place}`),
  ];
  const columns = [
    '* EXCLUDE (digest)',
    // No device has an empty name: as one that is not among the names, it is found to be another.
    ...(hasDevice ? [`CASE (digest >> 3) & 15 WHEN 0 THEN NULL ${names} ELSE '' END AS device`] : []),
    ...known.map(({ name, place }) => `((digest >> ${place}) & 1)::TINYINT AS ${identifier(name)}`),
  ];
  return { of: parts.map((part) => `(${part})`).join(' | '), events: first.events, columns: columns.join(', ') };
};
