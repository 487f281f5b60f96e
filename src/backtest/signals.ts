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
  /** People who earn anything from it at some cut-off, with those who then convert, and the others. */
  readonly earning: { readonly open: number; readonly conversions: number };
  readonly others: { readonly open: number; readonly conversions: number };
  /** The AUC of ordering people by this signal alone, in the direction of its points. */
  readonly alone: number;
  /** The AUC of the score minus that of the score without this signal, with its paired interval. */
  readonly adds: Estimate;
}

/** The share of rows whose value is not 0; how many people ever have one above 0, and how many never, and who of them converts. */
const countsOf = (
  { people: all, cutoffs }: Panel,
  keys: readonly Float64Array[],
): Pick<SignalWorth, 'share' | 'earning' | 'others'> => {
  let [counting, rows] = [0, 0];
  const [isThere, earns] = [new Uint8Array(all), new Uint8Array(all)];
  const [having, without] = [new Uint8Array(all), new Uint8Array(all)];
  for (const [i, { people, converted }] of cutoffs.entries()) {
    for (const [row, value] of (keys[i] ?? []).entries()) {
      const person = people[row] ?? 0;
      rows++;
      if (value !== 0) counting++;
      isThere[person] = 1;
      if (value > 0) earns[person] = 1;
      if (converted[row] === 1) (value > 0 ? having : without)[person] = 1;
    }
  }
  const earning = { open: 0, conversions: 0 };
  const others = { open: 0, conversions: 0 };
  for (const [person, present] of isThere.entries()) {
    if (present === 0) continue;
    const [group, converts] = earns[person] === 1 ? [earning, having] : [others, without];
    group.open++;
    group.conversions += converts[person] ?? 0;
  }
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
