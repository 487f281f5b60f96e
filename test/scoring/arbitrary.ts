/** Random users and scorings for the properties of the score. */
import * as fc from 'fast-check';
import type { Curve, Weight } from '../../src/catalogue/weights.js';
import type { Scoring } from '../../src/scoring/score.js';

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

/** The same weights with positive points that sum to 100, as the library demands. */
const checked = ({ weights, labels }: Scoring): Scoring => {
  const hundredths = Object.values(weights).map(({ points }) => Math.round(points * 100));
  const sum = hundredths.reduce((total, points) => total + Math.max(0, points), 0);
  const scaled = hundredths.map((points) => (points > 0 ? Math.floor((points * 10_000) / sum) : points));
  const used = scaled.reduce((total, points) => total + Math.max(0, points), 0);
  const first = sum === 0 ? 0 : hundredths.findIndex((points) => points > 0);
  const points = scaled.map((each, i) => (i === first ? Math.max(0, each) + 10_000 - used : each) / 100);
  const all = Object.entries(weights).map(([name, each], i) => [name, { ...each, points: points[i] ?? 0 }]);
  return { weights: Object.fromEntries(all), labels };
};

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

/** The same for a scoring that the library takes. */
export const checkedUser = scoredUser.map((user) => ({ ...user, scoring: checked(user.scoring) }));
