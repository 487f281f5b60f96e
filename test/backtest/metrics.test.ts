import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aucByKeys, aucOf, averagePrecision, callFirst, gainsOf, sizeOf, topOf } from '../../src/backtest/metrics.js';
import { groupRows, type Ties, tiesOf } from '../../src/backtest/ties.js';
import { holds, tries } from '../random.js';
import { naiveAuc, naiveHits, naivePrecision, tieOrders } from './naive.js';
import type { Row } from './panels.js';

const tied = (keys: readonly number[], converted: readonly (0 | 1)[]): Ties =>
  tiesOf(groupRows(keys), { converted: Uint8Array.from(converted) });

const ordered = (rows: readonly Row[]): Ties =>
  tied(
    rows.map(({ key }) => key),
    rows.map(({ converted }) => (converted ? 1 : 0)),
  );

const row = (keys: fc.Arbitrary<number>): fc.Arbitrary<Row> => fc.record({ key: keys, converted: fc.boolean() });

/** Rows with many ties, of both outcomes. Nothing is infinite that people are ordered by. */
const rowsOf = (maxLength: number): fc.Arbitrary<Row[]> =>
  fc
    .array(row(fc.oneof(fc.nat({ max: 4 }), fc.double({ noNaN: true, noDefaultInfinity: true }))), {
      minLength: 2,
      maxLength,
    })
    .filter((rows) => new Set(rows.map(({ converted }) => converted)).size === 2);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length;

/** Seven people; who converted is marked by their key being listed with 1. */
const seven: Row[] = [
  { key: 5, converted: false },
  { key: 9, converted: true },
  { key: 8, converted: false },
  { key: 5, converted: true },
  { key: 1, converted: false },
  { key: 8, converted: true },
  { key: 5, converted: false },
];

describe('seven people, three of whom converted', () => {
  it('AUC: 9 beats four, 8 beats three and a half, 5 beats two of four', () => {
    expect(aucOf(ordered(seven))).toBeCloseTo((4 + 3.5 + 2) / 12, 12);
  });

  it('average precision: by hand, over the places of each', () => {
    const eights = (0.5 * 2) / 2 + (0.5 * 2) / 3;
    const fives = (1 / 3) * (3 / 4 + 3 / 5 + 3 / 6);
    expect(averagePrecision(ordered(seven))).toBeCloseTo((1 + eights + fives) / 3, 12);
  });

  it('calling two: 9 for sure, and one of the two with 8', () => {
    expect(callFirst(ordered(seven), 2)).toEqual({ hits: 1.5, worst: 1, best: 2, byLot: 1 });
  });

  it('calling three: nobody is drawn by lot', () => {
    expect(callFirst(ordered(seven), 3)).toEqual({ hits: 2, worst: 2, best: 2, byLot: 0 });
  });

  it('the top 30 % are two people, who convert 1.75 times as often as all', () => {
    expect(topOf(ordered(seven), 0.3)).toEqual({
      share: 0.3,
      called: 2,
      hits: 1.5,
      worst_hits: 1,
      best_hits: 2,
      by_lot: 1,
      precision: 0.75,
      recall: 0.5,
      lift: 1.75,
    });
  });

  it('the gain curve passes through half a person', () => {
    expect(gainsOf(ordered(seven), [0, 1 / 14, 2 / 7, 1])).toEqual([0, 1 / 6, 0.5, 1]);
  });
});

describe('sizes', () => {
  it.each([
    [0.1, 25, 3],
    [0.1, 24, 2],
    [0.1, 3, 1],
    [0.05, 30, 2],
    [0.2, 0, 0],
  ])('%d of %d people are %d', (share, open, size) => {
    expect(sizeOf({ share }, open)).toBe(size);
  });

  it('a list is never longer than the people there are', () => {
    expect([sizeOf({ people: 50 }, 20), sizeOf({ people: 50 }, 80)]).toEqual([20, 50]);
  });
});

describe('metrics', () => {
  it('equal an independent implementation to 1e-9', () => {
    holds(rowsOf(60), (rows) => {
      const order = ordered(rows);
      expect(aucOf(order)).toBeCloseTo(naiveAuc(rows), 9);
      const keys = Float64Array.from(rows, ({ key }) => key);
      expect(
        aucByKeys(
          keys,
          Uint8Array.from(rows, ({ converted }) => Number(converted)),
        ),
      ).toBe(aucOf(order));
      expect(averagePrecision(order)).toBeCloseTo(naivePrecision(rows), 9);
      for (const size of [1, 2, 5, 10, 100]) expect(callFirst(order, size).hits).toBeCloseTo(naiveHits(rows, size), 9);
    });
  });

  it('are what all orders of the ties give on average; worst and best are among them', () => {
    holds(
      fc.array(row(fc.nat({ max: 2 })), { minLength: 2, maxLength: 6 }).filter((rows) => rows.some((r) => r.converted)),
      (rows) => {
        const order = ordered(rows);
        const orders = tieOrders(rows);
        const precision = orders.map((each) =>
          mean(
            each.flatMap((r, i) =>
              r.converted ? [sum(each.slice(0, i + 1).map((s) => Number(s.converted))) / (i + 1)] : [],
            ),
          ),
        );
        expect(averagePrecision(order)).toBeCloseTo(mean(precision), 9);
        for (let size = 1; size <= rows.length; size++) {
          const hits = orders.map((each) => each.slice(0, size).filter(({ converted }) => converted).length);
          const called = callFirst(order, size);
          expect(called.hits).toBeCloseTo(mean(hits), 9);
          expect([called.worst, called.best]).toEqual([Math.min(...hits), Math.max(...hits)]);
        }
      },
      tries(60, 1),
    );
  });

  it('the AUC of the reversed order is the rest', () => {
    holds(rowsOf(40), (rows) => {
      const reversed = rows.map(({ key, converted }) => ({ key: -key, converted }));
      expect(aucOf(ordered(reversed))).toBeCloseTo(1 - aucOf(ordered(rows)), 12);
    });
  });

  it('depend on the order of keys alone, and not on the order of rows', () => {
    holds(rowsOf(40), (rows) => {
      const keys = [...new Set(rows.map(({ key }) => key + 0))].toSorted((a, b) => a - b);
      const places = rows.map(({ key, converted }) => ({ key: keys.indexOf(key + 0) ** 3, converted }));
      for (const same of [places, places.toReversed()]) {
        expect(aucOf(ordered(same))).toBe(aucOf(ordered(rows)));
        expect(averagePrecision(ordered(same))).toBe(averagePrecision(ordered(rows)));
        expect(topOf(ordered(same), 0.2)).toEqual(topOf(ordered(rows), 0.2));
      }
    });
  });

  it('expectation lies between worst and best, which lie within what is possible', () => {
    holds(fc.tuple(rowsOf(40), fc.nat({ max: 45 })), ([rows, size]) => {
      const { hits, worst, best } = callFirst(ordered(rows), size);
      expect(worst).toBeLessThanOrEqual(hits);
      expect(hits).toBeLessThanOrEqual(best);
      expect(worst).toBeGreaterThanOrEqual(0);
      expect(best).toBeLessThanOrEqual(Math.min(size, rows.filter(({ converted }) => converted).length));
    });
  });

  it('gain curves rise from 0 to 1', () => {
    const shares = [0, 0.1, 0.25, 0.5, 0.9, 1];
    holds(rowsOf(40), (rows) => {
      const gains = gainsOf(ordered(rows), shares);
      expect(gains[0]).toBe(0);
      expect(gains.at(-1)).toBe(1);
      expect(gains).toEqual(gains.toSorted((a, b) => a - b));
    });
  });

  it('somebody whose key is unknown is last', () => {
    const order = tied([Number.NaN, -5, Number.NEGATIVE_INFINITY], [1, 0, 0]);
    expect(order).toEqual({ sizes: Uint32Array.of(1, 2), hits: Uint32Array.of(0, 1) });
    expect(aucOf(order)).toBe(0.25);
  });

  it('are unknown if nobody converted', () => {
    const order = tied([1, 2, 3], [0, 0, 0]);
    expect([aucOf(order), averagePrecision(order), topOf(order, 0.1).lift]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect(topOf(order, 0.1).hits).toBe(0);
  });
});
