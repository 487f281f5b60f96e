/** One sentence about one user: the strongest contributions in words with their points. */
import type { Model, Total } from './score.js';

/** Contributions named one by one on each side of the semicolon; the rest is summed up, so the points still add up. */
const NAMED = 4;

/** Points with their sign and one decimal, from hundredths, rounded half away from zero: `+6.9`, `-5.0`. */
export const signedTenths = (hundredths: number): string => {
  const tenths = Math.round(Math.abs(hundredths) / 10);
  return `${hundredths < 0 ? '-' : '+'}${Math.floor(tenths / 10)}.${tenths % 10}`;
};

/** The strongest of some signals by name, the rest in one. What is too small to show a tenth is part of the rest. */
const listed = (
  signals: number[],
  points: ArrayLike<number>,
  values: ArrayLike<number>,
  { phrases }: Model,
): string[] => {
  const strength = (signal: number): number => Math.abs(points[signal] ?? 0);
  signals.sort((a, b) => strength(b) - strength(a));
  const named = signals.filter((signal, place) => place < NAMED && strength(signal) >= 5);
  const all = named.map(
    (signal) => `${phrases[signal]?.(values[signal] ?? Number.NaN)} (${signedTenths(points[signal] ?? 0)})`,
  );
  const rest = signals.length - named.length;
  let sum = 0;
  for (const signal of signals.slice(named.length)) sum += points[signal] ?? 0;
  if (Math.abs(sum) >= 5)
    all.push(`${rest === 1 ? '1 lighter signal' : `${rest} lighter signals`} (${signedTenths(sum)})`);
  return all;
};

/**
 * The explanation: `booked a call (+30.0), signed up (+30.0), viewed pricing 6 times (+6.9); spammy sessions (-5.0)`.
 *
 * @param values,points the user's row as given to and filled by `scoreRow`
 */
export const sentence = (model: Model, values: ArrayLike<number>, points: ArrayLike<number>, total: Total): string => {
  const [up, down]: [number[], number[]] = [[], []];
  for (let signal = 0; signal < model.signals.length; signal++) {
    const earned = points[signal] ?? 0;
    if (earned !== 0) (earned > 0 ? up : down).push(signal);
  }
  const gains = listed(up, points, values, model);
  const losses = listed(down, points, values, model);
  if (total.floor > 0) losses.push(`held at 0 (${signedTenths(total.floor)})`);
  if (total.cap < 0) losses.push(`held at 100 (${signedTenths(total.cap)})`);
  return [gains.join(', '), losses.join(', ')].filter((part) => part !== '').join('; ') || 'nothing to go by yet';
};
