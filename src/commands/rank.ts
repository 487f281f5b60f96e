/** `gesture rank`: user_features.csv -> user_scores.csv, top_users.csv, and a short ranked table. */
import { type Command, Option } from 'commander';
import { dirname, join } from 'node:path';
import { type Config } from '../config/settings.js';
import { loadConfig } from '../config/load.js';
import { checkOutputs, print, replaceFiles, type Target, writeText } from '../io/output.js';
import { type ListFormat, LIST_FORMATS, listText, scoresCsv, userJson } from '../io/writeScores.js';
import { screenOf } from '../text/columns.js';
import { counted } from '../text/numbers.js';
import { printable } from '../text/printable.js';
import { Failure, type Label } from '../model.js';
import { healthOf } from '../scoring/health.js';
import { rankedAt, type Ranking, rankUsers } from '../scoring/ranking.js';
import { labelOf, prepare } from '../scoring/score.js';
import { countOption, scoreOption } from './options.js';
import { rankScreen } from './rankScreen.js';

interface Options {
  readonly top: number;
  readonly out: string;
  /** False: not at all. */
  readonly scores?: string | false;
  readonly config?: string;
  readonly excludeConverted?: true;
  readonly minScore?: number;
  readonly label?: Label;
  readonly format?: ListFormat;
  readonly json?: true;
}

/** The places of the users to list: the best `top` of those that meet the filters. */
const listed = ({ order, scores, users, model }: Ranking, options: Options): number[] => {
  const places: number[] = [];
  for (const [place, index] of order.entries()) {
    const score = scores[index] ?? 0;
    if (places.length === options.top || score < Math.round((options.minScore ?? 0) * 100)) break;
    if (options.label !== undefined && labelOf(score, model.labels) !== options.label) continue;
    if (options.excludeConverted && users.converted[index] === 1) continue;
    places.push(place);
  }
  return places;
};

const formatOf = ({ format, out }: Options): ListFormat => {
  const ending = out.slice(out.lastIndexOf('.') + 1);
  return format ?? LIST_FORMATS.find((known) => known === ending) ?? 'csv';
};

const scoresPath = ({ scores, out }: Options): string | undefined => {
  if (scores === undefined) return out === '-' ? undefined : join(dirname(out), 'user_scores.csv');
  return scores === false ? undefined : scores;
};

const rank = async (from: string, options: Options): Promise<void> => {
  const { out } = options;
  const scores = scoresPath(options);
  const toStdout = [out, scores].filter((path) => path === '-').length + (options.json ? 1 : 0);
  if (toStdout > 1) throw new Failure('usage', 'standard output can take one of --out, --scores and --json');

  const config: Config = await loadConfig(options.config);
  const inputs = [from, config.path].filter((path) => path !== undefined);
  const outputs = scores === undefined ? [out] : [scores, out];
  await checkOutputs(outputs, inputs);

  const model = prepare(config);
  const { readUsers } = await import('../io/readUsers.js');
  const ranking = rankUsers(await readUsers(from, model.signals), model);
  const places = listed(ranking, options);
  const health = healthOf(ranking, places);

  const targets: Target[] = [
    { path: out, write: (file) => writeText(file, listText(ranking, places, config.hash, formatOf(options))) },
  ];
  if (scores !== undefined) {
    targets.unshift({ path: scores, write: (file) => writeText(file, scoresCsv(ranking, config.hash)) });
  }
  await replaceFiles(targets, inputs);

  if (options.json) {
    const top = places.map((place) => userJson(rankedAt(ranking, place), ranking, config.hash));
    await print(`${JSON.stringify({ config: config.hash, health, top }, null, 2)}\n`);
  }
  const wrote = outputs
    .filter((path) => path !== '-')
    .map((path) => (path === out ? `${path} (${counted(places.length, 'user')})` : path));
  process.stderr.write(rankScreen(ranking, places, health, screenOf(process.stderr)));
  process.stderr.write(`${'config'.padEnd(9)}${config.hash} (${printable(config.path ?? 'the defaults')})\n`);
  if (wrote.length > 0) process.stderr.write(`${'wrote'.padEnd(9)}${printable(wrote.join(', '))}\n`);
};

/** Adds `gesture rank`. */
export const registerRank = (program: Command): void => {
  program
    .command('rank')
    .description('Score every user and list the people worth calling, each with the reasons.')
    .argument('[features]', 'what `gesture features` wrote; - is standard input', 'data/user_features.csv')
    .option('--top <n>', 'users to list', countOption, 10)
    .option('--out <file>', 'the list; - is standard output', 'data/top_users.csv')
    .option('--scores <file>', 'everybody with the points of each signal (default: user_scores.csv beside --out)')
    .option('--no-scores', 'write the list alone')
    .option('--config <file>', 'settings (default: gesture.yaml, if it is there)')
    .option('--exclude-converted', 'list only people not yet won')
    .option('--min-score <n>', 'list only scores from here on', scoreOption)
    .addOption(new Option('--label <label>', 'list only one label').choices(['high', 'medium', 'low']))
    .addOption(
      new Option('--format <format>', 'of the list (default: by the ending of --out, else csv)').choices(LIST_FORMATS),
    )
    .option('--json', 'print the list and the health of the scoring as JSON to standard output')
    .action(rank);
};
