/** Locates each record of a log: makes copies that the engine reads safely, and finds the text of rejected records. */
import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { partsOf, WHOLE } from '../io/parts.js';
import type { Log } from './bind.js';
import { copyJsonLines } from './copyJsonLines.js';
import { type Copied, copyObject, lineInCopy, quoted } from './copyObject.js';
import { copyParts } from './copyParts.js';
import { walkElements } from './elements.js';
import type { Tally } from './faults.js';
import { type LineSplitter, splitRecord } from './lines.js';
import { type RawRecord, Unreadable, walkLines, walkRecords } from './records.js';
import { bad } from './refuse.js';

/** A copy of a log that the engine reads safely: no header, LF line ends, and each record with its place. */
export interface Located extends Readonly<Tally> {
  /** The files that it stands in. */
  readonly paths: readonly string[];
}

/** A line of an access log as a line of CSV, in Latin-1 bytes of UTF-8; null if it is no row. */
const copyLine = (record: RawRecord, splitter: LineSplitter): Copied | null => {
  const cells = splitRecord(record, splitter);
  if (cells === null) return null;
  if ('fault' in cells) return { column: '', reason: cells.fault };
  return { cells: Buffer.from(cells.map(quoted).join(',')).toString('latin1') };
};

const copyRecord = ({ bytes, fault }: RawRecord): Copied =>
  fault === undefined ? { cells: bytes.toString('latin1') } : { column: '', reason: fault };

/** Copies all records but those of JSON lines to the file `to`. @throws Unreadable if the end of a record cannot be found */
const copyRecords = async (
  log: Log,
  to: string,
  onRecords: ((n: number) => void) | undefined,
  some: AsyncIterable<RawRecord[]> | undefined,
): Promise<Tally> => {
  const isCsv = log.format === 'csv';
  const shape = { fields: log.header.length, fill: log.reading.raggedRows === 'fill' };
  const others = log.isArray ? walkElements(log.path) : walkLines(log.path);
  const batches = some ?? (isCsv ? walkRecords(log.path, log.delimiter, shape) : others);
  const { splitter } = log;
  const copyOf = (record: RawRecord): Copied | null => {
    if (isCsv) return copyRecord(record);
    return splitter === undefined ? copyObject(record, log.columns) : copyLine(record, splitter);
  };
  const tally: Tally = { records: 0, lossy: 0, faults: [] };
  const lineOf = (record: RawRecord): string => lineInCopy(record, copyOf(record), log, tally);
  let header = isCsv && log.reading.header === undefined && some === undefined;
  const file = await open(to, 'w');
  try {
    for await (const batch of batches) {
      onRecords?.(batch.length);
      const [first] = batch;
      if (header && first !== undefined) {
        header = false;
        if (first.fault !== undefined) throw bad(`${log.name}:${first.line}`, `the header is broken: ${first.fault}`);
        batch.shift();
      }
      await file.appendFile(Buffer.from(batch.map(lineOf).join(''), 'latin1'));
    }
  } finally {
    await file.close();
  }
  return tally;
};

/** How a log is copied. */
export interface Copying {
  /** Is told of so many more records, from time to time. */
  readonly onRecords?: ((n: number) => void) | undefined;
  /** Only these records of a regular CSV file; by default all. */
  readonly some?: AsyncIterable<RawRecord[]> | undefined;
  /** Threads that share a large log of JSON lines; default: one per core. */
  readonly threads?: number | undefined;
}

/**
 * Copies the well-formed records of a log, each preceded by its line, offset and length, and by what of it could not be copied. An object of JSON lines becomes
 * a row with the cells that are used.
 *
 * @throws Failure `data` with the line, if the end of a record cannot be found
 */
export const locate = async (
  log: Log,
  index: number,
  scratch: string,
  { onRecords, some, threads = availableParallelism() }: Copying = {},
): Promise<Located> => {
  const isLines = log.format === 'ndjson' && !log.isArray;
  const parts = isLines ? await partsOf(log.path, threads) : [WHOLE];
  const paths = parts.map((_, i) => join(scratch, `located${index}.${i}.csv`));
  const [path = ''] = paths;
  const copy = async (): Promise<Tally> => {
    if (!isLines) return copyRecords(log, path, onRecords, some);
    return parts.length === 1 ? copyJsonLines(log, path, onRecords) : copyParts(log, parts, paths, onRecords);
  };
  try {
    return { paths, ...(await copy()) };
  } catch (error) {
    if (error instanceof Unreadable) throw bad(`${log.name}:${error.line}`, error.message);
    throw error;
  }
};

/** Bytes read at once, since rejected records are often close together. */
const WINDOW = 1 << 20;

/** The raw text of records, given by offset and length in file order. */
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
