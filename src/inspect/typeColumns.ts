/** Which column of a file says what happened: by its name and by what it holds. Nothing here reads a file. */
import {
  aboutTypeWords,
  againstWords,
  attributeWords,
  conversions,
  effortWords,
  passiveWords,
  typeWords,
} from '../catalogue/customs.js';
import { customary, customaryColumns } from '../catalogue/sources.js';
import { bareName, plainWordsOf } from '../text/names.js';
import { type Candidate, type Found, lastKey, placeIn, shareOf, withHead } from './candidates.js';
import { isNumber } from './header.js';
import type { Column } from './profile.js';
import { holdsNames } from './userColumns.js';

/** Different types that a column of types can have: by its name, and by its content alone. */
const [MOST_TYPES, MOST_UNNAMED] = [5000, 200];

/** So many of the words for what happened say it strongly; the others, such as status, can be about anything. */
const STRONG = typeWords.indexOf('kind');

const eventWords: ReadonlySet<string> = new Set([
  ...conversions.flatMap(({ words }) => words),
  ...effortWords,
  ...passiveWords,
  ...againstWords,
  'login',
  'search',
]);

/** True of a text that says what somebody did. */
const saysAction = (cell: string): boolean =>
  Object.hasOwn(customary, bareName(cell)) ||
  plainWordsOf(cell)
    .flatMap(withHead)
    .some((word) => eventWords.has(word));

const isTypeLike = (cell: string): boolean => cell.length <= 120 && !/^https?:\/\/|@.+\.|^\{|\n/.test(cell);

/** Points off for a column that says who rather than what: names of people, or more words than there are kinds of action. */
const aboutWho = (column: Column, said: number): number => {
  if (said >= 0.3) return 0;
  return holdsNames(column) || (said < 0.1 && column.distinct > MOST_UNNAMED) ? 5 : 0;
};

/** How well a column fits as event_type. */
export const typeCandidate = (column: Column, rows: number): Candidate => {
  const { name: full, known, distinct, values } = column;
  const name = lastKey(full);
  const words = plainWordsOf(name);
  const none = { name: full, why: '', score: 0 };
  if (known === 0 || distinct > MOST_TYPES || shareOf(values, isTypeLike) < 0.95) return none;
  if (distinct > Math.max(12, known * 0.5)) return none;
  // Orders have numbers such as #1001.
  if (shareOf(values, (cell) => /^#\d/.test(cell)) > 0.5) return none;
  const numeric = shareOf(values, isNumber);
  const said = shareOf(values, saysAction);
  const filled = rows === 0 ? 0 : known / rows;
  if (filled < 0.5) return none;
  const doubts = (1 - filled) * 4 + numeric * 3 + (rows > 20 ? Math.max(0, 3 - distinct) : 0) + aboutWho(column, said);
  if (full === 'event_type' && numeric < 1)
    return { name: full, why: 'the name that gesture uses', score: 20 - doubts };
  const isAbout = words.some((word) => aboutTypeWords.has(word));
  const place = placeIn(customaryColumns.event_type, name);
  if (place !== undefined) return { name: full, why: 'a customary name', score: 5 + 3 * place + 4 * said - doubts };
  const word = typeWords.findIndex((one) => words.includes(one));
  const isStrong = word !== -1 && word < STRONG;
  if (word !== -1 && (!isAbout || (!isStrong && said >= 0.3 && distinct > 1))) {
    const strong = isStrong ? 5 : isAbout ? 0.5 : 1;
    const why = `its name says ${typeWords[word]}`;
    return { name: full, why, score: strong - word / typeWords.length + 4 * said - doubts };
  }
  if (distinct < 2 || distinct > MOST_UNNAMED || numeric > 0.1 || said < 0.3 || isAbout) return none;
  return { name: full, why: 'its values say what people did', score: 4 * said - doubts };
};

/** Pages or screens as types, where nothing else says what happened. */
export const pagesAsTypes = (columns: readonly Column[], taken: readonly (string | undefined)[]): Found | undefined => {
  const column = columns.find(
    ({ name, distinct, values, known }) =>
      !taken.includes(name) &&
      PAGES.test(lastKey(name)) &&
      distinct >= 2 &&
      distinct <= Math.min(MOST_UNNAMED, known / 2) &&
      values.every((value) => isTypeLike(value) && !isNumber(value)),
  );
  return column && { name: column.name, why: 'nothing says what people did, so each kind of page is a type' };
};

/** Names of columns of pages or screens. */
const PAGES = /^(web)?_?(page|screen)([ _]?(name|type|title|category))?$/i;

/** The smallest score of a column of types: with less it is rather a category of something. */
export const LEAST_TYPE = 2;

/** Different words of a column that may say what people did, if its name says nothing. */
const MOST_WORDS = 50;

/** True of a cell in words: letters, short, and no name of a file, address or flag. */
const isInWords = (cell: string): boolean =>
  // Two signs of Chinese, Japanese or Korean are a word.
  /^([\p{L}\p{M}][\p{L}\p{M}\d _'’:-]{2,39}|[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}]{2})$/u.test(cell) &&
  !/^(true|false|yes|no|ja|nein|oui|non)$/i.test(cell);

/** A column with a few repeated words, which may say what people did although nothing tells so. */
export const possibleTypes = (
  columns: readonly Column[],
  taken: ReadonlySet<string>,
  rows: number,
): Column | undefined =>
  columns.find(
    ({ name, known, distinct, values }) =>
      !taken.has(name) &&
      known >= rows * 0.5 &&
      distinct >= 2 &&
      distinct <= Math.min(MOST_WORDS, known * 0.5) &&
      shareOf(values, isInWords) >= 0.9 &&
      !plainWordsOf(name).some((word) => attributeWords.has(word)),
  );
