/** A thread that reads a part of a features file; readUsersFast.ts starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Answer, readPart, type Work } from './readUsersFast.js';

const work: Work = workerData;
const answer: Answer = (await readPart(work))?.parts;
parentPort?.postMessage(answer, []);
