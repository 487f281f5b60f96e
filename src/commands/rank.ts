/** `gesture rank`: user_features.csv -> user_scores.csv, top_users.csv and the list on the terminal. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { dirname, join } from 'node:path';
import { isSource } from '../catalogue/sources.js';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/settings.js';
import { stampOf } from '../config/settings.js';
import { checkOutputs, print, replaceFiles, type Target, writeText } from '../io/output.js';
import { recordFiles, recordOf, runFileOf, type RunRecord, withRecord } from '../io/runRecord.js';
import { screenOf } from '../text/columns.js';
import { counted } from '../text/numbers.js';
import { printable, toJson } from '../text/printable.js';
import { VERSION } from '../text/version.js';
import { Failure, LIST_FORMATS } from '../model.js';
import { CONFIG_FLAG, csvFile, listFormat, minimumScore, oneOf, wholeNumber } from './flags.js';

const define = (program: CommandUnknownOpts) =>
  program
    .command('rank')
    .description('Score every user and list the people worth calling, with the reasons for each.')
    .argument('[features]', 'the output of `gesture features`; - is standard input', 'data/user_features.csv')
    .option('--top <n>', 'number of users to list', wholeNumber('--top', 1), 10)
    .option('--out <file>', 'where to write the list; - is standard output', 'data/top_users.csv')
    .option(
      '--scores <file>',
      'where to write the scores of all users, with the points of each signal (default: user_scores.csv beside --out)',
      csvFile('--scores'),
    )
    .option('--no-scores', 'write only the list')
    .option(...CONFIG_FLAG)
    .option('--exclude-converted', 'list only people who have not converted')
    .option('--min-score <n>', 'list only scores of N or more', minimumScore('--min-score'))
    .option(
      '--label <label>',
      'list only users with this label: high, medium or low',
      oneOf('--label', ['high', 'medium', 'low']),
    )
    .option(
      '--format <format>',
      'format of the list: csv, json or ndjson (default: from the ending of --out)',
      oneOf('--format', LIST_FORMATS),
    )
    .option('--json', 'print the list and the health of the scoring as JSON on standard output');

type Flags = ReturnType<ReturnType<typeof define>['opts']>;

const scoresPath = ({ scores, out }: Flags): string | undefined => {
  if (typeof scores === 'string') return scores;
  return scores === false || out === '-' ? undefined : join(dirname(out), 'user_scores.csv');
};

/** The hash of the settings that features would be made with now, from the same source. */
const featuresHash = async (
  path: string | undefined,
  source: string | null | undefined,
  config: Config,
): Promise<string> =>
  typeof source === 'string' && isSource(source)
    ? (await loadConfig(path, source)).hashes.features
    : config.hashes.features;

const rank = async (from: string, flags: Flags): Promise<void> => {
  const { out } = flags;
  const format = listFormat(out, flags.format);
  const scores = scoresPath(flags);
  const toStdout = [out, scores].filter((path) => path === '-').length + (flags.json ? 1 : 0);
  if (toStdout > 1) throw new Failure('usage', 'only one of --out, --scores and --json can go to standard output');

  const config = await loadConfig(flags.config);
  const inputs = [from, config.path].filter((path) => path !== undefined);
  const outputs = scores === undefined ? [out] : [scores, out];
  const recorded = out === '-' ? [] : [runFileOf(out)];
  await checkOutputs([...outputs, ...recorded], inputs);

  const [
    { prepare },
    { readUsers },
    { placesOf, rankedAt, rankUsers },
    { healthOf },
    { listText, scoresCsv, userJson },
    { rankScreen },
  ] = await Promise.all([
    import('../scoring/score.js'),
    import('../io/readUsers.js'),
    import('../scoring/ranking.js'),
    import('../scoring/health.js'),
    import('../io/writeScores.js'),
    import('./rankScreen.js'),
  ]);
  const model = prepare(config);
  const hashed = recordFiles([from]);
  const ranking = rankUsers(await readUsers(from, model.signals), model);
  const places = placesOf(ranking, flags);
  const health = healthOf(ranking, places);

  const read = await hashed;
  const features = await recordOf(from, read[0]);
  const stamp = stampOf({ features: features?.config.features, scoring: config.hashes.scoring });
  const targets: Target[] = [{ path: out, write: (file) => writeText(file, listText(ranking, places, stamp, format)) }];
  if (scores !== undefined) {
    targets.unshift({ path: scores, write: (file) => writeText(file, scoresCsv(ranking, stamp)) });
  }
  const record = async (): Promise<Omit<RunRecord, 'outputs'>> => ({
    command: 'rank',
    version: VERSION,
    config: {
      path: config.path ?? null,
      from: features?.config.from ?? null,
      features: features?.config.features ?? 'unknown',
      scoring: config.hashes.scoring,
    },
    as_of: features?.as_of ?? null,
    counts: { users: health.users, ...health.labels, listed: health.listed, listed_converted: health.listed_converted },
    inputs: read,
  });
  await replaceFiles(withRecord(out, targets, record), inputs);

  if (flags.json) {
    const top = places.map((place) => userJson(rankedAt(ranking, place), ranking, stamp));
    await print(`${toJson({ config: stamp, health, top }, 2)}\n`);
  }
  const wrote = outputs
    .filter((path) => path !== '-')
    .map((path) => (path === out ? `${path} (${counted(places.length, 'user')})` : path));
  process.stderr.write(rankScreen(ranking, places, health, screenOf(process.stderr)));
  const now = await featuresHash(flags.config, features?.config.from, config);
  if (features !== undefined && features.config.features !== now) {
    const text = `${from} was made with other settings (${features.config.features}, now ${now}): run gesture features again`;
    process.stderr.write(`${'warning'.padEnd(9)}${printable(text)}\n`);
  }
  process.stderr.write(`${'config'.padEnd(9)}${stamp} (${printable(config.path ?? 'the defaults')})\n`);
  if (wrote.length > 0) process.stderr.write(`${'wrote'.padEnd(9)}${printable(wrote.join(', '))}\n`);
};

/** Adds `gesture rank`. */
export const registerRank = (program: CommandUnknownOpts): void => {
  define(program).action(rank);
};
