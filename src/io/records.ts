/**
 * Where the records of a CSV file begin and end, and which of them are not well formed (RFC 4180).
 *
 * This is the count that does not trust the engine: it reads bytes, not values. A file without quotes is counted by
 * its line ends, nearly at the speed of the disk; any other file is walked byte by byte.
 */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const SPACE = 0x20;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const NEWLINE = Buffer.from([LF]);

/** Longest record, in bytes. The engine refuses lines over 2 MB; nothing an event log holds comes near. */
export const MAX_RECORD_BYTES = 1 << 20;

const SHORTEN = 'shorten it, or leave it out';
const MEND = 'mend the quote, or double it where it is part of the text';
const TOO_LONG = `a record is longer than a megabyte: ${SHORTEN}`;

const CHUNK = { highWaterMark: 1 << 20 };

/** A look at a whole file: how many records it has, and whether the engine can be trusted with it as it is. */
export interface Glance {
  /** Records after the header, if `regular`. */
  readonly records: number;
  /** True if every record is well-formed UTF-8 and the line ends are all alike, without blank lines. */
  readonly regular: boolean;
  /** Where the first cell of every record is greater than the one before it, so that none is there twice: the ends. */
  readonly growing?: { readonly first: Buffer; readonly last: Buffer } | undefined;
}

/**
 * True if a cell (`length` bytes of `bytes` from `start`) comes after another: the longer one does, and of one length
 * the greater by bytes. `e10` comes after `e9`. A call of Buffer.compare for each of millions of cells takes far longer.
 */
const comesAfter = (
  bytes: Buffer,
  start: number,
  length: number,
  other: Buffer,
  otherStart: number,
  otherLength: number,
): boolean => {
  if (length !== otherLength) return length > otherLength;
  for (let i = 0; i < length; i += 1) {
    const order = (bytes[start + i] ?? 0) - (other[otherStart + i] ?? 0);
    if (order !== 0) return order > 0;
  }
  return false;
};

/** True if `cell` comes after `other`, as cells that grow do. */
export const isGreater = (cell: Buffer, other: Buffer): boolean =>
  comesAfter(cell, 0, cell.length, other, 0, other.length);

/** Watches the first cells of lines for as long as each is greater than the one before. */
class Growing {
  readonly #delimiter: number;
  #first: Buffer | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  #start = 0;
  #length = 0;

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** The number of `lines`, each with its line end; undefined as soon as a cell is not greater. `header`: the first is none. */
  take(lines: Buffer, header: boolean): number | undefined {
    let count = 0;
    let start = 0;
    for (let at = lines.indexOf(LF); at !== -1; at = lines.indexOf(LF, start)) {
      if (count > 0 || !header) {
        if (!this.#isNext(lines, start, at)) return undefined;
      }
      count += 1;
      start = at + 1;
    }
    // The next lines come in other bytes.
    this.#buffer = Buffer.from(this.#buffer.subarray(this.#start, this.#start + this.#length));
    this.#start = 0;
    return count;
  }

  /** The first and the last cell so far. */
  get ends(): Glance['growing'] {
    return this.#first && { first: this.#first, last: this.#buffer };
  }

  #isNext(lines: Buffer, start: number, end: number): boolean {
    let length = 0;
    while (start + length < end && lines[start + length] !== this.#delimiter) length += 1;
    const grows = comesAfter(lines, start, length, this.#buffer, this.#start, this.#length);
    this.#first ??= Buffer.from(lines.subarray(start, start + length));
    this.#buffer = lines;
    this.#start = start;
    this.#length = length;
    return grows;
  }
}

const IRREGULAR: Glance = { records: 0, regular: false };

/** What a walk found besides the records. */
interface LineEnds {
  lf: number;
  crlf: number;
  blank: number;
}

/**
 * Counts the records of `path`, stopping early where the file turns out to be irregular.
 *
 * @param crlf whether lines are expected to end in CR LF
 */
export const glance = async (path: string, delimiter: string, crlf: boolean): Promise<Glance> => {
  let lines = 0;
  let growing: Growing | undefined = new Growing(delimiter);
  for await (const { bytes } of wholeLines(path)) {
    if (bytes.includes(QUOTE)) return glanceAtQuotes(path, delimiter, crlf);
    const ended = bytes[bytes.length - 1] === LF;
    if (!ended && bytes.length > MAX_RECORD_BYTES) return IRREGULAR;
    if (!isRegular(bytes, crlf && ended)) return IRREGULAR;
    const whole = ended ? bytes : Buffer.concat([bytes, NEWLINE]);
    const taken = growing?.take(whole, lines === 0);
    if (taken === undefined) growing = undefined;
    lines += taken ?? countLines(whole);
  }
  return { records: Math.max(0, lines - 1), regular: lines > 0, growing: growing?.ends };
};

/** Whether the first cells of a file grow as far as its first megabyte goes. */
export const beginsToGrow = async (path: string, delimiter: string): Promise<boolean> => {
  for await (const { bytes } of wholeLines(path)) return new Growing(delimiter).take(bytes, true) !== undefined;
  return false;
};

/**
 * The bytes of a file after a byte order mark, at most the longest line at a time, cut between lines, so that no
 * character or line end is cut in two; and where in the file they begin. Only the last piece may lack a line end: it is
 * the last line, or the beginning of one that is too long. Each piece is good until the next is asked for: they all
 * come in one buffer, which halves the time of a stream.
 */
async function* wholeLines(path: string): AsyncGenerator<{ offset: number; bytes: Buffer }> {
  const buffer = Buffer.allocUnsafe(MAX_RECORD_BYTES + 1);
  const file = await open(path);
  try {
    const opening = await file.read(buffer, 0, BOM.length);
    const marked = buffer.subarray(0, opening.bytesRead).equals(BOM);
    let offset = marked ? BOM.length : 0;
    let kept = opening.bytesRead - offset;
    for (;;) {
      const { bytesRead } = await file.read(buffer, kept, buffer.length - kept);
      if (bytesRead === 0) break;
      const filled = kept + bytesRead;
      const end = buffer.subarray(0, filled).lastIndexOf(LF) + 1;
      if (end > 0) yield { offset, bytes: buffer.subarray(0, end) };
      buffer.copyWithin(0, end, filled);
      offset += end;
      kept = filled - end;
    }
    if (kept > 0) yield { offset, bytes: buffer.subarray(0, kept) };
  } finally {
    await file.close();
  }
}

/** The same for a file with quotes: a line need not be a record, so every byte is looked at. */
const glanceAtQuotes = async (path: string, delimiter: string, crlf: boolean): Promise<Glance> => {
  const ends: LineEnds = { lf: 0, crlf: 0, blank: 0 };
  let records = 0;
  try {
    for await (const batch of walkRecords(path, delimiter, undefined, ends)) {
      if (batch.some(({ fault }) => fault !== undefined)) return IRREGULAR;
      records += batch.length;
    }
  } catch (error) {
    if (error instanceof Unreadable) return IRREGULAR;
    throw error;
  }
  const alike = crlf ? ends.lf === 0 : ends.crlf === 0;
  return alike && ends.blank === 0 ? { records: Math.max(0, records - 1), regular: true } : IRREGULAR;
};

const withoutBom = (bytes: Buffer): Buffer => (bytes.subarray(0, 3).equals(BOM) ? bytes.subarray(3) : bytes);

const countLines = (bytes: Buffer): number => {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) lines += 1;
  return lines;
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

/** One record of a CSV file, or the reason why it is none. */
export interface RawRecord {
  /** Physical line of the first byte, from 1, as an editor shows it. */
  readonly line: number;
  /** Offset of the first byte in the file. */
  readonly offset: number;
  /** The bytes without the line end; valid until the next batch is asked for. */
  readonly bytes: Buffer;
  /** What is wrong with the structure; undefined for a well-formed record. */
  readonly fault: string | undefined;
}

/** A file whose records cannot be told apart: a quote that is never closed, or a record of over a megabyte. */
export class Unreadable extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

enum At {
  FieldStart,
  Unquoted,
  Quoted,
  QuoteInQuoted,
  Broken,
}

/**
 * Walks the records of `path` in file order, the header included, in batches of about a megabyte.
 * Blank lines are passed over. A broken record ends with its physical line.
 *
 * @param delimiter one ASCII character
 * @param fields number of fields a record must have; undefined: as many as the first record has
 * @param ends counts the line ends and blank lines on the way
 * @throws Unreadable where no record end can be found
 */
export async function* walkRecords(
  path: string,
  delimiter: string,
  fields?: number,
  ends: LineEnds = { lf: 0, crlf: 0, blank: 0 },
): AsyncGenerator<RawRecord[]> {
  const DELIMITER = delimiter.charCodeAt(0);
  let width = fields;
  let buffer: Buffer = Buffer.alloc(0);
  let origin = 0; // of buffer[0] in the file
  let position = 0; // of the scan in the buffer
  let start = 0; // of the record in the buffer
  let line = 1; // at the scan position
  let startLine = 1;
  let state = At.FieldStart;
  let delimiters = 0;
  let fault: string | undefined;
  let batch: RawRecord[] = [];

  const finish = (end: number): void => {
    if (end - start > MAX_RECORD_BYTES) throw new Unreadable(startLine, TOO_LONG);
    if (end > start) {
      const bytes = buffer.subarray(start, end);
      const count = delimiters + 1;
      width ??= count;
      fault ??= bytes.includes(0) ? 'NUL byte' : undefined;
      fault ??= isUtf8(bytes) ? undefined : 'not valid UTF-8';
      fault ??= count === width ? undefined : `field count ${count}, expected ${width}`;
      batch.push({ line: startLine, offset: origin + start, bytes, fault });
    }
    state = At.FieldStart;
    delimiters = 0;
    fault = undefined;
  };

  const broken = (what: string): void => {
    fault = what;
    state = At.Broken;
  };

  const endOfLine = (): void => {
    const end = position > start && buffer[position - 1] === CR ? position - 1 : position;
    ends[end < position ? 'crlf' : 'lf'] += 1;
    if (end === start) ends.blank += 1;
    finish(end);
    line += 1;
    start = position + 1;
    startLine = line;
  };

  const step = (byte: number): void => {
    switch (state) {
      case At.FieldStart:
        if (byte === QUOTE) state = At.Quoted;
        else if (byte === DELIMITER) delimiters += 1;
        else state = At.Unquoted;
        break;
      case At.Unquoted:
        if (byte === DELIMITER) {
          delimiters += 1;
          state = At.FieldStart;
        } else if (byte === QUOTE) broken('quote inside an unquoted field');
        break;
      case At.Quoted:
        if (byte === QUOTE) state = At.QuoteInQuoted;
        else if (byte === LF) line += 1;
        break;
      case At.QuoteInQuoted:
        if (byte === QUOTE) state = At.Quoted;
        else if (byte === DELIMITER) {
          delimiters += 1;
          state = At.FieldStart;
        } else broken('text after closing quote');
        break;
      case At.Broken:
        break;
    }
  };

  const quoted = (): boolean => state === At.Quoted;

  const scan = (last: boolean): void => {
    for (; position < buffer.length; position += 1) {
      const byte = buffer[position] ?? 0;
      if (byte === LF && state !== At.Quoted) endOfLine();
      else if (byte === CR && state !== At.Quoted && state !== At.Broken) {
        if (position + 1 === buffer.length && !last) return; // the next byte tells what it is
        if (position + 1 < buffer.length && buffer[position + 1] !== LF) broken('stray carriage return');
      } else step(byte);
    }
  };

  for await (const piece of createReadStream(path, CHUNK) as AsyncIterable<Buffer>) {
    const opening = origin === 0 && buffer.length === 0;
    buffer = start < buffer.length ? Buffer.concat([buffer.subarray(start), piece]) : piece;
    origin += start;
    position -= start;
    start = 0;
    if (opening && withoutBom(buffer) !== buffer) position = start = BOM.length;
    scan(false);
    if (batch.length > 0) yield batch;
    batch = [];
    if (buffer.length - start > MAX_RECORD_BYTES) {
      throw new Unreadable(
        startLine,
        quoted() ? `a quote is opened and not closed within a megabyte: ${MEND}` : TOO_LONG,
      );
    }
  }
  scan(true);
  if (quoted()) throw new Unreadable(startLine, `a quote is opened and never closed: ${MEND}`);
  finish(buffer[buffer.length - 1] === CR ? buffer.length - 1 : buffer.length);
  if (batch.length > 0) yield batch;
}

/**
 * Walks the lines of `path` in file order, in batches of about a megabyte, without their ends; blank lines are passed
 * over. What is not UTF-8 or has a NUL byte has a fault.
 *
 * @throws Unreadable where a line is longer than a megabyte
 */
export async function* walkLines(path: string): AsyncGenerator<RawRecord[]> {
  let line = 0;
  for await (const { offset, bytes: lines } of wholeLines(path)) {
    const batch: RawRecord[] = [];
    let start = 0;
    while (start < lines.length) {
      const lf = lines.indexOf(LF, start);
      const next = lf === -1 ? lines.length : lf + 1;
      let end = lf === -1 ? lines.length : lf;
      if (end > start && lines[end - 1] === CR) end -= 1;
      const bytes = lines.subarray(start, end);
      line += 1;
      if (bytes.length > MAX_RECORD_BYTES) throw new Unreadable(line, `a line is longer than a megabyte: ${SHORTEN}`);
      if (bytes.some((byte) => byte > SPACE)) {
        const fault = bytes.includes(0) ? 'NUL byte' : isUtf8(bytes) ? undefined : 'not valid UTF-8';
        batch.push({ line, offset: offset + start, bytes, fault });
      }
      start = next;
    }
    if (batch.length > 0) yield batch;
  }
}

/** What is wrong with a line that should hold one JSON object. */
export const jsonFault = ({ bytes, fault }: RawRecord): string | undefined => {
  if (fault !== undefined) return fault;
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'not a JSON object';
  } catch {
    return 'not valid JSON';
  }
};
