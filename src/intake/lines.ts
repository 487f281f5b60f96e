/** Access logs of web servers: a line is split by a pattern (Apache, nginx) or by the fields that a directive names (W3C). */
import type { LineFormat } from '../catalogue/sources.js';
import type { RawRecord } from './records.js';

/** How the lines of an access log are split. */
export interface LineSplitter {
  /** Names of the cells. */
  readonly header: readonly string[];
  /** The cells of a line; undefined for a line of another kind, null for one that is no row, such as a directive. */
  readonly cells: (line: string) => readonly string[] | undefined | null;
}

const COMBINED = ['host', 'user', 'time', 'method', 'path', 'status', 'bytes', 'referer', 'agent'];

/** `host ident user [time] "request" status bytes`, then in the combined format `"referer" "agent"`; a quote in text is escaped. */
const COMBINED_LINE =
  /^(\S+) \S+ (\S+) \[([^\]]+)\] "(?:([A-Z]+) )?((?:[^"\\]|\\.)*?)(?: HTTP\/[\d.]+)?" (\d{3}) (\d+|-)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?/;

const apache: LineSplitter = {
  header: COMBINED,
  cells: (line) =>
    COMBINED_LINE.exec(line)
      ?.slice(1)
      .map((cell: string | undefined) => cell ?? ''),
};

/** The name of the cell that W3C logs have in two: `date` and `time`. */
const WHEN = 'date-time';

/** @param fields the names of the directive `#Fields:` */
const w3c = (fields: readonly string[]): LineSplitter => {
  const [date, time] = [fields.indexOf('date'), fields.indexOf('time')];
  return {
    header: [...fields, WHEN],
    cells: (line) => {
      if (line.startsWith('#')) return null;
      const cells = line.split(/[ \t]/);
      if (cells.length !== fields.length) return undefined;
      // Spaces within a cell are written as +.
      return [...cells.map((cell) => (cell === '-' ? '' : cell.replaceAll('+', ' '))), `${cells[date]} ${cells[time]}`];
    },
  };
};

/** The splitter for a log, from its first lines. @returns undefined if they are of another kind */
export const splitterFor = (format: LineFormat, head: string): LineSplitter | undefined => {
  const lines = head.split(/\r?\n/);
  if (format === 'apache') return lines.some((line) => apache.cells(line) !== undefined) ? apache : undefined;
  const directive = lines.find((line) => line.startsWith('#Fields:'));
  return directive === undefined ? undefined : w3c(directive.slice('#Fields:'.length).trim().split(/\s+/));
};

/** The cells of a record, or why it has none; null for a line that is no row. */
export const splitRecord = (
  { bytes, fault }: RawRecord,
  splitter: LineSplitter,
): readonly string[] | { readonly fault: string } | null => {
  if (fault !== undefined) return { fault };
  const cells = splitter.cells(bytes.toString());
  return cells === undefined ? { fault: 'not a line of an access log' } : cells;
};
