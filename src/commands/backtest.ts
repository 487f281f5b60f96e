/** `gesture backtest`: what the ranking would have been worth, from the log's own past. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { SOURCE_NAMES } from '../catalogue/sources.js';
import { loadConfig } from '../config/load.js';
import { type Backtest, remarksOf } from '../backtest/result.js';
import { print, checkOutputs, replaceFiles, writeText } from '../io/output.js';
import { labelled, screenOf } from '../text/columns.js';
import { endOf } from '../text/instants.js';
import { toJson } from '../text/printable.js';
import { EXIT, Failure } from '../model.js';
import { CONFIG_FLAG, duration, instants, jsonFile, names, number, oneOf, share, wholeNumber } from './flags.js';
import { readPast } from './past.js';

/** How many people a list is taken to have unless told otherwise. */
const LIST = 50;

const define = (program: CommandUnknownOpts) =>
  program
    .command('backtest')
    .helpGroup('Companions:')
    .description('Measure what the ranking would have been worth: who converted after it, against simpler orders.')
    .argument('[events...]', 'event logs, as for `gesture features` (default: data/raw_events.csv)')
    .option('--from <source>', 'the product that exported the log', oneOf('--from', SOURCE_NAMES))
    .option(...CONFIG_FLAG)
    .option('--at <time>', 'a cut-off: ISO 8601; may be repeated', instants('--at'))
    .option('--cutoffs <n>', 'number of cut-offs, unless --at names them', wholeNumber('--cutoffs', 1, 100), 6)
    .option('--every <duration>', 'time between cut-offs (default: 14d)', duration('--every'))
    .option('--horizon <duration>', 'how long people have to convert (default: 14d)', duration('--horizon'))
    .option('--active-within <duration>', 'only people active so long before a cut-off', duration('--active-within'))
    .option('--list <n>', 'number of people to call', wholeNumber('--list', 1), LIST)
    .option('--again', 'repeat conversions count, and people who have converted are not left out')
    .option('--without <signal>', 'score without this signal; may be repeated', names('--without'))
    .option('--shuffle-labels', 'give the conversions to people at random: what chance looks like')
    .option('--bootstrap <n>', 'resamples for the intervals; 0: none', wholeNumber('--bootstrap', 0, 100_000), 1000)
    .option('--seed <text>', 'any text; another seed gives other resamples', '42')
    .option('--min-lift <x>', 'exit with 1 if the lift of the top 10% may be lower than this', number('--min-lift'))
    .option('--max-rejected <share>', 'fail if more than this share of the rows is rejected', share('--max-rejected'))
    .option('--out <file>', 'where to write the result, for `gesture report`', jsonFile('--out'), 'data/backtest.json')
    .option('--json', 'print the result as JSON on standard output');

type Flags = ReturnType<ReturnType<typeof define>['opts']>;

const DAY = 86_400;

const run = async (inputs: readonly string[], flags: Flags): Promise<void> => {
  const [{ evaluate }, { shuffleLabels }, { withoutSignal }, { stream }, { backtestScreen }] = await Promise.all([
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
  const horizon = (flags.horizon ?? 14 * DAY) * 1000;
  const looking = {
    at: (flags.at ?? []).map((time) => Number(endOf(time, config.events[0]?.timezone) / 1000n)),
    count: flags.cutoffs,
    every: (flags.every ?? 14 * DAY) * 1000,
    horizon,
    activeWithin: flags.activeWithin === undefined ? undefined : flags.activeWithin * 1000,
    again: flags.again === true,
  };
  await checkOutputs([out], [...inputs, ...(config.path === undefined ? [] : [config.path])]);
  const past = await readPast(inputs, config, looking, { maxRejected: flags.maxRejected });
  const panel = flags.shuffleLabels ? shuffleLabels(past.panel, stream('labels', seed)) : past.panel;
  const evaluation = evaluate(panel, scoring, {
    list: flags.list,
    resamples: flags.bootstrap,
    rng: stream('bootstrap', seed),
  });
  const conversions = evaluation.cutoffs.reduce((sum, cutoff) => sum + cutoff.conversions, 0);
  const backtest: Backtest = {
    horizon_days: horizon / 1000 / DAY,
    config: config.hash,
    without,
    shuffled: flags.shuffleLabels === true,
    ...evaluation,
    remarks: remarksOf(past.windows, past.newcomers, conversions),
  };
  const json = `${toJson(backtest, 2)}\n`;
  if (out !== '-') await replaceFiles([{ path: out, write: (file) => writeText(file, [json]) }], past.inputs);
  await print(flags.json || out === '-' ? json : backtestScreen(backtest, config.features, screenOf(process.stdout)));
  const screen = screenOf(process.stderr);
  const wrote = out === '-' ? [] : labelled('wrote', out, screen);
  process.stderr.write(`${[...wrote, ...labelled('next', 'gesture tune', screen)].join('\n')}\n`);
  const lift = evaluation.mean.score.top.find(({ share: top }) => top === 0.1)?.lift;
  if (flags.minLift !== undefined && !((lift?.low ?? Number.NaN) >= flags.minLift)) {
    process.stderr.write(
      `gesture: the lift of the top 10% may be as low as ${lift?.low.toFixed(2)}, below --min-lift ${flags.minLift}\n`,
    );
    process.exitCode = EXIT.found;
  }
};

/** Adds `gesture backtest`. */
export const registerBacktest = (program: CommandUnknownOpts): void => {
  define(program).action(run);
};
