/** Finds our columns in a log by the names that the log uses for them. */
import type { Reading } from '../config/settings.js';
import { ANONYMOUS_ID, REQUIRED_COLUMNS } from '../model.js';
import type { LogFormat } from './format.js';
import type { LineSplitter } from './lines.js';
import { bad, twiceInHeader } from './refuse.js';

/** Our name for the column that holds the URL of a page view. */
export const PAGE = '#page';

/** Our name for the column that links an anonymous id to a user, in logs with one column for both. */
export const ALIAS = '#alias';

const WHERE = '#where ';

/** Our name for a column of theirs that `where` looks at. */
export const whereColumn = (theirs: string): string => `${WHERE}${theirs}`;

/** True of our name for a column that `where` looks at. */
export const isWhere = (column: string): boolean => column.startsWith(WHERE);

const KEY = '#key ';

/** Our name for the nth part of a row key. */
const keyColumn = (nth: number): string => `${KEY}${nth}`;

const TIME = '#time ';

/** True of our name for a part of a timestamp that stands in several columns. */
export const isTimePart = (column: string): boolean => column.startsWith(TIME);

/** The columns of theirs that a name such as `Date + Time` joins; undefined if it is the name of one. */
const joined = (theirs: readonly string[]): string[] | undefined => {
  const [name = '', ...others] = theirs;
  const parts = name.split(' + ');
  return others.length === 0 && parts.length > 1 ? parts : undefined;
};

/** True of the name of a part of a row key. */
export const isKey = (column: string): boolean => column.startsWith(KEY);

/** True of our name for a column that only serves to read a row: no feature can name it. */
export const isHidden = (column: string): boolean => column.startsWith('#');

/** Where a cell is: a column by its position, or a place within the JSON that the column holds. */
export interface CellPath {
  /** Position of the column in the header; for JSON lines, the number of this place among all places. */
  readonly at: number;
  /** The keys that lead to the cell within the JSON of the column. */
  readonly within?: readonly string[];
}

/** The columns of a Parquet file. */
export interface ParquetHeader {
  readonly names: readonly string[];
  /** The type of each column, as the engine calls it. */
  readonly types: readonly string[];
  /** Columns of bytes that the file does not call text. `isId`: always 16 bytes. */
  readonly blobs: readonly { readonly at: number; readonly isId: boolean }[];
}

/** What opening a Parquet file needs of the engine. */
export interface ParquetReader {
  /** The columns of a file. @throws any error if it is no Parquet file */
  readonly header: (path: string) => Promise<ParquetHeader>;
  /** Whether every value of a column of bytes is text in UTF-8. @throws any error if its data is damaged */
  readonly isText: (path: string, header: ParquetHeader, at: number) => Promise<boolean>;
}

/** An opened input: a plain file on disk whose columns are bound. */
export interface Log {
  /** The name that messages use: as the user gave it, or "standard input" for `-`. */
  readonly name: string;
  /** Where its bytes are: the file itself, or a copy if it was compressed or came through a pipe. */
  readonly path: string;
  readonly format: LogFormat;
  /** True if it is one JSON array. */
  readonly isArray: boolean;
  /** How its lines are split, if it is an access log. */
  readonly splitter?: LineSplitter | undefined;
  readonly delimiter: string;
  /** True if the delimiter was found in the header rather than given. */
  readonly guessed: boolean;
  /** Names in the header or in `events.header`, in file order; for JSON lines, the keys of the first lines. */
  readonly header: readonly string[];
  /** Our column name -> its places in the file, for the columns that are used. The first known cell counts. */
  readonly columns: ReadonlyMap<string, readonly CellPath[]>;
  /** Columns that are not used. */
  readonly ignored: readonly string[];
  /** What the file itself says of its columns, if it is Parquet. */
  readonly parquet?: ParquetHeader;
  /** How the bytes of a Parquet column are read, by its position, for columns that the file does not call text. */
  readonly blobs: ReadonlyMap<number, 'text' | 'bytes'>;
  /** How it is read. */
  readonly reading: Reading;
  /** Columns that were found by a name in another case or with blanks around it: theirs, as it was asked for. */
  readonly respelled: readonly string[];
  /** True if the header's line ends in CR LF. */
  readonly crlf: boolean;
  /** What has happened to the file since it was opened: a log can be written while it is read. */
  readonly since: () => Promise<'nothing' | 'growth' | 'loss'>;
}

/** The words of a reading that stand for unknown values. */
export type Words = Pick<Reading, 'unknown' | 'unknownIn'>;

/** All words that stand for unknown values in a log, whatever the column. */
export const nullWordsOf = ({ reading }: { readonly reading: Words }): string[] => [
  ...reading.unknown,
  ...Object.values(reading.unknownIn).flat(),
];

/** How the inputs of one reading are opened. */
export interface IntakeOptions {
  readonly reading: Reading;
  /** Columns of ours that are read if the log has them. */
  readonly wanted: readonly string[];
  /** Those that some log must have, since a feature of the project reads them. */
  readonly needed: readonly string[];
  /** From the command line; it serves where the header shows none. */
  readonly delimiter?: string | undefined;
  /** Folder for copies. */
  readonly scratch: string;
  readonly stdin: NodeJS.ReadableStream;
  readonly parquet: ParquetReader;
}

const listOf = (theirs: string | readonly string[] | undefined): readonly string[] =>
  theirs === undefined ? [] : [theirs].flat();

/** The names that one of our columns can have in a log of a reading. */
export const theirsOf = (ours: string, { columns }: Reading): readonly string[] =>
  listOf(Object.hasOwn(columns, ours) ? columns[ours] : ours);

/** Whether a log must have a column of ours, according to its reading. */
const isRequired = (column: string, { type }: Reading): boolean => column !== 'event_type' || type === undefined;

/** The columns of ours that a reading asks for, with the names that each can have in the log. */
const asked = ({ reading, wanted }: Pick<IntakeOptions, 'reading' | 'wanted'>): Map<string, readonly string[]> => {
  const { identity, pages, where, id } = reading;
  const plain = [...REQUIRED_COLUMNS, ...wanted].filter(
    (column) => isRequired(column, reading) && (id === undefined || column !== 'event_id'),
  );
  return new Map([
    ...plain.map((column) => [column, theirsOf(column, reading)] as const),
    ...(identity === undefined ? [] : ([[ANONYMOUS_ID, listOf(identity.column)]] as const)),
    ...(identity?.alias === undefined ? [] : ([[ALIAS, listOf(identity.alias)]] as const)),
    ...(pages === undefined ? [] : ([[PAGE, listOf(pages.column)]] as const)),
    ...where.map(({ column }) => [whereColumn(column), [column]] as const),
    ...(id === undefined || id === 'all' ? [] : id.map((column, i) => [keyColumn(i), [column]] as const)),
  ]);
};

/** Most dots in a name that are read both ways, as part of a key and between keys: each doubles the readings. */
const MOST_DOTS = 6;

/** The ways to read a name with dots, as one key or as keys of nested objects; fewest keys first. */
const readings = (name: string): string[][] => {
  const dots = [...name.matchAll(/\./g)];
  if (dots.length > MOST_DOTS) return [[name], name.split('.')];
  return [
    [name],
    ...dots.flatMap(({ index }) => readings(name.slice(index + 1)).map((rest) => [name.slice(0, index), ...rest])),
  ];
};

const folded = (name: string): string => name.trim().toLowerCase();

/** A name as the header spells it: exactly, or else ignoring case and blanks around it if only one name is so alike. */
const spelledIn = (header: readonly string[], name: string): string | undefined => {
  if (header.includes(name)) return name;
  const alike = [...new Set(header.filter((own) => folded(own) === folded(name)))];
  return alike.length === 1 ? alike[0] : undefined;
};

/** The places of `theirs` in a log: the column of that name, or within the JSON of the column named by its first key. */
const placesOf = (theirs: string, { name, format, header }: Named): CellPath[] => {
  if (format === 'ndjson') return readings(spelledIn(header, theirs) ?? theirs).map((within) => ({ at: 0, within }));
  const found = readings(theirs).flatMap(([first = '', ...rest]): CellPath[] => {
    const spelled = spelledIn(header, first);
    if (spelled === undefined) return [];
    const at = header.indexOf(spelled);
    if (header.includes(spelled, at + 1)) throw bad(`${name}:1`, twiceInHeader(spelled));
    return [rest.length === 0 ? { at } : { at, within: rest }];
  });
  const column = found.find(({ within }) => within === undefined);
  return column ? [column] : found;
};

/** Places in JSON lines, numbered after those that are bound already. */
const numbered = (places: readonly CellPath[], bound: ReadonlyMap<string, readonly CellPath[]>): CellPath[] => {
  const taken = [...bound.values()].flat().length;
  return places.map((place, i) => ({ ...place, at: taken + i }));
};

/** The places of everything in a row, for a row key of all cells. */
const wholeRow = ({ format, header }: Named): CellPath[] =>
  format === 'ndjson' ? [{ at: 0, within: [] }] : header.map((_, at) => ({ at }));

/** The places of our columns. @throws Failure `data` if a column that is used appears twice in the header */
export const bindColumns = (
  log: Named,
  options: Pick<IntakeOptions, 'reading' | 'wanted'>,
): Map<string, CellPath[]> => {
  const bound = new Map<string, CellPath[]>();
  const bind = (ours: string, places: readonly CellPath[]): void => {
    if (places.length > 0) bound.set(ours, log.format === 'ndjson' ? numbered(places, bound) : [...places]);
  };
  for (const [ours, theirs] of asked(options)) {
    const parts =
      ours === 'timestamp' && spelledIn(log.header, theirs[0] ?? '') === undefined ? joined(theirs) : undefined;
    if (parts !== undefined) {
      for (const [i, part] of parts.entries()) bind(`${TIME}${i}`, placesOf(part, log));
      continue;
    }
    bind(
      ours,
      theirs.flatMap((one) => placesOf(one, log)),
    );
  }
  if (options.reading.id === 'all') {
    for (const [i, place] of wholeRow(log).entries()) bind(keyColumn(i), [place]);
  }
  return bound;
};

/** The places of columns under the names that the log itself gives them. */
export const bindByOwnNames = (log: Named, names: readonly string[]): Map<string, CellPath[]> => {
  const bound = new Map<string, CellPath[]>();
  for (const name of names) {
    const places = placesOf(name, log);
    bound.set(name, log.format === 'ndjson' ? numbered(places, bound) : places);
  }
  return bound;
};

/** What binding needs to know about a log. */
export type Named = Pick<Log, 'name' | 'format' | 'header'>;

/** The names of the log that differ in case or blanks from those that were asked for. */
export const respelledIn = ({ header }: Named, options: Pick<IntakeOptions, 'reading' | 'wanted'>): string[] => {
  const found = [...asked(options).values()].flat().flatMap((theirs) => {
    const spelled = spelledIn(header, theirs);
    return spelled === undefined || spelled === theirs ? [] : [`${spelled} as ${theirs}`];
  });
  return [...new Set(found)];
};

/** The names of theirs that a reading mentions besides its columns. */
export const sourceNames = ({ identity, pages, where, id }: Reading): string[] => [
  ...listOf(identity?.column),
  ...listOf(identity?.alias),
  ...listOf(pages?.column),
  ...where.map(({ column }) => column),
  ...(id === 'all' ? [] : listOf(id)),
];

/** True if a log has one of these columns of theirs. JSON lines have no header, so the keys that were found count. */
export const hasAny = (theirs: readonly string[], log: Named): boolean =>
  theirs.some((one) =>
    log.format === 'ndjson' ? spelledIn(log.header, one) !== undefined : placesOf(one, log).length > 0,
  );

/** The columns that a log lacks: ours, with the names that each could have. */
export const missingColumns = (log: Named, reading: Reading): Map<string, readonly string[]> => {
  const { identity, where, id } = reading;
  const needed = new Map<string, readonly string[]>([
    ...REQUIRED_COLUMNS.filter((column) => isRequired(column, reading)).map(
      (column) =>
        [column, [...theirsOf(column, reading), ...(column === 'user_id' ? listOf(identity?.column) : [])]] as const,
    ),
    ...where.map(({ column }) => [column, [column]] as const),
    ...(id === undefined || id === 'all' ? [] : ([['events.id', id]] as const)),
  ]);
  const isThere = (theirs: readonly string[]): boolean =>
    hasAny(theirs, log) || joined(theirs)?.every((part) => hasAny([part], log)) === true;
  return new Map([...needed].filter(([, theirs]) => !isThere(theirs)));
};

/** True if some log has a column of ours. */
export const hasColumn = (ours: string, log: Named & Pick<Log, 'reading'>): boolean =>
  hasAny(theirsOf(ours, log.reading), log);
