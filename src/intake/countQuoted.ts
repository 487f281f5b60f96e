/** Counts the records of a CSV file with quotes, in which a record can span lines: every byte is looked at, and nothing kept. */
import { isUtf8 } from 'node:buffer';
import { MAX_RECORD_BYTES, wholeLines } from './wholeLines.js';
import type { CsvShape } from './csvShape.js';

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;

/** Where the count is in a record; numbers rather than an enum, since they are compared for every byte. */
const [FIELD_START, UNQUOTED, QUOTED, QUOTE_IN_QUOTED] = [0, 1, 2, 3];

/** Counts records piece by piece. */
class QuotedCounter {
  readonly #delimiter: number;
  readonly #crlf: boolean;
  readonly #columns: number;
  #state = FIELD_START;
  #cells = 1;
  /** Bytes of the record in the pieces before. */
  #length = 0;
  records = 0;

  constructor({ delimiter, crlf, columns }: CsvShape) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#crlf = crlf;
    this.#columns = columns;
  }

  /** Counts a piece of whole lines. @returns false if something in it is not as it should be */
  take(bytes: Buffer): boolean {
    if (bytes.includes(0) || !isUtf8(bytes)) return false;
    const [delimiter, crlf] = [this.#delimiter, this.#crlf];
    let state = this.#state;
    let cells = this.#cells;
    let start = -this.#length;
    for (let i = 0; i < bytes.length; i += 1) {
      if (state === QUOTED) {
        while (i < bytes.length && bytes[i] !== QUOTE) i += 1;
        if (i < bytes.length) state = QUOTE_IN_QUOTED;
        continue;
      }
      const byte = bytes[i];
      if (byte === QUOTE) {
        if (state === UNQUOTED) return false;
        state = QUOTED;
      } else if (byte === delimiter) {
        cells += 1;
        state = FIELD_START;
      } else if (byte === LF) {
        const end = bytes[i - 1] === CR ? i - 1 : i;
        if (end < i !== crlf || !this.#isRecord(end - start, cells)) return false;
        state = FIELD_START;
        cells = 1;
        start = i + 1;
      } else if (byte === CR) {
        if (bytes[i + 1] !== LF) return false;
      } else {
        if (state === QUOTE_IN_QUOTED) return false;
        state = UNQUOTED;
      }
    }
    [this.#state, this.#cells, this.#length] = [state, cells, bytes.length - start];
    return this.#length <= MAX_RECORD_BYTES;
  }

  /** Counts the last record, if the file does not end in a line end. @returns false if it is not as it should be */
  end(): boolean {
    return this.#length === 0 || (this.#state !== QUOTED && this.#isRecord(this.#length, this.#cells));
  }

  #isRecord(length: number, cells: number): boolean {
    this.records += 1;
    return length > 0 && length <= MAX_RECORD_BYTES && cells === this.#columns;
  }
}

/** The records of `path`, its header included; undefined if some are not well formed, or end in another way than the first. */
export const countQuoted = async (path: string, shape: CsvShape): Promise<number | undefined> => {
  const counter = new QuotedCounter(shape);
  for await (const { bytes } of wholeLines(path)) if (!counter.take(bytes)) return undefined;
  return counter.end() ? counter.records : undefined;
};
