/** What the type of a column of Parquet, as the engine calls it, says of its values. */
import type { CellPath, Log } from './bind.js';

/** True of instants and days. */
export const isTime = (type: string): boolean => /^(?:TIMESTAMP(?:_\w+| WITH TIME ZONE)?|DATE)$/.test(type);

/** True of numbers that are written in plain digits, whatever they are. */
export const isPlainNumber = (type: string): boolean =>
  /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\(\d+,\d+\))$/.test(type);

/** True of numbers, which have a point wherever a fraction begins. */
export const isNumber = (type: string): boolean => isPlainNumber(type) || /^(?:FLOAT|DOUBLE)$/.test(type);

/** True of numbers and flags. */
const isValue = (type: string): boolean => isNumber(type) || type === 'BOOLEAN';

/** True of what is no text and holds none, so that a value is never empty and has no NUL character. */
export const isTextless = (type: string): boolean => isTime(type) || isValue(type);

/** Whether all places of a column of ours are columns of Parquet with such types. */
export const areOf = (
  { parquet }: Pick<Log, 'parquet'>,
  places: readonly CellPath[],
  is: (type: string) => boolean,
): boolean => places.every(({ at, within }) => within === undefined && is(parquet?.types[at] ?? ''));

/** What is known of the columns of a log. */
type Typed = Pick<Log, 'parquet' | 'columns'>;

/** A column of ours that is one column of Parquet: where it is, and its type. */
export const parquetColumn = (
  { parquet, columns }: Typed,
  column: string,
): { at: number; type: string } | undefined => {
  const [place, ...others] = columns.get(column) ?? [];
  if (place === undefined || place.within !== undefined || others.length > 0) return undefined;
  const type = parquet?.types[place.at];
  return type === undefined ? undefined : { at: place.at, type };
};

/**
 * The columns of ours that hold numbers or flags of one and the same type in all logs that have them.
 *
 * @param numbers columns that should hold numbers: a flag is none
 */
export const columnsOfValues = (logs: readonly Typed[], numbers: ReadonlySet<string>): Set<string> => {
  const isOfOneType = (column: string): boolean => {
    const having = logs.filter(({ columns }) => columns.has(column));
    const [type, ...others] = new Set(having.map((log) => parquetColumn(log, column)?.type));
    return type !== undefined && others.length === 0 && (numbers.has(column) ? isNumber : isValue)(type);
  };
  return new Set(logs.flatMap(({ columns }) => [...columns.keys()]).filter(isOfOneType));
};
