/**
 * Each measure of the vocabulary, spelled once in SQL: an aggregate over the rows of one user, and what is printed.
 * `t` is the time of a row: an event's timestamp, a session's start.
 */
import { conditionOf, type Features, type RowMeasure, SESSION_COLUMNS, type Where } from '../catalogue/measures.js';
import { EVENT_COLUMNS } from '../model.js';
import { identifier, literal } from './text.js';

/** Where the rows of a measure come from. */
export type Level = 'events' | 'sessions';

/** What a measure has to know about its rows. */
export interface Rows {
  readonly level: Level;
  /** Microseconds since 1970; undefined while it is not known: then no measure may need it. */
  readonly asOf: bigint | undefined;
  /** The column that orders rows of one time, if there is one, and whether every row has it. */
  readonly id: { readonly column: string; readonly complete: boolean } | undefined;
  /** Column -> all its known values, in byte order, if they are few. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
}

const kinds: Record<Level, Readonly<Record<string, string>>> = { events: EVENT_COLUMNS, sessions: SESSION_COLUMNS };

const kindOf = (column: string, level: Level): string | undefined =>
  Object.hasOwn(kinds[level], column) ? kinds[level][column] : undefined;

/** A column as text, for comparison with the words of a measure. */
const text = (column: string, level: Level): string =>
  level === 'events' && kindOf(column, level) !== 'flag' ? identifier(column) : `${identifier(column)}::VARCHAR`;

/** A column as an exact number. Doubles would add up differently from run to run. */
const decimal = (column: string): string => `try_cast(${identifier(column)} AS DECIMAL(38, 10))`;

/**
 * Ten thousand times a DECIMAL(38, 10), as DOUBLE: multiplied first, since a double of 2.675 is no longer half way
 * between two numbers of two decimals. If the product would be too large, so few digits do not matter.
 */
const tenThousandfold = (number: string): string =>
  `CASE WHEN abs(${number}) < 1000000000000000000000000 THEN (${number} * 10000)::DOUBLE ELSE ${number}::DOUBLE * 10000 END`;

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

const filter = (...conditions: readonly (string | undefined)[]): string => {
  const all = conditions.filter((c) => c !== undefined);
  return all.length === 0 ? '' : ` FILTER (WHERE ${all.join(' AND ')})`;
};

/** SQL of an instant, from microseconds since 1970. */
export const timestamp = (microseconds: bigint): string => `make_timestamp(${microseconds}::BIGINT)`;

const inLast = (asOf: bigint | undefined, days: number): string => {
  if (asOf === undefined) throw new Error('a measure needs as-of before it is known');
  return `t > ${timestamp(asOf)} - INTERVAL ${Math.round(days * 86_400)} SECOND`;
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
      return `count(*)${filter(only)}`;
    case 'sum':
      return `coalesce(sum(${decimal(measure.column)})${filter(only)}, 0)`;
    case 'max':
    case 'min':
      return `${measure.op}(${decimal(measure.column)})${filter(only)}`;
    case 'mean': {
      const of = decimal(measure.column);
      return `(${tenThousandfold(`sum(${of})${filter(only)}`)} / nullif(count(${of})${filter(only)}, 0))`;
    }
    case 'distinct':
      return `count(DISTINCT ${identifier(measure.column)})${filter(only)}`;
    case 'mode': {
      const values = rows.values?.[measure.column] ?? [];
      if (values.length > 0) return mostFrequent(measure.column, values);
      const column = identifier(measure.column);
      // mode() alone picks among equals by arrival, which differs from run to run; over a sorted list it is the first.
      return `list_aggregate(list_sort(list(${column})${filter(`${column} IS NOT NULL`)}), 'mode')`;
    }
    case 'latest': {
      const column = identifier(measure.column);
      // Where ids are missing, rows of one instant can only be told apart by the value itself.
      const ids = rows.id ? [identifier(rows.id.column)] : [];
      return `arg_max(${column}, ${orderKey(rows.id?.complete ? ids : [...ids, column])})`;
    }
    case 'firstTime':
    case 'daysSinceFirst':
      return `min(t)${filter(only)}`;
    case 'lastTime':
    case 'daysSinceLast':
      return `max(t)${filter(only)}`;
    case 'distinctDays':
      return `count(DISTINCT t::DATE)${filter(only)}`;
    case 'activeInLast':
      return `(count(*)${filter(only, inLast(asOf, measure.days))} > 0)::INTEGER`;
    case 'trend': {
      const older = `NOT (${inLast(asOf, measure.days)})`;
      const recent = `count(*)${filter(only, inLast(asOf, measure.days))}`;
      return `(${recent} - count(*)${filter(only, inLast(asOf, measure.days * 2), older)})`;
    }
    default: {
      const each = measure.values.map(
        (v) => `count(*)${filter(condition({ column: measure.column, equals: v }, level))} > 0`,
      );
      return `(${each.join(' AND ')})::INTEGER`;
    }
  }
};

/** Microseconds in a ten-thousandth of a day. */
const TEN_THOUSANDTH_DAY = 8_640_000;

/**
 * Ten thousand times a numeric feature, as DOUBLE: a whole number where user_features.csv shows four decimals, halves
 * rounded away from zero.
 *
 * @param name of the feature; its aggregate is a column of that name
 */
const scaled = (features: Features, name: string, asOf: bigint): string => {
  const column = identifier(name);
  const measure = features[name]?.is;
  switch (measure?.op) {
    case 'ratio': {
      const [of, per] = [measure.of, measure.per].map((other) => scaled(features, other, asOf));
      return `round(${of} * 10000 / nullif(${per}, 0))`;
    }
    case 'mean':
      return `round(${column})`;
    case 'daysSinceFirst':
    case 'daysSinceLast':
      return `round((${asOf} - epoch_us(${column})) / ${TEN_THOUSANDTH_DAY}.0)`;
    case 'sum':
    case 'max':
    case 'min':
      return tenThousandfold(column);
    case 'latest':
      return `(try_cast(${column} AS DOUBLE) * 10000)`;
    default:
      return `(${column}::DOUBLE * 10000)`;
  }
};

/** What user_features.csv shows of a feature, as text without trailing zeros. */
export const printed = (features: Features, name: string, asOf: bigint): string => {
  const column = identifier(name);
  switch (features[name]?.is.op) {
    case 'ratio':
    case 'mean':
    case 'daysSinceFirst':
    case 'daysSinceLast': {
      const number = `(${scaled(features, name, asOf)} / 10000)`;
      return `CASE WHEN ${number} % 1 = 0 THEN try_cast(${number} AS HUGEINT)::VARCHAR ELSE ${number}::VARCHAR END`;
    }
    case 'firstTime':
    case 'lastTime':
      return `strftime(${column}, '%Y-%m-%dT%H:%M:%SZ')`;
    case 'sum':
    case 'max':
    case 'min':
      return `CASE WHEN contains(${column}::VARCHAR, '.') THEN rtrim(rtrim(${column}::VARCHAR, '0'), '.') ELSE ${column}::VARCHAR END`;
    default:
      return column;
  }
};
