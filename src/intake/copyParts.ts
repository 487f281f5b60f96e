/** Copies a large log of JSON lines in several threads, each a part of its lines. */
import type { Part } from '../io/parts.js';
import { inThread } from '../io/threads.js';
import { inOneOrder } from './ascendingIds.js';
import type { JsonLog } from './copyObject.js';
import type { Tally } from './faults.js';
import { Unreadable } from './records.js';

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

/** Starts a thread; its answer is what it copied. @throws Unreadable if a line is longer than a megabyte */
const copyPart = (work: Work, onLines: ((n: number) => void) | undefined): Promise<Tally> =>
  inThread<Tally>(new URL('copyThread.js', import.meta.url), work, (thread, { resolve, reject }) => {
    thread.on('message', (answer: Answer) => {
      if ('lines' in answer) onLines?.(answer.lines);
      else if ('tally' in answer) resolve(answer.tally);
      else reject(new Unreadable(answer.unreadable.line, answer.unreadable.message));
    });
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
  const { unknown, unknownIn } = log.reading;
  const plain: JsonLog = { name, path, columns, delimiter, reading: { unknown, unknownIn } };
  const copied = await Promise.allSettled(
    parts.map((part, i) => copyPart({ log: plain, part, to: to[i] ?? '' }, onLines)),
  );
  const sum: Tally = { records: 0, lossy: 0, faults: [] };
  const ids: Tally['ascending'][] = [];
  // Of several parts that cannot be copied, the first one is named, as without threads.
  for (const part of copied) {
    if (part.status === 'rejected') throw part.reason;
    sum.records += part.value.records;
    sum.lossy += part.value.lossy;
    for (const fault of part.value.faults) sum.faults.push(fault);
    ids.push(part.value.ascending);
  }
  sum.ascending = inOneOrder(ids);
  return sum;
};
