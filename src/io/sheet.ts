/** CSV that is safe to open in a spreadsheet: quoted if needed, and without text that would run as a formula. */

/** The start of a formula, also after a `'` and after blanks and invisible characters, which some programs drop. */
const FORMULA = /^[\s\p{C}']*[=+\-@]/u;
const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?$/;

/** Also true of what is guarded already, so that guarding can be undone. */
const needsGuard = (text: string): boolean => /^'*[\t\r\n]/.test(text) || FORMULA.test(text.normalize('NFKC'));

const guarded = (text: string): string => {
  if (/^\w/.test(text) || PLAIN_NUMBER.test(text)) return text;
  return needsGuard(text) ? `'${text}` : text;
};

const unguarded = (text: string): string => {
  const within = text.slice(1);
  return text.startsWith("'") && needsGuard(within) && !PLAIN_NUMBER.test(within) ? within : text;
};

/** A cell with each of the pieces changed that a spreadsheet may split it into. */
const changed = (text: string, change: (piece: string) => string): string =>
  /[;\t]/.test(text)
    ? text
        .split(/(?<=[;\t])/)
        .map(change)
        .join('')
    : change(text);

/** Texts whose pieces all begin with a letter or a digit, as nearly all do: there is nothing to guard, which is found out sooner. */
const HARMLESS = /^\w[^;\t]*(?:[;\t] ?\w[^;\t]*)*$/;

/**
 * A text cell that stays text: a `'` precedes anything that would start a formula, even in full-width characters, and also
 * after a semicolon or a tab, where some spreadsheets split a line whatever its quotes.
 */
export const escapeFormula = (text: string): string => (HARMLESS.test(text) ? text : changed(text, guarded));

/** The text of a cell that `escapeFormula` made safe. */
export const unescapeFormula = (cell: string): string => changed(cell, unguarded);

/** A text as a CSV cell, quoted if needed. */
export const csvCell = (text: string): string => (/[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** One line of CSV, with cells quoted if needed. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\n`;
