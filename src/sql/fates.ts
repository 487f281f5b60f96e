/**
 * What becomes of rows that are not used, as far as each row says it itself: the fast reading makes such rows nobody's,
 * so that what they say is aggregated apart, and counts them.
 */
import { type CellRules, isPlaced } from './cells.js';
import { duckdb } from './duckdb.js';
import { isNullWord, ROW } from './reading.js';
import { identifier } from './text.js';

/** The column of the fate of a row; NULL if it is used, or nobody's in the first place. */
export const FATE = '#fate';

/** The fates that a row can have, in the order in which they are decided, by the numbers that stand for them. */
const FATES = {
  /** A condition of `where` leaves it out. */
  left: 1,
  rejected: 2,
  later: 3,
  excluded: 4,
} as const;

/** A fate of a row. */
export type Fate = keyof typeof FATES;

/** The column that is true of a row with a null word, not looked for, in a cell that its fate depends on. */
export const DOUBTED = '#doubted';

/** SQL: true of a row with one of these fates, NULL of a row without any. */
export const hasFate = (...fates: readonly Fate[]): string =>
  `${identifier(FATE)} IN (${fates.map((fate) => FATES[fate]).join(', ')})`;

/** What decides the fates of rows. */
export interface Fateful {
  readonly rules: CellRules;
  /** Microseconds since 1970; undefined: no row is too late. */
  readonly asOf: bigint | undefined;
  /** SQL: true of rows that `exclude` leaves out; undefined: it leaves out none. */
  readonly isExcluded: string | undefined;
  /** Columns that `where` and `exclude` look at. */
  readonly looksAt: readonly string[];
  /** Whether there is a condition of `where`. */
  readonly hasConditions: boolean;
  /** Whether it is known that every row can be placed. */
  readonly allPlaced?: boolean;
}

/** The fates that rows can have. */
export const possibleFates = ({ asOf, isExcluded, hasConditions }: Fateful): Set<Fate> =>
  new Set<Fate>([
    ...(hasConditions ? (['left'] as const) : []),
    'rejected',
    ...(asOf === undefined ? [] : (['later'] as const)),
    ...(isExcluded === undefined ? [] : (['excluded'] as const)),
  ]);

/**
 * A relation of the rows of `rows` with their fates; those that have one belong to no user.
 *
 * @param words null words that nobody has looked for
 */
export const withFates = (
  rows: string,
  { rules, asOf, isExcluded, looksAt, hasConditions, allPlaced = false }: Fateful,
  words: readonly string[],
): string => {
  const ofOwned = [
    ...(asOf === undefined ? [] : [`WHEN t > ${duckdb.instant(asOf)} THEN ${FATES.later}`]),
    ...(isExcluded === undefined ? [] : [`WHEN ${isExcluded} THEN ${FATES.excluded}`]),
  ];
  const fates = [
    ...(hasConditions ? [`WHEN ${identifier(ROW.left)} IS NOT NULL THEN ${FATES.left}`] : []),
    ...(allPlaced ? [] : [`WHEN NOT (${isPlaced(duckdb, rules)}) THEN ${FATES.rejected}`]),
    ...(ofOwned.length === 0 ? [] : ['WHEN user_id IS NULL THEN NULL', ...ofOwned]),
  ];
  const fated = `(SELECT *, CASE ${fates.join(' ')} END AS ${identifier(FATE)} FROM ${rows})`;
  // The user of a row that is used is looked at afterwards.
  const owner = ofOwned.length === 0 ? [] : [`CASE WHEN ${identifier(FATE)} IS NOT NULL THEN user_id END`];
  const doubts = [...looksAt.map(identifier), ...owner].map((cell) => isNullWord(duckdb, cell, words));
  const doubted = words.length === 0 || doubts.length === 0 ? 'false' : doubts.join(' OR ');
  return `(SELECT * REPLACE (CASE WHEN ${identifier(FATE)} IS NULL THEN user_id END AS user_id), ${doubted} AS ${identifier(DOUBTED)} FROM ${fated})`;
};

/** A relation of the rows of `rows` that can be placed, with their users. */
export const placedRows = (rows: string, { rules, hasConditions }: Fateful): string =>
  `(SELECT * FROM ${rows} WHERE ${isPlaced(duckdb, rules)}${hasConditions ? ` AND ${identifier(ROW.left)} IS NULL` : ''})`;
