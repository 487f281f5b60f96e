import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { features } from '../../src/catalogue/features.js';
import { personas } from '../../src/catalogue/personas.js';
import { sources } from '../../src/catalogue/sources.js';
import { defaultWeights } from '../../src/catalogue/weights.js';
import { featuresTable, personasTable, sourcesTable, weightsTable } from './tables.js';
import { gesture } from '../commands/gesture.js';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const example = readFileSync(path('library.mjs'), 'utf8');
const readme = readFileSync(path('../../README.md'), 'utf8');

it('the library example runs and prints what it says', () => {
  const said = execFileSync(process.execPath, [path('library.mjs')], { encoding: 'utf8' });
  expect(said).toBe(`34.36 low
signed up (+30.0), viewed pricing 6 times (+6.9), last active 7 days ago (+2.5); spammy sessions (-5.0)
booked a call: +30
24.36
`);
});

it('has the two commands at its top: one installs and runs, one installs and tests', () => {
  const [run = '', test = ''] = [...readme.matchAll(/^ {4}(npm ci .*)$/gm)].map(([, command]) => command);
  expect([run, test]).toEqual(['npm ci && npm start', 'npm ci && npm test']);
  expect(readFileSync(path('../../.ci/run'), 'utf8')).toMatch(/npm ci.*[^]*npm test/);
});

it('has the library example as it runs, and the tables of the catalogues as they are', () => {
  expect(readme).toContain(example);
  expect(readme).toContain(weightsTable(defaultWeights));
  expect(readme).toContain(featuresTable(features));
  expect(readme).toContain(sourcesTable(sources));
  expect(readme).toContain(personasTable(personas));
});

it('shows of the list what gesture rank prints of the demo', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gesture-readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { status, stderr } = gesture(folder, ['rank', path('../../data/user_features.csv')]);
  expect(status).toBe(0);
  const [, excerpt = ''] = /```\n( +# {2}user_id[^`]+)```/u.exec(readme) ?? [];
  const parts = excerpt.split('    ...\n');
  expect(parts).toHaveLength(2);
  for (const part of parts) expect(stderr).toContain(part);
});

it('names every command and every flag there is', () => {
  const help = (...args: string[]): string =>
    execFileSync(process.execPath, [path('../../bin/gesture.js'), ...args, '--help'], { encoding: 'utf8' });
  const flags = ['generate', 'features', 'rank', 'init', 'explain', 'compare'].flatMap((command) =>
    [...help(command).matchAll(/(?<=^ {2})--[a-z-]+/gm)].map(([flag]) => `${command} ${flag}`),
  );
  expect(flags.length).toBeGreaterThan(30);
  expect(flags.filter((flag) => !readme.includes(flag.split(' ')[1] ?? ''))).toEqual([]);
});
