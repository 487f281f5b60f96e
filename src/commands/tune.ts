/** `gesture tune`: finds better points in the log's own past, and recommends them only if they are shown to be better. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { remarksOf } from '../backtest/result.js';
import type { Weights } from '../catalogue/weights.js';
import { CONFIG_FILE, loadConfig } from '../config/load.js';
import type { Config } from '../config/settings.js';
import { checkOutputs, print, replaceFiles, writeText } from '../io/output.js';
import { labelled, screenOf } from '../text/columns.js';
import { shellWord, toJson } from '../text/printable.js';
import { EXIT, Failure } from '../model.js';
import { oneOf, wholeNumber } from './flags.js';
import { examples } from './help.js';
import { DAY, defineLooking, lookingOf } from './lookingFlags.js';
import { readPast } from './past.js';
import type { Tuning } from './tuneScreen.js';

const define = (program: CommandUnknownOpts) =>
  defineLooking(
    program,
    'tune',
    'Find better points for the signals, and recommend them only if they are shown to be better.',
  )
    .option('--judge <n>', 'number of cut-offs, the last ones, that judge what was found', wholeNumber('--judge', 1), 1)
    .option('--out <file>', 'write a gesture.yaml with the points here, if they are recommended; otherwise exit with 1')
    .option('--force', 'write the points even if they are not recommended, and replace an existing file')
    .option('--json', 'print the result as JSON on standard output')
    .addHelpText(
      'after',
      examples([
        ['gesture tune', 'what other points would have been worth'],
        ['gesture tune --out tuned.yaml', 'keep them, if they are recommended'],
      ]),
    );

type Flags = ReturnType<ReturnType<typeof define>['opts']>;

/** What scores depend on: the points and curves of the signals that count. */
const countingOf = (weights: Weights): object =>
  Object.fromEntries(
    Object.entries(weights).flatMap(([name, { points, earns }]) => (points === 0 ? [] : [[name, { points, earns }]])),
  );

/** Writes the points that were judged into the settings, and reads them again as `rank` will. */
const write = async (out: string, config: Config, tuned: Weights, until: string, flags: Flags): Promise<void> => {
  const { withPoints } = await import('../config/withPoints.js');
  const before = config.path === undefined ? undefined : await readFile(config.path, 'utf8');
  const text = withPoints(before, config.weights, tuned, until);
  const fill = async (file: string): Promise<void> => {
    await writeText(file, [text]);
    const { weights } = await loadConfig(file, flags.from);
    if (!isDeepStrictEqual(countingOf(weights), countingOf(tuned))) {
      throw new Error('the written points are not those that were judged');
    }
  };
  await replaceFiles([{ path: out, write: fill }], []);
};

/** What to do next: use the file that was written, write it, or see what the present points are worth. */
const nextStep = (inputs: readonly string[], { from, config, out }: Flags, wrote: boolean, better: boolean): string => {
  if (wrote && out !== undefined) {
    return out === CONFIG_FILE ? 'gesture rank' : `gesture rank --config ${shellWord(out)}`;
  }
  if (better)
    return `run this again with --out ${existsSync(CONFIG_FILE) ? 'tuned.yaml' : CONFIG_FILE} to keep the points`;
  return [
    'gesture backtest',
    ...inputs.map(shellWord),
    ...(from === undefined ? [] : [`--from ${from}`]),
    ...(config === undefined ? [] : [`--config ${shellWord(config)}`]),
  ].join(' ');
};

const run = async (inputs: readonly string[], flags: Flags): Promise<void> => {
  const { out, force, seed, without = [] } = flags;
  if (out !== undefined && !force && existsSync(out)) {
    throw new Failure('usage', `${out} already exists: replace it with --force, or choose another file with --out`);
  }
  if (out !== undefined && flags.shuffleLabels) {
    throw new Failure('usage', '--out: points that were found with --shuffle-labels are not worth keeping');
  }
  const [{ candidatesOf }, { propose }, { shuffleLabels }, { withoutSignal }, { stream }, { tuneScreen }] =
    await Promise.all([
      import('../backtest/candidates.js'),
      import('../backtest/propose.js'),
      import('../backtest/panel.js'),
      import('../backtest/scores.js'),
      import('../simulate/chance.js'),
      import('./tuneScreen.js'),
    ]);
  const config = await loadConfig(flags.config, flags.from);
  const looking = lookingOf(flags, config);
  const all = candidatesOf(config, { again: looking.again, without: [] }).map(({ feature }) => feature);
  for (const name of without) oneOf('--without', [...new Set([...all, ...Object.keys(config.weights)])])(name);
  const present = without.reduce(withoutSignal, config);
  if (out !== undefined) await checkOutputs([out], inputs);

  const past = await readPast(inputs, config, looking, { maxRejected: flags.maxRejected });
  const panel = flags.shuffleLabels ? shuffleLabels(past.panel, stream('labels', seed)) : past.panel;
  const proposal = propose(panel, present, {
    judge: flags.judge,
    horizon: looking.horizon,
    candidates: candidatesOf(config, { again: looking.again, without }),
    words: (feature) => ({ because: 'Found by gesture tune.', phrase: config.features[feature]?.says ?? feature }),
    resamples: flags.bootstrap,
    rng: stream('bootstrap', seed),
  });
  const { found, recommendation } = proposal;
  const until = Number.isNaN(proposal.until) ? undefined : `${new Date(proposal.until).toISOString().slice(0, -5)}Z`;
  const tuning: Tuning = {
    horizon_days: looking.horizon / 1000 / DAY,
    config: config.hash,
    without,
    shuffled: flags.shuffleLabels === true,
    training: proposal.training,
    judged: proposal.judged,
    until,
    signals: signalsOf(present.weights, found?.scoring.weights ?? {}),
    moved: found?.tuned.moved ?? [],
    added: found?.tuned.added ?? [],
    likelihood: found?.tuned.likelihood,
    judgement: found?.judgement,
    recommendation,
    remarks: remarksOf(past.windows, past.newcomers, 0).filter(({ code }) => code !== 'newcomers'),
  };
  const keep = out !== undefined && found && until !== undefined && (recommendation.recommended || force);
  if (keep) await write(out, config, found.scoring.weights, until, flags);
  await print(flags.json ? `${toJson(tuning, 2)}\n` : tuneScreen(tuning, screenOf(process.stdout)));
  const screen = screenOf(process.stderr);
  const next = nextStep(inputs, flags, Boolean(keep), recommendation.recommended);
  const wrote = keep ? labelled('wrote', out, screen) : [];
  process.stderr.write(`${[...wrote, ...labelled('next', next, screen)].join('\n')}\n`);
  if (out !== undefined && !keep) {
    process.stderr.write(`gesture: ${out} is not written, since these points are not recommended\n`);
    process.exitCode = EXIT.found;
  }
};

/** Present and tuned points side by side, in the order of the tuned ones. */
const signalsOf = (present: Weights, tuned: Weights): Tuning['signals'] =>
  [...new Set([...Object.keys(present), ...Object.keys(tuned)])]
    .map((signal) => {
      const [before, after] = [present[signal], tuned[signal]];
      return {
        signal,
        points: { present: before?.points ?? 0, tuned: after?.points ?? 0 },
        curve: { present: before?.earns, tuned: after?.earns },
      };
    })
    .filter(({ points }) => points.present !== 0 || points.tuned !== 0)
    .toSorted((a, b) => b.points.tuned - a.points.tuned);

/** Adds `gesture tune`. */
export const registerTune = (program: CommandUnknownOpts): void => {
  define(program).action(run);
};
