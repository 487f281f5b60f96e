/** Places that cannot take what is written: a full disk, a read-only one, a folder of the output's name. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../commands/call.js';
import { LONG } from '../random.js';
import { contents, type End, leftBehind, newFolder, prepare, run } from './run.js';

const root = newFolder();
const disk = join(root, 'disk');

const sh = (line: string): unknown => execFileSync('sh', ['-c', line], { stdio: 'ignore' });

/** A small disk of memory, where this user may mount one: as root, or in `unshare -rm`. */
const mounted = ((): boolean => {
  mkdirSync(disk);
  try {
    sh(`mount -t tmpfs -o size=2m tmpfs '${disk}'`);
    return true;
  } catch {
    return false;
  }
})();
afterAll(() => {
  if (mounted) sh(`umount -l '${disk}'`);
});

beforeAll(async () => {
  for (const command of ['generate', 'features', 'rank']) {
    await prepare(root, [command]);
  }
  writeFileSync(join(root, 'log.gz'), gzipSync(readFileSync(join(root, 'data/raw_events.csv'))));
});

/** Refused with one line that says why, and no stack trace. */
const expectRefused = ({ code, stderr }: End, says: RegExp): void => {
  expect(stderr).toMatch(/^gesture: cannot write [^\n]+\n$/);
  expect(stderr).toMatch(says);
  expect(code).toBe(73);
};

it.runIf(process.env['REQUIRE_TMPFS'] === '1')('a small disk can be mounted here', () => {
  expect(mounted).toBe(true);
});

interface Redirected {
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly stdout?: string;
}

/** A run in this process. */
const here = async (...args: string[]): Promise<End> => {
  const { status, ...said } = await call(root, args);
  return { code: status, signal: null, ...said };
};

/** A run with standard input and output redirected to files, as a shell does it. */
const redirected = async ({ args, stdin, stdout }: Redirected): Promise<End> => {
  const input = stdin === undefined ? undefined : openSync(join(root, stdin), 'r');
  const output = stdout === undefined ? undefined : openSync(join(root, stdout), 'w');
  try {
    return await run(root, args, { stdio: [input ?? 'ignore', output ?? 'pipe', 'pipe'] });
  } finally {
    for (const file of [input, output]) if (file !== undefined) closeSync(file);
  }
};

const OLD = 'old\n';

/** A run on a disk with an old output and so many free pages of 4 kB; returns how it ended and what is there then. */
const withFree = async (
  pages: number,
  what: Redirected,
  go: (what: Redirected) => Promise<End> = redirected,
): Promise<{ end: End; files: Record<string, string> }> => {
  for (const name of Object.keys(contents(disk))) rmSync(join(disk, name));
  writeFileSync(join(disk, 'out.csv'), OLD);
  const { bsize, bavail } = statfsSync(disk);
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - pages * 4096)));
  const end = await go(what);
  rmSync(join(disk, 'ballast'));
  return { end, files: contents(disk) };
};

describe.skipIf(!mounted)('on a full disk (needs the right to mount one)', () => {
  const out = ['--out', 'disk/out.csv'];

  it.each<[string, number, Redirected]>([
    ['generate', 67, { args: ['generate', ...out, '--order', 'time', '--truth', 'disk/truth.csv'] }],
    ['features', 6, { args: ['features', ...out] }],
    ['features, reading with care', 70, { args: ['features', ...out, '--as-of', '2026-01-30'] }],
    ['features of standard input', 67, { args: ['features', '-', ...out], stdin: 'data/raw_events.csv' }],
    ['features of gzip', 67, { args: ['features', 'log.gz', ...out] }],
    ['rank', 8, { args: ['rank', ...out] }],
    ['init', 2, { args: ['init', '--force', ...out] }],
  ])('%s writes all or nothing', async (_, needed, what) => {
    const complete = await withFree(400, what, what.stdin === undefined ? ({ args }) => here(...args) : redirected);
    expect(complete.end).toMatchObject({ code: 0 });
    for (const pages of LONG ? [0, needed - 1] : [needed - 1]) {
      const { end, files } = await withFree(pages, what);
      const done = pages > 0 && end.code === 0;
      expect(files).toEqual(done ? complete.files : { 'out.csv': OLD });
      if (!done) expectRefused(end, /: the disk is full\n$/);
      expect(leftBehind(root)).toEqual([]);
    }
  });

  it.each<[string, Redirected]>([
    ['rank --out -', { args: ['rank', '--top', '100', '--out', '-'], stdout: 'disk/out.csv' }],
    ['rank --json', { args: ['rank', '--top', '100', '--no-scores', '--json'], stdout: 'disk/out.csv' }],
    ['features --out -', { args: ['features', '--out', '-'], stdout: 'disk/out.csv' }],
    ['explain --json', { args: ['explain', 'u_000001', '--json'], stdout: 'disk/out.csv' }],
  ])('%s > FILE never passes off a part as the whole', async (_, what) => {
    const complete = (await here(...what.args)).stdout;
    const needed = Math.ceil(complete.length / 4096);
    for (const pages of LONG ? [Math.floor(needed / 2), needed - 1] : [Math.floor(needed / 2)]) {
      const { end, files } = await withFree(pages, what);
      // What stands last on standard error; rank has shown its table before.
      const [said = ''] = /gesture: cannot write .*\n$/.exec(end.stderr) ?? [];
      const full = { code: 73, said: 'gesture: cannot write standard output: the disk is full\n' };
      expect({ code: end.code, said }).toEqual(files['out.csv'] === complete ? { code: 0, said: '' } : full);
    }
  });

  it('a read-only disk is refused before any work, and an output on it stays', async () => {
    writeFileSync(join(disk, 'out.csv'), OLD);
    sh(`mount -o remount,ro '${disk}'`);
    for (const args of [['generate'], ['features'], ['rank'], ['init', '--force']]) {
      expectRefused(await here(...args, ...out), /disk\/out\.csv: the file system is read-only/);
      expectRefused(await here(...args, '--out', 'disk/new/out.csv'), /read-only|cannot be created/);
    }
    expect(contents(disk)).toEqual({ 'out.csv': OLD });
    sh(`mount -o remount,rw '${disk}'`);
  });
});

const isRoot = process.getuid?.() === 0;

describe.skipIf(isRoot)('in a folder that may not be written (not for root, who may)', () => {
  it.each(['generate', 'features', 'rank', 'init'])('%s is refused', async (command) => {
    const folder = join(root, 'locked');
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o500);
    expectRefused(await here(command, '--out', 'locked/out.csv'), /permission denied/);
    expect(contents(folder)).toEqual({});
    chmodSync(folder, 0o700);
  });
});

describe('a path that is no place for a file is refused before any work', () => {
  it.each(['generate', 'features', 'rank', 'init'])('by %s', async (command) => {
    mkdirSync(join(root, 'folder'), { recursive: true });
    expectRefused(await here(command, '--out', 'folder', ...(command === 'init' ? ['--force'] : [])), /it is a folder/);
    expect(contents(join(root, 'folder'))).toEqual({});
  });

  it.each([
    ['new/', /cannot write 'new\/': it names no file/],
    ['', /cannot write '': it names no file/],
    ['log.gz/out.csv', /cannot write log\.gz\/out\.csv: part of its path is a file, not a folder/],
    ['circle', /cannot write circle: too many symbolic links/],
    ['x'.repeat(300), /the name is too long/],
  ])('%j', async (path, says) => {
    rmSync(join(root, 'circle'), { force: true });
    symlinkSync('circle', join(root, 'circle'));
    expectRefused(await here('rank', '--no-scores', '--out', path), says);
    expect(leftBehind(root)).toEqual([]);
  });
});
