import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { call } from '../commands/call.js';
import { runDemo } from '../demo.js';
import { renewed, withOutput } from './renewed.js';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const example = readFileSync(path('library.mjs'), 'utf8');
const readme = readFileSync(path('../../README.md'), 'utf8');

const printed = execFileSync(process.execPath, [path('library.mjs')], { encoding: 'utf8' });

it('the library example prints what its comments say', async () => {
  await expect(withOutput(example, printed)).toMatchFileSnapshot('library.mjs');
});

it('has the two commands at its top: one installs and runs, one installs and tests', () => {
  const [run = '', test = ''] = [...readme.matchAll(/^ {4}(npm ci .*)$/gm)].map(([, command]) => command);
  expect([run, test]).toEqual(['npm ci && npm start', 'npm ci && npm test']);
  expect(readFileSync(path('../../.ci/run'), 'utf8')).toMatch(/npm ci.*[^]*npm test/);
});

it('has the tables, the list, the library example and the rule about sessions as they are', async () => {
  await expect(renewed(readme, await runDemo(), withOutput(example, printed))).toMatchFileSnapshot('../../README.md');
});

it('names every command and every flag there is', async () => {
  const flags: string[] = [];
  for (const command of ['generate', 'features', 'rank', 'init', 'explain', 'compare', 'backtest', 'tune', 'report']) {
    const { stdout } = await call('.', [command, '--help']);
    for (const [flag] of stdout.matchAll(/(?<=^ {2})--[a-z-]+/gm)) flags.push(`${command} ${flag}`);
  }
  expect(flags.length).toBeGreaterThan(30);
  expect(flags.filter((flag) => !readme.includes(flag.split(' ')[1] ?? ''))).toEqual([]);
});
