import { describe, expect, it } from 'vitest';
import type { Weight } from '../../src/catalogue/weights.js';
import { score } from '../../src/scoring/explain.js';
import { phrasing } from '../../src/scoring/phrases.js';
import { prepare, scoreRow } from '../../src/scoring/score.js';
import { sentence } from '../../src/scoring/sentence.js';
import { signedPoints } from '../../src/text/numbers.js';

describe('a phrase', () => {
  it.each([
    ['viewed pricing {times}', 1, 'viewed pricing once'],
    ['viewed pricing {times}', 2, 'viewed pricing twice'],
    ['viewed pricing {times}', 1234, 'viewed pricing 1,234 times'],
    ['read {value} {page|pages} lately', 1, 'read 1 page lately'],
    ['read {value} {page|pages} lately', 0.5, 'read 0.5 pages lately'],
    ['read {value} {page|pages} lately', 2000, 'read 2,000 pages lately'],
    ['holds {value} USD', 1234567.891, 'holds 1,234,567.89 USD'],
    ['holds {value} USD', 1e308, 'holds 1.00e+308 USD'],
    ['came back for {percent} of sessions', 0.755, 'came back for 76% of sessions'],
    ['bounced from {percent} of sessions', 7, 'bounced from 100% of sessions'],
    ['last active {ago}', 0.9, 'last active today'],
    ['last active {ago}', 1.5, 'last active yesterday'],
    ['last active {ago}', 12, 'last active 12 days ago'],
    ['returned for {visits}', 0.9, 'returned for 9 of 10 visits'],
    ['returned for {visits}', 0.9286, 'returned for 13 of 14 visits'],
    ['returned for {visits}', 0.5, 'returned for 1 of 2 visits'],
    ['returned for {visits}', 1, 'returned for all visits'],
    ['returned for {visits}', 0.9333, 'returned for 14 of 15 visits'],
    ['returned for {visits}', 0.9545, 'returned for 95% of visits'],
    ['returned for {visits}', 0.996, 'returned for over 99% of visits'],
    ['looked automated in {visits}', 0.004, 'looked automated in under 1% of visits'],
    ['left at once in {visits}', 0.021, 'left at once in 2% of visits'],
    ['left at once in {visits}', 0.987, 'left at once in 99% of visits'],
    ['last active {ago}', -3, 'last active today'],
    ['{constructor} and {other} stay, {value} does not', 3, '{constructor} and {other} stay, 3 does not'],
  ])('%s of %d: %s', (phrase, value, words) => {
    expect(phrasing(phrase)(value)).toBe(words);
  });
});

it('a date stands for days ago where ages are not counted from today', () => {
  const said = phrasing('last active {ago}', { time: Date.UTC(2026, 0, 31, 12), isToday: false });
  expect(said(0)).toBe('last active on 31 January 2026');
  expect(said(0.6)).toBe('last active on 30 January 2026');
  expect(said(40)).toBe('last active on 22 December 2025');
});

it('days ago are those of the calendar, not of 24 hours each', () => {
  const said = phrasing('last active {ago}', { time: Date.UTC(2026, 0, 31, 12), isToday: true });
  expect(said(0.5)).toBe('last active today');
  expect(said(0.5001)).toBe('last active yesterday');
  expect(said(1.5001)).toBe('last active 2 days ago');
  expect(phrasing('last active {ago}')(0.5001)).toBe('last active today');
});

it.each([
  [3000, '+30.0'],
  [686, '+6.9'],
  [685, '+6.9'],
  [684, '+6.8'],
  [-500, '-5.0'],
  [-125, '-1.3'],
  [4, '+0.0'],
])('%d hundredths are %s points', (hundredths, text) => {
  expect(signedPoints(hundredths, 1)).toBe(text);
});

/** The sentence about a user with these values. */
const said = (weights: Readonly<Record<string, Weight>>, values: readonly number[]): string => {
  const model = prepare({ weights, labels: { high: 60, medium: 30 } });
  const points = new Int32Array(values.length);
  const total = scoreRow(model, values, points);
  return sentence(model, values, points, total);
};

describe('the sentence', () => {
  const weight = (points: number, phrase: string): Weight => ({ points, earns: { binary: true }, because: '', phrase });
  const of = (...weights: Weight[]) => {
    const all = Object.fromEntries(weights.map((each, i) => [`s${i}`, each]));
    return said(
      all,
      weights.map(() => 1),
    );
  };

  it('names the strongest first, gains before losses', () => {
    expect(of(weight(5, 'c'), weight(-9, 'x'), weight(10, 'a'), weight(8, 'b'), weight(-10, 'y'))).toBe(
      'a (+10.0), b (+8.0), c (+5.0); y (-10.0), x (-9.0)',
    );
  });

  it('keeps the order of the catalogue where the points are equal', () => {
    expect(of(weight(30, 'signed up'), weight(30, 'booked a call'))).toBe('signed up (+30.0), booked a call (+30.0)');
  });

  it('names signals until the rest is less than the last one named, so that the points still add up', () => {
    const [a, b, c, d] = [weight(30, 'a'), weight(20, 'b'), weight(10, 'c'), weight(9, 'd')];
    expect(of(a, b, c, d)).toBe('a (+30.0), b (+20.0), 2 lighter signals (+19.0)');
    expect(of(a, b, c, d, weight(5, 'e'))).toBe('a (+30.0), b (+20.0), c (+10.0), d (+9.0), e (+5.0)');
    expect(of(a, weight(29, 'e'), weight(1, 'f'))).toBe('a (+30.0), e (+29.0), f (+1.0)');
  });

  it('always ends the gains with the last activity, whether it earns points or not', () => {
    const recency: Weight = { points: 5, earns: { half_life: 7 }, because: '', phrase: 'last active {ago}' };
    const saidOf = (points: number, days: number) => {
      const days_since_last_event = { ...recency, points };
      const others = { signups: weight(30, 'signed up'), page_views: weight(-2, 'read too much') };
      return said({ days_since_last_event, ...others }, [days, 1, 9]);
    };
    expect(saidOf(5, 7)).toBe('signed up (+30.0), last active 7 days ago (+2.5); read too much (-2.0)');
    expect(saidOf(0, 1)).toBe('signed up (+30.0), last active yesterday; read too much (-2.0)');
    expect(saidOf(5, Number.NaN)).toBe('signed up (+30.0); read too much (-2.0)');
  });

  it('says so where there is nothing to say', () => {
    expect(score({}).explanation).toBe('no signals yet');
  });

  it('leaves out what is too small to show', () => {
    expect(of(weight(30, 'a'), weight(0.04, 'b'))).toBe('a (+30.0)');
  });

  it('says when a sum is held at 100', () => {
    expect(of(weight(80, 'a'), weight(50, 'b'))).toBe('a (+80.0), b (+50.0); held at 100 (-30.0)');
  });
});
