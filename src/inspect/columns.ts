/** Which column of a file is what: by its name and by what it holds. Nothing here reads a file. */
import {
  aboutPersonWords,
  aboutTypeWords,
  againstWords,
  anonymousColumns,
  conversions,
  customaryOptional,
  effortWords,
  otherTimeWords,
  passiveWords,
  personWords,
  timeWords,
  typeWords,
} from '../catalogue/customs.js';
import { customary, customaryColumns } from '../catalogue/sources.js';
import { percent } from '../text/numbers.js';
import { bareName, wordsOf } from '../text/names.js';
import type { Column, Profile } from './profile.js';
import { areTimesOfDay, type TimeForm, timeFormOf } from './times.js';

/** A column that was found, and why it is taken for what it is. */
export interface Found {
  readonly name: string;
  readonly why: string;
}

/** When events happened: one column, or a date and a time in two. */
export interface FoundTime extends Found {
  readonly form: TimeForm;
}

/** What the columns of a file are. */
export interface Roles {
  readonly user?: Found | undefined;
  readonly anonymous?: Found | undefined;
  readonly time?: FoundTime | undefined;
  readonly type?: Found | undefined;
  /** Our other columns -> theirs. */
  readonly others: ReadonlyMap<string, Found>;
}

/** A column with how well it fits a role; only scores above 0 are candidates. */
interface Candidate extends Found {
  readonly score: number;
}

const best = <One extends Candidate>(candidates: readonly One[]): One | undefined =>
  candidates.filter(({ score }) => score > 0).toSorted((a, b) => b.score - a.score)[0];

/** Where the name of a column stands in a list of customary names, from 1 for the first down to 0; undefined if nowhere. */
const placeIn = (names: readonly string[], name: string): number | undefined => {
  const at = names.indexOf(bareName(name));
  return at === -1 ? undefined : 1 - at / names.length;
};

/** The name without what nested JSON puts in front: `properties.user_id` is user_id. */
const lastKey = (name: string): string => name.split('.').at(-1) ?? name;

const isNumber = (cell: string): boolean => /^[+-]?\d+([.,]\d+)?$/.test(cell.trim());

/** Share of cells, of the different ones in the sample, that meet a test. */
const shareOf = (cells: readonly string[], test: (cell: string) => boolean): number =>
  cells.length === 0 ? 0 : cells.filter(test).length / cells.length;

// Times ---------------------------------------------------------------------------------------------------------------

/** The smallest share of times that a column of times has. */
const MOSTLY = 0.9;

const timeCandidate = (column: Column, rows: number): (Candidate & FoundTime) | undefined => {
  const form = timeFormOf(column.values);
  if (form === undefined || form.share < MOSTLY) return undefined;
  const name = lastKey(column.name);
  const words = wordsOf(name);
  const isOther = words.some((word) => otherTimeWords.has(word));
  const isCustomary = name === 'timestamp' || placeIn(customaryColumns.timestamp, name) !== undefined;
  const word = Math.max(0, ...words.map((one) => timeWords[one] ?? 0));
  // A number can be anything else, unless its name says that it is a time.
  const isUnnamed = /^column_\d+$/.test(name);
  if (
    word === 0 &&
    !isCustomary &&
    !isUnnamed &&
    form.forms.some((one) => one.startsWith('epoch') || one.startsWith('%Y%m%d'))
  ) {
    return undefined;
  }
  const why = isCustomary ? 'a customary name' : word > 0 && !isOther ? 'a name for a time' : 'its cells are times';
  const score =
    1 + word + (name === 'timestamp' ? 3 : isCustomary ? 2 : 0) + (form.hasTime ? 3 : 0) - (isOther ? 5 : 0);
  // Of the columns of an event the one that is always filled says when it happened.
  const known = rows === 0 ? 0 : column.known / rows;
  return { name: column.name, why, form, score: Math.max(0.1, score) * known };
};

/** A column of days and one of times of day, as `Date + Time`. */
const pairedTime = (columns: readonly Column[]): (Candidate & FoundTime) | undefined => {
  const days = columns.filter((column) => {
    const form = timeFormOf(column.values);
    const isOther = wordsOf(lastKey(column.name)).some((word) => otherTimeWords.has(word));
    return form !== undefined && form.share >= MOSTLY && !form.hasTime && !isOther;
  });
  const times = columns.filter(({ values }) => areTimesOfDay(values));
  const [day] = days.toSorted((a, b) => wordScore(b.name) - wordScore(a.name));
  const [time] = times.toSorted((a, b) => wordScore(b.name) - wordScore(a.name));
  if (day === undefined || time === undefined) return undefined;
  const [firstDay = ''] = day.values;
  const [firstTime = ''] = time.values;
  const cells = [...day.values.map((one) => `${one} ${firstTime}`), ...time.values.map((one) => `${firstDay} ${one}`)];
  const form = timeFormOf(cells);
  if (form === undefined || form.share < MOSTLY) return undefined;
  return { name: `${day.name} + ${time.name}`, why: 'a day and a time of day in two columns', form, score: 7.5 };
};

const wordScore = (name: string): number => Math.max(0, ...wordsOf(lastKey(name)).map((word) => timeWords[word] ?? 0));

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

const userCandidate = ({ name: full, known, distinct, values }: Column, rows: number): Candidate => {
  const name = lastKey(full);
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
  const doubts = (1 - filled) * 4 + numeric * 3 + (distinct === 1 && rows > 20 ? 1 : 0);
  if (full === 'event_type' && numeric < 1)
    return { name: full, why: 'the name that gesture uses', score: 20 - doubts };
  const isAbout = words.some((word) => aboutTypeWords.has(word));
  const place = placeIn(customaryColumns.event_type, name);
  if (place !== undefined) return { name: full, why: 'a customary name', score: 5 + 3 * place + 4 * said - doubts };
  const word = typeWords.findIndex((one) => words.includes(one));
  if (word !== -1 && !isAbout) {
    const strong = word < 8 ? 5 : 1;
    const why = `its name says ${typeWords[word]}`;
    return { name: full, why, score: strong - word / typeWords.length + 4 * said - doubts };
  }
  if (distinct < 2 || distinct > MOST_UNNAMED || numeric > 0.1 || said < 0.3 || isAbout) return none;
  return { name: full, why: 'its values say what people did', score: 4 * said - doubts };
};

/** The smallest score of a column of types: with less it is rather a category of something. */
const LEAST_TYPE = 2;

// Others --------------------------------------------------------------------------------------------------------------

const isText = ({ values }: Column): boolean => shareOf(values, isNumber) < 0.5;

/** What a column must be like to be ours, besides its name. */
const fits: Readonly<Record<keyof typeof customaryOptional, (column: Column, rows: number) => boolean>> = {
  event_id: ({ known, distinct }, rows) => known === rows && distinct >= rows * 0.95,
  session_id: ({ known, distinct }, rows) => known > rows * 0.2 && distinct > 1,
  username: (column, rows) => isText(column) && column.known > rows * 0.05,
  device: (column) => isText(column) && column.distinct <= 200,
  location_city: (column) => isText(column),
  email: ({ values }) => shareOf(values, (cell) => /^[^@\s]+@[^@\s]+$/.test(cell)) > 0.9,
  user_agent: ({ values }) => shareOf(values, (cell) => /[/ ]/.test(cell)) > 0.5,
};

const othersOf = (columns: readonly Column[], rows: number, taken: ReadonlySet<string>): Map<string, Found> => {
  const found = new Map<string, Found>();
  for (const [ours, names] of Object.entries(customaryOptional)) {
    const test = Object.hasOwn(fits, ours) ? fits[ours as keyof typeof fits] : undefined;
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

/** What the columns of a file are. */
export const rolesOf = ({ columns, rows }: Pick<Profile, 'columns' | 'rows'>): Roles => {
  const single = columns.map((column) => timeCandidate(column, rows)).filter((one) => one !== undefined);
  const pair = pairedTime(columns);
  const full = best(single);
  const time =
    full?.form.hasTime === true && !(pair && full.score < 6) ? full : best([...(pair ? [pair] : []), ...single]);
  const times = new Set([...single.map(({ name }) => name), ...(time?.name.split(' + ') ?? [])]);
  const free = columns.filter(({ name }) => !times.has(name) || name === 'user_id' || name === 'event_type');
  const types = free.map((column) => typeCandidate(column, rows)).filter(({ score }) => score >= LEAST_TYPE);
  const people = free.map((column) => userCandidate(column, rows));
  const named = best(people);
  const withType = best(types.filter(({ name }) => name !== named?.name));
  const byContent = named !== undefined && named.score < 3;
  const user =
    byContent && withType?.name === named?.name ? best(people.filter(({ name }) => name !== withType?.name)) : named;
  const owner = user ?? sessionAsUser(free);
  const type = best(types.filter(({ name }) => name !== owner?.name));
  const taken = new Set([...times, owner?.name, type?.name].filter((name) => name !== undefined));
  return {
    user: owner,
    anonymous: owner && anonymousOf(free, owner, rows),
    time,
    type,
    others: othersOf(columns, rows, taken),
  };
};
