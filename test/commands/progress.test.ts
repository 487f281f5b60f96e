/** Progress on a terminal that remembers what it was sent, by a clock that the test turns. */
import { expect, it } from 'vitest';
import { showProgress } from '../../src/commands/progress.js';
import { displayWidth } from '../../src/text/columns.js';

const ERASE = '\r\u001B[K';

/** A terminal, its clock in milliseconds, and the progress of four phases on it. */
const terminal = ({ isTTY = true, columns = 80 } = {}) => {
  const sent: string[] = [];
  const at = { now: 0, share: undefined as number | undefined, draw: () => {}, stopped: false };
  const stream = { isTTY, columns, write: (text: string) => sent.push(text) };
  const repeat = (draw: () => void) => {
    at.draw = draw;
    return () => {
      at.stopped = true;
    };
  };
  const progress = showProgress('reading', 4, () => at.share, { stream, now: () => at.now, repeat });
  const after = (milliseconds: number, share?: number): string | undefined => {
    at.now += milliseconds;
    at.share = share;
    at.draw();
    return sent.at(-1)?.replace(ERASE, '');
  };
  return { progress, after, sent, at };
};

it('names the phase, how much of it is done, and how fast, within a second', () => {
  const { progress, after, sent } = terminal();
  progress.phase(0, 'opening the logs');
  expect(after(400)).toBeUndefined();
  progress.phase(1, 'events');
  expect(after(100)).toBe('reading 2/4: events, 0 s');
  progress.rows(600_000);
  expect(after(400, 12.7)).toBe('reading 2/4: events, 12%, 6.0 million rows/s');
  progress.phase(1, 'events, cell by cell');
  after(1000);
  progress.rows(52_345);
  expect(after(0)).toBe('reading 2/4: events, cell by cell, 12%, 52,300 rows/s');
  progress.stop();
  expect(sent.at(-1)).toBe(ERASE);
});

it('never goes backwards, neither in phases nor within one', () => {
  const { progress, after } = terminal();
  progress.phase(2, 'sessions');
  expect(after(900, 40)).toBe('reading 3/4: sessions, 40%');
  expect(after(100, 10)).toBe('reading 3/4: sessions, 40%');
  progress.phase(1, 'events, cell by cell');
  expect(after(100, 0)).toBe('reading 3/4: events, cell by cell, 40%');
  progress.phase(3, 'features and checks');
  expect(after(100, 2)).toBe('reading 4/4: features and checks, 2%');
});

it('is silent about short work, and where nobody watches', () => {
  const short = terminal();
  short.progress.phase(0, 'opening the logs');
  short.after(300);
  short.progress.stop();
  expect(short.at.stopped).toBe(true);
  const pipe = terminal({ isTTY: false });
  pipe.progress.phase(0, 'opening the logs');
  pipe.after(5000);
  pipe.progress.stop();
  expect([...short.sent, ...pipe.sent]).toEqual([]);
});

it.each([40, 80])('fits a terminal of %d columns in one line', (columns) => {
  const { progress, after } = terminal({ columns });
  progress.phase(3, 'a phase with a name that is longer than most terminals are wide, in plain words');
  expect(displayWidth(after(1000, 50) ?? '')).toBeLessThan(columns);
});
