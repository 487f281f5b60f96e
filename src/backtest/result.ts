/** The result of a backtest, as it is printed and written for the report. */
import type { Evaluation } from './evaluate.js';
import type { Windows } from './windows.js';

/** A remark about the cut-offs or the people, which the rows of the panel cannot show. */
export type Remark =
  /** A cut-off that is left out: the log ends before its window, or begins less than a horizon before it. */
  | { readonly code: 'short-window' | 'short-history'; readonly at: string }
  /** People who converted in a window, but were not in the log before it. */
  | { readonly code: 'newcomers'; readonly conversions: number; readonly all: number }
  /** A signal whose column never changes within a user: it may say what was known when the log was exported. */
  | { readonly code: 'unchanging-signal'; readonly signal: string }
  /** Events that can convert nobody end so early that the last window begins after them. */
  | { readonly code: 'behaviour-ends'; readonly until: string; readonly at: string }
  /** No event has a time of day, so events of the day of a cut-off may have been after it. */
  | { readonly code: 'dates-only' }
  /** Cut-offs that the points were tuned on, or whose windows overlap those of such cut-offs. */
  | { readonly code: 'in-sample'; readonly at: readonly string[]; readonly of: number; readonly until: string };

/** The whole result. */
export interface Backtest extends Evaluation {
  readonly horizon_days: number;
  /** The hash of the settings. */
  readonly config: string;
  /** Signals that the score was tried without. */
  readonly without: readonly string[];
  /** Whether conversions were given to people at random. */
  readonly shuffled: boolean;
  readonly remarks: readonly Remark[];
}

/** An instant at a whole second, as shown: `2026-01-28T18:03:12Z`. */
export const isoSecond = (instant: number): string => `${new Date(instant).toISOString().slice(0, -5)}Z`;

/** The cut-offs whose windows had begun by the end of the last window that `tune` learned from. */
const inSample = (cutoffs: readonly number[], until: string | undefined): Remark[] => {
  if (until === undefined) return [];
  const seen = cutoffs.filter((at) => at < Date.parse(until));
  return seen.length > 0 ? [{ code: 'in-sample', at: seen.map(isoSecond), of: cutoffs.length, until }] : [];
};

/** What a log shows of the future, or cannot tell apart from it. */
export interface Leaks {
  /** Whether no event has a time of day: what happened on the day of a cut-off may have been before or after it. */
  readonly datesOnly: boolean;
  /** Signals that are the latest value of a column which never changes within a user: it may say what was known at the export. */
  readonly unchanging: readonly string[];
}

/**
 * The remarks of a backtest.
 *
 * @param newcomers by cut-off
 * @param conversions of people who were in the log before
 * @param tunedUntil the end of the last window that the points were tuned on, if they were
 */
export const remarksOf = (
  { cutoffs, leftOut, lastOther = Number.NaN }: Windows,
  newcomers: readonly number[],
  { datesOnly, unchanging }: Leaks,
  conversions: number,
  tunedUntil?: string,
): Remark[] => {
  const latest = cutoffs.at(-1) ?? Number.NaN;
  const late = newcomers.reduce((sum, n) => sum + n, 0);
  return [
    ...leftOut.map(({ at, why }): Remark => ({ code: why, at: isoSecond(at) })),
    ...(lastOther < latest
      ? [{ code: 'behaviour-ends', until: isoSecond(lastOther), at: isoSecond(latest) } as const]
      : []),
    ...inSample(cutoffs, tunedUntil),
    ...unchanging.map((signal): Remark => ({ code: 'unchanging-signal', signal })),
    ...(datesOnly ? [{ code: 'dates-only' } as const] : []),
    ...(late > 0 ? [{ code: 'newcomers', conversions: late, all: late + conversions } as const] : []),
  ];
};
