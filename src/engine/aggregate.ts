/** What a run of the engine is asked, and what it has found on the way. */
import type { Config } from '../config/settings.js';
import type { Fault } from '../intake/locate.js';
import { Failure } from '../model.js';
import { bySession, type LogFacts, type Plan, profiledColumns } from '../sql/query.js';
import type { PackedEvents } from '../sql/packedEvents.js';
import { OTHER_DEVICE } from '../sql/sessions.js';
import { identifier } from '../sql/text.js';
import type { Engine } from './duckdb/open.js';

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

/** What is known of a log from the number of known cells of each of `columns`, in that order. */
export const factsFrom = (
  columns: readonly string[],
  known: readonly number[],
  events: number,
): Omit<LogFacts, 'devices'> => {
  const of = (test: (n: number) => boolean): Set<string> => new Set(columns.filter((_, i) => test(known[i] ?? 0)));
  return { complete: of((n) => n > 0 && n === events), empty: of((n) => n === 0) };
};

/** SQL: how many rows have the column, for each `profiledColumns` column. */
export const knownCells = (plan: Plan, filter = ''): string[] =>
  profiledColumns(plan).map((column) => `count(${identifier(column)})${filter}`);

/** Rows that are looked at before all are read, to guess what they are like. */
export const SAMPLE = 2048;

/** Devices that are counted by name, at most: each costs a counter in every session. */
const FEW = 8;

/** SQL: what rows call their devices, in byte order, a name a line; an aggregate. */
export const deviceNames = ({ rules }: Plan): string => {
  const device = rules.columns.includes('device') ? 'device' : 'NULL::VARCHAR';
  return `string_agg(DISTINCT ${device}, chr(10) ORDER BY ${device})`;
};

/** The names that `deviceNames` found; empty if they are many, or nothing to spell into SQL. */
export const namesOf = (found: unknown): string[] => {
  const names = typeof found === 'string' ? found.split('\n') : [];
  return names.length <= FEW && names.every((name) => /^[\w .-]+$/.test(name)) ? names : [];
};

/**
 * Makes the table `by_session`. Returns the plan, without its names of devices if some were missing.
 *
 * @param from the rows to make it from, and the digests that `by_event` has of them, if it does
 */
export const aggregateSessions = async (
  engine: Engine,
  plan: Plan,
  { rows, paths, digest }: { rows: string; paths: readonly string[]; digest?: PackedEvents | undefined },
): Promise<Plan> => {
  const make = (sql: string, values?: readonly string[]): Promise<void> =>
    engine.run(`CREATE OR REPLACE TEMP TABLE by_session AS ${sql}`, values);
  await (digest === undefined ? make(bySession(plan, rows), paths) : make(bySession(plan, digest)));
  if ((await count(engine, `SELECT sum(${identifier(OTHER_DEVICE)})::BIGINT FROM by_session`)) === 0) return plan;
  const unnamed: Plan = { ...plan, facts: { ...plan.facts, devices: [] } };
  await make(bySession(unnamed, rows), paths);
  return unnamed;
};

/** SQL of an instant, from microseconds since 1970. */
export const instantOf = (microseconds: bigint | number): string => `make_timestamp(${microseconds}::BIGINT)`;
