/** The progress of long work on a terminal: one line that names the phase, never goes backwards, and is erased at the end. */
import { wrapped } from '../text/columns.js';
import { grouped } from '../text/numbers.js';

/** Where progress is shown, and by which clock. */
export interface ProgressView {
  /** Nothing is written unless it is a terminal. */
  readonly stream: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
  /** Milliseconds since any moment. */
  readonly now: () => number;
  /** Calls `draw` again and again until what it returns is called; default: every quarter of a second. */
  readonly repeat?: (draw: () => void) => () => void;
}

/** What a command tells while it works. */
export interface Progress {
  /** A phase begins, by its place among all, from 0. One that was passed already is named, and not counted back. */
  readonly phase: (place: number, name: string) => void;
  /** So many more rows were read. */
  readonly rows: (n: number) => void;
  /** Erases the line. */
  readonly stop: () => void;
}

/** Milliseconds after which something is shown: shorter work needs no progress. */
const PATIENCE = 500;

const everyQuarter = (draw: () => void): (() => void) => {
  const timer = setInterval(draw, 250);
  return () => clearInterval(timer);
};

/** Rows per second for people: `1.2 million rows/s`, `52,300 rows/s`. */
const speed = (rows: number, milliseconds: number): string => {
  const rate = (rows / Math.max(1, milliseconds)) * 1000;
  return rate >= 1e6 ? `${(rate / 1e6).toFixed(1)} million rows/s` : `${grouped(Number(rate.toPrecision(3)))} rows/s`;
};

/**
 * Shows the progress of work that has some phases: `reading 2/4: events, 43%, 1.2 million rows/s`.
 *
 * @param what a verb for all of it, such as `reading`
 * @param share the share of the running phase that is done, 0 to 100; undefined if nobody knows
 */
export const showProgress = (
  what: string,
  phases: number,
  share: () => number | undefined,
  { stream, now, repeat = everyQuarter }: ProgressView,
): Progress => {
  if (stream.isTTY !== true) return { phase: () => {}, rows: () => {}, stop: () => {} };
  const began = now();
  let phase = { number: 1, name: '', began, done: 0, rows: 0, counted: began };
  let shown = false;
  const draw = (): void => {
    if (phase.name === '' || now() - began < PATIENCE) return;
    phase.done = Math.max(phase.done, Math.floor(Math.min(100, share() ?? 0)));
    const parts = [
      `${what} ${phase.number}/${phases}: ${phase.name}`,
      ...(phase.done > 0 ? [`${phase.done}%`] : []),
      ...(phase.rows > 0 ? [speed(phase.rows, phase.counted - phase.began)] : []),
      ...(phase.done + phase.rows === 0 ? [`${Math.round((now() - phase.began) / 1000)} s`] : []),
    ];
    // A line that is as wide as the terminal would begin another one.
    const width = Math.max(20, (stream.columns || 80) - 1);
    stream.write(`\r\u001B[K${wrapped(parts.join(', '), width, 1).join('')}`);
    shown = true;
  };
  const stop = repeat(draw);
  return {
    phase: (place, name) => {
      const number = Math.max(phase.number, Math.min(phases, place + 1));
      const done = number === phase.number ? phase.done : 0;
      const since = now();
      phase = { number, name, began: since, done, rows: 0, counted: since };
      draw();
    },
    rows: (n) => {
      phase.rows += n;
      phase.counted = now();
    },
    stop: () => {
      stop();
      if (shown) stream.write('\r\u001B[K');
      shown = false;
    },
  };
};

/** Shows the progress of work in phases on standard error, until it ends. */
export const withProgress = async (
  what: string,
  phases: number,
  work: (progress: Progress) => Promise<void>,
): Promise<void> => {
  const view = { stream: process.stderr, now: () => performance.now() };
  const progress = showProgress(what, phases, () => undefined, view);
  try {
    await work(progress);
  } finally {
    progress.stop();
  }
};
