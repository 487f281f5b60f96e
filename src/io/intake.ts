/** From what a user names on the command line to files whose header is known and whose records are counted. */
import { createReadStream, createWriteStream, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { fitting, type SourceName, sources, type Theirs } from '../catalogue/sources.js';
import { EVENT_COLUMNS, Failure, messageOf, REQUIRED_COLUMNS, systemCode } from '../model.js';
import { type Glance, glance, Unreadable, walkRecords } from './records.js';
import { didYouMean } from './closest.js';
import { isDiskFault } from './output.js';

/** One input, opened: a plain CSV file on disk with a bound header. */
export interface Log {
  /** As the user named it; `-` is shown as "standard input". */
  readonly name: string;
  /** Where its bytes are: the file itself, or a copy where it came through a pipe or compressed. */
  readonly path: string;
  readonly delimiter: string;
  /** True if the delimiter was found out from the header rather than said. */
  readonly guessed: boolean;
  /** Names in the header, in file order. */
  readonly header: readonly string[];
  /** Our column name -> positions in the file, of which the first known cell counts; for the columns that are used. */
  readonly columns: ReadonlyMap<string, readonly number[]>;
  /** Columns that are not used. */
  readonly ignored: readonly string[];
  /** True if the header's line ends in CR LF. */
  readonly crlf: boolean;
  /** Counts the records without the engine. */
  readonly count: () => Promise<Glance>;
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
  /** Columns beyond the known ones that a configured feature reads. */
  readonly extra: readonly string[];
  /** Said on the command line; otherwise found out from the header. */
  readonly delimiter?: string | undefined;
  /** Folder for copies. */
  readonly scratch: string;
  readonly stdin: NodeJS.ReadableStream;
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
  if (/^\s*</.test(head.subarray(0, 200).toString('latin1')))
    throw bad(name, 'this is a web page, not a log: was the download a login page?');
};

/** Brings an input to disk where it is not a plain file yet: standard input, a pipe, gzip. */
const landed = async (name: string, index: number, options: IntakeOptions): Promise<string> => {
  const spool = async (from: NodeJS.ReadableStream, suffix: string, ...through: Transform[]): Promise<string> => {
    const to = join(options.scratch, `input${index}${suffix}`);
    await pipeline([from, ...through, createWriteStream(to)]);
    return to;
  };
  const regular = name !== '-' && (await stat(name)).isFile();
  const path = regular ? name : await spool(name === '-' ? options.stdin : createReadStream(name), '.raw');
  const head = await readHead(path);
  if (head[0] === 0x1f && head[1] === 0x8b) {
    const limit = expansionLimit((await stat(path)).size);
    const gunzip = createGunzip();
    try {
      return await spool(createReadStream(path), '.csv', gunzip, capped(limit, name));
    } catch (error) {
      if (error instanceof Failure || isDiskFault(error)) throw error;
      throw bad(name, `the gzip data is damaged (${messageOf(error)})`);
    }
  }
  return path;
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

/** Our columns by position. Used columns that stand twice in a header are refused: nobody can say which one is meant. */
const bind = (name: string, header: readonly string[], options: IntakeOptions): Map<string, number[]> => {
  const bound = new Map<string, number[]>();
  const known = new Set([...Object.keys(EVENT_COLUMNS), ...Object.keys(options.renamed), ...options.extra]);
  for (const ours of known) {
    const places = theirsOf(ours, options).flatMap((theirs) => {
      const at = header.indexOf(theirs);
      if (at !== -1 && header.includes(theirs, at + 1))
        throw bad(`${name}:1`, `the column ${theirs} stands twice in the header: rename or remove one`);
      return at === -1 ? [] : [at];
    });
    if (places.length > 0) bound.set(ours, places);
  }
  return bound;
};

const requireColumns = (
  name: string,
  header: readonly string[],
  bound: ReadonlyMap<string, readonly number[]>,
  options: IntakeOptions,
): void => {
  const missing = [...REQUIRED_COLUMNS, ...options.extra].find((column) => !bound.has(column));
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
type Opened = Pick<Log, 'name' | 'path' | 'delimiter' | 'guessed' | 'header' | 'crlf' | 'since'>;

const sinceThen = async (path: string, then: Stats): Promise<'nothing' | 'growth' | 'loss'> => {
  const now = await stat(path).catch(() => undefined);
  if (now === undefined || now.ino !== then.ino || now.size < then.size) return 'loss';
  return now.size === then.size && now.mtimeMs === then.mtimeMs ? 'nothing' : 'growth';
};

const openHeader = async (name: string, index: number, options: IntakeOptions): Promise<Opened> => {
  const shown = name === '-' ? 'standard input' : name;
  let path: string;
  let then: Stats;
  try {
    path = await landed(name, index, options);
    then = await stat(path);
    refuseForeign(shown, await readHead(path));
  } catch (error) {
    if (error instanceof Failure || isDiskFault(error)) throw error;
    throw noInput(shown, reasonOf(error), error);
  }
  const { line, crlf } = await firstRecord(shown, path);
  const candidates = options.delimiter === undefined ? DELIMITERS : [options.delimiter];
  const headers = candidates.map((delimiter) => ({ delimiter, header: headerOf(line, delimiter) }));
  const complete = headers.find(({ header }) => {
    const bound = bind(shown, header, options);
    return REQUIRED_COLUMNS.every((column) => bound.has(column));
  });
  const { delimiter, header } = complete ??
    headers.toSorted((a, b) => b.header.length - a.header.length)[0] ?? { delimiter: ',', header: [] };
  const guessed = options.delimiter === undefined && delimiter !== ',';
  return { name: shown, path, delimiter, guessed, header, crlf, since: () => sinceThen(path, then) };
};

const openLog = async (name: string, index: number, options: IntakeOptions): Promise<Log> => {
  const opened = await openHeader(name, index, options);
  const { path, delimiter, header, crlf } = opened;
  const columns = bind(opened.name, header, options);
  requireColumns(opened.name, header, columns, options);
  const used = new Set([...columns.values()].flat());
  return {
    ...opened,
    columns,
    ignored: header.filter((_, at) => !used.has(at)),
    count: () => glance(path, delimiter, crlf),
  };
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

/**
 * Walks a log record by record and copies what is well formed, each record with its line, offset and length in front.
 *
 * @throws Failure `data` where no record end can be found, naming the line
 */
export const locate = async (log: Log, index: number, scratch: string): Promise<Located> => {
  const path = join(scratch, `located${index}.csv`);
  const faults: Fault[] = [];
  let records = 0;
  const copy = async function* (): AsyncGenerator<Buffer> {
    let header = true;
    for await (const batch of walkRecords(log.path, log.delimiter, log.header.length)) {
      let text = '';
      for (const { line, offset, bytes, fault } of batch) {
        if (header) {
          header = false;
          if (fault !== undefined) throw bad(`${log.name}:${line}`, `the header is broken: ${fault}`);
        } else if (fault === undefined) {
          records += 1;
          text += `${line}${log.delimiter}${offset}${log.delimiter}${bytes.length}${log.delimiter}${bytes.toString('latin1')}\n`;
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
        `${error.message}: mend the quote, or double it where it is part of the text`,
      );
    throw error;
  }
  return { path, records, faults };
};

/** The raw text of records, by offset and length. */
export const rawText = async (log: Log, places: readonly { offset: number; length: number }[]): Promise<string[]> => {
  const file = await open(log.path, 'r');
  try {
    const texts: string[] = [];
    for (const { offset, length } of places) {
      const buffer = Buffer.alloc(length);
      await file.read(buffer, 0, length, offset);
      texts.push(buffer.toString());
    }
    return texts;
  } finally {
    await file.close();
  }
};
