/** Estimates with the 95 % interval that says how far they can be trusted. */
import { studentQuantile, upperTail, Z } from './normal.js';

/** A measured value and its 95 % interval; NaN if unknown. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * A proportion with the score interval of Wilson (JASA 22, 1927), which stays within 0 and 1 and covers well for rare
 * events. Of none of none, nothing is known: NaN, 0 to 1.
 */
export const wilson = (hits: number, of: number): Estimate => {
  if (of === 0) return { value: Number.NaN, low: 0, high: 1 };
  const share = hits / of;
  const centre = (share + Z ** 2 / (2 * of)) / (1 + Z ** 2 / of);
  const half = (Z / (1 + Z ** 2 / of)) * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  return {
    value: share,
    low: hits === 0 ? 0 : Math.max(0, centre - half),
    high: hits === of ? 1 : Math.min(1, centre + half),
  };
};

/** The quantile of sorted values, interpolated linearly between neighbours (type 7 of Hyndman and Fan, 1996). */
export const quantileOf = (sorted: ArrayLike<number>, p: number): number => {
  const place = p * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
};

/** The skewness of values: the mean third power of their distances from the mean, in standard deviations. */
const skewnessOf = (values: Float64Array): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const moment = (power: number): number =>
    values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  const variance = moment(2);
  return variance > 0 ? moment(3) / variance ** 1.5 : 0;
};

/**
 * The percentile interval of the bootstrap (Efron, 1979), expanded for small samples: plain percentiles are too narrow,
 * as if the variance were divided by n and the distribution normal (Hesterberg, "What Teachers Should Know About the
 * Bootstrap", Am. Stat. 69(4), 2015). With 20 conversions they are the quantiles .016 and .984 instead of .025 and .975.
 *
 * `skewed` also moves them against the skew of the resamples, with the acceleration of Efron's BCa (JASA 82, 1987)
 * estimated as a sixth of their skewness. An AUC near 1 needs that: with 20 conversions and an AUC of .95 the interval
 * holds the truth in .91 of samples instead of .89, with an AUC of .8 in .96 instead of .94. A lift does not.
 *
 * @param replicates the value of the sample itself, then that of each resample; NaN where a resample has none
 * @param n how many people there are of the rarer outcome, on whom the precision depends; of one person nothing is known
 */
export const estimateOf = (replicates: Float64Array, n: number, { skewed = false } = {}): Estimate => {
  const value = replicates[0] ?? Number.NaN;
  if (n <= 1) return { value, low: Number.NaN, high: Number.NaN };
  const known = replicates
    .subarray(1)
    .filter((each) => !Number.isNaN(each))
    .sort();
  const z = Math.sqrt(n / (n - 1)) * studentQuantile(n - 1);
  // Beyond this the formula below would leave its range; only samples of a few people come near.
  const most = 0.5 / z;
  const acceleration = skewed ? Math.max(-most, Math.min(most, skewnessOf(known) / 6)) : 0;
  return {
    value,
    low: quantileOf(known, upperTail(z / (1 + acceleration * z))),
    high: quantileOf(known, 1 - upperTail(z / (1 - acceleration * z))),
  };
};
