/** The whole of a backtest: what a ranking would have been worth at each cut-off and on average. */
import type { Scoring } from '../scoring/score.js';
import type { Rng } from '../simulate/chance.js';
import { replicate, type Replicates } from './bootstrap.js';
import type { Estimate } from './intervals.js';
import { byRanking, type ByRanking, type CutoffResult, cutoffResults, type RankingName } from './cutoffs.js';
import { gainsOf, meanOfKnown } from './metrics.js';
import { convertedPeople, type Panel } from './panel.js';
import { type Proportions, proportionsOf } from './proportions.js';
import { baselines, TOP_SHARES } from './rankings.js';
import { pointsOfPanel, scoresFrom } from './scores.js';
import { signalsOf, type SignalWorth } from './signals.js';
import { type Verdict, verdictOf } from './verdict.js';
import { type Warning, warningsOf } from './warnings.js';

/** One ranking on average over the cut-offs. */
export interface MeanResult {
  readonly auc: Estimate;
  /** The top 5, 10 and 20 %. */
  readonly top: readonly { readonly share: number; readonly hits: Estimate; readonly lift: Estimate }[];
  /** The conversions among the people on the list. */
  readonly list: Estimate;
}

/** The whole of a backtest. */
export interface Evaluation {
  readonly cutoffs: readonly CutoffResult[];
  readonly mean: ByRanking<MeanResult>;
  readonly verdict: Verdict;
  /** How many people the list has, and how many of them would convert if they were drawn at random. */
  readonly list: { readonly people: number; readonly at_random: number };
  readonly labels: Proportions['labels'];
  readonly bands: Proportions['bands'];
  /** The share of conversions reached by calling a share of open people, on average over the cut-offs. */
  readonly gains: {
    readonly called: readonly number[];
    /** The 95 % interval of the curve by score; NaN without intervals. */
    readonly low: readonly number[];
    readonly high: readonly number[];
  } & ByRanking<readonly number[]>;
  readonly signals: readonly SignalWorth[];
  readonly warnings: readonly Warning[];
}

/** What to measure. */
export interface EvaluationOptions {
  /** How many people a list has. */
  readonly list: number;
  /** Resamples of the bootstrap; with 0 there are no intervals, and no claim is made. */
  readonly resamples: number;
  readonly rng: Rng;
}

/** The shares at which the gain curve is drawn: every 5 %. */
const GAIN_SHARES = Array.from({ length: 21 }, (_, i) => i / 20);

/** Resamples for the interval of the gain curve, at most: it is drawn, and twenty shares take twenty times as long as one. */
const GAIN_RESAMPLES = 200;

/** The index of the list among the calls that are measured. */
const LIST = { hits: TOP_SHARES.length } as const;

const meanResult = (replicates: Replicates<RankingName>, name: RankingName): MeanResult => ({
  auc: replicates.estimate(name, 'auc'),
  top: TOP_SHARES.map((share, i) => ({
    share,
    hits: replicates.estimate(name, { hits: i }),
    lift: replicates.estimate(name, { lift: i }),
  })),
  list: replicates.estimate(name, LIST),
});

/**
 * The interval of the gain curve: the share of conversions reached is the lift times the share called. Of nobody called
 * it is nothing, and never narrower than the curve itself, which counts parts of people where lifts count whole ones.
 */
const gainInterval = (
  panel: Panel,
  keys: readonly Int32Array[],
  curve: readonly number[],
  { resamples, rng }: EvaluationOptions,
): Pick<Evaluation['gains'], 'low' | 'high'> => {
  const [, ...shares] = GAIN_SHARES;
  const calls = shares.map((share) => ({ share }));
  const replicates = replicate(panel, [{ name: 'score', keys }], calls, Math.min(resamples, GAIN_RESAMPLES), rng);
  const lifts = shares.map((_, i) => replicates.estimate('score', { lift: i }));
  const bound = (of: 'low' | 'high', widest: (a: number, b: number) => number): number[] =>
    curve.map((value, i) => {
      const lift = lifts[i - 1];
      return lift === undefined ? value : Math.min(1, widest(value, lift[of] * (GAIN_SHARES[i] ?? 0)));
    });
  return { low: bound('low', Math.min), high: bound('high', Math.max) };
};

/** Evaluates a scoring on a panel with at least one cut-off. */
export const evaluate = (panel: Panel, scoring: Scoring, options: EvaluationOptions): Evaluation => {
  const { list, resamples, rng } = options;
  const points = pointsOfPanel(panel, scoring);
  const scores = scoresFrom(points);
  const orderings = [{ name: 'score' as const, keys: scores }, ...baselines(panel)];
  const calls = [...TOP_SHARES.map((share) => ({ share })), { people: list }];
  const replicates = replicate<RankingName>(panel, orderings, calls, resamples, rng);
  const cutoffs = cutoffResults(panel, replicates);
  const gains = (name: RankingName): number[] => {
    const curves = panel.cutoffs.map((_, i) => gainsOf(replicates.ties(name, i), GAIN_SHARES));
    return GAIN_SHARES.map((_, i) => meanOfKnown(curves.map((curve) => curve[i] ?? Number.NaN)));
  };
  const signals = signalsOf(panel, scoring, resamples, rng, points);
  const proportions = proportionsOf(panel, scores, scoring.labels);
  const curve = gains('score');
  return {
    cutoffs,
    mean: byRanking((name) => meanResult(replicates, name)),
    verdict: verdictOf(replicates, convertedPeople(panel)),
    list: {
      people: list,
      at_random: meanOfKnown(cutoffs.map(({ open, conversions }) => (Math.min(list, open) * conversions) / open)),
    },
    ...proportions,
    gains: { called: GAIN_SHARES, ...byRanking(gains), ...gainInterval(panel, scores, curve, options) },
    signals,
    warnings: warningsOf({ panel, cutoffs, signals, proportions, replicates }),
  };
};
