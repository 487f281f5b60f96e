/** The lines of an answer: cells between tabs, as ClickHouse escapes them, which is nearly the line of a CSV file. */
import { csvLine } from '../../io/row.js';

const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', r: '\r', n: '\n', t: '\t', 0: '\0' };

const plain = (cell: string): string | null =>
  cell === String.raw`\N` ? null : cell.replaceAll(/\\(.)/gs, (_, c: string) => ESCAPED[c] ?? c);

/** A row of an answer: text, or null. */
export type Row = readonly (string | null)[];

/** The cells of a line; null is unknown. */
export const cellsOf = (line: string): Row => (line.includes('\\') ? line.split('\t').map(plain) : line.split('\t'));

/** A line for a CSV file without its last cells, and those cells as numbers: most lines need no more than commas. */
export const csvOf = (line: string, last: number): { csv: string; numbers: number[] } => {
  let end = line.length;
  for (let i = 0; i < last; i++) end = line.lastIndexOf('\t', end - 1);
  const own = line.slice(0, end);
  const numbers = line
    .slice(end + 1)
    .split('\t')
    .map(Number);
  // Two tabs in a row are text of no length, which is not the same as an unknown cell.
  const isPlain = !/[",\\#]|\t\t|^\t|\t$/.test(own);
  return { csv: isPlain ? `${own.replaceAll('\t', ',')}\n` : csvLine(cellsOf(own)), numbers };
};
