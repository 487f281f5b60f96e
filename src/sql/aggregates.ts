/**
 * Aggregates over the rows of one user, in SQL: all at once, or in parts that are merged. Parts are of a user and period;
 * merged as of the end of a period they are the same value.
 */
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

/** What a measure needs to know about its rows. */
export interface Rows {
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

/** Rows that are merged are no longer there one by one: whole periods are chosen instead. */
const inWindow = ({ asOf, merged }: Rows, { last, older = false }: Window): string => {
  if (asOf === undefined) throw new Error('a measure needs as-of before it is known');
  merged?.parts.windows.add(last);
  const recent = merged === undefined ? `epoch_us(t) > ${asOf - last}` : `${identifier(SINCE)} >= ${asOf - last}`;
  return older ? `NOT (${recent})` : recent;
};

/** An aggregate over the rows that meet conditions. FILTER is quicker, but each has room for all columns. */
const over = (name: string, sql: string, conditions: readonly string[], many = false): string => {
  const all = allOfSql(conditions);
  if (all === '') return `${name}${sql})`;
  return many ? `${name}CASE WHEN ${all} THEN ${sql === '*' ? '1' : sql} END)` : `${name}${sql}) FILTER (WHERE ${all})`;
};

/** The same for an aggregate that cannot be written otherwise. */
const filtered = (aggregated: string, conditions: readonly string[]): string => {
  const all = allOfSql(conditions);
  return all === '' ? aggregated : `${aggregated} FILTER (WHERE ${all})`;
};

/** What is aggregated, and how its parts are merged. */
const merges = {
  count: (part: string, where: readonly string[]) => `coalesce(${over('sum(', part, where)}, 0)::BIGINT`,
  sum: (part: string, where: readonly string[]) => over('sum(', part, where),
  min: (part: string, where: readonly string[]) => over('min(', part, where),
  max: (part: string, where: readonly string[]) => over('max(', part, where),
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
  const { merged, many } = rows;
  const windows = windowsOf(rows, chosen);
  if (merged === undefined) return over(`${op}(`, sql, [...chosen.where, ...windows], many);
  return merges[op](addPart(merged, over(`${op}(`, sql, chosen.where, many)), windows);
};

/** The list of the known values over the rows of a user; of each only one, if they are `distinct`. */
export const listed = (rows: Rows, sql: string, chosen: Chosen, distinct = ''): string => {
  const windows = windowsOf(rows, chosen);
  const known = [`${sql} IS NOT NULL`, ...chosen.where];
  if (rows.merged === undefined) return filtered(`list(${distinct}${sql})`, [...known, ...windows]);
  const part = addPart(rows.merged, filtered(`list(${distinct}${sql})`, known));
  return `flatten(${filtered(`list(${part})`, [`${part} IS NOT NULL`, ...windows])})`;
};

/** The number of different known values over the rows of a user. */
export const distinctValues = (rows: Rows, sql: string, chosen: Chosen): string =>
  rows.merged === undefined
    ? over('count(DISTINCT ', sql, [...chosen.where, ...windowsOf(rows, chosen)], rows.many)
    : `coalesce(len(list_distinct(${listed(rows, sql, chosen, 'DISTINCT ')})), 0)`;

/**
 * The value with the greatest key over the rows of a user, of those that have one.
 *
 * @param known SQL: true of a row that has a value
 */
export const latestBy = (
  rows: Rows,
  value: string,
  known: string,
  key: string,
  chosen: Chosen = { where: [] },
): string => {
  const windows = windowsOf(rows, chosen);
  if (rows.merged === undefined) return filtered(`arg_max(${value}, ${key})`, [...chosen.where, ...windows]);
  const part = addPart(rows.merged, filtered(`arg_max(${value}, ${key})`, chosen.where));
  return filtered(
    `arg_max(${part}, ${addPart(rows.merged, filtered(`max(${key})`, [known, ...chosen.where]))})`,
    windows,
  );
};
