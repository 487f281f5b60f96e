/** Locates each record of a log: makes copies that the engine reads safely, and finds the text of rejected records. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from './bind.js';
import { type Copied, copyObject, quoted } from './copyObject.js';
import { copyJsonLines } from './copyJsonLines.js';
import { walkElements } from './elements.js';
import { type LineSplitter, splitRecord } from './lines.js';
import { type RawRecord, Unreadable, walkLines, walkRecords } from './records.js';
import { bad } from './refuse.js';

/** A copy of a log that the engine reads safely: no header, LF line ends, and each record with its place. */
export interface Located {
  readonly path: string;
  /** Well-formed records in the copy. */
  readonly records: number;
  /** Records that are not well formed and so not in the copy. */
  readonly faults: readonly Fault[];
  /** Records in the copy that lack a cell which no copy can hold. */
  readonly lossy: number;
}

/** A record that cannot be used. */
export interface Fault {
  readonly file: string;
  /** Physical line of the record's first byte; the first line is 1. */
  readonly line: number;
  /** The column at fault; empty if the record itself is broken. */
  readonly column: string;
  readonly reason: string;
  /** The record as it is in the file. */
  readonly raw: string;
}

/** A cell that cannot be read, although its row can. */
export interface UnreadableCell {
  readonly file: string;
  readonly line: number;
  readonly column: string;
  readonly reason: string;
  readonly cell: string;
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

/**
 * Copies the well-formed records of a log, each preceded by its line, offset and length, and by what of it could not be copied. An object of JSON lines becomes
 * a row with the cells that are used.
 *
 * @param onRecords is told of so many more records, from time to time
 * @param some only these records of a regular CSV file; by default all
 * @throws Failure `data` with the line, if the end of a record cannot be found
 */
export const locate = async (
  log: Log,
  index: number,
  scratch: string,
  onRecords?: (n: number) => void,
  some?: AsyncIterable<RawRecord[]>,
): Promise<Located> => {
  const path = join(scratch, `located${index}.csv`);
  const isCsv = log.format === 'csv';
  const shape = { fields: log.header.length, fill: log.reading.raggedRows === 'fill' };
  const jsonOf = log.isArray ? walkElements : walkLines;
  const batches = some ?? (isCsv ? walkRecords(log.path, log.delimiter, shape) : jsonOf(log.path));
  const { splitter } = log;
  const copyOf = (record: RawRecord): Copied | null => {
    if (isCsv) return copyRecord(record);
    return splitter === undefined ? copyObject(record, log.columns) : copyLine(record, splitter);
  };
  const faults: Fault[] = [];
  let [records, lossy] = [0, 0];
  /** The line of a record in the copy, in Latin-1; empty if it is not in it. */
  const lineOf = (record: RawRecord): string => {
    const { line, offset, length } = record;
    const copied = copyOf(record);
    if (copied === null) return '';
    if ('reason' in copied) {
      faults.push({ file: log.name, line, ...copied, raw: record.bytes.toString() });
      return '';
    }
    const { lost = '', cells } = copied;
    records += 1;
    if (lost !== '') lossy += 1;
    return `${[line, offset, length, lost, cells].join(log.delimiter)}\n`;
  };
  const copy = async function* (): AsyncGenerator<Buffer> {
    let header = isCsv && log.reading.header === undefined && some === undefined;
    for await (const batch of batches) {
      onRecords?.(batch.length);
      const [first] = batch;
      if (header && first !== undefined) {
        header = false;
        if (first.fault !== undefined) throw bad(`${log.name}:${first.line}`, `the header is broken: ${first.fault}`);
        batch.shift();
      }
      yield Buffer.from(batch.map(lineOf).join(''), 'latin1');
    }
  };
  const copyLines = (): AsyncGenerator<Buffer> =>
    copyJsonLines(log, lineOf, (n, plain) => {
      onRecords?.(n);
      records += plain;
    });
  const isLines = log.format === 'ndjson' && !log.isArray;
  const file = await open(path, 'w');
  try {
    for await (const bytes of isLines ? copyLines() : copy()) await file.appendFile(bytes);
  } catch (error) {
    if (error instanceof Unreadable) throw bad(`${log.name}:${error.line}`, error.message);
    throw error;
  } finally {
    await file.close();
  }
  return { path, records, faults, lossy };
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
