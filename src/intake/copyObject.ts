/** Copies records to lines of CSV: an object of JSON becomes a row with the cells that are used. */
import { REQUIRED_COLUMNS } from '../model.js';
import type { Log, Words } from './bind.js';
import type { Tally } from './faults.js';
import { cellWithin, parseObject } from './json.js';
import type { RawRecord } from './records.js';
import { MAX_RECORD_BYTES } from './wholeLines.js';

/** A record to be copied, as the line of CSV that the engine reads; or what is wrong with it. */
export type Copied =
  | { readonly cells: string; readonly lost?: string }
  | { readonly column: string; readonly reason: string };

/** What copying the lines of a log of JSON takes; it can be handed to another thread. */
export type JsonLog = Pick<Log, 'name' | 'path' | 'columns' | 'delimiter'> & { readonly reading: Words };

/**
 * The line of a record in a copy, in Latin-1: its line, offset and length, what of it could not be copied, and its cells. Empty
 * if it is not in the copy.
 *
 * @param copied null for a record that is no row
 * @param tally counts it
 */
export const lineInCopy = (
  { line, offset, length, bytes }: RawRecord,
  copied: Copied | null,
  { name, delimiter }: Pick<Log, 'name' | 'delimiter'>,
  tally: Tally,
): string => {
  if (copied === null) return '';
  if ('reason' in copied) {
    tally.faults.push({ file: name, line, ...copied, raw: bytes.toString() });
    return '';
  }
  const { lost = '', cells } = copied;
  tally.records += 1;
  if (lost !== '') tally.lossy += 1;
  return `${[line, offset, length, lost, cells].join(delimiter)}\n`;
};

/** Why a cell from JSON cannot be written to a file, if it cannot. */
const textFault = (cell: string | undefined): string | undefined => {
  if (cell === undefined) return 'nested too deeply';
  if (cell.includes('\0')) return 'not text: it holds a NUL character';
  return cell.isWellFormed() ? undefined : 'not text: it holds half of a character';
};

/** A cell as CSV. */
export const quoted = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** The most bytes of a copied row: a cell that several columns of ours use is copied for each. */
const MAX_CELLS = 2 * MAX_RECORD_BYTES;

/** True of a column without which a row cannot be placed. */
const isNeeded = (column: string): boolean => (REQUIRED_COLUMNS as readonly string[]).includes(column);

/** A line of JSON as a line of CSV with the cell of each place of the log's columns, in Latin-1 bytes of UTF-8. */
export const copyObject = (record: RawRecord, columns: Log['columns']): Copied => {
  const parsed = parseObject(record);
  if ('fault' in parsed) return { column: '', reason: parsed.fault };
  const cells: string[] = [];
  const lost: { column: string; reason: string; cell: string }[] = [];
  for (const [column, places] of columns) {
    for (const { within = [] } of places) {
      const cell = cellWithin(parsed, within);
      const reason = textFault(cell);
      if (reason !== undefined && isNeeded(column)) return { column, reason };
      if (reason !== undefined) lost.push({ column, reason, cell: cell?.slice(0, 200).toWellFormed() ?? '' });
      cells.push(reason === undefined ? quoted(cell ?? '') : '');
    }
  }
  const bytes = Buffer.from(cells.join(','));
  if (bytes.length > MAX_CELLS) return { column: '', reason: 'its cells have over two megabytes' };
  const list = lost.length === 0 ? '' : Buffer.from(quoted(JSON.stringify(lost))).toString('latin1');
  return { cells: bytes.toString('latin1'), lost: list };
};
