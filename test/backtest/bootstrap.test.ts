import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ordering, replicate } from '../../src/backtest/bootstrap.js';
import { wilson } from '../../src/backtest/intervals.js';
import { shuffleLabels } from '../../src/backtest/panel.js';
import { below, stream } from '../../src/simulate/chance.js';
import { holds, tries } from '../random.js';
import { naiveAuc, naiveHits } from './naive.js';
import { cutoffOf, panelOf, type Row } from './panels.js';

/** Up to 12 people at two cut-offs; not everybody is open at both. */
const example = fc
  .array(
    fc.record({
      person: fc.nat({ max: 11 }),
      keys: fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 4 })),
      hits: fc.tuple(fc.boolean(), fc.boolean()),
      open: fc.tuple(fc.boolean(), fc.boolean()),
    }),
    { minLength: 3, maxLength: 12 },
  )
  .map((rows) =>
    [0, 1].map((index) =>
      rows.flatMap(({ keys, hits, open }, person) =>
        open[index] || index === 0 ? [{ person, key: keys[index] ?? 0, converted: hits[index] ?? false }] : [],
      ),
    ),
  );

const mean = (values: readonly number[]): number => {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
};

/** Numbers with nine decimals, to compare. */
const rounded = (values: readonly (number | undefined)[]): string[] =>
  values.map((value = Number.NaN) => value.toFixed(9));

describe('resamples', () => {
  it('equal samples written out row by row, each person with all of their rows', () => {
    holds(
      fc.tuple(example, fc.nat()),
      ([cutoffs, seed]) => {
        const panel = panelOf(
          cutoffs.map((rows) =>
            cutoffOf(
              rows.map(({ converted }) => converted),
              { people: Uint32Array.from(rows, ({ person }) => person) },
            ),
          ),
        );
        const keys = cutoffs.map((rows) => rows.map(({ key }) => key));
        const found = replicate(panel, [{ name: 'a', keys }], [{ people: 2 }], 5, stream(seed));
        const rng = stream(seed);
        for (let resample = 0; resample <= 5; resample++) {
          const drawn = Array.from({ length: panel.people }, (_, i) => (resample === 0 ? i : below(rng, panel.people)));
          const samples: Row[][] = cutoffs.map((rows) =>
            drawn.flatMap((person) => rows.filter((row) => row.person === person)),
          );
          const [aucs, hits] = [samples.map(naiveAuc), samples.map((rows) => naiveHits(rows, 2))];
          const lifts = samples.map(
            (rows, i) => (hits[i] ?? 0) / Math.min(2, rows.length) / mean(rows.map((row) => Number(row.converted))),
          );
          const at = (values: Float64Array): number => values[resample] ?? 0;
          const [first, second] = [0, 1].map((i) =>
            rounded([
              at(found.at('a', 'auc', i)),
              at(found.at('a', { hits: 0 }, i)),
              at(found.at('a', { lift: 0 }, i)),
            ]),
          );
          expect(first).toEqual(rounded([aucs[0], hits[0], lifts[0]]));
          expect(second).toEqual(rounded([aucs[1], hits[1], lifts[1]]));
          const means = [at(found.mean('a', 'auc')), at(found.mean('a', { hits: 0 }))];
          expect(rounded(means)).toEqual(rounded([mean(aucs), mean(hits)]));
        }
      },
      tries(60, 1),
    );
  });

  const rng = stream('people');
  const scores = Array.from({ length: 400 }, () => Math.floor(rng() * 50));
  const converted = scores.map((score) => rng() < 0.02 + score / 250);
  const once = panelOf([cutoffOf(converted)]);
  const twice = panelOf([cutoffOf(converted), cutoffOf(converted)]);
  const ordering = (name: string, ...keys: readonly number[][]): Ordering<string> => ({ name, keys });

  it('the same seed gives the same interval, another seed another', () => {
    const auc = (seed: number) => {
      const found = replicate(once, [ordering('a', scores)], [], 200, stream(seed));
      return found.estimate('a', 'auc');
    };
    expect(auc(1)).toEqual(auc(1));
    expect(auc(2)).not.toEqual(auc(1));
    expect(auc(2).value).toBe(auc(1).value);
  });

  it('people who are seen again at a second cut-off add nothing: the interval is the same', () => {
    const of = (panel: typeof once, ...keys: number[][]) => {
      const found = replicate(panel, [ordering('a', ...keys)], [], 300, stream('b'));
      return found.estimate('a', 'auc');
    };
    expect(of(twice, scores, scores)).toEqual(of(once, scores));
  });

  it('differences are paired: an order never differs from one that puts everybody in the same place', () => {
    const squared = scores.map((score) => score ** 2);
    const found = replicate(once, [ordering('a', scores), ordering('b', squared)], [], 100, stream('b'));
    expect(found.compare('a', 'b', 'auc')).toEqual({
      value: 0,
      low: 0,
      high: 0,
    });
  });

  it('a cut-off without conversions counts for hits, but not for AUC and lift', () => {
    const panel = panelOf([cutoffOf(converted), cutoffOf(converted.map(() => 0))]);
    const found = replicate(panel, [ordering('a', scores, scores)], [{ share: 0.1 }], 0, stream('b'));
    expect(found.mean('a', 'auc')).toEqual(found.at('a', 'auc', 0));
    expect(found.mean('a', { lift: 0 })).toEqual(found.at('a', { lift: 0 }, 0));
    expect(found.mean('a', { hits: 0 })[0]).toBe((found.at('a', { hits: 0 }, 0)[0] ?? 0) / 2);
  });

  it('no hits do not prove a lift of 0: the interval allows what Wilson does', () => {
    const missed = panelOf([cutoffOf(Array.from({ length: 100 }, (_, i) => i >= 80))]);
    const keys = Array.from({ length: 100 }, (_, i) => -i);
    const found = replicate(missed, [ordering('a', keys)], [{ share: 0.1 }], 100, stream('b'));
    const { value, low, high } = found.estimate('a', { lift: 0 }, 0);
    expect([value, low]).toEqual([0, 0]);
    expect(high).toBeCloseTo(wilson(0, 20).high * 10, 12);
    expect(found.estimate('a', { hits: 0 }).high).toBeCloseTo(wilson(0, 20).high * 20, 12);
  });

  it('asking for an order or a call that was not measured is a mistake', () => {
    const found = replicate(once, [ordering('a', scores)], [], 0, stream('b'));
    expect(() => found.mean('b', 'auc')).toThrow(RangeError);
    expect(() => found.mean('a', { hits: 0 })).toThrow(RangeError);
  });
});

describe('shuffled labels', () => {
  it('keep the number of conversions at every cut-off', () => {
    const panel = panelOf([cutoffOf([1, 1, 0, 0, 0, 0]), cutoffOf([0, 0, 0, 0, 1, 0])]);
    const shuffled = shuffleLabels(panel, stream('shuffle'));
    expect(shuffled.cutoffs.map(({ converted }) => [...converted].filter((hit) => hit === 1).length)).toEqual([2, 1]);
    expect(shuffled.cutoffs).not.toEqual(panel.cutoffs);
  });

  it('are chance: in at least 178 of 200 shuffles the interval of the lift contains 1', () => {
    const rng = stream('chance');
    const keys = [0, 1].map(() => Array.from({ length: 400 }, () => Math.floor(rng() * 40)));
    const panel = panelOf([0, 1].map(() => cutoffOf(Array.from({ length: 400 }, (_, i) => i < 20))));
    const contains = Array.from({ length: 200 }, () => {
      const shuffled = shuffleLabels(panel, rng);
      const found = replicate(shuffled, [{ name: 'a', keys }], [{ share: 0.1 }], 200, rng);
      const { low, high } = found.estimate('a', { lift: 0 });
      return low <= 1 && 1 <= high;
    }).filter(Boolean).length;
    expect(contains).toBeGreaterThanOrEqual(178);
  });
});
