/** Picks some records of a CSV file that the engine can read as it is, by their numbers. */
import { LINE_FEED } from '../io/parts.js';
import { type RawRecord, walkRecords } from './records.js';
import { wholeLines } from './wholeLines.js';
import type { CsvShape } from './csvShape.js';

/** Takes from a list of ascending numbers those that come next. */
class Wanted {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** Whether this number is the next one; then it is taken. */
  takes(number: number): boolean {
    const isNext = this.#numbers[this.#next] === number;
    if (isNext) this.#next += 1;
    return isNext;
  }

  get isDone(): boolean {
    return this.#next === this.#numbers.length;
  }
}

/** The lines of `path` with these numbers, as records. */
async function* pickLines(path: string, crlf: boolean, wanted: Wanted): AsyncGenerator<RawRecord[]> {
  let line = 0;
  for await (const { offset, bytes: lines } of wholeLines(path)) {
    const batch: RawRecord[] = [];
    for (let start = 0; start < lines.length; line += 1) {
      const feed = lines.indexOf(LINE_FEED, start);
      const next = feed === -1 ? lines.length : feed + 1;
      if (wanted.takes(line)) {
        const bytes = lines.subarray(start, feed === -1 ? next : feed - (crlf ? 1 : 0));
        batch.push({ line: line + 1, offset: offset + start, length: bytes.length, bytes, fault: undefined });
      }
      start = next;
    }
    yield batch;
    if (wanted.isDone) return;
  }
}

/** The same for a file with quotes, in which a record can span lines. */
async function* pickQuoted(path: string, delimiter: string, wanted: Wanted): AsyncGenerator<RawRecord[]> {
  let number = 0;
  for await (const records of walkRecords(path, delimiter)) {
    yield records.filter(() => wanted.takes(number++));
    if (wanted.isDone) return;
  }
}

/**
 * The records of a regular file (see scan.ts) with these numbers, in batches as those of `walkRecords`.
 *
 * @param numbers ascending; 0 is the first record after the header
 * @param isQuoted whether there is a quote in the file
 */
export const pickRecords = (
  path: string,
  { delimiter, crlf, hasHeader }: CsvShape,
  numbers: readonly number[],
  isQuoted: boolean,
): AsyncGenerator<RawRecord[]> => {
  const wanted = new Wanted(numbers.map((number) => number + (hasHeader ? 1 : 0)));
  return isQuoted ? pickQuoted(path, delimiter, wanted) : pickLines(path, crlf, wanted);
};
