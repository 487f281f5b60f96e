/** rejected_events.csv and unreadable_cells.csv: records and cells with their line, the reason and their text. */
import { stringify } from 'csv-stringify/sync';
import { csvLine } from '../io/row.js';
import type { Fault, UnreadableCell } from './faults.js';

/** The file as text, in pieces; only a header if nothing was rejected. */
export function* rejectedCsv(faults: readonly Fault[]): Generator<string> {
  yield 'line,column,reason,raw,file\n';
  for (let at = 0; at < faults.length; at += 1000) {
    yield stringify(faults.slice(at, at + 1000).map((f) => [f.line || '', f.column, f.reason, f.raw, f.file]));
  }
}

/** The file of unreadable cells as text; a table has no lines. */
export const unreadableCsv = (cells: readonly UnreadableCell[]): string[] => [
  'line,column,reason,cell,file\n',
  ...cells.map(({ line, column, reason, cell, file }) =>
    csvLine([line === 0 ? null : String(line), column, reason, cell, file]),
  ),
];
