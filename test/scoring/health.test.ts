import { describe, expect, it } from 'vitest';
import { healthOf } from '../../src/scoring/health.js';
import { rankUsers } from '../../src/scoring/ranking.js';
import { prepare } from '../../src/scoring/score.js';
import { Users } from '../../src/scoring/users.js';

const binary = (points: number) => ({ points, earns: { binary: true }, because: '', phrase: 'x' }) as const;
const model = prepare({
  weights: { signup: binary(60), demo: binary(40), spam: binary(-20), shown: binary(0) },
  labels: { high: 70, medium: 40 },
});

/** The health where the first `won` of these users are converted. */
const health = (rows: readonly (readonly [number, number, number])[], won = 0) => {
  const users = new Users(4);
  for (const [i, row] of rows.entries()) {
    users.add({ id: `u${i}`, name: '', converted: i < won ? 1 : 0, values: [...row, 1] });
  }
  const places = rows.map((_, place) => ({ place, number: place + 1 }));
  return healthOf(rankUsers(users, model), { places, tied: 0 });
};

describe('the health of a scoring', () => {
  it('counts labels, ten steps of score, and what each signal gives', () => {
    const { labels, histogram, signals } = health([
      [1, 1, 0],
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, 1],
    ]);
    expect(labels).toEqual({ high: 1, medium: 1, low: 2 });
    expect(histogram).toEqual([2, 0, 0, 0, 0, 0, 1, 0, 0, 1]);
    expect(signals).toEqual([
      { signal: 'signup', points: 60, mean_points: 30, share: 0.6667, users: 2 },
      { signal: 'demo', points: 40, mean_points: 10, share: 0.2222, users: 1 },
      { signal: 'spam', points: -20, mean_points: -5, share: 0.1111, users: 1 },
      { signal: 'shown', points: 0, mean_points: 0, share: 0, users: 0 },
    ]);
  });

  it('counts a score between two tens in the lower step', () => {
    const users = new Users(1);
    for (const rate of [0.099, 0.1, 0.199, 0.95, 1])
      users.add({ id: `${rate}`, name: '', converted: 0, values: [rate] });
    const weights = { x: { points: 100, earns: { rate: true }, because: '', phrase: 'x' } } as const;
    const ranking = rankUsers(users, prepare({ weights, labels: { high: 70, medium: 40 } }));
    expect(healthOf(ranking, { places: [], tied: 0 }).histogram).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0, 2]);
  });

  it('names scored signals that never or always fire', () => {
    expect(
      health([
        [1, 1, 0],
        [1, 0, 0],
      ]),
    ).toMatchObject({ never_fire: ['spam'], always_fire: ['signup'] });
  });

  it('says how many of the listed are won already', () => {
    const rows = [
      [1, 1, 0],
      [1, 0, 0],
      [0, 0, 0],
    ] as const;
    expect(health(rows, 1)).toMatchObject({ listed: 3, listed_converted: 1 });
    expect(health(rows, 2)).toMatchObject({ listed: 3, listed_converted: 2 });
  });

  it('warns when no user is high, and when more than half are', () => {
    expect(health([[1, 0, 0]]).warnings).toEqual([
      { code: 'none-high', text: expect.stringMatching(/^no user is high: the best score is 60, high begins at 70: /) },
    ]);
    expect(
      health([
        [1, 1, 0],
        [1, 1, 0],
        [0, 0, 0],
      ]).warnings,
    ).toEqual([{ code: 'most-high', text: expect.stringMatching(/^67% of the users are high/) }]);
    expect(
      health([
        [1, 1, 0],
        [0, 1, 0],
      ]).warnings,
    ).toEqual([]);
  });

  it('warns when all users are low, and only then', () => {
    const [low, medium] = [[0, 0, 0] as const, [0, 1, 0] as const];
    expect(health([low]).warnings).toEqual([
      {
        code: 'all-low',
        text: expect.stringMatching(/^all users are low: the best score is 0, medium begins at 40: /),
      },
    ]);
    expect(health([low, medium]).warnings.map(({ code }) => code)).not.toContain('all-low');
  });

  it('warns when half of the users stand at 0, not when nearly half do', () => {
    const [zero, high] = [[0, 0, 0] as const, [1, 1, 0] as const];
    expect(health([zero, zero, high, [0, 1, 0]]).warnings).toEqual([
      { code: 'many-at-zero', text: expect.stringMatching(/^2 of 4 users have a score of 0/) },
    ]);
    expect(health([zero, zero, high, [0, 1, 0], [0, 1, 0]]).warnings).toEqual([]);
  });

  it('counts who is to be called: neither converted nor opted out', () => {
    const users = new Users(4);
    users.add({ id: 'won', name: '', converted: 1, values: [1, 1, 0, 0] });
    users.add({ id: 'out', name: '', converted: 0, optedOut: 1, values: [1, 1, 0, 0] });
    users.add({ id: 'open', name: '', converted: 0, optedOut: 0, values: [1, 0, 0, 0] });
    users.add({ id: 'unknown', name: '', converted: Number.NaN, values: [0, 0, 0, 0] });
    expect(healthOf(rankUsers(users, model), { places: [], tied: 0 })).toMatchObject({
      converted: 1,
      opted_out: 1,
      to_call: 2,
      converted_by_label: { high: 1, medium: 0, low: 0 },
    });
  });

  it('has nothing to say about nobody', () => {
    expect(health([])).toMatchObject({ users: 0, never_fire: [], always_fire: [], warnings: [] });
  });
});
