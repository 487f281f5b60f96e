import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateOf, quantileOf, wilson } from '../../src/backtest/intervals.js';
import { studentQuantile } from '../../src/backtest/normal.js';
import { holds } from '../random.js';

describe("Wilson's interval", () => {
  // 81 of 263 is the example of Newcombe, "Two-sided confidence intervals for the single proportion" (1998).
  it.each([
    [1, 10, 0.01787621, 0.40415003],
    [0, 20, 0, 0.16113327],
    [20, 20, 0.83886673, 1],
    [81, 263, 0.25529067, 0.36618815],
  ])('of %d of %d is %d to %d', (hits, of, low, high) => {
    const interval = wilson(hits, of);
    expect(interval.value).toBe(hits / of);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('of none of none is everything', () => {
    expect(wilson(0, 0)).toEqual({ value: Number.NaN, low: 0, high: 1 });
  });

  it('holds the share, stays within 0 and 1, and its ends solve the equation of the score test', () => {
    holds(
      fc.nat({ max: 500 }).chain((of) => fc.tuple(fc.nat({ max: of }), fc.constant(of))),
      ([hits, of]) => {
        if (of === 0) return;
        const { value, low, high } = wilson(hits, of);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        for (const end of [low, high].filter((each) => each > 0 && each < 1)) {
          expect(Math.abs(value - end) / Math.sqrt((end * (1 - end)) / of)).toBeCloseTo(1.959964, 5);
        }
      },
    );
  });
});

describe('percentile intervals', () => {
  it('interpolate between neighbours', () => {
    expect([0, 0.25, 0.5, 1].map((p) => quantileOf([10, 20, 40], p))).toEqual([10, 15, 20, 40]);
  });

  const replicates = Float64Array.from([7, ...Array.from({ length: 1001 }, (_, i) => (i * 37) % 1001)]);

  it('come from the resamples, the value from the sample', () => {
    const { value, low, high } = estimateOf(replicates, 1e9);
    expect(value).toBe(7);
    expect(low).toBeCloseTo(25, 5);
    expect(high).toBeCloseTo(975, 5);
  });

  it('are wider if few people converted, and unknown if one did', () => {
    const lows = [150, 20, 5].map((n) => estimateOf(replicates, n).low);
    expect(lows.map(Math.round)).toEqual([24, 16, 1]);
    expect(estimateOf(replicates, 1)).toEqual({ value: 7, low: Number.NaN, high: Number.NaN });
  });

  it('of skewed resamples move against the skew', () => {
    // Most resamples lie near the top, a few far below: the truth is more likely below than above.
    const skewed = Float64Array.from([0, ...Array.from({ length: 1000 }, (_, i) => -((i / 1000) ** 4))]);
    const [plain, moved] = [estimateOf(skewed, 50), estimateOf(skewed, 50, { skewed: true })];
    expect(moved.low).toBeLessThan(plain.low);
    expect(moved.high).toBeLessThan(plain.high);
    expect(estimateOf(replicates, 50, { skewed: true })).toEqual(estimateOf(replicates, 50));
  });

  it('ignore resamples without a value, and are unknown if there are none', () => {
    expect(estimateOf(Float64Array.from([1, Number.NaN, 2, 2]), 9)).toEqual({ value: 1, low: 2, high: 2 });
    expect(estimateOf(Float64Array.from([1]), 9)).toEqual({ value: 1, low: Number.NaN, high: Number.NaN });
  });
});

describe("Student's t", () => {
  it.each([
    [5, 2.5706],
    [19, 2.093],
    [149, 1.976],
  ])('with %d degrees of freedom exceeds %d in 2.5 %%', (freedom, quantile) => {
    expect(Math.abs(studentQuantile(freedom) - quantile)).toBeLessThan(0.003);
  });
});
