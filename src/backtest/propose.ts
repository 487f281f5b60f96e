/** The whole of `tune`: learns on the earlier cut-offs, judges on the last ones, and recommends or says what failed. */
import type { Weight } from '../catalogue/weights.js';
import type { Scoring } from '../scoring/score.js';
import type { Rng } from '../simulate/chance.js';
import { convertedPeople, type Panel, splitPanel } from './panel.js';
import { FEWEST_IN_TRAINING, judge, type Judgement, type Recommendation, recommend } from './recommend.js';
import { isoSecond } from './result.js';
import { signalsOf } from './signals.js';
import { type Candidate, tune, type Tuned, tunedScoring } from './tune.js';
import { leaksOf, type Warning } from './warnings.js';

/** What to learn from, and what to judge on. */
export interface Proposing {
  /** How many cut-offs are kept for judging. */
  readonly judge: number;
  /** In milliseconds. */
  readonly horizon: number;
  readonly candidates: readonly Candidate[];
  /** Why a feature that is added counts, and how it is phrased. */
  readonly words: (feature: string) => Pick<Weight, 'because' | 'phrase'>;
  readonly resamples: number;
  readonly rng: Rng;
}

/** Some of the cut-offs. */
interface Part {
  readonly at: readonly string[];
  /** How many people converted. */
  readonly conversions: number;
}

/** What was found in the training cut-offs, and how it did on the judged ones. */
export interface Found {
  readonly tuned: Tuned;
  readonly scoring: Scoring;
  readonly judgement: Judgement;
  /** Signals with points that are probably the conversion itself, by what they tell on the judged cut-offs. */
  readonly warnings: readonly Warning[];
}

/** What `tune` proposes. */
export interface Proposal {
  readonly training: Part;
  readonly judged: Part;
  /** The end of the last training window; undefined if there is none. */
  readonly until: string | undefined;
  /** Undefined if no points can be found. */
  readonly found?: Found | undefined;
  readonly recommendation: Recommendation;
}

const partOf = (panel: Panel): Part => ({
  at: panel.cutoffs.map(({ at }) => at),
  conversions: convertedPeople(panel),
});

/** Proposes points for a panel. */
export const propose = (panel: Panel, present: Scoring, options: Proposing): Proposal => {
  const { horizon, candidates, words, resamples, rng } = options;
  const split = splitPanel(panel, options.judge, horizon);
  const training = partOf(split.training);
  const last = training.at.at(-1);
  const until = last === undefined ? undefined : isoSecond(Date.parse(last) + horizon);
  const parts = { training, judged: partOf(split.judged), until };
  const tuned = tune(split.training, candidates);
  if (!tuned) {
    const { conversions } = training;
    const few = { failed: 'training_conversions', conversions, needed: FEWEST_IN_TRAINING } as const;
    const failure = conversions < FEWEST_IN_TRAINING ? few : ({ failed: 'no_signal' } as const);
    return { ...parts, recommendation: { recommended: false, ...failure } };
  }
  const scoring = tunedScoring(tuned, present, words);
  const judgement = judge(split, present, scoring, resamples, rng);
  const counting = signalsOf(split.judged, scoring, 0, rng).filter(({ points }) => points !== 0);
  const found = { tuned, scoring, judgement, warnings: leaksOf(counting) };
  return { ...parts, found, recommendation: recommend(judgement) };
};
