/** CSV that people open in a spreadsheet: quoted where needed, and no text that would run as a formula. */

/** Blanks, control and format characters that a spreadsheet or a paste may drop before it looks for a formula. */
const FORMULA = /^[\s\p{C}]*[=+\-@]/u;
const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?$/;

/** A text cell that stays text: `'` before whatever would start a formula, also in full-width letters. */
export const textCell = (text: string): string => {
  if (/^\w/.test(text) || PLAIN_NUMBER.test(text)) return text;
  return /^[\t\r\n]/.test(text) || FORMULA.test(text.normalize('NFKC')) ? `'${text}` : text;
};

/** One line of CSV. Texts are cells as they are, numbers in their shortest form, NaN an empty cell. */
export const csvLine = (cells: readonly (string | number)[]): string =>
  `${cells
    .map((cell) => {
      if (typeof cell === 'number') return Number.isNaN(cell) ? '' : String(cell);
      return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
    })
    .join(',')}\n`;
