/** The one writer of files: what it replaces, what it keeps, and what it refuses. */
import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkOutputs, moveFile, replaceFiles, type Target, withScratch, writeText } from '../../src/io/output.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gesture-output-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
const target = (name: string, text = 'new'): Target => ({ path: at(name), write: (file) => writeText(file, [text]) });
const replace = (...names: string[]): Promise<void> =>
  replaceFiles(
    names.map((name) => target(name)),
    [],
  );
const read = (name: string): string => readFileSync(at(name), 'utf8');

describe('a file that is written', () => {
  it('is there at once, so that nothing appears after an interrupted run has removed its files', async () => {
    const writing = writeText(at('text'), ['new']);
    expect(existsSync(at('text'))).toBe(true);
    await writing;
    const moving = moveFile(at('text'), at('moved'));
    expect([existsSync(at('text')), existsSync(at('moved'))]).toEqual([false, true]);
    await moving;
    expect(read('moved')).toBe('new');
  });

  it('is made with its folders, and nothing else is left there', async () => {
    await replace('a/b/out.csv');
    expect(read('a/b/out.csv')).toBe('new');
    expect(readdirSync(at('a/b'))).toEqual(['out.csv']);
  });

  it('keeps mode and owner of the one it replaces', async () => {
    writeFileSync(at('out.csv'), 'old');
    chmodSync(at('out.csv'), 0o640);
    const { uid, gid } = statSync(at('out.csv'));
    await replace('out.csv');
    expect(read('out.csv')).toBe('new');
    expect(statSync(at('out.csv'))).toMatchObject({ mode: 0o100640, uid, gid });
  });

  it('has the mode that new files have where it is new', async () => {
    await replace('out.csv');
    expect(statSync(at('out.csv')).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  it('goes through a pipe, which stays one', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const reader = execFile('cat', [at('pipe')]);
    const [said] = await Promise.all([textOf(reader.stdout ?? Readable.from([])), replace('pipe')]);
    expect(said).toBe('new');
    expect(statSync(at('pipe')).isFIFO()).toBe(true);
  });

  it('cannot be a folder, which is said before any work is done', async () => {
    await expect(checkOutputs([folder], [])).rejects.toMatchObject({
      kind: 'cannotWrite',
      message: `cannot write ${folder}: it is a folder`,
    });
  });

  it.skipIf(process.getuid?.() !== 0)('stays with its owner where root replaces it', async () => {
    writeFileSync(at('out.csv'), 'old');
    const { chownSync } = await import('node:fs');
    chownSync(at('out.csv'), 1234, 2345);
    await replace('out.csv');
    expect(statSync(at('out.csv'))).toMatchObject({ uid: 1234, gid: 2345 });
  });

  it('is no wider open while it is written than the one it replaces', async () => {
    writeFileSync(at('out.csv'), 'old', { mode: 0o600 });
    let mode = 0;
    const write = async (file: string): Promise<void> => {
      mode = statSync(file).mode & 0o777;
      await writeText(file, ['new']);
    };
    await replaceFiles([{ path: at('out.csv'), write }], []);
    expect(mode).toBe(0o600);
  });

  it.each(['there', 'not there yet'])('is found through links to a file that is %s', async (state) => {
    mkdirSync(at('far'));
    if (state === 'there') writeFileSync(at('far/file.csv'), 'old');
    symlinkSync('far', at('folder'));
    symlinkSync('folder/file.csv', at('link'));
    symlinkSync('link', at('out.csv'));
    await replace('out.csv');
    expect(readlinkSync(at('out.csv'))).toBe('link');
    expect(lstatSync(at('far/file.csv')).isFile()).toBe(true);
    expect(read('far/file.csv')).toBe('new');
  });

  it.skipIf(!existsSync('/dev/shm'))('is found on another disk, scratch files too', async () => {
    const far = mkdtempSync('/dev/shm/gesture-output-');
    try {
      symlinkSync(join(far, 'file.csv'), at('out.csv'));
      await withScratch(at('out.csv'), async (scratch) => {
        expect(join(scratch, '..')).toBe(far);
        const { rename } = await import('node:fs/promises');
        writeFileSync(join(scratch, 'computed'), 'new');
        await replaceFiles([{ path: at('out.csv'), write: (file) => rename(join(scratch, 'computed'), file) }], []);
      });
      expect(readdirSync(far)).toEqual(['file.csv']);
      expect(read('out.csv')).toBe('new');
    } finally {
      rmSync(far, { recursive: true });
    }
  });

  it('leaves the other names of a file with what they had', async () => {
    writeFileSync(at('out.csv'), 'old');
    linkSync(at('out.csv'), at('yesterday.csv'));
    await replace('out.csv');
    expect([read('out.csv'), read('yesterday.csv')]).toEqual(['new', 'old']);
  });
});

describe('a set of files', () => {
  it('is written as a whole or not at all, and a bug stays a bug', async () => {
    writeFileSync(at('one.csv'), 'old');
    const bug = new TypeError('a bug');
    const broken: Target = { path: at('two.csv'), write: () => Promise.reject(bug) };
    await expect(replaceFiles([target('one.csv'), broken], [])).rejects.toBe(bug);
    expect(readdirSync(folder)).toEqual(['one.csv']);
    expect(read('one.csv')).toBe('old');
  });

  it.each([
    ['one name', 'out.csv', 'out.csv'],
    ['one path, spelt otherwise', 'out.csv', './x/../out.csv'],
    ['a link to the other', 'out.csv', 'link.csv'],
    ['another name of the same file', 'out.csv', 'twin.csv'],
    ['links to one file that is not there yet', 'new1.csv', 'new2.csv'],
  ])('is refused where two are one file: %s', async (_, one, other) => {
    writeFileSync(at('out.csv'), 'old');
    symlinkSync('out.csv', at('link.csv'));
    linkSync(at('out.csv'), at('twin.csv'));
    symlinkSync('new.csv', at('new1.csv'));
    symlinkSync('new.csv', at('new2.csv'));
    const both = [`${folder}/${one}`, `${folder}/${other}`];
    await expect(checkOutputs(both, [])).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('are the same file'),
    });
    await expect(
      replaceFiles(
        both.map((path) => ({ ...target(''), path })),
        [],
      ),
    ).rejects.toThrow('are the same file');
    expect(read('out.csv')).toBe('old');
  });

  it.each([
    ['by name', 'in.csv'],
    ['by a symbolic link', 'link.csv'],
    ['by another name of the file', 'twin.csv'],
  ])('is refused where one is an input: %s', async (_, name) => {
    writeFileSync(at('in.csv'), 'log');
    symlinkSync('in.csv', at('link.csv'));
    linkSync(at('in.csv'), at('twin.csv'));
    const refused = replaceFiles([target(name)], [at('in.csv')]);
    await expect(refused).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('is also an input'),
    });
    expect(read('in.csv')).toBe('log');
  });
});

it('a scratch folder is for this user alone, and gone at the end, also of work that fails', async () => {
  const seen: string[] = [];
  const work = withScratch(at('out.csv'), async (scratch) => {
    seen.push(scratch);
    expect(statSync(scratch).mode & 0o777).toBe(0o700);
    writeFileSync(join(scratch, 'part'), 'x');
    throw new RangeError('no');
  });
  await expect(work).rejects.toThrow(RangeError);
  expect(seen).toHaveLength(1);
  expect(readdirSync(folder)).toEqual([]);
});
