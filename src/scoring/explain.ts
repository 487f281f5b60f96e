/** The whole answer about one user: every signal, where its points come from, and what would raise the score most. */
import type { Curve, Weight } from '../catalogue/weights.js';
import type { Label } from '../model.js';
import { curveWords } from './curves.js';
import { defaultScoring, labelOf, type Model, prepare, scoreRow, type Scoring } from './score.js';
import { phrasing } from './phrases.js';
import { sentence } from './sentence.js';

/** Values of one user by feature. Missing, null and NaN mean unknown; features that are no signals are ignored. */
export type FeatureRow = Readonly<Record<string, number | null | undefined>>;

/** What one signal adds to a score, or takes away. */
export interface Contribution {
  readonly signal: string;
  /** The raw value; null where it is unknown. */
  readonly value: number | null;
  /** Points with at most two decimals. */
  readonly points: number;
}

/** A score and everything it is made of: the points, floor and cap sum to it exactly, in hundredths. */
export interface Scored {
  /** From 0 to 100, at most two decimals. */
  readonly score: number;
  readonly label: Label;
  /** One sentence: the strongest contributions in words with their points. */
  readonly explanation: string;
  readonly contributions: readonly Contribution[];
  /** What lifts a sum below 0 to 0. */
  readonly floor: number;
  /** What lowers a sum above 100 to 100, at most 0. */
  readonly cap: number;
}

/** A contribution with the way it came about. */
export interface ExplainedSignal extends Contribution {
  /** The most it can be. */
  readonly most: number;
  /** How the value earns points, in words. */
  readonly curve: string;
  /** The share of the points that the value earns, from 0 to 1. */
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
  /** What would have happened, in words. */
  readonly says: string;
}

/** The whole answer about one user. */
export interface Explained extends Scored {
  readonly signals: readonly ExplainedSignal[];
  /** The largest gains still open, at most three. */
  readonly gains: readonly Gain[];
}

const models = new WeakMap<Scoring, Model>();

const modelOf = (scoring: Scoring): Model => {
  const known = models.get(scoring);
  if (known) return known;
  const model = prepare(scoring);
  models.set(scoring, model);
  return model;
};

const valuesOf = (row: FeatureRow, model: Model): Float64Array =>
  Float64Array.from(model.signals, (signal) => (Object.hasOwn(row, signal) ? row[signal] : undefined) ?? Number.NaN);

const known = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value);

const scoreValues = (values: Float64Array, model: Model): Scored => {
  const points = new Int32Array(model.signals.length);
  const total = scoreRow(model, values, points);
  return {
    score: total.score / 100,
    label: labelOf(total.score, model.labels),
    explanation: sentence(model, values, points, total),
    contributions: model.signals.map((signal, i) => ({
      signal,
      value: known(values[i]),
      points: (points[i] ?? 0) / 100,
    })),
    floor: total.floor / 100,
    cap: total.cap / 100,
  };
};

/**
 * Scores one user, from nothing but the values given: no file, no clock, no other user.
 *
 * @param scoring weights and labels; a `Config` is one, too
 */
export const score = (row: FeatureRow, scoring: Scoring = defaultScoring): Scored => {
  const model = modelOf(scoring);
  return scoreValues(valuesOf(row, model), model);
};

/** The value that a user could reach next: one more of a count, all of anything else; undefined where nothing is open. */
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
    if (to === undefined) continue;
    const gain = scoreRow(model, values.with(i, to), points).score - now;
    if (gain <= 0) continue;
    const say = phrasing(weight.phrase);
    const says = weight.points < 0 ? `without: ${say(value)}` : say(to);
    gains.push({ signal: model.signals[i] ?? '', from: known(value), to, points: gain / 100, says });
  }
  return gains.toSorted((a, b) => b.points - a.points).slice(0, 3);
};

/**
 * Explains the score of one user; the same score as `score` gives, with the curve and the share of every signal and
 * the largest gains still open.
 *
 * @param scoring weights and labels; a `Config` is one, too
 */
export const explain = (row: FeatureRow, scoring: Scoring = defaultScoring): Explained => {
  const model = modelOf(scoring);
  const values = valuesOf(row, model);
  const scored = scoreValues(values, model);
  const signals = scored.contributions.map((contribution, i): ExplainedSignal => {
    const weight = model.weights[i];
    const share = contribution.value === null ? 0 : (model.shares[i]?.(contribution.value) ?? 0);
    return {
      ...contribution,
      most: weight?.points ?? 0,
      curve: weight ? curveWords(weight.earns) : '',
      share,
      because: weight?.because ?? '',
    };
  });
  return { ...scored, signals, gains: gainsOf(values, model) };
};
