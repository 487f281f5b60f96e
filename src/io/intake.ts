/** From what a user names on the command line to files whose header is known and whose records are counted. */
import { createReadStream, createWriteStream, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { Decompress } from 'fzstd';
import { fitting, type SourceName, sources, type Theirs } from '../catalogue/sources.js';
import { EVENT_COLUMNS, Failure, messageOf, REQUIRED_COLUMNS, systemCode } from '../model.js';
import { type RawRecord, Unreadable, walkLines, walkRecords } from './records.js';
import { didYouMean } from './closest.js';
import { isDiskFault } from './output.js';

/** What a log is written in: CSV, JSON lines (an object a line) or Parquet. */
export type Format = 'csv' | 'ndjson' | 'parquet';

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

/** A copy of a log that the engine can read without doubt: no header, LF line ends, and each record with where it was. */
export interface Located {
  readonly path: string;
  /** Well-formed records in the copy. */
  readonly records: number;
  /** Records that are not well formed, and so are not in the copy. */
  readonly faults: readonly Fault[];
}

/** A record that cannot be used. */
export interface Fault {
  readonly file: string;
  /** Physical line of the record's first byte, from 1. */
  readonly line: number;
  /** The column at fault; empty if it is the record itself. */
  readonly column: string;
  readonly reason: string;
  /** The record as it stands in the file. */
  readonly raw: string;
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

const HEAD_BYTES = 64 * 1024;
const DELIMITERS = [',', ';', '\t', '|'] as const;
const SPELLED: Readonly<Record<string, string>> = { ',': 'a comma', ';': 'a semicolon', '\t': 'a tab', '|': 'a pipe' };

/** Most bytes a compressed input may grow to: a hundredfold and 64 MB are allowed, a decompression bomb is not. */
const expansionLimit = (compressed: number): number => compressed * 100 + 64 * 1024 * 1024;

const noInput = (name: string, why: string, cause?: unknown): Failure =>
  new Failure('noInput', `cannot read ${name}: ${why}`, { cause });

const reasonOf = (error: unknown): string => {
  const reasons: Record<string, string> = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'there is no such file',
    ELOOP: 'its symbolic links lead in a circle',
    EACCES: 'permission denied',
    EMFILE: 'too many open files (ulimit -n)',
  };
  return reasons[systemCode(error) ?? ''] ?? messageOf(error);
};

/**
 * The files that command-line arguments name. A name that exists is itself; else it may be a pattern (`logs/*.csv`).
 *
 * @throws Failure `noInput` for a missing file, a folder, an address, a pattern without a match
 */
export const resolveInputs = async (names: readonly string[]): Promise<string[]> => {
  const found: string[] = [];
  for (const name of names) {
    if (name === '-') found.push(name);
    else if (/^[a-z][a-z0-9+.-]+:\/\//i.test(name)) {
      throw noInput(name, 'it is an address, not a file: gesture opens no connections; download it first');
    } else {
      try {
        if ((await stat(name)).isDirectory()) {
          throw noInput(name, `it is a folder: name its files, for example '${join(name, '*.csv')}'`);
        }
        found.push(name);
      } catch (error) {
        if (error instanceof Failure) throw error;
        const pattern = /[*?[{]/.test(name);
        const matches = pattern
          ? (await (await import('tinyglobby')).glob(name, { dot: false, expandDirectories: false })).toSorted()
          : [];
        if (matches.length === 0)
          throw noInput(name, pattern ? 'no file matches this pattern' : reasonOf(error), error);
        found.push(...matches);
      }
    }
  }
  return found;
};

/** Ends a stream that has grown over `limit` bytes. */
const capped = (limit: number, name: string): Transform => {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen <= limit) return done(null, chunk);
      return done(
        new Failure(
          'data',
          `${name} grows to more than a hundred times its size when unpacked: unpack it yourself if that is right`,
        ),
      );
    },
  });
};

const readHead = async (path: string): Promise<Buffer> => {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(buffer, 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

const bad = (name: string, why: string): Failure => new Failure('data', `${name}: ${why}`);

/** Refuses what is no text, by the bytes it begins with. */
const refuseForeign = (name: string, head: Buffer): void => {
  const starts = (...bytes: number[]): boolean => head.subarray(0, bytes.length).equals(Buffer.from(bytes));
  if (head.length === 0)
    throw bad(name, 'the file is empty: a log begins with a header such as user_id,timestamp,event_type');
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff))
    throw bad(name, 'the file is UTF-16: save it as "CSV UTF-8", or run it through iconv -f utf-16 -t utf-8');
  if (starts(0x50, 0x4b)) throw bad(name, 'this is a zip or Excel file: save the sheet as "CSV UTF-8"');
  const text = head.subarray(0, 200).toString('latin1').trimStart();
  if (text.startsWith('<')) throw bad(name, 'this is a web page, not a log: was the download a login page?');
  if (/^\[\s*[{\]]/.test(text))
    throw bad(name, 'this is one JSON list: write its objects a line each (jq -c ".[]"), and it is read');
};

const formatOf = (head: Buffer): Format => {
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  return /^(\xef\xbb\xbf)?\s*\{/.test(head.toString('latin1')) ? 'ndjson' : 'csv';
};

/** Decompresses Zstandard; Node itself can from version 22.15 on. */
const createUnzstd = (): Transform => {
  const ready: Uint8Array[] = [];
  const decompress = new Decompress((chunk) => ready.push(chunk));
  const push = function (
    this: Transform,
    bytes: Uint8Array,
    last: boolean,
    done: (error?: Error | null) => void,
  ): void {
    try {
      decompress.push(bytes, last);
      for (const chunk of ready.splice(0)) this.push(chunk);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(messageOf(error)));
    }
  };
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      push.call(this, bytes, false, done);
    },
    flush(done) {
      push.call(this, new Uint8Array(0), true, done);
    },
  });
};

/** How compressed files begin, and what unpacks them. */
const COMPRESSED = [
  { called: 'gzip', magic: Buffer.from([0x1f, 0x8b]), unpack: createGunzip },
  { called: 'zstd', magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), unpack: createUnzstd },
] as const;

/** Brings an input to disk where it is not a plain file yet: standard input, a pipe, gzip, zstd. */
const landed = async (name: string, index: number, options: IntakeOptions): Promise<string> => {
  const spool = async (from: NodeJS.ReadableStream, suffix: string, ...through: Transform[]): Promise<string> => {
    const to = join(options.scratch, `input${index}${suffix}`);
    await pipeline([from, ...through, createWriteStream(to)]);
    return to;
  };
  const regular = name !== '-' && (await stat(name)).isFile();
  const path = regular ? name : await spool(name === '-' ? options.stdin : createReadStream(name), '.raw');
  const head = await readHead(path);
  const compressed = COMPRESSED.find(({ magic }) => head.subarray(0, magic.length).equals(magic));
  if (!compressed) return path;
  const limit = expansionLimit((await stat(path)).size);
  try {
    return await spool(createReadStream(path), '.unpacked', compressed.unpack(), capped(limit, name));
  } catch (error) {
    if (error instanceof Failure || isDiskFault(error)) throw error;
    throw bad(name, `the ${compressed.called} data is damaged (${messageOf(error)})`);
  }
};

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

/** The ways to read a name with dots: as one key, or as keys of nested objects. The fewest keys come first. */
const readings = (name: string): string[][] => [
  [name],
  ...[...name.matchAll(/\./g)].flatMap(({ index }) =>
    readings(name.slice(index + 1)).map((rest) => [name.slice(0, index), ...rest]),
  ),
];

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
    if (error instanceof Unreadable)
      throw bad(`${name}:${error.line}`, `${error.message}: mend the quote, or quote it as ""`);
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

/** What is wrong with a line that should hold one JSON object. */
const jsonFault = ({ bytes, fault }: RawRecord): string | undefined => {
  if (fault !== undefined) return fault;
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'not a JSON object';
  } catch {
    return 'not valid JSON';
  }
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

/** The records of a log with what is wrong with each. */
async function* recordsOf(log: Log): AsyncGenerator<RawRecord[]> {
  if (log.format === 'csv') {
    yield* walkRecords(log.path, log.delimiter, log.header.length);
    return;
  }
  for await (const batch of walkLines(log.path)) yield batch.map((line) => ({ ...line, fault: jsonFault(line) }));
}

/**
 * Walks a log record by record and copies what is well formed, each record with its line, offset and length in front.
 * A line of JSON becomes the fourth cell of a row separated by tabs, without quotes.
 *
 * @throws Failure `data` where no record end can be found, naming the line
 */
export const locate = async (log: Log, index: number, scratch: string): Promise<Located> => {
  const path = join(scratch, `located${index}.csv`);
  const faults: Fault[] = [];
  let records = 0;
  const copy = async function* (): AsyncGenerator<Buffer> {
    let header = log.format === 'csv';
    for await (const batch of recordsOf(log)) {
      let text = '';
      for (const { line, offset, bytes, fault } of batch) {
        if (header) {
          header = false;
          if (fault !== undefined) throw bad(`${log.name}:${line}`, `the header is broken: ${fault}`);
        } else if (fault === undefined) {
          records += 1;
          const cells = bytes.toString('latin1');
          // Between the tokens of JSON a tab is a blank; within them it is written \t.
          const kept = log.format === 'csv' ? cells : cells.replaceAll('\t', ' ');
          text += [line, offset, bytes.length, kept].join(log.delimiter) + '\n';
        } else {
          faults.push({ file: log.name, line, column: '', reason: fault, raw: bytes.toString() });
        }
      }
      yield Buffer.from(text, 'latin1');
    }
  };
  try {
    await pipeline(Readable.from(copy(), { objectMode: false }), createWriteStream(path));
  } catch (error) {
    if (error instanceof Unreadable)
      throw bad(
        `${log.name}:${error.line}`,
        log.format === 'csv'
          ? `${error.message}: mend the quote, or double it where it is part of the text`
          : `${error.message}: shorten it, or leave it out`,
      );
    throw error;
  }
  return { path, records, faults };
};

/** Bytes read at once where records lie close together. */
const WINDOW = 1 << 20;

/** The raw text of records, by offset and length, in file order. */
export const rawText = async (log: Log, places: readonly { offset: number; length: number }[]): Promise<string[]> => {
  const file = await open(log.path, 'r');
  try {
    const texts: string[] = [];
    let [window, from] = [Buffer.alloc(0), 0];
    for (const { offset, length } of places) {
      if (offset < from || offset + length > from + window.length) {
        const buffer = Buffer.alloc(Math.max(WINDOW, length));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
        [window, from] = [buffer.subarray(0, bytesRead), offset];
      }
      texts.push(window.subarray(offset - from, offset - from + length).toString());
    }
    return texts;
  } finally {
    await file.close();
  }
};
