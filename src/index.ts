/**
 * gesture as a library: score a user or rank many in your own backend, in microseconds each; no file, no clock.
 * The commands use the same functions.
 */
export type { Feature, Features } from './catalogue/measures.js';
export type { Curve, Thresholds, Weight, Weights } from './catalogue/weights.js';
export { defaultLabels, defaultWeights } from './catalogue/weights.js';
export { type Config } from './config/settings.js';
export { loadConfig } from './config/load.js';
export { Failure, type FailureKind, type Label } from './model.js';
export {
  type Contribution,
  explain,
  type Explained,
  type ExplainedSignal,
  type Gain,
  score,
  type Scored,
} from './scoring/explain.js';
export { rank, type RankedUser, type RankOptions, type UserFeatures } from './scoring/rank.js';
export type { DefaultScoring, FeatureRow, FeatureValue } from './scoring/row.js';
export type { Scoring } from './scoring/score.js';
