/**
 * Chance, and nothing else: seeded streams and the few ways the simulation draws from them.
 * Only + - * / and comparisons: `Math.log`, `exp` and `pow` may differ in the last bit from one Node to the next.
 */
import seedrandom from 'seedrandom';
import type { Quantiles } from '../catalogue/personas.js';

/** The next number of a stream, 0 (included) to 1 (excluded). */
export type Rng = () => number;

/**
 * A stream of its own for every name. Alea, because a stream is opened for every user: seeding costs 1 microsecond
 * where seedrandom's default (ARC4) costs 11.
 */
export const stream = (...name: readonly (string | number)[]): Rng => seedrandom.alea(name.join('\u0000'));

/** A whole number from 0 to `n - 1`. */
export const below = (rng: Rng, n: number): number => Math.floor(rng() * n);

/** A value of the distribution at probability `p` (0 to 1). */
export const quantile = (table: Quantiles, p: number): number => {
  const place = p * (table.length - 1);
  const index = Math.min(Math.floor(place), table.length - 2);
  const low = table[index] ?? 0;
  const high = table[index + 1] ?? low;
  return low + (high - low) * (place - index);
};

/** One index of `weights`, in proportion; -1 where all are 0. */
export const pickIndex = (rng: Rng, weights: readonly number[]): number => {
  let total = 0;
  for (const weight of weights) total += weight;
  let rest = rng() * total;
  let picked = -1;
  for (let i = 0; i < weights.length && rest >= 0; i++) {
    const weight = weights[i] ?? 0;
    if (weight > 0) picked = i;
    rest -= weight;
  }
  return picked;
};

/** `items` in an order drawn from `rng` (Fisher and Yates); the argument is left as it is. */
export const shuffled = <T>(rng: Rng, items: readonly T[]): T[] => {
  const deck = [...items];
  for (let i = deck.length - 1; i > 0; i--) {
    const j = below(rng, i + 1);
    const [a, b] = [deck[i], deck[j]];
    if (a !== undefined && b !== undefined) [deck[i], deck[j]] = [b, a];
  }
  return deck;
};
