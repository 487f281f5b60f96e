/** How often people converted, by the label and by the ten points that their score lies in. */
import type { Thresholds } from '../catalogue/weights.js';
import type { Label } from '../model.js';
import { labelOf } from '../scoring/score.js';
import { type Estimate, wilson } from './intervals.js';
import type { Panel } from './panel.js';

/** Open people of one kind, and how many of them converted. */
export interface Proportion {
  readonly open: number;
  readonly conversions: number;
  /** The share that converted, with Wilson's interval. */
  readonly rate: Estimate;
}

/** People with scores in the ten points from `from`; the last band includes 100. */
export interface Band extends Proportion {
  readonly from: number;
}

/** Conversions by label and by band. */
export interface Proportions {
  readonly labels: Readonly<Record<Label, Proportion>>;
  /** All ten, the lowest first. */
  readonly bands: readonly Band[];
}

/**
 * Counts the rows of all cut-offs together: a score means the same at each. Only the order of scores is never mixed.
 *
 * @param scores by cut-off and row, in hundredths of a point
 */
export const proportionsOf = (panel: Panel, scores: readonly Int32Array[], thresholds: Thresholds): Proportions => {
  // Rows with the same score have the same label and band: few scores are counted instead of many rows.
  const counts = new Map<number, { open: number; conversions: number }>();
  for (const [i, { converted }] of panel.cutoffs.entries()) {
    for (const [row, score] of (scores[i] ?? []).entries()) {
      const count = counts.get(score) ?? { open: 0, conversions: 0 };
      count.open++;
      count.conversions += converted[row] ?? 0;
      counts.set(score, count);
    }
  }
  const of = (isOne: (score: number) => boolean): Proportion => {
    let [open, conversions] = [0, 0];
    for (const [score, count] of counts) {
      if (!isOne(score)) continue;
      open += count.open;
      conversions += count.conversions;
    }
    return { open, conversions, rate: wilson(conversions, open) };
  };
  const labelled = (label: Label): Proportion => of((score) => labelOf(score, thresholds) === label);
  return {
    labels: { high: labelled('high'), medium: labelled('medium'), low: labelled('low') },
    bands: Array.from({ length: 10 }, (_, band) => ({
      from: band * 10,
      ...of((score) => Math.min(9, Math.floor(score / 1000)) === band),
    })),
  };
};
