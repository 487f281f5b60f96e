/** The health of a scoring: what the spread of scores and the use of each signal say about the weights. */
import { counted, grouped, percent } from '../text/numbers.js';
import type { Label, Warning } from '../model.js';
import type { Listed, Ranking } from './ranking.js';
import { labelOf, type Model } from './score.js';

/** How much one signal matters across all users. */
interface SignalHealth {
  readonly signal: string;
  /** The most points it can give. */
  readonly points: number;
  /** Average points per user. */
  readonly mean_points: number;
  /** Its share of all points given and taken, from 0 to 1. */
  readonly share: number;
  /** Number of users whose score it changes. */
  readonly users: number;
}

/** The health of a scoring, as `gesture rank` prints it and writes it with `--json`. */
export interface Health {
  readonly users: number;
  readonly labels: Readonly<Record<Label, number>>;
  /** Number of users by score: 0 to under 10, 10 to under 20 ... 90 to 100. */
  readonly histogram: readonly number[];
  readonly signals: readonly SignalHealth[];
  /** Scored signals that give points to no user, or to every user. */
  readonly never_fire: readonly string[];
  readonly always_fire: readonly string[];
  /** How many users have converted, how many must not be contacted, and how many others there are to call. */
  readonly converted: number;
  readonly opted_out: number;
  readonly to_call: number;
  /** How many users have converted, by label. */
  readonly converted_by_label: Readonly<Record<Label, number>>;
  /** How many users are listed, how many of them have converted, and how many more have the score of the last one. */
  readonly listed: number;
  readonly listed_converted: number;
  readonly tied: number;
  readonly warnings: readonly Warning[];
}

/** Users at the bottom of the scale from which on the order of most of a list means nothing. */
const MANY_AT_ZERO = 0.5;

const warningsAbout = (
  labels: Readonly<Record<Label, number>>,
  scores: Int32Array,
  { labels: { high, medium } }: Model,
): Warning[] => {
  const users = scores.length;
  if (users === 0) return [];
  const fix = 'check labels and weights in gesture.yaml; `gesture init LOG` proposes weights for your log';
  const best = scores.reduce((most, score) => Math.max(most, score), 0) / 100;
  const atZero = scores.reduce((n, score) => n + (score === 0 ? 1 : 0), 0);
  const warnings: Warning[] = [];
  const warn = (code: string, text: string): void => {
    warnings.push({ code, text: `${text}: ${fix}` });
  };
  if (labels.low === users) warn('all-low', `all users are low: the best score is ${best}, medium begins at ${medium}`);
  else if (labels.high === 0) warn('none-high', `no user is high: the best score is ${best}, high begins at ${high}`);
  if (labels.high * 2 > users) {
    warn('most-high', `${percent(labels.high / users)} of the users are high, so the label says little`);
  }
  if (atZero > 1 && atZero >= users * MANY_AT_ZERO) {
    warn(
      'many-at-zero',
      `${grouped(atZero)} of ${counted(users, 'user')} have a score of 0, which does not tell them apart`,
    );
  }
  return warnings;
};

/**
 * Measures the health of a scoring.
 *
 * @param listed the users that are listed
 */
export const healthOf = (ranking: Ranking, { places, tied }: Listed): Health => {
  const { users, model, scores, order } = ranking;
  const labels = { high: 0, medium: 0, low: 0 };
  const won = { high: 0, medium: 0, low: 0 };
  let [converted, optedOut, toCall] = [0, 0, 0];
  const histogram = Array.from({ length: 10 }, () => 0);
  for (const [i, score] of scores.entries()) {
    const label = labelOf(score, model.labels);
    labels[label]++;
    const [hasConverted, hasOptedOut] = [users.converted(i) === 1, users.optedOut(i) === 1];
    if (hasConverted) won[label]++;
    converted += Number(hasConverted);
    optedOut += Number(hasOptedOut);
    toCall += Number(users.canBeCalled(i));
    const bin = Math.min(9, Math.floor(score / 1000));
    histogram[bin] = (histogram[bin] ?? 0) + 1;
  }
  const all = ranking.sums.reduce((sum, points) => sum + Math.abs(points), 0);
  const signals = model.signals.map((signal, i) => {
    const sum = ranking.sums[i] ?? 0;
    return {
      signal,
      points: model.weights[i]?.points ?? 0,
      mean_points: users.count === 0 ? 0 : Math.round(sum / users.count) / 100,
      share: all === 0 ? 0 : Math.round((Math.abs(sum) / all) * 1e4) / 1e4,
      users: ranking.fired[i] ?? 0,
    };
  });
  const scored = users.count === 0 ? [] : signals.filter((signal) => signal.points !== 0);
  return {
    users: users.count,
    labels,
    histogram,
    signals,
    never_fire: scored.filter((signal) => signal.users === 0).map((signal) => signal.signal),
    always_fire: scored.filter((signal) => signal.users === users.count).map((signal) => signal.signal),
    converted,
    opted_out: optedOut,
    to_call: toCall,
    converted_by_label: won,
    listed: places.length,
    listed_converted: places.filter(({ place }) => users.converted(order[place] ?? 0) === 1).length,
    tied,
    warnings: warningsAbout(labels, scores, model),
  };
};
