/** Orders as groups of ties, however their keys are grouped and however often their rows count. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnTies, groupRows, orderRows, type Ties, tiesOf, totalsOf } from '../../src/backtest/ties.js';
import { below, stream } from '../../src/simulate/chance.js';
import { holds } from '../random.js';
import { cutoffOf } from './panels.js';

/** The ties of keys, by a sort. */
const bySort = (keys: readonly number[], converted: readonly boolean[]): Ties => {
  const order = [...new Set(keys)].toSorted((a, b) => b - a);
  const size = (key: number, some: (row: number) => boolean): number =>
    keys.filter((each, row) => each === key && some(row)).length;
  return {
    sizes: Uint32Array.from(order, (key) => size(key, () => true)),
    hits: Uint32Array.from(order, (key) => size(key, (row) => converted[row] === true)),
  };
};

const people = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.boolean(), fc.nat({ max: 3 })), { maxLength: 30 });

describe('ties', () => {
  it('are those of a sort, by few keys of any kind', () => {
    holds(people, (rows) => {
      const [keys, converted] = [rows.map(([key]) => key), rows.map(([, hit]) => hit)];
      const cutoff = cutoffOf(converted);
      const expected = bySort(keys, converted);
      expect(tiesOf(groupRows(keys), cutoff)).toEqual(expected);
      expect(tiesOf(groupRows(Int32Array.from(keys)), cutoff)).toEqual(expected);
      // Whole numbers too far apart for a place each.
      const far = Int32Array.from(keys, (key) => key * 100_000_000);
      expect(tiesOf(groupRows(far), cutoff)).toEqual(expected);
    });
  });

  it('are those of a sort, by thousands of different keys', () => {
    const rng = stream('keys', 1);
    const keys = Array.from({ length: 12_000 }, () => below(rng, 9_000) / 7);
    const converted = keys.map(() => rng() < 0.3);
    const { sizes, hits } = tiesOf(groupRows(keys), cutoffOf(converted));
    const counts = new Map<number, [size: number, hits: number]>();
    for (const [row, key] of keys.entries()) {
      const [size, some] = counts.get(key) ?? [0, 0];
      counts.set(key, [size + 1, some + (converted[row] ? 1 : 0)]);
    }
    const expected = [...counts].toSorted(([a], [b]) => b - a).map(([, count]) => count);
    expect([...sizes].map((size, group) => [size, hits[group]])).toEqual(expected);
  });

  it('of a resample are those of its people, each there as often as they were drawn', () => {
    holds(people, (rows) => {
      const [keys, converted] = [rows.map(([key]) => key), rows.map(([, hit]) => hit)];
      const counts = Uint8Array.from(rows, ([, , count]) => count);
      const ordered = orderRows(cutoffOf(converted), groupRows(keys));
      expect(
        drawnTies(
          ordered,
          counts.map(() => 1),
        ),
      ).toEqual(bySort(keys, converted));
      const drawn = rows.flatMap(([key, hit, count]) => Array.from({ length: count }, () => ({ key, hit })));
      const { sizes, hits } = drawnTies(ordered, counts);
      const known = [...sizes.keys()].filter((group) => sizes[group] !== 0);
      expect({
        sizes: Uint32Array.from(known, (group) => sizes[group] ?? 0),
        hits: Uint32Array.from(known, (group) => hits[group] ?? 0),
      }).toEqual(
        bySort(
          drawn.map(({ key }) => key),
          drawn.map(({ hit }) => hit),
        ),
      );
      expect(totalsOf({ sizes, hits })).toEqual({
        open: drawn.length,
        conversions: drawn.filter(({ hit }) => hit).length,
      });
    });
  });
});
