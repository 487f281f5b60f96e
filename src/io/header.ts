/** Finds columns by their names in a header, never by position. */
import { Failure } from '../model.js';
import { didYouMean } from '../text/closest.js';

/** The columns of a file. */
export interface Header {
  /** The name of the file in messages. */
  readonly file: string;
  readonly names: readonly string[];
  /** The position of a column, or -1. */
  readonly find: (name: string) => number;
}

/**
 * Reads a header.
 *
 * @throws Failure `data` if a name appears twice: one of the two columns would be lost silently
 */
export const readHeader = (file: string, line: number, cells: readonly string[]): Header => {
  const names = new Map<string, number>();
  for (const [i, name] of cells.entries()) {
    if (names.has(name)) throw new Failure('data', `${file}:${line}: the column ${name} appears twice in the header`);
    names.set(name, i);
  }
  return { file, names: cells, find: (name) => names.get(name) ?? -1 };
};

/**
 * Refuses a file without the columns `required`.
 *
 * @param hint a sentence that says what to do if this seems to be the wrong file
 * @param ours names that are no misspelling of another
 * @throws Failure `data` naming every column that is missing
 */
export const requireColumns = (
  header: Header,
  required: readonly string[],
  hint: string,
  ours: readonly string[] = [],
): void => {
  const missing = required.filter((name) => header.find(name) < 0);
  if (missing.length === 0) return;
  const others = header.names.filter((name) => !required.includes(name) && !ours.includes(name));
  const guess = (missing.length === 1 && didYouMean(missing[0] ?? '', others)) || '.';
  const verb = missing.length === 1 ? 'is' : 'are';
  throw new Failure('data', `${header.file}:1: ${missing.join(', ')} ${verb} missing${guess} ${hint}`);
};
