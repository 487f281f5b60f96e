/** The metrics once more, from their definitions: pair by pair and place by place, without sorting. */
import type { Row } from './panels.js';

const above = (rows: readonly Row[], { key }: Row): Row[] => rows.filter((other) => other.key > key);
const tied = (rows: readonly Row[], { key }: Row): Row[] => rows.filter((other) => other.key === key);
const hitsOf = (rows: readonly Row[]): number => rows.filter(({ converted }) => converted).length;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** The share of pairs in the right order. */
export const naiveAuc = (rows: readonly Row[]): number => {
  const pairs = rows.flatMap((hit) =>
    rows.filter((other) => hit.converted && !other.converted).map((miss) => Math.sign(hit.key - miss.key)),
  );
  return sum(pairs.map((order) => (order + 1) / 2)) / pairs.length;
};

/** The expected conversions among the first `size`: the probability of each to be called. */
export const naiveHits = (rows: readonly Row[], size: number): number =>
  sum(
    rows
      .filter(({ converted }) => converted)
      .map((row) => Math.min(1, Math.max(0, (size - above(rows, row).length) / tied(rows, row).length))),
  );

/** Average precision: over the places that each converted person can have. */
export const naivePrecision = (rows: readonly Row[]): number => {
  const ofRow = (row: Row): number => {
    const [before, group] = [above(rows, row), tied(rows, row)];
    const others = hitsOf(group) - 1;
    const places = group.map((_, i) => {
      const earlier = group.length > 1 ? (i * others) / (group.length - 1) : 0;
      return (hitsOf(before) + 1 + earlier) / (before.length + 1 + i);
    });
    return sum(places) / places.length;
  };
  return sum(rows.filter(({ converted }) => converted).map(ofRow)) / hitsOf(rows);
};

/** All orders of a list. */
export const ordersOf = <T>(items: readonly T[]): T[][] =>
  items.length === 0
    ? [[]]
    : items.flatMap((item, i) => ordersOf(items.toSpliced(i, 1)).map((rest) => [item].concat(rest)));

/** All orders of the rows, the greatest key first, tied rows in any order. */
export const tieOrders = (rows: readonly Row[]): Row[][] =>
  ordersOf(rows).filter((order) => order.every((row, i) => i === 0 || row.key <= (order[i - 1]?.key ?? row.key)));
