import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curvesFor, roundedSize } from '../../src/backtest/grid.js';
import { scalePoints } from '../../src/backtest/points.js';
import { holds } from '../random.js';

describe('points', () => {
  it.each([
    [
      [1, 1, 2],
      [25, 25, 50],
    ],
    [
      [1, 1, 1],
      [33.5, 33.5, 33],
    ],
    [
      [2, -1, 0],
      [100, -50, 0],
    ],
    [
      [1, -9],
      [100, -100],
    ],
    [
      [1, -0.001],
      [100, 0],
    ],
  ])('of the coefficients %j are %j', (coefficients, points) => {
    expect(scalePoints(coefficients)).toEqual(points);
  });

  it('need a coefficient above 0', () => {
    expect([scalePoints([0, -1]), scalePoints([])]).toEqual([undefined, undefined]);
  });

  it('are half points; gains sum to 100, are within half a point of exact, and keep their order', () => {
    const coefficients = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 20 });
    holds(coefficients, (each) => {
      const points = scalePoints(each);
      const gains = each.reduce((sum, value) => sum + Math.max(0, value), 0);
      expect(points === undefined).toBe(gains === 0);
      if (!points) return;
      expect(points.reduce((sum, value) => sum + Math.max(0, value), 0)).toBe(100);
      for (const [i, value] of each.entries()) {
        const point = points[i] ?? Number.NaN;
        expect(Number.isInteger(point * 2)).toBe(true);
        expect(Math.abs(point - Math.max(-100, (value / gains) * 100))).toBeLessThanOrEqual(0.5);
        const lesser = points.filter((_, j) => (each[j] ?? 0) < value);
        expect(point).toBeGreaterThanOrEqual(Math.max(-100, ...lesser));
      }
    });
  });
});

describe('curves to try', () => {
  it.each([
    [7, 5],
    [8, 10],
    [1.3, 1],
    [1.5, 2],
    [0.03, 0.02],
    [34_000, 50_000],
  ])('%d is about %d', (value, size) => {
    expect(roundedSize(value)).toBe(size);
  });

  it('of a count: at once, linear or logarithmic, full where the values are', () => {
    const values = Float64Array.from([Number.NaN, 0, 0, 1, 1, 2, 3, 4, 5, 12]);
    expect(curvesFor('amount', values)).toEqual([
      { binary: true },
      { saturates_at: 2 },
      { saturates_at: 5 },
      { saturates_at: 10 },
      { log_full_at: 5 },
      { log_full_at: 10 },
    ]);
  });

  it('of a share: in proportion or at once', () => {
    expect(curvesFor('amount', Float64Array.from([0, 0.25, 1]))).toEqual([{ binary: true }, { rate: true }]);
  });

  it('of what nobody does more than once: at once', () => {
    expect(curvesFor('amount', Float64Array.from([0, 1, 1]))).toEqual([{ binary: true }]);
  });

  it('of days since: half-lives', () => {
    expect(curvesFor('age', Float64Array.from([3]))).toContainEqual({ half_life: 7 });
  });

  it('of what nobody does: none', () => {
    expect(curvesFor('amount', Float64Array.from([0, Number.NaN]))).toEqual([]);
  });
});
