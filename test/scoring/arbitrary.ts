/** Random users and scorings for the properties of the score; and a runner that prints the seed of each. */
import * as fc from 'fast-check';
import type { Curve, Weight } from '../../src/catalogue/weights.js';
import type { Scoring } from '../../src/scoring/score.js';

/** How often each property is tried. */
const RUNS = Number(process.env['RUNS'] ?? 10_000);

/** And one that reads files. */
export const SLOW_RUNS = Number(process.env['RUNS'] ?? 2000);

/** A fresh seed (or SEED=n to repeat one), printed, so that a failure can be repeated. */
export const seedOf = (runs: number): number => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
  process.stdout.write(`  seed ${seed}, ${runs} runs\n`);
  return seed;
};

/** Checks a property with a seed of its own. */
export const holds = <T>(arbitrary: fc.Arbitrary<T>, check: (example: T) => void): void => {
  const seed = seedOf(RUNS);
  fc.assert(fc.property(arbitrary, check), { seed, numRuns: RUNS });
};

/** The same for a property that reads files, which takes its time: fewer runs, unless RUNS says how many. */
export const holdsAsync = async <T>(
  arbitrary: fc.Arbitrary<T>,
  check: (example: T) => Promise<void>,
): Promise<void> => {
  const seed = seedOf(SLOW_RUNS);
  await fc.assert(fc.asyncProperty(arbitrary, check), { seed, numRuns: SLOW_RUNS });
};

/** That many examples, from a seed of their own, for a property that is checked on all of them at once. */
export const examples = <T>(arbitrary: fc.Arbitrary<T>): T[] =>
  fc.sample(arbitrary, { seed: seedOf(RUNS), numRuns: RUNS });

/** A value of a feature: mostly what logs hold, sometimes negative, huge or unknown (NaN). */
export const value: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 60 }) },
  { weight: 3, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  { weight: 2, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 2, arbitrary: fc.constant(Number.NaN) },
);

const size = fc.double({ min: 0.01, max: 1e6, noNaN: true });

const curve: fc.Arbitrary<Curve> = fc.oneof(
  fc.constant({ binary: true } as const),
  fc.constant({ rate: true } as const),
  size.map((n) => ({ saturates_at: n })),
  size.map((n) => ({ log_full_at: n })),
  size.map((n) => ({ half_life: n })),
);

const weight: fc.Arbitrary<Weight> = fc.record({
  points: fc.integer({ min: -10_000, max: 10_000 }).map((hundredths) => hundredths / 100),
  earns: curve,
  because: fc.constant('a reason'),
  phrase: fc.constantFrom('did it {times}', 'has {value}', 'in {percent}', 'last {ago}', 'did it'),
});

/** Any scoring, also one whose points do not sum to 100: the floor and the cap have to cope. */
export const scoring: fc.Arbitrary<Scoring> = fc.array(weight, { minLength: 1, maxLength: 8 }).map((weights) => ({
  weights: Object.fromEntries(weights.map((each, i) => [`signal_${i}`, each])),
  labels: { high: 70, medium: 40 },
}));

/** A scoring and the values of one user for it. */
export const scoredUser = scoring.chain((some) => {
  const signals = Object.keys(some.weights).length;
  return fc.record({
    scoring: fc.constant(some),
    values: fc.array(value, { minLength: signals, maxLength: signals }),
    signal: fc.nat({ max: signals - 1 }),
    other: value,
  });
});
