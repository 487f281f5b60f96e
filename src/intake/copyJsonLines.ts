/** Copies JSON lines to the lines of CSV that the engine reads: plain ones byte by byte, any other by its parsed object. */
import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { LINE_FEED, type Part, WHOLE } from '../io/parts.js';
import { AscendingIds } from './ascendingIds.js';
import { nullWordsOf } from './bind.js';
import { copyObject, type JsonLog, lineInCopy } from './copyObject.js';
import type { Tally } from './faults.js';
import { FlatLines, LONGEST_LINE } from './flatJson.js';
import { lineRecord, type RawRecord } from './records.js';
import { countLines, wholeLines } from './wholeLines.js';

/** Bytes that are handed on at once. */
const CHUNK = 4 << 20;

const CR = 0x0d;
const COMMA = 0x2c;
const ZERO = 0x30;

/** The most digits of a number in front of the cells, and a comma. */
const DIGITS = 17;

/** Writes a whole number and a comma. @returns the end of it */
const writeNumber = (to: Buffer, from: number, value: number): number => {
  let digits = 1;
  for (let power = 10; power <= value; power *= 10) digits += 1;
  let rest = value;
  for (let at = from + digits - 1; at >= from; at -= 1) {
    const less = Math.floor(rest / 10);
    to[at] = ZERO + rest - less * 10;
    rest = less;
  }
  to[from + digits] = COMMA;
  return from + digits + 1;
};

/** The cell of the id of an event, and who watches the ids. */
interface IdCell {
  readonly cell: number;
  readonly watch: AscendingIds;
}

/** The cell of the ids of a log; undefined if there is none, or one of several is taken. */
const idCell = (log: JsonLog): IdCell | undefined => {
  const [place, ...others] = log.columns.get('event_id') ?? [];
  if (place === undefined || others.length > 0) return undefined;
  return { cell: place.at, watch: new AscendingIds(nullWordsOf(log)) };
};

/** Copies the lines of one log, piece by piece. */
class LineCopier {
  readonly #flat: FlatLines | undefined;
  readonly #lineOf: (record: RawRecord) => string;
  #to: Buffer = Buffer.allocUnsafe(CHUNK);
  #at = 0;
  #full: Buffer[] = [];
  readonly #spare: Buffer[] = [];
  /** Lines so far, and those of them that were plain. */
  lines: number;
  plain = 0;
  #ids: IdCell | undefined;

  constructor(
    flat: FlatLines | undefined,
    lineOf: (record: RawRecord) => string,
    before: number,
    ids: IdCell | undefined,
  ) {
    this.#flat = flat;
    this.#lineOf = lineOf;
    this.lines = before;
    this.#ids = ids;
  }

  /** The first and last id, if each is known to be greater than the one before. */
  get ascending(): Tally['ascending'] {
    return this.#ids?.watch.ends;
  }

  /** Copies a piece of whole lines, which begins at `offset` in the file. */
  take(lines: Buffer, offset: number): void {
    const isText = isUtf8(lines) && !lines.includes(0);
    let start = 0;
    while (start < lines.length) {
      const feed = lines.indexOf(LINE_FEED, start);
      const next = feed === -1 ? lines.length : feed + 1;
      let end = feed === -1 ? next : feed;
      if (end > start && lines[end - 1] === CR) end -= 1;
      this.lines += 1;
      if (!isText || !this.#copyPlain(lines, start, end, offset)) {
        const record = lineRecord(lines, start, end, this.lines, offset);
        if (record !== undefined) {
          this.#write(this.#lineOf(record));
          this.#ids = undefined;
        }
      }
      start = next;
    }
    this.#ids?.watch.keepLast();
  }

  /** What is copied and was not handed on yet; the last piece only at the `end`. */
  *handOn(isEnd = false): Generator<Buffer> {
    if (isEnd) this.#begin(0);
    const full = this.#full;
    this.#full = [];
    for (const piece of full) {
      yield piece;
      // Its memory serves again: to allocate it anew takes longer than to fill it.
      this.#spare.push(piece);
    }
  }

  /** Begins a new piece of the copy, with room for so many bytes. */
  #begin(room: number): void {
    this.#full.push(this.#to.subarray(0, this.#at));
    const spare = room <= CHUNK ? this.#spare.pop() : undefined;
    this.#to = spare === undefined ? Buffer.allocUnsafe(Math.max(CHUNK, room)) : Buffer.from(spare.buffer);
    this.#at = 0;
  }

  #copyPlain(lines: Buffer, start: number, end: number, offset: number): boolean {
    const length = end - start;
    if (this.#flat === undefined || length > LONGEST_LINE) return false;
    const room = 3 * DIGITS + 2 + this.#flat.room(length);
    if (this.#at + room > this.#to.length) this.#begin(room);
    const to = this.#to;
    const first = writeNumber(to, writeNumber(to, writeNumber(to, this.#at, this.lines), offset + start), length);
    // Nothing of the record is lost.
    to[first] = COMMA;
    const copied = this.#flat.copy(lines, start, end, to, first + 1);
    if (copied === -1) return false;
    to[copied] = LINE_FEED;
    this.#at = copied + 1;
    this.plain += 1;
    this.#watchId(this.#flat, lines);
    return true;
  }

  /** Watches the id of the line that was copied last. */
  #watchId(flat: FlatLines, lines: Buffer): void {
    if (this.#ids === undefined) return;
    const { cell, watch } = this.#ids;
    if (!watch.isNext(lines, flat.beginOf(cell), flat.lengthOf(cell))) this.#ids = undefined;
  }

  #write(text: string): void {
    if (this.#at + text.length > this.#to.length) this.#begin(text.length);
    this.#at += this.#to.write(text, this.#at, 'latin1');
  }
}

/** How many lines of a file begin before an offset. */
const countLinesBefore = async (path: string, offset: number): Promise<number> => {
  let lines = 0;
  if (offset === 0) return lines;
  for await (const { bytes } of wholeLines(path, { from: 0, to: offset })) lines += countLines(bytes);
  return lines;
};

/**
 * Copies lines of a log to the file `to`: each record with its line, offset and length, and what of it could not be copied, in
 * front of its cells.
 *
 * @param onLines is told of so many more lines, from time to time
 * @param part only these lines
 * @throws Unreadable if a line is longer than a megabyte
 */
export const copyJsonLines = async (
  log: JsonLog,
  to: string,
  onLines: ((n: number) => void) | undefined,
  part: Part = WHOLE,
): Promise<Tally> => {
  const tally: Tally = { records: 0, lossy: 0, faults: [] };
  const cells = [...log.columns.values()].flat().map(({ within = [] }) => within);
  // A cell can be a row as a whole.
  const flat = cells.every((keys) => keys.length > 0) ? new FlatLines(cells) : undefined;
  const lineOf = (record: RawRecord): string => lineInCopy(record, copyObject(record, log.columns), log, tally);
  const copier = new LineCopier(flat, lineOf, await countLinesBefore(log.path, part.from), idCell(log));
  const file = await open(to, 'w');
  try {
    for await (const { offset, bytes } of wholeLines(log.path, part)) {
      const { lines } = copier;
      copier.take(bytes, offset);
      onLines?.(copier.lines - lines);
      for (const piece of copier.handOn()) await file.appendFile(piece);
    }
    for (const piece of copier.handOn(true)) await file.appendFile(piece);
  } finally {
    await file.close();
  }
  tally.records += copier.plain;
  tally.ascending = copier.ascending;
  return tally;
};
