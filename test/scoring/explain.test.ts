/** The whole answer about one user: where points come from, and what would raise the score most. */
import { describe, expect, it } from 'vitest';
import type { Curve } from '../../src/catalogue/weights.js';
import { curveWords } from '../../src/scoring/curves.js';
import { explain, score } from '../../src/scoring/explain.js';
import type { Scoring } from '../../src/scoring/score.js';

const weight = (points: number, earns: Curve, phrase = 'x') => ({ points, earns, because: `worth ${points}`, phrase });
const SCORING: Scoring = {
  weights: {
    signups: weight(30, { binary: true }, 'signed up'),
    demos: weight(20, { saturates_at: 4 }, 'asked {times}'),
    balance: weight(10, { log_full_at: 99 }, 'holds {value}'),
    age: weight(8, { half_life: 7 }, 'seen {ago}'),
    returns: weight(6, { rate: true }, 'back in {percent}'),
    spam: weight(-20, { rate: true }, 'spammy'),
    fan: weight(26, { binary: true }, 'a fan'),
  },
  labels: { high: 70, medium: 40 },
  features: { demos: { from: 'sessions', is: { op: 'count' }, unit: 'sessions', says: 'requests for a demo' } },
};

describe('the gains still open', () => {
  const gains = (row: Record<string, number>) =>
    explain({ fan: 1, ...row }, SCORING).gains.map(({ signal, from, to, points, says }) => [
      signal,
      from,
      to,
      points,
      says,
    ]);

  it('are at most three, the largest first: one more of a count, all of anything else', () => {
    expect(gains({ demos: 1.5, balance: 9, age: 7 })).toEqual([
      ['signups', null, 1, 30, 'signed up'],
      ['returns', null, 1, 6, 'back in 100%'],
      ['balance', 9, 99, 5, 'holds 99'],
    ]);
    expect(gains({ signups: 1, demos: 1, balance: 99, age: 7, returns: 1 })).toEqual([
      ['demos', 1, 2, 5, 'asked twice'],
      ['age', 7, 0, 4, 'seen today'],
    ]);
  });

  it('are a penalty gone, where there is one', () => {
    const full = { signups: 1, demos: 4, balance: 99, age: 0, returns: 1 };
    expect(gains({ ...full, spam: 0.5 })).toEqual([['spam', 0.5, 0, 10, 'without: spammy']]);
    expect(gains({ ...full, spam: 0 })).toEqual([]);
    expect(gains(full)).toEqual([]);
  });

  it('are none of what counts from a first event, which nobody can change, but one where there was none', () => {
    const first = {
      from: 'events',
      is: { op: 'daysSinceFirst' },
      unit: 'days',
      says: 'days since the first event',
    } as const;
    const settled = {
      ...SCORING,
      weights: { age: weight(100, { half_life: 7 }, 'seen {ago}') },
      features: { age: first },
    };
    expect(explain({ age: 7 }, settled).gains).toEqual([]);
    expect(explain({}, settled).gains).toMatchObject([{ signal: 'age', to: 0, points: 100 }]);
  });

  it('are none where the score would stay: below the floor', () => {
    const heavy = { ...SCORING, weights: { ...SCORING.weights, spam: weight(-100, { rate: true }, 'spammy') } };
    expect(explain({ spam: 1, signups: 0 }, heavy).gains).toEqual([]);
  });
});

describe('the signals', () => {
  it('have the value, the share, the most, the curve and the reason of each', () => {
    const { signals } = explain({ signups: 1, demos: 1, spam: 0.25 }, SCORING);
    expect(signals.slice(0, 2)).toEqual([
      {
        signal: 'signups',
        says: 'signups',
        value: 1,
        points: 30,
        most: 30,
        curve: 'all at once',
        share: 1,
        because: 'worth 30',
      },
      {
        signal: 'demos',
        says: 'requests for a demo',
        value: 1,
        points: 5,
        most: 20,
        curve: 'linear, full at 4',
        share: 0.25,
        because: 'worth 20',
      },
    ]);
    expect(signals[2]).toMatchObject({ signal: 'spam', points: -5, share: 0.25, curve: 'in proportion' });
    expect(signals[3]).toMatchObject({ signal: 'balance', value: null, points: 0, share: 0 });
  });

  it('have the largest effect first, then those without points in the order of the weights', () => {
    const order = explain({ signups: 1, demos: 1, spam: 1, balance: 3 }, SCORING).signals.map(({ signal }) => signal);
    expect(order).toEqual(['signups', 'spam', 'demos', 'balance', 'age', 'returns', 'fan']);
  });

  it('are unknown where a row says nothing, null or NaN, and where only every object has the name', () => {
    const odd: Scoring = {
      ...SCORING,
      weights: { toString: weight(50, { binary: true }), x: weight(50, { binary: true }) },
    };
    const inherited: object = Object.create({ x: 1 });
    for (const row of [{}, { x: null }, { x: undefined }, { x: Number.NaN }, inherited]) {
      expect(score(row, odd)).toMatchObject({ score: 0, contributions: [{ value: null }, { value: null }] });
    }
  });
});

it.each<[Curve, string]>([
  [{ binary: true }, 'all at once'],
  [{ saturates_at: 7 }, 'linear, full at 7'],
  [{ saturates_at: 0.125 }, 'linear, full at 0.125'],
  [{ log_full_at: 50 }, 'logarithmic, full at 50'],
  [{ log_full_at: 10_000 }, 'logarithmic, full at 10,000'],
  [{ half_life: 7 }, 'halves every 7 days'],
  [{ half_life: 1 }, 'halves every day'],
  [{ rate: true }, 'in proportion'],
])('the curve %j in words', (curve, words) => {
  expect(curveWords(curve)).toBe(words);
});
