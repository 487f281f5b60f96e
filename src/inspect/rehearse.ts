/** Tries proposed settings on the log itself: whether it can be read with them, what is doubtful, and how high people score. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSettings } from '../config/read.js';
import { defaultConfig, withHash } from '../config/settings.js';
import { withEngine } from '../engine/duckdb/open.js';
import { countNotUtf8 } from '../engine/checkRows.js';
import { computeFeatures } from '../engine/features.js';
import { ENCODING_ADVICE } from '../intake/refuse.js';
import { readUsers } from '../io/readUsers.js';
import { refuseEncoding } from './encoding.js';
import { Failure } from '../model.js';
import { rankUsers } from '../scoring/ranking.js';
import { prepare } from '../scoring/score.js';
import { grouped, percent } from '../text/numbers.js';

/** What is tried. */
export interface Rehearsal {
  readonly yaml: string;
  readonly inputs: readonly string[];
  /** Where gesture.yaml is to be. */
  readonly path: string;
  readonly delimiter?: string | undefined;
  readonly now: bigint;
  readonly scratch: string;
  readonly stdin: NodeJS.ReadableStream;
}

/** What came of it. */
export interface Rehearsed {
  /** Share of the rows that are rejected, from 0 to 1. */
  readonly rejected: number;
  readonly doubts: readonly string[];
  /** The scores of all users in points, the highest first. */
  readonly scores: readonly number[];
}

/** Scores are sampled beyond this many users: labels need no more. */
const MOST_SCORES = 100_000;

/** Runs `features` and `rank` on the log as they will run, and keeps nothing. @throws Failure if the settings do not fit */
export const rehearse = async ({
  yaml,
  inputs,
  path,
  delimiter,
  now,
  scratch,
  stdin,
}: Rehearsal): Promise<Rehearsed> => {
  const [file, table] = [join(scratch, 'proposed.yaml'), join(scratch, 'proposed.csv')];
  await writeFile(file, yaml);
  const config = withHash(await readSettings(file, defaultConfig), path);
  const request = { inputs, config, asOf: undefined, now, maxRejected: 1, delimiter, scratch, stdin };
  const outcome = await withEngine(scratch, {}, (engine) => computeFeatures(engine, request, table));
  const { accounts, faults, warnings, unreadable } = outcome;
  const notUtf8 = countNotUtf8(faults);
  refuseEncoding(inputs.join(', '), notUtf8, accounts.read);
  if (accounts.used === 0) throw new Failure('data', 'with the settings that fit best, no row can be used');
  const model = prepare(config);
  const ranking = rankUsers(await readUsers(table, model), model);
  const step = Math.max(1, Math.ceil(ranking.order.length / MOST_SCORES));
  const scores = [...ranking.order].filter((_, i) => i % step === 0).map((index) => (ranking.scores[index] ?? 0) / 100);
  const rejected = accounts.read === 0 ? 0 : accounts.rejected / accounts.read;
  return {
    rejected,
    doubts: [
      ...(accounts.rejected > 0
        ? [
            `${grouped(accounts.rejected)} of ${grouped(accounts.read)} rows (${percent(rejected, 1)}) cannot be read${notUtf8 > 0 ? `, ${grouped(notUtf8)} since the file is not UTF-8: ${ENCODING_ADVICE}` : ''}; features would list them in rejected_events.csv`,
          ]
        : []),
      ...unreadable.map(
        ({ column, cells }) => `${grouped(cells)} cells of ${column} cannot be read, and are taken for unknown`,
      ),
      ...warnings.map(({ text }) => text),
    ],
    scores,
  };
};

/** Shares of the users that the labels are for, if the default labels say little. */
const [HIGH, MEDIUM] = [0.1, 0.3];

/** Shares of high users with which the default labels say something. */
const [FEW, MANY] = [0.02, 0.25];

/** The least share of low users with which they do. */
const LOW = 0.4;

/** Labels by the scores of a log, if the default ones would call nearly nobody or too many high, or too few low. */
export const labelsFor = (
  scores: readonly number[],
  { high, medium }: { readonly high: number; readonly medium: number },
): { readonly high: number; readonly medium: number; readonly why: string } | undefined => {
  if (scores.length < 10) return undefined;
  const share = scores.filter((score) => score >= high).length / scores.length;
  const low = scores.filter((score) => score < medium).length / scores.length;
  if (share >= FEW && share <= MANY && low >= LOW) return undefined;
  const at = (part: number): number => Math.round(scores[Math.floor(scores.length * part)] ?? 0);
  const top = Math.min(100, Math.max(2, at(HIGH)));
  const middle = Math.max(1, Math.min(top - 1, at(MEDIUM)));
  const why = `With the default labels (${high} and ${medium}), ${percent(share)} of the users would be high and ${percent(low)} low; with these, about the top tenth, and the next fifth is medium.`;
  return { high: top, medium: middle, why };
};
