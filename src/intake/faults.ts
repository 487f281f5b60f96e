/** What of a log cannot be used, and what a copy of its records holds. */

import type { Ascending } from './ascendingIds.js';

/** A record that cannot be used. */
export interface Fault {
  readonly file: string;
  /** Physical line of the record's first byte; the first line is 1. */
  readonly line: number;
  /** The column at fault; empty if the record itself is broken. */
  readonly column: string;
  readonly reason: string;
  /** The record as it is in the file. */
  readonly raw: string;
}

/** A cell that cannot be read, although its row can. */
export interface UnreadableCell {
  readonly file: string;
  readonly line: number;
  readonly column: string;
  readonly reason: string;
  readonly cell: string;
}

/** What has been copied of a log. */
export interface Tally {
  /** Well-formed records in the copy. */
  records: number;
  /** Records in the copy that lack a cell which no copy can hold. */
  lossy: number;
  /** Records that are not well formed and so not in the copy. */
  readonly faults: Fault[];
  /** The first and last id of the copy, if it is known that each is greater than the one before. */
  ascending?: Ascending | undefined;
}
