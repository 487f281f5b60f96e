/** Bars: the solid part ends at the score, whatever penalties, floor and cap do. */
import { describe, expect, it } from 'vitest';
import { barSegments, waterfallOf } from '../../src/report/bar.js';
import { anchorOf, joined, monthOf, pointsOf, shortWords } from '../../src/report/words.js';

const part = (signal: number, points: number) => ({ signal, points, value: 1, words: '' });

describe('a bar', () => {
  it('has one part per coloured signal in their order, then one for all others', () => {
    const parts = [part(2, 500), part(0, 3000), part(7, 200), part(8, 100)];
    expect(barSegments({ parts, score: 3800 }, [0, 1, 2, 3])).toEqual([
      { from: 0, to: 3000, colour: 'c0' },
      { from: 3000, to: 3500, colour: 'c2' },
      { from: 3500, to: 3800, colour: 'rest' },
    ]);
  });

  it('is hatched from the score on, by what penalties take off', () => {
    const parts = [part(0, 3000), part(5, -1000)];
    expect(barSegments({ parts, score: 2000 }, [0])).toEqual([
      { from: 0, to: 2000, colour: 'c0' },
      { from: 2000, to: 3000, colour: 'loss' },
    ]);
  });

  it('is only hatched where the score is held at 0', () => {
    expect(barSegments({ parts: [part(0, 300), part(5, -900)], score: 0 }, [0])).toEqual([
      { from: 0, to: 300, colour: 'loss' },
    ]);
  });
});

it('a waterfall goes up and down to the score', () => {
  expect(waterfallOf([part(0, 3000), part(5, -1000), part(1, 500)], [0, 1])).toEqual([
    { from: 0, to: 3000, colour: 'c0' },
    { from: 2000, to: 3000, colour: 'loss' },
    { from: 2000, to: 2500, colour: 'c1' },
  ]);
});

describe('words', () => {
  it.each([
    ['signed up', 'signed up'],
    ['asked for a demo {times}', 'asked for a demo'],
    ['last active {ago}', 'last active'],
    ['read {value} {page|pages} lately', 'read pages lately'],
    ['returned for {visits}', 'SAYS'],
    ['has a balance of {value} USD', 'SAYS'],
  ])('of %j in a legend', (phrase, words) => expect(shortWords(phrase, 'SAYS')).toBe(words));

  it('join as people say them, and points have a real minus', () => {
    expect([joined([]), joined(['a']), joined(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c']);
    expect([pointsOf(686), pointsOf(-500), pointsOf(0)]).toEqual(['+6.86', '−5.00', '0.00']);
  });

  it('of months name the year where it begins', () => {
    const months = ['2025-10-01', '2026-01-01', '2026-04-01'].map((day) => Date.parse(day));
    expect(months.map((at, i) => monthOf(at, months[i - 1]))).toEqual(['Oct 2025', 'Jan 2026', 'Apr']);
  });

  it('of ids as fragments: plain characters, and never the same for two ids', () => {
    expect(anchorOf('u_1')).toBe('u-u_1');
    expect(anchorOf('a b.c%')).toBe('u-a.20b.2Ec.25');
    expect(anchorOf('a.20b')).not.toBe(anchorOf('a b'));
  });
});
