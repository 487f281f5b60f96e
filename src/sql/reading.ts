/** How one log is read, in SQL: from cells in its own words to cells, instants and event types in ours. */
import type { Condition } from '../catalogue/conditions.js';
import { customary, NAME_SEPARATORS } from '../catalogue/sources.js';
import type { Reading } from '../config/settings.js';
import { ALIAS, isHidden, isKey, isTimePart, isWhere, PAGE, whereColumn } from '../intake/bind.js';
import { ANONYMOUS_ID, EVENT_TYPES } from '../model.js';
import { byBytes } from '../text/bytes.js';
import { escapePattern } from '../text/patterns.js';
import { meets } from './conditions.js';
import type { Dialect } from './dialect.js';
import { identifier } from './text.js';

/** What a row has besides its cells. */
export const ROW = {
  /** The event type in the words of the log. */
  theirs: '#theirs',
  /** The condition that the row does not meet; NULL if it is kept. */
  left: '#left',
  /** The null word in an id column, such as `user_id NULL`; NULL if there is none. */
  word: '#word',
  /** True if some cell is a null word, and if the type has another name in the log; only rows that are sampled have these. */
  hasWord: '#has word',
  isRenamed: '#is renamed',
} as const;

// Event types ---------------------------------------------------------------------------------------------------------

/** SQL: true of a cell that is one of these. The engine makes a join of a long IN, which takes longer and more memory. */
const isOneOf = ({ literal }: Dialect, cell: string, values: readonly string[]): string =>
  values.map((value) => `${cell} = ${literal(value)}`).join(' OR ');

/** A name of theirs with `*` as a pattern of the engine's LIKE. */
const asLike = (theirs: string): string =>
  theirs
    .split('*')
    .map((part) => part.replaceAll(/[%_\\]/g, String.raw`\$&`))
    .join('%');

/** The event type in our words, from the cell `event_type`: by the settings, or else by a customary name. */
export const typeOf = (
  dialect: Dialect,
  { types, ownTypes, pages, unknown }: Reading,
  cell: string,
  hasPage: boolean,
): string => {
  const { literal } = dialect;
  const entries = Object.entries(types);
  const exact = entries.filter(([theirs]) => !theirs.includes('*'));
  const wild = entries.filter(([theirs]) => theirs.includes('*'));
  const bare = dialect.bare(cell, NAME_SEPARATORS);
  const whens = [
    ...exact.map(([theirs, type]) => `WHEN ${cell} = ${literal(theirs)} THEN ${literal(type)}`),
    ...wild.map(([theirs, type]) => `WHEN ${dialect.isLike(cell, asLike(theirs))} THEN ${literal(type)}`),
    `WHEN ${isOneOf(dialect, cell, [...EVENT_TYPES, ...ownTypes])} THEN ${cell}`,
  ];
  const names = Object.entries(customary).map(([name, type]) => `WHEN ${literal(name)} THEN ${literal(type)}`);
  const known = cellOf(dialect, [cell], unknown);
  const type = `CASE ${whens.join(' ')} ELSE CASE ${bare} ${names.join(' ')} ELSE ${known} END END`;
  if (pages === undefined || !hasPage) return type;
  return `CASE ${type} WHEN 'page_view' THEN
      CASE WHEN ${dialect.matches(identifier(PAGE), pages.pricing)} THEN 'pricing_page_view' ELSE 'page_view' END
      ELSE ${type} END`;
};

/** True of a reading whose event types cannot be known without the settings, so that they are always translated. */
export const translatesTypes = ({ types, pages }: Reading): boolean =>
  Object.keys(types).length > 0 || pages !== undefined;

/** SQL: true of an event type in the column `event_type` that has another name in our words, or is a null word. */
export const isTranslated = (dialect: Dialect, reading: Reading): string =>
  dialect.differ(typeOf(dialect, reading, '"event_type"', false), '"event_type"');

// Conditions ----------------------------------------------------------------------------------------------------------

const COMMA_NUMBER = String.raw`[ \t]*[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d*)?([eE][+-]?\d+)?[ \t]*`;

/** A number that is written with a decimal comma, `1.234,50`, in our spelling; anything else as it is. */
const withPoint = ({ matches, matchesFully }: Dialect, cell: string): string =>
  `CASE WHEN ${matchesFully(cell, COMMA_NUMBER)} THEN replace(replace(${cell}, '.', ''), ',', '.')
      WHEN ${matches(cell, '[.]')} THEN concat(${cell}, ' (with a decimal point)') ELSE ${cell} END`;

/** SQL: true of rows that meet a condition of `where`. */
const isKept = (dialect: Dialect, condition: Condition, hasComma: (column: string) => boolean): string => {
  const column = whereColumn(condition.column);
  const cell = identifier(column);
  return meets(dialect, condition, {
    text: cell,
    number: dialect.decimal(hasComma(column) ? withPoint(dialect, cell) : cell),
  });
};

/** How the tests of a condition are said of a row that fails it. */
const FAILED: Readonly<Record<string, string>> = {
  equals: 'is not',
  in: 'is none of',
  matches: 'does not match',
  not_equals: 'is',
  not_in: 'is one of',
  not_matches: 'matches',
  at_least: 'is not at least',
  below: 'is not below',
};

/** Why a row does not meet a condition, for the list of excluded rows. */
export const failureOf = ({ column, ...test }: Condition): string => {
  const [given] = Object.entries(test).filter(([, value]) => value !== undefined);
  const [name = '', value = ''] = given ?? [];
  return `${column} ${FAILED[name] ?? name} ${[value].flat().join(', ').slice(0, 60)}`;
};

// Rows ----------------------------------------------------------------------------------------------------------------

/** Columns that hold ids. */
export const ID_COLUMNS: readonly string[] = ['user_id', ANONYMOUS_ID, 'session_id', 'event_id'];

/** SQL: true of a cell that is a null word, false of one that is NULL. */
export const isNullWord = (dialect: Dialect, cell: string, words: readonly string[]): string => {
  const sorted = [...new Set(words)].toSorted(byBytes);
  return sorted.length === 0 ? 'false' : dialect.isAmong(cell, sorted);
};

/** A regular expression for any of these words. */
const anyOf = (words: readonly string[]): string => `(${words.map(escapePattern).join('|')})`;

/** The null words of a column. Of event types those are none that the settings name. */
export const wordsOf = (column: string, { unknown, unknownIn, types }: Reading): string[] => {
  const words = [...unknown, ...(Object.hasOwn(unknownIn, column) ? (unknownIn[column] ?? []) : [])];
  return column === 'event_type' ? words.filter((word) => !Object.hasOwn(types, word)) : words;
};

/** The cell of a column of ours: the first known one of its places, which are SQL of text. */
const cellOf = (dialect: Dialect, places: readonly string[], words: readonly string[]): string => {
  const known = places.map((place) =>
    words.length === 0 ? place : `CASE WHEN NOT ${isNullWord(dialect, place, words)} THEN ${place} END`,
  );
  return known.length === 1 ? (known[0] ?? 'NULL') : `coalesce(${known.join(', ')})`;
};

/** The places of the cells of one log: our column name -> SQL of the text of each place. */
export type Places = ReadonlyMap<string, readonly string[]>;

/** How much is looked for in a row: less is enough where it is proved afterwards that there was nothing to find. */
export interface Look {
  /** Null words; false: only in event types. */
  readonly words: boolean;
  /** Names of event types that are ours under another name. */
  readonly names: boolean;
  /** False: which null word stood in an id is not noted. */
  readonly noted?: boolean;
  /** Whether rows are marked in which there was something. */
  readonly marked?: boolean;
}

/** How the rows of a log are read. */
export interface ReadOptions {
  /** Columns that hold numbers. */
  readonly numbers: ReadonlySet<string>;
  /** Further columns of the relation of the log. */
  readonly also: readonly string[];
  readonly look: Look;
  /** Columns whose cells are no null words. */
  readonly plain?: ReadonlySet<string> | undefined;
  /** Columns whose numbers have a point, whatever the reading says of others. */
  readonly pointed?: ReadonlySet<string> | undefined;
  /** SQL of the event type in our words, if it is known better than by its names. */
  readonly ours?: string | undefined;
  /** SQL of the instant of a row, if it is not to be read from its cell. */
  readonly instant?: string | undefined;
}

/**
 * SQL of the rows of one log: its cells by our names, `t`, and the columns of `ROW`.
 *
 * @param from relation of the log, as its reader gives it
 */
export const readRows = (
  dialect: Dialect,
  reading: Reading,
  places: Places,
  from: string,
  { numbers, also, look, plain, pointed, ours: given, instant }: ReadOptions,
): string => {
  const { literal, nullText } = dialect;
  const cells = [...places].map(
    ([column, at]) =>
      `${cellOf(dialect, at, look.words && plain?.has(column) !== true ? wordsOf(column, reading) : [])} AS ${identifier(column)}`,
  );
  // A log with the ids of anonymous people alone has no other.
  if (!places.has('user_id')) cells.push(`${nullText} AS "user_id"`);
  const times = [...places].filter(([column]) => isTimePart(column));
  const when = times.map(([column, at]) => cellOf(dialect, at, wordsOf(column, reading)));
  if (when.length > 0) cells.push(`nullif(${dialect.joined(' ', when)}, '') AS "timestamp"`);
  const words = ID_COLUMNS.flatMap((column) =>
    (places.get(column) ?? []).map(
      (place) => `WHEN ${isOneOf(dialect, place, reading.unknown)} THEN concat(${literal(column)}, ' ', ${place})`,
    ),
  );
  const keys = [...places.keys()].filter(isKey);
  const type = places.has('event_type') ? 'cells."event_type"' : literal(reading.type ?? '');
  const ours = given ?? typeOf(dialect, reading, type, places.has(PAGE));
  const { identity, where } = reading;
  const hasComma = (column: string): boolean => reading.decimal === ',' && pointed?.has(column) !== true;
  const changed = [
    ...[...numbers]
      .filter((column) => hasComma(column) && places.has(column))
      .map((column) => `${withPoint(dialect, `cells.${identifier(column)}`)} AS ${identifier(column)}`),
    ...(places.has('event_type') && look.names ? [`${ours} AS "event_type"`] : []),
    ...(identity?.alias === undefined || !places.has(ALIAS)
      ? []
      : [
          `CASE WHEN ${identifier(ALIAS)} IS NOT NULL THEN cells."user_id" END AS "user_id"`,
          `coalesce(${identifier(ALIAS)}, cells.${identifier(ANONYMOUS_ID)}) AS ${identifier(ANONYMOUS_ID)}`,
        ]),
  ];
  const added = [
    ...(places.has('event_type') ? [] : [`${ours} AS "event_type"`]),
    `${type} AS ${identifier(ROW.theirs)}`,
    ...(look.marked ? [`${dialect.differ(ours, type)} AS ${identifier(ROW.isRenamed)}`] : []),
    `${instant ?? dialect.readInstant('"timestamp"', reading)} AS t`,
    ...(keys.length === 0
      ? []
      : [
          `${dialect.joined(
            '\u001F',
            keys.map((column) => `coalesce(${identifier(column)}, '')`),
          )} AS "event_id"`,
        ]),
    `${where.length === 0 ? nullText : `CASE ${where.map((one) => `WHEN NOT coalesce(${isKept(dialect, one, hasComma)}, false) THEN ${literal(failureOf(one))}`).join(' ')} END`} AS ${identifier(ROW.left)}`,
  ];
  // Much shorter to plan than comparisons, which are quicker.
  const anyWord = [...places].flatMap(([column, at]) =>
    plain?.has(column) === true ? [] : at.map((place) => dialect.matchesFully(place, anyOf(wordsOf(column, reading)))),
  );
  const marked = look.marked ? [`(${anyWord.join(' OR ')}) AS ${identifier(ROW.hasWord)}`] : [];
  // What a condition looks at is kept, so that a condition that no row meets can be explained.
  const hidden = [...places.keys()].filter((column) => isHidden(column) && !isWhere(column));
  const rest = dialect.except(hidden);
  const replaced = changed.length === 0 ? '' : ` REPLACE (${changed.join(', ')})`;
  const word =
    words.length === 0 || !look.words || look.noted === false || reading.unknown.length === 0
      ? nullText
      : `CASE ${words.join(' ')} END`;
  return `SELECT ${[`${rest}${replaced}`, ...added].join(', ')}
    FROM (SELECT ${[...cells, `${word} AS ${identifier(ROW.word)}`, ...marked, ...also].join(', ')} FROM ${from}) AS cells`;
};
