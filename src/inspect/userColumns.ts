/** Which column of a file says who did something: by its name and by what it holds. Nothing here reads a file. */
import { aboutPersonWords, anonymousColumns, customaryOptional, personWords } from '../catalogue/customs.js';
import { customaryColumns } from '../catalogue/sources.js';
import { bareName, plainWordsOf } from '../text/names.js';
import { percent } from '../text/numbers.js';
import { isNumber } from './header.js';
import { best, type Candidate, type Found, lastKey, placeIn, shareOf } from './candidates.js';
import { othersOf } from './otherColumns.js';
import type { Column } from './profile.js';

const ID_WORDS: ReadonlySet<string> = new Set([
  'id',
  'ids',
  'no',
  'nr',
  'number',
  'key',
  'code',
  'uuid',
  'guid',
  'hash',
  'pk',
  'nummer',
  'num',
]);

/** Words of things that events are about, rather than people. */
const THING_WORDS: ReadonlySet<string> = new Set(
  (
    'item product session order transaction event row index course video page url module category brand price campaign ad ' +
    'message record request invoice cart basket content lesson level visit object resource sku stock test'
  ).split(' '),
);

/** A text that can be the id of somebody: short, and no decimal number or address of a page. */
const isIdLike = (cell: string): boolean => cell.length <= 80 && !/^-|^\d+[.,]\d*[1-9]\d*$|^https?:\/\/|\n/.test(cell);

/** The name of an id: of nested JSON with the key that says whose it is, as in `user.id`. */
const idName = (name: string): string =>
  /\.(id|uid|uuid|guid|key)$/i.test(name) ? name.split('.').slice(-2).join('_') : lastKey(name);

/** Cells of a column that say who somebody is. */
export const namingCells = ({ known, nobody = 0 }: Column): number => known - nobody;

/** How well a column fits as user_id. */
export const userCandidate = (column: Column, rows: number): Candidate => {
  const { name: full, known, distinct, values } = column;
  const name = idName(full);
  const words = plainWordsOf(name);
  const candidate = (score: number, why: string): Candidate => ({ name: full, why, score });
  if (known === 0 || shareOf(values, isIdLike) < 0.95) return candidate(0, '');
  // How many there were, not who.
  if (
    /^(visitors|users|customers|visits|sessions|page_?views|views|clicks|impressions|bounces)$/i.test(name) &&
    values.every(isNumber)
  ) {
    return candidate(0, '');
  }
  const share = rows === 0 ? 0 : namingCells(column) / rows;
  // In a log, people come back; in a table of people or of transactions, every row has an id of its own.
  const unique = distinct >= known * 0.98 && rows > 50 ? 3 : 0;
  const constant = distinct === 1 && rows > 20 ? 4 : 0;
  const rarely = share < 0.05 ? 5 : (1 - share) * 3;
  const doubts = unique + constant + rarely;
  if (full === 'user_id') return candidate(20 - doubts, 'the name that gesture uses');
  // An e-mail address tells people apart, but an id does it better.
  if (placeIn(customaryOptional.email, name) !== undefined) return candidate(6 - doubts, 'an e-mail address');
  const place = placeIn(customaryColumns.user_id, name);
  if (place !== undefined) return candidate(10 + place - doubts, 'a customary name');
  const person = personWords.findIndex((word) => words.includes(word));
  const isAbout = words.some((word) => aboutPersonWords.has(word));
  if (person !== -1 && !isAbout) {
    const id = words.some((word) => ID_WORDS.has(word)) ? 1 : 0;
    return candidate(7 + id - person / personWords.length - doubts, `its name says ${personWords[person]}`);
  }
  const glued = personWords
    .slice(0, 16)
    .find((word) => bareName(name) === `${word}id` || bareName(name) === `id${word}`);
  if (glued !== undefined) return candidate(8 - doubts, `its name says ${glued}`);
  const isRepeated = distinct >= 2 && distinct <= known * 0.75;
  if (words.some((word) => THING_WORDS.has(word)) || isAbout || !isRepeated || share < 0.5) return candidate(0, '');
  const isId = words.some((word) => ID_WORDS.has(word));
  // Without a name for people: an id that comes back, with far more values than there are kinds of anything.
  const spread = distinct >= Math.min(50, rows / 20) ? 1 : 0;
  return candidate((isId ? 2 : 0.5) + spread - 0.6, isId ? 'an id that comes back' : 'its values come back like ids');
};

/** A session, as the last resort where nothing names a person. */
export const sessionAsUser = (columns: readonly Column[]): Candidate | undefined => {
  const column = columns.find(
    ({ name, known }) => placeIn(customaryOptional.session_id, lastKey(name)) !== undefined && known > 0,
  );
  return column && { name: column.name, why: 'no column names people, so each session is one person', score: 1 };
};

/** The column of anonymous ids, where the user is not always known. */
export const anonymousOf = (columns: readonly Column[], user: Found, rows: number): Found | undefined => {
  const owner = columns.find(({ name }) => name === user.name);
  if (owner === undefined || owner.known >= rows * 0.999) return undefined;
  const found = columns.filter(
    ({ name, known }) =>
      name !== user.name && known > owner.known && placeIn(anonymousColumns, lastKey(name)) !== undefined,
  );
  const [first] = found.toSorted(
    (a, b) => (placeIn(anonymousColumns, lastKey(b.name)) ?? 0) - (placeIn(anonymousColumns, lastKey(a.name)) ?? 0),
  );
  return first && { name: first.name, why: `${user.name} is empty in ${percent(1 - owner.known / rows)} of the rows` };
};

/** Words for somebody who may be anyone. */
const ANYONE: ReadonlySet<string> = new Set(['visitor', 'anonymous', 'anon', 'cookie', 'guest']);

/** True of a text like the name of a person: two words or more, each with a capital letter, and no digit. */
const isFullName = (cell: string): boolean =>
  /^[\p{L}\p{M}'’.,-]+( [\p{L}\p{M}'’.,-]+)+$/u.test(cell.trim()) && /\p{Lu}.* (.* )?\p{Lu}/u.test(cell);

/** True of a column whose cells are for the most part names of people, which several can share. */
export const holdsNames = ({ values }: Column): boolean => values.length > 0 && shareOf(values, isFullName) >= 0.8;

/** True of a name that says that its cells are ids, however few there are. */
const saysId = (name: string): boolean =>
  name === 'user_id' || /(id|nr|nummer)$/.test(bareName(name)) || plainWordsOf(name).some((word) => ID_WORDS.has(word));

/** The share of the rows that addresses must tell people apart in, rather than have a word for nobody. */
const MOST_ROWS = 0.8;

/** Why the address of a person says who they are rather than the cells of `user`; undefined if it does not. */
const reasonForAddress = (user: Column, address: Column): string | undefined => {
  if (plainWordsOf(lastKey(user.name)).some((word) => ANYONE.has(word))) return `${user.name} may be anyone`;
  if (address.known < user.known || namingCells(address) < namingCells(user) * MOST_ROWS) return undefined;
  if (holdsNames(user)) return `${user.name} holds names, which several people can have`;
  // In a large log the numbers are about right.
  return !saysId(idName(user.name)) && user.distinct < address.distinct * 0.95
    ? `${user.name} has fewer different cells, so several people share one`
    : undefined;
};

/** The address of people who are otherwise known by an anonymous id or a name: it tells who they are, in other files too. */
export const addressOf = (columns: readonly Column[], user: Found | undefined, rows: number): Found | undefined => {
  const own = columns.find(({ name }) => name === user?.name);
  if (own === undefined) return undefined;
  const found = othersOf(columns, rows, new Set([own.name])).get('email');
  const address = columns.find(({ name }) => name === found?.name);
  const reason = address && reasonForAddress(own, address);
  return reason === undefined ? undefined : found && { ...found, why: `an e-mail address, while ${reason}` };
};

/** The score of a column whose name says that it is about people. */
const LEAST_PERSON = 5;

/** The ids of people who would otherwise be known by their names. */
export const idInsteadOf = (
  columns: readonly Column[],
  user: Found | undefined,
  people: readonly Candidate[],
): Candidate | undefined => {
  const own = columns.find(({ name }) => name === user?.name);
  if (own === undefined || !holdsNames(own)) return undefined;
  const isId = (name: string): boolean =>
    saysId(idName(name)) && columns.some((column) => column.name === name && namingCells(column) >= namingCells(own));
  return best(people.filter(({ name, score }) => score >= LEAST_PERSON && isId(name)));
};

/** Words that the name of a column with names of people consists of. */
const NAME_WORDS: ReadonlySet<string> = new Set([
  ...personWords,
  'name',
  'full',
  'display',
  'nom',
  'nombre',
  'nome',
  'naam',
]);

/** A column with names of people, by a word for a person in its own name. */
export const namesOf = (columns: readonly Column[], taken: ReadonlySet<string>): Found | undefined => {
  const isOfPerson = (name: string): boolean => plainWordsOf(name).every((word) => NAME_WORDS.has(word));
  const column = columns.find((one) => !taken.has(one.name) && isOfPerson(lastKey(one.name)) && holdsNames(one));
  return column && { name: column.name, why: 'names of people' };
};
