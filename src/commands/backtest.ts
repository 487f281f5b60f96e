/** `gesture backtest`: what the ranking would have been worth, from the log's own past. */
import type { Command } from '@commander-js/extra-typings';
import { selectFeatures } from '../catalogue/derived.js';
import { loadConfig } from '../config/load.js';
import { HEADLINE } from '../backtest/rankings.js';
import { type Backtest, remarksOf } from '../backtest/result.js';
import { print, checkOutputs, replaceFiles, writeText } from '../io/output.js';
import { labelled, screenOf } from '../text/columns.js';
import { toJson } from '../text/printable.js';
import { EXIT, Failure } from '../model.js';
import { accountsLine } from './featuresScreen.js';
import { BACKTEST_FILE } from './files.js';
import { fixed } from './estimates.js';
import { jsonFile, number, oneOf, wholeNumber } from './flags.js';
import { DAY, defineLooking, lookingOf, lookingWords } from './lookingFlags.js';
import { commandLine, nextLine } from './next.js';
import { readPast, settingLines } from './past.js';

/** How many people a list is taken to have unless told otherwise. */
const LIST = 50;

const define = (command: Command) =>
  defineLooking(command)
    .option('--list <n>', 'number of people to call', wholeNumber('--list', 1), LIST)
    .option('--min-lift <x>', 'exit with 1 if the lift of the top 10% may be lower than this', number('--min-lift'))
    .option('--out <file>', 'where to write the result', jsonFile('--out'), BACKTEST_FILE)
    .option('--json', 'print the result as JSON on standard output');

type Flags = ReturnType<ReturnType<typeof define>['opts']>;

/** Why the lift of the top 10 % may be below `least`; undefined if it is not. */
const missedLift = ({ mean, verdict }: Backtest, words: string, least: number): string | undefined => {
  if (verdict.claim === 'none') return `--min-lift ${least} cannot be checked: ${words}`;
  const low = mean.score.top.find(({ share: top }) => top === HEADLINE)?.lift.low ?? Number.NaN;
  return low >= least ? undefined : `the lift of the top 10% may be as low as ${fixed(low)}, below --min-lift ${least}`;
};

const run = async (inputs: readonly string[], flags: Flags): Promise<void> => {
  const [
    { evaluate },
    { shuffleLabels },
    { withoutSignal },
    { stream },
    { backtestScreen, doubtSentences, verdictWords },
  ] = await Promise.all([
    import('../backtest/evaluate.js'),
    import('../backtest/panel.js'),
    import('../backtest/scores.js'),
    import('../simulate/chance.js'),
    import('./backtestScreen.js'),
  ]);
  const config = await loadConfig(flags.config, flags.from);
  const { out, without = [], seed } = flags;
  const known = oneOf('--without', Object.keys(config.weights));
  const scoring = without.map(known).reduce(withoutSignal, config);
  if (Object.keys(scoring.weights).length === 0) throw new Failure('usage', '--without: no signal is left');
  const looking = lookingOf(flags, config);
  await checkOutputs([out], [...inputs, ...(config.path === undefined ? [] : [config.path])]);
  const needed = [...Object.keys(config.weights), 'total_events', 'converted', 'opted_out'];
  const read = { ...config, features: selectFeatures(config.features, needed) };
  const past = await readPast('backtest', inputs, read, looking, { maxRejected: flags.maxRejected });
  const panel = flags.shuffleLabels ? shuffleLabels(past.panel, stream('labels', seed)) : past.panel;
  const evaluation = evaluate(panel, scoring, {
    list: flags.list,
    resamples: flags.bootstrap,
    rng: stream('bootstrap', seed),
  });
  const conversions = evaluation.cutoffs.reduce((sum, cutoff) => sum + cutoff.conversions, 0);
  const backtest: Backtest = {
    horizon_days: looking.horizon / 1000 / DAY,
    config: config.hash,
    without,
    shuffled: flags.shuffleLabels === true,
    ...evaluation,
    remarks: remarksOf(past.windows, past.newcomers, past.leaks, conversions, config.tuned?.until),
  };
  const says = {
    verdict: verdictWords(backtest.verdict),
    doubts: doubtSentences(backtest, config.features),
  };
  const json = `${toJson({ ...backtest, says }, 2)}\n`;
  if (out !== '-') await replaceFiles([{ path: out, write: (file) => writeText(file, [json]) }], past.inputs);
  await print(flags.json || out === '-' ? json : backtestScreen(backtest, config.features, screenOf(process.stdout)));
  const screen = screenOf(process.stderr);
  const wrote = out === '-' ? [] : labelled('wrote', out, screen);
  const next = nextLine(commandLine('tune', ...lookingWords(inputs, flags)));
  const about = settingLines({ ...past, uncounted: [] });
  process.stderr.write(`${['', accountsLine(past.accounts, config), ...about, ...wrote, next].join('\n')}\n`);
  const missed = flags.minLift === undefined ? undefined : missedLift(backtest, says.verdict, flags.minLift);
  if (missed !== undefined) {
    process.stderr.write(`gesture: ${missed}\n`);
    process.exitCode = EXIT.found;
  }
};

/** The arguments, flags and action of `gesture backtest`. */
export const register = (command: Command): void => {
  define(command).action(run);
};
