/** What each signal is worth by itself, and what it adds to the others. */
import type { Weights } from '../catalogue/weights.js';
import type { Scoring } from '../scoring/score.js';
import type { Rng } from '../simulate/chance.js';
import { replicate } from './bootstrap.js';
import type { Estimate } from './intervals.js';
import { aucByKeys, meanOfKnown } from './metrics.js';
import type { Panel } from './panel.js';
import { type PanelPoints, pointsOfPanel, scoresFrom, signalKeys } from './scores.js';

/** What one signal does for a score. AUCs are means over the cut-offs. */
export interface SignalWorth {
  readonly signal: string;
  readonly points: number;
  /** The share of rows at which it earns or costs anything. */
  readonly share: number;
  /** The AUC of ordering people by this signal alone, in the direction of its points. */
  readonly alone: number;
  /** The AUC of the score minus that of the score without this signal, with its paired interval. */
  readonly adds: Estimate;
}

/** The share of all values that are not 0. */
const shareOfKnown = (keys: readonly Float64Array[]): number => {
  let [counting, all] = [0, 0];
  for (const each of keys) {
    all += each.length;
    for (const value of each) if (value !== 0) counting++;
  }
  return counting / all;
};

/**
 * Measures every signal of a scoring: alone, and by leaving it out.
 *
 * @param points what the scoring gives to the rows of the panel, if that is known
 */
export const signalsOf = (
  panel: Panel,
  scoring: Scoring,
  resamples: number,
  rng: Rng,
  points: PanelPoints = pointsOfPanel(panel, scoring),
): SignalWorth[] => {
  const weights: Weights = scoring.weights;
  const signals = Object.entries(weights).map(([signal, weight]) => ({
    signal,
    points: weight.points,
    keys: signalKeys(panel, signal, weight),
  }));
  const without = replicate(
    panel,
    [
      { name: 'score', keys: scoresFrom(points) },
      ...signals.map(({ signal }, i) => ({ name: `without ${signal}`, keys: scoresFrom(points, i) })),
    ],
    [],
    resamples,
    rng,
  );
  return signals.map(({ signal, points: worth, keys }) => ({
    signal,
    points: worth,
    share: shareOfKnown(keys),
    alone: meanOfKnown(panel.cutoffs.map(({ converted }, i) => aucByKeys(keys[i] ?? new Float64Array(), converted))),
    adds: without.compare('score', `without ${signal}`, 'auc'),
  }));
};
