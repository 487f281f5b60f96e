/** What a run of the engine is asked, and what it has found on the way. */
import type { Config } from '../config.js';
import type { Fault } from '../io/located.js';
import { Failure } from '../model.js';
import { watched, type LogFacts, type Plan } from '../sql/query.js';
import type { CellRules } from '../sql/cells.js';
import { identifier } from '../sql/text.js';
import type { Engine } from './duckdb.js';

/** What to compute. */
export interface Request {
  readonly inputs: readonly string[];
  readonly config: Config;
  /** ISO 8601, `now` already replaced; undefined: the latest timestamp of the log. */
  readonly asOf: string | undefined;
  /** Largest share of rejected rows, 0 to 1. */
  readonly maxRejected: number;
  readonly delimiter?: string | undefined;
  /** Where the session table goes, in `scratch`; undefined: nowhere. */
  readonly sessions?: string | undefined;
  /** Where the list of excluded rows goes, in `scratch`; undefined: nowhere. */
  readonly excluded?: string | undefined;
  readonly stdin: NodeJS.ReadableStream;
  readonly scratch: string;
}

/** The accounting of a run: `read = used + rejected + duplicate + excluded + later`, always. */
export interface Accounts {
  readonly read: number;
  readonly used: number;
  readonly rejected: number;
  readonly duplicate: number;
  /** Rows that `exclude` in gesture.yaml leaves out. */
  readonly excluded: number;
  /** Rows after an as-of that was asked for. */
  readonly later: number;
}

/** More rows were rejected than allowed; carries them, so that they can be written down. */
export class TooManyRejected extends Failure {
  readonly faults: readonly Fault[];

  constructor(message: string, faults: readonly Fault[]) {
    super('data', message);
    this.faults = faults;
  }
}

/** The tables `by_event` and `by_session` are made; from what, and what became of every row. */
export interface Aggregated {
  readonly accounts: Accounts;
  readonly faults: readonly Fault[];
  readonly plan: Plan;
  /** Relation of the rows that were used. */
  readonly rows: string;
  /** Values for $1, $2 ... of `rows`. */
  readonly paths: readonly string[];
}

/** The sum of numbers. */
export const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** The one number that a query comes to; 0 where it comes to none. */
export const count = async (engine: Engine, sql: string, paths?: readonly string[]): Promise<number> =>
  Number((await engine.rows(sql, paths))[0]?.[0] ?? 0);

/** What is known of a log from the number of known cells of each `watched` column, in that order. */
export const factsFrom = (rules: CellRules, known: readonly number[], events: number): LogFacts => {
  const of = (test: (n: number) => boolean): Set<string> =>
    new Set(watched(rules).filter((_, i) => test(known[i] ?? 0)));
  return { complete: of((n) => n > 0 && n === events), empty: of((n) => n === 0) };
};

/** SQL: how many rows have the column, for each `watched` column. */
export const knownCells = (rules: CellRules, filter = ''): string[] =>
  watched(rules).map((column) => `count(${identifier(column)})${filter}`);

/** SQL of an instant, from microseconds since 1970. */
export const instantOf = (microseconds: bigint | number): string => `make_timestamp(${microseconds}::BIGINT)`;
