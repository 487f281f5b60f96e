/** The flags of the commands that look back on a log: which log, which cut-offs, and whose conversions count. */
import type { Command } from '@commander-js/extra-typings';
import { SOURCE_NAMES } from '../catalogue/sources.js';
import type { Config } from '../config/settings.js';
import type { Looking } from '../engine/lookBack.js';
import { durationText } from '../text/duration.js';
import { endOf, isoInstant, type NamedTime } from '../text/instants.js';
import { configFlag } from './next.js';
import { CONFIG_FLAG, duration, instants, names, oneOf, share, wholeNumber } from './flags.js';

/** The length of a day, in seconds. */
export const DAY = 86_400;

/** Flags that a next command needs as well, besides the cut-offs. */
interface RepeatedFlags {
  readonly from?: string | undefined;
  readonly config?: string | undefined;
  readonly without?: readonly string[] | undefined;
  readonly bootstrap: number;
  readonly seed: string;
  readonly maxRejected?: number | undefined;
}

/** What the flags say about the cut-offs; durations are seconds. */
interface LookingFlags {
  readonly at?: readonly NamedTime[] | undefined;
  readonly cutoffs: number;
  readonly every?: number | undefined;
  readonly horizon?: number | undefined;
  readonly activeWithin?: number | undefined;
  readonly again?: true | undefined;
}

/** The defaults of flags that count. */
const [CUTOFFS, RESAMPLES, SEED] = [6, 1000, '42'];

const word = (flag: string, value: string | number | undefined): string[] =>
  value === undefined ? [] : [flag, String(value)];

/** The words of a command line that reads the same logs in the same way. */
export const logWords = (
  inputs: readonly string[],
  { from, config, maxRejected }: Pick<RepeatedFlags, 'from' | 'config' | 'maxRejected'>,
): string[] => [...inputs, ...word('--from', from), ...configFlag(config), ...word('--max-rejected', maxRejected)];

/** The words of a command line that looks back in the same way: the logs and the flags that a run was given. */
export const lookingWords = (inputs: readonly string[], flags: LookingFlags & RepeatedFlags): string[] => {
  const time = (flag: string, seconds: number | undefined): string[] =>
    word(flag, seconds === undefined ? undefined : durationText(seconds));
  const changed = <T>(value: T, usual: T): T | undefined => (value === usual ? undefined : value);
  return [
    ...logWords(inputs, flags),
    ...(flags.at ?? []).flatMap(({ instant, isDay }) => {
      const iso = isoInstant(instant);
      return ['--at', isDay ? iso.slice(0, 10) : iso];
    }),
    ...word('--cutoffs', changed(flags.cutoffs, CUTOFFS)),
    ...time('--every', flags.every),
    ...time('--horizon', flags.horizon),
    ...time('--active-within', flags.activeWithin),
    ...(flags.again === true ? ['--again'] : []),
    ...(flags.without ?? []).flatMap((signal) => ['--without', signal]),
    ...word('--bootstrap', changed(flags.bootstrap, RESAMPLES)),
    ...word('--seed', changed(flags.seed, SEED)),
  ];
};

/** The arguments and flags that all commands have that look back on a log. */
export const defineLooking = (command: Command) =>
  command
    .argument('[events...]', 'event logs, as for `gesture features` (default: data/raw_events.csv)')
    .option('--from <source>', 'the product that exported the log', oneOf('--from', SOURCE_NAMES))
    .option(...CONFIG_FLAG)
    .option('--at <time>', 'a cut-off: ISO 8601; may be repeated', instants('--at'))
    .option('--cutoffs <n>', 'number of cut-offs, unless --at names them', wholeNumber('--cutoffs', 1, 100), CUTOFFS)
    .option('--every <duration>', 'time between cut-offs (default: 14d)', duration('--every'))
    .option('--horizon <duration>', 'how long people have to convert (default: 14d)', duration('--horizon'))
    .option('--active-within <duration>', 'only people active so long before a cut-off', duration('--active-within'))
    .option('--again', 'repeat conversions count, and people who have converted are not left out')
    .option('--without <signal>', 'score without this signal; may be repeated', names('--without'))
    .option('--shuffle-labels', 'give the conversions to people at random: what chance looks like')
    .option(
      '--bootstrap <n>',
      'resamples for the intervals; 0: none',
      wholeNumber('--bootstrap', 0, 100_000),
      RESAMPLES,
    )
    .option('--seed <text>', 'any text; another seed gives other resamples', SEED)
    .option('--max-rejected <share>', 'fail if more than this share of the rows is rejected', share('--max-rejected'));

/** What to look back on, by the flags. */
export const lookingOf = (flags: LookingFlags, { events }: Config): Looking => ({
  at: (flags.at ?? []).map((time) => Number(endOf(time, events[0]?.timezone) / 1000n)),
  count: flags.cutoffs,
  every: (flags.every ?? 14 * DAY) * 1000,
  horizon: (flags.horizon ?? 14 * DAY) * 1000,
  activeWithin: flags.activeWithin === undefined ? undefined : flags.activeWithin * 1000,
  again: flags.again === true,
});
