/** `gesture explain`: everything behind one user's score. */
import { toJson } from '../text/printable.js';
import type { Command } from '@commander-js/extra-typings';
import { loadConfig } from '../config/load.js';
import { stampOf } from '../config/settings.js';
import { print } from '../io/output.js';
import { screenOf } from '../text/columns.js';
import type { Explained } from '../scoring/explain.js';
import type { Ranking } from '../scoring/ranking.js';
import type { Answer, Standing } from './explainScreen.js';
import { FEATURES_FILE } from './files.js';
import { changes, CONFIG_FLAG, oneOf } from './flags.js';
import { examples } from './help.js';
import { commandLine, configFlag, explainLine, nextLine } from './next.js';

const DAY_MS = 86_400_000;

const define = (command: Command) =>
  command
    .argument('<user>', 'the user to explain: an id, a name, or a rank among all, such as 3 or #3')
    .argument('[features]', 'the output of `gesture features`; - is standard input', FEATURES_FILE)
    .option(
      '--what-if <signal=value>',
      'score with another value, such as pricing_page_views=6; may be repeated',
      changes('--what-if'),
    )
    .option(...CONFIG_FLAG)
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      examples([
        ['gesture explain u_000005', 'by id; or by name or rank'],
        ['gesture explain 5 --what-if calendar_bookings=1', 'what a booked call would change'],
      ]),
    );

type Flags = ReturnType<ReturnType<typeof define>['opts']>;

const rankOf = ({ order }: Ranking, index: number): number => order.indexOf(index) + 1;

/** How many of the others are lower, in percent with a decimal: neither none nor all of them unless it is so. */
const percentileOf = (lower: number, others: number): number => {
  if (lower === 0 || lower === others) return (100 * lower) / others;
  return Math.min(99.9, Math.max(0.1, Math.round((1000 * lower) / others) / 10));
};

const standing = (ranking: Ranking, index: number): Standing => {
  const { scores, order, users } = ranking;
  const others = scores.length - 1;
  const rank = rankOf(ranking, index);
  const own = scores[index] ?? 0;
  let [lower, toCall] = [0, 0];
  for (const score of scores) if (score < own) lower++;
  for (let place = 0; place < rank; place++) if (users.canBeCalled(order[place] ?? 0)) toCall++;
  return {
    rank,
    users: scores.length,
    percentile: others === 0 ? null : percentileOf(lower, others),
    converted: users.converted(index) === 1,
    opted_out: users.optedOut(index) === 1,
    place_to_call: users.canBeCalled(index) ? toCall : null,
  };
};

/** The command that shows what the largest gain would change; or, if that was asked for, the list. */
const nextFor = ({ user_id, now, what_if }: Answer, from: string, config: string | undefined): string => {
  const [gain] = now.gains;
  const file = from === FEATURES_FILE ? [] : [from];
  if (what_if !== undefined || gain === undefined) return commandLine('rank', ...file, ...configFlag(config));
  return explainLine(user_id, file, ['--what-if', `${gain.signal}=${gain.to}`, ...configFlag(config)]);
};

const explain = async (asked: string, from: string, { whatIf = [], config: path, json }: Flags): Promise<void> => {
  const [
    { explainValues },
    { findUser },
    { rankedAt, rankUsers },
    { prepare },
    { readUsers },
    { recordFiles, recordOf },
    { explainScreen },
    { asOfOf, countedFrom },
  ] = await Promise.all([
    import('../scoring/explain.js'),
    import('../scoring/findUser.js'),
    import('../scoring/ranking.js'),
    import('../scoring/score.js'),
    import('../io/readUsers.js'),
    import('../io/runRecord.js'),
    import('./explainScreen.js'),
    import('./asOf.js'),
  ]);
  const config = await loadConfig(path);
  const known = oneOf('--what-if', Object.keys(config.weights));
  const changed = new Map(whatIf.map(({ signal, value }) => [known(signal), value]));
  const signals = Object.keys(config.weights);
  const [users, [file]] = await Promise.all([readUsers(from, { signals }), recordFiles([from])]);
  const made = await recordOf(from, file);
  const asOf = asOfOf(made, users);
  const model = prepare(config, countedFrom(asOf, new Date()));
  const ranking = rankUsers(users, model, asOf);
  const index = findUser(asked, ranking, from);
  /** The answer about the user as in `users`, in the words of the list that `rank` writes. */
  const answerOf = (among: Ranking): Explained => ({
    ...explainValues(users.values(index), model),
    explanation: rankedAt(among, among.order.indexOf(index)).explanation,
  });
  const now = {
    user_id: users.ids.at(index),
    username: users.names.at(index),
    ...standing(ranking, index),
    config: stampOf({ features: made?.config.features, scoring: config.hashes.scoring }),
    now: answerOf(ranking),
  };
  /** The answer about a user who really has the other values. */
  const suppose = (): Pick<Answer, 'what_if' | 'what_if_rank'> => {
    const values = users.values(index).map((value, i) => changed.get(signals[i] ?? '') ?? value);
    const age = changed.get(signals[model.recency] ?? '');
    users.replace(index, values, age === undefined ? users.last(index) : asOf - age * DAY_MS);
    const supposed = rankUsers(users, model, asOf);
    return { what_if: answerOf(supposed), what_if_rank: rankOf(supposed, index) };
  };
  const answer: Answer = changed.size === 0 ? now : { ...now, ...suppose() };
  await print(json ? `${toJson(answer, 2)}\n` : explainScreen(answer, screenOf(process.stdout)));
  process.stderr.write(`${nextLine(nextFor(answer, from, path))}\n`);
};

/** The arguments, flags and action of `gesture explain`. */
export const register = (command: Command): void => {
  define(command).action(explain);
};
