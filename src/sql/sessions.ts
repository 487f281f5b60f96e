/** Sessions: which events belong together, and what a session is besides its events. */
import { highIntent, spamRule } from '../catalogue/sessions.js';
import { mostFrequent } from './measures.js';
import type { Dialect } from './dialect.js';
import { duckdb, modeOfList } from './duckdb.js';
import { identifier, literal } from './text.js';

/** The flags of a log that are about sessions. */
export const SESSION_FLAGS = ['is_repeat_session', 'bounce_flag', 'spam_flag'];

/** What the log says about sessions. */
export interface SessionFacts {
  /** `given`: every event has a session_id; `none`: no event has one; `mixed`: some have. */
  readonly ids: 'given' | 'none' | 'mixed';
  /** Flag columns that the log has. */
  readonly flags: ReadonlySet<string>;
  /** Flag columns with a value on every event, so that nothing needs to be derived. */
  readonly completeFlags: ReadonlySet<string>;
  readonly hasDevice: boolean;
  /** The names of devices in the log, in byte order; empty: unknown. */
  readonly devices: readonly string[];
  readonly timeoutMinutes: number;
  /** Whether the speed of a session matters: its spam flag is derived, or fast sessions are excluded. */
  readonly speed: boolean;
}

/** The name of the nth session of a user if the log has no id for it. */
const DERIVED_ID = "user_id || '#' || nth";

/** The column of an event that is 1 if it is a high-intent action, which is never a bounce; needed to derive bounces. */
export const INTENT = '#intent';

/** SQL of that column, from SQL of the event type. */
export const isHighIntent = (dialect: Dialect, type: string): string =>
  `${dialect.flag(`${type} IN (${highIntent.types.map(dialect.literal).join(', ')})`)} AS ${identifier(INTENT)}`;

/** Whether bounces are derived, for some events or all. */
export const derivesBounce = ({ completeFlags }: SessionFacts): boolean => !completeFlags.has('bounce_flag');

/** Splits events at idle gaps: `split` has them with the number of their session of that user as `nth`. */
const splitAtGaps = (dialect: Dialect, events: string, timeout: number, owner: string): string => {
  // Events at the same instant always fall into one session, so no further order is needed.
  const window = `OVER (PARTITION BY ${owner} ORDER BY t)`;
  const time = dialect.micros('t');
  const gap = `${time} - ${dialect.lag(time, window)}`;
  return `begun AS (SELECT *, ${gap} > ${timeout} AS begins FROM ${events}),
  split AS (SELECT ${dialect.except(['begins'])}, 1 + ${dialect.over('count', '*', 'begins')} ${window} AS nth FROM begun)`;
};

/** The columns of events that sessions are made from, besides the session_id. */
const columnsOfEvents = (facts: SessionFacts, also: readonly string[]): string[] => [
  'user_id',
  't',
  ...[...(facts.hasDevice ? ['device'] : []), ...facts.flags, ...(derivesBounce(facts) ? [INTENT] : [])].map(
    identifier,
  ),
  ...also,
];

/**
 * Events with what separates sessions, as `sessioned`: the given session_id, or else their number, split at idle gaps.
 *
 * @param columns SQL of what else `sessioned` has: calculated late, so that the split carries less
 * @param also columns of `events` that sessions do not need
 */
const sessioned = (
  dialect: Dialect,
  facts: SessionFacts,
  columns: string,
  also: readonly string[],
  owner: string,
): string => {
  const timeout = Math.round(facts.timeoutMinutes * 60_000_000);
  if (facts.ids === 'given') return `sessioned AS (SELECT ${columns} FROM events)`;
  if (facts.ids === 'none')
    return `${splitAtGaps(dialect, 'events', timeout, owner)},\n  sessioned AS (SELECT ${columns} FROM split)`;
  const all = columnsOfEvents(facts, also).join(', ');
  return `${dialect.joinOpenSessions(timeout)},
  ${splitAtGaps(dialect, 'alone', timeout, `${owner}, session_id IS NULL`)},
  sessioned AS (
    SELECT ${all}, coalesce(split.session_id, ${DERIVED_ID}) AS session_id, split.session_id IS NULL AS unnamed FROM split
    UNION ALL SELECT ${all}, session_id, false AS unnamed FROM events WHERE session_id IS NOT NULL
  )`;
};

/**
 * What separates sessions. A session named u1#1 in the log is not the first unnamed session of user u1.
 *
 * @param owner the columns that separate users
 */
export const sessionKey = ({ ids }: SessionFacts, owner = 'user_id'): string =>
  `${owner}, ${{ given: 'session_id', none: 'nth', mixed: 'session_id, unnamed' }[ids]}`;

/** The column of `sessions` that is true if a device is none of those that the facts name: then `device` may be wrong. */
export const OTHER_DEVICE = '#other_device';

/** The column of `sessions` that is true for a session faster than any human; NULL if speed does not matter. */
export const IS_FAST = '#fast';

/**
 * The CTE `gathered`: one row per session, with its most frequent known device; ties go to the first in byte order.
 * Devices with known names are counted at the same time. Grouping by them first takes a quarter longer and, with ten
 * million events, half as much memory again.
 */
const gathered = (
  dialect: Dialect,
  { hasDevice, devices, speed }: SessionFacts,
  key: string,
  flags: readonly string[],
): string => {
  const times = ['min(t) AS "start"', 'max(t) AS "end"', ...(speed ? dialect.threeInstants.aggregates : [])];
  const other = identifier(OTHER_DEVICE);
  if (hasDevice && devices.length === 0 && dialect.groupsDevices) {
    const device = `arg_min(device, create_sort_key(n, 'DESC NULLS LAST', device, 'ASC NULLS LAST')) AS device`;
    const sums = speed ? ['sum("#sum") AS "#sum"', 'sum("#squares") AS "#squares"'] : [];
    return `by_device AS (
    SELECT ${[key, 'device', 'count(*) AS n', ...times, ...flags].join(', ')}
    FROM sessioned GROUP BY ${key}, device
  ),
  gathered AS (
    SELECT ${[key, 'min("start") AS "start"', 'max("end") AS "end"', ...sums, 'sum(n)::BIGINT AS events', device, `false AS ${other}`, ...flags].join(', ')}
    FROM by_device GROUP BY ${key}
  )`;
  }
  const of = 'sessioned.device';
  const counts = devices.map((device) => dialect.over('count', '*', `${of} = ${dialect.literal(device)}`));
  const others = `${of} NOT IN (${devices.map(dialect.literal).join(', ')})`;
  const named = devices.length > 0;
  const found = hasDevice
    ? [
        `${named ? mostFrequent(dialect, devices, counts) : dialect.mode(of)} AS device`,
        `${named ? `${dialect.over('count', '*', others)} > 0` : 'false'} AS ${other}`,
      ]
    : [`${dialect.nullText} AS device`, `false AS ${other}`];
  return `gathered AS (
    SELECT ${[key, ...times, 'count(*) AS events', ...found, ...flags].join(', ')}
    FROM sessioned GROUP BY ${key}
  )`;
};

/** The columns of a state of a session: the period at whose end it was so, and the next in which it changed. */
export const STATE = { period: '#period', next: '#next' } as const;

/** The period after all others. */
export const NEVER = 65_535;

/** How sessions are told apart if each is wanted in all its states: as it was at the end of every period in which it grew. */
export interface States {
  /** The columns that separate users; `events` has them, and the number of the period as `STATE.period`. */
  readonly owner: string;
}

/** The device of a state: what is kept of each period, and from that the most frequent one of all up to then. */
const deviceOfState = ({ hasDevice, devices }: SessionFacts, past: string): { kept: string[]; device: string } => {
  if (!hasDevice) return { kept: [], device: 'NULL::VARCHAR' };
  if (devices.length === 0) {
    const all = `flatten(list("#devices") FILTER (WHERE "#devices" IS NOT NULL) ${past})`;
    return {
      kept: ['list(device) FILTER (WHERE device IS NOT NULL) AS "#devices"'],
      device: modeOfList(all),
    };
  }
  const sums = devices.map((_, i) => `sum("#device ${i}") ${past}`);
  return {
    kept: devices.map((device, i) => `count(*) FILTER (WHERE device = ${literal(device)}) AS "#device ${i}"`),
    device: mostFrequent(duckdb, devices, sums),
  };
};

/** The CTE `gathered` of states in DuckDB: a row per session and period, over the events up to the end of that period. */
const gatheredStates = (facts: SessionFacts, key: string, flags: readonly string[]): string => {
  const period = identifier(STATE.period);
  const past = `OVER (PARTITION BY ${key} ORDER BY ${period})`;
  const { kept, device } = deviceOfState(facts, past);
  const inPeriod = [
    'min(t) AS "start"',
    'max(t) AS "end"',
    'count(*) AS n',
    ...(facts.speed ? duckdb.threeInstants.aggregates : []),
    ...kept,
    ...flags.map((flag) => `max(${flag}) AS ${flag}`),
  ];
  const inAll = [
    `coalesce(lead(${period}) ${past}, ${NEVER}) AS ${identifier(STATE.next)}`,
    `min("start") ${past} AS "start"`,
    `max("end") ${past} AS "end"`,
    `(sum(n) ${past})::BIGINT AS events`,
    ...(facts.speed ? ['"#sum"', '"#squares"'] : []).map((sum) => `sum(${sum}) ${past} AS ${sum}`),
    `${device} AS device`,
    `false AS ${identifier(OTHER_DEVICE)}`,
    ...flags.map((flag) => `max(${flag}) ${past} AS ${flag}`),
  ];
  return `by_period AS (
    SELECT ${key}, ${period}, ${inPeriod.join(', ')} FROM sessioned GROUP BY ${key}, ${period}
  ),
  gathered AS (
    SELECT ${key}, ${period}, ${inAll.join(', ')} FROM by_period
  )`;
};

/**
 * CTEs that end in `sessions`: one row per session with the columns of SESSION_COLUMNS, from a relation `events` with
 * user_id, t, what the log has of session_id, device and the flag columns (0/1), and INTENT if bounces are derived.
 *
 * @param columns SQL of those columns, if `events` does not have them as they are
 * @param also further columns of `events` that `sessioned` keeps
 * @param states one row per session and state instead, with the columns of STATE; not if the ids of sessions are mixed
 */
export const sessionTable = (
  dialect: Dialect,
  facts: SessionFacts,
  columns = '*',
  also: readonly string[] = [],
  states?: States,
): string => {
  const owner = states?.owner ?? 'user_id';
  const flag = (column: string, derived: string): string => {
    const name = identifier(column);
    if (facts.completeFlags.has(column)) return name;
    return facts.flags.has(column) ? `coalesce(${name}, ${dialect.flag(derived)})` : dialect.flag(derived);
  };
  const intent = identifier(INTENT);
  const largest = [...facts.flags, ...(derivesBounce(facts) ? [INTENT] : [])].map(identifier);
  const key = sessionKey(facts, owner);
  // All states of a session have the same rank: it never starts at another time.
  const isFirst = `dense_rank() OVER (PARTITION BY ${owner} ORDER BY "start", session_id${facts.ids === 'mixed' ? ', unnamed' : ''}) = 1`;
  const isFast = `events >= ${spamRule.minEvents} AND events - 1 > duration_sec * ${spamRule.eventsPerSecond} AND ${dialect.threeInstants.test}`;
  const gathering =
    states === undefined
      ? gathered(
          dialect,
          facts,
          key,
          largest.map((column) => `max(${column}) AS ${column}`),
        )
      : gatheredStates(facts, key, largest);
  const state = states === undefined ? '' : `, ${Object.values(STATE).map(identifier).join(', ')}`;
  return `${sessioned(dialect, facts, columns, also, owner)},
  ${gathering},
  timed AS (
    SELECT *, ${dialect.seconds('"start"', '"end"')} AS duration_sec${facts.ids === 'none' ? `, ${DERIVED_ID} AS session_id` : ''},
      ${facts.speed ? isFast : 'NULL'} AS ${identifier(IS_FAST)}
    FROM gathered
  ),
  sessions AS (
    SELECT ${key}${facts.ids === 'none' ? ', session_id' : ''}, "start" AS t, "start", "end", events, duration_sec, device,
      ${flag('is_repeat_session', `NOT ${isFirst}`)} AS is_repeat,
      ${flag('bounce_flag', `events = 1 AND ${intent} = 0`)} AS is_bounce,
      ${flag('spam_flag', identifier(IS_FAST))} AS is_spam, ${identifier(OTHER_DEVICE)}, ${identifier(IS_FAST)}${state}
    FROM timed
  )`;
};
