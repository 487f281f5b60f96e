/** CSV that people open in a spreadsheet: quoted where needed, and no text that would run as a formula. */

/** After blanks and invisible characters, which may be dropped before a formula is looked for; and after a guard. */
const FORMULA = /^[\s\p{C}']*[=+\-@]/u;
const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?$/;

/** A text cell that stays text: `'` before whatever would start a formula, also in full-width letters. */
export const escapeFormula = (text: string): string => {
  if (/^\w/.test(text) || PLAIN_NUMBER.test(text)) return text;
  return /^[\t\r\n]/.test(text) || FORMULA.test(text.normalize('NFKC')) ? `'${text}` : text;
};

/** A text as a cell of CSV, quoted where it has to be. */
export const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** One line of CSV: text as it is, quoted where it has to be. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\n`;
