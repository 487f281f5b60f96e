/** How large a regular expression is once its repetitions are written out, and which are refused. */
import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { patternSize } from '../../src/config/patterns.js';
import { temporary } from './temporary.js';

const { write } = temporary();

it.each([
  ['', 0],
  ['abc', 3],
  ['a+b*c?|d', 4],
  [String.raw`\d[^\]a-z]\{x`, 4],
  ['a{3}', 3],
  ['a{2,5}', 5],
  ['a{2,}', 2],
  ['a{0}', 1],
  ['x(ab){3}', 7],
  ['(?:ab){3}c', 7],
  ['((ab){3}c){2}', 14],
  ['(a{30}){30}', 900],
  ['(?P<name>a{2})b', 3],
])('%s has %d parts', (pattern, parts) => {
  expect(patternSize(pattern)).toBe(parts);
});

const withPattern = (matches: string): string =>
  write(
    'gesture.yaml',
    `features: { mine: { from: events, is: { op: countWhere, column: event_type, matches: '${matches}' }, unit: events, says: mine } }\n`,
  );

it('a pattern of a thousand parts is taken, a larger one refused', async () => {
  await expect(loadConfig(withPattern('(a{100}){10}'))).resolves.toHaveProperty('features.mine');
  await expect(loadConfig(withPattern('(a{100}){10}b'))).rejects.toThrow('is too large a pattern');
});
