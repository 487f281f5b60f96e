/**
 * The same log gives the same bytes: those of the demo, in any time zone and language, with any number of
 * threads, in any order of its rows, as Parquet too. The long run tries all combinations, or some if RUNS is small, the short one each zone once;
 * determinism.mjs tries each with every Node that gesture runs on.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gesture } from '../commands/gesture.js';
import { demoHashes, hashesOf, runDemo } from '../demo.js';
import { examples, LONG, tries } from '../random.js';

const demo = await runDemo();
const OUTPUTS = ['user_features.csv', 'user_scores.csv', 'top_users.csv'];

const ZONES = ['UTC', 'America/St_Johns', 'Asia/Kolkata', 'Pacific/Chatham'];
const LOCALES = ['C', 'tr_TR.UTF-8', 'ar_EG.UTF-8'];
const THREADS = [1, 2, 8];

const [header = '', ...rows] = (demo.files['raw_events.csv'] ?? '').trimEnd().split('\n');

/** The rows in an order that has nothing to do with theirs, the same every time. */
const shuffled = rows
  .map((row) => ({ row, key: createHash('sha256').update(row).digest('hex') }))
  .toSorted((a, b) => (a.key < b.key ? -1 : 1))
  .map(({ row }) => row);

/** The facts of the demo, as files that say them in other ways. */
const INPUTS = [
  { input: 'as generated', file: 'log.csv', content: [header, ...rows] },
  { input: 'shuffled', file: 'shuffled.csv', content: [header, ...shuffled] },
  {
    input: 'shuffled, with rows twice and rows that are rejected',
    file: 'dirty.csv',
    content: [header, ...shuffled.slice(0, 700), 'short', ...shuffled, `e,,${','.repeat(15)}`],
  },
  { input: 'as Parquet', file: 'log.parquet' },
];

const all = ZONES.flatMap((zone) =>
  LOCALES.flatMap((locale) =>
    THREADS.flatMap((threads) => INPUTS.map(({ input, file }) => ({ zone, locale, threads, input, file }))),
  ),
);
const MOST = Math.min(all.length, tries(4, 0.36));

/** One for each zone, together with each language, number of threads and input; in the long run as many as are to be tried. */
const [tried = []] = LONG
  ? examples(fc.shuffledSubarray(all, { minLength: MOST, maxLength: MOST }), 1)
  : [all.filter((_, i) => i % 45 === 0)];

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gesture-determinism-'));
  for (const { file, content } of INPUTS) if (content) writeFileSync(join(folder, file), `${content.join('\n')}\n`);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (FROM read_csv('${join(folder, 'log.csv')}', all_varchar = true)) TO '${join(folder, 'log.parquet')}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const written = (): Record<string, string> =>
  hashesOf(Object.fromEntries(OUTPUTS.map((name) => [name, readFileSync(join(folder, name), 'utf8')])));
const hashes = demoHashes();
const expected = Object.fromEntries(OUTPUTS.map((name) => [name, hashes[name]]));

it.each(tried)('$zone, $locale, $threads threads, $input', ({ zone, locale, threads, file }) => {
  const env = { TZ: zone, LANG: locale, LC_ALL: locale };
  const said = (...args: string[]): string => {
    const { status, stderr } = gesture(folder, args, { env });
    return status === 0 ? 'done' : stderr;
  };
  const how = ['--threads', `${threads}`, '--max-rejected', '100%'];
  expect(said('features', file, '--out', 'user_features.csv', ...how)).toBe('done');
  expect(said('rank', 'user_features.csv', '--out', 'top_users.csv')).toBe('done');
  expect(written()).toEqual(expected);
});
