/** Bounds regular expressions: RE2 never backtracks, but it copies whatever is counted, so `(a{30}){30}` has 900 parts. */

/** Parts of the largest pattern that is accepted: a thousand take a millisecond on a long cell, a million stall a run. */
export const MAX_PATTERN_SIZE = 1000;

/** One part of a pattern: an escape, a class, a group, a counted repetition, or a single character. */
const TOKEN = /\\.|\[\^?\]?(?:\\.|[^\]])*\]|\(\?(?:P?<\w+>|[a-zA-Z-]*[:)]?)|\{(\d*)(?:,(\d*))?\}|[^]/gu;

/**
 * How many parts a pattern has once all counted repetitions are written out.
 *
 * @param pattern an RE2 regular expression; anything else gets some number
 */
export const patternSize = (pattern: string): number => {
  const groups: number[] = [];
  let [size, last] = [0, 0];
  for (const [token, least, most] of pattern.matchAll(TOKEN)) {
    if (least !== undefined) {
      const times = Math.max(Number(least), Number(most ?? 0), 1);
      size += last * (times - 1);
      last *= times;
    } else if (token.startsWith('(') && !token.endsWith(')')) {
      groups.push(size);
    } else if (token === ')') {
      last = size - (groups.pop() ?? 0);
    } else if (!/^[*+?|]$/.test(token)) {
      [size, last] = [size + 1, 1];
    }
  }
  return size;
};
