/** Copies a large log of JSON lines in several threads, each a part of its lines. */
import { open, stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { JsonLog } from './copyObject.js';
import type { Tally } from './faults.js';
import { Unreadable } from './records.js';
import { LINE_FEED, MAX_RECORD_BYTES, type Part, WHOLE } from './wholeLines.js';

/** What a thread is to copy, and the file that it copies it to. */
export interface Work {
  readonly log: JsonLog;
  readonly part: Part;
  readonly to: string;
}

/** What a thread says: so many more lines; and at last what it copied, or why it cannot. */
export type Answer =
  | { readonly lines: number }
  | { readonly tally: Tally }
  | { readonly unreadable: { readonly line: number; readonly message: string } };

/** Bytes that are worth a thread: to start one takes most of the time in which they are copied. */
const WORTH = 32 << 20;

/** More threads gain little: each has to count the lines before its own. */
const MOST = 8;

/** Where the first line begins at or after an offset; undefined if it is too far. */
const lineFrom = async (path: string, offset: number): Promise<number | undefined> => {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_RECORD_BYTES), 0, MAX_RECORD_BYTES, offset - 1);
    const feed = buffer.subarray(0, bytesRead).indexOf(LINE_FEED);
    return feed === -1 ? undefined : offset + feed;
  } finally {
    await file.close();
  }
};

/** Divides the lines of a file into about equal parts, one for each of at most so many threads. */
export const partsOf = async (path: string, threads: number, worth = WORTH): Promise<Part[]> => {
  const { size } = await stat(path);
  const parts = Math.max(1, Math.min(threads, MOST, Math.floor(size / worth)));
  const starts = [WHOLE.from];
  for (let i = 1; i < parts; i += 1) {
    const start = await lineFrom(path, Math.floor((size * i) / parts));
    if (start === undefined) return [WHOLE];
    starts.push(start);
  }
  return starts.map((from, i) => ({ from, to: starts[i + 1] ?? WHOLE.to }));
};

/** Starts a thread; its answer is what it copied. @throws Unreadable if a line is longer than a megabyte */
const copyPart = (work: Work, onLines: ((n: number) => void) | undefined): Promise<Tally> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL('copyThread.js', import.meta.url), { workerData: work });
    thread.on('message', (answer: Answer) => {
      if ('lines' in answer) onLines?.(answer.lines);
      else if ('tally' in answer) resolve(answer.tally);
      else reject(new Unreadable(answer.unreadable.line, answer.unreadable.message));
    });
    thread.on('error', reject);
    thread.on('exit', () => reject(new Error('a thread that copied a log ended without an answer')));
  });

/**
 * Copies each part of a log to a file of its own.
 *
 * @param to the file of each part
 * @param onLines is told of so many more lines, from time to time
 * @throws Unreadable if a line is longer than a megabyte
 */
export const copyParts = async (
  log: JsonLog,
  parts: readonly Part[],
  to: readonly string[],
  onLines: ((n: number) => void) | undefined,
): Promise<Tally> => {
  // The columns alone are handed over: a log as a whole has functions.
  const { name, path, columns, delimiter } = log;
  const copied = await Promise.allSettled(
    parts.map((part, i) => copyPart({ log: { name, path, columns, delimiter }, part, to: to[i] ?? '' }, onLines)),
  );
  const sum: Tally = { records: 0, lossy: 0, faults: [] };
  // Of several parts that cannot be copied, the first one is named, as without threads.
  for (const part of copied) {
    if (part.status === 'rejected') throw part.reason;
    sum.records += part.value.records;
    sum.lossy += part.value.lossy;
    for (const fault of part.value.faults) sum.faults.push(fault);
  }
  return sum;
};
