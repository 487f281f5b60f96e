/** Divides the lines of a large file into parts, so that several threads can read it. */
import { open, stat } from 'node:fs/promises';
import { threadsFor } from './threads.js';

/** The byte that ends a line. */
export const LINE_FEED = 0x0a;

/** Some whole lines of a file. */
export interface Part {
  /** Offset of the first byte: the beginning of the file, or of a line. */
  readonly from: number;
  /** Offset of the end: Infinity, or the beginning of a line. */
  readonly to: number;
}

/** All lines of a file. */
export const WHOLE: Part = { from: 0, to: Infinity };

/** Bytes that are worth a thread: to start one takes most of the time in which they are read. */
const WORTH = 32 << 20;

/** How far a line end is looked for, in bytes. */
const REACH = 1 << 20;

/** Where the first line begins at or after an offset; undefined if it is too far. */
const lineFrom = async (path: string, offset: number): Promise<number | undefined> => {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(REACH), 0, REACH, offset - 1);
    const feed = buffer.subarray(0, bytesRead).indexOf(LINE_FEED);
    return feed === -1 ? undefined : offset + feed;
  } finally {
    await file.close();
  }
};

/**
 * Divides the lines of a file into about equal parts, one for each of at most so many threads. A line may be within a
 * quoted cell: whoever reads records has to see that each part ends with one.
 *
 * @param worth the bytes from which on a part is worth a thread
 */
export const partsOf = async (path: string, threads: number, worth = WORTH): Promise<Part[]> => {
  const { size } = await stat(path);
  const parts = threadsFor(size, threads, worth);
  const starts = [WHOLE.from];
  for (let i = 1; i < parts; i += 1) {
    const start = await lineFrom(path, Math.floor((size * i) / parts));
    if (start === undefined) return [WHOLE];
    starts.push(start);
  }
  return starts.map((from, i) => ({ from, to: starts[i + 1] ?? WHOLE.to }));
};
