/** The scores that a scoring gives to the rows of a panel, as `rank` would at each cut-off. */
import type { Weight } from '../catalogue/weights.js';
import { shareBy } from '../scoring/curves.js';
import { earnedPoints, prepare, type Scoring, totalOf } from '../scoring/score.js';
import type { Panel } from './panel.js';

/** The columns of a panel that hold the signals of a scoring; NaN throughout for a feature that the panel lacks. */
const columnsOf = (panel: Panel, signals: readonly string[], cutoff: number): Float64Array[] =>
  signals.map((signal) => {
    const rows = panel.cutoffs[cutoff];
    return rows?.values[panel.features.indexOf(signal)] ?? new Float64Array(rows?.people.length ?? 0).fill(Number.NaN);
  });

/** What a scoring earns for the rows of one cut-off, in hundredths of a point. */
interface CutoffPoints {
  /** By signal and row. */
  readonly points: readonly Int32Array[];
  /** Of all signals, by row, before floor and cap. */
  readonly sums: Int32Array;
}

/** What a scoring earns for every row of a panel, by cut-off. */
export type PanelPoints = readonly CutoffPoints[];

/** The points that a scoring gives to the rows of a panel, signal by signal. */
export const pointsOfPanel = (panel: Panel, scoring: Scoring): PanelPoints => {
  const model = prepare(scoring);
  return panel.cutoffs.map(({ people }, cutoff) => {
    const points = columnsOf(panel, model.signals, cutoff).map((column, signal) =>
      Int32Array.from(column, (value) => earnedPoints(model, signal, value)),
    );
    const sums = new Int32Array(people.length);
    for (const earned of points)
      for (let row = 0; row < sums.length; row++) sums[row] = (sums[row] ?? 0) + (earned[row] ?? 0);
    return { points, sums };
  });
};

/**
 * The scores of every row in hundredths of a point.
 *
 * @param without the signal that is left out, by its index
 * @returns by cut-off, the scores by row
 */
export const scoresFrom = (points: PanelPoints, without = -1): Int32Array[] =>
  points.map(({ points: earned, sums }) => {
    const less = earned[without];
    const scores = new Int32Array(sums.length);
    for (let row = 0; row < scores.length; row++) scores[row] = totalOf((sums[row] ?? 0) - (less?.[row] ?? 0)).score;
    return scores;
  });

/** The scores of every row, as of `scoresFrom`. */
export const scorePanel = (panel: Panel, scoring: Scoring): Int32Array[] => scoresFrom(pointsOfPanel(panel, scoring));

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
