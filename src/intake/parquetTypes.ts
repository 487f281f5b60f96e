/** What the type of a column of Parquet, as the engine calls it, says of its values. */
import type { CellPath, Log } from './bind.js';

/** True of instants and days. */
export const isTime = (type: string): boolean => /^(?:TIMESTAMP(?:_\w+| WITH TIME ZONE)?|DATE)$/.test(type);

/** True of numbers that are written in plain digits, whatever they are. */
export const isPlainNumber = (type: string): boolean =>
  /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\(\d+,\d+\))$/.test(type);

/** True of numbers, which have a point wherever a fraction begins. */
export const isNumber = (type: string): boolean => isPlainNumber(type) || /^(?:FLOAT|DOUBLE)$/.test(type);

/** True of what is no text and holds none, so that a value is never empty and has no NUL character. */
export const isTextless = (type: string): boolean => isTime(type) || isNumber(type) || type === 'BOOLEAN';

/** Whether all places of a column of ours are columns of Parquet with such types. */
export const areOf = (
  { parquet }: Pick<Log, 'parquet'>,
  places: readonly CellPath[],
  is: (type: string) => boolean,
): boolean => places.every(({ at, within }) => within === undefined && is(parquet?.types[at] ?? ''));
