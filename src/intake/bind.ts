/** Finds our columns in a log by the names that the log uses for them. */
import { fitting, type SourceName, sources, type Theirs } from '../catalogue/sources.js';
import { EVENT_COLUMNS, REQUIRED_COLUMNS } from '../model.js';
import { didYouMean } from '../text/closest.js';
import type { LogFormat } from './format.js';
import { bad } from './refuse.js';

/** Where a cell is: a column by its position, or a place within the JSON that the column holds. */
export interface CellPath {
  /** Position of the column in the header; 0 in JSON lines, whose only column is the line. */
  readonly at: number;
  /** A JSON pointer (RFC 6901) into the column. */
  readonly within?: string;
}

/** An opened input: a plain file on disk whose columns are bound. */
export interface Log {
  /** The name that messages use: as the user gave it, or "standard input" for `-`. */
  readonly name: string;
  /** Where its bytes are: the file itself, or a copy if it was compressed or came through a pipe. */
  readonly path: string;
  readonly format: LogFormat;
  readonly delimiter: string;
  /** True if the delimiter was found in the header rather than given. */
  readonly guessed: boolean;
  /** Names in the header, in file order; for JSON lines, the keys of the first lines. */
  readonly header: readonly string[];
  /** Our column name -> its places in the file, for the columns that are used. The first known cell counts. */
  readonly columns: ReadonlyMap<string, readonly CellPath[]>;
  /** Columns that are not used. */
  readonly ignored: readonly string[];
  /** True if the header's line ends in CR LF. */
  readonly crlf: boolean;
  /** What has happened to the file since it was opened: a log can be written while it is read. */
  readonly since: () => Promise<'nothing' | 'growth' | 'loss'>;
}

/** How logs are to be read. */
export interface IntakeOptions {
  /** The source that the names below come from. */
  readonly from?: SourceName | undefined;
  /** Our column name -> the log's, from the configuration. */
  readonly renamed: Readonly<Record<string, Theirs>>;
  /** Further columns that are read if the log has them. */
  readonly extra: readonly string[];
  /** Further columns that the log must have, since a configured feature reads them. */
  readonly needed: readonly string[];
  /** From the command line; by default it is found in the header. */
  readonly delimiter?: string | undefined;
  /** Folder for copies. */
  readonly scratch: string;
  readonly stdin: NodeJS.ReadableStream;
  /** The names of the columns of a Parquet file. @throws any error if it is not one */
  readonly parquetHeader: (path: string) => Promise<readonly string[]>;
}

/** The names that one of our columns can have in a log. */
export const theirsOf = (ours: string, { renamed }: IntakeOptions): readonly string[] =>
  [Object.hasOwn(renamed, ours) ? (renamed[ours] ?? ours) : ours].flat();

/** The JSON pointer that follows these keys. */
const pointer = (keys: readonly string[]): string =>
  keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

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

/** The places of `theirs` in a log: the column of that name, or within the JSON of the column named by its first key. */
const placesOf = (theirs: string, { name, format, header }: Named): CellPath[] => {
  if (format === 'ndjson') return readings(theirs).map((keys) => ({ at: 0, within: pointer(keys) }));
  const found = readings(theirs).flatMap(([first = '', ...rest]): CellPath[] => {
    const at = header.indexOf(first);
    if (at !== -1 && header.includes(first, at + 1))
      throw bad(`${name}:1`, `the column ${first} appears twice in the header: rename or remove one`);
    if (at === -1) return [];
    return [rest.length === 0 ? { at } : { at, within: pointer(rest) }];
  });
  const column = found.find(({ within }) => within === undefined);
  return column ? [column] : found;
};

/** The places of our columns. @throws Failure `data` if a column that is used appears twice in the header */
export const bindColumns = (log: Named, options: IntakeOptions): Map<string, CellPath[]> => {
  const bound = new Map<string, CellPath[]>();
  const known = new Set([...Object.keys(EVENT_COLUMNS), ...Object.keys(options.renamed), ...options.extra]);
  for (const ours of known) {
    const places = theirsOf(ours, options).flatMap((theirs) => placesOf(theirs, log));
    if (places.length > 0) bound.set(ours, places);
  }
  return bound;
};

/** What binding needs to know about a log. */
type Named = Pick<Log, 'name' | 'format' | 'header'>;

/** True if a log has one of our columns. JSON lines have no header, so the keys of the first lines count. */
const hasColumn = (ours: string, log: Named, bound: ReadonlyMap<string, unknown>, options: IntakeOptions): boolean =>
  log.format === 'ndjson' ? theirsOf(ours, options).some((theirs) => log.header.includes(theirs)) : bound.has(ours);

/** Refuses a log without the columns that must be there, and suggests a name or a source. @throws Failure `data` */
export const requireColumns = (
  log: Named,
  bound: ReadonlyMap<string, readonly CellPath[]>,
  options: IntakeOptions,
): void => {
  const { name, header } = log;
  const missing = [...REQUIRED_COLUMNS, ...options.needed].find((column) => !hasColumn(column, log, bound, options));
  if (missing === undefined) return;
  const shown = header
    .slice(0, 8)
    .map((cell) => cell.slice(0, 40))
    .join(', ');
  const theirs = theirsOf(missing, options);
  const where = options.from === undefined ? 'in gesture.yaml' : `of ${options.from}`;
  const wanted = Object.hasOwn(options.renamed, missing) ? `${theirs.join(' or ')} (${missing} ${where})` : missing;
  const [source] = fitting(header);
  const advice =
    source === undefined || source === options.from
      ? `The first line must name the columns; map other names in gesture.yaml: events: { columns: { ${missing}: THEIRS } }`
      : `It looks like an export of ${source} (${sources[source].says}): read it with --from ${source}`;
  const guess = didYouMean(theirs[0] ?? missing, header) || '.';
  throw bad(
    `${name}:1`,
    `the header has no column ${wanted}; it has ${shown || 'nothing'}${header.length > 8 ? ', ...' : ''}${guess} ${advice}`,
  );
};
