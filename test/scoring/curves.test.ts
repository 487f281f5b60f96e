import { describe, expect, it } from 'vitest';
import { shareBy } from '../../src/scoring/curves.js';

describe('a curve hits its control points', () => {
  it.each([
    [
      'binary: nothing, a little, a lot',
      { binary: true },
      [
        [0, 0],
        [0.5, 1],
        [1, 1],
        [9, 1],
        [-1, 0],
      ],
    ],
    [
      'saturates_at 7: equal steps',
      { saturates_at: 7 },
      [
        [0, 0],
        [3.5, 0.5],
        [7, 1],
        [8, 1],
        [-3, 0],
      ],
    ],
    [
      'log_full_at 99: tenfold (1 + value) is half',
      { log_full_at: 99 },
      [
        [0, 0],
        [9, 0.5],
        [99, 1],
        [1e9, 1],
        [-5, 0],
      ],
    ],
    [
      'half_life 7: a half, a quarter',
      { half_life: 7 },
      [
        [0, 1],
        [7, 0.5],
        [14, 0.25],
        [70, 1 / 1024],
        [-3, 1],
      ],
    ],
    [
      'rate: itself, within 0 and 1',
      { rate: true },
      [
        [0, 0],
        [0.25, 0.25],
        [1, 1],
        [7, 1],
        [-0.5, 0],
      ],
    ],
  ] as const)('%s', (_, curve, points) => {
    for (const [value, share] of points) expect(shareBy(curve)(value)).toBeCloseTo(share, 12);
  });

  it.each([{ binary: true }, { saturates_at: 7 }, { log_full_at: 50 }, { half_life: 7 }, { rate: true }] as const)(
    '%j stays within 0 and 1 for the largest and smallest numbers',
    (curve) => {
      for (const value of [1e308, Number.MAX_VALUE, Infinity, -1e308, -Infinity, Number.MIN_VALUE, -0]) {
        const share = shareBy(curve)(value);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
    },
  );
});
