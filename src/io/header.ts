/** Columns are found by the names in a header, never by position. */
import { Failure } from '../model.js';
import { closest } from '../text/closest.js';

/** Where each column of a file is. */
export interface Header {
  /** The file, as messages name it. */
  readonly file: string;
  readonly names: readonly string[];
  /** Position of an optional column, or -1. */
  readonly find: (name: string) => number;
}

/**
 * Reads a header.
 *
 * @throws Failure `data` where a name stands twice: one of the two columns would be lost in silence
 */
export const readHeader = (file: string, line: number, cells: readonly string[]): Header => {
  const names = new Map<string, number>();
  for (const [i, name] of cells.entries()) {
    if (names.has(name)) throw new Failure('data', `${file}:${line}: the column ${name} is in the header twice`);
    names.set(name, i);
  }
  return { file, names: cells, find: (name) => names.get(name) ?? -1 };
};

/**
 * Refuses a file without the columns `required`.
 *
 * @param hint what to do about it, where the file as a whole seems to be the wrong one
 * @throws Failure `data` naming every column that is missing
 */
export const requireColumns = (header: Header, required: readonly string[], hint = ''): void => {
  const missing = required.filter((name) => header.find(name) < 0);
  if (missing.length === 0) return;
  const near = missing.length === 1 ? closest(missing[0] ?? '', header.names) : undefined;
  const guess = near === undefined || required.includes(near) ? '' : `; did it become "${near}"?`;
  const verb = missing.length === 1 ? 'is' : 'are';
  throw new Failure('data', `${header.file}:1: ${missing.join(', ')} ${verb} missing${guess}${hint}`);
};
