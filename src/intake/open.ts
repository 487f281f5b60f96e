/** Opens the inputs named on the command line as logs whose columns are bound. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { fitting, type SourceName } from '../catalogue/sources.js';
import { isDiskFault } from '../io/output.js';
import { Failure, REQUIRED_COLUMNS } from '../model.js';
import { bindColumns, type IntakeOptions, type Log, type ParquetHeader, requireColumns, theirsOf } from './bind.js';
import { formatOf, type LogFormat, readHead, refuseForeign } from './format.js';
import { toLocalFile } from './local.js';
import { keysOf, parseObject } from './json.js';
import { Unreadable, walkLines, walkRecords } from './records.js';
import { bad, damaged, noInput, reasonOf } from './refuse.js';

const DELIMITERS = [',', ';', '\t', '|'] as const;
const SPELLED: Readonly<Record<string, string>> = { ',': 'a comma', ';': 'a semicolon', '\t': 'a tab', '|': 'a pipe' };

const headerOf = (line: Buffer, delimiter: string): string[] => {
  try {
    return parse(line, { delimiter, bom: true, record_delimiter: ['\r\n', '\n', '\r'] })[0] ?? [];
  } catch {
    return [];
  }
};

const firstRecord = async (name: string, path: string): Promise<{ line: Buffer; crlf: boolean }> => {
  const ends = { lf: 0, crlf: 0, blank: 0 };
  try {
    for await (const [record] of walkRecords(path, ',', { ends })) {
      if (record?.fault === 'NUL byte' || record?.fault === 'not valid UTF-8')
        throw bad(name, `this is not a text file (${record.fault} in line 1)`);
      if (record) return { line: record.bytes, crlf: ends.crlf > 0 };
    }
  } catch (error) {
    if (error instanceof Unreadable) throw bad(`${name}:${error.line}`, error.message);
    throw error;
  }
  throw bad(name, 'the file has only blank lines');
};

/** An input on disk with the names of its columns. */
type Opened = Omit<Log, 'columns' | 'ignored' | 'blobs' | 'fill'> & { readonly parquet?: ParquetHeader };

const sinceThen = async (path: string, then: Stats): Promise<'nothing' | 'growth' | 'loss'> => {
  const now = await stat(path).catch(() => undefined);
  if (now === undefined || now.ino !== then.ino || now.size < then.size) return 'loss';
  return now.size === then.size && now.mtimeMs === then.mtimeMs ? 'nothing' : 'growth';
};

/** Lines of JSON that are searched for keys; more only while a required one is missing. */
const SAMPLED_LINES = 1000;

const ndjsonHeader = async (name: string, path: string, options: IntakeOptions): Promise<string[]> => {
  const keys = new Set<string>();
  const missing = (): boolean =>
    [...REQUIRED_COLUMNS, ...options.needed].some((ours) => !theirsOf(ours, options).some((key) => keys.has(key)));
  let objects = 0;
  for await (const batch of walkLines(path)) {
    for (const line of batch) {
      if (objects >= SAMPLED_LINES && !missing()) return [...keys];
      const parsed = parseObject(line);
      if ('fault' in parsed) continue;
      objects += 1;
      for (const key of keysOf(parsed.object)) keys.add(key);
    }
  }
  if (objects === 0)
    throw bad(`${name}:1`, 'this looks like JSON lines, but no line is an object: write one object per line');
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
    const bound = bindColumns({ name, format: 'csv', header }, options);
    return REQUIRED_COLUMNS.every((column) => bound.has(column));
  });
  const { delimiter, header } = complete ??
    headers.toSorted((a, b) => b.header.length - a.header.length)[0] ?? { delimiter: ',', header: [] };
  return { delimiter, header, crlf, guessed: options.delimiter === undefined && delimiter !== ',' };
};

const openHeader = async (input: string, index: number, options: IntakeOptions): Promise<Opened> => {
  const name = input === '-' ? 'standard input' : input;
  let path: string;
  let format: LogFormat;
  let then: Stats;
  try {
    path = await toLocalFile(input, index, options);
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
  const plain = { name, path, format, delimiter: ',', guessed: false, crlf: false, since };
  if (format === 'ndjson') return { ...plain, header: await ndjsonHeader(name, path, options) };
  const parquet = await options.parquet.header(path).catch((error: unknown) => {
    throw damaged(name, error);
  });
  return { ...plain, header: parquet.names, parquet };
};

/** How the columns of bytes that are used are read: ids as they are, others as text if all of their values are. */
const blobsOf = async (
  { name, path, parquet }: Opened,
  columns: Log['columns'],
  options: IntakeOptions,
): Promise<Map<number, 'text' | 'bytes'>> => {
  const used = new Set([...columns.values()].flat().map(({ at }) => at));
  const blobs = new Map<number, 'text' | 'bytes'>();
  if (parquet === undefined) return blobs;
  for (const { at, isId } of parquet.blobs) {
    const isText = async (): Promise<boolean> =>
      options.parquet.isText(path, parquet, at).catch((error: unknown) => {
        throw damaged(name, error);
      });
    blobs.set(at, !isId && used.has(at) && (await isText()) ? 'text' : 'bytes');
  }
  return blobs;
};

const openLog = async (name: string, index: number, options: IntakeOptions): Promise<Log> => {
  const opened = await openHeader(name, index, options);
  const columns = bindColumns(opened, options);
  requireColumns(opened, columns, options);
  const used =
    opened.format === 'ndjson'
      ? new Set([...columns.keys()].flatMap((ours) => theirsOf(ours, options)))
      : new Set([...columns.values()].flat().map(({ at }) => opened.header[at]));
  // A key is used if one of its nested keys is.
  const isUsed = (key: string): boolean => [...used].some((name_) => name_ === key || name_?.startsWith(`${key}.`));
  const shown = opened.format === 'ndjson' ? opened.header.filter((key) => !key.includes('.')) : opened.header;
  const blobs = await blobsOf(opened, columns, options);
  return { ...opened, columns, blobs, fill: options.fill, ignored: shown.filter((key) => !isUsed(key)) };
};

/** Opens every input. @throws Failure `noInput` or `data`, naming the file, the line, the rule and the fix */
export const openLogs = async (names: readonly string[], options: IntakeOptions): Promise<Log[]> => {
  const logs: Log[] = [];
  for (const [index, name] of names.entries()) logs.push(await openLog(name, index, options));
  return logs;
};

/** The column names of every input, and the source that seems to have exported it. */
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

/** The name of a delimiter in messages. */
export const spelled = (delimiter: string): string => SPELLED[delimiter] ?? `"${delimiter}"`;
