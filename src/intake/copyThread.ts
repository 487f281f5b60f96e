/** A thread that copies a part of a log of JSON lines; copyParts.ts starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { copyJsonLines } from './copyJsonLines.js';
import type { Answer, Work } from './copyParts.js';
import { Unreadable } from './records.js';

const { log, to, part }: Work = workerData;
const answer = (what: Answer): void => parentPort?.postMessage(what, []);

try {
  answer({ tally: await copyJsonLines(log, to, (lines) => answer({ lines }), part) });
} catch (error) {
  if (!(error instanceof Unreadable)) throw error;
  answer({ unreadable: { line: error.line, message: error.message } });
}
