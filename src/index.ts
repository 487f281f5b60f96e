/**
 * gesture as a library: score one user in your own backend, in microseconds; no file, no clock.
 * The commands use the same functions.
 */
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
  type FeatureRow,
  type Gain,
  score,
  type Scored,
} from './scoring/explain.js';
export type { Scoring } from './scoring/score.js';
