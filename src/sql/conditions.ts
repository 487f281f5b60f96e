/** The conditions of the catalogue and of gesture.yaml, spelled once in SQL. */
import type { Condition } from '../catalogue/conditions.js';
import { literal } from './text.js';

/** SQL of the cell that a condition tests: as text, and as an exact number (NULL if it is none). */
export interface TestedCell {
  readonly text: string;
  readonly number: string;
}

const listOf = (values: readonly string[]): string => values.map(literal).join(', ');

/** A number of the settings as SQL. */
const numeric = (n: number): string => (/e/.test(String(n)) ? n.toFixed(10) : String(n));

/** SQL: true of rows that meet a condition. Of an unknown cell it is NULL, or true if the test is a negative one. */
export const meets = (condition: Condition, { text, number }: TestedCell): string => {
  const { equals, in: some, matches, at_least: least, below } = condition;
  const { not_equals: other, not_in: none, not_matches: unlike } = condition;
  const tests = [
    ...(equals === undefined ? [] : [`${text} = ${literal(equals)}`]),
    ...(some === undefined ? [] : [`${text} IN (${listOf(some)})`]),
    ...(matches === undefined ? [] : [`regexp_matches(${text}, ${literal(matches)})`]),
    ...(other === undefined ? [] : [`coalesce(${text} <> ${literal(other)}, true)`]),
    ...(none === undefined ? [] : [`coalesce(${text} NOT IN (${listOf(none)}), true)`]),
    ...(unlike === undefined ? [] : [`NOT coalesce(regexp_matches(${text}, ${literal(unlike)}), false)`]),
    ...(least === undefined ? [] : [`${number} >= ${numeric(least)}`]),
    ...(below === undefined ? [] : [`${number} < ${numeric(below)}`]),
  ];
  return tests.join(' AND ');
};
