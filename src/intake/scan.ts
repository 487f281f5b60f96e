/**
 * The independent count: how many records a CSV file has, and whether the engine can read it as it is.
 *
 * It looks only at bytes. A file without quotes is counted by its line ends, nearly at the speed of the disk; any other
 * file is walked byte by byte.
 */
import { isUtf8 } from 'node:buffer';
import { type Ascending, AscendingIds } from './ascendingIds.js';
import { countQuoted } from './countQuoted.js';
import type { CsvShape } from './csvShape.js';
import { countLines, MAX_RECORD_BYTES, wholeLines } from './wholeLines.js';

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const NEWLINE = Buffer.from([LF]);

/** The result of scanning a whole file. */
export interface FileScan {
  /** Records after the header, if `regular`. */
  readonly records: number;
  /** True if the engine can read the file as it is: well-formed UTF-8 records, one kind of line end, no blank lines. */
  readonly regular: boolean;
  /** True if there is a quote in it. */
  readonly quoted?: boolean | undefined;
  /** The first and last of the first cells, if each is greater than the one before, so that none appears twice. */
  readonly ascending?: Ascending | undefined;
}

/** Counts the lines of a file without quotes, and watches their first and last cells. */
class LineCounter {
  readonly #delimiter: number;
  readonly #columns: number;
  readonly #headers: number;
  #ids: AscendingIds | undefined;
  #count = 0;

  constructor({ delimiter, columns, hasHeader }: Omit<CsvShape, 'crlf'>, words: readonly string[]) {
    this.#headers = hasHeader ? 1 : 0;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#columns = columns;
    this.#ids = new AscendingIds(words);
  }

  /**
   * Counts complete `lines`.
   *
   * @returns false if a line has surplus cells that the engine would drop without a word: it ignores empty cells beyond the
   *   last column, so only lines that end in a delimiter can have them
   */
  take(lines: Buffer, crlf: boolean): boolean {
    let start = 0;
    for (let at = lines.indexOf(LF); at !== -1; at = lines.indexOf(LF, start)) {
      const end = crlf ? at - 1 : at;
      if (lines[end - 1] === this.#delimiter && this.#cells(lines, start, end) !== this.#columns) return false;
      if (this.#count >= this.#headers && this.#ids?.isNext(lines, start, this.#firstCell(lines, start, end)) === false)
        this.#ids = undefined;
      this.#count += 1;
      start = at + 1;
    }
    this.#ids?.keepLast();
    return true;
  }

  get lines(): number {
    return this.#count;
  }

  /** Lines that are records. */
  get records(): number {
    return Math.max(0, this.#count - this.#headers);
  }

  /** The first and the last of the first cells, if they ascend. */
  get ascending(): Ascending | undefined {
    return this.#ids?.ends;
  }

  /** The bytes of the first cell of a line. */
  #firstCell(lines: Buffer, start: number, end: number): number {
    let length = 0;
    while (start + length < end && lines[start + length] !== this.#delimiter) length += 1;
    return length;
  }

  #cells(lines: Buffer, start: number, end: number): number {
    let cells = 1;
    for (let i = start; i < end; i += 1) if (lines[i] === this.#delimiter) cells += 1;
    return cells;
  }
}

const IRREGULAR: FileScan = { records: 0, regular: false };

/**
 * Counts the records of `path`, and stops early if the file is irregular.
 *
 * @param words first cells that are no ids
 * @param onRecords is told of so many more records, from time to time
 */
export const scanFile = async (
  path: string,
  shape: CsvShape,
  words: readonly string[] = [],
  onRecords?: (n: number) => void,
): Promise<FileScan> => {
  const counter = new LineCounter(shape, words);
  let told = 0;
  for await (const { bytes } of wholeLines(path)) {
    if (bytes.includes(QUOTE)) return scanQuoted(path, shape);
    const ended = bytes[bytes.length - 1] === LF;
    if (!ended && bytes.length > MAX_RECORD_BYTES) return IRREGULAR;
    const crlf = shape.crlf && ended;
    if (!isRegular(bytes, crlf)) return IRREGULAR;
    if (!counter.take(ended ? bytes : Buffer.concat([bytes, NEWLINE]), crlf)) return IRREGULAR;
    onRecords?.(counter.records - told);
    told = counter.records;
  }
  const { lines, records, ascending } = counter;
  return { records, regular: lines > 0, ascending };
};

/** True if the first cells grow within the first megabyte of a file, and none has a quote: then it is not known which are equal. */
export const idsBeginAscending = async (path: string, shape: CsvShape): Promise<boolean> => {
  const counter = new LineCounter(shape, []);
  for await (const { bytes } of wholeLines(path))
    return !bytes.includes(QUOTE) && counter.take(bytes, shape.crlf) && counter.ascending !== undefined;
  return false;
};

/** The same for a file with quotes. */
const scanQuoted = async (path: string, shape: CsvShape): Promise<FileScan> => {
  const records = await countQuoted(path, shape);
  if (records === undefined) return IRREGULAR;
  return { records: Math.max(0, records - (shape.hasHeader ? 1 : 0)), regular: true, quoted: true };
};

const isRegular = (lines: Buffer, crlf: boolean): boolean => {
  if (lines.includes(0) || !isUtf8(lines)) return false;
  if (lines[0] === LF || lines[0] === CR || lines.includes('\n\n')) return false;
  if (!crlf) return !lines.includes(CR);
  if (lines.includes('\n\r')) return false;
  let returns = 0;
  for (let at = lines.indexOf(CR); at !== -1; at = lines.indexOf(CR, at + 1)) {
    if (lines[at + 1] !== LF) return false;
    returns += 1;
  }
  return returns === countLines(lines);
};
