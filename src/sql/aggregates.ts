/**
 * Aggregates over the rows of one user, in SQL: all at once, or in parts that are merged. Parts are of a user and period;
 * merged as of the end of a period they are the same value.
 */
import type { Aggregate, Dialect } from './dialect.js';
import { filtered, modeOfList, orderKey } from './duckdb.js';
import { identifier } from './text.js';

/** Where the rows of a measure come from. */
export type Level = 'events' | 'sessions';

/** What is aggregated per user and period, to be merged as of any moment that ends a period. */
export interface Parts {
  /** Feature -> its aggregates, with their names. */
  readonly aggregates: Map<string, string[]>;
  /** How long before a moment, in microseconds, some measure looks: a period must begin there. */
  readonly windows: Set<bigint>;
}

/** No parts yet. */
export const noParts = (): Parts => ({ aggregates: new Map(), windows: new Set() });

/** What a measure needs to know about its rows. Parts are DuckDB's. */
export interface Rows {
  readonly dialect: Dialect;
  readonly level: Level;
  /** Microseconds since 1970; undefined while it is not known: then no measure may need it. */
  readonly asOf: bigint | undefined;
  /** The column that orders rows of one time, if there is one, and whether it tells all of them apart. */
  readonly id: { readonly column: string; readonly unique: boolean } | undefined;
  /** Column -> all its known values, in byte order, if they are few. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
  /** Whether hundreds of measures are aggregated together. */
  readonly many?: boolean;
  /** If the rows are parts to be merged: the feature, and all parts, to which `aggregate` adds those that it needs. */
  readonly merged?: { readonly feature: string; readonly parts: Parts } | undefined;
}

/** The column of parts that says after which instant their period begins, in microseconds since 1970. */
export const SINCE = '#since';

/** Measures that are aggregated together from which on memory matters more than speed. */
export const MANY = 100;

/** Rows of the last microseconds before as-of (as-of included, the far edge excluded), or the older ones. */
export interface Window {
  readonly last: bigint;
  readonly older?: boolean;
}

/** Which rows an aggregate is over. */
export interface Chosen {
  /** SQL conditions, all of which must hold; empty ones do not count. */
  readonly where: readonly string[];
  readonly windows?: readonly Window[] | undefined;
}

/** SQL: true of rows that meet all conditions; empty if there are none. Empty conditions do not count. */
export const allOfSql = (conditions: readonly string[]): string => conditions.filter((one) => one !== '').join(' AND ');

/** A column of a level, by its full name: a feature may have the same name, and is not meant. */
export const columnOf = (level: Level, column: string): string => `${level}.${identifier(column)}`;

/** Rows that are merged are no longer there one by one: whole periods are chosen instead. */
const inWindow = ({ dialect, level, asOf, merged }: Rows, { last, older = false }: Window): string => {
  if (asOf === undefined) throw new Error('a measure needs as-of before it is known');
  merged?.parts.windows.add(last);
  const recent =
    merged === undefined
      ? `${dialect.micros(columnOf(level, 't'))} > ${asOf - last}`
      : `${identifier(SINCE)} >= ${asOf - last}`;
  return older ? `NOT (${recent})` : recent;
};

/** An aggregate over the rows that meet conditions. */
const over = ({ dialect, many }: Rows, name: Aggregate, sql: string, conditions: readonly string[]): string =>
  dialect.over(name, sql, allOfSql(conditions), many);

/** The same in DuckDB for any aggregate. */
const among = (aggregate: string, conditions: readonly string[]): string => filtered(aggregate, allOfSql(conditions));

/** What is aggregated, and how its parts are merged. */
const merges = {
  count: (part: string, where: readonly string[]) => `coalesce(${among(`sum(${part})`, where)}, 0)::BIGINT`,
  sum: (part: string, where: readonly string[]) => among(`sum(${part})`, where),
  min: (part: string, where: readonly string[]) => among(`min(${part})`, where),
  max: (part: string, where: readonly string[]) => among(`max(${part})`, where),
} as const;

/** Adds a part to those of a feature, and returns its name in SQL. */
const addPart = ({ feature, parts }: NonNullable<Rows['merged']>, sql: string): string => {
  const made = parts.aggregates.get(feature) ?? [];
  const name = identifier(`#${feature}.${made.length}`);
  parts.aggregates.set(feature, [...made, `${sql} AS ${name}`]);
  return name;
};

const windowsOf = (rows: Rows, { windows = [] }: Chosen): string[] => windows.map((window) => inWindow(rows, window));

/** A count, sum, minimum or maximum over the rows of a user. */
export const total = (rows: Rows, op: keyof typeof merges, sql: string, chosen: Chosen): string => {
  const { merged } = rows;
  const windows = windowsOf(rows, chosen);
  if (merged === undefined) return over(rows, op, sql, [...chosen.where, ...windows]);
  return merges[op](addPart(merged, over(rows, op, sql, chosen.where)), windows);
};

/** The merged list of the known values over the rows of a user; of each only one, if they are `distinct`. */
const listed = (
  rows: Rows,
  merged: NonNullable<Rows['merged']>,
  sql: string,
  chosen: Chosen,
  distinct = '',
): string => {
  const windows = windowsOf(rows, chosen);
  const known = [`${sql} IS NOT NULL`, ...chosen.where];
  const part = addPart(merged, among(`list(${distinct}${sql})`, known));
  return `flatten(${among(`list(${part})`, [`${part} IS NOT NULL`, ...windows])})`;
};

/** The most frequent known value over the rows of a user, ties in byte order. */
export const modeOf = (rows: Rows, sql: string, chosen: Chosen): string =>
  rows.merged === undefined
    ? rows.dialect.mode(sql, allOfSql([...chosen.where, ...windowsOf(rows, chosen)]))
    : modeOfList(listed(rows, rows.merged, sql, chosen));

/** The number of different known values over the rows of a user. */
export const distinctValues = (rows: Rows, sql: string, chosen: Chosen): string =>
  rows.merged === undefined
    ? over(rows, 'countDistinct', sql, [...chosen.where, ...windowsOf(rows, chosen)])
    : `coalesce(len(list_distinct(${listed(rows, rows.merged, sql, chosen, 'DISTINCT ')})), 0)`;

/**
 * The value that comes last in an order over the rows of a user, of those that have one.
 *
 * @param known SQL: true of a row that has a value
 * @param order columns, of instants first and then of text
 */
export const latestBy = (
  rows: Rows,
  value: string,
  known: string,
  order: readonly string[],
  chosen: Chosen = { where: [] },
): string => {
  const windows = windowsOf(rows, chosen);
  if (rows.merged === undefined) return rows.dialect.latest(value, order, allOfSql([...chosen.where, ...windows]));
  const key = orderKey(order);
  const part = addPart(rows.merged, among(`arg_max(${value}, ${key})`, chosen.where));
  return among(`arg_max(${part}, ${addPart(rows.merged, among(`max(${key})`, [known, ...chosen.where]))})`, windows);
};
