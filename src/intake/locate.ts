/** Locates each record of a log: makes copies that the engine reads safely, and finds the text of rejected records. */
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Log } from './bind.js';
import { jsonFault, type RawRecord, Unreadable, walkLines, walkRecords } from './records.js';
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

/** The records of a log, each with its fault if it has one. */
async function* recordsOf(log: Log): AsyncGenerator<RawRecord[]> {
  if (log.format === 'csv') {
    yield* walkRecords(log.path, log.delimiter, log.header.length);
    return;
  }
  for await (const batch of walkLines(log.path)) yield batch.map((line) => ({ ...line, fault: jsonFault(line) }));
}

/**
 * Copies the well-formed records of a log, each preceded by its line, offset and length. A line of JSON becomes the fourth
 * cell of a tab-separated row without quotes.
 *
 * @throws Failure `data` with the line, if the end of a record cannot be found
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
          // A raw tab in JSON can only stand between tokens, where it is a blank.
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
