import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { features } from '../../src/catalogue/features.js';
import { type Curve, defaultWeights } from '../../src/catalogue/weights.js';
import { shareBy } from '../../src/scoring/curves.js';
import { explain, score } from '../../src/scoring/explain.js';
import { rankUsers } from '../../src/scoring/ranking.js';
import { defaultScoring, earnedPoints, labelOf, prepare, scoreRow, type Scoring } from '../../src/scoring/score.js';
import { sentence } from '../../src/scoring/sentence.js';
import { compareBytes } from '../../src/scoring/texts.js';
import { Users } from '../../src/scoring/users.js';
import { SCORING } from '../fixtures/scoring.js';
import { holds } from '../random.js';
import { checkedUser, scoredUser, value } from './arbitrary.js';

const scored = (scoring: Scoring, values: readonly number[]) => {
  const model = prepare(scoring);
  const points = new Int32Array(values.length);
  const total = scoreRow(model, values, points);
  return { ...total, points: [...points], explanation: sentence(model, values, points, total) };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

describe('the default weights', () => {
  it('sum to 100 where they are positive', () => {
    expect(sum(Object.values(defaultWeights).map((weight) => Math.max(0, weight.points)))).toBe(100);
  });

  it('score features that exist, and never gender', () => {
    for (const signal of Object.keys(defaultWeights)) expect(features).toHaveProperty(signal);
    expect(defaultWeights).not.toHaveProperty('gender');
  });
});

describe('the points of a value', () => {
  it.each<Curve>([{ binary: true }, { saturates_at: 300 }, { log_full_at: 300 }, { half_life: 40 }, { rate: true }])(
    'are its share of the weight, whole or not: %j',
    (earns) => {
      const model = prepare({
        ...SCORING,
        weights: { page_views: { points: 40, earns, phrase: 'viewed', because: 'a test' } },
      });
      for (const of of [-1, 0, 0.25, 0.5, 1, 2, 254, 254.5, 255, 255.5, 256, 257, 300, 1e9]) {
        expect([of, earnedPoints(model, 0, of)]).toEqual([of, Math.round(4000 * shareBy(earns)(of))]);
      }
    },
  );
});

describe('the score of a user', () => {
  // 30 + 30 for both deeds; 6 of 7 looks at the price: 8 x 6/7 = 6.857; seen 7 days ago: 5 x 1/2; spam -20 x 1/4.
  it('adds up by hand', () => {
    const user = { signups: 2, calendar_bookings: 1, pricing_page_views: 6, days_since_last_event: 7, spam_rate: 0.25 };
    const { score: total, label, contributions, floor, cap, explanation } = score(user, SCORING);
    expect(total).toBe(64.36);
    expect(label).toBe('medium');
    expect(contributions.filter((c) => c.points !== 0).map((c) => [c.signal, c.points])).toEqual([
      ['signups', 30],
      ['calendar_bookings', 30],
      ['pricing_page_views', 6.86],
      ['days_since_last_event', 2.5],
      ['spam_rate', -5],
    ]);
    expect([floor, cap]).toEqual([0, 0]);
    expect(explanation).toBe(
      'signed up (+30.0), booked a call (+30.0), viewed pricing 6 times (+6.9), last active 7 days ago (+2.5); spammy sessions (-5.0)',
    );
  });

  it('is 0 for nobody in particular, in words too', () => {
    expect(score({})).toMatchObject({ score: 0, label: 'low', explanation: 'no signals yet' });
  });

  it('is held at 0, and says so', () => {
    const spammer = score({ spam_rate: 1, days_since_last_event: 0 }, SCORING);
    expect(spammer).toMatchObject({ score: 0, floor: 15 });
    expect(spammer.explanation).toBe('last active today (+5.0); spammy sessions (-20.0), held at 0 (+15.0)');
  });

  it('is 100 with everything', () => {
    const everything = { signups: 1, calendar_bookings: 1, demo_request_clicks: 2, pricing_page_views: 7 };
    const more = { page_views: 50, repeat_session_rate: 1, account_balance_usd: 1e4, recent_pages_viewed: 10 };
    expect(score({ ...everything, ...more, days_since_last_event: 0 }, SCORING).score).toBe(100);
  });

  it.each([
    [69.99, 'medium'],
    [70, 'high'],
    [39.99, 'low'],
    [40, 'medium'],
  ])('of %d is %s', (points, label) => {
    expect(labelOf(points * 100, { high: 70, medium: 40 })).toBe(label);
  });

  it('rounds half away from zero, and never to -0', () => {
    const half = (points: number) => ({ points, earns: { rate: true }, because: '', phrase: 'x' }) as const;
    const of = (points: number, rate: number) =>
      scored({ weights: { x: half(points) }, labels: { high: 70, medium: 40 } }, [rate]).points[0];
    expect(of(0.01, 0.5)).toBe(1);
    expect(of(-0.01, 0.5)).toBe(-1);
    expect(of(-0.01, 0.1)).toBe(0);
  });
});

describe('the points of a rate', () => {
  /** Hundredths of a point for each of these values. */
  const pointsFor = (most: number, earns: Curve, values: readonly number[]): number[] => {
    const weight = { points: most, earns, because: '', phrase: 'x' };
    const model = prepare({ weights: { x: weight }, labels: { high: 70, medium: 40 } });
    const points = new Int32Array(1);
    return values.map((one) => {
      scoreRow(model, [one], points);
      return points[0] ?? Number.NaN;
    });
  };

  it.each([5, -5])('of at most %d are rounded away from zero for each of its 500 exact halves', (most) => {
    const halves = Array.from({ length: 500 }, (_, i) => i);
    // A rate of 0.001 is worth half of a hundredth of a point, one of 0.003 three halves.
    const rates = halves.map((i) => (2 * i + 1) / 1000);
    expect(pointsFor(most, { rate: true }, rates)).toEqual(halves.map((i) => Math.sign(most) * (i + 1)));
  });

  it('are those of exact arithmetic, for every rate of four decimals', () => {
    const rates = Array.from({ length: 10_001 }, (_, i) => i);
    for (const most of [1, 3, 500, 685, 2000, 9999]) {
      const exact = rates.map((rate) => Math.floor((2 * most * rate + 10_000) / 20_000));
      const of = (points: number, earns: Curve, full: number): number[] =>
        pointsFor(
          points / 100,
          earns,
          rates.map((rate) => (rate * full) / 10_000),
        );
      expect(of(most, { rate: true }, 1)).toEqual(exact);
      expect(of(-most, { saturates_at: 7 }, 7)).toEqual(exact.map((points) => -points || 0));
    }
  });
});

describe('for every user and every scoring', () => {
  it('points, floor and cap sum to the score, exactly, between 0 and 100', () => {
    holds(scoredUser, ({ scoring, values }) => {
      const { score: total, points, floor, cap } = scored(scoring, values);
      expect(sum(points) + floor + cap).toBe(total);
      expect(Number.isInteger(total) && total >= 0 && total <= 10_000).toBe(true);
      expect(floor >= 0 && cap <= 0 && points.every((p) => Number.isInteger(p) && !Object.is(p, -0))).toBe(true);
    });
  });

  it('more of a positive signal never lowers the score; of a penalty, never raises it', () => {
    holds(scoredUser, ({ scoring, values, signal, other }) => {
      const before = values[signal] ?? 0;
      fc.pre(!Number.isNaN(before) && !Number.isNaN(other));
      const weight = Object.values(scoring.weights)[signal];
      const better = Math.sign(weight?.points ?? 0) * (weight && 'half_life' in weight.earns ? -1 : 1);
      const [low, high] = [Math.min(before, other), Math.max(before, other)].map(
        (v) => scored(scoring, values.with(signal, v)).score,
      );
      expect(((high ?? 0) - (low ?? 0)) * better).toBeGreaterThanOrEqual(0);
    });
  });

  it('an unknown value earns nothing and is not mentioned', () => {
    holds(scoredUser, ({ scoring, values, signal }) => {
      const name = `signal_${signal}`;
      const all = Object.entries(scoring.weights).map(([each, weight]) =>
        each === name ? [each, { ...weight, phrase: 'MENTIONED' }] : [each, weight],
      );
      const marked: Scoring = { ...scoring, weights: Object.fromEntries(all) };
      const { points, explanation } = scored(marked, values.with(signal, Number.NaN));
      expect(points[signal]).toBe(0);
      expect(explanation).not.toContain('MENTIONED');
    });
  });

  it('nobody else moves it: alone and in a crowd it is the same', () => {
    const crowd = fc.array(fc.array(value, { minLength: 8, maxLength: 8 }), { maxLength: 8 });
    holds(fc.tuple(scoredUser, crowd), ([{ scoring, values }, others]) => {
      const model = prepare(scoring);
      const users = new Users(values.length);
      users.add({ id: 'me', name: '', converted: 0, values });
      for (const [i, other] of others.entries()) {
        users.add({ id: `u${i}`, name: '', converted: 0, values: other.slice(0, values.length) });
      }
      expect(rankUsers(users, model).scores[0]).toBe(scored(scoring, values).score);
    });
  });

  it('the gains it names are what a user with that value would have', () => {
    holds(checkedUser, ({ scoring, values }) => {
      const row = Object.fromEntries(values.map((v, i) => [`signal_${i}`, v]));
      const { score: now, gains } = explain(row, scoring);
      for (const { signal, to, points } of gains) {
        const then = score({ ...row, [signal]: to }, scoring).score;
        expect(Math.round(points * 100)).toBe(Math.round((then - now) * 100));
        expect(points).toBeGreaterThan(0);
      }
    });
  });
});

it('a user scores the same among 10,000 others and a bot', () => {
  const signals = Object.keys(defaultWeights).length;
  const different = fc.sample(fc.array(value, { minLength: signals, maxLength: signals }), { numRuns: 1000, seed: 1 });
  const rows = Array.from({ length: 10 }, () => different).flat();
  const model = prepare(defaultScoring);
  const users = new Users(signals);
  for (const [i, values] of rows.entries()) users.add({ id: `u${i}`, name: '', converted: 0, values });
  users.add({ id: 'bot', name: '', converted: 0, values: Array.from({ length: signals }, () => 1e9) });
  const { scores } = rankUsers(users, model);
  for (const [i, values] of rows.entries()) expect(scores[i]).toBe(scored(defaultScoring, values).score);
});

it('values that are not given are unknown', () => {
  const users = new Users(3);
  users.add({ id: 'ana', name: '', converted: 0, values: [1] });
  expect([...users.values(0)]).toEqual([1, Number.NaN, Number.NaN]);
});

describe('the order of users', () => {
  it('is that of the bytes of their ids, in every language', () => {
    const text = fc.string({ unit: 'binary', maxLength: 6 });
    holds(fc.tuple(text, text), ([a, b]) => {
      expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    });
  });

  it.each([
    ['z', 'ä'],
    ['Ａ', '😀'],
    ['\uFFFD', '\u{10000}'],
    ['\uD7FF', '\u{10FFFF}'],
    ['ana', 'anab'],
    ['', 'a'],
  ])('has %j before %j', (first, second) => {
    expect(compareBytes(first, second)).toBeLessThan(0);
    expect(compareBytes(second, first)).toBeGreaterThan(0);
  });

  it('has everybody once, no lower score before a higher one, no tie out of order', () => {
    const crowd = fc.uniqueArray(
      fc.tuple(
        fc.string({ unit: 'binary', maxLength: 3 }),
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom(Number.NaN, 0, 1000, 2000),
      ),
      {
        selector: ([id]) => id,
        maxLength: 12,
      },
    );
    const weight = { points: 100, earns: { saturates_at: 3 }, because: '', phrase: 'x' } as const;
    const model = prepare({ weights: { x: weight }, labels: { high: 70, medium: 40 } });
    holds(crowd, (people) => {
      const users = new Users(1);
      for (const [id, x, last] of people) users.add({ id, name: '', converted: 0, values: [x], last });
      const recency = (last: number): number => (Number.isNaN(last) ? -1 : last);
      const naive = people.toSorted(
        ([a, x, s], [b, y, t]) => y - x || recency(t) - recency(s) || Buffer.compare(Buffer.from(a), Buffer.from(b)),
      );
      expect([...rankUsers(users, model).order].map((i) => users.ids.at(i))).toEqual(naive.map(([id]) => id));
    });
  });

  it('tells scores of 0 and of 100 apart by what floor and cap hold back', () => {
    const users = new Users(2);
    const people = { bad: [0, 3], worse: [0, 9], best: [9, 0], good: [4, 0] };
    for (const [id, values] of Object.entries(people)) users.add({ id, name: '', converted: 0, values });
    const earns = { saturates_at: 10 } as const;
    const weights = {
      gain: { points: 300, earns, because: '', phrase: 'x' },
      loss: { points: -50, earns, because: '', phrase: 'x' },
    };
    const { order, scores } = rankUsers(users, prepare({ weights, labels: { high: 70, medium: 40 } }));
    expect([...order].map((i) => users.ids.at(i))).toEqual(['best', 'good', 'bad', 'worse']);
    expect([...order].map((i) => scores[i])).toEqual([10_000, 10_000, 0, 0]);
  });

  it('is by score, then id: emoji (four bytes) after full-width letters (three), whatever UTF-16 says', () => {
    const users = new Users(1);
    for (const id of ['😀', 'Ａ', 'ä', 'z', 'Z', '10', '9']) users.add({ id, name: '', converted: 0, values: [0] });
    users.add({ id: 'best', name: '', converted: 0, values: [1] });
    const weight = { points: 100, earns: { binary: true }, because: '', phrase: 'x' } as const;
    const { order } = rankUsers(users, prepare({ weights: { x: weight }, labels: { high: 70, medium: 40 } }));
    expect([...order].map((i) => users.ids.at(i))).toEqual(['best', '10', '9', 'Z', 'z', 'ä', 'Ａ', '😀']);
  });
});
