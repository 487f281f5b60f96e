/**
 * How an engine spells what the queries say: everything in which DuckDB and ClickHouse differ, and nothing else.
 * A third engine is a third table of these spellings. All parameters and answers are SQL, unless they say otherwise.
 */
import type { Reading } from '../config/settings.js';

/** The aggregates that skip unknown values, and that are unknown over no value, except for counts. */
export type Aggregate = 'count' | 'countDistinct' | 'sum' | 'min' | 'max';

/** The column that holds several of the latest row. */
export const TOGETHER = '#latest';

/** Several columns as one value, and what unfolds it into columns afterwards. */
export interface Together {
  readonly value: string;
  /** The list of a SELECT from a relation that has it as TOGETHER. */
  readonly expanded: string;
}

/** Exact arithmetic: decimals, units of 10^-10 in whole numbers, quotients in ten-thousandths; see decimals.ts. */
export interface Arithmetic {
  /** A number of the settings. */
  readonly number: (value: number) => string;
  /** A cell or a number as an exact decimal, rounded to ten digits; unknown if it is none, or of more than 28 digits. */
  readonly decimal: (sql: string) => string;
  /** The same for a cell that others are added to: unknown also if it has more than 18 digits before the point. */
  readonly smallDecimal: (sql: string) => string;
  /** True of the text of a number that is too large for double precision. */
  readonly isInfinite: (cell: string) => string;
  readonly units: (decimal: string) => string;
  readonly unitsOfCount: (count: string) => string;
  readonly unitsOfQuotient: (quotient: string) => string;
  readonly quotient: (of: string, per: string) => string;
  /** The same for whole numbers of at least 0, with a divisor of up to 10^16. */
  readonly quotientOfCounts: (of: string, per: string) => string;
  readonly printQuotient: (quotient: string) => string;
  readonly printDecimal: (decimal: string) => string;
}

/** The spellings of one engine. `t` is the instant of a row, in the engine's own type. */
export interface Dialect extends Arithmetic {
  /** A value, which is not SQL, as a string literal. */
  readonly literal: (value: string) => string;
  /** Text that is unknown. */
  readonly nullText: string;
  readonly text: (sql: string) => string;
  /** Text in small letters, those beyond ASCII too, without any of these characters. */
  readonly bare: (cell: string, without: string) => string;
  /** Text without blanks and tabs around it. */
  readonly trimmed: (cell: string) => string;
  /** True of a cell in which a regular expression (RE2), which is not SQL, matches somewhere; `.` is no newline. */
  readonly matches: (cell: string, pattern: string, ignoreCase?: boolean) => string;
  /** The same for an expression that matches the whole cell. */
  readonly matchesFully: (cell: string, pattern: string) => string;
  /** True of a cell that meets a pattern of LIKE, which is not SQL, with `\` as its escape. */
  readonly isLike: (cell: string, pattern: string) => string;
  /** True of a cell that is one of these values, which are not SQL and in byte order; never unknown. */
  readonly isAmong: (cell: string, values: readonly string[]) => string;
  /** True of a cell that has this text, which is not SQL, somewhere. */
  readonly contains: (cell: string, text: string) => string;
  readonly holdsNul: (cell: string) => string;
  /** Cells that are known, with a separator, which is not SQL, between them. */
  readonly joined: (separator: string, cells: readonly string[]) => string;
  /** True of two cells that differ, or of which one is unknown. */
  readonly differ: (one: string, other: string) => string;
  /** The truth of a flag by its text; unknown if it is none. `sure`: it is surely one, and neither 1.0 nor 0.0. */
  readonly truth: (cell: string, sure?: boolean) => string;
  /** A condition as 0 or 1, as small as it can be. */
  readonly flag: (condition: string) => string;

  /** An instant in whole microseconds since 1970, and back. */
  readonly micros: (t: string) => string;
  readonly instant: (microseconds: bigint) => string;
  /** The UTC day of an instant, as anything that differs from day to day. */
  readonly day: (t: string) => string;
  /** An instant as ISO 8601 in UTC, to the second. */
  readonly printTime: (t: string) => string;
  /** The seconds from one instant to another as an exact decimal. */
  readonly seconds: (from: string, to: string) => string;
  /** The instant of a cell, by the forms of a reading; unknown if it has none of them. */
  readonly readInstant: (cell: string, reading: Pick<Reading, 'timestamp' | 'timezone'>) => string;

  /** An aggregate over the rows that meet a condition, if there is one. `many`: hundreds are aggregated together. */
  readonly over: (aggregate: Aggregate, sql: string, condition?: string, many?: boolean) => string;
  /** The most frequent known value, ties in byte order. */
  readonly mode: (column: string, condition?: string) => string;
  /** The known value of the row that comes last in this order, of instants and then of text; unknown text comes first. */
  readonly latest: (column: string, order: readonly string[], condition?: string) => string;
  /** Several columns, by the names they get, as one value. */
  readonly together: (columns: ReadonlyMap<string, string>) => Together;
  /** Aggregates of the rows of a session, and from them whether it has three instants or more. */
  readonly threeInstants: { readonly aggregates: readonly string[]; readonly test: string };

  /** Whether the most frequent device of a session is found by grouping by devices first, rather than by `mode`. */
  readonly groupsDevices: boolean;

  /** Whether rows of a sorted relation keep their order when they are printed. */
  readonly sortsFirst: boolean;

  /** All columns but some. */
  readonly except: (columns: readonly string[]) => string;
  /** The join that keeps the rows on its left without a partner. */
  readonly antiJoin: string;
  /** The value of the row before, and the number of a row, in windows. */
  readonly lag: (sql: string, window: string) => string;
  /**
   * CTEs that let events without a session_id join the session of their user that is open at that moment, or was or will
   * be within the timeout (microseconds): the nearest one, then the latest to start. From `events` to `alone`: those
   * without a session_id, with that of the session that they join, unknown if there is none.
   */
  readonly joinOpenSessions: (timeout: number) => string;
}
