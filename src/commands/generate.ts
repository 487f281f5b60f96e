/** `gesture generate`: the event log of a simulated world and, on request, the truth behind it. */
import type { Command } from '@commander-js/extra-typings';
import { dirname, join } from 'node:path';
import { checkOutputs, print, replaceFiles, withScratch, writeText, type Target } from '../io/output.js';
import { endOf, isoInstant } from '../text/instants.js';
import { counted, grouped } from '../text/numbers.js';
import { screenOf, wrapped } from '../text/columns.js';
import { printable, toJson } from '../text/printable.js';
import { Failure } from '../model.js';
import { EVENTS_FILE } from './files.js';
import { csvFile, instant, oneOf, share, wholeNumber } from './flags.js';
import { commandLine, nextLine } from './next.js';
import { examples } from './help.js';

/** Where the demo ends, in microseconds: a fixed instant, so that the default files are the same every day. */
const DEFAULT_AS_OF = BigInt(Date.UTC(2026, 0, 31)) * 1000n;

const DAY = 24 * 60 * 60;

const define = (command: Command) =>
  command
    .option('--users <n>', 'number of users', wholeNumber('--users', 1, 100_000_000), 100)
    .option('--days <n>', 'length of the log in days', wholeNumber('--days', 1, 3660), 30)
    .option('--seed <text>', 'any text; another seed gives another world', '42')
    .option(
      '--as-of <time>',
      `end of the log: ISO 8601, or now (default: ${isoInstant(DEFAULT_AS_OF)})`,
      instant('--as-of'),
    )
    .option('--out <file>', 'where to write the event log; - is standard output', csvFile('--out'), EVENTS_FILE)
    .option(
      '--order <order>',
      'user: grouped by user; time: as the events happen',
      oneOf('--order', ['user', 'time']),
      'user',
    )
    .option('--truth <file>', 'also write the persona, intent and conversion of every user', csvFile('--truth'))
    .option('--horizon <days>', 'how many days beyond --as-of the truth covers', wholeNumber('--horizon', 0, 3660), 14)
    .option(
      '--dirty <share>',
      'plant defects in this share of the rows (0.01 or 1%) and list them in planted_events.csv',
      share('--dirty'),
    )
    .option('--json', 'print what was written as JSON on standard output')
    .addHelpText(
      'after',
      examples([
        ['gesture generate', 'the demo: 100 people, 30 days, data/raw_events.csv'],
        ['gesture generate --days 90 --seed another', 'a longer log of another world'],
      ]),
    );

type Flags = ReturnType<ReturnType<typeof define>['opts']>;

/** What the flags ask for, checked against each other. Instants are epoch seconds. */
const planOf = async (flags: Flags) => {
  const { seed, users, days, horizon, out, order, truth, asOf: named, dirty: rate = 0 } = flags;
  // A date ends with the microsecond before midnight; the world ends at midnight.
  const end = named === undefined ? DEFAULT_AS_OF : endOf(named);
  const asOf = Math.ceil(Number(end) / 1e6);
  const world = { seed, users, start: asOf - days * DAY, asOf, until: asOf };
  const horizonEnd = asOf + horizon * DAY;
  if (world.start < 0 || horizonEnd > Date.UTC(9999, 11, 31) / 1000) {
    throw new Failure('usage', `--as-of ${isoInstant(end)}: the simulated days must lie between 1970 and 9999`);
  }
  if (flags.json && out === '-') throw new Failure('usage', 'only one of --out and --json can go to standard output');
  if (rate > 0 && out === '-') {
    throw new Failure('usage', '--dirty lists what it planted in a file beside the log: name the log with --out');
  }
  const planted = rate > 0 ? join(dirname(out), 'planted_events.csv') : undefined;
  const outputs = [out, planted, truth].filter((path) => path !== undefined);
  await checkOutputs(outputs, []);
  return { world, horizon, horizonEnd, rate, order, out, truth, planted, json: flags.json === true };
};

/** A path as the summary shows it. */
const named = (path: string): string => (path === '-' ? 'standard output' : printable(path));

/** A header and lines as the text of a file. */
function* listed(header: string, lines: Iterable<string>): Generator<string> {
  yield `${header}\n`;
  for (const line of lines) yield `${line}\n`;
}

/** Lines in the order they are simulated in: grouped by user. */
function* inUserOrder(batches: Iterable<readonly { readonly text: string }[]>): Generator<string[]> {
  for (const batch of batches) yield batch.map(({ text }) => text);
}

const run = async (flags: Flags): Promise<void> => {
  const { world, horizon, horizonEnd, rate, order, out, truth, planted, json } = await planOf(flags);
  const [
    { personas },
    { simulate },
    { LOG_HEADER, TRUTH_HEADER, logLines, stamp, truthLines },
    { planter, plantedLine, PLANTED_HEADER },
    { inTimeOrder },
  ] = await Promise.all([
    import('../catalogue/personas.js'),
    import('../simulate/world.js'),
    import('../simulate/log.js'),
    import('../simulate/dirty.js'),
    import('../io/order.js'),
  ]);

  const showsProgress = process.stderr.isTTY && world.users >= 20_000;
  const say = (text: string): void => {
    if (showsProgress) process.stderr.write(`\r\u001b[K${text}`);
  };
  let said = 0;
  /** Shows progress at most ten times a second. */
  const report = (text: () => string): void => {
    if (!showsProgress || performance.now() - said < 100) return;
    said = performance.now();
    say(text());
  };
  const watched = function* (what: string, until: number) {
    for (const user of simulate({ ...world, until })) {
      if (user.k % 100 === 0) report(() => `${what}: ${grouped(user.k)} of ${grouped(world.users)} users`);
      yield user;
    }
  };

  const tally = { sessions: 0, events: 0, first: Infinity, last: -Infinity };
  const tallied = function* () {
    for (const user of watched('events', world.asOf)) {
      tally.sessions += user.sessions.length;
      for (const { events } of user.sessions) tally.events += events.length;
      tally.first = Math.min(tally.first, user.sessions[0]?.events[0]?.at ?? Infinity);
      tally.last = Math.max(tally.last, user.sessions.at(-1)?.events.at(-1)?.at ?? -Infinity);
      yield user;
    }
  };

  const dirt = planted === undefined ? undefined : planter(world.seed, rate);
  const events = async function* (scratch: string) {
    yield `${LOG_HEADER}\n`;
    const batches = logLines(tallied(), dirt?.nameSession);
    let ready = 0;
    for await (const clean of order === 'time' ? inTimeOrder(batches, scratch) : inUserOrder(batches)) {
      ready += clean.length;
      if (order === 'time') report(() => `sorting by time: ${grouped(ready)} of ${grouped(tally.events)} events`);
      const lines = dirt?.plant(clean) ?? clean;
      if (lines.length > 0) yield `${lines.join('\n')}\n`;
    }
    for (const line of dirt?.rest() ?? []) yield `${line}\n`;
  };

  const targets: Target[] = [
    { path: out, write: (file) => withScratch(out, (scratch) => writeText(file, events(scratch))) },
  ];
  if (dirt && planted !== undefined) {
    const write: Target['write'] = (file) => writeText(file, listed(PLANTED_HEADER, dirt.planted.map(plantedLine)));
    targets.push({ path: planted, write });
  }
  if (truth !== undefined) {
    const lines = truthLines(watched('truth', horizonEnd));
    targets.push({ path: truth, write: (file) => writeText(file, listed(TRUTH_HEADER, lines)) });
  }
  try {
    await replaceFiles(targets, []);
  } finally {
    say('');
  }

  if (json) {
    const { first, last, ...counts } = tally;
    const written = { events: out, planted, truth };
    const answer = { users: world.users, ...counts, from: stamp(first), to: stamp(last), seed: world.seed, written };
    await print(`${toJson({ ...answer, defects: dirt?.planted.length ?? 0 }, 2)}\n`);
  }
  const screen = screenOf(process.stderr);
  const next = out === '-' ? [] : [nextLine(commandLine('features', ...(out === EVENTS_FILE ? [] : [out])))];
  const summary = [
    `wrote ${counted(tally.events, 'event')} of ${counted(world.users, 'user')} in ${counted(tally.sessions, 'session')} to ${named(out)}`,
    `from ${stamp(tally.first)} to ${stamp(tally.last)}, ${Object.keys(personas).length} personas, seed ${printable(world.seed)}`,
    ...(dirt && planted !== undefined
      ? [`planted ${counted(dirt.planted.length, 'defect')}, listed in ${named(planted)}`]
      : []),
    ...(truth === undefined
      ? []
      : [`wrote the truth about the users, ${counted(horizon, 'day')} ahead, to ${named(truth)}`]),
  ];
  const lines = [...summary.flatMap((line) => wrapped(line, screen.width)), ...next];
  process.stderr.write(`${lines.join('\n')}\n`);
};

/** The arguments, flags and action of `gesture generate`. */
export const register = (command: Command): void => {
  define(command).action(run);
};
