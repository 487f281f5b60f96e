/**
 * How well an order of people separates those who converted from the others. Ties are counted by expectation: what all
 * orders of the tied people give on average, so no metric depends on ids.
 *
 * `counts`, by person, is how often a bootstrap drew them: each of their rows counts as often. Without it, once.
 */
import { conversionsOf, type Cutoff } from './panel.js';

/** The rows of a cut-off, the first to call first. */
export interface Ordered {
  readonly people: Uint32Array;
  readonly converted: Uint8Array;
  /** The position after the last row of each group of ties. */
  readonly ends: Uint32Array;
}

/** The group of each row by its key, the greatest key first, and the number of groups. */
interface Groups {
  readonly of: Uint32Array;
  readonly count: number;
}

/** Groups by whole numbers within a small range, such as scores: each has its place. */
const groupByPlace = (keys: Int32Array, least: number, most: number): Groups => {
  const places = new Uint32Array(most - least + 1);
  for (const key of keys) places[most - key] = 1;
  let count = 0;
  for (const [place, taken] of places.entries()) if (taken === 1) places[place] = count++;
  // Loops take a tenth of the time of from() with a function, here and below.
  const of = new Uint32Array(keys.length);
  for (let row = 0; row < of.length; row++) of[row] = places[most - (keys[row] ?? 0)] ?? 0;
  return { of, count };
};

/** Groups by any numbers: each key is looked up among all in order, by halves. NaN is the least. */
const groupBySearch = (keys: ArrayLike<number>): Groups => {
  const known = new Float64Array(keys.length);
  for (let row = 0; row < known.length; row++) {
    const key = keys[row] ?? Number.NaN;
    known[row] = Number.isNaN(key) ? Number.NEGATIVE_INFINITY : key;
  }
  const ascending = known.slice().sort();
  let count = 0;
  for (const key of ascending) if (count === 0 || key !== ascending[count - 1]) ascending[count++] = key;
  const of = new Uint32Array(known.length);
  for (let row = 0; row < known.length; row++) {
    const key = known[row] ?? 0;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ascending[middle] ?? 0) < key) low = middle + 1;
      else high = middle;
    }
    of[row] = count - 1 - low;
  }
  return { of, count };
};

/** The widest range of whole numbers that have a place each. */
const MAX_PLACES = 1 << 16;

const groupRows = (keys: ArrayLike<number>): Groups => {
  if (!(keys instanceof Int32Array) || keys.length === 0) return groupBySearch(keys);
  let [least, most] = [keys[0] ?? 0, keys[0] ?? 0];
  for (const key of keys) {
    if (key < least) least = key;
    if (key > most) most = key;
  }
  return most - least < MAX_PLACES ? groupByPlace(keys, least, most) : groupBySearch(keys);
};

/**
 * Orders the rows of a cut-off by `keys`, the greatest first; NaN is last. Rows are sorted by counting how many have each
 * key, since a sort that compares rows takes several times as long.
 */
export const orderRows = ({ people, converted }: Cutoff, keys: ArrayLike<number>): Ordered => {
  const { of, count } = groupRows(keys);
  const ends = new Uint32Array(count);
  for (const group of of) ends[group] = (ends[group] ?? 0) + 1;
  for (let group = 1; group < count; group++) ends[group] = (ends[group] ?? 0) + (ends[group - 1] ?? 0);
  const next = Uint32Array.from(ends, (_, group) => ends[group - 1] ?? 0);
  const ordered: Ordered = { people: new Uint32Array(of.length), converted: new Uint8Array(of.length), ends };
  for (let row = 0; row < of.length; row++) {
    const group = of[row] ?? 0;
    const at = next[group] ?? 0;
    next[group] = at + 1;
    ordered.people[at] = people[row] ?? 0;
    ordered.converted[at] = converted[row] ?? 0;
  }
  return ordered;
};

/**
 * The area under the ROC curve: the share of pairs, one who converted and one who did not, in which the one who
 * converted is first; a tie is half a pair. Equals U / (conversions x others) of Mann and Whitney with midranks. NaN if
 * nobody or everybody converted.
 */
export const aucOf = ({ people, converted, ends }: Ordered, counts?: Uint8Array): number => {
  let twice = 0; // pairs in the right order, each counted twice
  let hits = 0;
  let misses = 0;
  let row = 0;
  for (let group = 0; group < ends.length; group++) {
    const end = ends[group] ?? 0;
    let groupHits = 0;
    let size = 0;
    for (; row < end; row++) {
      const count = counts ? (counts[people[row] ?? 0] ?? 0) : 1;
      size += count;
      groupHits += count * (converted[row] ?? 0);
    }
    const groupMisses = size - groupHits;
    twice += groupMisses * (2 * hits + groupHits);
    hits += groupHits;
    misses += groupMisses;
  }
  return twice / (2 * hits * misses);
};

/** Conversions among the first people of an order. */
export interface Called {
  readonly hits: number;
  /** The fewest and most hits of any order of the people tied at the last place. */
  readonly worst: number;
  readonly best: number;
  /** How many of those called are drawn by lot from a larger group of ties. */
  readonly byLot: number;
}

/** The conversions if the first `size` people are called; everybody, if there are fewer. A fraction is a part of one. */
export const callFirst = ({ people, converted, ends }: Ordered, size: number, counts?: Uint8Array): Called => {
  let hits = 0;
  let seen = 0;
  let row = 0;
  for (let group = 0; group < ends.length && seen < size; group++) {
    const end = ends[group] ?? 0;
    let groupHits = 0;
    let groupSize = 0;
    for (; row < end; row++) {
      const count = counts ? (counts[people[row] ?? 0] ?? 0) : 1;
      groupSize += count;
      groupHits += count * (converted[row] ?? 0);
    }
    if (seen + groupSize > size) {
      const left = size - seen;
      return {
        hits: hits + (groupHits * left) / groupSize,
        worst: hits + Math.max(0, left - (groupSize - groupHits)),
        best: hits + Math.min(groupHits, left),
        byLot: left,
      };
    }
    hits += groupHits;
    seen += groupSize;
  }
  return { hits, worst: hits, best: hits, byLot: 0 };
};

/** How many people to call: a share of those who are open, or a number. */
export type Call = { readonly share: number } | { readonly people: number };

/** The number of people to call of `open`: a share is rounded to the nearest person (a half up), at least 1. */
export const sizeOf = (call: Call, open: number): number =>
  Math.min(open, 'share' in call ? Math.max(1, Math.round(call.share * open + 1e-9)) : call.people);

/** The size and the conversions of each group of ties, in order, every row counted once. */
export const groupsOf = ({ converted, ends }: Ordered): { readonly size: number; readonly hits: number }[] => {
  let row = 0;
  return Array.from(ends, (end) => {
    const start = row;
    let hits = 0;
    for (; row < end; row++) hits += converted[row] ?? 0;
    return { size: end - start, hits };
  });
};

/**
 * Average precision: the mean, over the people who converted, of the precision at the place of each. Ties by expectation
 * as in McSherry and Najork, "Computing Information Retrieval Performance Measures Efficiently in the Presence of Tied
 * Scores" (ECIR 2008): place i of a group converted with probability hits / size, and if so, (i - 1)(hits - 1) /
 * (size - 1) of those before it in the group did. NaN if nobody converted.
 */
export const averagePrecision = (ordered: Ordered): number => {
  let sum = 0;
  let seen = 0;
  let hits = 0;
  for (const group of groupsOf(ordered)) {
    const rest = group.size > 1 ? (group.hits - 1) / (group.size - 1) : 0;
    for (let i = 1; i <= group.size && group.hits > 0; i++) {
      sum += ((group.hits / group.size) * (hits + 1 + (i - 1) * rest)) / (seen + i);
    }
    seen += group.size;
    hits += group.hits;
  }
  return sum / hits;
};

/** What calling the first people of an order would have been worth. */
export interface Top {
  readonly share: number;
  /** How many people it is. */
  readonly called: number;
  readonly hits: number;
  readonly worst_hits: number;
  readonly best_hits: number;
  /** How many of them are drawn by lot from a larger group of ties. */
  readonly by_lot: number;
  /** The share of those called who converted. */
  readonly precision: number;
  /** The share of those who converted who were called. */
  readonly recall: number;
  /** Precision divided by the share of all open people who converted; 1 is as good as chance. */
  readonly lift: number;
}

/** Lift: how many times more often the people called converted than all open people. NaN if nobody did. */
export const liftOf = (hits: number, called: number, conversions: number, open: number): number =>
  (hits * open) / (called * conversions);

/** The first `share` of an order, every row counted once. Shares of nothing are NaN. */
export const topOf = (ordered: Ordered, share: number): Top => {
  const open = ordered.people.length;
  const conversions = conversionsOf(ordered);
  const called = sizeOf({ share }, open);
  const { hits, worst, best, byLot } = callFirst(ordered, called);
  return {
    share,
    called,
    hits,
    worst_hits: worst,
    best_hits: best,
    by_lot: byLot,
    precision: hits / called,
    recall: hits / conversions,
    lift: liftOf(hits, called, conversions, open),
  };
};

/** The gain curve: the share of conversions reached by calling each of the shares of open people; NaN if there are none. */
export const gainsOf = (ordered: Ordered, shares: readonly number[]): number[] => {
  const conversions = conversionsOf(ordered);
  return shares.map((share) => callFirst(ordered, share * ordered.people.length).hits / conversions);
};
