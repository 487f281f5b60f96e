/**
 * From opened logs to the rows of user_features.csv, with every record accounted for.
 *
 * Most logs are clean. So the first aggregation runs over all rows as they are and counts on the way whatever would
 * make its result wrong: rows that break a rule, ids that come twice, a count of rows that differs from the
 * independent one. Only if it finds something, the log is read again with care: records are located, rejected rows
 * listed, duplicates taken out.
 */
import { stat } from 'node:fs/promises';
import type { Config } from '../config/settings.js';
import { openLogs, spelled } from '../intake/open.js';
import { type IntakeOptions, type Log } from '../intake/bind.js';
import type { Fault } from '../intake/locate.js';
import { idsBeginAscending, type FileScan, scanFile, isGreater } from '../intake/scan.js';
import { EVENT_COLUMNS, EVENT_TYPES, EXCLUSION_COLUMNS, Failure, messageOf } from '../model.js';
import { type CellRules, eventType, instant, PAGE } from '../sql/cells.js';
import {
  ACCOUNT,
  allRows,
  asOfComesFirst,
  byEvent,
  counted,
  eventColumns,
  IDS,
  repeatedIds,
  type LogFacts,
  type Plan,
  packedSessionEvents,
  sessionRows,
  users,
  profiledColumns,
} from '../sql/query.js';
import { PACKED_EVENTS } from '../sql/packedEvents.js';
import { aliasesFor, withAliases } from '../sql/aliases.js';
import { identifier, literal } from '../sql/text.js';
import { readStrict } from './strict.js';
import { type Engine, isOutOfMemory } from './duckdb/open.js';
import {
  type Accounts,
  aggregateSessions,
  type Aggregated,
  count,
  deviceNames,
  factsFrom,
  instantOf,
  knownCells,
  namesOf,
  type Request,
  SAMPLE,
  sum,
} from './aggregate.js';
import { directRelation, literalPath, parquetHeader, parquetRows } from './duckdb/relations.js';

/** What a run found. */
export interface Outcome {
  readonly accounts: Accounts;
  readonly faults: readonly Fault[];
  readonly users: number;
  readonly sessions: number;
  /** As ISO 8601 UTC; undefined if no row was used. */
  readonly asOf: string | undefined;
  /** Event types without a meaning of their own, with their number of events; most frequent first. */
  readonly otherTypes: readonly { type: string; events: number }[];
  /** Rows that `exclude` leaves out, by reason; most frequent first. */
  readonly excluded: readonly { reason: string; events: number }[];
  /** Things a user should know that are no errors. */
  readonly notices: readonly string[];
}

const NO_LISTS: Plan['lists'] = { digests: false, ids: false };

/** The clean reading did not work out; the careful one has to be taken. */
class NotClean extends Error {}

/** True if the ids stand first in every line of a log. */
const idsComeFirst = ({ columns }: Log): boolean => {
  const [place, ...others] = columns.get('event_id') ?? [];
  return place?.at === 0 && place.within === undefined && others.length === 0;
};

/** Whether each id is greater than the one before it as far as the beginning of each log goes. */
const idsBeginToGrow = async (logs: readonly Log[]): Promise<boolean> => {
  for (const log of logs) {
    if (log.format !== 'csv' || !idsComeFirst(log) || !(await idsBeginAscending(log.path, log.delimiter))) return false;
  }
  return true;
};

/** True if each id of `logs` is greater than the one before it: then none comes twice. */
const idsGrow = (logs: readonly Log[], glances: readonly FileScan[]): boolean =>
  logs.every((log, i) => {
    if (!idsComeFirst(log)) return false;
    const [here, before] = [glances[i]?.ascending, glances[i - 1]?.ascending];
    return here !== undefined && (i === 0 || (before !== undefined && isGreater(here.first, before.last)));
  });

const isoSeconds = (microseconds: bigint): string =>
  `${new Date(Number(microseconds / 1000n)).toISOString().slice(0, 19)}Z`;

/** The instant of a --as-of in microseconds, read with the grammar that timestamps of a log have. */
const parseAsOf = async (engine: Engine, asOf: string): Promise<bigint> => {
  const iso: CellRules = { columns: ['timestamp'], numeric: new Set(), timestamp: 'iso', types: {} };
  const [row] = await engine.rows(`SELECT epoch_us(${instant(iso)}) FROM (SELECT $1 AS "timestamp")`, [asOf]);
  const value = row?.[0];
  if (typeof value !== 'bigint') {
    throw new Failure(
      'usage',
      `--as-of ${asOf}: write an ISO 8601 date or date-time such as 2026-01-31 or 2026-01-31T18:00:00Z, or now`,
    );
  }
  return value;
};

/** The independent count of the records of a log. */
const countRecords = async (engine: Engine, log: Log): Promise<FileScan> =>
  log.format === 'parquet'
    ? { records: await parquetRows(engine, log.path), regular: true }
    : scanFile(log.path, log.delimiter, log.crlf);

/** Bytes of logs beyond which nothing is listed of every event: then memory grows with the number of users alone. */
const LISTED_BYTES = 2e9;

/** Bytes of a row of a log as CSV, and in memory of 64 bits listed of it: about, as measured. */
const [ROW, LISTED] = [125, 20];

/** What there is room to list of every event: lists cannot spill, and take at most half of the memory. */
const roomFor = async (engine: Engine, logs: readonly Log[]): Promise<Plan['lists']> => {
  const bytes = await Promise.all(
    logs.map(async ({ format, path }) =>
      format === 'parquet' ? (await parquetRows(engine, path)) * ROW : (await stat(path)).size,
    ),
  );
  const list = (sum(bytes) / ROW) * LISTED;
  const room = sum(bytes) <= LISTED_BYTES ? (await engine.memoryLimit()) / 2 : 0;
  return { digests: list <= room, ids: 2 * list <= room && !(await idsBeginToGrow(logs)) };
};

/** What the first rows of a log look like. @throws NotClean */
const guess = async (engine: Engine, plan: Plan, paths: readonly string[]): Promise<LogFacts> => {
  const first = `(SELECT * FROM ${plan.source} LIMIT ${SAMPLE})`;
  const [row = []] = await engine
    .rows(`SELECT ${['count(*)', ...knownCells(plan), deviceNames(plan)].join(', ')} FROM ${first}`, paths)
    .catch((error: unknown) => {
      throw new NotClean('the reader found a fault', { cause: error });
    });
  const [events = 0, ...known] = row.slice(0, -1).map(Number);
  return { ...factsFrom(profiledColumns(plan), known, events), devices: namesOf(row.at(-1)) };
};

/** What the first aggregation finds out about a log besides its features. */
interface Account {
  /** By which it was aggregated: without lists, if memory did not do for them. */
  readonly plan: Plan;
  readonly events: number;
  readonly rejected: number;
  /** Rows without a cell of a column that was taken to be complete: then `facts` are wrong, and so is the table. */
  readonly incomplete: number;
  readonly facts: LogFacts;
  /** The latest timestamp; NULL if no row has one. */
  readonly last: unknown;
}

/** Makes the table `by_event` from all rows of a log. @throws NotClean */
const aggregateEvents = async (engine: Engine, plan: Plan, paths: readonly string[]): Promise<Account> => {
  try {
    await engine.run(`CREATE OR REPLACE TEMP TABLE by_event AS ${byEvent(plan)}`, paths);
  } catch (error) {
    if (isOutOfMemory(error) && plan.lists.digests) {
      return aggregateEvents(engine, { ...plan, lists: NO_LISTS }, paths);
    }
    throw new NotClean('the reader found a fault', { cause: error });
  }
  const others = counted(plan);
  const sums = ['#events', ACCOUNT.rejected, ACCOUNT.incomplete, ...others.map((column) => ACCOUNT.known + column)];
  const [row = []] = await engine.rows(
    `SELECT ${sums.map((name) => `sum(${identifier(name)})::BIGINT`).join(', ')}, epoch_us(max("#last")) FROM by_event`,
  );
  const [events = 0, rejected = 0, incomplete = 0, ...known] = row.slice(0, -1).map(Number);
  const { complete, empty } = factsFrom(others, known, events);
  const facts = { ...plan.facts, complete: new Set([...plan.facts.complete, ...complete]), empty };
  return { plan, events, rejected, incomplete, facts, last: row.at(-1) };
};

/** Frees what `by_event` lists in a column, once it has been of use. */
const dropColumn = (engine: Engine, column: string): Promise<void> =>
  engine.run(`ALTER TABLE by_event DROP COLUMN IF EXISTS ${identifier(column)}`);

/** Reads a log as if it were clean, and finds out on the way whether it is. @throws NotClean */
const readClean = async (engine: Engine, logs: readonly Log[], plan: Plan): Promise<Aggregated> => {
  const { paths } = directRelation(logs, {});
  const facts = await guess(engine, plan, paths);
  const guessed: Plan = { ...plan, facts, lists: await roomFor(engine, logs) };
  const [aggregation, ...settled] = await Promise.allSettled([
    aggregateEvents(engine, guessed, paths),
    ...logs.map((log) => countRecords(engine, log)),
  ]);
  if (aggregation.status === 'rejected') throw aggregation.reason;
  const glances = settled.map((found) => (found.status === 'fulfilled' ? found.value : { records: 0, regular: false }));
  const { events, rejected, incomplete, last } = aggregation.value;
  const read = sum(glances.map(({ records, regular }) => (regular ? records : NaN)));
  if (events !== read || rejected > 0 || typeof last !== 'bigint') throw new NotClean('rows are missing or rejected');
  // Where the guess was wrong, nothing is known to be complete, and of devices only a few names.
  const unguessed: Plan = { ...plan, facts: { ...plan.facts, devices: facts.devices } };
  const found = incomplete === 0 ? aggregation.value : await aggregateEvents(engine, unguessed, paths);
  const taken = found.plan;
  const clean: Plan = { ...taken, facts: found.facts, asOf: instantOf(last) };
  const hasIds = plan.rules.columns.includes('event_id');
  if (hasIds && !found.facts.complete.has('event_id')) throw new NotClean('some events have no id');
  const rows = allRows(plan);
  if (hasIds && !idsGrow(logs, glances)) {
    const repeated = await count(engine, repeatedIds(taken), taken.lists.ids ? [] : paths);
    if (repeated > 0) throw new NotClean('an event may be there twice');
  }
  await dropColumn(engine, IDS);
  // What was listed by a guess is of use if it is what would be listed now that the log is known.
  const listed = packedSessionEvents(taken);
  const digest = listed?.of === packedSessionEvents(clean)?.of ? listed : undefined;
  const withDevices = await aggregateSessions(engine, clean, { rows, paths, digest });
  await dropColumn(engine, PACKED_EVENTS);
  return {
    accounts: { read, used: read, rejected: 0, duplicate: 0, excluded: 0, later: 0 },
    faults: [],
    plan: withDevices,
    rows,
    paths,
  };
};

/** Event types that no built-in feature is about, with their counts. */
const findOtherTypes = async (engine: Engine, found: Aggregated): Promise<Outcome['otherTypes']> => {
  const known = Object.entries(found.plan.features).filter(
    ([, { is }]) =>
      is.op === 'countWhere' &&
      is.column === 'event_type' &&
      (EVENT_TYPES as readonly string[]).includes(is.equals ?? ''),
  );
  const meant = known.map(([name]) => `sum(${identifier(name)})`).join(' + ');
  const others = await count(engine, `SELECT (sum("#events") - (${meant}))::BIGINT FROM by_event`);
  if (others === 0) return [];
  const { plan, rows, paths } = found;
  const listed = await engine.rows(
    `SELECT type, count(*) AS n FROM (SELECT ${eventType(plan.rules)} AS type FROM ${rows})
     WHERE type NOT IN (${EVENT_TYPES.map(literal).join(', ')}) GROUP BY type ORDER BY n DESC, type LIMIT 20`,
    paths,
  );
  return listed.map(([type, events]) => ({ type: String(type), events: Number(events) }));
};

/** What needs the rows once more: the session table, where it is asked for, and the other types, where there are any. */
const readAgain = async (engine: Engine, found: Aggregated, request: Request): Promise<Outcome['otherTypes']> => {
  if (request.sessions !== undefined) {
    const table = literal(request.sessions);
    await engine.run(`COPY (${sessionRows(found.plan, found.rows)}) TO ${table} ${CSV}`, found.paths);
  }
  return findOtherTypes(engine, found);
};

/** Whether a log is no longer what it was when it was opened. */
const changed = async (logs: readonly Log[]): Promise<boolean> =>
  (await Promise.all(logs.map((log) => log.since()))).some((what) => what !== 'nothing');

/** A log that grew was read up to where it ended then, which is exact; one that lost something was not. */
const refuseLoss = async (logs: readonly Log[]): Promise<void> => {
  for (const log of logs) {
    if ((await log.since()) !== 'loss') continue;
    throw new Failure('data', `${log.name}: the file was cut or replaced while it was read: run it again`);
  }
};

const numericExtras = (config: Config): Set<string> => {
  const arithmetic = new Set(['sum', 'max', 'min', 'mean']);
  return new Set(
    Object.values(config.features).flatMap((feature) =>
      feature.from === 'events' && arithmetic.has(feature.is.op) && 'column' in feature.is ? [feature.is.column] : [],
    ),
  );
};

/** Refuses a regular expression of gesture.yaml that the engine cannot read: it has a dialect of its own (RE2). */
const checkPatterns = async (engine: Engine, config: Config): Promise<void> => {
  const own = Object.entries(config.features).flatMap(([name, { is }]) => {
    const where = 'where' in is ? is.where : is.op === 'countWhere' ? is : undefined;
    return where?.matches === undefined ? [] : [{ place: `features.${name}: matches`, pattern: where.matches }];
  });
  const agents = config.exclude?.userAgents ?? [];
  for (const { place, pattern } of [
    ...own,
    ...agents.map((agent) => ({ place: 'exclude.user_agents', pattern: agent })),
  ]) {
    await engine.rows("SELECT regexp_matches('', $1)", [pattern]).catch((error: unknown) => {
      const why = messageOf(error).replace(/^[\w ]+ Error: /, '');
      throw new Failure(
        'usage',
        `${config.path ?? 'gesture.yaml'}: ${place} is not a regular expression (RE2): ${why}`,
        {
          cause: error,
        },
      );
    });
  }
};

const CSV = `(FORMAT csv, HEADER, DELIMITER ',', QUOTE '"', ESCAPE '"')`;

/** A log with columns of its own under the `names` that SQL has for them. */
const inNames = (log: Log, names: ReadonlyMap<string, string>): Log => ({
  ...log,
  columns: new Map([...log.columns].map(([ours, places]) => [names.get(ours) ?? ours, places])),
});

/**
 * Computes user_features.csv into the file `to`.
 *
 * @param engine an open engine, not yet locked
 * @throws Failure for input that cannot be used; TooManyRejected carries the rejected rows
 */
export const computeFeatures = async (engine: Engine, request: Request, to: string): Promise<Outcome> => {
  const { config, scratch } = request;
  const { events } = config;
  const numeric = numericExtras(config);
  const needed = [...eventColumns(config.features)].filter((column) => !Object.hasOwn(EVENT_COLUMNS, column));
  await checkPatterns(engine, config);
  const intake: IntakeOptions = {
    from: events.from,
    renamed: { ...events.columns, ...(events.pages && { [PAGE]: events.pages.column }) },
    extra: [...needed, ...(config.exclude ? EXCLUSION_COLUMNS : [])],
    needed,
    delimiter: request.delimiter,
    scratch,
    stdin: request.stdin,
    parquetHeader: (path) => parquetHeader(engine, path),
  };
  const names = aliasesFor(needed.filter((column) => !(EXCLUSION_COLUMNS as readonly string[]).includes(column)));
  const logs = (await openLogs(request.inputs, intake)).map((log) => inNames(log, names));
  const alsoLiteral = (path: string): string[] => [path, literalPath(path)];
  await engine.lock(
    alsoLiteral(scratch),
    logs.flatMap((log) => alsoLiteral(log.path)),
  );

  const columns = [...new Set(logs.flatMap((log) => [...log.columns.keys()]))];
  const rules: CellRules = {
    columns,
    numeric: new Set([...numeric].map((column) => names.get(column) ?? column)),
    timestamp: events.timestamp,
    types: events.types,
    pages: events.pages,
  };
  const plan: Plan = {
    source: directRelation(logs, events.unknown).sql,
    rules,
    features: withAliases(config.features, names),
    names,
    facts: { complete: new Set(), empty: new Set(), devices: [] },
    timeoutMinutes: config.sessions.timeoutMinutes,
    asOf: instantOf(0),
    lists: NO_LISTS,
  };
  const asOf = request.asOf === undefined ? undefined : await parseAsOf(engine, request.asOf);
  // Clean are rows that can be aggregated as they come: all of them, from a reader that is told nothing about their place.
  const mayBeClean =
    asOf === undefined &&
    config.exclude === undefined &&
    !asOfComesFirst(config.features) &&
    logs.every((log) => log.format !== 'ndjson');

  let found: Aggregated;
  let otherTypes: Outcome['otherTypes'];
  try {
    if (!mayBeClean) throw new NotClean('has to be read with care');
    found = await readClean(engine, logs, plan);
    otherTypes = await readAgain(engine, found, request);
    // What was read several times has to have been the same every time.
    if (await changed(logs)) throw new NotClean('a log was written meanwhile');
  } catch (error) {
    if (!(error instanceof NotClean || (await changed(logs)))) throw error;
    await engine.run('DROP TABLE IF EXISTS by_event; DROP TABLE IF EXISTS by_session');
    try {
      found = await readStrict(engine, logs, plan, request, asOf);
      otherTypes = await readAgain(engine, found, request);
    } finally {
      await refuseLoss(logs);
    }
  }
  if (found.accounts.later > 0 && found.accounts.used + found.accounts.excluded === 0) {
    throw new Failure(
      'data',
      `no event is as early as --as-of ${request.asOf}: all ${found.accounts.later} lie after it`,
    );
  }
  await engine.run(`COPY (${users(found.plan)}) TO $1 ${CSV}`, [to]);

  const notices = logs.flatMap((log) => [
    ...(log.guessed ? [`${log.name}: the columns are separated by ${spelled(log.delimiter)}`] : []),
    ...(log.ignored.length > 0 ? [`${log.name}: not used: ${log.ignored.join(', ')}`] : []),
  ]);
  return {
    accounts: found.accounts,
    faults: found.faults,
    users: await count(engine, 'SELECT count(*) FROM by_event'),
    sessions: await count(engine, 'SELECT coalesce(sum(total_sessions), 0)::BIGINT FROM by_session'),
    asOf: found.accounts.used === 0 ? undefined : isoSeconds(asOf ?? (await lastInstant(engine))),
    excluded: config.exclude ? await listExcluded(engine, logs, request) : [],
    otherTypes,
    notices,
  };
};

/** Writes the list of excluded rows, in file order, where it is asked for; and counts them by reason. */
const listExcluded = async (engine: Engine, logs: readonly Log[], request: Request): Promise<Outcome['excluded']> => {
  if (request.excluded !== undefined) {
    const names = logs.map((log, i) => `(${i}, ${literal(log.name)})`).join(', ');
    await engine.run(
      `COPY (SELECT "#line" AS line, "column", reason, user_id, file FROM excluded JOIN (VALUES ${names}) AS logs(log, file) ON "#file" = log
       ORDER BY "#file", "#line") TO $1 ${CSV}`,
      [request.excluded],
    );
  }
  const rows = await engine.rows('SELECT reason, count(*) AS n FROM excluded GROUP BY reason ORDER BY n DESC, reason');
  return rows.map(([reason, events]) => ({ reason: String(reason), events: Number(events) }));
};

const lastInstant = async (engine: Engine): Promise<bigint> => {
  const [row] = await engine.rows('SELECT epoch_us(max("#last")) FROM by_event');
  return typeof row?.[0] === 'bigint' ? row[0] : 0n;
};
