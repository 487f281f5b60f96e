/**
 * From opened logs to the rows of user_features.csv, with every record accounted for.
 *
 * Most logs are clean. So the first aggregation runs over all rows as they are and counts on the way whatever would
 * make its result wrong: rows that break a rule, ids that come twice, a count of rows that differs from the
 * independent one. Only if it finds something, the log is read again with care: records are located, rejected rows
 * listed, duplicates taken out.
 */
import type { Config, EventSettings } from '../config.js';
import {
  type Fault,
  type IntakeOptions,
  type Log,
  type Located,
  locate,
  openLogs,
  rawText,
  spelled,
} from '../io/intake.js';
import { EVENT_COLUMNS, EVENT_TYPES, Failure } from '../model.js';
import { type CellRules, eventType, firstFault, instant, PAGE } from '../sql/cells.js';
import {
  ACCOUNT,
  acceptedRows,
  allRows,
  asOfComesFirst,
  byEvent,
  bySession,
  eventColumns,
  type LogFacts,
  type Plan,
  users,
  watched,
  withoutDuplicates,
} from '../sql/query.js';
import { identifier, literal } from '../sql/text.js';
import type { Engine } from './duckdb.js';

/** What to compute. */
export interface Request {
  readonly inputs: readonly string[];
  readonly config: Config;
  /** ISO 8601, `now` already replaced; undefined: the latest timestamp of the log. */
  readonly asOf: string | undefined;
  /** Largest share of rejected rows, 0 to 1. */
  readonly maxRejected: number;
  readonly delimiter?: string | undefined;
  readonly stdin: NodeJS.ReadableStream;
  readonly scratch: string;
}

/** The accounting of a run: `read = used + rejected + duplicate + later`, always. */
export interface Accounts {
  readonly read: number;
  readonly used: number;
  readonly rejected: number;
  readonly duplicate: number;
  /** Rows after an as-of that was asked for. */
  readonly later: number;
}

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
  /** Things a user should know that are no errors. */
  readonly notices: readonly string[];
}

/** More rows were rejected than allowed; carries them, so that they can be written down. */
export class TooManyRejected extends Failure {
  readonly faults: readonly Fault[];

  constructor(message: string, faults: readonly Fault[]) {
    super('data', message);
    this.faults = faults;
  }
}

/** The clean reading did not work out; the careful one has to be taken. */
class NotClean extends Error {}

/** The reader with nothing left to guess: guessed line ends, for one, may be those inside a quoted cell. */
const readCsv = (path: string, log: Log, shape: { columns: number; header: boolean; crlf: boolean }): string => {
  const columns = Array.from({ length: shape.columns }, (_, i) => `'c${i}': 'VARCHAR'`);
  return `read_csv(${path}, auto_detect = false, header = ${shape.header}, delim = ${literal(log.delimiter)}, quote = '"', escape = '"',
    new_line = '${shape.crlf ? String.raw`\r\n` : String.raw`\n`}', hive_partitioning = false, columns = {${columns.join(', ')}})`;
};

/** A path as the engine has to be told it, so that none of its characters is taken for a pattern. */
const literalPath = (path: string): string => path.replaceAll(/[[*?]/g, '[$&]');

interface Source {
  readonly sql: string;
  /** Values for $1, $2 ... of `sql`. */
  readonly paths: readonly string[];
}

/** The cells of a log by our names: the first that is known, unless it says "unknown" in the log's own words. */
const cells = (log: Log, at: number, shift: number, unknown: EventSettings['unknown'] = {}): string => {
  const named = [...log.columns].map(([ours, places]) => {
    const [first = '', ...others] = places.map((place) => `c${place + shift}`);
    const known = others.length === 0 ? first : `coalesce(${[first, ...others].join(', ')})`;
    const words = Object.hasOwn(unknown, ours) ? (unknown[ours] ?? []) : [];
    return `${words.reduce((cell, word) => `nullif(${cell}, ${literal(word)})`, known)} AS ${identifier(ours)}`;
  });
  return [...named, `${at} AS "#file"`].join(', ');
};

/** The logs as they are: only for logs whose lines are their records. */
const directSource = (logs: readonly Log[], unknown: EventSettings['unknown']): Source => ({
  sql: `(${logs
    .map(
      (log, i) =>
        `SELECT ${cells(log, i, 0, unknown)} FROM ${readCsv(`$${i + 1}`, log, { columns: log.header.length, header: true, crlf: log.crlf })}`,
    )
    .join(' UNION ALL BY NAME ')})`,
  paths: logs.map((log) => literalPath(log.path)),
});

/** The located copies of the logs, with "#line", "#offset" and "#length". */
const locatedSource = (
  logs: readonly Log[],
  located: readonly Located[],
  unknown: EventSettings['unknown'],
): Source => ({
  sql: `(${logs
    .map(
      (log, i) =>
        `SELECT ${cells(log, i, 3, unknown)}, c0::BIGINT AS "#line", c1::BIGINT AS "#offset", c2::BIGINT AS "#length" FROM ${readCsv(`$${i + 1}`, log, { columns: log.header.length + 3, header: false, crlf: false })}`,
    )
    .join(' UNION ALL BY NAME ')})`,
  paths: located.map((copy) => literalPath(copy.path)),
});

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const count = async (engine: Engine, sql: string, paths?: readonly string[]): Promise<number> =>
  Number((await engine.rows(sql, paths))[0]?.[0] ?? 0);

/** True if a value stands twice in `values`, which is sorted on the way. */
const hasTwins = (values: BigUint64Array): boolean => {
  values.sort();
  for (let i = 1; i < values.length; i += 1) if (values[i] === values[i - 1]) return true;
  return false;
};

/** The hash of every event_id: two equal ids have equal hashes. */
const hashedIds = async (engine: Engine, events: number): Promise<BigUint64Array> => {
  const hashes = new BigUint64Array(events);
  let filled = 0;
  await engine.numbers(`SELECT unnest(${identifier(ACCOUNT.ids)}) FROM by_event`, (values) => {
    hashes.set(values, filled);
    filled += values.length;
  });
  return hashes;
};

const factsFrom = (known: ReadonlyMap<string, number>, events: number): LogFacts => ({
  complete: new Set([...known].filter(([, n]) => n > 0 && n === events).map(([column]) => column)),
  empty: new Set([...known].filter(([, n]) => n === 0).map(([column]) => column)),
});

/** SQL of an instant, from microseconds since 1970. */
const instantOf = (microseconds: bigint | number): string => `make_timestamp(${microseconds}::BIGINT)`;

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

interface Aggregated {
  readonly accounts: Accounts;
  readonly faults: readonly Fault[];
  readonly plan: Plan;
  /** Relation of the rows that were used. */
  readonly rows: string;
  readonly paths: readonly string[];
}

/** Reads a log as if it were clean, and finds out on the way whether it is. @throws NotClean */
const readClean = async (engine: Engine, logs: readonly Log[], plan: Plan): Promise<Aggregated> => {
  const { paths } = directSource(logs, {});
  const [aggregation, ...glances] = await Promise.allSettled([
    engine.run(`CREATE TEMP TABLE by_event AS ${byEvent(plan)}`, paths),
    ...logs.map((log) => log.count()),
  ]);
  if (aggregation.status === 'rejected') throw new NotClean('the reader found a fault', { cause: aggregation.reason });
  const counts = glances.map((glance) =>
    glance.status === 'fulfilled' && glance.value?.regular ? glance.value.records : NaN,
  );
  const read = sum(counts);
  const columns = watched(plan.rules);
  const [row] = await engine.rows(
    `SELECT ${['#events', ACCOUNT.rejected, ...columns.map((c) => ACCOUNT.known + c)].map((c) => `sum(${identifier(c)})::BIGINT`).join(', ')}, epoch_us(max("#last")) FROM by_event`,
  );
  const [events = 0, rejected = 0, ...rest] = (row ?? []).map(Number);
  const known = new Map(columns.map((column, i) => [column, rest[i] ?? 0]));
  const facts = factsFrom(known, events);
  const last = row?.at(-1);
  if (events !== read || rejected > 0 || typeof last !== 'bigint') throw new NotClean('rows are missing or rejected');
  if (columns.includes('event_id')) {
    if (!facts.complete.has('event_id')) throw new NotClean('some events have no id');
  }
  const clean: Plan = { ...plan, facts, asOf: instantOf(last) };
  const rows = allRows(plan);
  const ids = columns.includes('event_id') ? await hashedIds(engine, events) : new BigUint64Array(0);
  // The engine works in threads of its own; the ids are compared here meanwhile.
  const sessions = engine.run(`CREATE TEMP TABLE by_session AS ${bySession(clean, rows)}`, paths);
  const twins = hasTwins(ids);
  await sessions;
  if (twins) throw new NotClean('an event may be there twice');
  return {
    accounts: { read, used: read, rejected: 0, duplicate: 0, later: 0 },
    faults: [],
    plan: clean,
    rows,
    paths,
  };
};

/** Lists the rows that break a rule, in file order. */
const rejectedRows = async (
  engine: Engine,
  logs: readonly Log[],
  source: Source,
  rules: CellRules,
): Promise<Fault[]> => {
  const { column, reason } = firstFault(rules);
  const rows = await engine.rows(
    `SELECT "#file", "#line", "#offset", "#length", fault, reason FROM (
       SELECT *, ${column} AS fault, ${reason} AS reason FROM ${allRows({ source: source.sql, rules })}
     ) WHERE fault IS NOT NULL ORDER BY "#file", "#line"`,
    source.paths,
  );
  const faults: Fault[] = [];
  for (const [at, log] of logs.entries()) {
    const here = rows.filter((row) => Number(row[0]) === at);
    const texts = await rawText(
      log,
      here.map((row) => ({ offset: Number(row[2]), length: Number(row[3]) })),
    );
    for (const [i, row] of here.entries()) {
      faults.push({
        file: log.name,
        line: Number(row[1]),
        column: String(row[4]),
        reason: String(row[5]),
        raw: texts[i] ?? '',
      });
    }
  }
  return faults;
};

const percent = (share: number): string => `${(share * 100).toFixed(1).replace(/\.0$/, '')} %`;

/** Refuses a run in which too much was rejected. */
const checkRejected = (logs: readonly Log[], faults: readonly Fault[], read: number, limit: number): void => {
  const share = read === 0 ? 0 : faults.length / read;
  const first = faults[0];
  if (!first) return;
  const example = `the first: ${first.file}:${first.line}: ${first.column ? `${first.column} is ` : ''}${first.reason}`;
  const guessed = logs.find((log) => log.guessed);
  if (guessed && share > 0.05) {
    throw new TooManyRejected(
      `${guessed.name}: the columns seem to be separated by ${spelled(guessed.delimiter)}, but ${faults.length} of ${read} rows do not fit (${example}); if it is right, say so with --delimiter`,
      faults,
    );
  }
  if (share > limit) {
    throw new TooManyRejected(
      `${faults.length} of ${read} rows (${percent(share)}) are rejected, over the limit of ${percent(limit)}; ${example}. Mend the rows, or raise --max-rejected`,
      faults,
    );
  }
};

/** Reads a log with care: locates its records, lists what is rejected, takes out duplicates and what is later than as-of. */
const readCarefully = async (
  engine: Engine,
  logs: readonly Log[],
  plan: Plan,
  request: Request,
  asOf: bigint | undefined,
): Promise<Aggregated> => {
  const located: Located[] = [];
  for (const [i, log] of logs.entries()) located.push(await locate(log, i, request.scratch));
  const source = locatedSource(logs, located, request.config.events.unknown);
  const { paths } = source;
  const wellFormed = sum(located.map((copy) => copy.records));
  const seen = await count(engine, `SELECT count(*) FROM ${source.sql}`, paths);
  if (seen !== wellFormed) {
    throw new Failure(
      'data',
      `the engine sees ${seen} records where an independent count finds ${wellFormed}: please report this file`,
    );
  }
  const sourced = { ...plan, source: source.sql };
  const broken = await rejectedRows(engine, logs, source, plan.rules);
  const order = new Map(logs.map((log, i) => [log.name, i]));
  const faults = [...located.flatMap((copy) => copy.faults), ...broken].toSorted(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line,
  );
  const read = sum(located.map((copy) => copy.records + copy.faults.length));
  checkRejected(logs, faults, read, request.maxRejected);

  const accepted = acceptedRows(sourced);
  let rows = accepted;
  let duplicate = 0;
  if (plan.rules.columns.includes('event_id')) {
    await engine.run(
      `CREATE TEMP TABLE counted AS SELECT event_id, count(*) AS n FROM ${accepted} WHERE event_id IS NOT NULL GROUP BY event_id HAVING count(*) > 1`,
      paths,
    );
    await engine.run('CREATE TEMP TABLE repeated AS SELECT event_id FROM counted');
    duplicate = await count(engine, 'SELECT sum(n - 1)::BIGINT FROM counted');
    if (duplicate > 0) rows = withoutDuplicates(plan.rules, accepted, 'repeated');
  }
  const columns = watched(plan.rules);
  const until = asOf === undefined ? 'true' : `t <= ${instantOf(asOf)}`;
  const [row] = await engine.rows(
    `SELECT ${[`count(*)`, `count(*) FILTER (WHERE ${until})`, ...columns.map((c) => `count(${identifier(c)}) FILTER (WHERE ${until})`)].join(', ')},
       epoch_us(max(t)) FROM ${rows}`,
    paths,
  );
  const [kept = 0, used = 0, ...rest] = (row ?? []).map(Number);
  const last = asOf ?? row?.at(-1);
  const facts = factsFrom(new Map(columns.map((column, i) => [column, rest[i] ?? 0])), used);
  const careful: Plan = { ...sourced, facts, asOf: instantOf(typeof last === 'bigint' ? last : 0n) };
  const usedRows = asOf === undefined ? rows : `(SELECT * FROM ${rows} WHERE ${until})`;
  await engine.run(`CREATE TEMP TABLE by_event AS ${byEvent(careful, usedRows)}`, paths);
  await engine.run(`CREATE TEMP TABLE by_session AS ${bySession(careful, usedRows)}`, paths);
  const aggregated = await count(engine, 'SELECT sum("#events")::BIGINT FROM by_event');
  const accounts = { read, used: aggregated, rejected: faults.length, duplicate, later: kept - used };
  if (accounts.read !== accounts.used + accounts.rejected + accounts.duplicate + accounts.later) {
    throw new Error(`the accounting is broken: ${JSON.stringify(accounts)}`);
  }
  return { accounts, faults, plan: careful, rows: usedRows, paths };
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
  const extra = [...eventColumns(config.features)].filter((column) => !Object.hasOwn(EVENT_COLUMNS, column));
  const intake: IntakeOptions = {
    from: events.from,
    renamed: { ...events.columns, ...(events.pages && { [PAGE]: events.pages.column }) },
    extra,
    delimiter: request.delimiter,
    scratch,
    stdin: request.stdin,
  };
  const logs = await openLogs(request.inputs, intake);
  const alsoLiteral = (path: string): string[] => [path, literalPath(path)];
  await engine.lock(
    alsoLiteral(scratch),
    logs.flatMap((log) => alsoLiteral(log.path)),
  );

  const columns = [...new Set(logs.flatMap((log) => [...log.columns.keys()]))];
  const rules: CellRules = { columns, numeric, timestamp: events.timestamp, types: events.types, pages: events.pages };
  const all = new Set(watched(rules));
  const plan: Plan = {
    source: directSource(logs, events.unknown).sql,
    rules,
    features: config.features,
    facts: { complete: all, empty: new Set() },
    timeoutMinutes: config.sessions.timeoutMinutes,
    asOf: instantOf(0),
  };
  const asOf = request.asOf === undefined ? undefined : await parseAsOf(engine, request.asOf);
  const mayBeClean = asOf === undefined && !asOfComesFirst(config.features);

  let found: Aggregated;
  let otherTypes: Outcome['otherTypes'];
  try {
    if (!mayBeClean) throw new NotClean('has to be read with care');
    found = await readClean(engine, logs, plan);
    otherTypes = await findOtherTypes(engine, found);
    // What was read several times has to have been the same every time.
    if (await changed(logs)) throw new NotClean('a log was written meanwhile');
  } catch (error) {
    if (!(error instanceof NotClean || (await changed(logs)))) throw error;
    await engine.run('DROP TABLE IF EXISTS by_event; DROP TABLE IF EXISTS by_session');
    try {
      found = await readCarefully(engine, logs, plan, request, asOf);
      otherTypes = await findOtherTypes(engine, found);
    } finally {
      await refuseLoss(logs);
    }
  }
  if (found.accounts.later > 0 && found.accounts.used === 0) {
    throw new Failure(
      'data',
      `no event is as early as --as-of ${request.asOf}: all ${found.accounts.later} lie after it`,
    );
  }
  await engine.run(`COPY (${users(found.plan)}) TO $1 (FORMAT csv, HEADER, DELIMITER ',', QUOTE '"', ESCAPE '"')`, [
    to,
  ]);

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
    otherTypes,
    notices,
  };
};

const lastInstant = async (engine: Engine): Promise<bigint> => {
  const [row] = await engine.rows('SELECT epoch_us(max("#last")) FROM by_event');
  return typeof row?.[0] === 'bigint' ? row[0] : 0n;
};
