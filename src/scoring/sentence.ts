/** The explanation in one sentence: the strongest contributions in words, with their points, and the last activity. */
import { signedPoints } from '../text/numbers.js';
import type { Model, Total } from './score.js';

/** Hundredths that show as a tenth of a point; less is not worth a word of its own. */
const SHOWN = 5;

const and = (said: string, more: string): string => (said === '' || more === '' ? said + more : `${said}, ${more}`);

/** Inserts `signal` into a list that is ordered by strength, after equally strong ones. */
const insert = (signals: number[], signal: number, points: ArrayLike<number>): void => {
  const strength = (at: number): number => Math.abs(points[signals[at] ?? 0] ?? 0);
  let at = signals.push(signal) - 1;
  for (; at > 0 && strength(at - 1) < Math.abs(points[signal] ?? 0); at--) signals[at] = signals[at - 1] ?? 0;
  signals[at] = signal;
};

/**
 * Names the strongest signals until what is left is less than the last one named, and sums up the rest, which includes
 * those that round to 0.0. A rest of a single signal is named.
 */
const listed = (
  signals: readonly number[],
  points: ArrayLike<number>,
  values: ArrayLike<number>,
  { phrases }: Model,
): string => {
  let rest = 0;
  for (const signal of signals) rest += points[signal] ?? 0;
  let said = '';
  let [named, last] = [0, 0];
  for (const signal of signals) {
    const earned = points[signal] ?? 0;
    const enough = named > 0 && Math.abs(rest) < last && named < signals.length - 1;
    if (enough || Math.abs(earned) < SHOWN) break;
    said = and(said, `${phrases[signal]?.(values[signal] ?? Number.NaN)} (${signedPoints(earned, 1)})`);
    rest -= earned;
    last = Math.abs(earned);
    named++;
  }
  if (Math.abs(rest) < SHOWN) return said;
  const left = signals.length - named;
  return and(said, `${left === 1 ? '1 lighter signal' : `${left} lighter signals`} (${signedPoints(rest, 1)})`);
};

/** When the user was last active, with the points for that if they show; empty if nobody knows. */
const lastActivity = ({ recency, lastActive }: Model, age: number, points: ArrayLike<number>): string => {
  if (Number.isNaN(age)) return '';
  const earned = points[recency] ?? 0;
  return Math.abs(earned) < SHOWN ? lastActive(age) : `${lastActive(age)} (${signedPoints(earned, 1)})`;
};

/**
 * The explanation: `booked a call (+30.0), signed up (+30.0), viewed pricing 6 times (+6.9), last active yesterday (+4.5);
 * looked automated in 1 of 4 visits (-5.0)`.
 *
 * @param values,points the user's values and points, as `scoreRow` takes and fills them
 * @param age days since the user was last active, NaN if unknown
 */
export const sentence = (
  model: Model,
  values: ArrayLike<number>,
  points: ArrayLike<number>,
  total: Total,
  age = values[model.recency] ?? Number.NaN,
): string => {
  const [up, down]: [number[], number[]] = [[], []];
  const spoken = Number.isNaN(age) ? -1 : model.recency;
  for (let signal = 0; signal < model.signals.length; signal++) {
    const earned = points[signal] ?? 0;
    if (earned !== 0 && signal !== spoken) insert(earned > 0 ? up : down, signal, points);
  }
  const gains = and(listed(up, points, values, model), lastActivity(model, age, points));
  let losses = listed(down, points, values, model);
  if (total.floor > 0) losses = and(losses, `held at 0 (${signedPoints(total.floor, 1)})`);
  if (total.cap < 0) losses = and(losses, `held at 100 (${signedPoints(total.cap, 1)})`);
  if (losses === '') return gains || 'no signals yet';
  return gains === '' ? losses : `${gains}; ${losses}`;
};
