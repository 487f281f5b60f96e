/** Estimates and orders in words, for the screens of `backtest` and `tune`. */
import type { RankingName } from '../backtest/cutoffs.js';
import type { Estimate } from '../backtest/intervals.js';
import type { Backtest } from '../backtest/result.js';

/** The orders in words. */
export const ORDERS: Readonly<Record<RankingName, string>> = {
  score: 'by score',
  recent: 'most recent first',
  active: 'most active first',
};

/** A number with so many decimals; `-` if unknown. */
export const fixed = (value: number, decimals = 2): string => (Number.isNaN(value) ? '-' : value.toFixed(decimals));

/** A difference with its sign. */
export const signed = (value: number, decimals = 2): string =>
  value > 0 ? `+${fixed(value, decimals)}` : fixed(value, decimals);

const between = ({ low, high }: Estimate, show: (value: number) => string): string =>
  Number.isNaN(low) ? '' : ` [${show(low)}, ${show(high)}]`;

/** An estimate with its interval, if it has one: `0.712 [0.650, 0.771]`. */
export const ranged = (estimate: Estimate, show: (value: number) => string = fixed): string =>
  `${show(estimate.value)}${between(estimate, show)}`;

/** What was changed on purpose before judging, as words that follow others: `; without recent_visit`. */
export const asideWords = ({ without, shuffled }: Pick<Backtest, 'without' | 'shuffled'>): string =>
  [
    ...(without.length > 0 ? [`without ${without.join(', ')}`] : []),
    ...(shuffled ? ['with conversions given to people at random'] : []),
  ]
    .map((text) => `; ${text}`)
    .join('');
