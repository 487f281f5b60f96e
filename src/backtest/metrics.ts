/**
 * How well an order of people separates those who converted from the others. Ties are counted by expectation: what all
 * orders of the tied people give on average, so no metric depends on ids.
 */
import { type Ties, totalsOf } from './ties.js';

/**
 * The area under the ROC curve: the share of pairs, one who converted and one who did not, in which the one who
 * converted is first; a tie is half a pair. Equals U / (conversions x others) of Mann and Whitney with midranks. NaN if
 * nobody or everybody converted.
 */
export const aucOf = ({ sizes, hits }: Ties): number => {
  let twice = 0; // pairs in the right order, each counted twice
  let converted = 0;
  let others = 0;
  for (let group = 0; group < sizes.length; group++) {
    const groupHits = hits[group] ?? 0;
    const groupOthers = (sizes[group] ?? 0) - groupHits;
    twice += groupOthers * (2 * converted + groupHits);
    converted += groupHits;
    others += groupOthers;
  }
  return twice / (2 * converted * others);
};

/** The mean of the values that are known; NaN if none is. */
export const meanOfKnown = (values: readonly number[]): number => {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
};

/**
 * The same from the keys of rows, none NaN, without ordering them: each person who did not convert is looked up among
 * those who did, who are few.
 */
export const aucByKeys = (keys: Float64Array, converted: Uint8Array): number => {
  const hits = keys.filter((_, row) => converted[row] === 1).sort();
  const values = hits.filter((key, i) => key !== hits[i - 1]);
  /** By value, how many of those who converted have a lesser key; at the end, how many there are. */
  const below = new Uint32Array(values.length + 1).fill(hits.length);
  for (let i = 0, value = 0; i < hits.length; i++) if (hits[i] === values[value]) below[value++] = i;
  let twice = 0;
  for (let row = 0; row < keys.length; row++) {
    if (converted[row] === 1) continue;
    const key = keys[row] ?? 0;
    let [low, high] = [0, values.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[middle] ?? 0) < key) low = middle + 1;
      else high = middle;
    }
    const lesser = below[low] ?? 0;
    const equal = values[low] === key ? (below[low + 1] ?? 0) - lesser : 0;
    twice += 2 * (hits.length - lesser) - equal;
  }
  return twice / (2 * hits.length * (keys.length - hits.length));
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
export const callFirst = ({ sizes, hits }: Ties, size: number): Called => {
  let found = 0;
  let seen = 0;
  for (let group = 0; group < sizes.length && seen < size; group++) {
    const [groupSize, groupHits] = [sizes[group] ?? 0, hits[group] ?? 0];
    if (seen + groupSize > size) {
      const left = size - seen;
      return {
        hits: found + (groupHits * left) / groupSize,
        worst: found + Math.max(0, left - (groupSize - groupHits)),
        best: found + Math.min(groupHits, left),
        byLot: left,
      };
    }
    found += groupHits;
    seen += groupSize;
  }
  return { hits: found, worst: found, best: found, byLot: 0 };
};

/** How many people to call: a share of those who are open, or a number. */
export type Call = { readonly share: number } | { readonly people: number };

/** The number of people to call of `open`: a share is rounded to the nearest person (a half up), at least 1. */
export const sizeOf = (call: Call, open: number): number =>
  Math.min(open, 'share' in call ? Math.max(1, Math.round(call.share * open + 1e-9)) : call.people);

/**
 * Average precision: the mean, over the people who converted, of the precision at the place of each. Ties by expectation
 * as in McSherry and Najork, "Computing Information Retrieval Performance Measures Efficiently in the Presence of Tied
 * Scores" (ECIR 2008): place i of a group converted with probability hits / size, and if so, (i - 1)(hits - 1) /
 * (size - 1) of those before it in the group did. NaN if nobody converted.
 */
export const averagePrecision = ({ sizes, hits }: Ties): number => {
  let sum = 0;
  let seen = 0;
  let converted = 0;
  for (let group = 0; group < sizes.length; group++) {
    const [size, groupHits] = [sizes[group] ?? 0, hits[group] ?? 0];
    const rest = size > 1 ? (groupHits - 1) / (size - 1) : 0;
    const places = groupHits > 0 ? size : 0;
    for (let i = 1; i <= places; i++) {
      sum += ((groupHits / size) * (converted + 1 + (i - 1) * rest)) / (seen + i);
    }
    seen += size;
    converted += groupHits;
  }
  return sum / converted;
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

/** The first `share` of an order. Shares of nothing are NaN. */
export const topOf = (ties: Ties, share: number): Top => {
  const { open, conversions } = totalsOf(ties);
  const called = sizeOf({ share }, open);
  const { hits, worst, best, byLot } = callFirst(ties, called);
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
export const gainsOf = (ties: Ties, shares: readonly number[]): number[] => {
  const { open, conversions } = totalsOf(ties);
  return shares.map((share) => callFirst(ties, share * open).hits / conversions);
};
