/** The explanation in one sentence: the strongest contributions in words, with their points. */
import { signedPoints } from '../text/numbers.js';
import type { Model, Total } from './score.js';

/** Contributions named on each side of the semicolon. The rest is one sum, so that the points still add up. */
const NAMED = 4;

const and = (said: string, more: string): string => (said === '' ? more : `${said}, ${more}`);

/** Inserts `signal` into a list that is ordered by strength, after equally strong ones. */
const insert = (signals: number[], signal: number, points: ArrayLike<number>): void => {
  const strength = (at: number): number => Math.abs(points[signals[at] ?? 0] ?? 0);
  let at = signals.push(signal) - 1;
  for (; at > 0 && strength(at - 1) < Math.abs(points[signal] ?? 0); at--) signals[at] = signals[at - 1] ?? 0;
  signals[at] = signal;
};

/** Names the first and strongest signals and sums up the rest, which includes those that round to 0.0. */
const listed = (
  signals: readonly number[],
  points: ArrayLike<number>,
  values: ArrayLike<number>,
  { phrases }: Model,
): string => {
  let said = '';
  let [named, sum] = [0, 0];
  for (const signal of signals) {
    const earned = points[signal] ?? 0;
    if (named === NAMED || Math.abs(earned) < 5) {
      sum += earned;
      continue;
    }
    said = and(said, `${phrases[signal]?.(values[signal] ?? Number.NaN)} (${signedPoints(earned, 1)})`);
    named++;
  }
  if (Math.abs(sum) < 5) return said;
  const rest = signals.length - named;
  return and(said, `${rest === 1 ? '1 lighter signal' : `${rest} lighter signals`} (${signedPoints(sum, 1)})`);
};

/**
 * The explanation: `booked a call (+30.0), signed up (+30.0), viewed pricing 6 times (+6.9); spammy sessions (-5.0)`.
 *
 * @param values,points the user's values and points, as `scoreRow` takes and fills them
 */
export const sentence = (model: Model, values: ArrayLike<number>, points: ArrayLike<number>, total: Total): string => {
  const [up, down]: [number[], number[]] = [[], []];
  for (let signal = 0; signal < model.signals.length; signal++) {
    const earned = points[signal] ?? 0;
    if (earned !== 0) insert(earned > 0 ? up : down, signal, points);
  }
  const gains = listed(up, points, values, model);
  let losses = listed(down, points, values, model);
  if (total.floor > 0) losses = and(losses, `held at 0 (${signedPoints(total.floor, 1)})`);
  if (total.cap < 0) losses = and(losses, `held at 100 (${signedPoints(total.cap, 1)})`);
  if (losses === '') return gains || 'nothing to go by yet';
  return gains === '' ? losses : `${gains}; ${losses}`;
};
