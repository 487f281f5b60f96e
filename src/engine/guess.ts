/** What the first rows of a log suggest about all of them: a guess, to be proved by whoever relies on it. */
import { type Log, nullWordsOf } from '../intake/bind.js';
import { isChecked } from '../sql/cells.js';
import { type Facts, profiledColumns } from '../sql/plan.js';
import { type Look, ROW, translatesTypes, wordsOf } from '../sql/reading.js';
import { identifier } from '../sql/text.js';
import { deviceNames, factsFrom, type Job, knownCells, namesOf, SAMPLE } from './aggregate.js';
import type { Copies } from './checkRows.js';
import type { Engine } from './duckdb/open.js';
import { directRelation } from './duckdb/relations.js';

/** The log cannot be read fast, and why. */
export interface NotClean {
  readonly notClean: string;
}

/** True of an answer that says the log cannot be read fast. */
export const isNotClean = (answer: object): answer is NotClean => 'notClean' in answer;

/** The engine's reader found something that only the strict one can say. */
export const READER_FAULT: NotClean = { notClean: 'the reader found a fault' };

/** All null words of the readings of logs. */
export const nullWordsIn = (logs: readonly Log[]): string[] => [...new Set(logs.flatMap(nullWordsOf))];

/** What the first rows of a log suggest about the others, and what must be looked for in all of them. */
export interface Guess {
  readonly facts: Facts;
  readonly look: Look;
}

/** True of a null word that could be read as a number, a time or a flag, as `-1` and `false` could. */
const couldBeValue = (word: string): boolean => /\d|^(?:t(?:rue)?|f(?:alse)?|y(?:es)?|no?|on|off)$/i.test(word);

/** True of a log in which a column of numbers, times or flags has a null word that its grammar does not tell from a value. */
const hasDoubtfulWords = ({ columns, reading }: Log, numbers: ReadonlySet<string>): boolean =>
  [...columns.keys()].some(
    (column) => (isChecked(column) || numbers.has(column)) && wordsOf(column, reading).some(couldBeValue),
  );

/** Guesses from the first rows of a log what all are like. */
export const guess = async (
  engine: Engine,
  { logs, plan, numbers }: Job,
  copies: Copies = [],
): Promise<Guess | NotClean> => {
  const { sql, paths } = directRelation(logs, numbers, { words: false, names: false, marked: true }, copies);
  const first = `(SELECT * FROM ${sql} LIMIT ${SAMPLE})`;
  const marks = [ROW.hasWord, ROW.isRenamed].map((mark) => `count(*) FILTER (WHERE ${identifier(mark)})`);
  const aggregates = ['count(*)', ...marks, ...knownCells(plan), deviceNames(plan)].join(', ');
  const rows = await engine.rows(`SELECT ${aggregates} FROM ${first}`, paths).catch(() => undefined);
  if (rows === undefined) return READER_FAULT;
  const [row = []] = rows;
  const [events = 0, words = 0, names = 0, ...known] = row.slice(0, -1).map(Number);
  const facts: Facts = {
    ...factsFrom(profiledColumns(plan), known, events),
    uniqueIds: true,
    devices: namesOf(row.at(-1)),
  };
  const translated = logs.some(({ reading }) => translatesTypes(reading));
  const doubtful = logs.some((log) => hasDoubtfulWords(log, numbers));
  return { facts, look: { words: words > 0 || doubtful, names: names > 0 || translated } };
};
