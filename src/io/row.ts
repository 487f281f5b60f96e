/** One row of a CSV file as the embedded engine writes it, so that two engines write the same bytes. */

const cell = (text: string | null): string => {
  if (text === null) return '';
  return text === '' || /[",\n\r#]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** The line of a row, with its end; null is an empty cell. */
export const csvLine = (cells: readonly (string | null)[]): string => `${cells.map(cell).join(',')}\n`;
