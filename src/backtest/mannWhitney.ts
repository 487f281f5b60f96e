/** Could chance alone have ordered people this well? The test of Mann and Whitney (1947), also known as Wilcoxon's. */
import { upperTail } from './normal.js';
import { type Ties, totalsOf } from './ties.js';

/** The most of the rarer kind and the most people for which all orders are counted. 8 is the limit of SciPy as well. */
const EXACT = { rarer: 8, people: 200 };

/**
 * Counts every choice of `rarer` people by the sum of their doubled midranks.
 *
 * @param sizes the groups of ties in order
 * @returns by sum, the number of choices; exact up to 2^53
 */
const choicesBySum = (sizes: Uint32Array, rarer: number, people: number): Float64Array => {
  const sums = 2 * people * rarer + 1;
  const ways = Array.from({ length: rarer + 1 }, () => new Float64Array(sums));
  ways[0]?.fill(1, 0, 1);
  let seen = 0;
  for (const size of sizes) {
    const rank = 2 * seen + size + 1;
    for (let i = 0; i < size; i++) {
      for (let chosen = rarer; chosen >= 1; chosen--) {
        const [without, with_] = [ways[chosen], ways[chosen - 1]];
        if (!without || !with_) continue;
        for (let sum = sums - 1; sum >= rank; sum--) without[sum] = (without[sum] ?? 0) + (with_[sum - rank] ?? 0);
      }
    }
    seen += size;
  }
  return ways[rarer] ?? new Float64Array();
};

/**
 * The two-sided p of Mann and Whitney. With at most 8 conversions (or at most 8 others) among at most 200 people it is
 * exact, ties included: twice the smaller tail, over all choices. Otherwise it is the normal approximation with the
 * correction for ties (Lehmann, "Nonparametrics", 1975) and for continuity. NaN if nobody or everybody converted.
 */
export const mannWhitney = (groups: Ties): number => {
  const { open: people, conversions: hits } = totalsOf(groups);
  const misses = people - hits;
  if (hits === 0 || misses === 0) return Number.NaN;
  const rarer = Math.min(hits, misses);
  let seen = 0;
  let ranks = 0; // the sum of the doubled midranks of the rarer kind
  let ties = 0;
  for (let group = 0; group < groups.sizes.length; group++) {
    const [size, groupHits] = [groups.sizes[group] ?? 0, groups.hits[group] ?? 0];
    ranks += (rarer === hits ? groupHits : size - groupHits) * (2 * seen + size + 1);
    ties += size ** 3 - size;
    seen += size;
  }
  if (rarer <= EXACT.rarer && people <= EXACT.people) {
    const choices = choicesBySum(groups.sizes, rarer, people);
    let [below, above, all] = [0, 0, 0];
    for (const [sum, ways] of choices.entries()) {
      all += ways;
      if (sum <= ranks) below += ways;
      if (sum >= ranks) above += ways;
    }
    return Math.min(1, (2 * Math.min(below, above)) / all);
  }
  const variance = ((hits * misses) / 12) * (people + 1 - ties / (people * (people - 1)));
  const distance = Math.abs(ranks / 2 - (rarer * (people + 1)) / 2);
  return variance > 0 ? Math.min(1, 2 * upperTail(Math.max(0, distance - 0.5) / Math.sqrt(variance))) : 1;
};
