import { expect, it } from 'vitest';
import { pickIndex, quantile, shuffled, stream } from '../../src/simulate/chance.js';

const draws = (n: number): number[] => {
  const rng = stream('42', 'test');
  return Array.from({ length: n }, () => rng());
};

it('gives every name its own stream, the same each time', () => {
  expect(stream('42', 'visits', 7)()).toBe(stream('42', 'visits', 7)());
  const names = [stream('42', 'visits', 7), stream('42', 'visits', 8), stream('42', 'person', 7), stream('4', '2', 7)];
  expect(new Set(names.map((rng) => rng())).size).toBe(names.length);
});

it('reads a quantile table: its values at equal steps, straight lines between', () => {
  expect([0, 0.25, 0.5, 0.75, 1].map((p) => quantile([0, 10, 100], p))).toEqual([0, 5, 10, 55, 100]);
});

it('picks in proportion, never what has no weight, and nothing where nothing has', () => {
  const picks = draws(10_000).map((value) => pickIndex(() => value, [1, 0, 3]));
  expect(new Set(picks)).toEqual(new Set([0, 2]));
  expect(picks.filter((i) => i === 2).length / picks.length).toBeCloseTo(0.75, 1);
  expect(pickIndex(() => 0.5, [0, 0])).toBe(-1);
  expect(pickIndex(() => 1 - Number.EPSILON / 2, [0.1, 0.2, 0.7, 0])).toBe(2);
});

it('shuffles without losing a card', () => {
  const cards = Array.from({ length: 100 }, (_, i) => i);
  const deck = shuffled(stream('42', 'deck'), cards);
  expect(deck).not.toEqual(cards);
  expect(deck.toSorted((a, b) => a - b)).toEqual(cards);
});
