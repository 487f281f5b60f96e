/** What the columns of a file hold: how many cells are known, how many differ, and a sample of them. */
import { nobodyWords } from '../catalogue/customs.js';
import { NULL_WORDS } from '../catalogue/sources.js';
import type { SourceName } from '../catalogue/sources.js';
import type { Engine } from '../engine/duckdb/open.js';
import { cellsRelation, parquetReader, type Relation } from '../engine/duckdb/relations.js';
import type { Log } from '../intake/bind.js';
import { shapeOf } from '../intake/csvShape.js';
import { locate } from '../intake/locate.js';
import { openTable } from '../intake/recognise.js';
import { NOT_UTF8, RAGGED, Unreadable, walkRecords } from '../intake/records.js';
import { scanFile } from '../intake/scan.js';
import { duckdb } from '../sql/duckdb.js';
import { isNullWord } from '../sql/reading.js';
import { shown } from '../text/printable.js';
import { refuseEncoding } from './encoding.js';
import { looksLikeData } from './header.js';

/** A column of a file. */
export interface Column {
  readonly name: string;
  /** Cells that are neither empty nor a null word. */
  readonly known: number;
  /** Of these, cells that are words for nobody, such as `-`. */
  readonly nobody?: number | undefined;
  /** Different known cells; about so many in a large file. */
  readonly distinct: number;
  /** Different known cells of a sample of the rows, the most frequent first. */
  readonly values: readonly string[];
}

/** The first cells of a column, as messages show them. */
export const firstCells = ({ values }: Pick<Column, 'values'>): string => values.slice(0, 2).map(shown).join(', ');

/** A file and its columns. */
export interface Profile {
  /** The name that messages use. */
  readonly name: string;
  readonly log: Log;
  readonly rows: number;
  readonly columns: readonly Column[];
  /** The source that seems to have exported it; its columns are not looked at. */
  readonly source?: SourceName | undefined;
  /** False if the first line is an event already. */
  readonly hasHeader: boolean;
  /** True if rows have fewer cells than the header, or empty surplus ones. */
  readonly isRagged: boolean;
  /** True if the engine can read the file as it is; otherwise it may lose rows without a word. */
  readonly isRegular: boolean;
}

/** How files are opened. */
export interface Opening {
  readonly engine: Engine;
  readonly scratch: string;
  readonly stdin: NodeJS.ReadableStream;
  readonly delimiter?: string | undefined;
}

/** About so many rows are sampled, different cells kept of each column, and columns looked at. */
const [SAMPLED, KEPT, COLUMNS] = [50_000, 400, 200];

/** Records that are checked for their number of cells, and the share of ragged ones that is no accident. */
const [CHECKED, OFTEN] = [5000, 0.01];

/** Of the first records of a log: how many are ragged, and how many are not UTF-8. */
const checkedFaults = async (
  { path, delimiter, header }: Log,
  fill: boolean,
): Promise<{ readonly records: number; readonly ragged: number; readonly notUtf8: number }> => {
  let [records, ragged, notUtf8] = [0, 0, 0];
  try {
    for await (const batch of walkRecords(path, delimiter, { fields: header.length, fill })) {
      for (const { fault } of batch) {
        records += 1;
        if (fault?.startsWith(RAGGED)) ragged += 1;
        if (fault === NOT_UTF8) notUtf8 += 1;
      }
      if (records >= CHECKED) break;
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
  }
  return { records, ragged, notUtf8 };
};

/** True if many rows end early, or late with empty cells. @throws Failure `data` if many are not UTF-8 */
const isRagged = async (log: Log): Promise<boolean> => {
  if (log.format !== 'csv') return false;
  const { records, ragged, notUtf8 } = await checkedFaults(log, false);
  refuseEncoding(log.name, notUtf8, records);
  return ragged > records * OFTEN && (await checkedFaults(log, true)).ragged <= records * OFTEN;
};

/** True if the engine can read a log as it is. */
const isRegular = async (log: Log): Promise<boolean> =>
  log.format === 'csv' ? (await scanFile(log.path, shapeOf(log))).regular : log.format === 'parquet';

/** What is counted of all cells: rows, then of each column how many are filled, and about how many differ. */
const countsOf = async (engine: Engine, { sql, paths }: Relation, columns: number): Promise<number[]> => {
  const of = Array.from({ length: columns }, (_, i) => `count(v${i}), approx_count_distinct(v${i})`);
  const [counts = []] = await engine.rows(`SELECT count(*), ${of.join(', ')} FROM ${sql}`, paths);
  return counts.map(Number);
};

/** The cells of a log with their counts: read as it is if the engine can, otherwise from a copy. */
const cellsOf = async (
  engine: Engine,
  log: Log,
  index: number,
  { scratch, direct }: { readonly scratch: string; readonly direct: boolean },
): Promise<{ readonly cells: Relation; readonly counts: readonly number[] }> => {
  const columns = log.columns.size;
  if (direct) {
    const cells = cellsRelation(log, undefined);
    // A file that is not clean makes the engine stop, somewhere.
    const counts = await countsOf(engine, cells, columns).catch(() => undefined);
    if (counts !== undefined) return { cells, counts };
  }
  const cells = cellsRelation(log, log.format === 'parquet' ? undefined : await locate(log, index, scratch));
  return { cells, counts: await countsOf(engine, cells, columns) };
};

/** What the columns hold: exactly, or by a sample of the rows if there are many. */
const columnsOf = async (
  engine: Engine,
  names: readonly string[],
  { cells: { sql, paths }, counts }: Awaited<ReturnType<typeof cellsOf>>,
): Promise<{ rows: number; columns: Column[] }> => {
  const [rows = 0] = counts;
  const cells = names.map((_, i) => `CASE WHEN NOT ${isNullWord(duckdb, `v${i}`, NULL_WORDS)} THEN v${i} END AS v${i}`);
  const every = Math.ceil(rows / SAMPLED);
  // The same rows on every machine, in whatever order they are read.
  const picked = every <= 1 ? '' : `WHERE hash(${names.map((_, i) => `v${i}`).join(', ')}) % ${every} = 0`;
  await engine.run(`CREATE OR REPLACE TEMP TABLE sampled AS SELECT ${cells.join(', ')} FROM ${sql} ${picked}`, paths);
  const inSample = names.map((_, i) => `count(v${i}), count(DISTINCT v${i})`);
  const [sample = []] = await engine.rows(`SELECT count(*), ${inSample.join(', ')} FROM sampled`);
  const [sampled = 0, ...found] = sample.map(Number);
  const inAll = (n: number): number => (every <= 1 ? n : Math.round((n / Math.max(1, sampled)) * rows));
  const columns: Column[] = [];
  for (const [i, name] of names.entries()) {
    const values = await engine.rows(
      `SELECT left(v${i}, 300) AS v, count(*) FROM sampled WHERE v${i} IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v LIMIT ${KEPT}`,
    );
    const [known = 0, distinct = 0] = [found[2 * i], found[2 * i + 1]];
    const nobody = values.filter(([value]) => nobodyWords.has(String(value)));
    columns.push({
      name,
      known: inAll(known),
      nobody: inAll(nobody.reduce((sum, [, n]) => sum + Number(n), 0)),
      distinct: every <= 1 ? distinct : Math.max(distinct, counts[2 * i + 2] ?? 0),
      values: values.map(([value]) => String(value)),
    });
  }
  return { rows, columns };
};

/** Opens a file and looks at its columns, unless the source that exported it says what they are. */
export const profileOf = async (input: string, index: number, opening: Opening): Promise<Profile> => {
  const { engine, scratch, stdin, delimiter } = opening;
  const options = { scratch, stdin, delimiter, parquet: parquetReader(engine) };
  const first = await openTable(input, index, options);
  const hasHeader = first.log.format !== 'csv' || !looksLikeData(first.log.header);
  const { log, source } = hasHeader
    ? first
    : await openTable(
        input,
        index,
        options,
        first.log.header.map((_, i) => `column_${i + 1}`),
      );
  const plain = {
    name: log.name,
    log,
    source,
    hasHeader,
    isRagged: await isRagged(log),
    isRegular: await isRegular(log),
  };
  if (source !== undefined) return { ...plain, rows: 0, columns: [] };
  const bound = new Map([...log.columns].slice(0, COLUMNS));
  const bounded = { ...log, columns: bound };
  const filled = plain.isRagged ? { ...bounded, reading: { ...log.reading, raggedRows: 'fill' as const } } : bounded;
  if (bound.size === 0) return { ...plain, rows: 0, columns: [] };
  return {
    ...plain,
    ...(await columnsOf(
      engine,
      [...bound.keys()],
      await cellsOf(engine, filled, index, { scratch, direct: plain.isRegular }),
    )),
  };
};
