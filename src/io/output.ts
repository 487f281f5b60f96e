/**
 * The one way gesture writes files: complete or not at all.
 *
 * A file is written under another name in the same folder, synced, and renamed over the old one, which keeps its mode;
 * a symlink is followed to its target. Devices, pipes and `-` (standard output) cannot be replaced and are written
 * through once the content is complete. Whatever is unfinished disappears on error, on a signal and on exit.
 */
import { randomBytes } from 'node:crypto';
import { constants, createReadStream, createWriteStream, rmSync, type Stats } from 'node:fs';
import { access, chmod, copyFile, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure, messageOf, systemCode } from '../model.js';

/** A file to be written: `path` is where it ends up (`-` is standard output), `write` fills the file it is given. */
export interface Target {
  readonly path: string;
  readonly write: (temporary: string) => Promise<void>;
}

const unfinished = new Set<string>();

/** Removes every temporary file and folder that is still there. For signal handlers and `exit`: synchronous, never throws. */
export const discardUnfinished = (): void => {
  for (const path of unfinished) rmSync(path, { recursive: true, force: true });
  unfinished.clear();
};

/** A name for a temporary file or folder in `folder`; it is removed by `discardUnfinished` unless `release`d before. */
const temporaryIn = (folder: string, stem: string): string => {
  const path = join(folder, `.${stem.slice(0, 40)}.${randomBytes(6).toString('hex')}.tmp`);
  unfinished.add(path);
  return path;
};

const discard = (path: string): void => {
  rmSync(path, { recursive: true, force: true });
  unfinished.delete(path);
};

const statIfThere = async (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined);

const cannotWrite = (path: string, error: unknown): Failure => {
  if (error instanceof Failure) return error;
  const reasons: Record<string, string> = {
    ENOSPC: 'the disk is full',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of its path is a file, not a folder',
    EFBIG: 'the file would be larger than the limit (ulimit -f)',
    EDQUOT: 'the disk quota is used up',
    ELOOP: 'too many symbolic links',
    ENAMETOOLONG: 'the name is too long',
  };
  const reason = reasons[systemCode(error) ?? ''] ?? messageOf(error);
  return new Failure('cannotWrite', `cannot write ${path}: ${reason}`, { cause: error });
};

/** A folder of its own for `work`, beside `near` (a file path, or `-`), gone when `work` ends. */
export const withScratch = async <T>(near: string, work: (folder: string) => Promise<T>): Promise<T> => {
  const parent = near === '-' || (await statIfThere(near))?.isFile() === false ? tmpdir() : dirname(resolve(near));
  const folder = temporaryIn(parent, 'gesture');
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw cannotWrite(near, error);
  }
  try {
    return await work(folder);
  } finally {
    discard(folder);
  }
};

/** Writes all of `chunks` to the file `path`, waiting for the disk where it is slower. */
export const writeText = async (
  path: string,
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> => {
  await pipeline(Readable.from(chunks, { objectMode: true, highWaterMark: 4 }), createWriteStream(path));
};

/** Copies a finished file to standard output, a device or a pipe. A reader that has seen enough (EPIPE) is no error. */
const writeThrough = async (from: string, to: string): Promise<void> => {
  const sink = to === '-' ? process.stdout : createWriteStream(to, { flags: 'w' });
  try {
    await pipeline(createReadStream(from), sink, { end: to !== '-' });
  } catch (error) {
    if (systemCode(error) !== 'EPIPE') throw error;
  }
};

/** Moves a finished file of our own, to another disk too. */
export const moveFile = async (from: string, to: string): Promise<void> => {
  try {
    await rename(from, to);
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error;
    await copyFile(from, to);
    await rm(from);
  }
};

const sync = async (path: string): Promise<void> => {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
};

interface Place {
  readonly target: Target;
  /** The regular file that will be replaced or made; undefined for standard output, devices and pipes. */
  readonly file: string | undefined;
  readonly mode: number | undefined;
}

const same = (a: Stats, b: Stats): boolean => a.dev === b.dev && a.ino === b.ino;

/** Finds out where `target` will be written, and refuses what cannot or must not be. */
const place = async (target: Target, inputs: readonly Stats[]): Promise<Place> => {
  const { path } = target;
  if (path === '-') return { target, file: undefined, mode: undefined };
  try {
    const there = await statIfThere(path);
    if (there?.isDirectory()) throw new Failure('cannotWrite', `cannot write ${path}: it is a folder`);
    if (there && inputs.some((input) => same(input, there))) {
      throw new Failure('usage', `the output ${path} is also an input: name another file with --out`);
    }
    if (there && !there.isFile()) return { target, file: undefined, mode: undefined };
    await mkdir(dirname(resolve(path)), { recursive: true });
    if (!there) return { target, file: resolve(path), mode: undefined };
    await access(path, constants.W_OK);
    return { target, file: await realpath(path), mode: there.mode & 0o7777 };
  } catch (error) {
    throw cannotWrite(path, error);
  }
};

/** Throws what `replaceFiles` would refuse, before any work is done: a folder, an input, a read-only file. */
export const checkOutputs = async (paths: readonly string[], inputs: readonly string[]): Promise<void> => {
  const stats = (await Promise.all(inputs.map(statIfThere))).filter((s) => s !== undefined);
  for (const path of paths) await place({ path, write: async () => {} }, stats);
};

/**
 * Writes a set of files: all of them are complete on disk before the first one takes its name.
 *
 * @param inputs paths read by this run; none of them is ever overwritten, whatever name or link leads to it
 * @throws Failure `cannotWrite` (full disk, folder, permission) or `usage` (output is an input); old files are untouched
 */
export const replaceFiles = async (targets: readonly Target[], inputs: readonly string[]): Promise<void> => {
  const stats = (await Promise.all(inputs.map(statIfThere))).filter((s) => s !== undefined);
  const places = await Promise.all(targets.map((target) => place(target, stats)));
  const written: { temporary: string; place: Place }[] = [];
  try {
    for (const to of places) {
      const temporary =
        to.file === undefined
          ? temporaryIn(tmpdir(), 'gesture-stdout')
          : temporaryIn(dirname(to.file), basename(to.file));
      written.push({ temporary, place: to });
      try {
        await (await open(temporary, 'wx', 0o666)).close();
        await to.target.write(temporary);
        if (to.mode !== undefined) await chmod(temporary, to.mode);
        if (to.file !== undefined) await sync(temporary);
      } catch (error) {
        throw cannotWrite(to.target.path, error);
      }
    }
    for (const { temporary, place: to } of written) {
      try {
        if (to.file === undefined) {
          await writeThrough(temporary, to.target.path);
        } else {
          await rename(temporary, to.file);
          await sync(dirname(to.file));
          unfinished.delete(temporary);
        }
      } catch (error) {
        throw cannotWrite(to.target.path, error);
      }
    }
  } finally {
    for (const { temporary } of written) if (unfinished.has(temporary)) discard(temporary);
  }
};
