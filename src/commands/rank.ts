/** `gesture rank`: user_features.csv -> user_scores.csv, top_users.csv and the list on the terminal. */
import type { Command } from '@commander-js/extra-typings';
import { dirname, join } from 'node:path';
import { loadConfig } from '../config/load.js';
import { stampOf } from '../config/settings.js';
import { checkOutputs, print, replaceFiles, type Target, writeText } from '../io/output.js';
import { recordFiles, recordOf, runFileOf, type RunRecord, withRecord } from '../io/runRecord.js';
import { labelled, screenOf, warningLines } from '../text/columns.js';
import { counted } from '../text/numbers.js';
import { toJson } from '../text/printable.js';
import { VERSION } from '../text/version.js';
import { Failure, LABEL_FILTERS, LIST_FORMATS } from '../model.js';
import { FEATURES_FILE, isStream } from './files.js';
import { CONFIG_FLAG, csvFile, duration, listFormat, minimumScore, oneOf, wholeNumber } from './flags.js';
import { examples } from './help.js';
import { otherSettings, settingsLike } from './madeWith.js';
import { configFlag, explainLine, nextLine } from './next.js';
import { type Progress, withProgress } from './progress.js';

const define = (command: Command) =>
  command
    .argument('[features]', 'the output of `gesture features`; - is standard input', FEATURES_FILE)
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
      'list only users with this label: high, medium, low, or medium+ for medium and high',
      oneOf('--label', LABEL_FILTERS),
    )
    .option(
      '--active-within <duration>',
      'list only users who were active this long before as-of, such as 30d',
      duration('--active-within'),
    )
    .option('--strict', 'fail if there is any warning')
    .option(
      '--format <format>',
      'format of the list: csv, json or ndjson (default: from the ending of --out)',
      oneOf('--format', LIST_FORMATS),
    )
    .option('--json', 'print the list and the health of the scoring as JSON on standard output')
    .addHelpText(
      'after',
      examples([
        ['gesture rank --exclude-converted --top 25', '25 people who have not converted'],
        ['gesture rank --label medium+ --active-within 30d', 'people with some interest who were here lately'],
      ]),
    );

type Flags = ReturnType<ReturnType<typeof define>['opts']>;

const scoresPath = ({ scores, out }: Flags, toStream: boolean): string | undefined => {
  if (typeof scores === 'string') return scores;
  return scores === false || toStream ? undefined : join(dirname(out), 'user_scores.csv');
};

const rank = async (from: string, flags: Flags, progress: Progress): Promise<void> => {
  const { out } = flags;
  const format = listFormat(out, flags.format);
  const toStream = isStream(out);
  const scores = scoresPath(flags, toStream);
  const toStdout = [out, scores].filter((path) => path === '-').length + (flags.json ? 1 : 0);
  if (toStdout > 1) throw new Failure('usage', 'only one of --out, --scores and --json can go to standard output');

  const config = await loadConfig(flags.config);
  const inputs = [from, config.path].filter((path) => path !== undefined);
  const outputs = scores === undefined ? [out] : [scores, out];
  const recorded = toStream ? [] : [runFileOf(out)];
  await checkOutputs([...outputs, ...recorded], inputs);

  const [
    { prepare },
    { readUsers },
    { listUsers, rankedAt, rankUsers },
    { healthOf },
    { listText, userJson },
    { scoresCsv },
    { healthScreen, listScreen },
    { asOfOf, countedFrom },
  ] = await Promise.all([
    import('../scoring/score.js'),
    import('../io/readUsers.js'),
    import('../scoring/ranking.js'),
    import('../scoring/health.js'),
    import('../io/writeScores.js'),
    import('../io/scoresCsv.js'),
    import('./rankScreen.js'),
    import('./asOf.js'),
  ]);
  const { show } = config;
  const hashed = recordFiles([from]);
  const columns = { signals: Object.keys(config.weights), shown: show, optOut: 'opted_out' in config.features };
  progress.phase(0, 'reading users');
  const users = await readUsers(from, columns);
  const read = await hashed;
  const features = await recordOf(from, read[0]);
  const asOf = asOfOf(features, users);
  progress.phase(1, 'scoring');
  const ranking = rankUsers(users, prepare(config, countedFrom(asOf, new Date())), asOf);
  const list = listUsers(ranking, flags);
  const health = healthOf(ranking, list);
  const now = await settingsLike(features, flags.config);
  const warnings = [...health.warnings, ...otherSettings(from, features, now)];
  const [warning] = warnings;
  if (flags.strict && warning !== undefined) throw new Failure('data', `--strict allows no warning: ${warning.text}`);

  const stamp = stampOf({ features: features?.config.features, scoring: config.hashes.scoring });
  const options = { config: stamp, show };
  const targets: Target[] = [
    { path: out, write: (file) => writeText(file, listText(ranking, list.places, options, format)) },
  ];
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
    warnings,
    inputs: read,
  });
  progress.phase(2, 'writing files');
  await replaceFiles(recorded.length === 0 ? targets : withRecord(out, targets, record), inputs);
  progress.stop();

  if (flags.json) {
    const top = list.places.map(({ place, number }) => userJson(rankedAt(ranking, place), number, ranking, options));
    await print(`${toJson({ config: stamp, health: { ...health, warnings }, top }, 2)}\n`);
  } else if (toStdout === 0 && !toStream) {
    const says = (signal: string): string => config.features[signal]?.says ?? signal;
    await print(listScreen(ranking, list, health, says, screenOf(process.stdout)));
  }
  const screen = screenOf(process.stderr);
  const wrote = outputs
    .filter((path) => path !== '-')
    .map((path) => (path === out ? `${path} (${counted(list.places.length, 'user')})` : path));
  const first = list.places.find(({ place }) => users.converted(ranking.order[place] ?? 0) !== 1);
  const file = from === FEATURES_FILE ? [] : [from];
  const next = first && nextLine(explainLine(rankedAt(ranking, first.place).id, file, configFlag(flags.config)));
  process.stderr.write(
    [
      '',
      ...healthScreen(health, ranking, screen),
      ...warnings.flatMap(({ text }) => warningLines(text, screen)),
      ...labelled('config', `${stamp} (${config.path ?? 'the defaults'})`, screen),
      ...(wrote.length > 0 ? labelled('wrote', wrote.join(', '), screen) : []),
      ...(next === undefined ? [] : [next]),
      '',
    ].join('\n'),
  );
};

/** The arguments, flags and action of `gesture rank`. */
export const register = (command: Command): void => {
  define(command).action((from, flags) => withProgress('ranking', 3, (progress) => rank(from, flags, progress)));
};
