/** Tells a header from a first line that is an event already. */
import { parseInstant } from '../text/instants.js';

/** True of a number, whole or with decimals after a point or a comma. */
export const isNumber = (cell: string): boolean => /^[+-]?\d+([.,]\d+)?$/.test(cell.trim());
const isTime = (cell: string): boolean =>
  parseInstant(cell.trim()) !== undefined || /^\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}([ T].*)?$/.test(cell.trim());
const isAddress = (cell: string): boolean => /^[^@\s]+@[^@\s]+\.[a-z]+$/i.test(cell) || /^https?:\/\//.test(cell);

/** True of a first line that names nothing: it has a time, an address, or for the most part numbers. */
export const looksLikeData = (cells: readonly string[]): boolean => {
  const given = cells.filter((cell) => cell.trim() !== '');
  // Of a pivot table whose columns are days, most cells are times, and it is no log in any case.
  if (given.some((cell) => isTime(cell) || isAddress(cell))) return true;
  return (
    given.some((cell) => /^\d{10}(\d{3}|\d{6})?(\.\d+)?$/.test(cell)) ||
    given.filter(isNumber).length * 2 > given.length
  );
};
