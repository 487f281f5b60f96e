/**
 * Each measure of the vocabulary, spelled once in SQL: an aggregate over the rows of one user, and what is printed.
 * `t` is the time of a row: an event's timestamp, a session's start.
 */
import { levelsOf } from '../catalogue/derived.js';
import type { Action, Condition } from '../catalogue/conditions.js';
import { conditionsOf, type Features, type RowMeasure, secondsWithin, SESSION_COLUMNS } from '../catalogue/measures.js';
import { EVENT_COLUMNS } from '../model.js';
import { meets } from './conditions.js';
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

/** SQL: true of a row, with typed cells, that meets a condition. */
export const condition = (where: Condition, level: Level): string => {
  const { column, equals } = where;
  const cell = identifier(column);
  if (kindOf(column, level) === 'flag' && equals !== undefined && /^[01]$/.test(equals)) return `${cell} = ${equals}`;
  return meets(where, { text: text(column, level), number: decimal(cell) });
};

/** SQL: true of rows that meet all conditions; undefined if there are none. */
const allOf = (conditions: readonly Condition[], level: Level): string | undefined =>
  conditions.length === 0 ? undefined : conditions.map((one) => condition(one, level)).join(' AND ');

/** Measures that are aggregated together from which on memory matters more than speed. */
export const MANY = 100;

/** An aggregate over the rows that meet all conditions. FILTER is quicker, but each has room for all columns. */
const over = (
  { many = false }: Rows,
  name: string,
  sql: string,
  ...conditions: readonly (string | undefined)[]
): string => {
  const all = conditions.filter((c) => c !== undefined && c !== '').join(' AND ');
  if (all === '') return `${name}${sql})`;
  return many ? `${name}CASE WHEN ${all} THEN ${sql === '*' ? '1' : sql} END)` : `${name}${sql}) FILTER (WHERE ${all})`;
};

/** The same for an aggregate that cannot be written otherwise. */
const filtered = (aggregated: string, ...conditions: readonly string[]): string => {
  const all = conditions.filter((one) => one !== '').join(' AND ');
  return all === '' ? aggregated : `${aggregated} FILTER (WHERE ${all})`;
};

/** SQL of an instant, from microseconds since 1970. */
export const timestamp = (microseconds: bigint): string => `make_timestamp(${microseconds}::BIGINT)`;

/** Microseconds in a second and in a day. */
const [SECOND, DAY] = [1_000_000n, 86_400_000_000n];

const inLast = (asOf: bigint | undefined, length: bigint): string => {
  if (asOf === undefined) throw new Error('a measure needs as-of before it is known');
  return `epoch_us(t) > ${asOf - length}`;
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

/** The event types of actions that are an event of one type, whatever follows; and the other actions. */
const simpleActions = (actions: readonly Action[]): { types: string[]; others: Action[] } => {
  const typeOf = ({ is: [only, ...more], undoneBy }: Action): string | undefined =>
    more.length === 0 && undoneBy === undefined && only?.column === 'event_type' ? only.equals : undefined;
  return {
    types: [...new Set(actions.map(typeOf).filter((type) => type !== undefined))],
    others: actions.filter((action) => typeOf(action) === undefined),
  };
};

/** SQL of the number of different `values` that a column has, in the rows that meet a condition, if there is one. */
const valuesFound = (column: string, values: readonly string[], rows: Rows, only = ''): string => {
  const is = [condition({ column, in: values }, rows.level), only].filter((one) => one !== '').join(' AND ');
  return `count(DISTINCT CASE WHEN ${is} THEN ${text(column, rows.level)} END)`;
};

/** SQL: true of a user who did an action that no later event takes back. */
const didAction = ({ is, undoneBy = [] }: Action, rows: Rows, only: string): string => {
  const done = allOf(is, rows.level);
  if (undoneBy.length === 0) return `${over(rows, 'count(', '*', done, only)} > 0`;
  const [last, undone] = [done, allOf(undoneBy, rows.level)].map((which) => over(rows, 'max(', 't', which, only));
  return `coalesce(${last} >= coalesce(${undone}, TIMESTAMP '-infinity'), false)`;
};

/** SQL: true of a user who did all actions of a measure, and some of those of which one is enough. */
const didActions = (measure: Extract<RowMeasure, { op: 'did' }>, rows: Rows, only: string): string => {
  const [all, any] = [simpleActions(measure.allOf), simpleActions(measure.anyOf)];
  const some = [
    ...(any.types.length > 0
      ? [`${over(rows, 'count(', '*', condition({ column: 'event_type', in: any.types }, rows.level), only)} > 0`]
      : []),
    ...any.others.map((action) => didAction(action, rows, only)),
  ];
  const every = [
    ...(all.types.length > 0 ? [`${valuesFound('event_type', all.types, rows, only)} = ${all.types.length}`] : []),
    ...all.others.map((action) => didAction(action, rows, only)),
    ...(some.length > 0 ? [`(${some.join(' OR ')})`] : []),
  ];
  return `(${every.join(' AND ')})::INTEGER`;
};

/** The aggregate that measures `measure` over the rows of one user. */
export const aggregate = (measure: RowMeasure, rows: Rows): string => {
  const { level, asOf } = rows;
  const seconds = secondsWithin(measure);
  const only = [
    allOf(conditionsOf(measure), level),
    ...(seconds === undefined ? [] : [inLast(asOf, BigInt(seconds) * SECOND)]),
  ]
    .filter((one) => one !== undefined)
    .join(' AND ');
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
      if (values.length > 0 && only === '') return mostFrequent(measure.column, values);
      const column = identifier(measure.column);
      // mode() alone picks among equals by arrival, which differs from run to run; over a sorted list it is the first.
      return `list_aggregate(list_sort(${filtered(`list(${column})`, `${column} IS NOT NULL`, only)}), 'mode')`;
    }
    case 'latest': {
      const column = identifier(measure.column);
      // If ids are missing, only the value itself can order rows of one instant.
      const ids = rows.id ? [identifier(rows.id.column)] : [];
      return filtered(`arg_max(${column}, ${orderKey(rows.id?.complete ? ids : [...ids, column])})`, only);
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
      return `(${over(rows, 'count(', '*', only, inLast(asOf, BigInt(measure.days) * DAY))} > 0)::INTEGER`;
    case 'trend': {
      const older = `NOT (${inLast(asOf, BigInt(measure.days) * DAY)})`;
      const recent = over(rows, 'count(', '*', only, inLast(asOf, BigInt(measure.days) * DAY));
      return `(${recent} - ${over(rows, 'count(', '*', only, inLast(asOf, BigInt(measure.days) * 2n * DAY), older)})`;
    }
    case 'everyOf': {
      const wanted = [...new Set(measure.values)];
      return `(${valuesFound(measure.column, wanted, rows, only)} = ${wanted.length})::INTEGER`;
    }
    default:
      return didActions(measure, rows, only);
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
const COUNTS = new Set(['count', 'countWhere', 'distinct', 'distinctDays', 'activeInLast', 'everyOf', 'did']);

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
