/** Millions of users in memory, about 150 bytes each: what a ranking needs from a features file. */

/** Users per block of values; blocks are allocated whole and never moved. */
const BLOCK = 4096;

/** Numbers of a user that follow the values: each by its place, and how many there are. */
const [CONVERTED, LAST, OPTED_OUT, FACTS] = [0, 1, 2, 3];

/** By how much a full list grows. Memory that is not yet written to costs nothing, and copying does. */
const GROWTH = 4;

/** One user to add. */
export interface UserRow {
  readonly id: string;
  readonly name: string;
  /** 1, 0, or NaN if unknown. */
  readonly converted: number;
  /** One value per signal, NaN if unknown. */
  readonly values: ArrayLike<number>;
  /** When the user was last active, in milliseconds since 1970; NaN if unknown. */
  readonly last?: number;
  /** 1 if the user must not be contacted, 0, or NaN if unknown. */
  readonly optedOut?: number;
  /** The text of each column that the list shows. */
  readonly shown?: readonly string[];
}

/** A list of texts, kept as UTF-8 in one buffer: four bytes each besides the text itself. */
export class Texts {
  private bytes = Buffer.alloc(1 << 12);
  private ends = new Uint32Array(1 << 8);
  private count = 0;
  /** The result of `sorted` and `hasDuplicates`, until a text is added. */
  private look: { order: Uint32Array; duplicates: boolean } | undefined;

  get length(): number {
    return this.count;
  }

  add(text: string): void {
    const bytes = Buffer.from(text);
    this.addBytes(bytes, 0, bytes.length);
  }

  /** Adds the text in `source` from `from` up to `to`. */
  addBytes(source: Uint8Array, from: number, to: number): void {
    let at = this.from(this.count);
    const end = at + to - from;
    if (end > this.bytes.length) {
      const bytes = Buffer.allocUnsafeSlow(Math.max(end, this.bytes.length * GROWTH));
      this.bytes.copy(bytes, 0, 0, at);
      this.bytes = bytes;
    }
    if (this.count === this.ends.length) {
      const ends = new Uint32Array(this.count * GROWTH);
      ends.set(this.ends);
      this.ends = ends;
    }
    // Texts are short, so copying byte by byte is faster than copy().
    const bytes = this.bytes;
    for (let i = from; i < to; i++) bytes[at++] = source[i] ?? 0;
    this.ends[this.count++] = end;
    this.look = undefined;
  }

  /** Removes all texts from index `length`. */
  truncate(length: number): void {
    this.count = Math.min(this.count, length);
    this.look = undefined;
  }

  /** The text at `index`; empty if there is none. */
  at(index: number): string {
    return index < this.count ? this.bytes.toString('utf8', this.from(index), this.ends[index]) : '';
  }

  /** The index of `text`, or -1. */
  indexOf(text: string): number {
    const wanted = Buffer.from(text);
    for (let i = 0; i < this.count; i++) {
      if (wanted.equals(this.bytes.subarray(this.from(i), this.ends[i]))) return i;
    }
    return -1;
  }

  /** All texts in the order they were added. */
  *[Symbol.iterator](): Generator<string> {
    for (let i = 0; i < this.count; i++) yield this.at(i);
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
    const order = new Uint32Array(this.count).map((_, i) => i);
    let most = -1; // the largest comparison of neighbours: below 0 they are in order, at 0 one appears twice
    for (let i = 1; i < this.count && most <= 0; i++) most = Math.max(most, this.compare(i - 1, i));
    if (most > 0) {
      order.sort((a, b) => this.compare(a, b));
      most = -1;
      for (let i = 1; i < this.count; i++) most = Math.max(most, this.compare(order[i - 1] ?? 0, order[i] ?? 0));
    }
    this.look = { order, duplicates: most === 0 };
    return this.look;
  }

  private from(index: number): number {
    return index === 0 ? 0 : (this.ends[index - 1] ?? 0);
  }

  private compare(a: number, b: number): number {
    const bytes = this.bytes;
    let [x, y] = [this.from(a), this.from(b)];
    const [xEnd, yEnd] = [this.ends[a] ?? 0, this.ends[b] ?? 0];
    for (; x < xEnd && y < yEnd; x++, y++) {
      const difference = (bytes[x] ?? 0) - (bytes[y] ?? 0);
      if (difference !== 0) return difference;
    }
    return xEnd - x - (yEnd - y);
  }
}

/** A growing table of users. */
export class Users {
  readonly ids = new Texts();
  readonly names = new Texts();
  /** The texts of each column that the list shows. */
  readonly shown: readonly Texts[];
  private readonly blocks: Float64Array[] = [];
  /** Numbers per user. */
  private readonly width: number;
  private length = 0;

  /**
   * @param signals the number of values per user
   * @param shown the number of columns that the list shows
   */
  constructor(
    private readonly signals: number,
    shown = 0,
  ) {
    this.shown = Array.from({ length: shown }, () => new Texts());
    this.width = signals + FACTS;
  }

  get count(): number {
    return this.length;
  }

  /** 1 if the user at `index` has converted, 0, or NaN if unknown. */
  converted(index: number): number {
    return this.fact(index, CONVERTED);
  }

  /** When the user at `index` was last active, in milliseconds since 1970; NaN if unknown. */
  last(index: number): number {
    return this.fact(index, LAST);
  }

  /** 1 if the user at `index` must not be contacted, 0, or NaN if unknown. */
  optedOut(index: number): number {
    return this.fact(index, OPTED_OUT);
  }

  add({ id, name, converted, values, last = Number.NaN, optedOut = Number.NaN, shown = [] }: UserRow): void {
    this.ids.add(id);
    this.names.add(name);
    for (const [i, texts] of this.shown.entries()) texts.add(shown[i] ?? '');
    this.addNumbers(values, converted, last, optedOut);
  }

  /** Completes a user whose texts have already been added. */
  addNumbers(values: ArrayLike<number>, converted: number, last: number, optedOut: number): void {
    const at = this.length % BLOCK;
    if (at === 0) this.blocks.push(new Float64Array(BLOCK * this.width));
    const block = this.blocks.at(-1) ?? new Float64Array();
    const start = at * this.width;
    const facts = start + this.signals;
    for (let i = 0; i < this.signals; i++) block[start + i] = values[i] ?? Number.NaN;
    block[facts + CONVERTED] = converted;
    block[facts + LAST] = last;
    block[facts + OPTED_OUT] = optedOut;
    this.length += 1;
  }

  /** True of somebody who has neither converted nor asked not to be contacted, as far as anybody knows. */
  canBeCalled(index: number): boolean {
    return this.converted(index) !== 1 && this.optedOut(index) !== 1;
  }

  /** Removes the texts of a user who was not completed. */
  dropUnfinished(): void {
    for (const texts of [this.ids, this.names, ...this.shown]) texts.truncate(this.count);
  }

  /** The last activity of any user, in milliseconds since 1970; NaN if none is known. */
  latest(): number {
    let latest = Number.NaN;
    for (let i = 0; i < this.length; i++) {
      const time = this.last(i);
      if (!(time <= latest)) latest = Number.isNaN(time) ? latest : time;
    }
    return latest;
  }

  /** Gives the user at `index` other values, and another last activity in milliseconds since 1970. */
  replace(index: number, values: ArrayLike<number>, last: number): void {
    const from = (index % BLOCK) * this.width;
    const block = this.blocks[Math.floor(index / BLOCK)] ?? new Float64Array();
    for (let i = 0; i < this.signals; i++) block[from + i] = values[i] ?? Number.NaN;
    block[from + this.signals + LAST] = last;
  }

  /** The values of the user at `index`, copied into `values`. */
  values(index: number, values = new Float64Array(this.signals)): Float64Array {
    const from = (index % BLOCK) * this.width;
    const block = this.blocks[Math.floor(index / BLOCK)];
    for (let i = 0; i < this.signals; i++) values[i] = block?.[from + i] ?? Number.NaN;
    return values;
  }

  /** One of the numbers that follow the values. */
  private fact(index: number, place: number): number {
    return this.blocks[Math.floor(index / BLOCK)]?.[(index % BLOCK) * this.width + this.signals + place] ?? Number.NaN;
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
