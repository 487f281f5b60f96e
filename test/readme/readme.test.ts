import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { defaultWeights } from '../../src/catalogue/weights.js';
import { weightsTable } from '../../src/scoring/markdown.js';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const example = readFileSync(path('library.mjs'), 'utf8');
const readme = existsSync(path('../../README.md')) ? readFileSync(path('../../README.md'), 'utf8') : undefined;

it('the library example runs and prints what it says', () => {
  const said = execFileSync(process.execPath, [path('library.mjs')], { encoding: 'utf8' });
  expect(said).toBe(`34.36 low
signed up (+30.0), viewed pricing 6 times (+6.9), last active 7 days ago (+2.5); spammy sessions (-5.0)
booked a call: +30
24.36
`);
});

it.skipIf(readme === undefined)('the README has the example as it runs, and the weights as they are', () => {
  expect(readme).toContain(example);
  expect(readme).toContain(weightsTable(defaultWeights));
});
