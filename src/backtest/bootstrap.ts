/**
 * Resamples people, with all rows that they have at all cut-offs, so that what one person does at several cut-offs
 * never counts as independent (drawing rows instead makes intervals 16 - 26 % too narrow). Unstratified: the number of
 * conversions varies between resamples as it would between samples.
 */
import { below, type Rng } from '../simulate/chance.js';
import { type Estimate, estimateOf, wilson } from './intervals.js';
import { aucOf, type Call, callFirst, liftOf, sizeOf } from './metrics.js';
import { conversionsOf, convertedPeople, type Cutoff, type Panel, rarerOutcome } from './panel.js';
import { drawnTies, groupRows, orderRows, type Ties, tiesOf, totalsOf } from './ties.js';

/** A way to order the rows of every cut-off. */
export interface Ordering<Name extends string> {
  readonly name: Name;
  /** By cut-off, the key of each row; the greatest is called first, NaN last. */
  readonly keys: readonly ArrayLike<number>[];
}

/** What is measured of an ordering: AUC, or for one of the calls (by its index) the hits or the lift. */
export type Measure = 'auc' | { readonly hits: number } | { readonly lift: number };

/**
 * Replicates of every measure: arrays of numbers, first that of the sample itself, then one per resample. The same
 * resamples serve all orderings, so differences of replicates are paired.
 */
export interface Replicates<Name extends string> {
  /** The ties of the sample itself at a cut-off. */
  readonly ties: (name: Name, cutoff: number) => Ties;
  /** At one cut-off, by its index. NaN where nobody or everybody converted (hits: never). */
  readonly at: (name: Name, measure: Measure, cutoff: number) => Float64Array;
  /** The mean over the cut-offs at which the measure is known. */
  readonly mean: (name: Name, measure: Measure) => Float64Array;
  /** What a ranking is worth at one cut-off, or on average over them. */
  readonly estimate: (name: Name, measure: Measure, cutoff?: number) => Estimate;
  /** How much more one ranking is worth than another on average, by paired resamples. */
  readonly compare: (name: Name, other: Name, measure: Measure) => Estimate;
}

/** Subtracts replicates from others, one by one. */
export const difference = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - (b[i] ?? 0));

/** The index of a measure: AUC, then hits and lift of each call. */
const indexOf = (measure: Measure): number => {
  if (measure === 'auc') return 0;
  return 'hits' in measure ? 1 + 2 * measure.hits : 2 + 2 * measure.lift;
};

/**
 * Draws as many people as there are, with replacement: how often each is drawn. A byte holds that (nobody is drawn 256
 * times in any run there will ever be), and bytes of many people stay in the cache.
 */
const draw = (counts: Uint8Array, rng: Rng): void => {
  counts.fill(0);
  for (let i = 0; i < counts.length; i++) {
    const person = below(rng, counts.length);
    counts[person] = (counts[person] ?? 0) + 1;
  }
};

/** The hits or the lift of a ranking that puts everybody who converted first, on average over cut-offs. */
const mostOf = (measure: Exclude<Measure, 'auc'>, cutoffs: readonly Cutoff[], calls: readonly Call[]): number => {
  const each = cutoffs
    .map((cutoff) => ({ open: cutoff.people.length, conversions: conversionsOf(cutoff) }))
    .filter(({ conversions }) => 'hits' in measure || conversions > 0)
    .map(({ open, conversions }) => {
      if ('hits' in measure) return conversions;
      const call = calls[measure.lift];
      return call ? open / sizeOf(call, open) : Number.NaN;
    });
  return each.reduce((sum, most) => sum + most, 0) / each.length;
};

/** The mean of the values at one index of all series, without those that are unknown; NaN if all are. */
const meanAt = (series: readonly Float64Array[], index: number): number => {
  let sum = 0;
  let known = 0;
  for (const values of series) {
    const value = values[index] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    sum += value;
    known++;
  }
  return sum / known;
};

/**
 * Measures every ordering at every cut-off: the sample itself and `resamples` of its people. Rows are ordered once; a
 * resample is a count per person.
 *
 * @param calls whose hits and lift to measure
 */
export const replicate = <Name extends string>(
  panel: Panel,
  orderings: readonly Ordering<Name>[],
  calls: readonly Call[],
  resamples: number,
  rng: Rng,
): Replicates<Name> => {
  const measures = 1 + 2 * calls.length;
  const series = (): Float64Array[] =>
    Array.from({ length: measures }, () => new Float64Array(resamples + 1).fill(Number.NaN));
  const cutoffs = panel.cutoffs.map((cutoff, index) =>
    orderings.map(({ keys }) => {
      const groups = groupRows(keys[index] ?? []);
      return {
        ties: tiesOf(groups, cutoff),
        ordered: resamples > 0 ? orderRows(cutoff, groups) : undefined,
        series: series(),
      };
    }),
  );

  const measure = (ties: Ties): number[] => {
    const { open, conversions } = totalsOf(ties);
    return [
      aucOf(ties),
      ...calls.flatMap((call) => {
        const called = sizeOf(call, open);
        const { hits } = callFirst(ties, called);
        return [hits, liftOf(hits, called, conversions, open)];
      }),
    ];
  };
  const all = cutoffs.flat();
  const counts = new Uint8Array(panel.people);
  for (let resample = 0; resample <= resamples; resample++) {
    if (resample > 0) draw(counts, rng);
    for (const { ties, ordered, series: kept } of all) {
      const values = measure(resample > 0 && ordered ? drawnTies(ordered, counts) : ties);
      for (const [i, value] of values.entries()) kept[i]?.fill(value, resample, resample + 1);
    }
  }

  const find = (name: Name, cutoff: number) => {
    const found = cutoffs[cutoff]?.[orderings.findIndex((ordering) => ordering.name === name)];
    if (!found) throw new RangeError(`no ordering ${name} at cut-off ${cutoff}`);
    return found;
  };
  const at = (name: Name, wanted: Measure, cutoff: number): Float64Array => {
    const found = find(name, cutoff).series[indexOf(wanted)];
    if (!found) throw new RangeError(`no such call: ${JSON.stringify(wanted)}`);
    return found;
  };
  const mean = (name: Name, wanted: Measure): Float64Array => {
    const each = cutoffs.map((_, cutoff) => at(name, wanted, cutoff));
    return Float64Array.from({ length: resamples + 1 }, (_value, i) => meanAt(each, i));
  };
  const rarer = rarerOutcome(panel.people, convertedPeople(panel));
  return {
    ties: (name, cutoff) => find(name, cutoff).ties,
    at,
    mean,
    estimate: (name, wanted, index) => {
      const some = panel.cutoffs.filter((_, i) => index === undefined || i === index);
      const [cutoff] = some;
      const n = index === undefined || !cutoff ? rarer : rarerOutcome(cutoff.people.length, conversionsOf(cutoff));
      const values = index === undefined ? mean(name, wanted) : at(name, wanted, index);
      const found = estimateOf(values, n, { skewed: wanted === 'auc' });
      // Resamples of no hits have none either, but that does not prove a lift of 0.
      if (wanted === 'auc' || found.value !== 0 || resamples === 0) return found;
      return { ...found, high: Math.max(found.high, wilson(0, n).high * mostOf(wanted, some, calls)) };
    },
    compare: (name, other, wanted) =>
      estimateOf(difference(mean(name, wanted), mean(other, wanted)), rarer, { skewed: wanted === 'auc' }),
  };
};
