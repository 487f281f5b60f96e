/**
 * The fast reading: most logs are clean, so all rows are aggregated as they come, and whatever would make the result
 * wrong is counted at the same time: rows that break a rule, ids that come twice, a count of rows that differs from the
 * independent one. If anything is found, the answer is "not clean", and the log must be read strictly.
 */
import { stat } from 'node:fs/promises';
import type { Log } from '../intake/bind.js';
import { type CsvShape, type FileScan, idsBeginAscending, isGreater, scanFile } from '../intake/scan.js';
import { PACKED_EVENTS } from '../sql/packedEvents.js';
import {
  asOfComesFirst,
  type Facts,
  incompleteColumns,
  type Lists,
  NO_FACTS,
  NO_LISTS,
  packedSessionEvents,
  type Plan,
  profiledColumns,
} from '../sql/plan.js';
import { ACCOUNT, byEventWithAccount, IDS, repeatedIds, timedRows } from '../sql/query.js';
import { identifier } from '../sql/text.js';
import {
  aggregateSessions,
  type Aggregated,
  count,
  deviceNames,
  factsFrom,
  type Job,
  knownCells,
  namesOf,
  SAMPLE,
  sum,
} from './aggregate.js';
import { type Engine, isOutOfMemory } from './duckdb/open.js';
import { directRelation, parquetRows, type Relation } from './duckdb/relations.js';

/** The log cannot be read fast, and why. */
export interface NotClean {
  readonly notClean: string;
}

/** True of an answer that says the log cannot be read fast. */
export const isNotClean = (answer: object): answer is NotClean => 'notClean' in answer;

const READER_FAULT: NotClean = { notClean: 'the reader found a fault' };

/** Why a job cannot be done fast, whatever its logs hold; undefined if it may be. */
const obstacle = ({ logs, config, asOf }: Job): string | undefined => {
  if (asOf !== undefined || asOfComesFirst(config.features)) return 'as-of selects rows';
  if (config.exclude !== undefined) return 'rows are excluded by their place';
  return logs.some(({ format }) => format === 'ndjson') ? 'JSON lines are located first' : undefined;
};

const shapeOf = ({ delimiter, crlf, header }: Log): CsvShape => ({ delimiter, crlf, columns: header.length });

/** True if the first cell of every line is the event_id. */
const idsComeFirst = ({ columns }: Log): boolean => {
  const [place, ...others] = columns.get('event_id') ?? [];
  return place?.at === 0 && place.within === undefined && others.length === 0;
};

/** Whether each id is greater than the one before it in the first megabyte of each log. */
const idsBeginAscendingIn = async (logs: readonly Log[]): Promise<boolean> => {
  for (const log of logs) {
    if (log.format !== 'csv' || !idsComeFirst(log) || !(await idsBeginAscending(log.path, shapeOf(log)))) return false;
  }
  return true;
};

/** True if each id of `logs` is greater than the one before it: then none comes twice. */
const idsAscend = (logs: readonly Log[], scans: readonly FileScan[]): boolean =>
  logs.every((log, i) => {
    if (!idsComeFirst(log)) return false;
    const [here, before] = [scans[i]?.ascending, scans[i - 1]?.ascending];
    return here !== undefined && (i === 0 || (before !== undefined && isGreater(here.first, before.last)));
  });

/** The independent count of the records of a log. */
const countRecords = async (engine: Engine, log: Log): Promise<FileScan> =>
  log.format === 'parquet'
    ? { records: await parquetRows(engine, log.path), regular: true }
    : scanFile(log.path, shapeOf(log));

/** Logs larger than this, in bytes, are read twice instead of listing every event: then memory grows with users alone. */
const LISTED_BYTES = 2e9;

/** Typical bytes of a row of a log as CSV, and in memory of 64 bits listed for it, as measured. */
const [ROW, LISTED] = [125, 20];

/** What there is room to list for every event: lists cannot spill, and take at most half of the memory. */
const roomFor = async (engine: Engine, logs: readonly Log[]): Promise<Lists> => {
  const bytes = await Promise.all(
    logs.map(async ({ format, path }) =>
      format === 'parquet' ? (await parquetRows(engine, path)) * ROW : (await stat(path)).size,
    ),
  );
  const list = (sum(bytes) / ROW) * LISTED;
  const room = sum(bytes) <= LISTED_BYTES ? (await engine.memoryLimit()) / 2 : 0;
  return { packed: list <= room, ids: 2 * list <= room && !(await idsBeginAscendingIn(logs)) };
};

/** What the first rows of a log look like. */
const guess = async (engine: Engine, plan: Plan, { sql, paths }: Relation): Promise<Facts | NotClean> => {
  const first = `(SELECT * FROM ${sql} LIMIT ${SAMPLE})`;
  const aggregates = ['count(*)', ...knownCells(plan), deviceNames(plan)].join(', ');
  const rows = await engine.rows(`SELECT ${aggregates} FROM ${first}`, paths).catch(() => undefined);
  if (rows === undefined) return READER_FAULT;
  const [row = []] = rows;
  const [events = 0, ...known] = row.slice(0, -1).map(Number);
  return { ...factsFrom(profiledColumns(plan), known, events), devices: namesOf(row.at(-1)) };
};

/** What the first aggregation finds out about a log besides its features. */
interface Account {
  /** What it listed: nothing, if memory ran out. */
  readonly lists: Lists;
  readonly events: number;
  readonly rejected: number;
  /** Rows without a cell of a column that was assumed to be complete: then the table is wrong. */
  readonly incomplete: number;
  readonly facts: Facts;
  /** The latest timestamp, in microseconds since 1970; NULL if no row has one. */
  readonly last: unknown;
}

/** Makes the table `by_event` from all rows of a log, assuming that it is like `assumed`. */
const aggregateEvents = async (
  engine: Engine,
  plan: Plan,
  assumed: Facts,
  lists: Lists,
  { sql, paths }: Relation,
): Promise<Account | NotClean> => {
  try {
    await engine.run(
      `CREATE OR REPLACE TEMP TABLE by_event AS ${byEventWithAccount(plan, assumed, lists, sql)}`,
      paths,
    );
  } catch (error) {
    if (!isOutOfMemory(error)) return READER_FAULT;
    return lists.packed ? aggregateEvents(engine, plan, assumed, NO_LISTS, { sql, paths }) : READER_FAULT;
  }
  const others = incompleteColumns(plan, assumed);
  const sums = ['#events', ACCOUNT.rejected, ACCOUNT.incomplete, ...others.map((column) => ACCOUNT.known + column)];
  const [row = []] = await engine.rows(
    `SELECT ${sums.map((name) => `sum(${identifier(name)})::BIGINT`).join(', ')}, epoch_us(max("#last")) FROM by_event`,
  );
  const [events = 0, rejected = 0, incomplete = 0, ...known] = row.slice(0, -1).map(Number);
  const { complete, empty } = factsFrom(others, known, events);
  const facts: Facts = { ...assumed, complete: new Set([...assumed.complete, ...complete]), empty };
  return { lists, events, rejected, incomplete, facts, last: row.at(-1) };
};

/** Frees the memory of what `by_event` lists in a column, once no longer needed. */
const dropColumn = (engine: Engine, column: string): Promise<void> =>
  engine.run(`ALTER TABLE by_event DROP COLUMN IF EXISTS ${identifier(column)}`);

/** Makes `by_event` and `by_session` as if the log were clean, and finds out whether it is. */
export const readFast = async (engine: Engine, job: Job): Promise<Aggregated | NotClean> => {
  const { logs, config, plan } = job;
  const why = obstacle(job);
  if (why !== undefined) return { notClean: why };
  const source = directRelation(logs, config.events.unknown);
  const guessed = await guess(engine, plan, source);
  if (isNotClean(guessed)) return guessed;
  const room = await roomFor(engine, logs);
  const [aggregation, ...settled] = await Promise.allSettled([
    aggregateEvents(engine, plan, guessed, room, source),
    ...logs.map((log) => countRecords(engine, log)),
  ]);
  if (aggregation.status === 'rejected') throw aggregation.reason;
  const first = aggregation.value;
  if (isNotClean(first)) return first;
  const scans = settled.map((found) => (found.status === 'fulfilled' ? found.value : { records: 0, regular: false }));
  const read = sum(scans.map(({ records, regular }) => (regular ? records : NaN)));
  const { last: asOf } = first;
  if (first.events !== read || first.rejected > 0 || typeof asOf !== 'bigint') {
    return { notClean: 'rows are missing or rejected' };
  }
  // If the guess was wrong, no column is known to be complete, and of the devices only a few names.
  const unguessed: Facts = { ...NO_FACTS, devices: guessed.devices };
  const found = first.incomplete === 0 ? first : await aggregateEvents(engine, plan, unguessed, room, source);
  if (isNotClean(found)) return found;
  const { facts, lists } = found;
  if (plan.rules.columns.includes('event_id')) {
    if (!facts.complete.has('event_id')) return { notClean: 'some events have no id' };
    if (!idsAscend(logs, scans)) {
      const cells = lists.ids ? undefined : source.sql;
      const repeated = await count(engine, repeatedIds(cells), lists.ids ? [] : source.paths);
      if (repeated > 0) return { notClean: 'an event may be there twice' };
    }
  }
  await dropColumn(engine, IDS);
  // Events that were packed by a guess serve if they would be packed the same way now that the log is known.
  const assumed = found === first ? guessed : unguessed;
  const listed = lists.packed ? packedSessionEvents(plan, assumed) : undefined;
  const packed = listed?.of === packedSessionEvents(plan, facts)?.of ? listed : undefined;
  const rows = timedRows(plan.rules, source.sql);
  const { paths } = source;
  const withDevices = await aggregateSessions(engine, plan, facts, asOf, { rows, paths, packed });
  await dropColumn(engine, PACKED_EVENTS);
  return {
    accounts: { read, used: read, rejected: 0, duplicate: 0, excluded: 0, later: 0 },
    faults: [],
    facts: withDevices,
    asOf,
    rows,
    paths,
  };
};
