/** Opens the inputs named on the command line as logs whose columns are bound. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { fitting, type SourceName } from '../catalogue/sources.js';
import { isDiskFault } from '../io/output.js';
import { Failure, messageOf, REQUIRED_COLUMNS } from '../model.js';
import { bindColumns, type IntakeOptions, type Log, requireColumns, theirsOf } from './bind.js';
import { formatOf, type LogFormat, readHead, refuseForeign } from './format.js';
import { toLocalFile } from './local.js';
import { jsonFault, Unreadable, walkLines, walkRecords } from './records.js';
import { bad, noInput, reasonOf } from './refuse.js';

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
    for await (const [record] of walkRecords(path, ',', undefined, ends)) {
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
type Opened = Omit<Log, 'columns' | 'ignored'>;

const sinceThen = async (path: string, then: Stats): Promise<'nothing' | 'growth' | 'loss'> => {
  const now = await stat(path).catch(() => undefined);
  if (now === undefined || now.ino !== then.ino || now.size < then.size) return 'loss';
  return now.size === then.size && now.mtimeMs === then.mtimeMs ? 'nothing' : 'growth';
};

/** The keys of an object, and those of nested objects as names with dots. */
const keysOf = (value: unknown, prefix = ''): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && prefix.split('.').length < 5
    ? Object.entries(value).flatMap(([key, inner]) => [`${prefix}${key}`, ...keysOf(inner, `${prefix}${key}.`)])
    : [];

/** Lines of JSON that are searched for keys. */
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
  const columns = bindColumns(opened, options);
  requireColumns(opened, columns, options);
  const used =
    opened.format === 'ndjson'
      ? new Set([...columns.keys()].flatMap((ours) => theirsOf(ours, options)))
      : new Set([...columns.values()].flat().map(({ at }) => opened.header[at]));
  // A key is used if one of its nested keys is.
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
