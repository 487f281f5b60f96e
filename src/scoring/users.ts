/** Many users side by side, a few hundred bytes each: what a ranking needs of a features file, whoever read it. */

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

/** A growing table of users. Ids and names are kept as text, values as 8 bytes each. */
export class Users {
  readonly ids: string[] = [];
  readonly names: string[] = [];
  readonly converted: number[] = [];
  private readonly blocks: Float64Array[] = [];

  /** @param signals how many values a user has */
  constructor(private readonly signals: number) {}

  get count(): number {
    return this.ids.length;
  }

  add({ id, name, converted, values }: UserRow): void {
    const at = this.count % BLOCK;
    if (at === 0) this.blocks.push(new Float64Array(BLOCK * this.signals));
    this.blocks.at(-1)?.set(values, at * this.signals);
    this.ids.push(id);
    this.names.push(name);
    this.converted.push(converted);
  }

  /** The values of the user at `index`, in place. */
  values(index: number): Float64Array {
    const from = (index % BLOCK) * this.signals;
    return this.blocks[Math.floor(index / BLOCK)]?.subarray(from, from + this.signals) ?? new Float64Array();
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
