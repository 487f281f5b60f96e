/**
 * The fast reading: most logs are clean, so all rows are aggregated as they come, and whatever would make the result
 * wrong is counted at the same time: rows that break a rule, ids that come twice, a count of rows that differs from the
 * independent one. If anything is found, the answer is "not clean", and the log must be read strictly.
 */
import { stat } from 'node:fs/promises';
import type { Log } from '../intake/bind.js';
import { type CsvShape, type FileScan, idsBeginAscending, isGreater, scanFile } from '../intake/scan.js';
import { duckdb } from '../sql/duckdb.js';
import { PACKED_EVENTS } from '../sql/packedEvents.js';
import {
  asOfComesFirst,
  type Facts,
  incompleteColumns,
  type Lists,
  NO_FACTS,
  NO_LISTS,
  packedSessionEvents,
  profiledColumns,
} from '../sql/plan.js';
import {
  ACCOUNT,
  byEventWithAccount,
  devicesOfWords,
  IDS,
  repeatedIds,
  typeCounts,
  usersOfWords,
} from '../sql/account.js';
import { type Look, ROW, translatesTypes } from '../sql/reading.js';
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
  PHASES,
  SAMPLE,
  sum,
  type Watcher,
} from './aggregate.js';
import { type Engine, isOutOfMemory } from './duckdb/open.js';
import { hasTranslatedTypes } from './eventTypes.js';
import { identitiesOfWords } from '../sql/identity.js';
import { directRelation, parquetRows, type Relation } from './duckdb/relations.js';
import { resolveUsers } from './identity.js';

/** The log cannot be read fast, and why. */
export interface NotClean {
  readonly notClean: string;
}

/** True of an answer that says the log cannot be read fast. */
export const isNotClean = (answer: object): answer is NotClean => 'notClean' in answer;

const READER_FAULT: NotClean = { notClean: 'the reader found a fault' };

/** Why a job cannot be done fast, whatever its logs hold; undefined if it may be. */
const obstacle = ({ logs, config, asOf }: Job): string | undefined => {
  if (asOf === undefined && asOfComesFirst(config.features)) return 'as-of comes first';
  if (config.exclude !== undefined) return 'rows are excluded by their place';
  if (logs.some(({ reading }) => reading.where.length > 0)) return 'rows are left out by their place';
  return logs.some(({ format }) => format === 'ndjson' || format === 'lines') ? 'records are located first' : undefined;
};

const shapeOf = ({ delimiter, crlf, header, reading }: Log): CsvShape => ({
  delimiter,
  crlf,
  columns: header.length,
  hasHeader: reading.header === undefined,
});

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

/** True if each id of `logs` is greater than the one before it, and none is a null word: then none comes twice. */
const idsAscend = (logs: readonly Log[], scans: readonly FileScan[]): boolean =>
  logs.every((log, i) => {
    if (!idsComeFirst(log)) return false;
    const [here, before] = [scans[i]?.ascending, scans[i - 1]?.ascending];
    return here !== undefined && (i === 0 || (before !== undefined && isGreater(here.first, before.last)));
  });

/** The independent count of the records of a log. */
export const countRecords = async (
  engine: Engine,
  log: Log,
  words: readonly string[],
  watch?: Watcher,
): Promise<FileScan> =>
  log.format === 'parquet'
    ? { records: await parquetRows(engine, log), regular: true }
    : scanFile(log.path, shapeOf(log), words, watch?.rows);

/** Logs larger than this, in bytes, are read twice instead of listing every event: then memory grows with users alone. */
const LISTED_BYTES = 2e9;

/** Typical bytes of a row of a log as CSV, and in memory of 64 bits listed for it, as measured. */
const [ROW_BYTES, LISTED] = [125, 20];

/**
 * What there is room to list for every event: lists cannot spill, and take at most half of the memory. Rows later than
 * as-of have no user to list their ids by.
 */
const roomFor = async (engine: Engine, { logs, asOf }: Job): Promise<Lists> => {
  const bytes = await Promise.all(
    logs.map(async (log) =>
      log.format === 'parquet' ? (await parquetRows(engine, log)) * ROW_BYTES : (await stat(log.path)).size,
    ),
  );
  const list = (sum(bytes) / ROW_BYTES) * LISTED;
  const room = sum(bytes) <= LISTED_BYTES ? (await engine.memoryLimit()) / 2 : 0;
  const ids = asOf === undefined && 2 * list <= room && !(await idsBeginAscendingIn(logs));
  return { packed: list <= room, ids };
};

/** What the first rows of a log suggest about the others, and what must be looked for in all of them. */
export interface Guess {
  readonly facts: Facts;
  readonly look: Look;
}

/** Guesses from the first rows of a log what all are like. */
export const guess = async (engine: Engine, { logs, plan, numbers }: Job): Promise<Guess | NotClean> => {
  const { sql, paths } = directRelation(logs, numbers, { words: false, names: false, marked: true });
  const first = `(SELECT * FROM ${sql} LIMIT ${SAMPLE})`;
  const marks = [ROW.hasWord, ROW.isRenamed].map((mark) => `count(*) FILTER (WHERE ${identifier(mark)})`);
  const aggregates = ['count(*)', ...marks, ...knownCells(plan), deviceNames(plan)].join(', ');
  const rows = await engine.rows(`SELECT ${aggregates} FROM ${first}`, paths).catch(() => undefined);
  if (rows === undefined) return READER_FAULT;
  const [row = []] = rows;
  const [events = 0, words = 0, names = 0, ...known] = row.slice(0, -1).map(Number);
  const facts: Facts = {
    ...factsFrom(profiledColumns(plan), known, events),
    uniqueIds: true,
    devices: namesOf(row.at(-1)),
  };
  const translated = logs.some(({ reading }) => translatesTypes(reading));
  return { facts, look: { words: words > 0, names: names > 0 || translated } };
};

/** What the first aggregation finds out about a log besides its features. */
interface Account {
  /** What it listed: nothing, if memory ran out. */
  readonly lists: Lists;
  /** All rows. */
  readonly events: number;
  /** Rows that belong to somebody and are not later than as-of: the table has only these. */
  readonly used: number;
  /** Rows that belong to somebody and are later than as-of. */
  readonly later: number;
  readonly rejected: number;
  /** Rows with null words that were not looked for. */
  readonly words: number;
  /** Rows without a cell of a column that was assumed to be complete: then the table is wrong. */
  readonly incomplete: number;
  readonly facts: Facts;
  /** The latest timestamp, in microseconds since 1970; NULL if no row has one. */
  readonly last: unknown;
}

/** Makes the table `by_event` from all rows of a log, assuming that it is like `assumed`. */
const aggregateEvents = async (
  engine: Engine,
  { plan, asOf }: Pick<Job, 'plan' | 'asOf'>,
  assumed: Facts,
  lists: Lists,
  { sql, paths }: Relation,
  words: readonly string[],
): Promise<Account | NotClean> => {
  try {
    await engine.run(
      `CREATE OR REPLACE TEMP TABLE by_event AS ${byEventWithAccount(plan, assumed, lists, sql, asOf, words)}`,
      paths,
    );
  } catch (error) {
    if (!isOutOfMemory(error)) return READER_FAULT;
    return lists.packed
      ? aggregateEvents(engine, { plan, asOf }, assumed, NO_LISTS, { sql, paths }, words)
      : READER_FAULT;
  }
  const others = incompleteColumns(plan, assumed);
  const total = (name: string): string => `sum(${identifier(name)})::BIGINT`;
  const ofAll = ['#events', ACCOUNT.later, ACCOUNT.rejected, ACCOUNT.words];
  const ofUsed = ['#events', ACCOUNT.incomplete, ...others.map((column) => ACCOUNT.known + column)];
  const [all = []] = await engine.rows(`SELECT ${ofAll.map(total).join(', ')} FROM by_event`);
  await engine.run('DELETE FROM by_event WHERE user_id IS NULL');
  const [row = []] = await engine.rows(`SELECT ${ofUsed.map(total).join(', ')}, epoch_us(max("#last")) FROM by_event`);
  const [events = 0, later = 0, rejected = 0, worded = 0] = all.map(Number);
  const [used = 0, incomplete = 0, ...known] = row.slice(0, -1).map(Number);
  const { complete, empty } = factsFrom(others, known, used);
  const facts: Facts = { ...assumed, complete: new Set([...assumed.complete, ...complete]), empty };
  const latest = words.length === 0 ? 0 : await count(engine, usersOfWords(plan, words));
  return { lists, events, used, later, rejected, words: worded + latest, incomplete, facts, last: row.at(-1) };
};

/** Frees the memory of what `by_event` lists in a column, once no longer needed. */
const dropColumn = (engine: Engine, column: string): Promise<void> =>
  engine.run(`ALTER TABLE by_event DROP COLUMN IF EXISTS ${identifier(column)}`);

/** All null words of the readings of logs. */
export const nullWordsOf = (logs: readonly Log[]): string[] => [
  ...new Set(logs.flatMap(({ reading }) => [...reading.unknown, ...Object.values(reading.unknownIn).flat()])),
];

/** Whether all event types are ours under our own names, or no names for ours at all, in a log that was read as if they were. */
const typesAreOurs = async (engine: Engine, { logs, plan }: Job, rows: Relation): Promise<boolean> => {
  const [sums = []] = await engine.rows(typeCounts(plan));
  const [events, explained] = sums.map(Number);
  return events === explained || !(await hasTranslatedTypes(engine, logs, rows));
};

/** Makes `by_event` and `by_session` as if the log were clean, and finds out whether it is. */
export const readFast = async (engine: Engine, job: Job): Promise<Aggregated | NotClean> => {
  const { logs, plan } = job;
  const why = obstacle(job);
  if (why !== undefined) return { notClean: why };
  const sample = await guess(engine, job);
  if (isNotClean(sample)) return sample;
  // To look for null words in every cell takes a third longer, for names of types a sixth; that there are none is proved
  // more cheaply.
  const { facts: guessed, look } = sample;
  const words = look.words ? [] : nullWordsOf(logs);
  const direct = directRelation(logs, job.numbers, look);
  const source = job.identity ? await resolveUsers(engine, direct, job.asOf).catch(() => undefined) : direct;
  if (source === undefined) return READER_FAULT;
  if (job.identity && (await count(engine, identitiesOfWords(words))) > 0) return { notClean: 'there are null words' };
  const room = await roomFor(engine, job);
  job.watch?.phase(1, PHASES[1]);
  const [aggregation, ...settled] = await Promise.allSettled([
    aggregateEvents(engine, job, guessed, room, source, words),
    ...logs.map((log) => countRecords(engine, log, words, job.watch)),
  ]);
  if (aggregation.status === 'rejected') throw aggregation.reason;
  const first = aggregation.value;
  if (isNotClean(first)) return first;
  const scans = settled.map((found) => (found.status === 'fulfilled' ? found.value : { records: 0, regular: false }));
  const read = sum(scans.map(({ records, regular }) => (regular ? records : NaN)));
  if (first.events !== read || first.rejected > 0 || typeof first.last !== 'bigint') {
    return { notClean: 'rows are missing or rejected' };
  }
  if (first.words > 0) return { notClean: 'there are null words' };
  if (!look.names && !(await typesAreOurs(engine, job, source))) return { notClean: 'event types have other names' };
  // If the guess was wrong, no column is known to be complete, and of the devices only a few names.
  const unguessed: Facts = { ...NO_FACTS, devices: guessed.devices };
  const found = first.incomplete === 0 ? first : await aggregateEvents(engine, job, unguessed, room, source, words);
  if (isNotClean(found)) return found;
  const { facts, lists } = found;
  if (plan.rules.columns.includes('event_id')) {
    if (!facts.complete.has('event_id')) return { notClean: 'some events have no id' };
    if (!idsAscend(logs, scans)) {
      const cells = lists.ids ? undefined : source.sql;
      const repeated = await count(engine, repeatedIds(cells, words), lists.ids ? [] : source.paths);
      if (repeated > 0) return { notClean: 'an event may be there twice' };
    }
  }
  await dropColumn(engine, IDS);
  // Events that were packed by a guess serve if they would be packed the same way now that the log is known.
  const assumed = found === first ? guessed : unguessed;
  const listed = lists.packed ? packedSessionEvents(plan, assumed) : undefined;
  const packed = listed?.of === packedSessionEvents(plan, facts)?.of ? listed : undefined;
  const { used, later } = found;
  const early = job.asOf === undefined ? '' : ` AND t <= ${duckdb.instant(job.asOf)}`;
  const rows = used === read ? source.sql : `(SELECT * FROM ${source.sql} WHERE user_id IS NOT NULL${early})`;
  const asOf = job.asOf ?? first.last;
  const { paths } = source;
  job.watch?.phase(2, PHASES[2]);
  const withDevices = await aggregateSessions(engine, plan, facts, asOf, { rows, paths, packed });
  await dropColumn(engine, PACKED_EVENTS);
  const isNamed = withDevices.devices.length > 0 || !plan.rules.columns.includes('device');
  if (!isNamed && words.length > 0 && (await count(engine, devicesOfWords(source.sql, words), paths)) > 0) {
    return { notClean: 'there are null words' };
  }
  return {
    accounts: { read, used, rejected: 0, duplicate: 0, withoutUser: read - used - later, excluded: 0, later },
    faults: [],
    unreadable: [],
    sharedIds: 0,
    translated: look.names,
    facts: withDevices,
    asOf,
    rows,
    all: source.sql,
    paths,
  };
};
