import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inTimeOrder } from '../../src/io/order.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gesture-order-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const lines = [
  { at: 7200, text: 'two o clock' },
  { at: 3599, text: 'the last second of the first hour' },
  { at: 3600, text: 'one o clock' },
  { at: 5, text: 'b, five seconds past' },
  { at: 5, text: 'a, five seconds past: ties by text' },
  { at: 60, text: 'a minute past' },
];
const sorted = [
  'a, five seconds past: ties by text',
  'b, five seconds past',
  'a minute past',
  'the last second of the first hour',
  'one o clock',
  'two o clock',
];

it.each([
  ['in memory', 1e6, 0],
  ['on disk, one file an hour', 1, 3],
])('puts lines in the order of time: %s', async (_, held, files) => {
  const batches = [lines.slice(0, 2), lines.slice(2, 4), lines.slice(4)];
  const found: string[] = [];
  for await (const hour of inTimeOrder(batches, folder, held)) found.push(...hour);
  expect(found).toEqual(sorted);
  expect(await readdir(folder)).toHaveLength(files);
});
