/** What a backtest may claim about a ranking. */
import type { Replicates } from './bootstrap.js';
import type { Estimate } from './intervals.js';
import { type Baseline, FEWEST_CONVERSIONS, HEADLINE, TOP_SHARES } from './rankings.js';

/**
 * `none`: too few conversions, or no intervals; `worse` than the better baseline; `chance`: not shown to be better than
 * chance; `level` with the baseline: no difference shown; `better`.
 */
export type Claim = 'none' | 'worse' | 'chance' | 'level' | 'better';

/** The score compared with the baseline that has the greater mean AUC. */
export interface Verdict {
  readonly claim: Claim;
  readonly baseline: Baseline;
  /** The means of the score minus those of the baseline, over the cut-offs, with paired intervals. */
  readonly auc: Estimate;
  /** At the top 10 %. */
  readonly lift: Estimate;
  /** The number of people who converted. */
  readonly conversions: number;
}

/** The measure of the headline: the lift of the top 10 %. */
export const headlineLift = { lift: TOP_SHARES.indexOf(HEADLINE) } as const;

/** The baseline with the greater mean AUC; the most recent, if they are equal. */
export const betterBaseline = (replicates: Replicates<Baseline>): Baseline => {
  const auc = (name: Baseline): number => replicates.mean(name, 'auc')[0] ?? Number.NaN;
  return auc('active') > auc('recent') ? 'active' : 'recent';
};

/**
 * Judges the score. It is worse if its AUC or lift is below the baseline's beyond the interval, unless the baseline is not
 * shown to be better than chance itself: of several orders by chance, one is always behind. It is better only if its AUC
 * is above the baseline's beyond the interval, and its lift not below: what is called first is what counts.
 *
 * @param replicates whose calls begin with `TOP_SHARES`
 */
export const verdictOf = (replicates: Replicates<Baseline | 'score'>, conversions: number): Verdict => {
  const baseline = betterBaseline(replicates);
  const over = (measure: 'auc' | typeof headlineLift): Estimate => replicates.compare('score', baseline, measure);
  const [auc, lift] = [over('auc'), over(headlineLift)];
  const own = replicates.estimate('score', 'auc');
  const theirs = replicates.estimate(baseline, 'auc');
  const claim = (): Claim => {
    if (conversions < FEWEST_CONVERSIONS || Number.isNaN(own.low)) return 'none';
    const behind = auc.high < 0 || lift.high < 0;
    if (behind && (theirs.low > 0.5 || own.high < 0.5)) return 'worse';
    if (own.low <= 0.5) return 'chance';
    return auc.low > 0 ? 'better' : 'level';
  };
  return { claim: claim(), baseline, auc, lift, conversions };
};
