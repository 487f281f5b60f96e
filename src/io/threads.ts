/** Threads that share the work on a large file: how many there are, and what one of them answers. */
import { Worker } from 'node:worker_threads';

/** More threads gain little: whatever one thread does for all of them takes its time. */
const MOST = 8;

/** How many of at most so many threads are worth starting for work of a size, of which `worth` is worth a thread; at least 1. */
export const threadsFor = (size: number, threads: number, worth: number): number =>
  Math.max(1, Math.min(threads, MOST, Math.floor(size / worth)));

/** How a message of a thread ends the wait for its result. */
export interface Wait<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Lets a thread work, and waits for its result.
 *
 * @param file what it runs
 * @param work what it is given
 * @param listen listens to its messages, one of which ends the wait
 * @throws whatever the thread throws
 */
export const inThread = <Result>(
  file: URL,
  work: object,
  listen: (thread: Worker, wait: Wait<Result>) => void,
): Promise<Result> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(file, { workerData: work });
    listen(thread, { resolve, reject });
    thread.on('error', reject);
    thread.on('exit', () => reject(new Error('a thread ended without an answer')));
  });
