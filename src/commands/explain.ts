/** `gesture explain`: everything behind one user's score. */
import { toJson } from '../text/printable.js';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { loadConfig } from '../config/load.js';
import { stampOf } from '../config/settings.js';
import { print } from '../io/output.js';
import { screenOf } from '../text/columns.js';
import { nextStep, shellWord } from '../text/shell.js';
import type { Ranking } from '../scoring/ranking.js';
import type { Model } from '../scoring/score.js';
import type { Answer } from './explainScreen.js';
import { changes, CONFIG_FLAG, oneOf } from './flags.js';

/** The features that are read unless others are named. */
const DEFAULT_INPUT = 'data/user_features.csv';

const define = (program: CommandUnknownOpts) =>
  program
    .command('explain')
    .helpGroup('Companions:')
    .description("Show everything behind one user's score, and what would raise it.")
    .argument('<user>', 'the user to explain: an id, a name, or a rank such as 3 or #3')
    .argument('[features]', 'the output of `gesture features`; - is standard input', DEFAULT_INPUT)
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

/** The command that shows what the largest gain would change; or, if it was asked for, who has changed since. */
const nextFor = ({ user_id, now, what_if }: Answer, from: string, config: string | undefined): string => {
  const [gain] = now.gains;
  if (what_if !== undefined || gain === undefined) return 'gesture compare OLD_SCORES NEW_SCORES';
  const words = [user_id, ...(from === DEFAULT_INPUT ? [] : [from]), '--what-if', `${gain.signal}=${gain.to}`];
  const settings = config === undefined ? [] : ['--config', config];
  return ['gesture explain', ...[...words, ...settings].map(shellWord)].join(' ');
};

const explain = async (asked: string, from: string, { whatIf = [], config: path, json }: Flags): Promise<void> => {
  const [
    { explain: explainRow },
    { findUser },
    { rankUsers },
    { prepare },
    { readUsers },
    { recordFiles, recordOf },
    { explainScreen },
  ] = await Promise.all([
    import('../scoring/explain.js'),
    import('../scoring/findUser.js'),
    import('../scoring/ranking.js'),
    import('../scoring/score.js'),
    import('../io/readUsers.js'),
    import('../io/runRecord.js'),
    import('./explainScreen.js'),
  ]);
  const config = await loadConfig(path);
  const model = prepare(config);
  const known = oneOf('--what-if', model.signals);
  const changed = new Map(whatIf.map(({ signal, value }) => [known(signal), value]));
  const [users, [file]] = await Promise.all([readUsers(from, model), recordFiles([from])]);
  const ranking = rankUsers(users, model);
  const index = findUser(asked, ranking, from);
  const made = await recordOf(from, file);
  const values = users.values(index);
  const now = {
    user_id: users.ids.at(index),
    username: users.names.at(index),
    ...standing(ranking, index),
    config: stampOf({ features: made?.config.features, scoring: config.hashes.scoring }),
    now: explainRow(rowOf(values, model), config),
  };
  const supposed = values.map((value, i) => changed.get(model.signals[i] ?? '') ?? value);
  // The rank is that of a user who really has these values.
  users.setValues(index, supposed);
  const answer: Answer =
    changed.size === 0
      ? now
      : {
          ...now,
          what_if: explainRow(rowOf(supposed, model), config),
          what_if_rank: standing(rankUsers(users, model), index).rank,
        };
  await print(json ? `${toJson(answer, 2)}\n` : explainScreen(answer, screenOf(process.stdout)));
  process.stderr.write(nextStep(nextFor(answer, from, path)));
};

/** Adds `gesture explain`. */
export const registerExplain = (program: CommandUnknownOpts): void => {
  define(program).action(explain);
};
