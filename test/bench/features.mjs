// What `gesture features` costs beside other ways to the same columns, whole processes in turn on one log:
//   npm run bench -- [--events FILE] [--users 132000] [--peers FOLDER] [--rounds 5]
// FILE has the 18 columns; without one a log of about 2,000,000 events is simulated. FOLDER holds other programs, called
// NAME_features.mjs, .cjs or .py, with what they need installed; each is run as PROGRAM IN OUT. The floor is the engine's
// count of the typed file. Ratios are taken round by round: those of one run are comparable, seconds of two runs are not.
import { DuckDBInstance } from '@duckdb/node-api';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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

/** The same log, otherwise: without session ids, compressed, as Parquet. */
const variants = async (events) => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const all = `read_csv('${events.replaceAll("'", "''")}', all_varchar = true)`;
  const made = { 'no session ids': 'none.csv', gzip: 'log.csv.gz', zstd: 'log.csv.zst', Parquet: 'log.parquet' };
  const paths = Object.fromEntries(Object.entries(made).map(([name, file]) => [name, join(folder, file)]));
  await connection.run(`COPY (SELECT * EXCLUDE session_id FROM ${all}) TO '${paths['no session ids']}' (HEADER)`);
  await connection.run(`COPY (FROM ${all}) TO '${paths.gzip}' (FORMAT csv, HEADER, COMPRESSION gzip)`);
  await connection.run(`COPY (FROM ${all}) TO '${paths.zstd}' (FORMAT csv, HEADER, COMPRESSION zstd)`);
  await connection.run(`COPY (FROM ${all}) TO '${paths.Parquet}' (FORMAT parquet)`);
  return paths;
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
    ...Object.entries(await variants(events)).map(([name, path]) => [`gesture, ${name}`, ours(path)]),
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
