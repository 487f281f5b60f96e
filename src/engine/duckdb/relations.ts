/** How the engine reads opened logs: relations that have their cells as text, by our column names. */
import type { CellPath, Log, ParquetReader } from '../../intake/bind.js';
import type { Located } from '../../intake/locate.js';
import { areOf, isNumber, isTextless, isTime, parquetColumn } from '../../intake/parquetTypes.js';
import { damaged } from '../../intake/refuse.js';
import { type Look, readRows } from '../../sql/reading.js';
import { valueCell } from '../../sql/cells.js';
import { duckdb } from '../../sql/duckdb.js';
import { typedInstant } from '../../sql/instants.js';
import { identifier, literal } from '../../sql/text.js';
import { type Engine, isDataFault } from './open.js';

/** A relation. */
export interface Relation {
  readonly sql: string;
  /** Values for $1, $2 ... of `sql`. */
  readonly paths: readonly string[];
}

/** Bytes that the reader takes at a time, at least two of the longest lines. Its default is larger, which slows a sample. */
const BUFFER = 4 << 20;

/**
 * The reader with nothing left to guess: line ends, for example, can be guessed from inside a quoted cell.
 *
 * @param path one, or a list
 */
const readCsv = (
  path: string,
  shape: { columns: number; delimiter: string; header: boolean; crlf: boolean },
): string => {
  const columns = Array.from({ length: shape.columns }, (_, i) => `'c${i}': 'VARCHAR'`);
  return `read_csv(${path}, auto_detect = false, header = ${shape.header}, delim = ${literal(shape.delimiter)}, quote = '"', escape = '"',
    new_line = '${shape.crlf ? String.raw`\r\n` : String.raw`\n`}', hive_partitioning = false, buffer_size = ${BUFFER}, columns = {${columns.join(', ')}})`;
};

/** Parquet with its columns called c0, c1 ..., so that no name of theirs can clash with one of ours. */
const readParquet = (path: string, columns: number): string =>
  `read_parquet(${path}, hive_partitioning = false) AS parquet(${Array.from({ length: columns }, (_, i) => `c${i}`).join(', ')})`;

/** A path escaped so that the engine does not read it as a pattern. */
export const literalPath = (path: string): string => path.replaceAll(/[[*?]/g, '[$&]');

/** A Parquet file of our own, read back. */
export const ownParquet = (path: string): string => `read_parquet(${literal(literalPath(path))})`;

/** The JSON pointer (RFC 6901) that follows these keys. */
const pointer = (keys: readonly string[]): string =>
  keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** What stands under a key of a list of `{ key, value }`, as Google Analytics has it: the one of its types that is known. */
const parameter = (list: string, key: string): string => {
  const entries = `list_filter(${list}::JSON[], lambda one: json_extract_string(one, '/key') = ${literal(key)})`;
  const value = `json_extract(${entries}[-1], '/value')`;
  const typed = `list_filter(json_extract(${value}, '$.*'), lambda one: json_type(one) <> 'NULL')[1]`;
  return `CASE json_type(${value}) WHEN 'OBJECT' THEN ${typed} ELSE ${value} END`;
};

/** The text within the JSON of a column, which may be text itself, or nested columns of Parquet; NULL if it is broken. */
const within = (column: string, keys: readonly string[]): string => {
  const [key = '', ...rest] = keys;
  const at = (json: string): string => {
    const direct = `json_extract_string(${json}, ${literal(pointer(keys))})`;
    if (/^\d+$/.test(key)) return direct;
    const listed = `json_extract_string(${parameter(json, key)}, ${literal(pointer(rest))})`;
    return `CASE json_type(${json}) WHEN 'ARRAY' THEN ${listed} ELSE ${direct} END`;
  };
  return `CASE
      WHEN typeof(${column}) NOT IN ('VARCHAR', 'JSON') THEN ${at(`to_json(${column})`)}
      WHEN json_valid(${column}::VARCHAR) THEN TRY(${at(`${column}::VARCHAR`)}) END`;
};

/** Bytes that are not text: a UUID if there are 16, else hexadecimal digits. */
const hexText = (column: string): string => {
  const uuid = String.raw`regexp_replace(lower(hex(${column})), '(.{8})(.{4})(.{4})(.{4})(.{12})', '\1-\2-\3-\4-\5')`;
  return `CASE octet_length(${column}) WHEN 16 THEN ${uuid} ELSE lower(hex(${column})) END`;
};

/** A column of Parquet as text. */
const parquetText = ({ blobs }: Log, at: number): string => {
  const column = `c${at}`;
  const blob = blobs.get(at);
  if (blob === undefined) return `${column}::VARCHAR`;
  return blob === 'text' ? `decode(${column})` : hexText(column);
};

/** The cell at a place, as text, NULL if it is empty. `shift`: columns in front of those of the log. */
const cellAt = (log: Log, place: CellPath, shift: number): string => {
  const column = `c${place.at + shift}`;
  // Cells within JSON lines have become columns of the located copy.
  if (place.within !== undefined && log.format !== 'ndjson') return `nullif(${within(column, place.within)}, '')`;
  if (log.format !== 'parquet') return column;
  const text = parquetText(log, place.at);
  return areOf(log, [place], isTextless) ? text : `nullif(${text}, '')`;
};

/** The name of a column that is the instant of a row already. */
const INSTANT = '#instant';

/** The instant of a row of Parquet, if a column holds it as such. */
const typedInstantOf = (log: Log): string | undefined => {
  const found = parquetColumn(log, 'timestamp');
  return found && isTime(found.type) ? typedInstant(`c${found.at}`, found.type, log.reading.timezone) : undefined;
};

const EVERYTHING: Look = { words: true, names: true };

/** The values of some columns of a log, where it has these. */
const valuesIn = (log: Log, wanted: ReadonlySet<string>): string[] =>
  [...wanted].flatMap((column) => {
    const found = parquetColumn(log, column);
    return found === undefined ? [] : [`c${found.at} AS ${valueCell(column)}`];
  });

/** The rows of a log by our names; `also`: further columns of `from`, and `shift` those in front of its own. */
const rowsOf = (
  log: Log,
  file: number,
  from: string,
  numbers: ReadonlySet<string>,
  { also = [], shift = 0, look = EVERYTHING }: { also?: readonly string[]; shift?: number; look?: Look } = {},
): string => {
  const places = new Map(
    [...log.columns].map(([ours, at]) => [ours, at.map((place) => cellAt(log, place, shift))] as const),
  );
  const pointed = new Set([...log.columns].flatMap(([ours, at]) => (areOf(log, at, isNumber) ? [ours] : [])));
  const instant = typedInstantOf(log);
  if (instant !== undefined) places.set(INSTANT, [instant]);
  return readRows(duckdb, log.reading, places, from, {
    numbers,
    look,
    pointed,
    plain: new Set([INSTANT]),
    instant: instant && identifier(INSTANT),
    also: [`${file} AS "#file"`, ...also],
  });
};

/**
 * The rows of logs together.
 *
 * @param files those of each log
 * @param read the relation of a log, from the parameters that stand for its files
 */
const together = (
  logs: readonly Log[],
  files: readonly (readonly string[])[],
  read: (log: Log, i: number, path: string) => string,
): Relation => {
  const paths = files.flat().map(literalPath);
  let last = 0;
  const parameters = files.map((list) => {
    const numbered = list.map(() => `$${(last += 1)}`);
    return numbered.length === 1 ? numbered.join('') : `[${numbered.join(', ')}]`;
  });
  return { sql: `(${logs.map((log, i) => read(log, i, parameters[i] ?? '')).join(' UNION ALL BY NAME ')})`, paths };
};

/** The reader of a log as it is. */
const directly = ({ format, header, reading, delimiter, crlf }: Log, path: string): string => {
  const columns = header.length;
  const shape = { columns, delimiter, header: reading.header === undefined, crlf };
  return format === 'parquet' ? readParquet(path, columns) : readCsv(path, shape);
};

/** Columns in front of the cells of a located copy: where a record is, and what of it could not be copied. */
const LOCATED = 4;

/** The reader of a located copy. */
const copied = (log: Log, path: string): string => {
  const columns = log.format !== 'ndjson' ? log.header.length : [...log.columns.values()].flat().length;
  return readCsv(path, { columns: columns + LOCATED, delimiter: log.delimiter, header: false, crlf: false });
};

/**
 * The logs as they are: only for CSV whose lines are its records, and Parquet.
 *
 * @param copies the located copies of other logs, by their numbers
 * @param values columns of which rows have the value too, as columnsOfValues finds them
 */
export const directRelation = (
  logs: readonly Log[],
  numbers: ReadonlySet<string>,
  look: Look = EVERYTHING,
  copies: readonly (Pick<Located, 'paths'> | undefined)[] = [],
  values: ReadonlySet<string> = new Set(),
): Relation =>
  together(
    logs,
    logs.map((log, i) => copies[i]?.paths ?? [log.path]),
    (log, i, path) =>
      copies[i] === undefined
        ? rowsOf(log, i, directly(log, path), numbers, { look, also: valuesIn(log, values) })
        : rowsOf(log, i, copied(log, path), numbers, { look, shift: LOCATED }),
  );

/** A log with the place of each record: "#line" (in Parquet the number of the row), "#offset" and "#length". */
const locatedLog = (log: Log, i: number, path: string, numbers: ReadonlySet<string>): string => {
  if (log.format === 'parquet') {
    const row = ['file_row_number + 1 AS "#line"', '0::BIGINT AS "#offset"', '0::BIGINT AS "#length"'];
    return rowsOf(log, i, readParquet(path, log.header.length), numbers, {
      also: [...row, 'NULL::VARCHAR AS "#lost"'],
    });
  }
  const place = ['c0::BIGINT AS "#line"', 'c1::BIGINT AS "#offset"', 'c2::BIGINT AS "#length"', 'c3 AS "#lost"'];
  return rowsOf(log, i, copied(log, path), numbers, { also: place, shift: LOCATED });
};

/** The logs from their located copies (Parquet as it is), each row with its place. */
export const locatedRelation = (
  logs: readonly Log[],
  located: readonly Pick<Located, 'paths'>[],
  numbers: ReadonlySet<string>,
): Relation =>
  together(
    logs,
    located.map(({ paths }) => paths),
    (log, i, path) => locatedLog(log, i, path, numbers),
  );

/**
 * The cells of one log as they are, called v0, v1 ... in the order of its columns.
 *
 * @param copy its located copy, for a log that the engine cannot read as it is
 */
export const cellsRelation = (log: Log, copy: Pick<Located, 'paths'> | undefined): Relation => {
  const cells = [...log.columns.values()].map((places, i) => {
    const known = places.map((place) => cellAt(log, place, copy === undefined ? 0 : LOCATED));
    return `${known.length === 1 ? known[0] : `coalesce(${known.join(', ')})`} AS v${i}`;
  });
  return together([log], [copy?.paths ?? [log.path]], (_log, _i, path) => {
    const from = copy === undefined ? directly(log, path) : copied(log, path);
    return `(SELECT ${cells.join(', ')} FROM ${from})`;
  });
};

/** Reads what opening a Parquet file needs. */
export const parquetReader = (engine: Engine): ParquetReader => ({
  header: async (path) => {
    const values = [literalPath(path)];
    const columns = await engine.rows('DESCRIBE SELECT * FROM read_parquet($1, hive_partitioning = false)', values);
    const fixed = await engine.rows(
      "SELECT name FROM parquet_schema($1) WHERE type = 'FIXED_LEN_BYTE_ARRAY' AND type_length = '16'",
      values,
    );
    const ids = new Set(fixed.map(([name]) => String(name)));
    return {
      names: columns.map(([name]) => String(name)),
      types: columns.map(([, type]) => String(type)),
      blobs: columns.flatMap(([name, type], at) => (type === 'BLOB' ? [{ at, isId: ids.has(String(name)) }] : [])),
    };
  },
  isText: async (path, { names }, at) => {
    const all = `SELECT count(c${at}) = count(TRY(decode(c${at}))) FROM ${readParquet('$1', names.length)}`;
    return (await engine.rows(all, [literalPath(path)]))[0]?.[0] === true;
  },
});

/** Rows of a Parquet file as JSON, by their numbers from 1, in that order; only the columns `used` if others are damaged. */
export const parquetRaw = async (engine: Engine, log: Log, lines: readonly number[]): Promise<string[]> => {
  if (lines.length === 0) return [];
  const from = readParquet('$1', log.header.length);
  const read = async (columns: readonly number[]): Promise<string[]> => {
    const fields = columns.map((at) => `${literal(log.header[at] ?? '')}: ${parquetJson(log, at)}`);
    const rows = await engine.rows(
      `SELECT to_json({${fields.join(', ')}})::VARCHAR FROM ${from}
       WHERE file_row_number + 1 IN (${lines.join(', ')}) ORDER BY file_row_number`,
      [literalPath(log.path)],
    );
    return rows.map(([text]) => String(text));
  };
  const used = [...new Set([...log.columns.values()].flat().map(({ at }) => at))];
  return read([...log.header.keys()]).catch(() => read(used));
};

const parquetJson = (log: Log, at: number): string => (log.blobs.has(at) ? parquetText(log, at) : `c${at}`);

/**
 * The number of rows of a Parquet file, from its footer, independent of the row reader.
 *
 * @throws Failure `data` for a footer that is damaged
 */
export const parquetRows = async (engine: Engine, { name, path }: Pick<Log, 'name' | 'path'>): Promise<number> => {
  const sql = 'SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata($1)';
  const [row] = await engine.rows(sql, [literalPath(path)]).catch((error: unknown) => {
    throw isDataFault(error) ? damaged(name, error) : error;
  });
  return Number(row?.[0] ?? 0);
};
