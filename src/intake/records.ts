/** Walks a log byte by byte: where each record begins and ends, and which are not well formed (RFC 4180). */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { LINE_FEED } from '../io/parts.js';
import { BOM, MAX_RECORD_BYTES, wholeLines } from './wholeLines.js';

const CR = 0x0d;
const QUOTE = 0x22;
const SPACE = 0x20;

const SHORTEN = 'shorten or remove it';
const FIX_QUOTE = 'close the quote, or double it if it is part of the text';
const TOO_LONG = `a record is longer than a megabyte: ${SHORTEN}`;

/** The fault of a record whose bytes are no text in UTF-8. */
export const NOT_UTF8 = 'not valid UTF-8';

/** How the fault of a record begins that has more or fewer cells than the header. */
export const RAGGED = 'field count';

const CHUNK = { highWaterMark: 1 << 20 };

/** Counts of the line ends and blank lines that a walk has seen. */
export interface LineEnds {
  lf: number;
  crlf: number;
  blank: number;
}

const withoutBom = (bytes: Buffer): Buffer => (bytes.subarray(0, 3).equals(BOM) ? bytes.subarray(3) : bytes);

/** One record of a file, with its fault if it is not well formed. */
export interface RawRecord {
  /** Physical line of the first byte, counted from 1 as in an editor. */
  readonly line: number;
  /** Offset of the first byte in the file. */
  readonly offset: number;
  /** Bytes in the file without the line end. */
  readonly length: number;
  /** The bytes without the line end; valid until the next batch is read. */
  readonly bytes: Buffer;
  /** What is wrong with the structure; undefined for a well-formed record. */
  readonly fault: string | undefined;
}

/** A file whose records cannot be separated: a quote is never closed, or a record is longer than a megabyte. */
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

/** How records are walked. */
export interface WalkOptions {
  /** Cells that a record must have; by default as many as the first record has. */
  readonly fields?: number;
  /** Counts line ends and blank lines. */
  readonly ends?: LineEnds;
  /** Adds empty cells that are missing at the end of a record, and drops empty ones beyond the last column. */
  readonly fill?: boolean;
}

/** A record with as many cells as it should have; undefined if a surplus cell is not empty. */
const filled = (
  bytes: Buffer,
  delimiter: string,
  { missing, surplus }: { missing: number; surplus: number },
): Buffer | undefined => {
  if (missing > 0) return Buffer.concat([bytes, Buffer.from(delimiter.repeat(missing))]);
  const cells = bytes
    .subarray(surplus + 1)
    .toString('latin1')
    .split(delimiter);
  return cells.every((cell) => cell === '' || cell === '""') ? bytes.subarray(0, surplus) : undefined;
};

/**
 * Walks the records of `path` in file order, the header included, in batches of about a megabyte.
 * Blank lines are skipped. A broken record ends at the end of its physical line.
 *
 * @param delimiter one ASCII character
 * @param fields number of fields a record must have; undefined: as many as the first record has
 * @param ends incremented for every line end and blank line
 * @throws Unreadable if the end of a record cannot be found
 */
export async function* walkRecords(
  path: string,
  delimiter: string,
  { fields, ends = { lf: 0, crlf: 0, blank: 0 }, fill = false }: WalkOptions = {},
): AsyncGenerator<RawRecord[]> {
  const DELIMITER = delimiter.charCodeAt(0);
  let width = fields;
  let buffer: Buffer = Buffer.alloc(0);
  let origin = 0; // offset of buffer[0] in the file
  let position = 0; // offset of the scan in the buffer
  let start = 0; // offset of the record in the buffer
  let line = 1; // at the scan position
  let startLine = 1;
  let state = At.FieldStart;
  let delimiters = 0;
  let surplus = 0; // offset of the delimiter after the last column, in the record
  let fault: string | undefined;
  let batch: RawRecord[] = [];

  const finish = (end: number): void => {
    if (end - start > MAX_RECORD_BYTES) throw new Unreadable(startLine, TOO_LONG);
    if (end > start) {
      let bytes = buffer.subarray(start, end);
      let count = delimiters + 1;
      width ??= count;
      if (fill && fault === undefined && count !== width) {
        bytes = filled(bytes, delimiter, { missing: width - count, surplus }) ?? bytes;
        if (bytes.length !== end - start) count = width;
      }
      fault ??= bytes.includes(0) ? 'NUL byte' : undefined;
      fault ??= isUtf8(bytes) ? undefined : NOT_UTF8;
      fault ??= count === width ? undefined : `${RAGGED} ${count}, expected ${width}`;
      batch.push({ line: startLine, offset: origin + start, length: end - start, bytes, fault });
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

  const endOfField = (): void => {
    delimiters += 1;
    if (delimiters === width) surplus = position - start;
    state = At.FieldStart;
  };

  const step = (byte: number): void => {
    switch (state) {
      case At.FieldStart:
        if (byte === QUOTE) state = At.Quoted;
        else if (byte === DELIMITER) endOfField();
        else state = At.Unquoted;
        break;
      case At.Unquoted:
        if (byte === DELIMITER) endOfField();
        else if (byte === QUOTE) broken('quote inside an unquoted field');
        break;
      case At.Quoted:
        if (byte === QUOTE) state = At.QuoteInQuoted;
        else if (byte === LINE_FEED) line += 1;
        break;
      case At.QuoteInQuoted:
        if (byte === QUOTE) state = At.Quoted;
        else if (byte === DELIMITER) endOfField();
        else broken('text after closing quote');
        break;
      case At.Broken:
        break;
    }
  };

  const quoted = (): boolean => state === At.Quoted;

  const scan = (last: boolean): void => {
    for (; position < buffer.length; position += 1) {
      const byte = buffer[position] ?? 0;
      if (byte === LINE_FEED && state !== At.Quoted) endOfLine();
      else if (byte === CR && state !== At.Quoted && state !== At.Broken) {
        if (position + 1 === buffer.length && !last) return; // the next byte decides whether this ends a line
        if (position + 1 < buffer.length && buffer[position + 1] !== LINE_FEED) broken('stray carriage return');
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
      throw new Unreadable(startLine, quoted() ? `a quote is not closed within a megabyte: ${FIX_QUOTE}` : TOO_LONG);
    }
  }
  scan(true);
  if (quoted()) throw new Unreadable(startLine, `a quote is opened and never closed: ${FIX_QUOTE}`);
  finish(buffer[buffer.length - 1] === CR ? buffer.length - 1 : buffer.length);
  if (batch.length > 0) yield batch;
}

/**
 * The line from `start` to `end` of `lines`, without its end; undefined for a blank one. One that is not UTF-8 or has a NUL byte
 * has a fault.
 *
 * @param line its number
 * @param offset of `lines` in the file
 * @throws Unreadable if it is longer than a megabyte
 */
export const lineRecord = (
  lines: Buffer,
  start: number,
  end: number,
  line: number,
  offset: number,
): RawRecord | undefined => {
  const bytes = lines.subarray(start, end);
  if (bytes.length > MAX_RECORD_BYTES) throw new Unreadable(line, `a line is longer than a megabyte: ${SHORTEN}`);
  if (!bytes.some((byte) => byte > SPACE)) return undefined;
  const fault = bytes.includes(0) ? 'NUL byte' : isUtf8(bytes) ? undefined : NOT_UTF8;
  return { line, offset: offset + start, length: bytes.length, bytes, fault };
};

/**
 * Walks the lines of `path` in file order, in batches of about a megabyte, as `lineRecord` has them; blank ones are skipped.
 *
 * @throws Unreadable if a line is longer than a megabyte
 */
export async function* walkLines(path: string): AsyncGenerator<RawRecord[]> {
  let line = 0;
  for await (const { offset, bytes: lines } of wholeLines(path)) {
    const batch: RawRecord[] = [];
    for (let start = 0; start < lines.length;) {
      const feed = lines.indexOf(LINE_FEED, start);
      const next = feed === -1 ? lines.length : feed + 1;
      let end = feed === -1 ? next : feed;
      if (end > start && lines[end - 1] === CR) end -= 1;
      line += 1;
      const record = lineRecord(lines, start, end, line, offset);
      if (record !== undefined) batch.push(record);
      start = next;
    }
    if (batch.length > 0) yield batch;
  }
}
