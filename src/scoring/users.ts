/** Many users side by side, some 150 bytes each: what a ranking needs of a features file, whoever read it. */

/** Users per block of values; a block is allocated at once and never moved. */
const BLOCK = 4096;

/** The values of one user, to be added. */
export interface UserRow {
  readonly id: string;
  readonly name: string;
  /** 1, 0, or NaN where it is unknown. */
  readonly converted: number;
  /** One value for each signal, NaN where it is unknown. */
  readonly values: ArrayLike<number>;
}

/** Texts side by side as their bytes in UTF-8: four bytes each beside the text itself. */
export class Texts {
  private bytes = Buffer.alloc(1 << 12);
  private ends = new Uint32Array(1 << 8);
  private count = 0;
  /** What `sorted` and `hasTwins` found out, until the next text. */
  private look: { order: Uint32Array; twins: boolean } | undefined;

  get length(): number {
    return this.count;
  }

  add(text: string): void {
    const bytes = Buffer.from(text);
    this.addBytes(bytes, 0, bytes.length);
  }

  /** Adds the text that lies in `source` from `from` up to `to`. */
  addBytes(source: Uint8Array, from: number, to: number): void {
    let at = this.from(this.count);
    const end = at + to - from;
    if (end > this.bytes.length) this.bytes = Buffer.concat([this.bytes], Math.max(end, this.bytes.length * 2));
    if (this.count === this.ends.length) {
      const ends = new Uint32Array(this.count * 2);
      ends.set(this.ends);
      this.ends = ends;
    }
    // Texts are short: byte by byte is faster than a call of copy().
    const bytes = this.bytes;
    for (let i = from; i < to; i++) bytes[at++] = source[i] ?? 0;
    this.ends[this.count++] = end;
    this.look = undefined;
  }

  /** Drops all texts from `length` on. */
  truncate(length: number): void {
    this.count = Math.min(this.count, length);
    this.look = undefined;
  }

  /** The text at `index`; empty where there is none. */
  at(index: number): string {
    return index < this.count ? this.bytes.toString('utf8', this.from(index), this.ends[index]) : '';
  }

  /** Where `text` is, or -1. */
  indexOf(text: string): number {
    const wanted = Buffer.from(text);
    for (let i = 0; i < this.count; i++) {
      if (wanted.equals(this.bytes.subarray(this.from(i), this.ends[i]))) return i;
    }
    return -1;
  }

  /** All texts in the order they came in. */
  *[Symbol.iterator](): Generator<string> {
    for (let i = 0; i < this.count; i++) yield this.at(i);
  }

  /** The indexes of all texts by their bytes: the order of `sort` under LC_ALL=C. Costs next to nothing where they came in it. */
  sorted(): Uint32Array {
    return this.looked().order;
  }

  /** Whether a text is there twice. */
  hasTwins(): boolean {
    return this.looked().twins;
  }

  private looked(): { order: Uint32Array; twins: boolean } {
    if (this.look) return this.look;
    const order = new Uint32Array(this.count).map((_, i) => i);
    let most = -1; // the largest comparison of neighbours: below 0 the texts climb, at 0 one is there twice
    for (let i = 1; i < this.count && most <= 0; i++) most = Math.max(most, this.compare(i - 1, i));
    if (most > 0) {
      order.sort((a, b) => this.compare(a, b));
      most = -1;
      for (let i = 1; i < this.count; i++) most = Math.max(most, this.compare(order[i - 1] ?? 0, order[i] ?? 0));
    }
    this.look = { order, twins: most === 0 };
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

/** A growing table of users. Ids and names are kept as bytes, values as 8 bytes each. */
export class Users {
  readonly ids = new Texts();
  readonly names = new Texts();
  readonly converted: number[] = [];
  private readonly blocks: Float64Array[] = [];

  /** @param signals how many values a user has */
  constructor(private readonly signals: number) {}

  get count(): number {
    return this.converted.length;
  }

  add({ id, name, converted, values }: UserRow): void {
    this.ids.add(id);
    this.names.add(name);
    this.addNumbers(converted, values);
  }

  /** Completes a user whose id and name have been added to `ids` and `names`. */
  addNumbers(converted: number, values: ArrayLike<number>): void {
    const at = this.count % BLOCK;
    if (at === 0) this.blocks.push(new Float64Array(BLOCK * this.signals));
    const block = this.blocks.at(-1) ?? new Float64Array();
    for (let i = 0; i < this.signals; i++) block[at * this.signals + i] = values[i] ?? Number.NaN;
    this.converted.push(converted);
  }

  /** Drops the id and name of a user who was not completed. */
  dropUnfinished(): void {
    this.ids.truncate(this.count);
    this.names.truncate(this.count);
  }

  /** The values of the user at `index`, copied into `values`. */
  values(index: number, values = new Float64Array(this.signals)): Float64Array {
    const from = (index % BLOCK) * this.signals;
    const block = this.blocks[Math.floor(index / BLOCK)];
    for (let i = 0; i < this.signals; i++) values[i] = block?.[from + i] ?? Number.NaN;
    return values;
  }
}

/** A UTF-16 unit moved so that surrogates sort after every other unit, as their four bytes do in UTF-8. */
const byteOrder = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/** Compares two texts by their bytes in UTF-8: the order of `sort` under LC_ALL=C, whatever the language here. */
export const compareBytes = (a: string, b: string): number => {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return byteOrder(x) - byteOrder(y);
  }
  return a.length - b.length;
};
