/** How many records a log has, counted without the engine's reader, and whether each id is greater than the one before. */
import type { Log } from '../intake/bind.js';
import type { Located } from '../intake/locate.js';
import { shapeOf } from '../intake/csvShape.js';
import { inOneOrder } from '../intake/ascendingIds.js';
import { type FileScan, idsBeginAscending, scanFile } from '../intake/scan.js';
import { idsThatDoNotAscend } from '../sql/account.js';
import { count, type Watcher } from './aggregate.js';
import type { Copies } from './checkRows.js';
import type { Engine } from './duckdb/open.js';
import { parquetRows, type Relation } from './duckdb/relations.js';

/** True if the first cell of every line is the event_id. */
const idsComeFirst = ({ columns }: Log): boolean => {
  const [place, ...others] = columns.get('event_id') ?? [];
  return place?.at === 0 && place.within === undefined && others.length === 0;
};

/** Rows of Parquet whose ids are looked at before all of them. */
const FIRST_ROWS = 10_000;

/**
 * Whether all logs are Parquet, from which the engine can read ids alone, and each id is greater than the one before.
 *
 * @param words ids that are none
 * @param first only of so many rows
 */
export const parquetIdsAscend = async (
  engine: Engine,
  logs: readonly Log[],
  { sql, paths }: Relation,
  words: readonly string[],
  first?: number,
): Promise<boolean> => {
  if (!logs.every(({ format, columns }) => format === 'parquet' && columns.has('event_id'))) return false;
  const cells = first === undefined ? sql : `(SELECT event_id FROM ${sql} LIMIT ${first})`;
  return (await count(engine, idsThatDoNotAscend(cells, words), paths)) === 0;
};

/**
 * Whether each id is greater than the one before it at the beginning of each log, or in all of its copy.
 *
 * @param rows those of the logs together
 */
export const idsBeginAscendingIn = async (
  engine: Engine,
  logs: readonly Log[],
  copies: Copies,
  rows: Relation,
): Promise<boolean> => {
  if (await parquetIdsAscend(engine, logs, rows, [], FIRST_ROWS)) return true;
  for (const [i, log] of logs.entries()) {
    if (copies[i]?.ascending !== undefined) continue;
    if (log.format !== 'csv' || !idsComeFirst(log) || !(await idsBeginAscending(log.path, shapeOf(log)))) return false;
  }
  return true;
};

/** True if each id of `logs` is greater than the one before it, and none is a null word: then none comes twice. */
export const idsAscend = (logs: readonly Log[], scans: readonly FileScan[]): boolean =>
  inOneOrder(logs.map((log, i) => (log.format !== 'csv' || idsComeFirst(log) ? scans[i]?.ascending : undefined))) !==
  undefined;

/** The independent count of the records of a log, or of its copy. */
export const countRecords = async (
  engine: Engine,
  log: Log,
  copy: Located | undefined,
  words: readonly string[],
  watch?: Watcher,
): Promise<FileScan> => {
  if (copy !== undefined) return { records: copy.records, regular: true, ascending: copy.ascending };
  if (log.format === 'parquet') return { records: await parquetRows(engine, log), regular: true };
  return scanFile(log.path, shapeOf(log), words, watch?.rows);
};
