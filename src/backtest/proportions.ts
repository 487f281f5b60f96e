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

/** How many scores there are: 0 to 10,000 hundredths of a point. */
const SCORES = 10_001;

/**
 * Counts the rows of all cut-offs together: a score means the same at each. Only the order of scores is never mixed.
 *
 * @param scores by cut-off and row, in hundredths of a point
 */
export const proportionsOf = (panel: Panel, scores: readonly Int32Array[], thresholds: Thresholds): Proportions => {
  // Rows with the same score have the same label and band: few scores are counted instead of many rows.
  const counts = { open: new Uint32Array(SCORES), conversions: new Uint32Array(SCORES) };
  for (const [i, { converted }] of panel.cutoffs.entries()) {
    const ofRows = scores[i] ?? new Int32Array();
    for (let row = 0; row < ofRows.length; row++) {
      const score = ofRows[row] ?? 0;
      counts.open[score] = (counts.open[score] ?? 0) + 1;
      counts.conversions[score] = (counts.conversions[score] ?? 0) + (converted[row] ?? 0);
    }
  }
  const of = (isOne: (score: number) => boolean): Proportion => {
    let [open, conversions] = [0, 0];
    for (let score = 0; score < SCORES; score++) {
      if (!isOne(score)) continue;
      open += counts.open[score] ?? 0;
      conversions += counts.conversions[score] ?? 0;
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
