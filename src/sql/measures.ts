/**
 * Each measure of the vocabulary, spelled once in SQL: an aggregate over the rows of one user, and what is printed.
 * `t` is the time of a row: an event's timestamp, a session's start.
 */
import type { Action, Condition } from '../catalogue/conditions.js';
import { conditionsOf, isPlain, type RowMeasure, secondsWithin, SESSION_COLUMNS } from '../catalogue/measures.js';
import { EVENT_COLUMNS } from '../model.js';
import { meets } from './conditions.js';
import {
  allOfSql,
  type Chosen,
  columnOf,
  distinctValues,
  type Level,
  latestBy,
  modeOf,
  type Rows,
  total,
  type Window,
} from './aggregates.js';
import type { Dialect } from './dialect.js';

const kinds: Record<Level, Readonly<Record<string, string>>> = { events: EVENT_COLUMNS, sessions: SESSION_COLUMNS };

const kindOf = (column: string, level: Level): string | undefined =>
  Object.hasOwn(kinds[level], column) ? kinds[level][column] : undefined;

/** A column as the log or the table of sessions prints it, flags as they are. */
const cellOf = (dialect: Dialect, column: string, level: Level): string => {
  const cell = columnOf(level, column);
  if (level === 'events') return cell;
  if (kindOf(column, level) === 'timestamp') return dialect.printTime(cell);
  return column === 'duration_sec' ? dialect.printDecimal(cell) : cell;
};

/** A column as text, for comparison with the words of a measure. */
const text = (dialect: Dialect, column: string, level: Level): string =>
  level === 'events' && kindOf(column, level) !== 'flag'
    ? columnOf(level, column)
    : dialect.text(cellOf(dialect, column, level));

/** SQL: true of a row, with typed cells, of a relation called as its level that meets a condition. */
export const condition = (dialect: Dialect, where: Condition, level: Level): string => {
  const { column, equals } = where;
  const cell = columnOf(level, column);
  if (kindOf(column, level) === 'flag' && equals !== undefined && /^[01]$/.test(equals)) return `${cell} = ${equals}`;
  return meets(dialect, where, { text: text(dialect, column, level), number: dialect.decimal(cell) });
};

/** SQL: true of rows that meet all conditions; empty if there are none. */
const allOf = (conditions: readonly Condition[], { dialect, level }: Rows): string =>
  conditions.map((one) => condition(dialect, one, level)).join(' AND ');

/** Microseconds in a second and in a day. */
export const [SECOND, DAY] = [1_000_000n, 86_400_000_000n];

/** The most frequent of the few `values`, in byte order, by SQL of the count of each; ties go to the first. NULL where there is none. */
export const mostFrequent = ({ literal }: Dialect, values: readonly string[], counts: readonly string[]): string => {
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

/** Values up to so many are counted one by one, which is quicker than to collect those that differ. */
const FEW_VALUES = 8;

/** SQL of the number of different `values` that a column has, in the rows chosen. */
const valuesFound = (column: string, values: readonly string[], rows: Rows, { where, windows }: Chosen): string => {
  const { dialect, level } = rows;
  if (values.length <= FEW_VALUES) {
    const found = values.map((value) => {
      const is = condition(dialect, { column, equals: value }, level);
      return dialect.flag(`${total(rows, 'count', '*', { where: [is, ...where], windows })} > 0`);
    });
    return `(${found.join(' + ')})`;
  }
  const is = allOfSql([condition(dialect, { column, in: values }, level), ...where]);
  return distinctValues(rows, `CASE WHEN ${is} THEN ${text(dialect, column, level)} END`, { where: [], windows });
};

/** SQL: true of a user who did an action that no later event takes back. */
const didAction = ({ is, undoneBy = [] }: Action, rows: Rows, { where, windows }: Chosen): string => {
  const who = (conditions: readonly Condition[]): Chosen => ({
    where: [allOf(conditions, rows), ...where],
    windows,
  });
  if (undoneBy.length === 0) return `${total(rows, 'count', '*', who(is))} > 0`;
  const [last, undone] = [is, undoneBy].map((which) => total(rows, 'max', columnOf(rows.level, 't'), who(which)));
  // No event is as early as 1970.
  return `coalesce(${last} >= coalesce(${undone}, ${rows.dialect.instant(0n)}), false)`;
};

/** SQL: true of a user who did all actions of a measure, and some of those of which one is enough. */
const didActions = (measure: Extract<RowMeasure, { op: 'did' }>, rows: Rows, chosen: Chosen): string => {
  const [all, any] = [simpleActions(measure.allOf), simpleActions(measure.anyOf)];
  const isAny = condition(rows.dialect, { column: 'event_type', in: any.types }, rows.level);
  const some = [
    ...(any.types.length > 0
      ? [`${total(rows, 'count', '*', { ...chosen, where: [isAny, ...chosen.where] })} > 0`]
      : []),
    ...any.others.map((action) => didAction(action, rows, chosen)),
  ];
  const every = [
    ...(all.types.length > 0 ? [`${valuesFound('event_type', all.types, rows, chosen)} = ${all.types.length}`] : []),
    ...all.others.map((action) => didAction(action, rows, chosen)),
    ...(some.length > 0 ? [`(${some.join(' OR ')})`] : []),
  ];
  return rows.dialect.flag(every.join(' AND '));
};

/** The aggregate that measures `measure` over the rows of one user. */
export const aggregate = (measure: RowMeasure, rows: Rows): string => {
  const { dialect, level } = rows;
  const { decimal } = dialect;
  const t = columnOf(level, 't');
  const seconds = secondsWithin(measure);
  const where = [allOf(conditionsOf(measure), rows)];
  const windows = seconds === undefined ? [] : [{ last: BigInt(seconds) * SECOND }];
  const chosen: Chosen = { where, windows };
  switch (measure.op) {
    case 'count':
    case 'countWhere':
      return total(rows, 'count', '*', chosen);
    case 'sum':
      return `coalesce(${total(rows, 'sum', decimal(columnOf(level, measure.column)), chosen)}, 0)`;
    case 'max':
    case 'min':
      return total(rows, measure.op, decimal(columnOf(level, measure.column)), chosen);
    case 'mean': {
      const of = decimal(columnOf(level, measure.column));
      const [sum, known] = [total(rows, 'sum', of, chosen), total(rows, 'count', of, chosen)];
      return dialect.quotient(dialect.units(`(${sum})`), dialect.unitsOfCount(`(${known})`));
    }
    case 'distinct':
      return distinctValues(rows, cellOf(dialect, measure.column, level), chosen);
    case 'mode': {
      const column = cellOf(dialect, measure.column, level);
      const values = rows.values?.[measure.column] ?? [];
      if (values.length > 0 && isPlain(measure)) {
        const counts = values.map((value) =>
          total(rows, 'count', '*', { where: [`${column} = ${dialect.literal(value)}`] }),
        );
        return mostFrequent(dialect, values, counts);
      }
      return modeOf(rows, column, chosen);
    }
    case 'latest': {
      const column = cellOf(dialect, measure.column, level);
      // If ids are missing or shared, only the value itself can order rows of one instant.
      const ids = rows.id ? [columnOf(level, rows.id.column)] : [];
      const order = [t, ...ids, ...(rows.id?.unique ? [] : [column])];
      return latestBy(rows, column, `${column} IS NOT NULL`, order, chosen);
    }
    case 'firstTime':
    case 'daysSinceFirst':
      return total(rows, 'min', t, chosen);
    case 'lastTime':
    case 'daysSinceLast':
      return total(rows, 'max', t, chosen);
    case 'distinctDays':
      return distinctValues(rows, dialect.day(t), chosen);
    case 'activeInLast':
      return dialect.flag(
        `${total(rows, 'count', '*', { where, windows: [...windows, { last: BigInt(measure.days) * DAY }] })} > 0`,
      );
    case 'trend': {
      const [recent, both] = [1n, 2n].map((times) => ({ last: times * BigInt(measure.days) * DAY }));
      const counted = (...also: (Window | undefined)[]): string =>
        total(rows, 'count', '*', { where, windows: [...windows, ...also.filter((one) => one !== undefined)] });
      return `(${counted(recent)} - ${counted(both, recent && { ...recent, older: true })})`;
    }
    case 'everyOf': {
      const wanted = [...new Set(measure.values)];
      return dialect.flag(`${valuesFound(measure.column, wanted, rows, chosen)} = ${wanted.length}`);
    }
    default:
      return didActions(measure, rows, chosen);
  }
};
