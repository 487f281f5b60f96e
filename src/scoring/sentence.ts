/** One sentence about one user: the strongest contributions in words with their points. */
import type { Model, Total } from './score.js';

/** Contributions named one by one on each side of the semicolon; the rest is summed up, so the points still add up. */
const NAMED = 4;

const times = (n: number): string => (n === 1 ? 'once' : n === 2 ? 'twice' : `${grouped(n)} times`);

/** A number for people: thousands grouped, at most two decimals. The same in every locale. */
const grouped = (value: number): string => {
  if (Math.abs(value) >= 1e15) return value.toExponential(2);
  const [whole = '', fraction] = String(Math.round(value * 100) / 100).split('.');
  return whole.replaceAll(/\B(?=(\d{3})+$)/g, ',') + (fraction === undefined ? '' : `.${fraction}`);
};

const ago = (days: number): string => {
  const whole = Math.floor(Math.max(0, days));
  if (whole === 0) return 'today';
  return whole === 1 ? '1 day ago' : `${grouped(whole)} days ago`;
};

/** What a phrase may hold, and what becomes of it. */
export const PLACEHOLDERS: Readonly<Record<string, (value: number) => string>> = {
  times,
  value: grouped,
  percent: (value) => `${Math.round(Math.min(1, Math.max(0, value)) * 100)}%`,
  ago,
};

/** A phrase of the weights with its value in place. */
export const phrased = (phrase: string, value: number): string =>
  phrase.replaceAll(/\{(\w+)\}/g, (all, name: string) =>
    Object.hasOwn(PLACEHOLDERS, name) ? (PLACEHOLDERS[name]?.(value) ?? all) : all,
  );

/** Points with their sign and one decimal, from hundredths, rounded half away from zero: `+6.9`, `-5.0`. */
export const signedTenths = (hundredths: number): string => {
  const tenths = Math.round(Math.abs(hundredths) / 10);
  return `${hundredths < 0 ? '-' : '+'}${Math.floor(tenths / 10)}.${tenths % 10}`;
};

interface Part {
  readonly words: string;
  readonly points: number;
}

/** The strongest parts by name, the rest in one. Parts too small to show a tenth are part of the rest. */
const listed = (parts: readonly Part[]): string[] => {
  const byStrength = parts.toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points));
  const named = byStrength.filter((part, i) => i < NAMED && Math.abs(part.points) >= 5);
  const rest = byStrength.slice(named.length);
  const sum = rest.reduce((total, part) => total + part.points, 0);
  const all = named.map((part) => `${part.words} (${signedTenths(part.points)})`);
  if (Math.abs(sum) < 5) return all;
  const more = rest.length === 1 ? '1 lighter signal' : `${rest.length} lighter signals`;
  return [...all, `${more} (${signedTenths(sum)})`];
};

/**
 * The explanation: `booked a call (+30.0), signed up (+30.0), viewed pricing 6 times (+6.9); spammy sessions (-5.0)`.
 *
 * @param values,points the user's row as given to and filled by `scoreRow`
 */
export const sentence = (model: Model, values: ArrayLike<number>, points: ArrayLike<number>, total: Total): string => {
  const parts = model.weights.map((weight, i) => ({
    words: phrased(weight.phrase, values[i] ?? Number.NaN),
    points: points[i] ?? 0,
  }));
  const gains = listed(parts.filter((part) => part.points > 0));
  const losses = listed(parts.filter((part) => part.points < 0));
  if (total.floor > 0) losses.push(`held at 0 (${signedTenths(total.floor)})`);
  if (total.cap < 0) losses.push(`held at 100 (${signedTenths(total.cap)})`);
  return [gains.join(', '), losses.join(', ')].filter((part) => part !== '').join('; ') || 'nothing to go by yet';
};
