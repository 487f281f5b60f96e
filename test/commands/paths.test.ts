/** Names of files are taken as they are, whatever the engine would make of them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { call } from './call.js';
import { gesture } from './gesture.js';

const HEADER = 'user_id,timestamp,event_type';
const row = (user: string): string => `${user},2026-01-05T09:00:00Z,page_view\n`;

const folder = mkdtempSync(join(tmpdir(), 'gesture-traps-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(['log[1].csv', 'log*.csv', 'log?.csv', "o'hara; DROP TABLE x.csv", '$1.csv', 'hive=1/log.csv', 'a\nb.csv'])(
  '%j is one file, and adds no column',
  async (name) => {
    mkdirSync(join(folder, 'hive=1'), { recursive: true });
    writeFileSync(join(folder, 'log1.csv'), `${HEADER}\n${row('other')}`);
    writeFileSync(join(folder, 'logs.csv'), `${HEADER}\n${row('other')}`);
    writeFileSync(join(folder, name), `${HEADER}\n${row('ana')}`);
    const { stdout, status } = await call(folder, ['features', name, '--out', '-']);
    expect(status).toBe(0);
    expect(stdout.split('\n').slice(1)).toEqual([expect.stringMatching(/^ana,/), '']);
    expect(stdout).not.toContain('hive');
  },
);

it('a little gzip that unpacks to a header of a million columns takes no memory to refuse', () => {
  writeFileSync(join(folder, 'commas.csv.gz'), gzipSync(Buffer.alloc(2_000_000, ',')));
  const { status, stderr } = gesture(folder, ['features', 'commas.csv.gz'], {
    env: { NODE_OPTIONS: '--max-old-space-size=256' },
  });
  expect(stderr).toContain('a record is longer than a megabyte');
  expect(status).toBe(65);
});
