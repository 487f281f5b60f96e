/** The text of user_scores.csv; of many users it is written by several threads. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { AsOf } from '../scoring/phrases.js';
import type { Ordered, Ranking } from '../scoring/ranking.js';
import { type Scoring, scoringOf } from '../scoring/score.js';
import type { UsersPart } from '../scoring/users.js';
import { threadsFor } from './threads.js';
import { scoreLines, scoresHeader } from './writeScores.js';

/** Users whose lines a thread writes at once. */
const BATCH = 2048;

/** Users that are worth a thread: to start one takes most of the time in which their lines are written. */
const WORTH = 50_000;

/** Batches that a thread is asked for before the first one is there, so that it need not wait. */
const AHEAD = 2;

/** Megabytes of a thread for what lives briefly, as all lines do: more is only more memory. */
const YOUNG = 8;

/** What a thread writes the lines of. */
export interface Work {
  readonly users: readonly UsersPart[];
  readonly scoring: Scoring;
  readonly dated: AsOf | undefined;
  readonly order: Uint32Array;
  readonly asOf: number;
  readonly config: string;
}

/** Places whose lines a thread is asked for; the lines are the answer. */
export interface Places {
  readonly from: number;
  readonly to: number;
}

/** A thread that writes lines, one batch after the other. */
class Writer {
  readonly #thread: Worker;
  readonly #asked: { resolve: (lines: Uint8Array[]) => void; reject: (error: unknown) => void }[] = [];

  constructor(work: Work) {
    this.#thread = new Worker(new URL('scoresThread.js', import.meta.url), {
      workerData: work,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
    });
    this.#thread.on('message', (lines: Uint8Array[]) => this.#asked.shift()?.resolve(lines));
    const fail = (error: unknown): void => this.#asked.splice(0).forEach(({ reject }) => reject(error));
    this.#thread.on('error', fail);
    this.#thread.on('exit', () => fail(new Error('a thread that wrote scores ended without an answer')));
  }

  /** The lines of places. A failure that nobody waits for yet is no error of its own. */
  write(places: Places): Promise<Uint8Array[]> {
    const lines = new Promise<Uint8Array[]>((resolve, reject) => this.#asked.push({ resolve, reject }));
    lines.catch(() => {});
    this.#thread.postMessage(places, []);
    return lines;
  }

  async end(): Promise<void> {
    await this.#thread.terminate();
  }
}

/** The lines of all users, written by so many threads. */
async function* writtenInThreads(ranking: Ordered, config: string, threads: number): AsyncGenerator<Uint8Array> {
  const { users, model, order, asOf } = ranking;
  const work = { users: users.parts, scoring: scoringOf(model), dated: model.asOf, order, asOf, config };
  const writers = Array.from({ length: threads }, () => new Writer(work));
  try {
    const batches: Promise<Uint8Array[]>[] = [];
    for (let from = 0; from < order.length; from += BATCH) {
      const writer = writers[(from / BATCH) % threads];
      if (writer) batches.push(writer.write({ from, to: Math.min(from + BATCH, order.length) }));
      const first = batches.length === threads * AHEAD ? batches.shift() : undefined;
      if (first) yield* await first;
    }
    for (const lines of batches) yield* await lines;
  } finally {
    await Promise.all(writers.map((writer) => writer.end()));
  }
}

/**
 * The text of user_scores.csv: all users, best first.
 *
 * @param config the hash of the configuration, written in every row
 * @param threads how many may write; default: one per core
 * @param worth the users from which on a thread is worth it
 */
export async function* scoresCsv(
  ranking: Ranking,
  config: string,
  threads = availableParallelism(),
  worth = WORTH,
): AsyncGenerator<Uint8Array> {
  const { length } = ranking.order;
  const writers = threadsFor(length, threads, worth);
  yield scoresHeader(ranking);
  yield* writers > 1 ? writtenInThreads(ranking, config, writers) : scoreLines(ranking, config, 0, length);
}
