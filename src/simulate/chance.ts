/**
 * Seeded random streams, and the few ways in which the simulation draws from them.
 * Uses only + - * / and comparisons: `Math.log`, `exp` and `pow` can differ in the last bit between versions of Node.
 */
import seedrandom from 'seedrandom';
import type { Quantiles } from '../catalogue/personas.js';

/** A function that returns the next number of a stream, at least 0 and below 1. */
export type Rng = () => number;

/**
 * The stream of a name; different names give independent streams. Every user has several, so it uses Alea, which takes 1
 * microsecond to seed; seedrandom's default (ARC4) takes 11.
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

/** An index of `weights`, chosen in proportion to them; -1 if all are 0. */
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

/** A shuffled copy of `items` (Fisher and Yates). */
export const shuffled = <T>(rng: Rng, items: readonly T[]): T[] => {
  const deck = [...items];
  for (let i = deck.length - 1; i > 0; i--) {
    const j = below(rng, i + 1);
    const [a, b] = [deck[i], deck[j]];
    if (a !== undefined && b !== undefined) [deck[i], deck[j]] = [b, a];
  }
  return deck;
};
