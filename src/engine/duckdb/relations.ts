/** How the engine reads opened logs: relations that have their cells as text, by our column names. */
import type { EventSettings } from '../../config/settings.js';
import type { Log, CellPath } from '../../intake/bind.js';
import type { Located } from '../../intake/locate.js';
import { identifier, literal } from '../../sql/text.js';
import type { Engine } from './open.js';

/** A relation. */
export interface Relation {
  readonly sql: string;
  /** Values for $1, $2 ... of `sql`. */
  readonly paths: readonly string[];
}

/** Bytes the reader takes at a time, at least two of the longest lines: less than it would, so that a short look is short. */
const BUFFER = 4 << 20;

/** The reader with nothing left to guess: guessed line ends, for one, may be those inside a quoted cell. */
const readCsv = (
  path: string,
  shape: { columns: number; delimiter: string; header: boolean; crlf: boolean; quote: string },
): string => {
  const columns = Array.from({ length: shape.columns }, (_, i) => `'c${i}': 'VARCHAR'`);
  return `read_csv(${path}, auto_detect = false, header = ${shape.header}, delim = ${literal(shape.delimiter)}, quote = '${shape.quote}', escape = '${shape.quote}',
    new_line = '${shape.crlf ? String.raw`\r\n` : String.raw`\n`}', hive_partitioning = false, buffer_size = ${BUFFER}, columns = {${columns.join(', ')}})`;
};

const readParquet = (path: string, more = ''): string =>
  `read_parquet(${path}, binary_as_string = true, hive_partitioning = false${more})`;

/** A path as the engine has to be told it, so that none of its characters is taken for a pattern. */
export const literalPath = (path: string): string => path.replaceAll(/[[*?]/g, '[$&]');

/** A Parquet file of our own, read back. */
export const ownParquet = (path: string): string => `read_parquet(${literal(literalPath(path))})`;

/** The text within the JSON of a column, which may be text itself, or nested columns of Parquet. */
const within = (column: string, pointer: string): string => `CASE
      WHEN typeof(${column}) NOT IN ('VARCHAR', 'JSON') THEN json_extract_string(to_json(${column}), ${literal(pointer)})
      WHEN json_valid(${column}::VARCHAR) THEN json_extract_string(${column}::VARCHAR, ${literal(pointer)}) END`;

/** The cell at a place, as text, NULL where it is empty. `shift`: columns that stand before those of the log. */
const cellAt = (log: Log, place: CellPath, pointers: readonly string[], shift: number): string => {
  if (log.format === 'ndjson') return `nullif(found[${pointers.indexOf(place.within ?? '') + 1}], '')`;
  const column = log.format === 'parquet' ? identifier(log.header[place.at] ?? '') : `c${place.at + shift}`;
  if (place.within !== undefined) return `nullif(${within(column, place.within)}, '')`;
  return log.format === 'parquet' ? `nullif(${column}::VARCHAR, '')` : column;
};

const pointersOf = (log: Log): string[] => [...log.columns.values()].flat().map(({ within: inside = '' }) => inside);

/** The cells of a log by our names: the first that is known, unless it says "unknown" in the log's own words. */
const cells = (log: Log, at: number, unknown: EventSettings['unknown'] = {}, shift = 0): string => {
  const pointers = pointersOf(log);
  const named = [...log.columns].map(([ours, places]) => {
    const [first = '', ...others] = places.map((place) => cellAt(log, place, pointers, shift));
    const known = others.length === 0 ? first : `coalesce(${[first, ...others].join(', ')})`;
    const words = Object.hasOwn(unknown, ours) ? (unknown[ours] ?? []) : [];
    return `${words.reduce((cell, word) => `nullif(${cell}, ${literal(word)})`, known)} AS ${identifier(ours)}`;
  });
  return [...named, `${at} AS "#file"`].join(', ');
};

const together = (relations: readonly string[], paths: readonly string[]): Relation => ({
  sql: `(${relations.join(' UNION ALL BY NAME ')})`,
  paths: paths.map(literalPath),
});

/** The logs as they are: only for CSV whose lines are its records, and Parquet. */
export const directRelation = (logs: readonly Log[], unknown: EventSettings['unknown']): Relation =>
  together(
    logs.map((log, i) => {
      const { delimiter, crlf } = log;
      const shape = { columns: log.header.length, delimiter, header: true, crlf, quote: '"' };
      const from = log.format === 'parquet' ? readParquet(`$${i + 1}`) : readCsv(`$${i + 1}`, shape);
      return `SELECT ${cells(log, i, unknown)} FROM ${from}`;
    }),
    logs.map((log) => log.path),
  );

/** Where each record is: "#line" (in Parquet the number of the row), and "#offset" and "#length" or "#raw". */
const locatedLog = (log: Log, i: number, unknown: EventSettings['unknown']): string => {
  const path = `$${i + 1}`;
  if (log.format === 'parquet') {
    return `SELECT ${cells(log, i, unknown)}, file_row_number + 1 AS "#line", to_json(rows)::VARCHAR AS "#raw"
      FROM ${readParquet(path, ', file_row_number = true')} AS rows`;
  }
  const place = 'c0::BIGINT AS "#line", c1::BIGINT AS "#offset", c2::BIGINT AS "#length"';
  const { delimiter } = log;
  if (log.format === 'csv') {
    const shape = { columns: log.header.length + 3, delimiter, header: false, crlf: false, quote: '"' };
    return `SELECT ${cells(log, i, unknown, 3)}, ${place} FROM ${readCsv(path, shape)}`;
  }
  const shape = { columns: 4, delimiter, header: false, crlf: false, quote: '' };
  const pointers = pointersOf(log).map(literal).join(', ');
  return `SELECT ${cells(log, i, unknown)}, ${place}
      FROM (SELECT *, json_extract_string(c3, [${pointers}]) AS found FROM ${readCsv(path, shape)})`;
};

/** The logs from their located copies (Parquet: as it is), each row with where it was. */
export const locatedRelation = (
  logs: readonly Log[],
  located: readonly Pick<Located, 'path'>[],
  unknown: EventSettings['unknown'],
): Relation =>
  together(
    logs.map((log, i) => locatedLog(log, i, unknown)),
    located.map((copy) => copy.path),
  );

/** The names of the columns of a Parquet file. */
export const parquetHeader = async (engine: Engine, path: string): Promise<string[]> =>
  (await engine.rows(`DESCRIBE SELECT * FROM ${readParquet('$1')}`, [literalPath(path)])).map(([name]) => String(name));

/** The number of rows of a Parquet file, as its footer says: not what the reader of rows comes to. */
export const parquetRows = async (engine: Engine, path: string): Promise<number> => {
  const [row] = await engine.rows('SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata($1)', [literalPath(path)]);
  return Number(row?.[0] ?? 0);
};
