/** Finds better points and curves: a fit, one pass over the curves of each signal, then features without a weight. */
import { isDeepStrictEqual } from 'node:util';
import type { Curve } from '../catalogue/weights.js';
import { shareBy } from '../scoring/curves.js';
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
  const fit = (terms: readonly Term[], start?: Fit, steps?: number): Fit =>
    fitLogistic(
      terms.map(({ shares }) => shares),
      converted,
      terms.map(({ candidate }) => candidate.sign),
      start,
      steps,
    );

  let terms = candidates.flatMap((candidate) =>
    candidate.curve ? [termOf(candidate, candidate.curve, valuesOf(candidate))] : [],
  );
  let best = fit(terms);
  const before = best.likelihood;

  const moved: string[] = [];
  for (const [i, { candidate, curve }] of terms.entries()) {
    const start = best;
    const values = valuesOf(candidate);
    const tries = curvesFor(candidate.kind, values)
      .filter((other) => !isDeepStrictEqual(other, curve))
      .map((other) => terms.with(i, termOf(candidate, other, values)))
      .map((changed) => ({ changed, fitted: fit(changed, start) }))
      .toSorted((a, b) => b.fitted.likelihood - a.fitted.likelihood);
    const [first] = tries;
    if (!first || first.fitted.likelihood < start.likelihood + GAIN.curve) continue;
    [terms, best] = [first.changed, first.fitted];
    moved.push(candidate.feature);
  }

  const added: string[] = [];
  let unused = candidates.filter(({ curve }) => !curve);
  while (unused.length > 0) {
    const start = best;
    const tries = unused
      .flatMap((candidate) => {
        const values = valuesOf(candidate);
        return curvesFor(candidate.kind, values).map((curve) => termOf(candidate, curve, values));
      })
      // One Newton step shows which is the most promising.
      .map((term) => ({ term, promise: fit([...terms, term], start, 1).likelihood }))
      .toSorted((a, b) => b.promise - a.promise);
    const [first] = tries;
    if (!first) break;
    const larger = [...terms, first.term];
    const fitted = fit(larger, start);
    if (fitted.likelihood < start.likelihood + GAIN.signal) break;
    [terms, best] = [larger, fitted];
    added.push(first.term.candidate.feature);
    unused = unused.filter((candidate) => candidate !== first.term.candidate);
  }

  const points = scalePoints(best.coefficients);
  return (
    points && {
      signals: terms.map(({ candidate, curve }, i) => ({
        feature: candidate.feature,
        curve,
        points: points[i] ?? 0,
        coefficient: best.coefficients[i] ?? 0,
      })),
      moved,
      added,
      likelihood: { before, after: best.likelihood },
    }
  );
};
