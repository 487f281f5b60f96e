/** `gesture compare`: who moved between two user_scores.csv, by how much, and which signals did it. */
import type { Command } from 'commander';
import { print } from '../io/output.js';
import { screenOf } from '../text/columns.js';
import { counted } from '../text/numbers.js';
import { compareScores } from '../scoring/compare.js';
import { compareScreen } from './compareScreen.js';
import { countOption } from './options.js';

interface Options {
  readonly top: number;
  readonly json?: true;
}

const compare = async (before: string, after: string, { top, json }: Options): Promise<void> => {
  const { readScores } = await import('../io/readScores.js');
  const comparison = compareScores(await readScores(before), await readScores(after));
  const { config_changed: configChanged, moved, entered, left, unchanged } = comparison;
  if (json) {
    await print(`${JSON.stringify(comparison, null, 2)}\n`);
  } else if (configChanged || moved.length + entered.length + left.length > 0) {
    await print(compareScreen(comparison, top, screenOf(process.stdout)));
  } else {
    process.stderr.write(`no change: ${counted(unchanged, 'user')}, the same points and settings\n`);
  }
};

/** Adds `gesture compare`. */
export const registerCompare = (program: Command): void => {
  program
    .command('compare')
    .helpGroup('Companions:')
    .description('Show whose score moved between two user_scores.csv, by how much, and why.')
    .argument('<old>', 'an earlier user_scores.csv')
    .argument('<new>', 'a later user_scores.csv')
    .option('--top <n>', 'users to show', countOption, 20)
    .option('--json', 'print every change as JSON')
    .action(compare);
};
