/** `gesture tune`: finds better points in the log's own past, and recommends them only if they are shown to be better. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Command } from '@commander-js/extra-typings';
import { remarksOf } from '../backtest/result.js';
import type { Weights } from '../catalogue/weights.js';
import { CONFIG_FILE, loadConfig } from '../config/load.js';
import type { Config } from '../config/settings.js';
import { checkOutputs, print, replaceFiles, writeText } from '../io/output.js';
import { labelled, screenOf } from '../text/columns.js';
import { printable, toJson } from '../text/printable.js';
import { EXIT, Failure } from '../model.js';
import { accountsLine } from './featuresScreen.js';
import { refuseExisting } from './files.js';
import { oneOf, wholeNumber, yamlFile } from './flags.js';
import { examples } from './help.js';
import { DAY, defineLooking, lookingOf, lookingWords, logWords } from './lookingFlags.js';
import { readPast, settingLines } from './past.js';
import { commandLine, configFlag, nextLine } from './next.js';

/** How many cut-offs judge, unless told otherwise. */
const JUDGED = 1;

const define = (command: Command) =>
  defineLooking(command)
    .option(
      '--judge <n>',
      'number of cut-offs, the last ones, that judge what was found',
      wholeNumber('--judge', 1),
      JUDGED,
    )
    .option(
      '--out <file>',
      'write a gesture.yaml with the points here, if they are recommended; otherwise exit with 1',
      yamlFile('--out'),
    )
    .option('--anyway', 'write the points even if they are not recommended')
    .option('--force', 'replace an existing file')
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

/** What to do next: write the points as they were found, or rank by those that were written, or by the present ones. */
const nextStep = (inputs: readonly string[], flags: Flags, wrote: boolean, better: boolean): string => {
  const { config, out, judge } = flags;
  const again = [...lookingWords(inputs, flags), ...(judge === JUDGED ? [] : ['--judge', String(judge)])];
  if (flags.shuffleLabels) return commandLine('tune', ...again);
  if (better && !wrote) {
    return commandLine('tune', ...again, '--out', existsSync(CONFIG_FILE) ? 'tuned.yaml' : CONFIG_FILE);
  }
  const written = out === CONFIG_FILE ? undefined : out;
  const settings = wrote ? written : config;
  return `${commandLine('features', ...logWords(inputs, { ...flags, config: settings }))} && ${commandLine('rank', ...configFlag(settings))}`;
};

const run = async (inputs: readonly string[], flags: Flags): Promise<void> => {
  const { out, anyway, force, seed, without = [] } = flags;
  if (out !== undefined) refuseExisting(out, force);
  if (out === '-' && flags.json) throw new Failure('usage', 'only one of --out and --json can go to standard output');
  if (out !== undefined && flags.shuffleLabels) {
    throw new Failure('usage', '--out: points that were found with --shuffle-labels are not worth keeping');
  }
  const [
    { candidatesOf },
    { propose },
    { conversionsOf, shuffleLabels },
    { withoutSignal },
    { stream },
    { tuningOf },
    { adviceWords, tuneScreen },
  ] = await Promise.all([
    import('../backtest/candidates.js'),
    import('../backtest/propose.js'),
    import('../backtest/panel.js'),
    import('../backtest/scores.js'),
    import('../simulate/chance.js'),
    import('../backtest/tuning.js'),
    import('./tuneScreen.js'),
  ]);
  const config = await loadConfig(flags.config, flags.from);
  const looking = lookingOf(flags, config);
  const all = candidatesOf(config, { again: looking.again, without: [] }).map(({ feature }) => feature);
  for (const name of without) oneOf('--without', [...new Set([...all, ...Object.keys(config.weights)])])(name);
  const present = without.reduce(withoutSignal, config);
  if (out !== undefined) await checkOutputs([out], inputs);

  const past = await readPast('tune', inputs, config, looking, { maxRejected: flags.maxRejected });
  const panel = flags.shuffleLabels ? shuffleLabels(past.panel, stream('labels', seed)) : past.panel;
  const proposal = propose(panel, present, {
    judge: flags.judge,
    horizon: looking.horizon,
    candidates: candidatesOf(config, { again: looking.again, without }),
    words: (feature) => ({ because: 'Found by gesture tune.', phrase: config.features[feature]?.says ?? feature }),
    resamples: flags.bootstrap,
    rng: stream('bootstrap', seed),
  });
  const conversions = panel.cutoffs.reduce((sum, cutoff) => sum + conversionsOf(cutoff), 0);
  const tuning = tuningOf(proposal, present.weights, {
    horizon_days: looking.horizon / 1000 / DAY,
    config: config.hash,
    without,
    shuffled: flags.shuffleLabels === true,
    remarks: remarksOf(past.windows, past.newcomers, past.leaks, conversions, config.tuned?.until),
  });
  const { found, recommendation, until } = proposal;
  const hasPoints = found !== undefined && until !== undefined;
  const keep = out !== undefined && hasPoints && (recommendation.recommended || anyway);
  if (keep) await write(out, config, found.scoring.weights, until, flags);
  // What goes to standard output with --out - are the settings, or nothing.
  if (flags.json) await print(`${toJson(tuning, 2)}\n`);
  else if (out !== '-') await print(tuneScreen(tuning, config.features, screenOf(process.stdout)));
  const screen = screenOf(process.stderr);
  const wrote = keep && out !== '-' ? labelled('wrote', out, screen) : [];
  const next = nextLine(nextStep(inputs, flags, wrote.length > 0, recommendation.recommended));
  process.stderr.write(`${[accountsLine(past.accounts, config), ...settingLines(past), ...wrote, next].join('\n')}\n`);
  if (out !== undefined && !keep) {
    const otherwise = hasPoints ? ' (--anyway writes it)' : '';
    process.stderr.write(`gesture: ${printable(out)} is not written: ${adviceWords(recommendation)}${otherwise}\n`);
    process.exitCode = EXIT.found;
  }
};

/** The arguments, flags and action of `gesture tune`. */
export const register = (command: Command): void => {
  define(command).action(run);
};
