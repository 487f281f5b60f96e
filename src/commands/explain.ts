/** `gesture explain`: everything behind the score of one user. */
import type { Command } from 'commander';
import { loadConfig } from '../config/load.js';
import { cellNumber } from '../text/numbers.js';
import { didYouMean } from '../text/closest.js';
import { print } from '../io/output.js';
import { screenOf } from '../text/columns.js';
import { Failure } from '../model.js';
import { explain as explainRow } from '../scoring/explain.js';
import { type Ranking, rankUsers } from '../scoring/ranking.js';
import { type Model, prepare } from '../scoring/score.js';
import { type Answer, explainScreen } from './explainScreen.js';

interface Options {
  readonly whatIf?: readonly string[];
  readonly config?: string;
  readonly json?: true;
}

const cannot = (message: string): Failure => new Failure('usage', message);

/**
 * The values that --what-if asks for: `pricing_page_views=6` as a value of that signal; nothing after the `=` is unknown.
 *
 * @throws Failure `usage` for another form, an unknown signal, or what is not a plain number
 */
export const changesOf = (whatIf: readonly string[], signals: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    whatIf.map((change) => {
      const [name = '', ...rest] = change.split('=');
      if (rest.length !== 1) throw cannot(`--what-if ${change}: write it like pricing_page_views=6`);
      if (!signals.includes(name))
        throw cannot(`--what-if ${change}: unknown signal ${name}${didYouMean(name, signals)}`);
      const value = cellNumber(rest[0] ?? '');
      if (value === undefined) throw cannot(`--what-if ${change}: ${rest[0]} is not a plain number such as 3 or 0.25`);
      return [name, value];
    }),
  );

const rowOf = (values: Float64Array, model: Model): Record<string, number> =>
  Object.fromEntries(model.signals.map((signal, i) => [signal, values[i] ?? Number.NaN]));

const standing = ({ scores, order }: Ranking, index: number): Pick<Answer, 'rank' | 'users' | 'percentile'> => {
  const lower = scores.filter((score) => score < (scores[index] ?? 0)).length;
  const users = scores.length;
  return {
    rank: order.indexOf(index) + 1,
    users,
    percentile: users === 1 ? null : Math.round((1000 * lower) / (users - 1)) / 10,
  };
};

const collect = (change: string, before: readonly string[] = []): string[] => [...before, change];

const explain = async (userId: string, from: string, { whatIf = [], config: path, json }: Options): Promise<void> => {
  const config = await loadConfig(path);
  const model = prepare(config);
  const changes = changesOf(whatIf, model.signals);
  const { readUsers } = await import('../io/readUsers.js');
  const users = await readUsers(from, model.signals);
  const index = users.ids.indexOf(userId);
  if (index < 0) throw cannot(`${from}: there is no user ${userId}${didYouMean(userId, users.ids)}`);
  const row = rowOf(users.values(index), model);
  const answer: Answer = {
    user_id: userId,
    username: users.names.at(index),
    ...standing(rankUsers(users, model), index),
    config: config.hash,
    now: explainRow(row, config),
    ...(whatIf.length > 0 ? { what_if: explainRow({ ...row, ...changes }, config) } : {}),
  };
  await print(json ? `${JSON.stringify(answer, null, 2)}\n` : explainScreen(answer, screenOf(process.stdout)));
};

/** Adds `gesture explain`. */
export const registerExplain = (program: Command): void => {
  program
    .command('explain')
    .helpGroup('Companions:')
    .description('Show everything behind the score of one user, and what would raise it.')
    .argument('<user_id>', 'whose score')
    .argument('[features]', 'what `gesture features` wrote; - is standard input', 'data/user_features.csv')
    .option(
      '--what-if <signal=value>',
      'score with another value, such as pricing_page_views=6; may be repeated',
      collect,
    )
    .option('--config <file>', 'settings (default: gesture.yaml, if it is there)')
    .option('--json', 'print the answer as JSON')
    .action(explain);
};
