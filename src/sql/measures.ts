/**
 * Each measure of the vocabulary, spelled once in SQL: an aggregate over the rows of one user, and what is printed.
 * `t` is the time of a row: an event's timestamp, a session's start.
 */
import { levelsOf } from '../catalogue/derived.js';
import { conditionOf, type Features, type RowMeasure, SESSION_COLUMNS, type Where } from '../catalogue/measures.js';
import { EVENT_COLUMNS } from '../model.js';
import {
  decimal,
  printDecimal,
  printQuotient,
  quotient,
  quotientOfCounts,
  units,
  unitsOfCount,
  unitsOfQuotient,
} from './decimals.js';
import { identifier, literal } from './text.js';

/** Where the rows of a measure come from. */
export type Level = 'events' | 'sessions';

/** What a measure needs to know about its rows. */
export interface Rows {
  readonly level: Level;
  /** Microseconds since 1970; undefined while it is not known: then no measure may need it. */
  readonly asOf: bigint | undefined;
  /** The column that orders rows of one time, if there is one, and whether every row has it. */
  readonly id: { readonly column: string; readonly complete: boolean } | undefined;
  /** Column -> all its known values, in byte order, if they are few. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
  /** Whether hundreds of measures are aggregated together. */
  readonly many?: boolean;
}

const kinds: Record<Level, Readonly<Record<string, string>>> = { events: EVENT_COLUMNS, sessions: SESSION_COLUMNS };

const kindOf = (column: string, level: Level): string | undefined =>
  Object.hasOwn(kinds[level], column) ? kinds[level][column] : undefined;

/** A column as text, for comparison with the words of a measure. */
const text = (column: string, level: Level): string =>
  level === 'events' && kindOf(column, level) !== 'flag' ? identifier(column) : `${identifier(column)}::VARCHAR`;

const condition = (where: Where, level: Level): string => {
  const { column } = where;
  const all: string[] = [];
  if (where.equals !== undefined) {
    const isFlag = kindOf(column, level) === 'flag' && /^[01]$/.test(where.equals);
    all.push(isFlag ? `${identifier(column)} = ${where.equals}` : `${text(column, level)} = ${literal(where.equals)}`);
  }
  if (where.in !== undefined) all.push(`${text(column, level)} IN (${where.in.map(literal).join(', ')})`);
  if (where.matches !== undefined) all.push(`regexp_matches(${text(column, level)}, ${literal(where.matches)})`);
  return all.join(' AND ');
};

/** Measures that are aggregated together from which on memory matters more than speed. */
export const MANY = 100;

/** An aggregate over the rows that meet all conditions. FILTER is quicker, but each has room for all columns. */
const over = (
  { many = false }: Rows,
  name: string,
  sql: string,
  ...conditions: readonly (string | undefined)[]
): string => {
  const all = conditions.filter((c) => c !== undefined).join(' AND ');
  if (all === '') return `${name}${sql})`;
  return many ? `${name}CASE WHEN ${all} THEN ${sql === '*' ? '1' : sql} END)` : `${name}${sql}) FILTER (WHERE ${all})`;
};

/** SQL of an instant, from microseconds since 1970. */
export const timestamp = (microseconds: bigint): string => `make_timestamp(${microseconds}::BIGINT)`;

/** Microseconds in a day. */
const DAY = 86_400_000_000n;

const inLast = (asOf: bigint | undefined, days: number): string => {
  if (asOf === undefined) throw new Error('a measure needs as-of before it is known');
  return `epoch_us(t) > ${asOf - BigInt(days) * DAY}`;
};

/** The order of rows for "the latest": a later row has the greater key. */
export const orderKey = (columns: readonly string[]): string =>
  `create_sort_key(${['t', ...columns].map((column) => `${column}, 'ASC NULLS FIRST'`).join(', ')})`;

/** The most frequent of the few `values` that a column has, in byte order; ties go to the first. NULL where there is none. */
export const mostFrequent = (column: string, values: readonly string[]): string => {
  const counts = values.map((value) => `count(*) FILTER (WHERE ${identifier(column)} = ${literal(value)})`);
  const most = values.map((value, i) => `WHEN ${counts[i]} THEN ${literal(value)}`).join(' ');
  return `CASE greatest(${counts.join(', ')}) WHEN 0 THEN NULL ${most} END`;
};

/** The aggregate that measures `measure` over the rows of one user. */
export const aggregate = (measure: RowMeasure, rows: Rows): string => {
  const { level, asOf } = rows;
  const where = conditionOf(measure);
  const only = where && condition(where, level);
  switch (measure.op) {
    case 'count':
    case 'countWhere':
      return over(rows, 'count(', '*', only);
    case 'sum':
      return `coalesce(${over(rows, 'sum(', decimal(identifier(measure.column)), only)}, 0)`;
    case 'max':
    case 'min':
      return over(rows, `${measure.op}(`, decimal(identifier(measure.column)), only);
    case 'mean': {
      const of = decimal(identifier(measure.column));
      const [total, known] = [over(rows, 'sum(', of, only), over(rows, 'count(', of, only)];
      return quotient(units(`(${total})`), unitsOfCount(`(${known})`));
    }
    case 'distinct':
      return over(rows, 'count(DISTINCT ', identifier(measure.column), only);
    case 'mode': {
      const values = rows.values?.[measure.column] ?? [];
      if (values.length > 0) return mostFrequent(measure.column, values);
      const column = identifier(measure.column);
      // mode() alone picks among equals by arrival, which differs from run to run; over a sorted list it is the first.
      return `list_aggregate(list_sort(list(${column}) FILTER (WHERE ${column} IS NOT NULL)), 'mode')`;
    }
    case 'latest': {
      const column = identifier(measure.column);
      // If ids are missing, only the value itself can order rows of one instant.
      const ids = rows.id ? [identifier(rows.id.column)] : [];
      return `arg_max(${column}, ${orderKey(rows.id?.complete ? ids : [...ids, column])})`;
    }
    case 'firstTime':
    case 'daysSinceFirst':
      return over(rows, 'min(', 't', only);
    case 'lastTime':
    case 'daysSinceLast':
      return over(rows, 'max(', 't', only);
    case 'distinctDays':
      return over(rows, 'count(DISTINCT ', 't::DATE', only);
    case 'activeInLast':
      return `(${over(rows, 'count(', '*', only, inLast(asOf, measure.days))} > 0)::INTEGER`;
    case 'trend': {
      const older = `NOT (${inLast(asOf, measure.days)})`;
      const recent = over(rows, 'count(', '*', only, inLast(asOf, measure.days));
      return `(${recent} - ${over(rows, 'count(', '*', only, inLast(asOf, measure.days * 2), older)})`;
    }
    default: {
      const wanted = [...new Set(measure.values)];
      const column = text(measure.column, level);
      const found = `CASE WHEN ${condition({ column: measure.column, in: wanted }, level)} THEN ${column} END`;
      return `(count(DISTINCT ${found}) = ${wanted.length})::INTEGER`;
    }
  }
};

/**
 * The value of a numeric feature as a quotient needs it, in units. The columns are those of `measuredFeatures`.
 *
 * @param name a feature that is a number
 */
const unitsOf = (features: Features, name: string): string => {
  const column = identifier(name);
  switch (features[name]?.is.op) {
    case 'ratio':
    case 'mean':
    case 'daysSinceFirst':
    case 'daysSinceLast':
      return unitsOfQuotient(column);
    case 'sum':
    case 'max':
    case 'min':
      return units(column);
    case 'latest':
      return units(decimal(column));
    default:
      return unitsOfCount(column);
  }
};

/** Measures that count something. */
const COUNTS = new Set(['count', 'countWhere', 'distinct', 'distinctDays', 'activeInLast', 'everyOf']);

const ratioOf = (features: Features, of: string, per: string): string => {
  const areCounts = [of, per].every((name) => COUNTS.has(features[name]?.is.op ?? ''));
  return areCounts
    ? quotientOfCounts(`${identifier(of)}::BIGINT`, `${identifier(per)}::BIGINT`)
    : quotient(unitsOf(features, of), unitsOf(features, per));
};

/**
 * SQL of the values of all features, from a relation of their aggregates: ages and ratios as quotients. Ratios of ratios
 * are layers, so that each is written once and the query grows with the number of features.
 *
 * @param asOf microseconds since 1970
 */
export const measuredFeatures = (features: Features, asOf: bigint, aggregates: string): string => {
  const [ages, layers]: [string[], string[][]] = [[], []];
  const levels = new Map<string, number>();
  for (const [name, { is }] of Object.entries(features)) {
    const column = identifier(name);
    if (is.op === 'daysSinceFirst' || is.op === 'daysSinceLast') {
      ages.push(`${quotientOfCounts(`(${asOf}::BIGINT - epoch_us(${column}))`, `${DAY}::BIGINT`)} AS ${column}`);
    } else if (is.op === 'ratio') {
      const layer = (layers[levelsOf(name, features, levels) - 1] ??= []);
      layer.push(`${ratioOf(features, is.of, is.per)} AS ${column}`);
    }
  }
  const measured = `SELECT ${ages.length === 0 ? '*' : `* REPLACE (${ages.join(', ')})`} FROM ${aggregates}`;
  return layers.reduce((below, layer) => `SELECT *, ${layer.join(', ')} FROM (${below})`, measured);
};

/** A feature as text, as user_features.csv shows it, from its value in `measuredFeatures`. */
export const printed = (features: Features, name: string): string => {
  const column = identifier(name);
  switch (features[name]?.is.op) {
    case 'ratio':
    case 'mean':
    case 'daysSinceFirst':
    case 'daysSinceLast':
      return printQuotient(column);
    case 'firstTime':
    case 'lastTime':
      return `strftime(${column}, '%Y-%m-%dT%H:%M:%SZ')`;
    case 'sum':
    case 'max':
    case 'min':
      return printDecimal(column);
    default:
      return column;
  }
};
