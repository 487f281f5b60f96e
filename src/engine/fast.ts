/**
 * The fast reading: most logs are clean, so all rows are aggregated as they come, and whatever would make the result
 * wrong is counted at the same time: rows that break a rule, ids that come twice, a count of rows that differs from the
 * independent one. If anything is found, the answer is "not clean", and the log must be read strictly.
 */
import { stat } from 'node:fs/promises';
import { leavesRowsOut } from '../config/settings.js';
import { columnsOfValues } from '../intake/parquetTypes.js';
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
import { type Fateful, placedRows, withFates } from '../sql/fates.js';
import { identitiesOfWords } from '../sql/identity.js';
import { identifier } from '../sql/text.js';
import { aggregateSessions, type Aggregated, count, factsFrom, type Job, PHASES, sum } from './aggregate.js';
import type { Copies } from './checkRows.js';
import { fatefulOf, readAside } from './aside.js';
import { countRecords, idsAscend, idsBeginAscendingIn, parquetIdsAscend } from './countRecords.js';
import { type Engine, isOutOfMemory } from './duckdb/open.js';
import { directRelation, parquetRows, type Relation } from './duckdb/relations.js';
import { hasTranslatedTypes } from './eventTypes.js';
import { guess, isNotClean, type NotClean, nullWordsIn, READER_FAULT } from './guess.js';
import { resolveUsers } from './identity.js';

/** Why a job cannot be done fast, whatever its logs hold; undefined if it may be. */
const obstacle = ({ config, identity, asOf }: Job): string | undefined => {
  if (asOf === undefined && asOfComesFirst(config.features)) return 'as-of comes first';
  if (config.exclude?.fasterThanHuman) return 'sessions are excluded';
  return identity && leavesRowsOut(config) ? 'who is left out has no say in who is who' : undefined;
};

/** Logs larger than this, in bytes, are read twice instead of listing every event: then memory grows with users alone. */
const LISTED_BYTES = 2e9;

/** Typical bytes of a row of a log as CSV, and in memory of 64 bits listed for it, as measured. */
const [ROW_BYTES, LISTED] = [125, 20];

/**
 * What there is room to list for every event: lists cannot spill, and take at most half of the memory. Rows that
 * are not used have no user to list their ids by.
 */
const roomFor = async (engine: Engine, { logs, config, asOf }: Job, copies: Copies, rows: Relation): Promise<Lists> => {
  const bytes = await Promise.all(
    logs.map(async (log, i) => {
      if (log.format === 'parquet') return (await parquetRows(engine, log)) * ROW_BYTES;
      const files = copies[i]?.paths ?? [log.path];
      return sum(await Promise.all(files.map(async (path) => (await stat(path)).size)));
    }),
  );
  const list = (sum(bytes) / ROW_BYTES) * LISTED;
  const room = sum(bytes) <= LISTED_BYTES ? (await engine.memoryLimit()) / 2 : 0;
  const ofAll = asOf === undefined && !leavesRowsOut(config);
  const ids = ofAll && 2 * list <= room && !(await idsBeginAscendingIn(engine, logs, copies, rows));
  return { packed: list <= room, ids };
};

/** What the first aggregation finds out about a log besides its features. */
interface Account {
  /** What it listed: nothing, if memory ran out. */
  readonly lists: Lists;
  /** All rows. */
  readonly events: number;
  /** Rows that are used: the table has only these. */
  readonly used: number;
  /** Rows that belong to somebody and are later than as-of. */
  readonly later: number;
  /** Rows that `where` or `exclude` leaves out. */
  readonly excluded: number;
  readonly rejected: number;
  /** Rows with cells that cannot be read, or perhaps not. */
  readonly unreadable: number;
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
  plan: Plan,
  fateful: Fateful,
  assumed: Facts,
  lists: Lists,
  { sql, paths }: Relation,
  words: readonly string[],
): Promise<Account | NotClean> => {
  try {
    await engine.run(
      `CREATE OR REPLACE TEMP TABLE by_event AS ${byEventWithAccount(plan, assumed, lists, sql, fateful, words)}`,
      paths,
    );
  } catch (error) {
    if (!isOutOfMemory(error)) return READER_FAULT;
    return lists.packed
      ? aggregateEvents(engine, plan, fateful, assumed, NO_LISTS, { sql, paths }, words)
      : READER_FAULT;
  }
  const others = incompleteColumns(plan, assumed);
  const total = (name: string): string => `sum(${identifier(name)})::BIGINT`;
  const ofAll = [
    '#events',
    ...(['later', 'excluded', 'rejected', 'unreadable', 'words'] as const).map((of) => ACCOUNT[of]),
  ];
  const ofUsed = ['#events', ACCOUNT.incomplete, ...others.map((column) => ACCOUNT.known + column)];
  const [all = []] = await engine.rows(`SELECT ${ofAll.map(total).join(', ')} FROM by_event`);
  await engine.run('DELETE FROM by_event WHERE user_id IS NULL');
  const [row = []] = await engine.rows(`SELECT ${ofUsed.map(total).join(', ')}, epoch_us(max("#last")) FROM by_event`);
  const [events = 0, later = 0, excluded = 0, rejected = 0, unreadable = 0, worded = 0] = all.map(Number);
  const [used = 0, incomplete = 0, ...known] = row.slice(0, -1).map(Number);
  const { complete, empty } = factsFrom(others, known, used);
  const facts: Facts = { ...assumed, complete: new Set([...assumed.complete, ...complete]), empty };
  const latest = words.length === 0 ? 0 : await count(engine, usersOfWords(plan, words));
  const counts = { events, used, later, excluded, rejected, unreadable, words: worded + latest, incomplete };
  return { lists, ...counts, facts, last: row.at(-1) };
};

/** Frees the memory of what `by_event` lists in a column, once no longer needed. */
const dropColumn = (engine: Engine, column: string): Promise<void> =>
  engine.run(`ALTER TABLE by_event DROP COLUMN IF EXISTS ${identifier(column)}`);

/** Whether all event types are ours under our own names, or no names for ours at all, in a log that was read as if they were. */
const typesAreOurs = async (engine: Engine, { logs, plan }: Job, rows: Relation): Promise<boolean> => {
  const [sums = []] = await engine.rows(typeCounts(plan));
  const [events, explained] = sums.map(Number);
  return events === explained || !(await hasTranslatedTypes(engine, logs, rows));
};

/**
 * Makes `by_event` and `by_session` as if the log were clean, and finds out whether it is.
 *
 * @param copies those of logs that the engine cannot read as they are
 */
export const readFast = async (engine: Engine, job: Job, copies: Copies): Promise<Aggregated | NotClean> => {
  const { logs } = job;
  const why = obstacle(job);
  if (why !== undefined) return { notClean: why };
  if (copies.some((copy) => copy !== undefined && copy.faults.length + copy.lossy > 0)) {
    return { notClean: 'records cannot be copied' };
  }
  const sample = await guess(engine, job, copies);
  if (isNotClean(sample)) return sample;
  // To look for null words in every cell takes a third longer, for names of types a sixth; that there are none is proved
  // more cheaply.
  const { facts: guessed, look } = sample;
  const words = look.words ? [] : nullWordsIn(logs);
  // A null word is found in text alone.
  const values = look.words ? undefined : columnsOfValues(logs, job.numbers);
  const plan: Plan = { ...job.plan, rules: { ...job.plan.rules, values } };
  const direct = directRelation(logs, job.numbers, look, copies, values);
  const source = job.identity ? await resolveUsers(engine, direct, job.asOf).catch(() => undefined) : direct;
  if (source === undefined) return READER_FAULT;
  if (job.identity && (await count(engine, identitiesOfWords(words))) > 0) return { notClean: 'there are null words' };
  const fateful = await fatefulOf(engine, job, direct);
  if (isNotClean(fateful)) return fateful;
  const fated: Relation = { sql: withFates(source.sql, fateful, words), paths: source.paths };
  const room = await roomFor(engine, job, copies, direct);
  const [aggregation, ...settled] = await Promise.allSettled([
    aggregateEvents(engine, plan, fateful, guessed, room, fated, words),
    ...logs.map((log, i) => countRecords(engine, log, copies[i], words, job.watch)),
  ]);
  if (aggregation.status === 'rejected') throw aggregation.reason;
  const first = aggregation.value;
  if (isNotClean(first)) return first;
  const scans = settled.map((found) => (found.status === 'fulfilled' ? found.value : { records: 0, regular: false }));
  const read = sum(scans.map(({ records, regular }) => (regular ? records : NaN)));
  if (first.events !== read || typeof first.last !== 'bigint') return { notClean: 'rows are missing' };
  if (first.unreadable > 0) return { notClean: 'cells cannot be read' };
  if (first.words > 0) return { notClean: 'there are null words' };
  if (!look.names && !(await typesAreOurs(engine, job, source))) return { notClean: 'event types have other names' };
  // If the guess was wrong, no column is known to be complete, and of the devices only a few names.
  const unguessed: Facts = { ...NO_FACTS, devices: guessed.devices };
  const found =
    first.incomplete === 0 ? first : await aggregateEvents(engine, plan, fateful, unguessed, room, fated, words);
  if (isNotClean(found)) return found;
  const { facts, lists } = found;
  if (plan.rules.columns.includes('event_id')) {
    if (!facts.complete.has('event_id')) return { notClean: 'some events have no id' };
    if (!idsAscend(logs, scans) && (lists.ids || !(await parquetIdsAscend(engine, logs, direct, words)))) {
      const cells = lists.ids ? undefined : source.sql;
      const repeated = await count(engine, repeatedIds(cells, words), lists.ids ? [] : source.paths);
      if (repeated > 0) return { notClean: 'an event may be there twice' };
    }
  }
  await dropColumn(engine, IDS);
  const { used, later, excluded, rejected } = found;
  const aside = await readAside(engine, job, fateful, look, scans, { read, rejected, excluded });
  if (isNotClean(aside)) return aside;
  // Events that were packed by a guess serve if they would be packed the same way now that the log is known.
  const assumed = found === first ? guessed : unguessed;
  const listed = lists.packed ? packedSessionEvents(plan, assumed) : undefined;
  const packed = listed?.of === packedSessionEvents(plan, facts)?.of ? listed : undefined;
  const rows = used === read ? source.sql : `(SELECT * FROM ${fated.sql} WHERE user_id IS NOT NULL)`;
  const asOf = job.asOf ?? first.last;
  const { paths } = source;
  job.watch?.phase(2, PHASES[2]);
  const withDevices = await aggregateSessions(engine, plan, facts, asOf, { rows, paths, packed });
  await dropColumn(engine, PACKED_EVENTS);
  const isNamed = withDevices.devices.length > 0 || !plan.rules.columns.includes('device');
  if (!isNamed && words.length > 0 && (await count(engine, devicesOfWords(source.sql, words), paths)) > 0) {
    return { notClean: 'there are null words' };
  }
  const withoutUser = read - used - rejected - excluded - later;
  return {
    accounts: { read, used, rejected, duplicate: 0, withoutUser, excluded, later },
    faults: aside.faults,
    unreadable: [],
    sharedIds: 0,
    translated: look.names,
    facts: aside.extend(withDevices),
    asOf,
    rows,
    all: rejected + excluded === 0 ? source.sql : placedRows(source.sql, fateful),
    left: aside.left,
    paths,
  };
};
