/** A thread that writes lines of user_scores.csv; scoresCsv.ts starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { prepare } from '../scoring/score.js';
import { Users } from '../scoring/users.js';
import type { Places, Work } from './scoresCsv.js';
import { scoreLines } from './writeScores.js';

const { users: parts, scoring, dated, order, asOf, config }: Work = workerData;
const model = prepare(scoring, dated);
const users = new Users(model.signals.length, 0, parts);

parentPort?.on('message', ({ from, to }: Places) => {
  const lines = [...scoreLines({ users, model, order, asOf }, config, from, to)];
  parentPort?.postMessage(
    lines,
    lines.map(({ buffer }) => buffer),
  );
});
