/** `gesture generate`: a simulated world as an event log, and on demand the truth behind it. */
import type { Command } from 'commander';
import { dirname, join } from 'node:path';
import { checkOutputs, replaceFiles, withScratch, writeText, type Target } from '../io/output.js';
import { counted, grouped } from '../text/numbers.js';
import { printable } from '../text/printable.js';
import { Failure } from '../model.js';

/** The demo's end of the world: a fixed instant, so that the default files are the same on every day and machine. */
const DEFAULT_AS_OF = '2026-01-31T00:00:00Z';

const DAY = 24 * 60 * 60;

interface Flags {
  readonly users: string;
  readonly days: string;
  readonly seed: string;
  readonly asOf: string;
  readonly out: string;
  readonly order: string;
  readonly truth?: string;
  readonly horizon: string;
  readonly dirty?: string;
}

/** A whole number within bounds. @throws Failure `usage` naming the flag */
const whole = (flag: string, text: string, least: number, most: number, example: number): number => {
  const value = /^\d{1,12}$/u.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  const bounds = `${least} to ${grouped(most)}`;
  throw new Failure('usage', `${flag} ${text}: expected a whole number from ${bounds}, as in ${flag} ${example}`);
};

/** A share, written `0.01` or `1%`. @throws Failure `usage` naming the flag */
const share = (flag: string, text: string): number => {
  const [, digits, percent] = /^(\d{1,3}(?:\.\d{1,9})?)(%?)$/u.exec(text) ?? [];
  const value = digits === undefined ? Number.NaN : Number(digits) / (percent === '%' ? 100 : 1);
  if (value >= 0 && value <= 1) return value;
  throw new Failure('usage', `${flag} ${text}: expected a share of rows from 0 to 1, as in ${flag} 0.01 or ${flag} 1%`);
};

/** Epoch seconds of an ISO 8601 date or date-time (UTC where it names no zone) or of `now`. @throws Failure `usage` */
const instant = async (flag: string, text: string): Promise<number> => {
  if (text === 'now') return Math.floor(Date.now() / 1000);
  const [{ parseISO }, { utc }] = await Promise.all([import('date-fns/parseISO'), import('@date-fns/utc')]);
  const iso = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/u.test(text);
  const at = iso ? +parseISO(text, { in: utc }) : Number.NaN;
  if (!Number.isNaN(at)) return Math.floor(at / 1000);
  throw new Failure(
    'usage',
    `${flag} ${text}: expected an ISO 8601 date or time, as in ${flag} 2026-01-31T00:00:00Z, or now`,
  );
};

/** What the flags ask for, checked. Instants are epoch seconds. */
const planOf = async (flags: Flags) => {
  const users = whole('--users', flags.users, 1, 100_000_000, 100);
  const days = whole('--days', flags.days, 1, 3660, 30);
  const horizon = whole('--horizon', flags.horizon, 0, 3660, 14);
  const asOf = await instant('--as-of', flags.asOf);
  const rate = flags.dirty === undefined ? 0 : share('--dirty', flags.dirty);
  const { seed, out, order, truth } = flags;
  const world = { seed, users, start: asOf - days * DAY, asOf, until: asOf };
  const horizonEnd = asOf + horizon * DAY;
  if (world.start < 0 || horizonEnd > Date.UTC(9999, 11, 31) / 1000) {
    throw new Failure('usage', `--as-of ${flags.asOf}: the simulated days must lie between 1970 and 9999`);
  }
  if (order !== 'user' && order !== 'time') {
    throw new Failure('usage', `--order ${order}: expected user or time`);
  }
  if (rate > 0 && out === '-') {
    throw new Failure('usage', '--dirty lists what it planted in a file beside the log: name one with --out');
  }
  const planted = rate > 0 ? join(dirname(out), 'planted_events.csv') : undefined;
  const outputs = [out, planted, truth].filter((path) => path !== undefined);
  await checkOutputs(outputs, []);
  return { world, horizon, horizonEnd, rate, order, out, truth, planted };
};

/** How a path is called in the summary. */
const named = (path: string): string => (path === '-' ? 'standard output' : printable(path));

/** A list with a header, as the text of a file. */
function* listed(header: string, lines: Iterable<string>): Generator<string> {
  yield `${header}\n`;
  for (const line of lines) yield `${line}\n`;
}

/** Lines in the order they come. */
function* inUserOrder(batches: Iterable<readonly { readonly text: string }[]>): Generator<string[]> {
  for (const batch of batches) yield batch.map(({ text }) => text);
}

const run = async (flags: Flags): Promise<void> => {
  const { world, horizon, horizonEnd, rate, order, out, truth, planted } = await planOf(flags);
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
  /** Says where things stand, ten times a second at most. */
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
      if (order === 'time') report(() => `in the order of time: ${grouped(ready)} of ${grouped(tally.events)} events`);
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

  const summary = [
    `wrote ${counted(tally.events, 'event')} of ${counted(world.users, 'user')} in ${counted(tally.sessions, 'session')} to ${named(out)}`,
    `from ${stamp(tally.first)} to ${stamp(tally.last)}, ${Object.keys(personas).length} personas, seed ${printable(world.seed)}`,
    ...(dirt && planted !== undefined
      ? [`planted ${counted(dirt.planted.length, 'defect')}, listed in ${named(planted)}`]
      : []),
    ...(truth === undefined
      ? []
      : [`wrote the truth about them, ${counted(horizon, 'day')} ahead, to ${named(truth)}`]),
  ];
  process.stderr.write(`${summary.join('\n')}\n`);
};

/** Adds `generate`. */
export const registerGenerate = (program: Command): void => {
  program
    .command('generate')
    .description('Simulate people on a site and write their events; same flags, same bytes.')
    .option('--users <n>', 'how many people', '100')
    .option('--days <n>', 'length of the log in days', '30')
    .option('--seed <text>', 'any text; another seed is another world', '42')
    .option('--as-of <time>', 'end of the log: an ISO 8601 time, or now', DEFAULT_AS_OF)
    .option('--out <file>', 'the event log, - for standard output', 'data/raw_events.csv')
    .option('--order <order>', 'user: grouped by user; time: as events happen', 'user')
    .option('--truth <file>', 'also write persona, intent and conversion of every user')
    .option('--horizon <days>', 'how far beyond --as-of the truth looks', '14')
    .option('--dirty <share>', 'plant defects in this share of rows (0.01 or 1%) and list them in planted_events.csv')
    .action(run);
};
