/** The health of a scoring: what the spread of scores and the use of each signal say about the weights. */
import { percent } from '../text/numbers.js';
import type { Label } from '../model.js';
import type { Ranking } from './ranking.js';
import { labelOf } from './score.js';

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
  /** How many users are listed, and how many of them have converted. */
  readonly listed: number;
  readonly listed_converted: number;
  readonly warnings: readonly string[];
}

const warningsAbout = (high: number, users: number): string[] => {
  if (users === 0) return [];
  const fix = 'check labels.high and the weights in gesture.yaml';
  if (high === 0) return [`no user is high: ${fix}`];
  if (high * 2 <= users) return [];
  return [`${percent(high / users)} of the users are high, so the label says little: ${fix}`];
};

/**
 * Measures the health of a scoring.
 *
 * @param places the places of the listed users; 0 is the best
 */
export const healthOf = (ranking: Ranking, places: readonly number[]): Health => {
  const { users, model, scores, order } = ranking;
  const labels = { high: 0, medium: 0, low: 0 };
  const histogram = Array.from({ length: 10 }, () => 0);
  for (const score of scores) {
    labels[labelOf(score, model.labels)]++;
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
    listed: places.length,
    listed_converted: places.filter((place) => users.converted[order[place] ?? 0] === 1).length,
    warnings: warningsAbout(labels.high, users.count),
  };
};
