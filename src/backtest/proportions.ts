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
  const rows = panel.cutoffs.flatMap(({ converted }, i) =>
    Array.from(scores[i] ?? [], (score, row) => ({ score, hit: converted[row] === 1 })),
  );
  const of = (some: typeof rows): Proportion => {
    const conversions = some.filter(({ hit }) => hit).length;
    return { open: some.length, conversions, rate: wilson(conversions, some.length) };
  };
  const labelled = (label: Label): Proportion => of(rows.filter(({ score }) => labelOf(score, thresholds) === label));
  return {
    labels: { high: labelled('high'), medium: labelled('medium'), low: labelled('low') },
    bands: Array.from({ length: 10 }, (_, band) => ({
      from: band * 10,
      ...of(rows.filter(({ score }) => Math.min(9, Math.floor(score / 1000)) === band)),
    })),
  };
};
