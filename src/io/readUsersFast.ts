/**
 * The fast reader of a features file: from bytes straight into columns, if the file is clean.
 *
 * It accounts for every byte and accepts less than the strict reader (readUsers.ts). It leaves any other file entirely to
 * the strict reader, so that errors are reported in one place and both read the same users. A large file is read by
 * several threads, each a part of it.
 */
import { isUtf8 } from 'node:buffer';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { systemCode } from '../model.js';
import { Users, type UsersPart } from '../scoring/users.js';
import { LINE_FEED, type Part, partsOf } from './parts.js';
import { inThread } from './threads.js';
import { keptColumns, type UserColumns } from './userColumns.js';
import { MAX_RECORD, NOT_CLEAN, readerFor } from './userRecords.js';

const BOM = '\uFEFF';

/** Bytes read at a time. */
const CHUNK = 1 << 20;

/** What a thread is to read. */
export interface Work {
  readonly path: string;
  readonly wanted: UserColumns;
  readonly part: Part;
}

/** What a thread has read; undefined if the part is not clean. */
export type Answer = readonly UsersPart[] | undefined;

const isText = (bytes: Buffer): boolean => isUtf8(bytes) && !bytes.includes(0);

/** Reads a part of an open file as `readPart` does. */
const readOpen = async (file: FileHandle, { wanted, part }: Work, chunk: number): Promise<Users | undefined> => {
  const buffer = Buffer.alloc(chunk + MAX_RECORD);
  const head = await file.read(buffer, 0, MAX_RECORD, 0);
  const start = buffer.subarray(0, head.bytesRead).indexOf(LINE_FEED) + 1 || head.bytesRead;
  const header = buffer.subarray(0, start);
  const line = header.toString();
  const reader = isText(header) ? readerFor(line.startsWith(BOM) ? line.slice(1) : line, wanted) : undefined;
  if (!reader) return undefined;
  let at = Math.max(part.from, start);
  let held = 0; // bytes of an unfinished record
  for (;;) {
    const { bytesRead } = await file.read(buffer, held, Math.min(chunk, part.to - at), at);
    at += bytesRead;
    let end = held + bytesRead;
    if (bytesRead === 0 && held > 0) buffer[end++] = LINE_FEED;
    const complete = buffer.subarray(0, buffer.subarray(0, end).lastIndexOf(LINE_FEED) + 1);
    const read = isText(complete) ? reader.read(complete) : NOT_CLEAN;
    held = end - read;
    if (read === NOT_CLEAN || held >= MAX_RECORD) return undefined;
    if (bytesRead === 0) return held === 0 ? reader.users : undefined;
    buffer.copyWithin(0, read, end);
  }
};

/** Reads the users in a part of a file; undefined if that is not clean, which is also so if it ends within a record. */
export const readPart = async (work: Work, chunk = CHUNK): Promise<Users | undefined> => {
  const file = await open(work.path);
  try {
    return await readOpen(file, work, chunk);
  } finally {
    await file.close();
  }
};

/** Lets a thread read the users in a part of a file. */
const readInThread = (work: Work): Promise<Answer> =>
  inThread<Answer>(new URL('readUsersThread.js', import.meta.url), work, (thread, { resolve }) => {
    thread.on('message', resolve);
  });

/** How a file is read. */
export interface Reading {
  /** Bytes read at a time. */
  readonly chunk?: number;
  /** The bytes from which on a part is worth a thread. */
  readonly worth?: number;
  /** Threads that share a large file; default: one per core. */
  readonly threads?: number;
}

/**
 * Reads all users of a clean features file.
 *
 * A clean file is a regular file of UTF-8 without NUL. Its records have up to 256 kB, as many cells as the header, LF or
 * CR LF line ends and quotes by RFC 4180. Every column appears once, named without quotes. No user appears twice. Cells
 * follow the rules of the strict reader.
 *
 * @returns undefined if the file is not clean or cannot be read
 */
export const readUsersFast = async (
  path: string,
  wanted: UserColumns,
  { chunk, worth, threads = availableParallelism() }: Reading = {},
): Promise<Users | undefined> => {
  try {
    if (path === '-' || !(await stat(path)).isFile()) return undefined;
    const works = (await partsOf(path, threads, worth)).map((part): Work => ({ path, wanted, part }));
    const [first, ...others] = works.map((work, i) =>
      i === 0 ? readPart(work, chunk).then((read) => read?.parts) : readInThread(work),
    );
    // A part that begins within a quoted cell follows one that ends within it: that one is not clean.
    const parts = await Promise.all([first, ...others]);
    if (parts.some((read) => read === undefined)) return undefined;
    const users = new Users(
      wanted.signals.length,
      keptColumns(wanted).length,
      parts.flatMap((read) => read ?? []),
    );
    return users.ids.hasDuplicates() ? undefined : users;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
};
