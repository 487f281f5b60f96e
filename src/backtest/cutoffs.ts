/** What each ranking would have been worth at each cut-off. */
import type { Replicates } from './bootstrap.js';
import type { Estimate } from './intervals.js';
import { mannWhitney } from './mannWhitney.js';
import { averagePrecision, type Top, topOf } from './metrics.js';
import { conversionsOf, type Panel } from './panel.js';
import { type Baseline, TOP_SHARES } from './rankings.js';

/** The orders that a backtest compares. */
export type RankingName = 'score' | Baseline;

/** Something of each ranking. */
export type ByRanking<T> = Readonly<Record<RankingName, T>>;

/** The top of a ranking, its lift with an interval. */
export type TopResult = Omit<Top, 'lift'> & { readonly lift: Estimate };

/** One ranking at one cut-off. */
export interface RankingResult {
  readonly auc: Estimate;
  /** Average precision. */
  readonly ap: number;
  /** The two-sided p of Mann and Whitney. */
  readonly p: number;
  /** The top 5, 10 and 20 %. */
  readonly top: readonly TopResult[];
}

/** One cut-off. */
export interface CutoffResult {
  readonly at: string;
  readonly open: number;
  readonly conversions: number;
  readonly rankings: ByRanking<RankingResult>;
}

/** Something of each ranking, by its name. */
export const byRanking = <T>(of: (name: RankingName) => T): ByRanking<T> => ({
  score: of('score'),
  recent: of('recent'),
  active: of('active'),
});

/**
 * Every ranking at every cut-off.
 *
 * @param replicates whose calls begin with `TOP_SHARES`
 */
export const cutoffResults = (panel: Panel, replicates: Replicates<RankingName>): CutoffResult[] =>
  panel.cutoffs.map((cutoff, index) => ({
    at: cutoff.at,
    open: cutoff.people.length,
    conversions: conversionsOf(cutoff),
    rankings: byRanking((name): RankingResult => {
      const ties = replicates.ties(name, index);
      return {
        auc: replicates.estimate(name, 'auc', index),
        ap: averagePrecision(ties),
        p: mannWhitney(ties),
        top: TOP_SHARES.map((share, call) =>
          Object.assign(topOf(ties, share), {
            lift: replicates.estimate(name, { lift: call }, index),
          }),
        ),
      };
    }),
  }));
