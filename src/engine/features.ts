/**
 * From opened logs to the rows of user_features.csv, with every record accounted for: the fast reading if the logs are
 * clean, the strict one otherwise.
 */
import type { Config } from '../config/settings.js';
import { calculatedColumnOf, conditionOf, eventTypesOf, numberColumnOf, rowMeasures } from '../catalogue/measures.js';
import type { IntakeOptions, Log } from '../intake/bind.js';
import type { Fault } from '../intake/locate.js';
import { openLogs, spelled } from '../intake/open.js';
import { EVENT_COLUMNS, EXCLUSION_COLUMNS, Failure, messageOf } from '../model.js';
import { aliasesFor, withAliases } from '../sql/aliases.js';
import { type CellRules, eventType, PAGE } from '../sql/cells.js';
import { eventColumns, type Plan } from '../sql/plan.js';
import { sessionRows, users } from '../sql/query.js';
import { identifier, literal } from '../sql/text.js';
import { counted } from '../text/numbers.js';
import { isoInstant } from '../text/instants.js';
import { type Accounts, type Aggregated, count, type Job, type Request, sum } from './aggregate.js';
import type { Engine } from './duckdb/open.js';
import { literalPath, parquetReader } from './duckdb/relations.js';
import { isNotClean, type NotClean, readFast } from './fast.js';
import { countRagged, RAGGED_ADVICE, readStrict } from './strict.js';

/** What a run found. */
export interface Outcome {
  readonly accounts: Accounts;
  readonly faults: readonly Fault[];
  readonly users: number;
  readonly sessions: number;
  /** As ISO 8601 UTC; undefined if no row was used. */
  readonly asOf: string | undefined;
  /** Event types that no feature, conversion or rule uses, with their number of events; most frequent first. */
  readonly otherTypes: readonly { type: string; events: number }[];
  /** Rows that `exclude` leaves out, by reason; most frequent first. */
  readonly excluded: readonly { reason: string; events: number }[];
  /** Things a user should know that are not errors. */
  readonly notices: readonly string[];
}

/** An instant as the summary shows it: the whole second. */
const isoSeconds = (microseconds: bigint): string => isoInstant(microseconds - (microseconds % 1_000_000n));

/** SQL: true of an event type that some feature or the conversion uses. */
const isUsedType = ({ features }: Plan): string => {
  const measures = rowMeasures(features, 'events').map(([, is]) => is);
  const patterns = measures.map(conditionOf).filter((where) => where?.column === 'event_type' && where.matches);
  const named = [...new Set(measures.flatMap(eventTypesOf))];
  const all = [
    'false',
    ...(named.length > 0 ? [`type IN (${named.map(literal).join(', ')})`] : []),
    ...patterns.map((where) => `regexp_matches(type, ${literal(where?.matches ?? '')})`),
  ];
  return all.join(' OR ');
};

/** For each event type that a feature just counts, the name of such a feature. */
const countsByType = ({ features }: Plan): Map<string, string> =>
  new Map(
    rowMeasures(features, 'events').flatMap(([name, is]) =>
      is.op === 'countWhere' && is.column === 'event_type' && is.equals !== undefined ? [[is.equals, name]] : [],
    ),
  );

/** The event types that nothing uses. The log is read once more only if the counts of the others do not add up. */
const findOtherTypes = async (engine: Engine, plan: Plan, found: Aggregated): Promise<Outcome['otherTypes']> => {
  const totals = ['#events', ...countsByType(plan).values()].map((name) => `sum(${identifier(name)})::BIGINT`);
  const [sums = []] = await engine.rows(`SELECT ${totals.join(', ')} FROM by_event`);
  const [events = 0, ...explained] = sums.map(Number);
  if (events === sum(explained)) return [];
  const listed = await engine.rows(
    `SELECT type, count(*) AS n FROM (SELECT ${eventType(plan.rules)} AS type FROM ${found.rows})
     WHERE NOT (${isUsedType(plan)}) GROUP BY type ORDER BY n DESC, type`,
    found.paths,
  );
  return listed.map(([type, n]) => ({ type: String(type), events: Number(n) }));
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

/** Refuses a regular expression of gesture.yaml that the engine cannot read: it has a dialect of its own (RE2). */
const checkPatterns = async (engine: Engine, config: Config): Promise<void> => {
  const own = Object.entries(config.features).flatMap(([name, { is }]) => {
    const pattern = conditionOf(is)?.matches;
    return pattern === undefined ? [] : [{ place: `features.${name}: matches`, pattern }];
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

/** A log whose columns are called by their aliases. */
const underAliases = (log: Log, aliases: ReadonlyMap<string, string>): Log => ({
  ...log,
  columns: new Map([...log.columns].map(([ours, places]) => [aliases.get(ours) ?? ours, places])),
});

/** The columns of a log whose cells can hold a NUL character; in CSV it is a fault of the record. */
const columnsWithNul = ({ format, columns }: Log): string[] =>
  [...columns].flatMap(([ours, places]) =>
    format === 'parquet' || (format === 'csv' && places.some(({ within }) => within !== undefined)) ? [ours] : [],
  );

/** Opens the logs of a request, plans what is measured, and allows the engine to open nothing else. */
const openJob = async (engine: Engine, request: Request): Promise<Job> => {
  const { config, scratch } = request;
  const { events } = config;
  const needed = [...eventColumns(config.features)].filter((column) => !Object.hasOwn(EVENT_COLUMNS, column));
  const intake: IntakeOptions = {
    from: events.from,
    renamed: { ...events.columns, ...(events.pages && { [PAGE]: events.pages.column }) },
    extra: [...needed, ...(config.exclude ? EXCLUSION_COLUMNS : [])],
    needed,
    fill: events.raggedRows === 'fill',
    delimiter: request.delimiter,
    scratch,
    stdin: request.stdin,
    parquet: parquetReader(engine),
  };
  const aliases = aliasesFor(needed.filter((column) => !(EXCLUSION_COLUMNS as readonly string[]).includes(column)));
  const logs = (await openLogs(request.inputs, intake)).map((log) => underAliases(log, aliases));
  const alsoLiteral = (path: string): string[] => [path, literalPath(path)];
  await engine.lock(
    alsoLiteral(scratch),
    logs.flatMap((log) => alsoLiteral(log.path)),
  );
  const features = withAliases(config.features, aliases);
  const ofEvents = Object.values(features).filter(({ from }) => from === 'events');
  const numbers = ofEvents.map(numberColumnOf);
  const calculated = ofEvents.map(({ is }) => calculatedColumnOf(is));
  const rules: CellRules = {
    columns: [...new Set(logs.flatMap((log) => [...log.columns.keys()]))],
    numbers: new Set(numbers.filter((column) => column !== undefined)),
    calculated: new Set(calculated.filter((column) => column !== undefined)),
    mayHoldNul: new Set(logs.flatMap(columnsWithNul)),
    timestamp: events.timestamp,
    types: events.types,
    pages: events.pages,
  };
  return {
    logs,
    config,
    plan: { rules, features, timeoutMinutes: config.sessions.timeoutMinutes },
    aliases,
    asOf: request.asOf,
    maxRejected: request.maxRejected,
    scratch,
  };
};

/** Aggregates a job, and makes what needs its rows once more: the session table if asked for, and the other types. */
const aggregateJob = async (
  engine: Engine,
  job: Job,
  request: Request,
): Promise<{ found: Aggregated; otherTypes: Outcome['otherTypes'] }> => {
  const { logs, plan } = job;
  const finish = async (found: Aggregated): ReturnType<typeof aggregateJob> => {
    if (request.sessions !== undefined) {
      const table = literal(request.sessions);
      await engine.run(`COPY (${sessionRows(plan, found.facts, found.rows)}) TO ${table} ${CSV}`, found.paths);
    }
    return { found, otherTypes: await findOtherTypes(engine, plan, found) };
  };
  const fast = async (): Promise<Awaited<ReturnType<typeof aggregateJob>> | NotClean> => {
    const writtenMeanwhile: NotClean = { notClean: 'a log was written meanwhile' };
    try {
      const found = await readFast(engine, job);
      if (isNotClean(found)) return found;
      const finished = await finish(found);
      // What was read several times must have been the same every time.
      return (await changed(logs)) ? writtenMeanwhile : finished;
    } catch (error) {
      if (await changed(logs)) return writtenMeanwhile;
      throw error;
    }
  };
  const answer = await fast();
  if (!isNotClean(answer)) return answer;
  await engine.run('DROP TABLE IF EXISTS by_event; DROP TABLE IF EXISTS by_session');
  try {
    return await finish(await readStrict(engine, job));
  } finally {
    await refuseLoss(logs);
  }
};

/**
 * Computes user_features.csv into the file `to`.
 *
 * @param engine an open engine, not yet locked
 * @throws Failure for input that cannot be used; TooManyRejected carries the rejected rows
 */
export const computeFeatures = async (engine: Engine, request: Request, to: string): Promise<Outcome> => {
  const { config } = request;
  await checkPatterns(engine, config);
  const job = await openJob(engine, request);
  const { found, otherTypes } = await aggregateJob(engine, job, request);
  const { accounts, asOf } = found;
  if (accounts.later > 0 && accounts.used + accounts.excluded === 0) {
    throw new Failure(
      'data',
      `no events at or before --as-of ${isoInstant(asOf)}: ${counted(accounts.later, 'event')} came later`,
    );
  }
  await engine.run(`COPY (${users(job.plan, asOf)}) TO $1 ${CSV}`, [to]);
  const ragged = countRagged(found.faults);
  const notices = job.logs.flatMap((log) => [
    ...(log.guessed ? [`${log.name}: the columns are separated by ${spelled(log.delimiter)}`] : []),
    ...(log.ignored.length > 0 ? [`${log.name}: not used: ${log.ignored.join(', ')}`] : []),
  ]);
  if (ragged > 0)
    notices.push(`${counted(ragged, 'row')} with another number of cells than the header: ${RAGGED_ADVICE}`);
  return {
    accounts,
    faults: found.faults,
    users: await count(engine, 'SELECT count(*) FROM by_event'),
    sessions: await count(engine, 'SELECT coalesce(sum(total_sessions), 0)::BIGINT FROM by_session'),
    asOf: accounts.used === 0 ? undefined : isoSeconds(asOf),
    excluded: config.exclude ? await listExcluded(engine, job.logs, request) : [],
    otherTypes,
    notices,
  };
};

/** Writes the list of excluded rows in file order, if asked for, and counts them by reason. */
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
