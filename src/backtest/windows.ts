/** Which cut-offs a backtest has: each with a window after it in which people may convert, all within the log. */

/** What is known about a log. Instants are milliseconds since 1970. */
export interface Span {
  readonly first: number;
  /** The last activity. */
  readonly last: number;
  /** The last event that can convert somebody; NaN if there is none. */
  readonly lastConverting: number;
}

/** Which cut-offs are wanted. Lengths are in milliseconds. */
export interface Wanted {
  /** Instants; without any, `count` of them, one `every` so often, the last one a horizon before the end. */
  readonly at: readonly number[];
  readonly count: number;
  readonly every: number;
  readonly horizon: number;
}

/** A cut-off that is left out, and why. */
export interface LeftOut {
  readonly at: number;
  /** `short-window`: the log ends before the window; `short-history`: it begins less than a horizon before the cut-off. */
  readonly why: 'short-window' | 'short-history';
}

/** The cut-offs of a backtest, the earliest first. */
export interface Windows {
  readonly cutoffs: readonly number[];
  readonly leftOut: readonly LeftOut[];
  /** The end of the log: the earlier of the last activity and the last event that can convert. */
  readonly end: number;
  /** The last event that can convert nobody, if that is known; NaN if there is none. */
  readonly lastOther?: number;
}

const SECOND = 1000;

/** Chooses cut-offs at whole seconds. A window that the log does not cover would count people as lost who convert later. */
export const windowsOf = ({ first, last, lastConverting }: Span, { at, count, every, horizon }: Wanted): Windows => {
  const end = Math.min(last, lastConverting);
  // The event at the end must lie within the last window, whose end is a whole second.
  const latest = Math.ceil(end / SECOND) * SECOND - horizon;
  const asked = at.length > 0 ? [...at] : Array.from({ length: count }, (_, i) => latest - i * every);
  const cutoffs: number[] = [];
  const leftOut: LeftOut[] = [];
  for (const cutoff of [...new Set(asked)].toSorted((a, b) => a - b)) {
    if (cutoff > latest) leftOut.push({ at: cutoff, why: 'short-window' });
    else if (cutoff - first < horizon) leftOut.push({ at: cutoff, why: 'short-history' });
    else cutoffs.push(cutoff);
  }
  return { cutoffs, leftOut, end };
};
