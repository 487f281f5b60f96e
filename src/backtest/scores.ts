/** The scores that a scoring gives to the rows of a panel, as `rank` would at each cut-off. */
import type { Weight } from '../catalogue/weights.js';
import { shareBy } from '../scoring/curves.js';
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

/**
 * Each row by one signal alone, the greater the better by its points: the share of its curve, or minus that if it is a
 * penalty. Unknown is 0, as in a score.
 *
 * @returns by cut-off, the keys by row
 */
export const signalKeys = (panel: Panel, signal: string, { earns, points }: Weight): Float64Array[] => {
  const share = shareBy(earns);
  const sign = points < 0 ? -1 : 1;
  return panel.cutoffs.flatMap((_, cutoff) =>
    columnsOf(panel, [signal], cutoff).map((column) =>
      column.map((value) => (Number.isNaN(value) ? 0 : sign * share(value))),
    ),
  );
};
