/** The scores that a scoring gives to the rows of a panel, as `rank` would at each cut-off. */
import { prepare, type Scoring, scoreRow } from '../scoring/score.js';
import type { Panel } from './panel.js';

/** The columns of a panel that hold the signals of a scoring; NaN throughout for a feature that the panel lacks. */
const columnsOf = (panel: Panel, signals: readonly string[], cutoff: number): Float64Array[] =>
  signals.map((signal) => {
    const rows = panel.cutoffs[cutoff];
    return rows?.values[panel.features.indexOf(signal)] ?? new Float64Array(rows?.people.length ?? 0).fill(Number.NaN);
  });

/**
 * The scores of every row in hundredths of a point.
 *
 * @returns by cut-off, the scores by row
 */
export const scorePanel = (panel: Panel, scoring: Scoring): Int32Array[] => {
  const model = prepare(scoring);
  const points = new Int32Array(model.signals.length);
  const values = new Float64Array(model.signals.length);
  return panel.cutoffs.map(({ people }, cutoff) => {
    const columns = columnsOf(panel, model.signals, cutoff);
    return Int32Array.from(people, (_, row) => {
      for (const [i, column] of columns.entries()) values[i] = column[row] ?? Number.NaN;
      return scoreRow(model, values, points).score;
    });
  });
};

/** The scoring without one of its signals; the others keep their points. */
export const withoutSignal = ({ weights, labels }: Scoring, signal: string): Scoring => ({
  weights: Object.fromEntries(Object.entries(weights).filter(([name]) => name !== signal)),
  labels,
});

/** The scoring with one of its signals only. */
export const onlySignal = ({ weights, labels }: Scoring, signal: string): Scoring => ({
  weights: Object.fromEntries(Object.entries(weights).filter(([name]) => name === signal)),
  labels,
});
