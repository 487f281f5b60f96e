/** Tables on a terminal. */
import { cell, displayWidth, paint, type Screen } from './columns.js';

/** The first column is cut only if it is wider than this; before that, last columns are left out. */
const FIRST = 24;

/** Columns of text side by side, the first on the left and the others on the right; without those that do not fit. */
export const table = (rows: readonly (readonly string[])[], screen: Screen): string[] => {
  const all = (rows[0] ?? []).map((_, i) => rows.reduce((most, row) => Math.max(most, displayWidth(row[i] ?? '')), 0));
  const least = Math.min(all[0] ?? 0, FIRST);
  let others = 0;
  const widths = all.filter((width, i) => i === 0 || (others += width + 2) <= screen.width - least);
  const taken = widths.slice(1).reduce((sum, width) => sum + width + 2, 0);
  const first = Math.max(least, Math.min(all[0] ?? 0, screen.width - taken));
  return rows.map(([name = '', ...rest], n) => {
    const cells = rest.slice(0, widths.length - 1);
    const line = [cell(name, first), ...cells.map((text, i) => cell(text, widths[i + 1] ?? 0, 'right'))].join('  ');
    return n === 0 ? paint(screen, 'dim', line) : line;
  });
};
