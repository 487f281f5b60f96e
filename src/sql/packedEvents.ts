/**
 * What sessions need of an event, packed into 64 bits. Listed for each user while events are aggregated, packed events
 * save a second reading of the log.
 *
 *     57 bits   the microseconds since 1970; or a hash of the session_id, if the times of sessions do not matter
 *      4 bits   the device, by its place among the names in the log: 0 unknown, 15 any other
 *      3 bits   the flags
 *
 * If both the times and the ids of sessions matter, 64 more bits in front of these hold a hash of the id.
 * Two sessions of one user with the same hash would count as one: with 57 bits and a thousand sessions per user, that
 * happens to one user in 10^11.
 */
import { hashOf } from './duckdb.js';
import { derivesBounce, INTENT, SESSION_FLAGS, type SessionFacts } from './sessions.js';
import { identifier, literal } from './text.js';

/** The column of `by_event` that lists a user's packed events. */
export const PACKED_EVENTS = '#packed';

/** How events are packed and unpacked, all in SQL. */
export interface PackedEvents {
  /** The packed event, from the columns of an event. */
  readonly of: string;
  /** The relation of packed events, from `by_event`. */
  readonly events: string;
  /** The columns of an unpacked event that sessions are made from. */
  readonly columns: string;
}

const OTHER = 15;
const LISTED = `(SELECT user_id, unnest(${identifier(PACKED_EVENTS)}) AS packed FROM by_event)`;
const WIDE = `(SELECT user_id, (packed & ${2n ** 64n - 1n}::UHUGEINT)::UBIGINT AS packed, (packed >> 64)::UBIGINT AS session_id FROM ${LISTED})`;
const TIME = 'make_timestamp((packed >> 7)::BIGINT) AS t';

/** What the first bits hold, and how they are unpacked. */
const firsts = {
  time: { of: 'epoch_us(t)::UBIGINT << 7', events: `SELECT user_id, ${TIME}, packed FROM ${LISTED}` },
  session: {
    of: `(${hashOf('session_id')} >> 7) << 7`,
    events: `SELECT user_id, NULL::TIMESTAMP AS t, packed >> 7 AS session_id, packed FROM ${LISTED}`,
  },
  both: {
    of: `(${hashOf('session_id')}::UHUGEINT << 64) | (epoch_us(t)::UBIGINT << 7)`,
    events: `SELECT user_id, ${TIME}, session_id, packed FROM ${WIDE}`,
  },
};

/**
 * How the events of a log are packed; undefined if a number cannot hold all that is asked for.
 *
 * @param asked whether the times of sessions matter, and their ids: a hash has neither name nor order
 */
export const packEvents = (facts: SessionFacts, asked: { times: boolean; ids: boolean }): PackedEvents | undefined => {
  const { ids, flags, completeFlags, hasDevice, devices } = facts;
  if (ids === 'mixed' || (ids === 'given' && asked.ids) || flags.size !== completeFlags.size) return undefined;
  if (hasDevice && (devices.length === 0 || devices.length >= OTHER)) return undefined;
  // A flag that the log lacks is derived from times.
  const derived = flags.size < SESSION_FLAGS.length;
  const first = firsts[ids === 'none' ? 'time' : asked.times || derived ? 'both' : 'session'];

  // The place of a bounce flag that is derived holds what it is derived from.
  const known = SESSION_FLAGS.map((name, place) => ({
    name: name === 'bounce_flag' && derivesBounce(facts) ? INTENT : name,
    place,
  })).filter(({ name }) => flags.has(name) || name === INTENT);
  const numbers = devices.map((name, i) => `WHEN device = ${literal(name)} THEN ${i + 1}`).join(' ');
  const names = devices.map((name, i) => `WHEN ${i + 1} THEN ${literal(name)}`).join(' ');
  const parts = [
    first.of,
    ...(hasDevice ? [`(CASE WHEN device IS NULL THEN 0 ${numbers} ELSE ${OTHER} END)::UBIGINT << 3`] : []),
    ...known.map(({ name, place }) => `${identifier(name)}::UBIGINT << ${place}`),
  ];
  const columns = [
    '* EXCLUDE (packed)',
    // No device has an empty name, so an unlisted device is recognised by it.
    ...(hasDevice ? [`CASE (packed >> 3) & 15 WHEN 0 THEN NULL ${names} ELSE '' END AS device`] : []),
    ...known.map(({ name, place }) => `((packed >> ${place}) & 1)::TINYINT AS ${identifier(name)}`),
  ];
  return { of: parts.map((part) => `(${part})`).join(' | '), events: first.events, columns: columns.join(', ') };
};
