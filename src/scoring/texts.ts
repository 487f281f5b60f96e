/** Lists of short texts, millions long, and their order. */

/** By how much full memory grows. Memory that is not yet written to costs nothing, and copying does. */
const GROWTH = 4;

/** Texts that were added one after the other: their UTF-8, and where each of them ends. Threads share the memory. */
export interface TextsPart {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
  readonly count: number;
}

/** A part that can still grow, and the index of its first text. */
interface Run {
  readonly from: number;
  bytes: Buffer;
  ends: Uint32Array;
  count: number;
}

/** Memory for as many bytes that threads can share. */
const bytesFor = (length: number): Buffer => Buffer.from(new SharedArrayBuffer(length));

/** Memory for the ends of as many texts that threads can share. */
const endsFor = (length: number): Uint32Array =>
  new Uint32Array(new SharedArrayBuffer(length * Uint32Array.BYTES_PER_ELEMENT));

/** Where a text begins in the bytes of its part. */
const startOf = ({ ends }: Run, at: number): number => (at === 0 ? 0 : (ends[at - 1] ?? 0));

/** A list of texts, kept as UTF-8: four bytes each besides the text itself. */
export class Texts {
  /** One after the other; only the last one grows. */
  private readonly runs: Run[] = [];
  private growing: Run = { from: 0, bytes: bytesFor(1 << 12), ends: endsFor(1 << 8), count: 0 };
  /** The result of `sorted` and `hasDuplicates`, until a text is added. */
  private look: { order: Uint32Array; duplicates: boolean } | undefined;

  /** @param parts what the list begins with: the `parts` of other lists, one after the other */
  constructor(parts: readonly TextsPart[] = []) {
    for (const { bytes, ends, count } of parts) {
      this.growing = { from: this.length, bytes: Buffer.from(bytes.buffer), ends, count };
      this.runs.push(this.growing);
    }
    if (parts.length === 0) this.runs.push(this.growing);
  }

  get length(): number {
    return this.growing.from + this.growing.count;
  }

  /** The memory of the list, to be made into a list again by another thread. */
  get parts(): readonly TextsPart[] {
    return this.runs;
  }

  add(text: string): void {
    const bytes = Buffer.from(text);
    this.addBytes(bytes, 0, bytes.length);
  }

  /** Adds the text in `source` from `from` up to `to`. */
  addBytes(source: Uint8Array, from: number, to: number): void {
    const { growing } = this;
    let at = startOf(growing, growing.count);
    const end = at + to - from;
    if (end > growing.bytes.length) {
      const bytes = bytesFor(Math.max(end, growing.bytes.length * GROWTH));
      growing.bytes.copy(bytes, 0, 0, at);
      growing.bytes = bytes;
    }
    if (growing.count === growing.ends.length) {
      const ends = endsFor(growing.count * GROWTH);
      ends.set(growing.ends);
      growing.ends = ends;
    }
    // Texts are short, so copying byte by byte is faster than copy().
    const { bytes } = growing;
    for (let i = from; i < to; i++) bytes[at++] = source[i] ?? 0;
    growing.ends[growing.count++] = end;
    this.look = undefined;
  }

  /** Removes all added texts from index `length`. */
  truncate(length: number): void {
    this.growing.count = Math.min(this.growing.count, length - this.growing.from);
    this.look = undefined;
  }

  /** The text at `index`; empty if there is none. */
  at(index: number): string {
    if (index >= this.length) return '';
    const part = this.partOf(index);
    const at = index - part.from;
    return part.bytes.toString('utf8', startOf(part, at), part.ends[at]);
  }

  /** The index of `text`, or -1. */
  indexOf(text: string): number {
    const wanted = Buffer.from(text);
    for (const part of this.runs) {
      for (let at = 0; at < part.count; at++) {
        if (wanted.equals(part.bytes.subarray(startOf(part, at), part.ends[at]))) return part.from + at;
      }
    }
    return -1;
  }

  /** All texts in the order they were added. */
  *[Symbol.iterator](): Generator<string> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }

  /** The indexes of all texts in byte order, as `sort` under LC_ALL=C. Nearly free if they were added in that order. */
  sorted(): Uint32Array {
    return this.looked().order;
  }

  /** True if a text appears twice. */
  hasDuplicates(): boolean {
    return this.looked().duplicates;
  }

  private looked(): { order: Uint32Array; duplicates: boolean } {
    if (this.look) return this.look;
    const order = new Uint32Array(this.length).map((_, i) => i);
    let most = -1; // the largest comparison of neighbours: below 0 they are in order, at 0 one appears twice
    for (let i = 1; i < this.length && most <= 0; i++) most = Math.max(most, this.compare(i - 1, i));
    if (most > 0) {
      order.sort((a, b) => this.compare(a, b));
      most = -1;
      for (let i = 1; i < this.length; i++) most = Math.max(most, this.compare(order[i - 1] ?? 0, order[i] ?? 0));
    }
    this.look = { order, duplicates: most === 0 };
    return this.look;
  }

  /** The part that the text at `index` is in. */
  private partOf(index: number): Run {
    let part = this.growing;
    for (let i = this.runs.length - 2; index < part.from; i--) part = this.runs[i] ?? this.growing;
    return part;
  }

  private compare(a: number, b: number): number {
    const [left, right] = [this.partOf(a), this.partOf(b)];
    const [i, j] = [a - left.from, b - right.from];
    let [x, y] = [startOf(left, i), startOf(right, j)];
    const [xEnd, yEnd] = [left.ends[i] ?? 0, right.ends[j] ?? 0];
    for (; x < xEnd && y < yEnd; x++, y++) {
      const difference = (left.bytes[x] ?? 0) - (right.bytes[y] ?? 0);
      if (difference !== 0) return difference;
    }
    return xEnd - x - (yEnd - y);
  }
}

/** A UTF-16 unit mapped so that surrogates sort after all other units, as their bytes do in UTF-8. */
const byteOrder = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/** Compares two texts by their bytes in UTF-8, as `sort` under LC_ALL=C, whatever the locale. */
export const compareBytes = (a: string, b: string): number => {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return byteOrder(x) - byteOrder(y);
  }
  return a.length - b.length;
};
