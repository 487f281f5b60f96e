/** The orders that a backtest compares: by score, and the two that need no score. */
import type { Ordering } from './bootstrap.js';
import type { Panel } from './panel.js';

/** The orders that need no score: the most recently active first, the most active first. */
export type Baseline = 'recent' | 'active';

/** The share of open people whose lift is the headline. */
export const HEADLINE = 0.1;

/** The shares of open people whose conversions are reported. */
export const TOP_SHARES = [0.05, HEADLINE, 0.2] as const;

/** The fewest people who converted for any claim; below it, intervals of 95 % cover too little to rely on. */
export const FEWEST_CONVERSIONS = 20;

/** The baselines as orderings. */
export const baselines = ({ cutoffs }: Panel): readonly Ordering<Baseline>[] => [
  { name: 'recent', keys: cutoffs.map(({ recency }) => recency) },
  { name: 'active', keys: cutoffs.map(({ activity }) => activity) },
];
