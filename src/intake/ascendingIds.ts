/** Ids of which each is greater than the one before: so none appears twice, which is proved as they pass. */

/** The first and the last of such ids, in UTF-8. */
export interface Ascending {
  readonly first: Uint8Array;
  readonly last: Uint8Array;
}

/**
 * True if a cell (`length` bytes of `bytes` from `start`) comes after another: it is longer, or of the same length and
 * greater by bytes, so `e10` comes after `e9`. Calling Buffer.compare for millions of cells takes far longer.
 */
const comesAfter = (
  bytes: Uint8Array,
  start: number,
  length: number,
  other: Uint8Array,
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

/** True if `cell` comes after `other` in that order. */
const isGreater = (cell: Uint8Array, other: Uint8Array): boolean =>
  comesAfter(cell, 0, cell.length, other, 0, other.length);

/** The ids of several parts, one after the other; undefined if those of a part are, or a part begins too low. */
export const inOneOrder = (parts: readonly (Ascending | undefined)[]): Ascending | undefined =>
  parts.reduce((all, part, i) => {
    if (i === 0) return part;
    return all && part && isGreater(part.first, all.last) ? { first: all.first, last: part.last } : undefined;
  }, undefined);

/** Checks that each id is greater than the one before, and none of `words`. */
export class AscendingIds {
  readonly #words: readonly Buffer[];
  readonly #longest: number;
  /** Whether a word begins with a byte. */
  readonly #begins = new Uint8Array(256);
  #first: Buffer | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  #start = 0;
  #length = 0;

  constructor(words: readonly string[]) {
    this.#words = words.map((word) => Buffer.from(word));
    this.#longest = Math.max(0, ...this.#words.map(({ length }) => length));
    for (const [first = 0] of this.#words) this.#begins[first] = 1;
  }

  /** Whether the id of `length` bytes of `lines` from `start` is greater than the one before. */
  isNext(lines: Buffer, start: number, length: number): boolean {
    if (length <= this.#longest && this.#begins[lines[start] ?? 0] === 1) {
      const cell = lines.subarray(start, start + length);
      if (this.#words.some((word) => word.equals(cell))) return false;
    }
    const grows = comesAfter(lines, start, length, this.#buffer, this.#start, this.#length);
    this.#first ??= Buffer.from(lines.subarray(start, start + length));
    this.#buffer = lines;
    this.#start = start;
    this.#length = length;
    return grows;
  }

  /** Keeps the last id, before the bytes of its line are overwritten. */
  keepLast(): void {
    this.#buffer = Buffer.from(this.#buffer.subarray(this.#start, this.#start + this.#length));
    this.#start = 0;
  }

  /** The first and the last id so far. */
  get ends(): Ascending | undefined {
    return this.#first && { first: this.#first, last: this.#buffer };
  }
}
