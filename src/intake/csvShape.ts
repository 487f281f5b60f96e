/** The shape of a CSV file that the engine can read as it is. */
import type { Log } from './bind.js';

/** What every line of a CSV file should be like. */
export interface CsvShape {
  readonly delimiter: string;
  /** Whether lines end in CR LF. */
  readonly crlf: boolean;
  /** Cells of each record. */
  readonly columns: number;
  /** Whether the first line names the columns. */
  readonly hasHeader: boolean;
}

/** What every line of a log of CSV should be like. */
export const shapeOf = ({ delimiter, crlf, header, reading }: Log): CsvShape => ({
  delimiter,
  crlf,
  columns: header.length,
  hasHeader: reading.header === undefined,
});
