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
  /** Rows at which it earns anything, and the others, with the conversions among them. */
  readonly earning: { readonly open: number; readonly conversions: number };
  readonly others: { readonly open: number; readonly conversions: number };
  /** The AUC of ordering people by this signal alone, in the direction of its points. */
  readonly alone: number;
  /** The AUC of the score minus that of the score without this signal, with its paired interval. */
  readonly adds: Estimate;
}

/** How many rows have a value other than 0, and how many of those above 0, and of the others, convert. */
const countsOf = (
  { cutoffs }: Panel,
  keys: readonly Float64Array[],
): Pick<SignalWorth, 'share' | 'earning' | 'others'> => {
  let counting = 0;
  const earning = { open: 0, conversions: 0 };
  const others = { open: 0, conversions: 0 };
  for (const [i, { converted }] of cutoffs.entries()) {
    for (const [row, value] of (keys[i] ?? []).entries()) {
      if (value !== 0) counting++;
      const group = value > 0 ? earning : others;
      group.open++;
      group.conversions += converted[row] ?? 0;
    }
  }
  const rows = earning.open + others.open;
  return { share: rows === 0 ? 0 : counting / rows, earning, others };
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
    ...countsOf(panel, keys),
    alone: meanOfKnown(panel.cutoffs.map(({ converted }, i) => aucByKeys(keys[i] ?? new Float64Array(), converted))),
    adds: without.compare('score', `without ${signal}`, 'auc'),
  }));
};
