/** From what a user names on the command line to logs whose columns are bound. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { fitting, type SourceName, sources, type Theirs } from '../catalogue/sources.js';
import { EVENT_COLUMNS, Failure, messageOf, REQUIRED_COLUMNS } from '../model.js';
import { didYouMean } from './closest.js';
import { bad, type Format, formatOf, landed, noInput, readHead, reasonOf, refuseForeign } from './landing.js';
import { isDiskFault } from './output.js';
import { jsonFault, Unreadable, walkLines, walkRecords } from './records.js';

/** Where a cell is: in a column by its position, or somewhere within the JSON that such a column holds. */
export interface Place {
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
  readonly format: Format;
  readonly delimiter: string;
  /** True if the delimiter was found out from the header rather than said. */
  readonly guessed: boolean;
  /** Names in the header, in file order; of JSON lines the keys of its first lines. */
  readonly header: readonly string[];
  /** Our column name -> places in the file, of which the first known cell counts; for the columns that are used. */
  readonly columns: ReadonlyMap<string, readonly Place[]>;
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

const DELIMITERS = [',', ';', '\t', '|'] as const;
const SPELLED: Readonly<Record<string, string>> = { ',': 'a comma', ';': 'a semicolon', '\t': 'a tab', '|': 'a pipe' };

const headerOf = (line: Buffer, delimiter: string): string[] => {
  try {
    return parse(line, { delimiter, bom: true, record_delimiter: ['\r\n', '\n', '\r'] })[0] ?? [];
  } catch {
    return [];
  }
};

/** The names that a column of ours may have in a log. */
const theirsOf = (ours: string, { renamed }: IntakeOptions): readonly string[] =>
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
const placesOf = (theirs: string, { name, format, header }: Named): Place[] => {
  if (format === 'ndjson') return readings(theirs).map((keys) => ({ at: 0, within: pointer(keys) }));
  const found = readings(theirs).flatMap(([first = '', ...rest]): Place[] => {
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
const bind = (log: Named, options: IntakeOptions): Map<string, Place[]> => {
  const bound = new Map<string, Place[]>();
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

const requireColumns = (log: Named, bound: ReadonlyMap<string, readonly Place[]>, options: IntakeOptions): void => {
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
      ? `The first line has to name the columns; other names are mapped in gesture.yaml: events: { columns: { ${missing}: THEIRS } }`
      : `It looks like an export of ${source} (${sources[source].says}): read it with --from ${source}`;
  throw bad(
    `${name}:1`,
    `the header has no column ${wanted}; it has ${shown || 'nothing'}${header.length > 8 ? ', ...' : ''}${didYouMean(theirs[0] ?? missing, header)}. ${advice}`,
  );
};

const firstRecord = async (name: string, path: string): Promise<{ line: Buffer; crlf: boolean }> => {
  const ends = { lf: 0, crlf: 0, blank: 0 };
  try {
    for await (const [record] of walkRecords(path, ',', undefined, ends)) {
      if (record?.fault === 'NUL byte' || record?.fault === 'not valid UTF-8')
        throw bad(name, `this is not a text file (${record.fault} in line 1)`);
      if (record) return { line: record.bytes, crlf: ends.crlf > 0 };
    }
  } catch (error) {
    if (error instanceof Unreadable) throw bad(`${name}:${error.line}`, error.message);
    throw error;
  }
  throw bad(name, 'the file holds nothing but blank lines');
};

/** An input on disk, with the names of its columns. */
type Opened = Omit<Log, 'columns' | 'ignored'>;

const sinceThen = async (path: string, then: Stats): Promise<'nothing' | 'growth' | 'loss'> => {
  const now = await stat(path).catch(() => undefined);
  if (now === undefined || now.ino !== then.ino || now.size < then.size) return 'loss';
  return now.size === then.size && now.mtimeMs === then.mtimeMs ? 'nothing' : 'growth';
};

/** The keys of an object, and of the objects in it as dotted names. */
const keysOf = (value: unknown, prefix = ''): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && prefix.split('.').length < 5
    ? Object.entries(value).flatMap(([key, inner]) => [`${prefix}${key}`, ...keysOf(inner, `${prefix}${key}.`)])
    : [];

/** Lines of JSON that are looked at for the names of its keys. */
const SAMPLED_LINES = 1000;

const ndjsonHeader = async (name: string, path: string): Promise<string[]> => {
  const keys = new Set<string>();
  let objects = 0;
  for await (const batch of walkLines(path)) {
    for (const line of batch.slice(0, SAMPLED_LINES)) {
      if (jsonFault(line) !== undefined) continue;
      objects += 1;
      for (const key of keysOf(JSON.parse(line.bytes.toString()))) keys.add(key);
    }
    break;
  }
  if (objects === 0) throw bad(`${name}:1`, 'this looks like JSON lines, but no line is an object: one object a line');
  return [...keys];
};

const csvHeader = async (
  name: string,
  path: string,
  options: IntakeOptions,
): Promise<Pick<Opened, 'delimiter' | 'guessed' | 'header' | 'crlf'>> => {
  const { line, crlf } = await firstRecord(name, path);
  const candidates = options.delimiter === undefined ? DELIMITERS : [options.delimiter];
  const headers = candidates.map((delimiter) => ({ delimiter, header: headerOf(line, delimiter) }));
  const complete = headers.find(({ header }) => {
    const bound = bind({ name, format: 'csv', header }, options);
    return REQUIRED_COLUMNS.every((column) => bound.has(column));
  });
  const { delimiter, header } = complete ??
    headers.toSorted((a, b) => b.header.length - a.header.length)[0] ?? { delimiter: ',', header: [] };
  return { delimiter, header, crlf, guessed: options.delimiter === undefined && delimiter !== ',' };
};

const openHeader = async (input: string, index: number, options: IntakeOptions): Promise<Opened> => {
  const name = input === '-' ? 'standard input' : input;
  let path: string;
  let format: Format;
  let then: Stats;
  try {
    path = await landed(input, index, options);
    then = await stat(path);
    const head = await readHead(path);
    refuseForeign(name, head);
    format = formatOf(head);
  } catch (error) {
    if (error instanceof Failure || isDiskFault(error)) throw error;
    throw noInput(name, reasonOf(error), error);
  }
  const since = (): ReturnType<Log['since']> => sinceThen(path, then);
  if (format === 'csv') return { name, path, format, since, ...(await csvHeader(name, path, options)) };
  const plain = { name, path, format, delimiter: '\t', guessed: false, crlf: false, since };
  if (format === 'ndjson') return { ...plain, header: await ndjsonHeader(name, path) };
  try {
    return { ...plain, header: await options.parquetHeader(path) };
  } catch (error) {
    throw bad(name, `the Parquet file is damaged (${messageOf(error).split('\n')[0]})`);
  }
};

const openLog = async (name: string, index: number, options: IntakeOptions): Promise<Log> => {
  const opened = await openHeader(name, index, options);
  const columns = bind(opened, options);
  requireColumns(opened, columns, options);
  const used =
    opened.format === 'ndjson'
      ? new Set([...columns.keys()].flatMap((ours) => theirsOf(ours, options)))
      : new Set([...columns.values()].flat().map(({ at }) => opened.header[at]));
  // A key with nested keys is used if one of those is.
  const isUsed = (key: string): boolean => [...used].some((name_) => name_ === key || name_?.startsWith(`${key}.`));
  const shown = opened.format === 'ndjson' ? opened.header.filter((key) => !key.includes('.')) : opened.header;
  return { ...opened, columns, ignored: shown.filter((key) => !isUsed(key)) };
};

/** Opens every input. @throws Failure `noInput` or `data`, naming the file, the line, the rule and the fix */
export const openLogs = async (names: readonly string[], options: IntakeOptions): Promise<Log[]> => {
  const logs: Log[] = [];
  for (const [index, name] of names.entries()) logs.push(await openLog(name, index, options));
  return logs;
};

/** The names of the columns of every input, and the source whose export it seems to be. */
export const recognise = async (
  names: readonly string[],
  options: IntakeOptions,
): Promise<{ name: string; header: readonly string[]; source: SourceName | undefined }[]> => {
  const found = [];
  for (const [index, input] of names.entries()) {
    const { name, header } = await openHeader(input, index, options);
    found.push({ name, header, source: fitting(header)[0] });
  }
  return found;
};

/** How a delimiter is called in messages. */
export const spelled = (delimiter: string): string => SPELLED[delimiter] ?? `"${delimiter}"`;
