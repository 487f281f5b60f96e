import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mannWhitney } from '../../src/backtest/mannWhitney.js';
import { upperTail } from '../../src/backtest/normal.js';
import { groupRows, tiesOf } from '../../src/backtest/ties.js';
import { shuffled, stream } from '../../src/simulate/chance.js';
import { holds, tries } from '../random.js';
import { cutoffOf } from './panels.js';

const pOf = (keys: readonly number[], converted: readonly (boolean | number)[]): number =>
  mannWhitney(tiesOf(groupRows(keys), cutoffOf(converted)));

describe('the normal tail', () => {
  it.each([
    [0, 0.5],
    [1.959963984540054, 0.025],
    [3, 0.001349898031630095],
    [6, 9.865876450376946e-10],
    [20, 2.7536241186062337e-89],
  ])('beyond %d is %d', (z, tail) => {
    expect(upperTail(z) / tail).toBeCloseTo(1, 11);
  });
});

/** Doubled distance of the sum of midranks from the smaller tail, by going through every choice of people. */
const byHand = (keys: readonly number[], converted: readonly boolean[]): number => {
  const ranks = keys.map((key) => {
    const below = keys.filter((other) => other < key).length;
    return below + (keys.filter((other) => other === key).length + 1) / 2;
  });
  const hits = converted.filter(Boolean).length;
  const sums: number[] = [];
  const choose = (from: number, left: number, sum: number): void => {
    if (left === 0) sums.push(sum);
    else for (let i = from; i < ranks.length; i++) choose(i + 1, left - 1, sum + (ranks[i] ?? 0));
  };
  choose(0, hits, 0);
  const seen = ranks.reduce((sum, rank, i) => sum + (converted[i] ? rank : 0), 0);
  const tail = Math.min(sums.filter((sum) => sum <= seen).length, sums.filter((sum) => sum >= seen).length);
  return Math.min(1, (2 * tail) / sums.length);
};

describe('p', () => {
  it('of the example in the documentation of SciPy is 1/9', () => {
    expect(pOf([19, 22, 16, 29, 24, 20, 11, 17, 12], [1, 1, 1, 1, 1, 0, 0, 0, 0])).toBeCloseTo(1 / 9, 12);
  });

  it('of few people counts all choices, ties included', () => {
    holds(
      fc
        .array(fc.tuple(fc.nat({ max: 5 }), fc.boolean()), { minLength: 2, maxLength: 11 })
        .filter((rows) => new Set(rows.map(([, hit]) => hit)).size === 2),
      (rows) => {
        const [keys, converted] = [rows.map(([key]) => key), rows.map(([, hit]) => hit)];
        const [p, expected] = [pOf(keys, converted), byHand(keys, converted)];
        expect(p).toBeCloseTo(expected, 12);
      },
      tries(100, 1),
    );
  });

  // SciPy 1.x: mannwhitneyu(x, y, method='asymptotic').
  it.each([
    [0, 0.7439285476936013],
    [6, 0.000578609036739556],
  ])('of many people, those who converted shifted by %d, is as in SciPy', (shift, p) => {
    const converted = Array.from({ length: 300 }, (_, i) => (i * 13 + (i % 30)) % 11 === 0);
    const keys = converted.map((hit, i) => ((i * i * 7 + 3 * i) % 30) + (hit ? shift : 0));
    expect(pOf(keys, converted)).toBeCloseTo(p, 12);
  });

  it('is evenly spread if labels are shuffled', () => {
    const rng = stream('shuffled');
    const keys = Array.from({ length: 300 }, () => Math.floor(rng() * 12));
    const labels = keys.map((_, i) => i < 40);
    const ps = Array.from({ length: 400 }, () => pOf(keys, shuffled(rng, labels)));
    const below = (limit: number): number => ps.filter((p) => p <= limit).length / ps.length;
    expect(below(0.05)).toBeGreaterThan(0.02);
    expect(below(0.05)).toBeLessThan(0.085);
    expect(below(0.5)).toBeGreaterThan(0.42);
    expect(below(0.5)).toBeLessThan(0.58);
  });

  it('is unknown if nobody or everybody converted', () => {
    expect([pOf([1, 2], [0, 0]), pOf([1, 2], [1, 1])]).toEqual([Number.NaN, Number.NaN]);
  });

  it('is 1 if everybody is tied', () => {
    expect(
      pOf(
        Array.from({ length: 300 }, () => 7),
        Array.from({ length: 300 }, (_, i) => i < 30),
      ),
    ).toBe(1);
  });
});
