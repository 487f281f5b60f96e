// What `gesture features` costs beside other ways to the same columns, whole processes in turn on one log:
//   npm run bench -- [--events FILE] [--users 132000] [--peers FOLDER] [--rounds 5]
// FILE has the 18 columns; without one a log of about 2,000,000 events is simulated. FOLDER holds other programs, called
// NAME_features.mjs, .cjs or .py, with what they need installed; each is run as PROGRAM IN OUT. The floor is the engine's
// count of the typed file. Ratios are taken round by round: those of one run are comparable, seconds of two runs are not.
import { DuckDBInstance } from '@duckdb/node-api';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    events: { type: 'string' },
    users: { type: 'string', default: '132000' },
    peers: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    floor: { type: 'string' },
  },
});

/** The floor, in a process of its own. */
const floor = async (events) => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run('SELECT count(user_id), max(timestamp), sum(account_balance_usd) FROM read_csv($1)', [events]);
};

const program = fileURLToPath(new URL('../../bin/gesture.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gesture-bench-'));
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Runs a program to its end: seconds, and the peak of its memory in MB where it runs on Node. */
const timed = (name, [command, ...args]) => {
  const peak = join(folder, 'peak');
  rmSync(peak, { force: true });
  const load = `--import=${new URL('peak.mjs', import.meta.url).href}`;
  const began = performance.now();
  const run = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: load, PEAK_FILE: peak },
  });
  if (run.status !== 0) throw new Error(`${name} failed: ${run.error?.message ?? run.stderr}`);
  const seconds = (performance.now() - began) / 1000;
  return { seconds, peak: command === process.execPath ? Number(readFileSync(peak, 'utf8')) : NaN };
};

/** The same log as other exports have it: SQL of its rows, the options of COPY, gesture.yaml and flags. */
const VARIANTS = {
  epoch_ms: {
    select: 'e.* REPLACE (epoch_ms(timestamp::TIMESTAMP) AS timestamp)',
    config: 'events: { timestamp: epoch_ms }',
  },
  'a pattern': {
    select: "e.* REPLACE (strftime(timestamp::TIMESTAMP, '%d/%m/%Y %H:%M:%S') AS timestamp)",
    config: "events: { timestamp: '%d/%m/%Y %H:%M:%S' }",
  },
  'a time zone': {
    select: "e.* REPLACE (replace(timestamp, 'Z', '') AS timestamp)",
    config: 'events: { timezone: Europe/Berlin }',
  },
  'JSON lines': { file: 'log.ndjson', options: 'FORMAT json' },
  'all quoted': { options: 'FORMAT csv, HEADER, FORCE_QUOTE *' },
  '1 % rejected': {
    select: "e.* REPLACE (CASE WHEN hash(event_id) % 100 = 0 THEN 'yesterday' ELSE timestamp END AS timestamp)",
  },
  exclude: {
    select: "*, concat(user_id, CASE WHEN hash(user_id) % 100 = 0 THEN '@acme.com' ELSE '@example.org' END) AS email",
    config: 'exclude: { email_domains: [acme.com] }',
  },
  '--as-of': { flags: (middle) => ['--as-of', middle] },
  'random ids': { select: 'e.* REPLACE (md5(event_id) AS event_id)' },
  'no session ids': { select: '* EXCLUDE session_id' },
  'no flags': { select: '* EXCLUDE (is_repeat_session, bounce_flag, spam_flag)' },
  identity: {
    select:
      "e.* REPLACE (CASE WHEN hash(event_id) % 10 >= 3 THEN user_id END AS user_id), concat('a', user_id) AS anonymous_id",
    config: 'events: { identity: anonymous_id }',
  },
  gzip: { file: 'log.csv.gz', options: 'FORMAT csv, HEADER, COMPRESSION gzip' },
  zstd: { file: 'log.csv.zst', options: 'FORMAT csv, HEADER, COMPRESSION zstd' },
  Parquet: { file: 'log.parquet', options: 'FORMAT parquet' },
};

/** Makes the variants of a log: their names, paths and flags. */
const variants = async (events) => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const all = `read_csv('${events.replaceAll("'", "''")}', all_varchar = true) AS e`;
  const half = `SELECT strftime(quantile_disc(timestamp::TIMESTAMP, 0.5), '%Y-%m-%d') FROM ${all}`;
  const middle = String((await connection.runAndReadAll(half)).getRows()[0][0]);
  const made = [];
  for (const [name, variant] of Object.entries(VARIANTS)) {
    const { select = '*', options = 'FORMAT csv, HEADER', file = `${made.length}.csv`, config, flags } = variant;
    const path = flags === undefined ? join(folder, file) : events;
    if (flags === undefined) await connection.run(`COPY (SELECT ${select} FROM ${all}) TO '${path}' (${options})`);
    const settings = join(folder, `${made.length}.yaml`);
    if (config !== undefined) writeFileSync(settings, `${config}\n`);
    made.push({
      name,
      path,
      flags: [...(config === undefined ? [] : ['--config', settings]), ...(flags?.(middle) ?? [])],
    });
  }
  return made;
};

/** The programs in a folder, each with the name and the command line that it is run by. */
const peersIn = (from, events) =>
  readdirSync(from)
    .filter((file) => /_features\.(?:mjs|cjs|py)$/.test(file))
    .map((file) => {
      const name = file.replace(/_features\..*/, '');
      const by = file.endsWith('.py') ? (process.env.PYTHON ?? 'python3') : process.execPath;
      return { name, argv: [by, join(from, file), events, join(folder, `${name}.csv`)] };
    });

const compare = async () => {
  const events = resolve(values.events ?? join(folder, 'events.csv'));
  if (values.events === undefined) {
    timed('generate', [process.execPath, program, 'generate', '--users', values.users, '--out', events]);
  }
  const out = join(folder, 'out.csv');
  const ours = (from, ...flags) => [process.execPath, program, 'features', from, '--out', out, ...flags];
  const commands = [
    ['gesture', ours(events)],
    ['floor', [process.execPath, fileURLToPath(import.meta.url), '--floor', events]],
    ...(values.peers === undefined ? [] : peersIn(resolve(values.peers), events)).map(({ name, argv }) => [name, argv]),
    ['gesture, 512MB', ours(events, '--memory-limit', '512MB')],
    ...(await variants(events)).map(({ name, path, flags }) => [`gesture, ${name}`, ours(path, ...flags)]),
  ];
  const seen = new Map(commands.map(([name]) => [name, []]));
  // The first turn warms the file cache, and is not counted.
  for (let turn = 0; turn <= Number(values.rounds); turn += 1) {
    for (const [name, argv] of commands) {
      const run = timed(name, argv);
      if (turn > 0) seen.get(name).push(run);
    }
  }
  const base = seen.get('gesture');
  for (const [name, runs] of seen) {
    const seconds = median(runs.map((run) => run.seconds))
      .toFixed(2)
      .padStart(7);
    const ratio = median(runs.map((run, i) => run.seconds / base[i].seconds)).toFixed(2);
    const peak = median(runs.map((run) => run.peak));
    const memory = Number.isNaN(peak) ? '' : `, ${peak} MB`;
    process.stdout.write(`${name.padEnd(24)}${seconds} s, ${ratio} of gesture${memory}\n`);
  }
};

if (values.floor === undefined) {
  try {
    await compare();
  } finally {
    rmSync(folder, { recursive: true });
  }
} else {
  await floor(values.floor);
}
