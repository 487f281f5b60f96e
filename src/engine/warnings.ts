/** What a user should know about a log that was read: notices say how it was read, warnings that something is probably wrong. */
import { eventTypesOf, rowMeasures } from '../catalogue/measures.js';
import type { Config, Exclusions } from '../config/settings.js';
import type { Log } from '../intake/bind.js';
import { spelled } from '../intake/open.js';
import { EVENT_TYPES } from '../model.js';
import { ID_COLUMNS, ROW } from '../sql/reading.js';
import { identifier, literal } from '../sql/text.js';
import { didYouMean } from '../text/closest.js';
import { isoInstant } from '../text/instants.js';
import { counted } from '../text/numbers.js';
import { wildcardPattern } from '../text/patterns.js';
import { type Aggregated, count, type Job } from './aggregate.js';
import { countRagged, RAGGED_ADVICE } from './checkRows.js';
import type { Engine } from './duckdb/open.js';
import type { EventTypes } from './eventTypes.js';

// Notices -------------------------------------------------------------------------------------------------------------

/** Names of files as a line mentions them. */
const inFiles = (names: readonly string[], all: number): string => {
  if (names.length === all && all > 1) return 'every file';
  return names.length <= 2 ? names.join(' and ') : `${names[0]} and ${names.length - 1} other files`;
};

/** One line for each thing that is said of files: which of them it is said of. */
const byFile = (logs: readonly Log[], say: (log: Log) => string | undefined): string[] => {
  const said = new Map<string, string[]>();
  for (const log of logs) {
    const line = say(log);
    if (line !== undefined) said.set(line, [...(said.get(line) ?? []), log.name]);
  }
  return [...said].map(([line, names]) => `${inFiles(names, logs.length)}: ${line}`);
};

/** Columns of ids that a log has, and that lack a cell somewhere, so that there may be a null word. */
const doubtfulIds = ({ plan }: Job, { facts, accounts }: Aggregated): string[] =>
  ID_COLUMNS.filter((column) => {
    if (!plan.rules.columns.includes(column)) return false;
    return column === 'user_id' ? accounts.withoutUser > 0 : !facts.complete.has(column);
  });

/** Null words that stood in columns of ids. */
const wordsInIds = async (engine: Engine, job: Job, found: Aggregated): Promise<string[]> => {
  if (doubtfulIds(job, found).length === 0) return [];
  const rows = await engine.rows(
    `SELECT ${identifier(ROW.word)} AS word, count(*) AS n FROM ${found.all} WHERE ${identifier(ROW.word)} IS NOT NULL
     GROUP BY word ORDER BY n DESC, word LIMIT 5`,
    found.paths,
  );
  return rows.map(([word, n]) => {
    const [column = '', ...rest] = String(word).split(' ');
    return `${column} is ${rest.join(' ')} in ${counted(Number(n), 'row')}: taken for unknown; if it is an id, set events: { unknown: [] }`;
  });
};

/** How the logs were read. */
export const findNotices = async (engine: Engine, job: Job, found: Aggregated): Promise<string[]> => {
  const { logs } = job;
  const ragged = countRagged(found.faults);
  return [
    ...byFile(logs, (log) => (log.guessed ? `the columns are separated by ${spelled(log.delimiter)}` : undefined)),
    ...byFile(logs, ({ respelled }) => (respelled.length > 0 ? `read ${respelled.join(', ')}` : undefined)),
    ...byFile(logs, ({ ignored }) => (ignored.length > 0 ? `not used: ${ignored.join(', ')}` : undefined)),
    ...(ragged > 0 ? [`${counted(ragged, 'row')} with another number of cells than the header: ${RAGGED_ADVICE}`] : []),
    ...(await wordsInIds(engine, job, found)),
  ];
};

// Warnings ------------------------------------------------------------------------------------------------------------

/** Ids such as 1001.0 beside 1001: numbers that were printed as decimals by something on the way. */
const decimalIds = async (engine: Engine): Promise<string[]> => {
  const [row = []] = await engine.rows(
    `SELECT count(*), min(b.user_id) FROM by_event AS a JOIN by_event AS b ON a.user_id = b.user_id || '.0' WHERE a.user_id LIKE '%.0'`,
  );
  const twins = Number(row[0] ?? 0);
  if (twins === 0) return [];
  const example = String(row[1]);
  return [
    `${counted(twins, 'user_id')} with and without .0 at the end (${example} and ${example}.0): probably one person each, whose ids something has read as decimals`,
  ];
};

/** How many times the span of nearly all events the latest one may lie beyond them, and the least such span: a day. */
const [FAR, LEAST_SPAN] = [10n, 86_400_000_000n];

/**
 * An event in the future, or far later than nearly all others: then everybody else seems to be long gone. Spans are
 * measured from the last events of users other than the latest.
 */
const farStamps = async (engine: Engine, { asOf: asked, now }: Job, found: Aggregated): Promise<string[]> => {
  const { asOf, accounts } = found;
  if (asked !== undefined || accounts.used < 2) return [];
  const others = `(SELECT "#last" FROM by_event WHERE "#last" < (SELECT max("#last") FROM by_event))`;
  const [row = []] = await engine.rows(
    `SELECT epoch_us(quantile_disc("#last", 0.01)), epoch_us(quantile_disc("#last", 0.99)), epoch_us(max("#last")) FROM ${others}`,
  );
  const [from, until, before] = row;
  if (typeof from !== 'bigint' || typeof until !== 'bigint' || typeof before !== 'bigint') return [];
  const span = until - from > LEAST_SPAN ? until - from : LEAST_SPAN;
  const isFuture = asOf > now;
  if (!isFuture && asOf - until <= FAR * span) return [];
  const [event = []] = await engine.rows(
    `SELECT user_id, event_type FROM ${found.rows} WHERE epoch_us(t) = ${asOf} ORDER BY user_id, event_type LIMIT 1`,
    found.paths,
  );
  const what = isFuture ? 'is in the future' : `is far later than nearly all others, which end ${isoInstant(until)}`;
  return [
    `the latest event (${String(event[1])} of ${String(event[0])}, ${isoInstant(asOf)}) ${what}, and every age is measured from it: if its clock was wrong, leave it out with --as-of ${isoInstant(before)}`,
  ];
};

/** The names of event types in the settings that the log has none of, with the closest name that it has. */
const missingTypes = ({ config, plan }: Job, types: EventTypes): string[] => {
  const theirs = [...new Set(types.all.map((type) => type.theirs))];
  const ours = new Set(types.all.map(({ type }) => type));
  const known = [...new Set([...theirs, ...ours])];
  const fits = (pattern: string): boolean => {
    const wanted = wildcardPattern(pattern);
    return theirs.some((name) => wanted.test(name));
  };
  const own = rowMeasures(plan.features, 'events').flatMap(([name, is]) =>
    eventTypesOf(is).map((type) => ({ name, type })),
  );
  const builtIn = new Set<string>(EVENT_TYPES);
  const mapped = config.events.flatMap(({ types: map, from }) =>
    // What a source names itself need not occur in every export.
    from === undefined ? Object.keys(map) : [],
  );
  return [
    ...mapped
      .filter((name) => !fits(name))
      .map((name) => `events.types: no event is called "${name}"${didYouMean(name, theirs)}`),
    ...own
      .filter(({ type }) => !ours.has(type) && !builtIn.has(type))
      .map(
        ({ name, type }) =>
          `${name === 'converted' ? 'conversion.all_of' : `features.${name}`}: no event is called "${type}"${didYouMean(type, known)}`,
      ),
  ];
};

/** Rules of `exclude` that no row met. */
const idleRules = async (engine: Engine, { config, plan }: Job): Promise<string[]> => {
  const { exclude } = config;
  if (exclude === undefined) return [];
  const met = new Set((await engine.rows('SELECT DISTINCT reason FROM excluded')).map(([reason]) => String(reason)));
  const needs: [keyof Exclusions, string, string, readonly string[]][] = [
    ['users', 'users', 'an internal user', ['user_id']],
    ['emailDomains', 'email_domains', 'an internal e-mail address', ['email', 'user_id', 'username']],
    ['userAgents', 'user_agents', 'the user agent of a bot', ['user_agent']],
    ['bots', 'bots', 'a known bot', ['user_agent']],
    ['fasterThanHuman', 'faster_than_human', 'in a session faster than a human', ['session_id', 'timestamp']],
  ];
  const lines = needs.flatMap(([setting, name, reason, columns]) => {
    const value = exclude[setting];
    if (value === false || (Array.isArray(value) && value.length === 0) || met.has(reason)) return [];
    const has = columns.some((column) => plan.rules.columns.includes(column));
    return [
      `exclude.${name} met no row${has ? '' : `: the log has no column ${columns[0]}; name it in events.columns`}`,
    ];
  });
  const users = exclude.users.map(literal).join(', ');
  const [row = []] =
    users === '' || !met.has('an internal user')
      ? []
      : await engine.rows(
          `SELECT string_agg(name, ', ' ORDER BY name) FROM (SELECT unnest([${users}]) AS name) WHERE name NOT IN (SELECT user_id FROM excluded WHERE user_id IS NOT NULL)`,
        );
  return typeof row[0] === 'string' ? [...lines, `exclude.users: no row of ${row[0]}`] : lines;
};

/** Given sessions that stay open for over a day with an idle gap: probably the id of a device or a tab. */
const longSessions = async (engine: Engine): Promise<string[]> => {
  const long = await count(engine, 'SELECT sum("#long")::BIGINT FROM by_session');
  return long === 0
    ? []
    : [
        `${counted(long, 'session')} ${long === 1 ? 'lasts' : 'last'} over a day with idle gaps: session_id may be the id of a device. To split visits at idle gaps instead, leave it out: events: { columns: { session_id: none } }`,
      ];
};

/** True if the settings name event types that the log may not have. */
export const namesTypes = (config: Config): boolean =>
  config.events.some(({ from, types }) => from === undefined && Object.keys(types).length > 0) ||
  Object.values(config.features).some(
    ({ from, is }) =>
      from === 'events' && eventTypesOf(is).some((type) => !(EVENT_TYPES as readonly string[]).includes(type)),
  );

/** What is probably wrong with a log, or with the settings for it. */
export const findWarnings = async (
  engine: Engine,
  job: Job,
  found: Aggregated,
  types: EventTypes,
): Promise<string[]> => {
  const { sharedIds, accounts } = found;
  const shared = `${counted(sharedIds, 'event_id')} ${sharedIds === 1 ? 'stands' : 'stand'} for different events (another user, type or time); all of them are used`;
  return [
    ...(sharedIds > 0 ? [shared] : []),
    ...(accounts.used > 0 ? await decimalIds(engine) : []),
    ...(await farStamps(engine, job, found)),
    ...(accounts.used > 0 && namesTypes(job.config) ? missingTypes(job, types) : []),
    ...(accounts.used + accounts.excluded > 0 ? await idleRules(engine, job) : []),
    ...(await longSessions(engine)),
  ];
};
