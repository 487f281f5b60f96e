/** The conditions of the catalogue and of gesture.yaml, spelled once in SQL. */
import type { Condition } from '../catalogue/conditions.js';
import type { Dialect } from './dialect.js';

/** SQL of the cell that a condition tests: as text, and as an exact number (NULL if it is none). */
export interface TestedCell {
  readonly text: string;
  readonly number: string;
}

/** SQL: true of rows that meet a condition. Of an unknown cell it is NULL, or true if the test is a negative one. */
export const meets = (dialect: Dialect, condition: Condition, { text, number }: TestedCell): string => {
  const { literal, matches: isMatch } = dialect;
  const listOf = (values: readonly string[]): string => values.map(literal).join(', ');
  const { equals, in: some, matches, at_least: least, below } = condition;
  const { not_equals: other, not_in: none, not_matches: unlike } = condition;
  const tests = [
    ...(equals === undefined ? [] : [`${text} = ${literal(equals)}`]),
    ...(some === undefined ? [] : [`${text} IN (${listOf(some)})`]),
    ...(matches === undefined ? [] : [isMatch(text, matches)]),
    ...(other === undefined ? [] : [`coalesce(${text} <> ${literal(other)}, true)`]),
    ...(none === undefined ? [] : [`coalesce(${text} NOT IN (${listOf(none)}), true)`]),
    ...(unlike === undefined ? [] : [`NOT coalesce(${isMatch(text, unlike)}, false)`]),
    ...(least === undefined ? [] : [`${number} >= ${dialect.number(least)}`]),
    ...(below === undefined ? [] : [`${number} < ${dialect.number(below)}`]),
  ];
  return tests.join(' AND ');
};
