// Measures whole processes in turn, round by round, and keeps the tables in RESULTS.md:
//   npm run bench -- [--only peers,shapes,rank,generate,small] [--events FILE] [--peers FOLDER] [--rounds 5]
// FILE has the 18 columns of `gesture generate`; without one a log of about 2,000,000 events is simulated. FOLDER holds
// other programs, called NAME_features.mjs, .cjs or .py, with what they need installed. Ratios are taken within a round,
// so that a busy machine slows both sides; seconds of two runs cannot be compared. Needs GNU time.
import { spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem, type } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { peers, shapes } from './features.mjs';
import { generate } from './generate.mjs';
import { GESTURE, beside, measure, median } from './measure.mjs';
import { rank } from './rank.mjs';
import { small } from './small.mjs';

const RESULTS = beside('RESULTS.md');

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'peers,shapes,rank,generate,small' },
    events: { type: 'string' },
    peers: { type: 'string' },
    users: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
  },
});
const rounds = Number(options.rounds);

/** The lines of a file but for its header. */
const countRows = async (path) => {
  let lines = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
  }
  return lines - 1;
};

/** Runs the cases of a table in turn; the first turn warms the file cache and is not counted. */
const runCases = (cases, folder) => {
  const runs = new Map(cases.map(({ name }) => [name, []]));
  for (let turn = 0; turn <= rounds; turn += 1) {
    for (const { name, argv, seconds } of cases) {
      const run = measure(argv, folder);
      if (turn > 0) runs.get(name).push({ ...run, clock: seconds?.(run.stdout) ?? run.clock });
    }
  }
  return runs;
};

/** The rows of a table: seconds, CPU, memory, and the ratio to what a case is held against. */
const show = ({ cases }, runs) => {
  const of = (name, what) => runs.get(name).map((run) => run[what]);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rows = cases.map(({ name, of: base, seconds }) => {
    const clock = of(name, 'clock');
    const ratio = base && median(clock.map((value, round) => value / of(base, 'clock')[round]));
    return line([
      name,
      median(clock).toFixed(2),
      Math.min(...clock).toFixed(2),
      seconds ? '' : median(of(name, 'cpu')).toFixed(2),
      seconds ? '' : median(of(name, 'peak')),
      base ? `${ratio.toFixed(2)} x ${base}` : '',
    ]);
  });
  return [
    line(['', 'median, s', 'least, s', 'CPU, s', 'peak, MB', 'median ratio']),
    '|---|---:|---:|---:|---:|---|',
    ...rows,
  ].join('\n');
};

/** The version of a package that is installed. */
const version = (name) =>
  JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;

/** When and where a table was measured. */
const circumstances = () => {
  const machine = `${cpus().length} x ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()}`;
  const programs = `Node ${process.versions.node}, DuckDB ${version('@duckdb/node-api')}`;
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
  return `${new Date().toISOString().slice(0, 10)}, commit ${commit}; ${machine}; ${programs}; ${rounds} rounds.`;
};

/** Puts a table in the place of the one with its title, or behind all others. */
const keep = (title, text) => {
  const [head, ...tables] = readFileSync(RESULTS, 'utf8').split(/^(?=## )/m);
  const made = `## ${title}\n\n${text}\n`;
  const at = tables.findIndex((table) => table.startsWith(`## ${title}\n`));
  if (at === -1) tables.push(made);
  else tables[at] = made;
  writeFileSync(RESULTS, `${[head, ...tables].map((part) => part.trimEnd()).join('\n\n')}\n`);
};

const folder = mkdtempSync(join(tmpdir(), 'gesture-bench-'));
try {
  const only = options.only.split(',');
  const needsLog = only.includes('peers') || only.includes('shapes');
  const events = resolve(options.events ?? join(folder, 'events.csv'));
  if (needsLog && options.events === undefined)
    measure([...GESTURE, 'generate', '--users', '132000', '--out', events], folder);
  const told = needsLog
    ? { ...options, events: `${(await countRows(events)).toLocaleString('en-US')} events` }
    : options;
  const tables = {
    peers: () => peers(events, told, folder),
    shapes: () => shapes(events, told, folder),
    rank: () => rank(options, folder),
    generate: () => generate(options, folder),
    small: () => small(options, folder),
  };
  for (const name of only) {
    const table = await tables[name]();
    const text = `${circumstances()}\n\n${show(table, runCases(table.cases, folder))}`;
    process.stdout.write(`## ${table.title}\n\n${text}\n\n`);
    keep(table.title, text);
  }
} finally {
  rmSync(folder, { recursive: true });
}
