/** `gesture compare`: whose score changed between two user_scores.csv, by how much, and because of which signals. */
import { toJson } from '../text/printable.js';
import type { Command } from '@commander-js/extra-typings';
import { print } from '../io/output.js';
import { screenOf } from '../text/columns.js';
import { counted } from '../text/numbers.js';
import { wholeNumber } from './flags.js';
import { examples } from './help.js';
import { commandLine, explainLine, nextLine } from './next.js';

const define = (command: Command) =>
  command
    .argument('<old>', 'an earlier user_scores.csv')
    .argument('<new>', 'a later user_scores.csv')
    .option('--top <n>', 'number of users to show', wholeNumber('--top', 1), 20)
    .option('--json', 'print every change as JSON')
    .addHelpText(
      'after',
      examples([['gesture compare last_week/user_scores.csv data/user_scores.csv', 'who changed since last week']]),
    );

type Flags = ReturnType<ReturnType<typeof define>['opts']>;

const compare = async (before: string, after: string, { top, json }: Flags): Promise<void> => {
  const [{ compareScores }, { readScores }, { compareScreen, isWorthNaming }] = await Promise.all([
    import('../scoring/compare.js'),
    import('../io/readScores.js'),
    import('./compareScreen.js'),
  ]);
  const comparison = compareScores(await readScores(before), await readScores(after));
  const { config_changed: configChanged, label_changes: relabelled, moved, entered, left, unchanged } = comparison;
  const changed = configChanged || relabelled.length + moved.length + entered.length + left.length > 0;
  if (json) {
    await print(`${toJson(comparison, 2)}\n`);
  } else if (changed) {
    await print(compareScreen(comparison, top, screenOf(process.stdout)));
  } else {
    process.stderr.write(`no change: ${counted(unchanged, 'user')} with the same points and settings\n`);
  }
  const [first] = [...relabelled, ...entered.filter(isWorthNaming), ...moved];
  const next = first === undefined ? commandLine('rank') : explainLine(first.user_id);
  process.stderr.write(`${nextLine(next)}\n`);
};

/** The arguments, flags and action of `gesture compare`. */
export const register = (command: Command): void => {
  define(command).action(compare);
};
