/** Reads CSV records strictly with csv-parse, and knows the line on which each record begins. */
import { CsvError, parse } from 'csv-parse';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../model.js';
import { counted } from '../text/numbers.js';
import { reasonOf } from './cannotRead.js';

/**
 * The longest record, so that a quote that is never closed does not fill the memory. An event has up to a megabyte, and
 * a user can have cells of many events.
 */
const MAX_RECORD = 64 << 20;

/** One record and the physical line of its first byte. */
export interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
  /** True if numbers may have a decimal comma, since something else separates the cells: a spreadsheet saved the file. */
  readonly decimalComma: boolean;
}

const FAULTS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened here and never closed',
  CSV_INVALID_CLOSING_QUOTE: 'there is text after a closing quote',
  INVALID_OPENING_QUOTE: 'there is a quote inside a cell that does not begin with one',
  CSV_MAX_RECORD_SIZE: `a record is longer than ${MAX_RECORD} bytes: is a quote never closed?`,
};

/** Finds the line of a quote that is never closed: csv-parse reports only the end of the file. */
class OpenQuote {
  line: number | undefined;
  private at = 1;

  read(bytes: Buffer): void {
    let from = 0;
    for (let quote = bytes.indexOf(0x22); quote >= 0; quote = bytes.indexOf(0x22, quote + 1)) {
      this.countLines(bytes, from, quote);
      this.line = this.line === undefined ? this.at : undefined;
      from = quote;
    }
    this.countLines(bytes, from, bytes.length);
  }

  private countLines(bytes: Buffer, from: number, to: number): void {
    for (let end = bytes.indexOf(0x0a, from); end >= 0 && end < to; end = bytes.indexOf(0x0a, end + 1)) this.at++;
  }
}

/** Passes the bytes of `source` on, as long as they are UTF-8 text without NUL bytes. */
async function* checkedText(source: AsyncIterable<Buffer>, path: string, quote: OpenQuote): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const check = (bytes: Buffer, stream: boolean): void => {
    try {
      decoder.decode(bytes, { stream });
    } catch (error) {
      throw new Failure('data', `${path} is not UTF-8 text: save it as CSV in UTF-8`, { cause: error });
    }
  };
  for await (const bytes of source) {
    check(bytes, true);
    if (bytes.includes(0)) throw new Failure('data', `${path} has a NUL byte: it is not a text file, or not in UTF-8`);
    quote.read(bytes);
    yield bytes;
  }
  check(Buffer.alloc(0), false);
}

const open = async (path: string, hint: string): Promise<Readable> => {
  if (path === '-') return process.stdin;
  try {
    if ((await stat(path)).isDirectory()) throw new Failure('noInput', `cannot read ${path}: it is a folder`);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('noInput', `there is no file ${path}${hint}`, { cause: error });
  }
  return createReadStream(path, { highWaterMark: 1 << 18 });
};

const newlines = (cells: readonly string[]): number => {
  let count = 0;
  for (const cell of cells) if (cell.includes('\n')) count += cell.split('\n').length - 1;
  return count;
};

/** What separates the cells of a header: a semicolon or a tab if it has no comma, as spreadsheets save files in some countries. */
const delimiterOf = (head: Buffer): string => {
  const [header = ''] = head.toString().split(/[\r\n]/, 1);
  return header.includes(',') ? ',' : ([';', '\t'].find((one) => header.includes(one)) ?? ',');
};

/** Takes the first piece from a stream, and gives it back with the others. */
const peek = async (source: Readable): Promise<{ head: Buffer; all: () => AsyncGenerator<Buffer> }> => {
  const pieces = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const { value, done } = await pieces.next();
  const head: Buffer = done ? Buffer.alloc(0) : value;
  const all = async function* (): AsyncGenerator<Buffer> {
    if (!done) yield head;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  };
  return { head, all };
};

/** A cell of a number in plain spelling. */
export const withoutDecimalComma = (cell: string, { decimalComma }: Pick<CsvRecord, 'decimalComma'>): string =>
  decimalComma && /^-?\d+,\d+$/.test(cell) ? cell.replace(',', '.') : cell;

/**
 * The records of a CSV file, header first; blank lines are skipped.
 *
 * @param path `-` is standard input
 * @param hint what to say after "there is no file PATH"
 * @throws Failure `noInput` if there is no file to read, `data` with file:line for anything but plain CSV in UTF-8
 */
export async function* records(path: string, hint = ''): AsyncGenerator<CsvRecord> {
  const name = path === '-' ? 'standard input' : path;
  // Columns are counted below, where the line of a record is known.
  const source = await open(path, hint);
  const { head, all } = await peek(source).catch((error: unknown) => {
    throw new Failure('noInput', `cannot read ${name}: ${reasonOf(error)}`, { cause: error });
  });
  const delimiter = delimiterOf(head);
  const decimalComma = delimiter !== ',';
  const parser = parse({
    bom: true,
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: MAX_RECORD,
    relax_column_count: true,
  });
  const quote = new OpenQuote();
  const fed = pipeline(checkedText(all(), name, quote), parser);
  fed.catch(() => {});
  let line = 1;
  let columns: number | undefined;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      const blank = cells.length === 1 && cells[0] === '';
      columns ??= blank ? undefined : cells.length;
      if (!blank) {
        if (cells.length !== columns) {
          const said = `${counted(cells.length, 'cell')} under a header of ${columns}`;
          throw new Failure('data', `${name}:${line}: ${said}; is a comma or a quote missing?`);
        }
        yield { cells, line, decimalComma };
      }
      line += 1 + newlines(cells);
    }
    await fed;
  } catch (error) {
    if (error instanceof CsvError) {
      const at = (error.code === 'CSV_QUOTE_NOT_CLOSED' ? quote.line : undefined) ?? Number(error['lines'] ?? line);
      throw new Failure('data', `${name}:${at}: ${FAULTS[error.code] ?? error.message}`, { cause: error });
    }
    if (error instanceof Failure) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure('noInput', `cannot read ${name}: ${why}`, { cause: error });
  }
}
