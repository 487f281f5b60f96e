/** Finds better points and curves: a fit, one pass over the curves of each signal, then features without a weight. */
import { isDeepStrictEqual } from 'node:util';
import type { Curve, Weight } from '../catalogue/weights.js';
import { shareBy } from '../scoring/curves.js';
import type { Scoring } from '../scoring/score.js';
import { type Fit, fitLogistic, type Sign } from './fit.js';
import { curvesFor, type Kind } from './grid.js';
import type { Panel } from './panel.js';
import { scalePoints } from './points.js';

/** The log-likelihood that another curve, or another signal, must gain to be worth the change (AIC asks for 1 a number). */
const GAIN = { curve: 2, signal: 3 };

/** A feature that `tune` may use. */
export interface Candidate {
  /** One of the features of the panel. */
  readonly feature: string;
  readonly kind: Kind;
  readonly sign: Sign;
  /** Its curve today; undefined if it has no weight, so that it is used only if it earns its place. */
  readonly curve?: Curve | undefined;
}

/** What `tune` found for one feature. */
export interface TunedSignal {
  readonly feature: string;
  readonly curve: Curve;
  /** Multiples of a half; the gains of all signals sum to 100. */
  readonly points: number;
  /** In log-odds per full share. */
  readonly coefficient: number;
}

/** What `tune` found. */
export interface Tuned {
  /** Every signal with a curve today, then the features that were added. */
  readonly signals: readonly TunedSignal[];
  /** The features that got another curve, and those that were added. */
  readonly moved: readonly string[];
  readonly added: readonly string[];
  /** The penalised log-likelihood of the curves of today, and of those found. */
  readonly likelihood: { readonly before: number; readonly after: number };
}

/** A signal in the fit. */
interface Term {
  readonly candidate: Candidate;
  readonly curve: Curve;
  readonly shares: Float64Array;
}

/** Signals and their fit. */
interface Fitted {
  readonly terms: readonly Term[];
  readonly fit: Fit;
}

/** The rows of all cut-offs one after the other. */
const pool = <T extends Float64Array | Uint8Array>(target: T, parts: readonly T[]): T => {
  let at = 0;
  for (const part of parts) {
    target.set(part, at);
    at += part.length;
  }
  return target;
};

/**
 * Tunes on the rows of all cut-offs of a panel.
 *
 * @returns undefined if nobody or everybody converted, or if no signal speaks for converting
 */
export const tune = (panel: Panel, candidates: readonly Candidate[]): Tuned | undefined => {
  const rows = panel.cutoffs.reduce((sum, { people }) => sum + people.length, 0);
  const converted = pool(
    new Uint8Array(rows),
    panel.cutoffs.map((cutoff) => cutoff.converted),
  );
  if (!converted.includes(1) || !converted.includes(0)) return undefined;

  const valuesOf = ({ feature }: Candidate): Float64Array => {
    const index = panel.features.indexOf(feature);
    return pool(
      new Float64Array(rows).fill(Number.NaN),
      panel.cutoffs.map(({ values, people }) => values[index] ?? new Float64Array(people.length).fill(Number.NaN)),
    );
  };
  const termOf = (candidate: Candidate, curve: Curve, values: Float64Array): Term => {
    const share = shareBy(curve);
    return { candidate, curve, shares: values.map((value) => (Number.isNaN(value) ? 0 : share(value))) };
  };
  const termsOf = (candidate: Candidate): Term[] => {
    const values = valuesOf(candidate);
    return curvesFor(candidate.kind, values).map((curve) => termOf(candidate, curve, values));
  };
  const fit = (terms: readonly Term[], start?: Fit, steps?: number): Fit =>
    fitLogistic(
      terms.map(({ shares }) => shares),
      converted,
      terms.map(({ candidate }) => candidate.sign),
      start,
      steps,
    );

  /** The fit that gains the most of several sets of terms: a few Newton steps show which, and that one is finished. */
  const bestOf = (sets: readonly (readonly Term[])[], start: Fit, steps: number): Fitted | undefined => {
    const promises = sets.map((set) => fit(set, start, steps).likelihood);
    const set = sets[promises.indexOf(Math.max(...promises))];
    return set && { terms: set, fit: fit(set, start) };
  };

  const today = candidates.flatMap((candidate) =>
    candidate.curve ? [termOf(candidate, candidate.curve, valuesOf(candidate))] : [],
  );
  const before = fit(today);
  let best: Fitted = { terms: today, fit: before };

  const moved: string[] = [];
  for (const [i, { candidate, curve }] of today.entries()) {
    const others = termsOf(candidate).filter((term) => !isDeepStrictEqual(term.curve, curve));
    const found = bestOf(
      others.map((term) => best.terms.with(i, term)),
      best.fit,
      2,
    );
    if (!found || found.fit.likelihood < best.fit.likelihood + GAIN.curve) continue;
    best = found;
    moved.push(candidate.feature);
  }

  const added: string[] = [];
  let unused = candidates.filter(({ curve }) => !curve).flatMap(termsOf);
  while (unused.length > 0) {
    const found = bestOf(
      unused.map((term) => [...best.terms, term]),
      best.fit,
      1,
    );
    const term = found?.terms.at(-1);
    if (!found || !term || found.fit.likelihood < best.fit.likelihood + GAIN.signal) break;
    best = found;
    added.push(term.candidate.feature);
    unused = unused.filter(({ candidate }) => candidate !== term.candidate);
  }

  const points = scalePoints(best.fit.coefficients);
  return (
    points && {
      signals: best.terms.map(({ candidate, curve }, i) => ({
        feature: candidate.feature,
        curve,
        points: points[i] ?? 0,
        coefficient: best.fit.coefficients[i] ?? 0,
      })),
      moved,
      added,
      likelihood: { before: before.likelihood, after: best.fit.likelihood },
    }
  );
};

/**
 * The scoring that `tune` found, with the labels of the present one.
 *
 * @param words why a feature that was added counts, and how it is phrased; the other signals keep theirs
 */
export const tunedScoring = (
  { signals }: Tuned,
  { weights, labels }: Scoring,
  words: (feature: string) => Pick<Weight, 'because' | 'phrase'>,
): Scoring => ({
  weights: Object.fromEntries(
    signals.map(({ feature, curve, points }) => {
      const { because, phrase } = weights[feature] ?? words(feature);
      return [feature, { points, earns: curve, because, phrase }];
    }),
  ),
  labels,
});
