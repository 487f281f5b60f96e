/** The result of `tune`, as it is printed. */
import type { Curve, Weights } from '../catalogue/weights.js';
import type { Proposal } from './propose.js';
import type { Judgement } from './recommend.js';
import type { Remark } from './result.js';
import type { Tuned } from './tune.js';
import type { Warning } from './warnings.js';

/** Something before and after. */
interface Change<T> {
  readonly present: T;
  readonly tuned: T;
}

/** One signal before and after. */
export interface SignalChange {
  readonly signal: string;
  readonly points: Change<number>;
  /** Undefined where it has no weight. */
  readonly curve: Change<Curve | undefined>;
}

/** The whole result. */
export interface Tuning extends Omit<Proposal, 'found'> {
  readonly horizon_days: number;
  /** The hash of the present settings. */
  readonly config: string;
  /** Features that were not used. */
  readonly without: readonly string[];
  /** Whether conversions were given to people at random. */
  readonly shuffled: boolean;
  /** Signals with points before or after, the most tuned points first; none if no points were found. */
  readonly signals: readonly SignalChange[];
  readonly moved?: Tuned['moved'];
  readonly added?: Tuned['added'];
  readonly likelihood?: Tuned['likelihood'];
  readonly judgement?: Judgement;
  readonly warnings: readonly Warning[];
  readonly remarks: readonly Remark[];
}

const changesOf = (present: Weights, tuned: Weights): SignalChange[] =>
  [...new Set([...Object.keys(present), ...Object.keys(tuned)])]
    .map((signal): SignalChange => {
      const [before, after] = [present[signal], tuned[signal]];
      return {
        signal,
        points: { present: before?.points ?? 0, tuned: after?.points ?? 0 },
        curve: { present: before?.earns, tuned: after?.earns },
      };
    })
    .filter(({ points }) => points.present !== 0 || points.tuned !== 0)
    .toSorted((a, b) => b.points.tuned - a.points.tuned);

/** The result of a proposal beside the present weights. */
export const tuningOf = (
  { found, ...proposal }: Proposal,
  present: Weights,
  about: Pick<Tuning, 'horizon_days' | 'config' | 'without' | 'shuffled' | 'remarks'>,
): Tuning => ({
  ...about,
  ...proposal,
  signals: found ? changesOf(present, found.scoring.weights) : [],
  ...(found && {
    moved: found.tuned.moved,
    added: found.tuned.added,
    likelihood: found.tuned.likelihood,
    judgement: found.judgement,
  }),
  warnings: found?.warnings ?? [],
});
