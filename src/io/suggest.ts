/** "Did you mean": the name a typing error was probably meant to be. */

/** Edits (insert, delete, replace, swap neighbours) that turn `a` into `b`; Damerau's distance, restricted form. */
const distance = (a: string, b: string): number => {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
};

const folded = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** The one of `names` closest to `wrong`, if it is close: a third of its letters may differ. */
export const nearest = (wrong: string, names: Iterable<string>): string | undefined => {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  for (const name of names) {
    const edits = folded(name) === folded(wrong) ? 0 : distance(wrong.slice(0, 64), name.slice(0, 64));
    if (edits < least) [best, least] = [name, edits];
  }
  return best;
};

/** ` Did you mean "x"?`, or nothing. */
export const didYouMean = (wrong: string, names: Iterable<string>): string => {
  const name = nearest(wrong, names);
  return name === undefined ? '' : ` Did you mean "${name}"?`;
};
