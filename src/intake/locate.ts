/** Locates each record of a log: makes copies that the engine reads safely, and finds the text of rejected records. */
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Log } from './bind.js';
import { REQUIRED_COLUMNS } from '../model.js';
import { walkElements } from './elements.js';
import { cellWithin, parseObject } from './json.js';
import { type LineSplitter, splitRecord } from './lines.js';
import { MAX_RECORD_BYTES, type RawRecord, Unreadable, walkLines, walkRecords } from './records.js';
import { bad } from './refuse.js';

/** A copy of a log that the engine reads safely: no header, LF line ends, and each record with its place. */
export interface Located {
  readonly path: string;
  /** Well-formed records in the copy. */
  readonly records: number;
  /** Records that are not well formed and so not in the copy. */
  readonly faults: readonly Fault[];
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

/** A record to be copied, as the line of CSV that the engine reads; or what is wrong with it. */
type Copied = { readonly cells: string; readonly lost?: string } | Pick<Fault, 'column' | 'reason'>;

/** Why a cell from JSON cannot be written to a file, if it cannot. */
const textFault = (cell: string | undefined): string | undefined => {
  if (cell === undefined) return 'nested too deeply';
  if (cell.includes('\0')) return 'not text: it holds a NUL character';
  return cell.isWellFormed() ? undefined : 'not text: it holds half of a character';
};

const quoted = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** A line of an access log as a line of CSV, in Latin-1 bytes of UTF-8; null if it is no row. */
const copyLine = (record: RawRecord, splitter: LineSplitter): Copied | null => {
  const cells = splitRecord(record, splitter);
  if (cells === null) return null;
  if ('fault' in cells) return { column: '', reason: cells.fault };
  return { cells: Buffer.from(cells.map(quoted).join(',')).toString('latin1') };
};

/** The most bytes of a copied row: a cell that several columns of ours use is copied for each. */
const MAX_CELLS = 2 * MAX_RECORD_BYTES;

/** True of a column without which a row cannot be placed. */
const isNeeded = (column: string): boolean => (REQUIRED_COLUMNS as readonly string[]).includes(column);

/** A line of JSON as a line of CSV with the cell of each place of the log's columns, in Latin-1 bytes of UTF-8. */
const copyObject = (record: RawRecord, columns: Log['columns']): Copied => {
  const parsed = parseObject(record);
  if ('fault' in parsed) return { column: '', reason: parsed.fault };
  const cells: string[] = [];
  const lost: Pick<UnreadableCell, 'column' | 'reason' | 'cell'>[] = [];
  for (const [column, places] of columns) {
    for (const { within = [] } of places) {
      const cell = cellWithin(parsed, within);
      const reason = textFault(cell);
      if (reason !== undefined && isNeeded(column)) return { column, reason };
      if (reason !== undefined) lost.push({ column, reason, cell: cell?.slice(0, 200).toWellFormed() ?? '' });
      cells.push(reason === undefined ? quoted(cell ?? '') : '');
    }
  }
  const bytes = Buffer.from(cells.join(','));
  if (bytes.length > MAX_CELLS) return { column: '', reason: 'its cells have over two megabytes' };
  const list = lost.length === 0 ? '' : Buffer.from(quoted(JSON.stringify(lost))).toString('latin1');
  return { cells: bytes.toString('latin1'), lost: list };
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
  let records = 0;
  const copy = async function* (): AsyncGenerator<Buffer> {
    let header = isCsv && log.reading.header === undefined && some === undefined;
    for await (const batch of batches) {
      onRecords?.(batch.length);
      let text = '';
      for (const record of batch) {
        const { line, offset, length } = record;
        const copied = copyOf(record);
        if (copied === null) continue;
        if (header) {
          header = false;
          if ('reason' in copied) throw bad(`${log.name}:${line}`, `the header is broken: ${copied.reason}`);
        } else if ('cells' in copied) {
          records += 1;
          text += `${[line, offset, length, copied.lost ?? '', copied.cells].join(log.delimiter)}\n`;
        } else {
          faults.push({ file: log.name, line, ...copied, raw: record.bytes.toString() });
        }
      }
      yield Buffer.from(text, 'latin1');
    }
  };
  try {
    await pipeline(Readable.from(copy(), { objectMode: false }), createWriteStream(path));
  } catch (error) {
    if (error instanceof Unreadable) throw bad(`${log.name}:${error.line}`, error.message);
    throw error;
  }
  return { path, records, faults };
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
