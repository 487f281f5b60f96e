/**
 * Chance in the tests. `npm test` tries a few examples of a fixed seed, so it is the same every time;
 * `npm run test:long` tries many of a fresh one. SEED=n repeats a seed, RUNS=n sets how many examples the long run tries.
 */
import * as fc from 'fast-check';

/** True in `npm run test:long`. */
export const LONG = process.env['LONG'] === '1';

/** True in a long run that is not cut short by RUNS, as `.ci/run` cuts it: every combination is tried, not only some. */
export const THOROUGH = LONG && Number(process.env['RUNS'] ?? 1000) >= 40;

/** The seed of every random test. */
export const SEED = Number(process.env['SEED'] ?? 1);

/**
 * How many examples to try.
 *
 * @param few in `npm test`
 * @param factor of RUNS in the long run: above 1 for a check that is fast, below 1 for one that is slow
 */
export const tries = (few: number, factor = 1): number =>
  LONG ? Math.ceil(Number(process.env['RUNS'] ?? 1000) * factor) : few;

/** Checks a fast property. */
export const holds = <T>(
  arbitrary: fc.Arbitrary<T>,
  check: (example: T) => void,
  numRuns: number = tries(200, 10),
): void => fc.assert(fc.property(arbitrary, check), { seed: SEED, numRuns });

/** Checks a property that takes its time: it reads files or runs the engine. */
export const holdsAsync = <T>(
  arbitrary: fc.Arbitrary<T>,
  check: (example: T) => Promise<void>,
  numRuns: number,
): Promise<void> => fc.assert(fc.asyncProperty(arbitrary, check), { seed: SEED, numRuns, endOnFailure: true });

/** Examples for a property that is checked on all of them at once. */
export const examples = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] =>
  fc.sample(arbitrary, { seed: SEED, numRuns });
