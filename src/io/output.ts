/**
 * Writes files completely or not at all.
 *
 * A file is written under a temporary name in the same folder, synced, and renamed over the old one, whose owner and mode
 * it keeps. A symlink is followed to its target, even if the target does not exist yet. Devices, pipes and `-` (standard
 * output) cannot be replaced, so they are written to once the content is complete. Unfinished files are removed on an
 * error, on a signal and on exit.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  createReadStream,
  createWriteStream,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { access, copyFile, mkdir, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure, systemCode } from '../model.js';
import { cannotWrite, isDiskFault, STDOUT, shownPath } from './cannotWrite.js';

/** A file to write: `path` is its final name (`-` is standard output), `write` fills the file that it is given. */
export interface Target {
  readonly path: string;
  readonly write: (temporary: string) => Promise<void>;
}

const unfinished = new Set<string>();

/** Never throws: a leftover hidden file does less harm than an error about it. */
const remove = (path: string): void => {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 2 });
  } catch {}
};

/** Removes all temporary files and folders. Synchronous and never throws, for signal handlers and `exit`. */
export const discardUnfinished = (): void => {
  for (const path of unfinished) remove(path);
};

/** A name for a temporary file or folder in `folder`, registered with `discardUnfinished`. */
const temporaryIn = (folder: string, stem: string): string => {
  const path = join(folder, `.${stem.slice(0, 40)}.${randomBytes(6).toString('hex')}.tmp`);
  unfinished.add(path);
  return path;
};

const discard = (path: string): void => {
  remove(path);
  unfinished.delete(path);
};

const statIfThere = async (path: string): Promise<Stats | undefined> => {
  try {
    return await stat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
};

const same = (a: Stats, b: Stats): boolean => a.dev === b.dev && a.ino === b.ino;

/** The path that `path` leads to through all symlinks, even if there is no file yet. Creates missing folders. */
const resolved = async (path: string): Promise<string> => {
  const folder = dirname(resolve(path));
  await mkdir(folder, { recursive: true });
  const file = join(await realpath(folder), basename(path));
  const link = await readlink(file).catch(() => undefined);
  return link === undefined ? file : resolved(resolve(dirname(file), link));
};

/** Where an output will be written. */
interface Destination {
  /** The name as given; `-` for any name of standard output, such as /dev/stdout. */
  readonly path: string;
  /** The regular file that will be replaced or created; undefined for standard output, devices and pipes. */
  readonly file?: string;
  /** What exists there now. */
  readonly old?: Stats | undefined;
}

/** Finds where `path` will be written, and refuses what cannot be written. */
const destinationOf = async (path: string): Promise<Destination> => {
  if (path === STDOUT) return { path };
  try {
    const old = await statIfThere(path);
    if (old?.isDirectory()) throw new Failure('cannotWrite', `cannot write ${path}: it is a folder`);
    if (path === '' || path.endsWith('/')) throw new Failure('cannotWrite', `cannot write '${path}': it names no file`);
    if (old && same(old, fstatSync(1))) return { path: STDOUT, old };
    if (old && !old.isFile()) return { path, old };
    const file = await resolved(path);
    if (old) await access(file, constants.W_OK);
    return { path, file, old };
  } catch (error) {
    throw cannotWrite(path, error);
  }
};

/** The regular files among `inputs`; `-` is standard input. */
const filesOf = async (inputs: readonly string[]): Promise<Stats[]> => {
  const stats = await Promise.all(
    inputs.map(async (path) => (path === '-' ? fstatSync(0) : stat(path).catch(() => undefined))),
  );
  return stats.filter((found) => found !== undefined).filter((found) => found.isFile());
};

const oneFile = (a: Destination, b: Destination): boolean =>
  a.file === undefined || b.file === undefined
    ? a.path === STDOUT && b.path === STDOUT
    : a.file === b.file || (a.old !== undefined && b.old !== undefined && same(a.old, b.old));

/** The destinations of `paths`. Refuses inputs, and two names or links for the same file. */
const destinationsOf = async (paths: readonly string[], inputs: readonly string[]): Promise<Destination[]> => {
  const read = await filesOf(inputs);
  const places: Destination[] = [];
  for (const path of paths) {
    const found = await destinationOf(path);
    const { old } = found;
    if (old && read.some((input) => same(input, old))) {
      throw new Failure('usage', `the output ${path} is also an input: choose another file`);
    }
    const twin = places.findIndex((other) => oneFile(other, found));
    if (twin >= 0) {
      const both = `${shownPath(paths[twin] ?? '')} and ${shownPath(path)} are the same file`;
      throw new Failure('usage', `${both}, which would be written twice: choose different files`);
    }
    places.push(found);
  }
  return places;
};

/**
 * Refuses, before any work is done, what `replaceFiles` would refuse: a folder, an input, a read-only file, one file twice.
 *
 * @param inputs paths read by this run, `-` for standard input
 */
export const checkOutputs = async (paths: readonly string[], inputs: readonly string[]): Promise<void> => {
  await destinationsOf(paths, inputs);
};

/**
 * Runs `work` with a temporary folder beside `near` (a file path or `-`), and removes the folder afterwards.
 *
 * @throws Failure `cannotWrite` also if the disk fills up during `work`
 */
export const withScratch = async <T>(near: string, work: (folder: string) => Promise<T>): Promise<T> => {
  const { file } = await destinationOf(near);
  // The engine has no spelling for a backslash beside a character of a pattern.
  const parent = file === undefined || file.includes('\\') ? tmpdir() : dirname(file);
  const folder = temporaryIn(parent, 'gesture');
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    throw cannotWrite(parent, error);
  }
  try {
    return await work(folder);
  } catch (error) {
    throw isDiskFault(error) ? cannotWrite(parent, error) : error;
  } finally {
    discard(folder);
  }
};

/**
 * Writes all `chunks` to the file `path`, no faster than the disk. The file is there at once: one that is created in the
 * background could come after an interrupted run has removed its files.
 */
export const writeText = async (
  path: string,
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> => {
  const file = createWriteStream(path, { fd: openSync(path, 'w') });
  await pipeline(Readable.from(chunks, { objectMode: true, highWaterMark: 4 }), file);
};

/** Sends `source` to standard output, a device or a pipe. A reader that stops early (EPIPE) is no error. */
const send = async (source: Readable, to: string): Promise<void> => {
  const waits = to === STDOUT && (fstatSync(1).isFIFO() || fstatSync(1).isSocket() || process.stdout.isTTY);
  // If standard output is a file, process.stdout does not notice that the disk is full.
  const sink = waits
    ? process.stdout
    : createWriteStream(to, to === STDOUT ? { fd: 1, autoClose: false } : { flags: 'w' });
  try {
    await pipeline(source, sink, { end: !waits });
  } catch (error) {
    if (systemCode(error) !== 'EPIPE') throw cannotWrite(to, error);
  }
};

/** Moves a finished file, even to another disk; at once, as `writeText` creates one. */
export const moveFile = async (from: string, to: string): Promise<void> => {
  try {
    renameSync(from, to);
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error;
    await copyFile(from, to);
    await rm(from);
  }
};

/** Writes all of `text` to standard output. @throws Failure `cannotWrite` */
export const print = (text: string): Promise<void> => send(Readable.from([text]), STDOUT);

/** Gives a finished file the owner and mode of the `old` one, as far as permitted, and syncs it to disk. */
const settle = async (temporary: string, old: Stats | undefined): Promise<void> => {
  const file = await open(temporary, 'r+');
  try {
    if (old) {
      await file.chown(-1, old.gid).catch(() => {});
      await file.chown(old.uid, -1).catch(() => {});
      await file.chmod(old.mode & 0o7777);
    }
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Syncs a renamed file's folder to disk. Errors are ignored, since some file systems cannot do this. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
};

/**
 * Writes a set of files: all are complete on disk before the first one gets its final name.
 *
 * @param inputs paths read by this run, `-` for standard input; they are never overwritten
 * @throws Failure `cannotWrite` (full disk, folder, permission) or `usage` (output is an input); old files are untouched
 */
export const replaceFiles = async (targets: readonly Target[], inputs: readonly string[]): Promise<void> => {
  const places = await destinationsOf(
    targets.map(({ path }) => path),
    inputs,
  );
  const written: { temporary: string; to: Destination }[] = [];
  try {
    for (const [i, to] of places.entries()) {
      const { file, old } = to;
      const temporary =
        file === undefined ? temporaryIn(tmpdir(), 'gesture-stdout') : temporaryIn(dirname(file), basename(file));
      written.push({ temporary, to });
      try {
        const secret = file === undefined || old !== undefined;
        closeSync(openSync(temporary, 'wx', secret ? 0o600 : 0o666));
        await targets[i]?.write(temporary);
        if (file !== undefined) await settle(temporary, old);
      } catch (error) {
        throw cannotWrite(file === undefined ? `${tmpdir()} (TMPDIR)` : to.path, error);
      }
    }
    for (const { temporary, to } of written) {
      if (to.file === undefined) continue;
      try {
        await rename(temporary, to.file);
        unfinished.delete(temporary);
        await syncFolder(dirname(to.file));
      } catch (error) {
        throw cannotWrite(to.path, error);
      }
    }
    // Standard output comes last, since the program ends when its reader goes away.
    for (const { temporary, to } of written) {
      if (to.file === undefined) await send(createReadStream(temporary), to.path);
    }
  } finally {
    for (const { temporary } of written) if (unfinished.has(temporary)) discard(temporary);
  }
};
