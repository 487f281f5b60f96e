/** `gesture explain`: everything behind one user's score. */
import { toJson } from '../text/printable.js';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { loadConfig } from '../config/load.js';
import { stampOf } from '../config/settings.js';
import { didYouMean } from '../text/closest.js';
import { print } from '../io/output.js';
import { screenOf } from '../text/columns.js';
import { Failure } from '../model.js';
import type { Ranking } from '../scoring/ranking.js';
import type { Model } from '../scoring/score.js';
import type { Answer } from './explainScreen.js';
import { changes, CONFIG_FLAG, oneOf } from './flags.js';

const define = (program: CommandUnknownOpts) =>
  program
    .command('explain')
    .helpGroup('Companions:')
    .description("Show everything behind one user's score, and what would raise it.")
    .argument('<user_id>', 'the user to explain')
    .argument('[features]', 'the output of `gesture features`; - is standard input', 'data/user_features.csv')
    .option(
      '--what-if <signal=value>',
      'score with another value, such as pricing_page_views=6; may be repeated',
      changes('--what-if'),
    )
    .option(...CONFIG_FLAG)
    .option('--json', 'print the answer as JSON');

type Flags = ReturnType<ReturnType<typeof define>['opts']>;

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

const explain = async (userId: string, from: string, { whatIf = [], config: path, json }: Flags): Promise<void> => {
  const [
    { explain: explainRow },
    { rankUsers },
    { prepare },
    { readUsers },
    { recordFiles, recordOf },
    { explainScreen },
  ] = await Promise.all([
    import('../scoring/explain.js'),
    import('../scoring/ranking.js'),
    import('../scoring/score.js'),
    import('../io/readUsers.js'),
    import('../io/runRecord.js'),
    import('./explainScreen.js'),
  ]);
  const config = await loadConfig(path);
  const model = prepare(config);
  const known = oneOf('--what-if', model.signals);
  const changed = Object.fromEntries(whatIf.map(({ signal, value }) => [known(signal), value]));
  const [users, [file]] = await Promise.all([readUsers(from, model), recordFiles([from])]);
  const index = users.ids.indexOf(userId);
  if (index < 0) throw new Failure('usage', `${from} has no user ${userId}${didYouMean(userId, users.ids)}`);
  const row = rowOf(users.values(index), model);
  const made = await recordOf(from, file);
  const answer: Answer = {
    user_id: userId,
    username: users.names.at(index),
    ...standing(rankUsers(users, model), index),
    config: stampOf({ features: made?.config.features, scoring: config.hashes.scoring }),
    now: explainRow(row, config),
    ...(whatIf.length > 0 ? { what_if: explainRow({ ...row, ...changed }, config) } : {}),
  };
  await print(json ? `${toJson(answer, 2)}\n` : explainScreen(answer, screenOf(process.stdout)));
};

/** Adds `gesture explain`. */
export const registerExplain = (program: CommandUnknownOpts): void => {
  define(program).action(explain);
};
