/** The columns of a features file that a ranking reads, beside `user_id`, `username`, `last_event_ts` and `converted`. */
import { parseInstant } from '../text/instants.js';

/** Which columns are read. */
export interface UserColumns {
  /** The features that are scored. */
  readonly signals: readonly string[];
  /** Columns that the list shows as they are. */
  readonly shown?: readonly string[];
  /** Columns that are shown after those if the file has them; without them their texts are empty. */
  readonly optional?: readonly string[];
  /** Whether `opted_out` must be there; if it is there, it counts in any case. */
  readonly optOut?: boolean;
}

/** The columns that a features file must have. */
export const neededColumns = ({ signals, shown = [], optOut = false }: UserColumns): string[] => [
  ...new Set(['user_id', ...signals, ...shown, ...(optOut ? ['opted_out'] : []), 'converted']),
];

/** The columns whose texts are kept, in their order. */
export const keptColumns = ({ shown = [], optional = [] }: UserColumns): string[] => [...shown, ...optional];

/** The milliseconds since 1970 of a cell of `last_event_ts`: NaN if it is empty, undefined if it is no time. */
export const readTime = (cell: string): number | undefined => {
  if (cell === '') return Number.NaN;
  // What `features` writes is in a form that Date.parse reads exactly, and faster.
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(cell)) {
    const time = Date.parse(cell);
    return Number.isNaN(time) ? undefined : time;
  }
  const instant = parseInstant(cell);
  return instant === undefined ? undefined : Number(instant / 1000n);
};
