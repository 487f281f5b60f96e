/** Whether tuned points are worth taking: only what the judged cut-offs show. */
import type { Scoring } from '../scoring/score.js';
import type { Rng } from '../simulate/chance.js';
import { replicate } from './bootstrap.js';
import type { Estimate } from './intervals.js';
import { convertedPeople, type Split } from './panel.js';
import { type Baseline, baselines, FEWEST_CONVERSIONS, TOP_SHARES } from './rankings.js';
import { scorePanel } from './scores.js';
import { betterBaseline, headlineLift } from './verdict.js';

/** The fewest converting people to learn from: about ten for each of a dozen signals (Peduzzi et al., 1996). */
export const FEWEST_IN_TRAINING = 120;

/** One way to order the people of the judged cut-offs, on average over these. */
export interface Judged {
  readonly auc: Estimate;
  /** At the top 10 %. */
  readonly lift: Estimate;
}

/** Tuned points beside the present ones and the baselines, on cut-offs that the tuning has not seen. */
export interface Judgement {
  /** How many people converted in the training cut-offs and in the judged ones. */
  readonly conversions: { readonly training: number; readonly judged: number };
  readonly rankings: Readonly<Record<'present' | 'tuned' | Baseline, Judged>>;
  /** The AUC of the tuned points minus that of each other order, with paired intervals. */
  readonly tuned_over: Readonly<Record<'present' | Baseline, Estimate>>;
  /** The baseline with the greater AUC. */
  readonly baseline: Baseline;
}

/** Judges tuned points on the judged cut-offs of a split. */
export const judge = (split: Split, present: Scoring, tuned: Scoring, resamples: number, rng: Rng): Judgement => {
  const panel = split.judged;
  const orderings = [
    { name: 'present' as const, keys: scorePanel(panel, present) },
    { name: 'tuned' as const, keys: scorePanel(panel, tuned) },
    ...baselines(panel),
  ];
  const calls = TOP_SHARES.map((share) => ({ share }));
  const replicates = replicate<'present' | 'tuned' | Baseline>(panel, orderings, calls, resamples, rng);
  const judged = (name: 'present' | 'tuned' | Baseline): Judged => ({
    auc: replicates.estimate(name, 'auc'),
    lift: replicates.estimate(name, headlineLift),
  });
  const over = (name: 'present' | Baseline): Estimate => replicates.compare('tuned', name, 'auc');
  return {
    conversions: { training: convertedPeople(split.training), judged: convertedPeople(panel) },
    rankings: {
      present: judged('present'),
      tuned: judged('tuned'),
      recent: judged('recent'),
      active: judged('active'),
    },
    tuned_over: { present: over('present'), recent: over('recent'), active: over('active') },
    baseline: betterBaseline(replicates),
  };
};

/** The recommendation, or the first condition that failed with its numbers. */
export type Recommendation =
  | { readonly recommended: true }
  | {
      readonly recommended: false;
      readonly failed: 'training_conversions' | 'judged_conversions';
      readonly conversions: number;
      readonly needed: number;
    }
  /** Nothing in the training cut-offs speaks for converting. */
  | { readonly recommended: false; readonly failed: 'no_signal' }
  | { readonly recommended: false; readonly failed: 'above_chance'; readonly auc: Estimate }
  | { readonly recommended: false; readonly failed: 'beats_present'; readonly difference: Estimate }
  | {
      readonly recommended: false;
      readonly failed: 'holds_against_baseline';
      readonly baseline: Baseline;
      readonly difference: Estimate;
    };

/**
 * Recommends tuned points only if all hold, in this order: 120 people converted in training; 20 in the judged cut-offs;
 * the tuned AUC is above .5 beyond its interval; it beats that of the present points beyond the interval; and the better
 * baseline does not beat it beyond the interval. Without intervals nothing is recommended.
 */
export const recommend = ({ conversions, rankings, tuned_over, baseline }: Judgement): Recommendation => {
  const failed = <F>(failure: F) => ({ recommended: false, ...failure }) as const;
  if (conversions.training < FEWEST_IN_TRAINING) {
    return failed({
      failed: 'training_conversions',
      conversions: conversions.training,
      needed: FEWEST_IN_TRAINING,
    } as const);
  }
  if (conversions.judged < FEWEST_CONVERSIONS) {
    return failed({
      failed: 'judged_conversions',
      conversions: conversions.judged,
      needed: FEWEST_CONVERSIONS,
    } as const);
  }
  const { auc } = rankings.tuned;
  if (!(auc.low > 0.5)) return failed({ failed: 'above_chance', auc } as const);
  if (!(tuned_over.present.low > 0)) {
    return failed({ failed: 'beats_present', difference: tuned_over.present } as const);
  }
  const over = tuned_over[baseline];
  if (!(over.high >= 0)) return failed({ failed: 'holds_against_baseline', baseline, difference: over } as const);
  return { recommended: true };
};
