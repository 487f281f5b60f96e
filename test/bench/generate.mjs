/**
 * How fast is `gesture generate`, and does its memory stay flat? Needs the built program (`npm run bench:generate`).
 *
 * Against a plain loop that writes rows made beforehand with csv-stringify to a file: the least any generator could
 * cost. Whole processes in turn; ratios of one run are comparable, seconds of two runs are not.
 * With `--large` also 10 million events in both orders, for the memory.
 */
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

const ROUNDS = 3;
const BATCH = 1000;
/** About a million events. */
const USERS = 66_000;

/** The command, in this process. */
const runCommand = async (flags) => {
  const { main } = await import('../../dist/cli.js');
  await main(['node', 'gesture', 'generate', ...flags]);
};

/** In a process of its own: rows first, then the loop that is timed. A tenth of the rows ten times over, to spare the collector. */
const writeRows = async (users, out) => {
  await runCommand(['--users', String(users / 10), '--out', out]);
  const rows = parse(readFileSync(out));
  const begin = performance.now();
  const chunks = function* () {
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < rows.length; i += BATCH) yield stringify(rows.slice(i, i + BATCH));
    }
  };
  await pipeline(Readable.from(chunks(), { highWaterMark: 4 }), createWriteStream(out));
  process.stdout.write(JSON.stringify({ seconds: (performance.now() - begin) / 1000, events: rows.length * 10 }));
};

const self = fileURLToPath(import.meta.url);

const child = (...args) => {
  const begin = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--max-old-space-size=8192', self, ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const events = /wrote ([\d,]+) events/u.exec(stderr)?.[1]?.replaceAll(',', '');
  return { seconds: (performance.now() - begin) / 1000, events: Number(events), ...JSON.parse(stdout) };
};

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const compare = (folder, large) => {
  const say = (line) => process.stdout.write(`${line}\n`);
  const out = join(folder, 'events.csv');
  const generate = (users, order) => child('command', '--users', String(users), '--order', order, '--out', out);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    plain: child('plain', String(USERS), out),
    user: generate(USERS, 'user'),
    time: generate(USERS, 'time'),
  }));
  for (const name of ['plain', 'user', 'time']) {
    const seconds = median(rounds.map((round) => round[name].seconds));
    const ratio = median(rounds.map((round) => round[name].seconds / round.plain.seconds));
    const { events, megabytes } = rounds[0][name];
    const what = name === 'plain' ? 'plain loop, rows made before' : `generate --order ${name}`;
    const memory = megabytes === undefined ? '' : `, ${megabytes.toFixed(0)} MB`;
    say(
      `${what.padEnd(30)} ${events} events, ${(events / seconds / 1000).toFixed(0)}k events/s, ratio ${ratio.toFixed(2)}${memory}`,
    );
  }
  if (!large) return;
  for (const order of ['user', 'time']) {
    const { events, seconds, megabytes } = generate(USERS * 10, order);
    say(
      `generate --order ${order.padEnd(13)} ${events} events, ${(events / seconds / 1000).toFixed(0)}k events/s, ${megabytes.toFixed(0)} MB`,
    );
  }
};

const [mode, ...rest] = process.argv.slice(2);
if (mode === 'plain') {
  await writeRows(Number(rest[0]), rest[1]);
} else if (mode === 'command') {
  await runCommand(rest);
  process.stdout.write(JSON.stringify({ megabytes: process.resourceUsage().maxRSS / 1024 }));
} else {
  const folder = mkdtempSync(join(tmpdir(), 'gesture-bench-'));
  try {
    compare(folder, mode === '--large');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
