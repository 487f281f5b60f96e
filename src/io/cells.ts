/** Cells of the files that `gesture` reads back: what is a number, and how a message shows one that is not. */

/** Plain decimals, with or without an exponent. Not: NaN, Infinity, 0x10, 1,000, +5, a space. */
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** The value of a cell: NaN where it is empty (unknown), undefined where it is not a number. */
export const cellNumber = (cell: string): number | undefined => {
  if (cell === '') return Number.NaN;
  if (!NUMBER.test(cell)) return undefined;
  const value = Number(cell);
  return Number.isFinite(value) ? value : undefined;
};

/** A cell as a message shows it: short, and quoted. */
export const shown = (cell: string): string => JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell);
