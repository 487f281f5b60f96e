/** Millions of users in memory, about 150 bytes each: what a ranking needs from a features file. */
import { Texts, type TextsPart } from './texts.js';

/** Users per block of values; blocks are allocated whole and never moved. */
const BLOCK = 4096;

/** Memory for the numbers of so many users, as many per user as `width`, that threads can share. */
const blockOf = (width: number): Float64Array =>
  new Float64Array(new SharedArrayBuffer(BLOCK * width * Float64Array.BYTES_PER_ELEMENT));

/** Numbers of a user that follow the values: each by its place, and how many there are. */
const [CONVERTED, LAST, OPTED_OUT, FACTS] = [0, 1, 2, 3];

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

/** Users that were added one after the other: their numbers in blocks, and their texts. Threads share the memory. */
export interface UsersPart {
  readonly blocks: readonly Float64Array[];
  readonly count: number;
  /** Ids, names, and the columns that the list shows. */
  readonly texts: readonly TextsPart[];
}

/** The blocks of a part, and the index of its first user. */
interface Run {
  readonly from: number;
  readonly blocks: Float64Array[];
}

/** A growing table of users. */
export class Users {
  readonly ids: Texts;
  readonly names: Texts;
  /** The texts of each column that the list shows. */
  readonly shown: readonly Texts[];
  /** One after the other; only the last one grows. */
  private readonly runs: Run[] = [];
  private growing: Run = { from: 0, blocks: [] };
  /** Numbers per user. */
  private readonly width: number;
  private length = 0;

  /**
   * @param signals the number of values per user
   * @param shown the number of columns that the list shows
   * @param parts what the table begins with: the `parts` of other tables, one after the other
   */
  constructor(
    private readonly signals: number,
    shown = 0,
    parts: readonly UsersPart[] = [],
  ) {
    const texts = (column: number): Texts =>
      new Texts(parts.map((part) => part.texts[column]).filter((each) => each !== undefined));
    this.ids = texts(0);
    this.names = texts(1);
    this.shown = Array.from({ length: shown }, (_, i) => texts(2 + i));
    this.width = signals + FACTS;
    for (const { blocks, count } of parts) {
      this.growing = { from: this.length, blocks: [...blocks] };
      this.runs.push(this.growing);
      this.length += count;
    }
    if (parts.length === 0) this.runs.push(this.growing);
  }

  /** The memory of the table, to be made into a table again by another thread. */
  get parts(): UsersPart[] {
    const texts = [this.ids, this.names, ...this.shown].map((each) => each.parts);
    return this.runs.map(({ from, blocks }, i) => ({
      blocks,
      count: (this.runs[i + 1]?.from ?? this.length) - from,
      texts: texts.flatMap((parts) => parts[i] ?? []),
    }));
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
    const { from, blocks } = this.growing;
    const at = (this.length - from) % BLOCK;
    if (at === 0) blocks.push(blockOf(this.width));
    const block = blocks.at(-1) ?? new Float64Array();
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
    const { from, blocks } = this.runOf(index);
    const block = blocks[Math.floor((index - from) / BLOCK)] ?? new Float64Array();
    const start = ((index - from) % BLOCK) * this.width;
    for (let i = 0; i < this.signals; i++) block[start + i] = values[i] ?? Number.NaN;
    block[start + this.signals + LAST] = last;
  }

  /** The values of the user at `index`, copied into `values`. */
  values(index: number, values = new Float64Array(this.signals)): Float64Array {
    const { from, blocks } = this.runOf(index);
    const block = blocks[Math.floor((index - from) / BLOCK)];
    const start = ((index - from) % BLOCK) * this.width;
    for (let i = 0; i < this.signals; i++) values[i] = block?.[start + i] ?? Number.NaN;
    return values;
  }

  /** One of the numbers that follow the values. */
  private fact(index: number, place: number): number {
    const { from, blocks } = this.runOf(index);
    const at = ((index - from) % BLOCK) * this.width + this.signals + place;
    return blocks[Math.floor((index - from) / BLOCK)]?.[at] ?? Number.NaN;
  }

  /** The part that the user at `index` is in. */
  private runOf(index: number): Run {
    let run = this.growing;
    for (let i = this.runs.length - 2; index < run.from; i--) run = this.runs[i] ?? this.growing;
    return run;
  }
}
