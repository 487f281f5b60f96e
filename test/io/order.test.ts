import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inTimeOrder } from '../../src/io/order.js';
import { below, stream } from '../../src/simulate/chance.js';

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

const inOrder = async (batches: Parameters<typeof inTimeOrder>[0], held: number) => {
  const found: string[] = [];
  let files: string[] | undefined;
  for await (const ready of inTimeOrder(batches, folder, held)) {
    files ??= await readdir(folder, { recursive: true });
    found.push(...ready);
  }
  return { found, files: (files ?? []).filter((name) => name.endsWith('.txt')) };
};

it.each([
  ['in memory', 1e6, []],
  [
    'on disk, one file an hour, the first taken apart',
    100,
    ['0.txt', '1.txt', '2.txt', '0/0.txt', '0/1.txt', '0/59.txt'],
  ],
])('puts lines in the order of time: %s', async (_, held, files) => {
  const batches = [lines.slice(0, 2), lines.slice(2, 4), lines.slice(4)];
  const done = await inOrder(batches, held);
  expect(done.found).toEqual(sorted);
  expect(done.files.toSorted()).toEqual(files.toSorted());
});

it.each([1, 50, 1000, 10_000, 1e6])(
  'the order is the same with %d characters held, and no file is left',
  async (held) => {
    const rng = stream('order', held);
    const many = Array.from({ length: 500 }, (_, i) => ({ at: below(rng, 10 * 3600), text: `line ${i}` }));
    many.push(...many.slice(0, 50).map(({ at }, i) => ({ at, text: `tie ${i}` })));
    const batches = Array.from({ length: 11 }, (_, i) => many.slice(i * 50, (i + 1) * 50));
    const byTime = many.toSorted((a, b) => a.at - b.at || (a.text < b.text ? -1 : 1)).map(({ text }) => text);
    expect((await inOrder(batches, held)).found).toEqual(byTime);
    const left = await readdir(folder, { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
  },
);
