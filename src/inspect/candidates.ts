/** Columns that may have a role, and how well they fit it. Nothing here reads a file. */
import { headWords } from '../catalogue/customs.js';
import { bareName } from '../text/names.js';

/** A column that was found, and why it is taken for what it is. */
export interface Found {
  readonly name: string;
  readonly why: string;
}

/** A column with how well it fits a role; only scores above 0 are candidates. */
export interface Candidate extends Found {
  readonly score: number;
}

export const best = <One extends Candidate>(candidates: readonly One[]): One | undefined =>
  candidates.filter(({ score }) => score > 0).toSorted((a, b) => b.score - a.score)[0];

/** Where the name of a column stands in a list of customary names, from 1 for the first down to 0; undefined if nowhere. */
export const placeIn = (names: readonly string[], name: string): number | undefined => {
  const at = names.indexOf(bareName(name));
  return at === -1 ? undefined : 1 - at / names.length;
};

/** The name without what nested JSON puts in front: `properties.user_id` is user_id. */
export const lastKey = (name: string): string => name.split('.').at(-1) ?? name;

/** Share of cells, of the different ones in the sample, that meet a test. */
export const shareOf = (cells: readonly string[], test: (cell: string) => boolean): number =>
  cells.length === 0 ? 0 : cells.filter(test).length / cells.length;

/** A word, and the word at its end that says what it is: `terminbuchung` is a buchung too. */
export const withHead = (word: string): string[] => {
  const head = headWords.find((one) => word.length > one.length && word.endsWith(one));
  return head === undefined ? [word] : [word, head];
};
