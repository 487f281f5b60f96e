/** The whole of `tune`: learns on the earlier cut-offs, judges on the last ones, and recommends or says what failed. */
import type { Weight } from '../catalogue/weights.js';
import type { Scoring } from '../scoring/score.js';
import type { Rng } from '../simulate/chance.js';
import { convertedPeople, type Panel, splitPanel } from './panel.js';
import { FEWEST_IN_TRAINING, judge, type Judgement, type Recommendation, recommend } from './recommend.js';
import { type Candidate, tune, type Tuned, tunedScoring } from './tune.js';

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
}

/** What `tune` proposes. */
export interface Proposal {
  readonly training: Part;
  readonly judged: Part;
  /** The end of the last training window, in milliseconds since 1970; NaN if there is none. */
  readonly until: number;
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
  const parts = {
    training,
    judged: partOf(split.judged),
    until: Date.parse(training.at.at(-1) ?? '') + horizon,
  };
  const tuned = tune(split.training, candidates);
  if (!tuned) {
    const { conversions } = training;
    const few = { failed: 'training_conversions', conversions, needed: FEWEST_IN_TRAINING } as const;
    const failure = conversions < FEWEST_IN_TRAINING ? few : ({ failed: 'no_signal' } as const);
    return { ...parts, recommendation: { recommended: false, ...failure } };
  }
  const scoring = tunedScoring(tuned, present, words);
  const judgement = judge(split, present, scoring, resamples, rng);
  return { ...parts, found: { tuned, scoring, judgement }, recommendation: recommend(judgement) };
};
