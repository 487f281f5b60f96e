/** What a run is asked and what it finds, and the steps that the fast and the strict reading share. */
import type { Config } from '../config/settings.js';
import type { Log } from '../intake/bind.js';
import type { Fault, UnreadableCell } from '../intake/faults.js';
import { Failure } from '../model.js';
import type { PackedEvents } from '../sql/packedEvents.js';
import { type Facts, type Plan, profiledColumns } from '../sql/plan.js';
import { duckdb } from '../sql/duckdb.js';
import { bySession } from '../sql/query.js';
import { OTHER_DEVICE } from '../sql/sessions.js';
import { identifier, literal } from '../sql/text.js';
import { isoInstant } from '../text/instants.js';
import { counted, percent } from '../text/numbers.js';
import type { Engine } from './duckdb/open.js';

/** The phases of a run in their order, by name. */
export const PHASES = ['opening the logs', 'events', 'sessions', 'features and checks'] as const;

/** Who is told what a run is doing. */
export interface Watcher {
  /** A phase begins, by its place in `PHASES`. Reading can begin again, under another name. */
  readonly phase: (place: number, name: string) => void;
  /** So many more rows were read. */
  readonly rows: (n: number) => void;
}

/** What to compute. */
export interface Request {
  readonly inputs: readonly string[];
  readonly config: Config;
  /** Microseconds since 1970; undefined: the latest timestamp of the rows used. */
  readonly asOf: bigint | undefined;
  /** The time on the clock, in microseconds since 1970: events after it are in the future. */
  readonly now: bigint;
  /** Largest share of rejected rows, 0 to 1. */
  readonly maxRejected: number;
  readonly delimiter?: string | undefined;
  /** Where the session table goes, in `scratch`; undefined: nowhere. */
  readonly sessions?: string | undefined;
  /** Where the list of excluded rows goes, in `scratch`; undefined: nowhere. */
  readonly excluded?: string | undefined;
  /** Where the list of unreadable cells goes, in `scratch`; undefined: nowhere. */
  readonly unreadable?: string | undefined;
  readonly stdin: NodeJS.ReadableStream;
  readonly scratch: string;
  /** Threads that copy logs; default: one per core. */
  readonly threads?: number | undefined;
  readonly watch?: Watcher | undefined;
}

/** What is read and measured: a request with its logs opened. */
export interface Job {
  readonly logs: readonly Log[];
  readonly config: Config;
  readonly plan: Plan;
  /** Columns that hold numbers. */
  readonly numbers: ReadonlySet<string>;
  /** Whether events of anonymous people belong to the users they became. */
  readonly identity: boolean;
  /** Columns that only configured features read -> their names in SQL. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Microseconds since 1970; undefined: the latest timestamp of the rows used. */
  readonly asOf: bigint | undefined;
  /** The time on the clock, in microseconds since 1970. */
  readonly now: bigint;
  readonly maxRejected: number;
  /** Where the list of unreadable cells goes, in `scratch`; undefined: nowhere. */
  readonly unreadable: string | undefined;
  readonly scratch: string;
  /** Threads that copy logs; default: one per core. */
  readonly threads?: number | undefined;
  readonly watch?: Watcher | undefined;
}

/** The accounting of a run: `read = used + rejected + duplicate + withoutUser + excluded + later`, always. */
export interface Accounts {
  readonly read: number;
  readonly used: number;
  readonly rejected: number;
  readonly duplicate: number;
  /** Rows that belong to nobody. */
  readonly withoutUser: number;
  /** Rows that `exclude` or `where` in gesture.yaml leave out. */
  readonly excluded: number;
  /** Rows later than an as-of that was asked for. */
  readonly later: number;
}

/** Unreadable cells of one column: how many, and the first. */
export interface UnreadableColumn extends UnreadableCell {
  readonly cells: number;
}

/** More was rejected or unreadable than allowed; carries the rejected rows, so that they can be written down. */
export class TooManyRejected extends Failure {
  readonly faults: readonly Fault[];

  constructor(message: string, faults: readonly Fault[]) {
    super('data', message);
    this.faults = faults;
  }
}

/** The words for a share of rejected rows over the limit. */
export const rejectedOver = ({ read, rejected }: Pick<Accounts, 'read' | 'rejected'>, limit: number): string =>
  `${rejected} of ${read} rows (${percent(rejected / read, 1)}) are rejected, over the limit of ${percent(limit, 1)}`;

/** The failure of a log in which nothing happened by as-of, in microseconds since 1970. */
export const onlyLater = (asOf: bigint, { later }: Pick<Accounts, 'later'>): Failure =>
  new Failure('data', `no events at or before --as-of ${isoInstant(asOf)}: ${counted(later, 'event')} came later`);

/** The tables `by_event` and `by_session` are made: from which rows, and what became of every row. */
export interface Aggregated {
  readonly accounts: Accounts;
  readonly faults: readonly Fault[];
  /** Columns with unreadable cells, in the order of the catalogue. */
  readonly unreadable: readonly UnreadableColumn[];
  /** Whether event types may have been translated from names of the log. */
  readonly translated: boolean;
  /** Event ids that stand for several events. */
  readonly sharedIds: number;
  readonly facts: Facts;
  /** Microseconds since 1970; 0 if no row was used. */
  readonly asOf: bigint;
  /** Relation of the rows that were used, with `t`. */
  readonly rows: string;
  /** Relation of all rows that could be placed. */
  readonly all: string;
  /** Relation of the rows that a condition of `where` left out; undefined: there is no condition. */
  readonly left?: string | undefined;
  /** Values for $1, $2 ... of `rows` and `all`. */
  readonly paths: readonly string[];
}

/** Options of COPY for every CSV file that is written. */
export const CSV_FILE = `(FORMAT csv, HEADER, DELIMITER ',', QUOTE '"', ESCAPE '"')`;

/** SQL: the names of logs by number, to join with "#file" as logs(log, file). */
export const namedLogs = (logs: readonly Log[]): string =>
  `(VALUES ${logs.map((log, i) => `(${i}, ${literal(log.name)})`).join(', ')}) AS logs(log, file)`;

/** The sum of numbers. */
export const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** The one number that a query yields; 0 if it yields none. */
export const count = async (engine: Engine, sql: string, paths?: readonly string[]): Promise<number> =>
  Number((await engine.rows(sql, paths))[0]?.[0] ?? 0);

/** Facts about `columns`, from the number of known cells of each, in that order. */
export const factsFrom = (
  columns: readonly string[],
  known: readonly number[],
  events: number,
): Pick<Facts, 'complete' | 'empty'> => {
  const of = (test: (n: number) => boolean): Set<string> => new Set(columns.filter((_, i) => test(known[i] ?? 0)));
  return { complete: of((n) => n > 0 && n === events), empty: of((n) => n === 0) };
};

/** SQL aggregates: how many rows have a cell of each profiled column. */
export const knownCells = (plan: Plan): string[] =>
  profiledColumns(plan).map((column) => `count(${identifier(column)})`);

/** Rows that are sampled to guess what the others are like. */
export const SAMPLE = 2048;

/** Devices that are counted by name, at most: each costs a counter in every session. */
const FEW = 8;

/** SQL aggregate: the names of the devices of rows, in byte order, one per line. */
export const deviceNames = ({ rules }: Plan): string => {
  const device = rules.columns.includes('device') ? 'device' : 'NULL::VARCHAR';
  return `string_agg(DISTINCT ${device}, chr(10) ORDER BY ${device})`;
};

/** These names; none if they are many, or unfit to be spelled into SQL. */
export const fewNames = (names: readonly string[]): readonly string[] =>
  names.length <= FEW && names.every((name) => /^[\w .-]+$/.test(name)) ? names : [];

/** The names that `deviceNames` found; empty if they are many, or unfit to be spelled into SQL. */
export const namesOf = (found: unknown): readonly string[] =>
  fewNames(typeof found === 'string' ? found.split('\n') : []);

/**
 * Makes the table `by_session`. Returns the facts, without their names of devices if some were missing.
 *
 * @param from the rows to make it from, and the packed events that `by_event` has of them, if it does
 */
export const aggregateSessions = async (
  engine: Engine,
  plan: Plan,
  facts: Facts,
  asOf: bigint,
  { rows, paths, packed }: { rows: string; paths: readonly string[]; packed?: PackedEvents | undefined },
): Promise<Facts> => {
  const make = (sql: string, values?: readonly string[]): Promise<void> =>
    engine.run(`CREATE OR REPLACE TEMP TABLE by_session AS ${sql}`, values);
  await (packed === undefined
    ? make(bySession(duckdb, plan, facts, asOf, rows), paths)
    : make(bySession(duckdb, plan, facts, asOf, packed)));
  if ((await count(engine, `SELECT sum(${identifier(OTHER_DEVICE)})::BIGINT FROM by_session`)) === 0) return facts;
  const unnamed: Facts = { ...facts, devices: [] };
  await make(bySession(duckdb, plan, unnamed, asOf, rows), paths);
  return unnamed;
};
