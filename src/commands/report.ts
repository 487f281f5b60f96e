/** `gesture report`: everything that a ranking says, on one page that can be opened, sent and printed. */
import type { Command } from '@commander-js/extra-typings';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stampOf } from '../config/settings.js';
import { reasonOf } from '../io/cannotRead.js';
import { checkOutputs, print, replaceFiles, writeText } from '../io/output.js';
import { Failure } from '../model.js';
import type { Evidence } from '../report/evidence.js';
import type { Report } from '../report/report.js';
import { labelled, screenOf, warningLines } from '../text/columns.js';
import { countedPeople, grouped } from '../text/numbers.js';
import { toJson } from '../text/printable.js';
import { VERSION } from '../text/version.js';
import { BACKTEST_FILE, EVENTS_FILE, FEATURES_FILE } from './files.js';
import { CONFIG_FLAG, htmlFile, jsonFile, names, wholeNumber } from './flags.js';
import { examples } from './help.js';
import { commandLine, configFlag, explainLine, nextLine } from './next.js';
import { type Progress, withProgress } from './progress.js';

const define = (command: Command) =>
  command
    .argument('[features]', 'the output of `gesture features`; - is standard input', FEATURES_FILE)
    .option('--top <n>', 'number of people to call on the page, at most 1,000', wholeNumber('--top', 1), 100)
    .option('--out <file>', 'where to write the page; - is standard output', htmlFile('--out'), 'data/report.html')
    .option(
      '--backtest <file>',
      `the output of \`gesture backtest\` (default: ${BACKTEST_FILE}, if it exists)`,
      jsonFile('--backtest'),
    )
    .option(
      '--events <file>',
      'a log for the sessions of each person; may be repeated (default: the logs of the features, if unchanged)',
      names('--events'),
    )
    .option('--no-events', 'show no sessions')
    .option(...CONFIG_FLAG)
    .option('--json', 'print what the page shows as JSON on standard output')
    .addHelpText(
      'after',
      examples([
        ['gesture report', 'data/report.html, from the last run'],
        ['gesture report --top 500 --out team.html', 'more people, in another file'],
      ]),
    );

type Flags = ReturnType<ReturnType<typeof define>['opts']>;

/** The backtest to show; undefined if none is named and there is none. */
const evidenceFrom = async (named: string | undefined): Promise<Evidence | undefined> => {
  if (named === undefined && !existsSync(BACKTEST_FILE)) return undefined;
  const path = named ?? BACKTEST_FILE;
  const { readEvidence } = await import('../report/evidence.js');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Failure('noInput', `cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  });
  return readEvidence(text, path);
};

/** How many people the page shows, in words. */
const extent = ({ people, health }: Report): string => {
  const open = people.filter((person) => !person.converted).length;
  const { converted } = health;
  const best = open < health.to_call ? `the best ${grouped(open)} of ` : '';
  return `${best}${countedPeople(health.to_call)} to call${converted > 0 ? `, ${grouped(converted)} converted` : ''}`;
};

const report = async (from: string, flags: Flags, progress: Progress): Promise<void> => {
  const { out, top, config: path, events: logs } = flags;
  if (out === '-' && flags.json) throw new Failure('usage', 'only one of --out and --json can go to standard output');
  const [
    { prepare },
    { readUsers },
    { rankUsers },
    { healthOf },
    { recordFiles, recordOf },
    { asOfOf, countedFrom },
    { otherSettings, settingsLike },
    { timelinesOf },
    { MOST_PEOPLE, markedTypes, placesFor, reportOf },
    { textColumns },
    { pageOf },
    { readAssets },
  ] = await Promise.all([
    import('../scoring/score.js'),
    import('../io/readUsers.js'),
    import('../scoring/ranking.js'),
    import('../scoring/health.js'),
    import('../io/runRecord.js'),
    import('./asOf.js'),
    import('./madeWith.js'),
    import('./reportEvents.js'),
    import('../report/collect.js'),
    import('../report/people.js'),
    import('../report/page.js'),
    import('../report/assets.js'),
  ]);
  if (top > MOST_PEOPLE) {
    const all = 'user_scores.csv has everybody';
    throw new Failure(
      'usage',
      `--top ${top}: a page of more than ${grouped(MOST_PEOPLE)} people is slow to use; ${all}`,
    );
  }
  const [file] = await recordFiles([from]);
  const features = await recordOf(from, file);
  const config = await settingsLike(features, path);
  const inputs = [from, config.path, flags.backtest, ...(Array.isArray(logs) ? logs : [])];
  const read = inputs.filter((input) => input !== undefined);
  await checkOutputs([out], read);
  const trust = await evidenceFrom(flags.backtest);

  progress.phase(0, 'reading users');
  const { show } = config;
  const columns = { signals: Object.keys(config.weights), optOut: 'opted_out' in config.features };
  const users = await readUsers(from, { ...columns, ...textColumns(show) });
  const asOf = asOfOf(features, users);
  const ranking = rankUsers(users, prepare(config, countedFrom(asOf, new Date())), asOf);
  const places = placesFor(ranking, top);
  const health = healthOf(ranking, { places, tied: 0 });

  progress.phase(1, 'reading sessions');
  const shown = {
    ids: places.map(({ place }) => users.ids.at(ranking.order[place] ?? 0)),
    types: Object.keys(markedTypes(ranking, config.features)),
  };
  const given = Array.isArray(logs) ? logs : [];
  const timelines =
    logs === false
      ? { missing: 'left out by --no-events' }
      : await timelinesOf({ given, features, config }, shown, out);

  progress.phase(2, 'writing the page');
  const other = from === FEATURES_FILE ? [] : [from];
  const recorded = features?.inputs.map((input) => input.path) ?? [];
  const named = given.length > 0 ? given : recorded.filter((input) => input !== EVENTS_FILE);
  const toTest = `${commandLine('backtest', ...named, ...configFlag(path))} && ${commandLine('report', ...other, ...configFlag(path))}`;
  const run = {
    version: VERSION,
    from,
    asOf: features?.as_of ?? null,
    events: features?.counts['used'] ?? null,
    sessions: features?.counts['sessions'] ?? null,
    config: stampOf({ features: features?.config.features, scoring: config.hashes.scoring }),
    warnings: [...(features?.warnings ?? []), ...otherSettings(from, features, config)],
    toTest,
  };
  const found = reportOf({
    ranking,
    health,
    places,
    features: config.features,
    show,
    trust,
    timelines,
    run,
  });
  const page = pageOf(found, readAssets());
  await replaceFiles([{ path: out, write: (to) => writeText(to, [page]) }], read);
  progress.stop();

  if (flags.json) await print(`${toJson(found, 2)}\n`);
  const screen = screenOf(process.stderr);
  const wrote = out === '-' ? 'standard output' : out;
  const [first] = found.people.filter(({ converted }) => !converted);
  const next = trust === undefined ? toTest : first && explainLine(first.id, other, configFlag(path));
  process.stderr.write(
    [
      ...[...run.warnings, ...health.warnings].flatMap(({ text }) => warningLines(text, screen)),
      ...('missing' in timelines ? labelled('sessions', `not shown: ${timelines.missing}`, screen) : []),
      ...labelled(
        'wrote',
        `${wrote} (${extent(found)}; ${grouped(Math.round(Buffer.byteLength(page) / 1000))} kB)`,
        screen,
      ),
      ...(out === '-' ? [] : [`${'open'.padEnd(9)}${pathToFileURL(resolve(out)).href}`]),
      ...(next === undefined ? [] : [nextLine(next)]),
      '',
    ].join('\n'),
  );
};

/** The arguments, flags and action of `gesture report`. */
export const register = (command: Command): void => {
  define(command).action((from, flags) => withProgress('report', 3, (progress) => report(from, flags, progress)));
};
