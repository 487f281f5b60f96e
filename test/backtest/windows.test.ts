/** Which cut-offs a log allows. */
import { describe, expect, it } from 'vitest';
import { windowsOf } from '../../src/backtest/windows.js';

const DAY = 86_400_000;
const day = (n: number): number => Date.UTC(2026, 0, 1) + n * DAY;
const days = (cutoffs: readonly number[]): number[] => cutoffs.map((at) => (at - day(0)) / DAY);
const wanted = { at: [], count: 3, every: 7 * DAY, horizon: 14 * DAY };

describe('the cut-offs', () => {
  it('are as many as asked for, the last a horizon before the end', () => {
    const span = { first: day(0), last: day(60), lastConverting: day(60) };
    expect(days(windowsOf(span, wanted).cutoffs)).toEqual([32, 39, 46]);
  });

  it('end with the last event that can convert: nobody can be seen to convert after it', () => {
    const span = { first: day(0), last: day(60), lastConverting: day(50) };
    const { cutoffs, end } = windowsOf(span, wanted);
    expect(days(cutoffs)).toEqual([22, 29, 36]);
    expect(end).toBe(day(50));
  });

  it('leave out those without a horizon of history before them', () => {
    const span = { first: day(0), last: day(35), lastConverting: day(35) };
    const { cutoffs, leftOut } = windowsOf(span, wanted);
    expect(days(cutoffs)).toEqual([14, 21]);
    expect(leftOut).toEqual([{ at: day(7), why: 'short-history' }]);
  });

  it('that are named are in order, once, without those whose window is not over', () => {
    const span = { first: day(0), last: day(60), lastConverting: day(60) };
    const { cutoffs, leftOut } = windowsOf(span, { ...wanted, at: [day(40), day(20), day(40), day(47)] });
    expect(days(cutoffs)).toEqual([20, 40]);
    expect(leftOut).toEqual([{ at: day(47), why: 'short-window' }]);
  });

  it('lie at whole seconds, and the last window has the last event', () => {
    const last = day(60) + 250;
    const { cutoffs } = windowsOf({ first: day(0), last, lastConverting: last }, { ...wanted, count: 1 });
    expect(cutoffs).toEqual([day(46) + 1000]);
  });
});
