/** Which column of a file is what: by its name and by what it holds. Nothing here reads a file. */
import {
  aboutPersonWords,
  aboutTypeWords,
  againstWords,
  anonymousColumns,
  conversions,
  customaryOptional,
  effortWords,
  passiveWords,
  personWords,
  typeWords,
} from '../catalogue/customs.js';
import { customary, customaryColumns } from '../catalogue/sources.js';
import { percent } from '../text/numbers.js';
import { bareName, wordsOf } from '../text/names.js';
import { isNumber } from './header.js';
import type { Column, Profile } from './profile.js';
import { best, type Candidate, type Found, lastKey, placeIn } from './candidates.js';
import { type FoundTime, timesOf } from './timeColumns.js';

/** What the columns of a file are. */
export interface Roles {
  readonly user?: Found | undefined;
  readonly anonymous?: Found | undefined;
  readonly time?: FoundTime | undefined;
  readonly type?: Found | undefined;
  /** Our other columns -> theirs. */
  readonly others: ReadonlyMap<string, Found>;
}

/** Share of cells, of the different ones in the sample, that meet a test. */
const shareOf = (cells: readonly string[], test: (cell: string) => boolean): number =>
  cells.length === 0 ? 0 : cells.filter(test).length / cells.length;

// Users ---------------------------------------------------------------------------------------------------------------

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

/** An e-mail address tells people apart, but an id does it better. */
const ADDRESSES: ReadonlySet<string> = new Set(['email', 'useremail', 'mail']);

const userCandidate = ({ name: full, known, distinct, values }: Column, rows: number): Candidate => {
  const name = idName(full);
  const words = wordsOf(name);
  const candidate = (score: number, why: string): Candidate => ({ name: full, why, score });
  if (known === 0 || shareOf(values, isIdLike) < 0.95) return candidate(0, '');
  const share = rows === 0 ? 0 : known / rows;
  // In a log, people come back; in a table of people or of transactions, every row has an id of its own.
  const unique = distinct >= known * 0.98 && rows > 50 ? 3 : 0;
  const constant = distinct === 1 && rows > 20 ? 4 : 0;
  const rarely = share < 0.05 ? 5 : (1 - share) * 3;
  const doubts = unique + constant + rarely;
  if (full === 'user_id') return candidate(20 - doubts, 'the name that gesture uses');
  if (ADDRESSES.has(bareName(name))) return candidate(6 - doubts, 'an e-mail address');
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
const sessionAsUser = (columns: readonly Column[]): Candidate | undefined => {
  const column = columns.find(
    ({ name, known }) => placeIn(customaryOptional.session_id, lastKey(name)) !== undefined && known > 0,
  );
  return column && { name: column.name, why: 'no column names people, so each session is one person', score: 1 };
};

const anonymousOf = (columns: readonly Column[], user: Found, rows: number): Found | undefined => {
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

// Types ---------------------------------------------------------------------------------------------------------------

/** Different types that a column of types can have: by its name, and by its content alone. */
const [MOST_TYPES, MOST_UNNAMED] = [5000, 200];

/** So many of the words for what happened say it strongly; the others, such as status, can be about anything. */
const STRONG = 13;

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
  Object.hasOwn(customary, bareName(cell)) || wordsOf(cell).some((word) => eventWords.has(word));

const isTypeLike = (cell: string): boolean => cell.length <= 120 && !/^https?:\/\/|@.+\.|^\{|\n/.test(cell);

const typeCandidate = ({ name: full, known, distinct, values }: Column, rows: number): Candidate => {
  const name = lastKey(full);
  const words = wordsOf(name);
  const none = { name: full, why: '', score: 0 };
  if (known === 0 || distinct > MOST_TYPES || shareOf(values, isTypeLike) < 0.95) return none;
  if (distinct > Math.max(12, known * 0.5)) return none;
  const numeric = shareOf(values, isNumber);
  const said = shareOf(values, saysAction);
  const filled = rows === 0 ? 0 : known / rows;
  if (filled < 0.5) return none;
  const doubts = (1 - filled) * 4 + numeric * 3 + (rows > 20 ? Math.max(0, 3 - distinct) : 0);
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
const pagesAsTypes = (columns: readonly Column[], taken: readonly (string | undefined)[]): Found | undefined => {
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
const LEAST_TYPE = 2;

// Others --------------------------------------------------------------------------------------------------------------

const isText = ({ values }: Column): boolean => shareOf(values, isNumber) < 0.5;

/** What a column must be like to be ours, besides its name. */
const fits: ReadonlyMap<string, (column: Column, rows: number) => boolean> = new Map(
  Object.entries({
    event_id: ({ known, distinct }, rows) => known === rows && distinct >= rows * 0.95,
    session_id: ({ known, distinct }, rows) => known > rows * 0.2 && distinct > 1,
    username: (column, rows) => isText(column) && column.known > rows * 0.05,
    device: (column) => isText(column) && column.distinct <= 200,
    location_city: (column) => isText(column),
    email: ({ values }) => shareOf(values, (cell) => /^[^@\s]+@[^@\s]+$/.test(cell)) > 0.9,
    user_agent: ({ values }) => shareOf(values, (cell) => /[/ ]/.test(cell)) > 0.5,
  } satisfies Record<keyof typeof customaryOptional, (column: Column, rows: number) => boolean>),
);

const othersOf = (columns: readonly Column[], rows: number, taken: ReadonlySet<string>): Map<string, Found> => {
  const found = new Map<string, Found>();
  for (const [ours, names] of Object.entries(customaryOptional)) {
    const test = fits.get(ours);
    if (test === undefined) continue;
    // A column under our own name is read in any case.
    const own = columns.find(({ name }) => name === ours);
    const [first] = columns
      .filter(({ name }) => !taken.has(name) && placeIn(names, lastKey(name)) !== undefined)
      .toSorted((a, b) => (placeIn(names, lastKey(b.name)) ?? 0) - (placeIn(names, lastKey(a.name)) ?? 0));
    const column = own ?? first;
    if (column !== undefined && test(column, rows)) found.set(ours, { name: column.name, why: 'a customary name' });
  }
  return found;
};

/** Words for somebody who may be anyone. */
const ANYONE: ReadonlySet<string> = new Set(['visitor', 'anonymous', 'anon', 'cookie', 'guest']);

/** The address of people of whom otherwise only an anonymous id is known: it tells who they are, in other files too. */
const addressOf = (columns: readonly Column[], user: Found | undefined, rows: number): Found | undefined => {
  if (user === undefined || !wordsOf(lastKey(user.name)).some((word) => ANYONE.has(word))) return undefined;
  const address = othersOf(columns, rows, new Set([user.name])).get('email');
  return address && { name: address.name, why: `an e-mail address, while ${user.name} may be anyone` };
};

/** What the columns of a file are. */
export const rolesOf = ({ columns, rows }: Pick<Profile, 'columns' | 'rows'>): Roles => {
  const { time, columns: times } = timesOf(columns, rows);
  const free = columns.filter(({ name }) => !times.has(name) || name === 'user_id' || name === 'event_type');
  const types = free.map((column) => typeCandidate(column, rows)).filter(({ score }) => score >= LEAST_TYPE);
  const people = free.map((column) => userCandidate(column, rows));
  const named = best(people);
  const byContent = named !== undefined && named.score < 3;
  // What says what people did is no person, unless its name says so.
  const user = byContent ? best(people.filter(({ name }) => !types.some((one) => one.name === name))) : named;
  const owner = addressOf(free, user, rows) ?? user ?? sessionAsUser(free);
  const type = best(types.filter(({ name }) => name !== owner?.name)) ?? pagesAsTypes(free, [owner?.name]);
  const taken = new Set([...times, owner?.name, type?.name].filter((name) => name !== undefined));
  return {
    user: owner,
    anonymous: owner && anonymousOf(free, owner, rows),
    time,
    type,
    others: othersOf(columns, rows, taken),
  };
};
