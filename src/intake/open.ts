/** Opens the inputs named on the command line as logs whose columns are bound. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { type LineFormat, sources } from '../catalogue/sources.js';
import { reasonOf } from '../io/cannotRead.js';
import { isDiskFault } from '../io/cannotWrite.js';
import type { Reading } from '../config/settings.js';
import { EVENT_COLUMNS, Failure } from '../model.js';
import { didYouMean } from '../text/closest.js';
import {
  bindColumns,
  hasColumn,
  type IntakeOptions,
  type Log,
  missingColumns,
  type Named,
  respelledIn,
  sourceNames,
  theirsOf,
} from './bind.js';
import { walkElements } from './elements.js';
import { formatOf, jsonAdvice, readHead, refuseForeign, wrapperIn } from './format.js';
import { toLocalFile } from './local.js';
import { keysOf, parseObject } from './json.js';
import { requireColumns, shownNames } from './require.js';
import { type LineSplitter, splitterFor } from './lines.js';
import { areOf, isTime } from './parquetTypes.js';
import { NOT_UTF8, Unreadable, walkLines, walkRecords } from './records.js';
import { bad, damaged, ENCODING_ADVICE, noInput } from './refuse.js';

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
      if (record?.fault === 'NUL byte') throw bad(name, 'this is not a text file (NUL byte in line 1)');
      if (record?.fault === NOT_UTF8)
        throw bad(name, `this is not a text file (${NOT_UTF8} in line 1); if it is one, ${ENCODING_ADVICE}`);
      if (record) return { line: record.bytes, crlf: ends.crlf > 0 };
    }
  } catch (error) {
    if (error instanceof Unreadable) throw bad(`${name}:${error.line}`, error.message);
    throw error;
  }
  throw bad(name, 'the file has only blank lines');
};

/** An input on disk with the names of its columns. */
export type Opened = Omit<Log, 'columns' | 'ignored' | 'blobs' | 'reading' | 'respelled'>;

const sinceThen = async (path: string, then: Stats): Promise<'nothing' | 'growth' | 'loss'> => {
  const now = await stat(path).catch(() => undefined);
  if (now === undefined || now.ino !== then.ino || now.size < then.size) return 'loss';
  return now.size === then.size && now.mtimeMs === then.mtimeMs ? 'nothing' : 'growth';
};

/** Objects of JSON that are searched for keys; more only while a required one is missing. */
const SAMPLED = 1000;

const jsonHeader = async (name: string, path: string, isArray: boolean, options: IntakeOptions): Promise<string[]> => {
  const keys = new Set<string>();
  const { reading, needed } = options;
  const missing = (): boolean => {
    const log = { name, format: 'ndjson', header: [...keys], reading } as const;
    return missingColumns(log, reading).size > 0 || !needed.every((ours) => hasColumn(ours, log));
  };
  let [objects, checked] = [0, -1];
  for await (const batch of isArray ? walkElements(path) : walkLines(path)) {
    for (const line of batch) {
      if (objects >= SAMPLED && keys.size !== checked) {
        if (!missing()) return [...keys];
        checked = keys.size;
      }
      const parsed = parseObject(line);
      if ('fault' in parsed) continue;
      objects += 1;
      for (const key of keysOf(parsed.object)) keys.add(key);
    }
  }
  const wrapper = missing() && objects <= 1 ? wrapperIn(await readHead(path)) : [];
  if (wrapper.length > 0) throw bad(name, `this is one JSON object: ${jsonAdvice(name, wrapper)}`);
  if (objects === 0 && isArray) throw bad(name, 'this JSON array has no objects');
  if (objects === 0)
    throw bad(
      `${name}:1`,
      `this is JSON, but no line is an object: ${jsonAdvice(name, wrapperIn(await readHead(path)), await readHead(path))}`,
    );
  return [...keys];
};

/** The columns of a CSV file, and what separates them: whatever the header shows, or else what the command line says. */
const csvHeader = async (
  name: string,
  path: string,
  options: IntakeOptions,
): Promise<Pick<Opened, 'delimiter' | 'guessed' | 'header' | 'crlf'>> => {
  const { line, crlf } = await firstRecord(name, path);
  const { reading, delimiter: told } = options;
  const candidates = [...new Set([...(told === undefined ? [] : [told]), ...DELIMITERS])];
  const headers = candidates.map((delimiter) => ({ delimiter, header: headerOf(line, delimiter) }));
  const named = reading.header;
  const complete = headers.find(({ header }) =>
    named === undefined
      ? missingColumns({ name, format: 'csv', header }, reading).size === 0
      : header.length === named.length,
  );
  const widest = headers.toSorted((a, b) => b.header.length - a.header.length);
  const { delimiter, header } = complete ??
    (told === undefined ? widest : headers)[0] ?? { delimiter: ',', header: [] };
  return { delimiter, header: named ?? header, crlf, guessed: delimiter !== told && delimiter !== ',' };
};

/** The kind of access log that a file begins like, if it does. */
export const lineFormatIn = (head: Buffer): LineFormat | undefined => {
  const [first = ''] = head.toString().split('\n', 1);
  if (/^#(?:Version|Fields|Software):/.test(first)) return 'w3c';
  return splitterFor('apache', first) === undefined ? undefined : 'apache';
};

/** Opens an input and finds the names of its columns. @throws Failure `noInput` or `data` */
export const openHeader = async (input: string, index: number, options: IntakeOptions): Promise<Opened> => {
  const name = input === '-' ? 'standard input' : input;
  let path: string;
  let found: ReturnType<typeof formatOf>;
  let splitter: LineSplitter | undefined;
  const { lines } = options.reading;
  let then: Stats;
  try {
    path = await toLocalFile(input, index, options);
    then = await stat(path);
    const head = await readHead(path);
    refuseForeign(name, head);
    splitter = lines && splitterFor(lines, head.toString());
    found = splitter === undefined ? formatOf(head) : { format: 'lines', isArray: false };
    const kind = lines === undefined && found.format === 'csv' ? lineFormatIn(head) : undefined;
    if (kind !== undefined)
      throw bad(name, `this is an access log (${sources[kind].says}): read it with --from ${kind}`);
    if (lines !== undefined && splitter === undefined)
      throw bad(name, `no line of the first ones is of an access log (--from ${lines})`);
  } catch (error) {
    if (error instanceof Failure || isDiskFault(error)) throw error;
    throw noInput(name, reasonOf(error), error);
  }
  const { format, isArray } = found;
  const since = (): ReturnType<Log['since']> => sinceThen(path, then);
  if (format === 'csv') return { name, path, format, isArray, since, ...(await csvHeader(name, path, options)) };
  const plain = { name, path, format, isArray, delimiter: ',', guessed: false, crlf: false, since };
  if (splitter !== undefined) return { ...plain, splitter, header: splitter.header };
  try {
    if (format === 'ndjson') return { ...plain, header: await jsonHeader(name, path, isArray, options) };
  } catch (error) {
    if (error instanceof Unreadable) throw bad(`${name}:${error.line}`, error.message);
    throw error;
  }
  const parquet = await options.parquet.header(path).catch((error: unknown) => {
    throw damaged(name, error);
  });
  return { ...plain, header: parquet.names, parquet };
};

/** How the columns of bytes that are used are read: ids as they are, others as text if all of their values are. */
export const blobsOf = async (
  { name, path, parquet }: Opened,
  columns: Log['columns'],
  options: Pick<IntakeOptions, 'parquet'>,
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

/** The columns of a log that nothing uses, by its own names; those that gesture knows are not worth a word. */
const ignoredIn = ({ format, header }: Opened, columns: Log['columns'], reading: Reading): string[] => {
  const used = new Set(
    format === 'ndjson'
      ? [...columns.keys()].flatMap((ours) => theirsOf(ours, reading)).concat(sourceNames(reading))
      : [...columns.values()].flat().map(({ at }) => header[at] ?? ''),
  );
  // A key is used if one of its nested keys is.
  const isUsed = (key: string): boolean => [...used].some((name) => name === key || name.startsWith(`${key}.`));
  const shown = format === 'ndjson' ? header.filter((key) => !key.includes('.')) : header;
  return shown.filter((key) => !isUsed(key) && !Object.hasOwn(EVENT_COLUMNS, key));
};

/** An input whose columns are bound. @throws Failure `data` without the columns that must be there */
export const bindLog = (opened: Opened, options: Pick<IntakeOptions, 'reading' | 'wanted'>): Omit<Log, 'blobs'> => {
  const { reading } = options;
  requireColumns({ ...opened, reading });
  const columns = bindColumns(opened, options);
  return {
    ...opened,
    reading,
    columns,
    ignored: ignoredIn(opened, columns, reading),
    respelled: respelledIn(opened, options),
  };
};

const openLog = async (name: string, index: number, options: IntakeOptions): Promise<Log> => {
  const { reading } = options;
  const opened = await openHeader(name, index, options);
  const log = bindLog(opened, options);
  const blobs = await blobsOf(opened, log.columns, options);
  // Typed instants are printed as ISO 8601, however the timestamps of other files are written.
  const places = log.columns.get('timestamp');
  const typed = places !== undefined && areOf(log, places, isTime);
  const asTyped = typed ? { ...reading, timestamp: ['iso'] } : reading;
  return { ...log, reading: asTyped, blobs };
};

/** An input, and how it is read. */
export interface Input {
  readonly name: string;
  readonly reading: Reading;
}

/**
 * Opens every input.
 *
 * @throws Failure `noInput` or `data`, naming the file, the line, the rule and the fix
 */
export const openLogs = async (inputs: readonly Input[], options: Omit<IntakeOptions, 'reading'>): Promise<Log[]> => {
  const logs: Log[] = [];
  for (const [index, { name, reading }] of inputs.entries()) {
    logs.push(await openLog(name, index, { ...options, reading }));
  }
  refuseLacking(logs, options.needed);
  return logs;
};

/** Refuses logs of which none has a column that the settings read. @throws Failure `data` */
export const refuseLacking = (logs: readonly (Named & Pick<Log, 'reading'>)[], needed: readonly string[]): void => {
  const lacking = needed.find((ours) => !logs.some((log) => hasColumn(ours, log)));
  const [first] = logs;
  if (lacking !== undefined && first !== undefined) {
    const guess = didYouMean(lacking, first.header) || '.';
    const where = logs.length > 1 ? 'no file has' : 'there is no';
    throw bad(
      first.format === 'csv' ? `${first.name}:1` : first.name,
      `${where} column ${lacking}, which a feature or rule in gesture.yaml reads${guess} It has ${shownNames(first.header)}`,
    );
  }
};

/** The name of a delimiter in messages. */
export const spelled = (delimiter: string): string => SPELLED[delimiter] ?? `"${delimiter}"`;
