/** Finds our columns in a log by the names it has for them. */
import { fitting, type SourceName, sources, type Theirs } from '../catalogue/sources.js';
import { EVENT_COLUMNS, REQUIRED_COLUMNS } from '../model.js';
import { didYouMean } from '../text/closest.js';
import type { LogFormat } from './format.js';
import { bad } from './refuse.js';

/** Where a cell is: in a column by its position, or somewhere within the JSON that such a column holds. */
export interface CellPath {
  /** Position of the column in the header; of no meaning in JSON lines, whose only column is the line. */
  readonly at: number;
  /** A JSON pointer (RFC 6901) into the column. */
  readonly within?: string;
}

/** One input, opened: a plain file on disk with a bound header. */
export interface Log {
  /** As the user named it; `-` is shown as "standard input". */
  readonly name: string;
  /** Where its bytes are: the file itself, or a copy where it came through a pipe or compressed. */
  readonly path: string;
  readonly format: LogFormat;
  readonly delimiter: string;
  /** True if the delimiter was found out from the header rather than said. */
  readonly guessed: boolean;
  /** Names in the header, in file order; of JSON lines the keys of its first lines. */
  readonly header: readonly string[];
  /** Our column name -> places in the file, of which the first known cell counts; for the columns that are used. */
  readonly columns: ReadonlyMap<string, readonly CellPath[]>;
  /** Columns that are not used. */
  readonly ignored: readonly string[];
  /** True if the header's line ends in CR LF. */
  readonly crlf: boolean;
  /** What became of the file since it was opened: a log may be written while it is read. */
  readonly since: () => Promise<'nothing' | 'growth' | 'loss'>;
}

/** How logs are to be read. */
export interface IntakeOptions {
  /** The source that the names below are from. */
  readonly from?: SourceName | undefined;
  /** Our column name -> the log's, from the configuration. */
  readonly renamed: Readonly<Record<string, Theirs>>;
  /** Columns beyond the known ones that are read where they are there. */
  readonly extra: readonly string[];
  /** Columns beyond the required ones that have to be there: a configured feature reads them. */
  readonly needed: readonly string[];
  /** Said on the command line; otherwise found out from the header. */
  readonly delimiter?: string | undefined;
  /** Folder for copies. */
  readonly scratch: string;
  readonly stdin: NodeJS.ReadableStream;
  /** The names of the columns of a Parquet file. @throws any error if it is none */
  readonly parquetHeader: (path: string) => Promise<readonly string[]>;
}

/** The names that a column of ours may have in a log. */
export const theirsOf = (ours: string, { renamed }: IntakeOptions): readonly string[] =>
  [Object.hasOwn(renamed, ours) ? (renamed[ours] ?? ours) : ours].flat();

/** A JSON pointer from keys. */
const pointer = (keys: readonly string[]): string =>
  keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The most dots of a name that may each be part of a key or stand between two: each doubles the ways to read it. */
const MOST_DOTS = 6;

/** The ways to read a name with dots: as one key, or as keys of nested objects. The fewest keys come first. */
const readings = (name: string): string[][] => {
  const dots = [...name.matchAll(/\./g)];
  if (dots.length > MOST_DOTS) return [[name], name.split('.')];
  return [
    [name],
    ...dots.flatMap(({ index }) => readings(name.slice(index + 1)).map((rest) => [name.slice(0, index), ...rest])),
  ];
};

/** The places of `theirs` in a log: the column of that name, or within the JSON of the column its first key names. */
const placesOf = (theirs: string, { name, format, header }: Named): CellPath[] => {
  if (format === 'ndjson') return readings(theirs).map((keys) => ({ at: 0, within: pointer(keys) }));
  const found = readings(theirs).flatMap(([first = '', ...rest]): CellPath[] => {
    const at = header.indexOf(first);
    if (at !== -1 && header.includes(first, at + 1))
      throw bad(`${name}:1`, `the column ${first} stands twice in the header: rename or remove one`);
    if (at === -1) return [];
    return [rest.length === 0 ? { at } : { at, within: pointer(rest) }];
  });
  const column = found.find(({ within }) => within === undefined);
  return column ? [column] : found;
};

/** Our columns by place. Used columns that stand twice in a header are refused: nobody can say which one is meant. */
export const bindColumns = (log: Named, options: IntakeOptions): Map<string, CellPath[]> => {
  const bound = new Map<string, CellPath[]>();
  const known = new Set([...Object.keys(EVENT_COLUMNS), ...Object.keys(options.renamed), ...options.extra]);
  for (const ours of known) {
    const places = theirsOf(ours, options).flatMap((theirs) => placesOf(theirs, log));
    if (places.length > 0) bound.set(ours, places);
  }
  return bound;
};

/** What binding has to know of a log. */
type Named = Pick<Log, 'name' | 'format' | 'header'>;

/** The names of a log that has none of its own beyond its lines are seen in the first of them. */
const isThere = (ours: string, log: Named, bound: ReadonlyMap<string, unknown>, options: IntakeOptions): boolean =>
  log.format === 'ndjson' ? theirsOf(ours, options).some((theirs) => log.header.includes(theirs)) : bound.has(ours);

export const requireColumns = (
  log: Named,
  bound: ReadonlyMap<string, readonly CellPath[]>,
  options: IntakeOptions,
): void => {
  const { name, header } = log;
  const missing = [...REQUIRED_COLUMNS, ...options.needed].find((column) => !isThere(column, log, bound, options));
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
