/** Explains one user's score: every signal, where its points come from, and what would raise the score most. */
import type { Curve, Weight } from '../catalogue/weights.js';
import type { Label } from '../model.js';
import { curveWords } from './curves.js';
import { type DefaultScoring, type FeatureRow, readerOf, valuesOf } from './row.js';
import { defaultScoring, labelOf, type Model, scoreRow, type Scoring, type Total } from './score.js';
import { phrasing } from './phrases.js';
import { sentence } from './sentence.js';

/** What one signal adds to a score or takes away. */
export interface Contribution {
  readonly signal: string;
  /** The raw value; null if unknown. */
  readonly value: number | null;
  /** Points with at most two decimals. */
  readonly points: number;
}

/** A score and its parts: points, floor and cap sum to it exactly, in hundredths. */
export interface Scored {
  /** From 0 to 100, at most two decimals. */
  readonly score: number;
  readonly label: Label;
  /** One sentence: the strongest contributions in words, with their points. */
  readonly explanation: string;
  readonly contributions: readonly Contribution[];
  /** The points that raise a sum below 0 to 0. */
  readonly floor: number;
  /** The points that lower a sum above 100 to 100; never positive. */
  readonly cap: number;
}

/** A contribution and how it was calculated. */
export interface ExplainedSignal extends Contribution {
  /** The feature in words: "views of the pricing page". */
  readonly says: string;
  /** The most points it can have. */
  readonly most: number;
  /** How the value earns points, in words. */
  readonly curve: string;
  /** The share of its points that the value earns, from 0 to 1. */
  readonly share: number;
  readonly because: string;
}

/** A change of one value that would raise the score. */
export interface Gain {
  readonly signal: string;
  readonly from: number | null;
  readonly to: number;
  /** How much the score would rise. */
  readonly points: number;
  /** The change in words, as if it had happened. */
  readonly says: string;
}

/** The whole answer about one user. */
export interface Explained extends Scored {
  /** The largest effect first; then those without points, in the order of the weights. */
  readonly signals: readonly ExplainedSignal[];
  /** The largest possible gains, at most three. */
  readonly gains: readonly Gain[];
}

const known = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value);

/** A score with its parts in points. */
export const scoredOf = (
  total: Total,
  values: ArrayLike<number>,
  points: ArrayLike<number>,
  explanation: string,
  model: Model,
): Scored => ({
  score: total.score / 100,
  label: labelOf(total.score, model.labels),
  explanation,
  contributions: model.signals.map((signal, i) => ({
    signal,
    value: known(values[i]),
    points: (points[i] ?? 0) / 100,
  })),
  floor: total.floor / 100,
  cap: total.cap / 100,
});

const scoreValues = (values: Float64Array, model: Model): Scored => {
  const points = new Int32Array(model.signals.length);
  const total = scoreRow(model, values, points);
  return scoredOf(total, values, points, sentence(model, values, points, total), model);
};

/**
 * Scores one user from the given values alone: no file, no clock, no other user.
 *
 * @param scoring weights and labels; a `Config` will do
 * @throws Failure `data` naming a column that is not known or whose value is no number; `usage` if the weights break a rule
 */
export const score = <S extends Scoring = DefaultScoring>(row: FeatureRow<NoInfer<S>>, scoring?: S): Scored => {
  const reader = readerOf(scoring ?? defaultScoring);
  return scoreValues(valuesOf(row, reader), reader.model);
};

/** The value that a user could reach next: one more for a count, otherwise the best value; undefined if there is none. */
const reachable = ({ points, earns }: Weight, value: number): number | undefined => {
  const worst = (curve: Curve): boolean => 'half_life' in curve;
  if (points < 0) return worst(earns) || !(value > 0) ? undefined : 0;
  if (worst(earns)) return 0;
  if ('binary' in earns) return 1;
  if ('saturates_at' in earns) return Math.floor(Math.max(0, value || 0)) + 1;
  return 'log_full_at' in earns ? earns.log_full_at : 1;
};

const gainsOf = (values: Float64Array, model: Model): Gain[] => {
  const points = new Int32Array(model.signals.length);
  const now = scoreRow(model, values, points).score;
  const gains: Gain[] = [];
  for (const [i, weight] of model.weights.entries()) {
    const value = values[i] ?? Number.NaN;
    const to = reachable(weight, value);
    if (to === undefined || (model.settled[i] === true && !Number.isNaN(value))) continue;
    const gain = scoreRow(model, values.with(i, to), points).score - now;
    if (gain <= 0) continue;
    const say = phrasing(weight.phrase);
    const says = weight.points < 0 ? `without: ${say(value)}` : say(to);
    gains.push({ signal: model.signals[i] ?? '', from: known(value), to, points: gain / 100, says });
  }
  return gains.toSorted((a, b) => b.points - a.points).slice(0, 3);
};

/** Explains the score of one user from the values of the signals: what `explain` does once a row has been read. */
export const explainValues = (values: Float64Array, model: Model): Explained => {
  const scored = scoreValues(values, model);
  const signals = scored.contributions.map((contribution, i): ExplainedSignal => {
    const weight = model.weights[i];
    const share = contribution.value === null ? 0 : (model.shares[i]?.(contribution.value) ?? 0);
    return {
      ...contribution,
      says: model.says[i] ?? contribution.signal,
      most: weight?.points ?? 0,
      curve: weight ? curveWords(weight.earns) : '',
      share,
      because: weight?.because ?? '',
    };
  });
  const strongest = signals.toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points));
  return { ...scored, signals: strongest, gains: gainsOf(values, model) };
};

/**
 * Explains the score that `score` gives: adds the curve and the share of every signal, and the largest possible gains.
 *
 * @param scoring weights and labels; a `Config` will do
 * @throws Failure as `score` does
 */
export const explain = <S extends Scoring = DefaultScoring>(row: FeatureRow<NoInfer<S>>, scoring?: S): Explained => {
  const reader = readerOf(scoring ?? defaultScoring);
  return explainValues(valuesOf(row, reader), reader.model);
};
