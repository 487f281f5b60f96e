/** Did-you-mean: the known name that is closest to a misspelt one. */

/** The number of letters to insert, delete, replace or swap with a neighbour to turn `a` into `b`. */
const distance = (a: string, b: string): number => {
  let [before, previous]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j] ?? 0, (before[j - 2] ?? 0) + 1);
    }
    [before, previous] = [previous, row];
  }
  return previous[b.length] ?? 0;
};

/**
 * The name in `known` that was most likely meant by `name`, or undefined.
 *
 * @param most the number of letters that may be wrong; by default a third of the name
 */
export const closest = (
  name: string,
  known: Iterable<string>,
  most = Math.max(1, Math.floor(name.length / 3)),
): string | undefined => {
  const asked = name.slice(0, 64).toLowerCase();
  let best: string | undefined;
  let least = most + 1;
  for (const candidate of known) {
    const away = distance(asked, candidate.toLowerCase());
    if (away < least) [best, least] = [candidate, away];
  }
  return best;
};

/** `. Did you mean "signups"?` to end a message with, or nothing. */
export const didYouMean = (name: string, known: Iterable<string>): string => {
  const near = closest(name, known);
  return near === undefined ? '' : `. Did you mean "${near}"?`;
};
