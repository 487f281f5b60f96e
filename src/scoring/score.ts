/**
 * From one user's values to points, a score and a label. Pure: no file, no clock, no other user.
 *
 * Points are whole hundredths everywhere between curve and file, so they add up exactly.
 */
import { features as builtIn } from '../catalogue/features.js';
import type { Features } from '../catalogue/measures.js';
import { defaultLabels, defaultWeights, type Thresholds, type Weight, type Weights } from '../catalogue/weights.js';
import type { Label } from '../model.js';
import { shareBy } from './curves.js';
import { type AsOf, phrasing } from './phrases.js';

/** The part of a configuration that scoring needs. */
export interface Scoring {
  readonly weights: Weights;
  readonly labels: Thresholds;
  /** The features that a row can have, with their words; by default the built-in ones. */
  readonly features?: Features;
}

/** The scoring of a run without gesture.yaml. */
export const defaultScoring = {
  weights: defaultWeights,
  labels: defaultLabels,
  features: builtIn,
} as const satisfies Scoring;

/** A scoring prepared for many users: arrays by signal, in the order of the weights. */
export interface Model {
  readonly signals: readonly string[];
  /** Each signal in words: "views of the pricing page". */
  readonly says: readonly string[];
  readonly weights: readonly Weight[];
  readonly shares: readonly ((value: number) => number)[];
  /** What each signal earns for the whole numbers below `TABLED`, as nearly all counts are, in hundredths of a point. */
  readonly tables: readonly Int32Array[];
  readonly phrases: readonly ((value: number) => string)[];
  /** The signal that is the days since the last event, or -1. */
  readonly recency: number;
  /** Words for the days since the last event. */
  readonly lastActive: (days: number) => string;
  /** Signals that count from somebody's first event, which nothing can change. */
  readonly settled: readonly boolean[];
  readonly labels: Thresholds;
  /** What `prepare` was told of as-of. */
  readonly asOf: AsOf | undefined;
}

/** One user's score in hundredths of a point: `sum of the points + floor + cap = score`. */
export interface Total {
  /** 0 to 10,000. */
  readonly score: number;
  /** What raises a sum below 0 to 0, otherwise 0. */
  readonly floor: number;
  /** What lowers a sum above 100 points to 100, otherwise 0; never positive. */
  readonly cap: number;
}

/**
 * Hundredths of a point, rounded half away from zero. A decimal half such as 0.055 may be a little less as a binary
 * fraction, so whatever is within a billionth of a half counts as one.
 */
const hundredths = (points: number): number => Math.sign(points) * Math.round(Math.abs(points) * 100 + 1e-9);

/** What a weight and its curve give for a known value, in hundredths of a point. */
const pointsBy = (weight: Weight | undefined, share: ((value: number) => number) | undefined, value: number): number =>
  hundredths((weight?.points ?? 0) * (share?.(value) ?? 0));

/** How many whole numbers, from 0, have their points in a table: a look is several times as fast as a curve. */
const TABLED = 256;

/** The signal whose words every explanation ends with. */
const RECENCY = 'days_since_last_event';

/**
 * Prepares a scoring for `scoreRow`.
 *
 * @param asOf what ages are counted from, if that is known
 */
export const prepare = ({ weights, labels, features = builtIn }: Scoring, asOf?: AsOf): Model => {
  const parts = Object.values(weights);
  const shares = parts.map(({ earns }) => shareBy(earns));
  const small = Int32Array.from({ length: TABLED }, (_, value) => value);
  return {
    signals: Object.keys(weights),
    says: Object.keys(weights).map((signal) => (Object.hasOwn(features, signal) && features[signal]?.says) || signal),
    weights: parts,
    shares,
    tables: parts.map((weight, i) => small.map((value) => pointsBy(weight, shares[i], value))),
    phrases: parts.map(({ phrase }) => phrasing(phrase, asOf)),
    recency: Object.keys(weights).indexOf(RECENCY),
    lastActive: phrasing((weights[RECENCY] ?? defaultWeights[RECENCY]).phrase, asOf),
    settled: Object.keys(weights).map(
      (signal) => Object.hasOwn(features, signal) && features[signal]?.is.op === 'daysSinceFirst',
    ),
    labels,
    asOf,
  };
};

/** The scoring that a model was prepared from, without the features: plain data, for a thread to prepare it again. */
export const scoringOf = ({ signals, weights, labels }: Model): Scoring => ({
  weights: Object.fromEntries(weights.map((weight, i) => [signals[i] ?? '', weight])),
  labels,
});

/** What the signal at an index earns for a value, NaN if unknown, in hundredths of a point. */
export const earnedPoints = ({ weights, shares, tables }: Model, signal: number, value: number): number => {
  if (Number.isNaN(value)) return 0;
  if (value >= 0 && value < TABLED && Number.isInteger(value)) return tables[signal]?.[value] ?? 0;
  return pointsBy(weights[signal], shares[signal], value);
};

/** The score of a sum of points in hundredths. */
export const totalOf = (sum: number): Total => ({
  score: Math.min(10_000, Math.max(0, sum)),
  floor: Math.max(0, -sum),
  cap: Math.min(0, 10_000 - sum),
});

/**
 * Scores one user. The commands and the library all use this function.
 *
 * @param values the user's value for each of `model.signals`, NaN if unknown
 * @param points filled with the points of each signal in hundredths; can be reused for the next user
 */
export const scoreRow = (model: Model, values: ArrayLike<number>, points: Int32Array): Total => {
  let sum = 0;
  for (let i = 0; i < model.weights.length; i++) {
    const earned = earnedPoints(model, i, values[i] ?? Number.NaN);
    points[i] = earned;
    sum += earned;
  }
  return totalOf(sum);
};

/** The label of a score in hundredths of a point. */
export const labelOf = (score: number, labels: Thresholds): Label => {
  if (score >= hundredths(labels.high)) return 'high';
  return score >= hundredths(labels.medium) ? 'medium' : 'low';
};
