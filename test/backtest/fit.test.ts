import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fit, fitLogistic, type Sign } from '../../src/backtest/fit.js';
import { stream } from '../../src/simulate/chance.js';
import { holds, tries } from '../random.js';

/** A problem of the regression, by row. */
interface Problem {
  readonly rows: readonly { readonly shares: readonly number[]; readonly hit: number }[];
  readonly signs: readonly Sign[];
}

const fitOf = ({ rows, signs }: Problem): Fit =>
  fitLogistic(
    signs.map((_, j) => Float64Array.from(rows, ({ shares }) => shares[j] ?? 0)),
    Uint8Array.from(rows, ({ hit }) => hit),
    signs,
  );

/** What is maximised, from its definition. */
const likelihoodOf = ({ rows }: Problem, [intercept = 0, ...coefficients]: readonly number[]): number => {
  const ofRows = rows.reduce((sum, { shares, hit }) => {
    const odds = shares.reduce((total, share, j) => total + share * (coefficients[j] ?? 0), intercept);
    return sum + Math.log(1 / (1 + Math.exp(hit === 1 ? -odds : odds)));
  }, 0);
  return ofRows - coefficients.reduce((sum, each) => sum + each ** 2, 0) / 2;
};

/** The gradient of the likelihood. */
const gradientOf = ({ rows }: Problem, [intercept = 0, ...coefficients]: readonly number[]): number[] => {
  const gradient = [0, ...coefficients.map((each) => -each)];
  for (const { shares, hit } of rows) {
    const odds = shares.reduce((total, share, j) => total + share * (coefficients[j] ?? 0), intercept);
    const error = hit - 1 / (1 + Math.exp(-odds));
    for (const [j, share] of [1, ...shares].entries()) gradient[j] = (gradient[j] ?? 0) + error * share;
  }
  return gradient;
};

/**
 * The second implementation: projected gradient ascent, accelerated with restarts (Beck and Teboulle 2009; O'Donoghue and
 * Candes 2015). Shares no code and no idea with Newton's method.
 */
const ascend = (problem: Problem): number[] => {
  const width = problem.signs.length + 1;
  const size = 1 / ((problem.rows.length * width) / 4 + 1);
  let now = [0, ...problem.signs.map(() => 0)];
  let ahead = now;
  let speed = 1;
  for (let step = 0; step < 50_000; step++) {
    const slopes = gradientOf(problem, ahead);
    const next = ahead.map((each, j) => {
      const value = each + size * (slopes[j] ?? 0);
      return j > 0 && value * (problem.signs[j - 1] ?? 1) < 0 ? 0 : value;
    });
    const moved = next.map((each, j) => each - (now[j] ?? 0));
    const backwards = moved.reduce((sum, each, j) => sum + each * ((ahead[j] ?? 0) - (next[j] ?? 0)), 0) > 0;
    const faster = backwards ? 1 : (1 + Math.sqrt(1 + 4 * speed ** 2)) / 2;
    ahead = next.map((each, j) => each + (backwards ? 0 : ((speed - 1) / faster) * (moved[j] ?? 0)));
    [now, speed] = [next, faster];
    if (moved.every((each) => Math.abs(each) < 1e-11)) break;
  }
  return now;
};

const sign: fc.Arbitrary<Sign> = fc.constantFrom(1, -1);
const share = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }));

/** Problems with any signs, also of columns that are equal, constant, or separate the rows completely. */
const problem: fc.Arbitrary<Problem> = fc
  .tuple(fc.array(sign, { minLength: 1, maxLength: 5 }), fc.integer({ min: 4, max: 40 }))
  .chain(([signs, rows]) =>
    fc.record({
      signs: fc.constant(signs),
      rows: fc.array(
        fc.record({
          shares: fc.array(share, { minLength: signs.length, maxLength: signs.length }),
          hit: fc.nat({ max: 1 }),
        }),
        { minLength: rows, maxLength: rows },
      ),
    }),
  )
  .filter(({ rows }) => new Set(rows.map(({ hit }) => hit)).size === 2);

describe('the fit', () => {
  it('reaches what projected gradient ascent reaches, to 1e-6', () => {
    holds(
      problem,
      (each) => {
        const { intercept, coefficients, likelihood } = fitOf(each);
        expect(likelihood).toBeCloseTo(likelihoodOf(each, [intercept, ...coefficients]), 9);
        const other = ascend(each);
        expect(Math.abs(likelihood - likelihoodOf(each, other))).toBeLessThan(1e-6);
        for (const [j, coefficient] of coefficients.entries()) expect(coefficient).toBeCloseTo(other[j + 1] ?? 0, 3);
      },
      tries(40, 0.5),
    );
  });

  it('keeps the signs, and cannot be improved: every slope is 0, or points where the sign forbids to go', () => {
    holds(problem, (each) => {
      const { intercept, coefficients } = fitOf(each);
      const [slope = 0, ...slopes] = gradientOf(each, [intercept, ...coefficients]);
      expect(Math.abs(slope)).toBeLessThan(1e-4);
      for (const [j, coefficient] of coefficients.entries()) {
        const direction = each.signs[j] ?? 1;
        expect(coefficient * direction).toBeGreaterThanOrEqual(0);
        const uphill = (slopes[j] ?? 0) * direction;
        expect(coefficient === 0 ? Math.max(0, uphill) : Math.abs(uphill)).toBeLessThan(1e-4);
      }
    });
  });

  it('starting with a coefficient a hair above 0 that wants to fall ends at the same place', () => {
    const columns = ['1001100000110', '0001000110100'].map((shares) => Float64Array.from(shares, Number));
    const hits = Uint8Array.from('1111111011011', Number);
    const far = fitLogistic(columns, hits, [1, 1], { intercept: 2, coefficients: [0, 5e-324], likelihood: 0 });
    expect(far.likelihood).toBeCloseTo(fitLogistic(columns, hits, [1, 1]).likelihood, 9);
  });

  it('starting elsewhere ends at the same place', () => {
    holds(
      fc.tuple(problem, fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 5, maxLength: 5 })),
      ([each, start]) => {
        const columns = each.signs.map((_, j) => Float64Array.from(each.rows, ({ shares }) => shares[j] ?? 0));
        const hits = Uint8Array.from(each.rows, ({ hit }) => hit);
        const far = fitLogistic(columns, hits, each.signs, { intercept: 2, coefficients: start, likelihood: 0 });
        expect(far.likelihood).toBeCloseTo(fitOf(each).likelihood, 7);
      },
    );
  });

  it('without signals is the share of conversions', () => {
    const { intercept, coefficients } = fitLogistic([], Uint8Array.from([1, 0, 0, 0]), []);
    expect(intercept).toBeCloseTo(Math.log(1 / 3), 9);
    expect(coefficients).toEqual([]);
  });

  it('finds the coefficients that made the data', () => {
    const rng = stream('fit');
    const rows = Array.from({ length: 40_000 }, () => {
      const shares = [rng(), rng() < 0.3 ? 1 : 0, rng(), rng()];
      const odds = -2 + 1.5 * (shares[0] ?? 0) + 0.7 * (shares[1] ?? 0) - 1 * (shares[2] ?? 0) - 0.8 * (shares[3] ?? 0);
      return { shares, hit: rng() < 1 / (1 + Math.exp(-odds)) ? 1 : 0 };
    });
    const { intercept, coefficients } = fitOf({ rows, signs: [1, 1, -1, 1] });
    // The last one is a penalty in truth, but must be a gain, so that it is 0 and the intercept bears it.
    expect(coefficients[3]).toBe(0);
    const near = [1.5, 0.7, -1].map((truth, j) => Math.abs((coefficients[j] ?? 0) - truth));
    expect(Math.max(...near)).toBeLessThan(0.12);
    expect(Math.abs(intercept + 2.4)).toBeLessThan(0.12);
  });
});
