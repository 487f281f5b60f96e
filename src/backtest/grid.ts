/** The curves that `tune` tries for a feature: a few of each family that fits it, with sizes found in its values. */
import type { Curve } from '../catalogue/weights.js';
import { quantileOf } from './intervals.js';

/** How a feature can be read: an amount (more is more), or an age in days (less is more). */
export type Kind = 'amount' | 'age';

/** Half-lives in days: from a day to a month. */
const HALF_LIVES = [1, 3, 7, 14, 30];

/** Where linear and logarithmic curves can be full: at these quantiles of the values above 0. */
const FULL_AT = [0.5, 0.75, 0.9, 0.99];

/** The number 1, 2 or 5 times a power of ten nearest to `value` by ratio, so that nobody reads a false precision. */
export const roundedSize = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(value));
  const [nearest = value] = [1, 2, 5, 10]
    .map((step) => step * power)
    .toSorted((a, b) => Math.abs(Math.log(a / value)) - Math.abs(Math.log(b / value)));
  return Number(nearest.toPrecision(1));
};

/**
 * The curves to try for a feature. None if it has no value above 0; a share (no value above 1) counts in proportion or
 * all at once.
 *
 * @param values in the training rows, NaN if unknown
 */
export const curvesFor = (kind: Kind, values: Float64Array): Curve[] => {
  if (kind === 'age') return HALF_LIVES.map((days) => ({ half_life: days }));
  const positive = values.filter((value) => value > 0).sort();
  const most = positive.at(-1);
  if (most === undefined) return [];
  if (most <= 1) return positive[0] === 1 ? [{ binary: true }] : [{ binary: true }, { rate: true }];
  const sizes = [...new Set(FULL_AT.map((p) => roundedSize(quantileOf(positive, p))))];
  return [
    { binary: true },
    ...sizes.filter((size) => size > 1).map((size) => ({ saturates_at: size })),
    ...sizes.filter((size) => size > 2).map((size) => ({ log_full_at: size })),
  ];
};
