/** Small files that would take a lot: they are refused, and the tests end. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { call } from '../commands/call.js';
import { temporary } from '../config/temporary.js';
import { loadConfig } from '../../src/config/load.js';
import { LONG } from '../random.js';

const { write, folder } = temporary();

/** The long run fills a config file to the limit, the short one a quarter of it. */
const FULL = LONG ? 1 : 0.25;

/** As many different keys as fit in. */
const keys = (between: string): string =>
  Array.from({ length: 50_000 }, (_, i) => i.toString(36))
    .join(between)
    .slice(0, 250_000 * FULL);

describe('a config file', () => {
  it.each([
    ['doubles with every alias', `a: &a [x]\n${'bcdefghi'.replaceAll(/./g, (c) => `${c}: &${c} [*a, *a]\n`)}`],
    ['has thousands of keys', `weights: {${keys(',')}}\n`],
    ['has one key thousands of times', 'a:\n'.repeat(60_000 * FULL)],
    ['has thousands of wrong sections', keys(': 1\n')],
    ['nests in lists', '['.repeat(200_000 * FULL)],
    ['nests in dashes', '- '.repeat(100_000 * FULL)],
    ['has a list for a key of a list for a key', '? '.repeat(100_000 * FULL)],
    ['is one endless quote', `"${'\\'.repeat(200_001)}`],
  ])('that %s is refused', async (_, yaml) => {
    await expect(loadConfig(write('bomb.yaml', yaml))).rejects.toMatchObject({ kind: 'usage' });
  });

  it.skipIf(!existsSync('/dev/zero'))('without an end is read to the limit', async () => {
    await expect(loadConfig('/dev/zero')).rejects.toThrow('more than 262144 bytes: this is not a config file');
  });
});

describe('a log', () => {
  it.each([
    ['a million columns', `${','.repeat(1 << 20)}\n`, /^gesture: log\.csv/],
    ['a header without an end', 'x'.repeat(3 << 20), /^gesture: log\.csv/],
    ['a quote without an end', `user_id,timestamp,event_type\n"${'x'.repeat(3 << 20)}`, /^gesture: log\.csv/],
  ])('of %s is refused', async (_, text, says) => {
    write('log.csv', text);
    const { status, stderr } = await call(folder, ['features', 'log.csv', '--out', join(folder, 'out.csv')]);
    expect(stderr).toMatch(says);
    expect(status).toBe(65);
  });
});
