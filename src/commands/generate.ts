/** `gesture generate`: a simulated world as an event log, and on demand the truth behind it. */
import type { Command } from 'commander';
import { dirname, join, resolve } from 'node:path';
import { checkOutputs, replaceFiles, withScratch, writeText, type Target } from '../io/output.js';
import { printable } from '../io/terminal.js';
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
  const bounds = `${least} to ${most.toLocaleString('en-US')}`;
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

/** What the run has made so far. */
interface Tally {
  users: number;
  sessions: number;
  events: number;
  first: number;
  last: number;
}

const count = (n: number): string => n.toLocaleString('en-US');

const run = async (flags: Flags): Promise<void> => {
  const users = whole('--users', flags.users, 1, 100_000_000, 100);
  const days = whole('--days', flags.days, 1, 3660, 30);
  const horizon = whole('--horizon', flags.horizon, 0, 3660, 14);
  const asOf = await instant('--as-of', flags.asOf);
  const rate = flags.dirty === undefined ? 0 : share('--dirty', flags.dirty);
  const { seed, out, order, truth } = flags;
  const start = asOf - days * DAY;
  if (start < 0 || asOf + horizon * DAY > Date.UTC(9999, 11, 31) / 1000) {
    throw new Failure('usage', `--as-of ${flags.asOf}: the simulated days must lie between 1970 and 9999`);
  }
  if (order !== 'user' && order !== 'time') {
    throw new Failure('usage', `--order ${order}: expected user or time`);
  }
  if (rate > 0 && out === '-') {
    throw new Failure('usage', '--dirty lists what it planted in a file beside the log: name one with --out');
  }
  const planted = join(dirname(out), 'planted_events.csv');
  const outputs = [out, ...(rate > 0 ? [planted] : []), ...(truth === undefined ? [] : [truth])];
  const twice = outputs.find((path, i) => outputs.findIndex((other) => resolve(other) === resolve(path)) < i);
  if (twice !== undefined) {
    throw new Failure('usage', `${twice} would be written twice: name different files with --out and --truth`);
  }
  await checkOutputs(outputs, []);

  const [{ simulate }, log, dirty, { inTimeOrder }] = await Promise.all([
    import('../simulate/world.js'),
    import('../simulate/log.js'),
    import('../simulate/dirty.js'),
    import('../io/order.js'),
  ]);
  const world = { seed, users, start, asOf, until: asOf };
  const tally: Tally = { users: 0, sessions: 0, events: 0, first: Infinity, last: -Infinity };

  const progress = process.stderr.isTTY && users >= 20_000;
  const say = (text: string): void => {
    if (progress) process.stderr.write(`\r\u001b[K${text}`);
  };
  const counted = function* () {
    for (const user of simulate(world)) {
      tally.users += 1;
      tally.sessions += user.sessions.length;
      for (const { events } of user.sessions) {
        tally.events += events.length;
        for (const { at } of events) {
          if (at < tally.first) tally.first = at;
          if (at > tally.last) tally.last = at;
        }
      }
      if (tally.users % 2000 === 0) say(`simulated ${count(tally.users)} of ${count(users)} users`);
      yield user;
    }
  };
  const plant = rate > 0 ? dirty.planter(seed, rate) : undefined;
  const text = async function* (folder: string) {
    yield `${log.LOG_HEADER}\n`;
    const batches = log.logLines(counted(), plant?.nameSession);
    const ordered = order === 'time' ? inTimeOrder(batches, folder) : inUserOrder(batches);
    for await (const lines of ordered) {
      const ready = plant?.plant(lines) ?? lines;
      if (ready.length > 0) yield `${ready.join('\n')}\n`;
    }
    const rest = plant?.rest() ?? [];
    if (rest.length > 0) yield `${rest.join('\n')}\n`;
  };
  const listed = function* (header: string, lines: Iterable<string>) {
    yield `${header}\n`;
    for (const line of lines) yield `${line}\n`;
  };

  const targets: Target[] = [
    { path: out, write: (file) => withScratch(out, (folder) => writeText(file, text(folder))) },
  ];
  if (plant) {
    const lines = function* () {
      for (const row of plant.planted) yield dirty.plantedLine(row);
    };
    targets.push({ path: planted, write: (file) => writeText(file, listed(dirty.PLANTED_HEADER, lines())) });
  }
  if (truth !== undefined) {
    const ahead = simulate({ ...world, until: asOf + horizon * DAY });
    targets.push({ path: truth, write: (file) => writeText(file, listed(log.TRUTH_HEADER, log.truthLines(ahead))) });
  }
  try {
    await replaceFiles(targets, []);
  } finally {
    say('');
  }

  const lines = [
    `wrote ${count(tally.events)} events of ${count(tally.users)} users in ${count(tally.sessions)} sessions to ${out === '-' ? 'standard output' : printable(out)}`,
    `from ${log.stamp(tally.first)} to ${log.stamp(tally.last)}, seed ${printable(seed)}`,
  ];
  if (truth !== undefined)
    lines.push(`wrote the truth about them, ${count(horizon)} days ahead, to ${printable(truth)}`);
  if (plant) lines.push(`planted ${count(plant.planted.length)} defects on top, listed in ${printable(planted)}`);
  process.stderr.write(`${lines.join('\n')}\n`);
};

/** Lines in the order they come. */
function* inUserOrder(batches: Iterable<readonly { readonly text: string }[]>): Generator<string[]> {
  for (const batch of batches) yield batch.map(({ text }) => text);
}

/** Adds `generate`. */
export const generate = (program: Command): void => {
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
