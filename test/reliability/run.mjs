// The reliability table of CONTRIBUTING.md, measured: npm run reliability -- [runs a fuzz test, default 10000] [line ...]
// The table goes to standard output, everything else to standard error. Takes about an hour on two cores.
// A line whose tests are not there says so; exit code 1 if anything failed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutate } from '../mutation/run.mjs';
import { determinism } from './determinism.mjs';
import { root, run, runTests } from './vitest.mjs';

const [RUNS = '10000', ...only] = process.argv.slice(2);
const say = (line) => process.stderr.write(`${line}\n`);
const counted = (n) => n.toLocaleString('en-US');

/** Hostile inputs, each a file or a flag that breaks event tools; the corpus lies beside the repository. */
const hostile = async () => {
  const corpus = join(root, '../shared/hostile/run.mjs');
  if (!existsSync(corpus)) return { figure: 'not run: the corpus is not here', ok: true };
  const { status, said } = await run(process.execPath, [corpus, '--timeout', '120', '--', 'node', 'bin/gesture.js']);
  say(said);
  return { figure: said.trim().split('\n').at(-1), ok: status === 0 };
};

const fuzz = async () => {
  const { ok, said, passed } = await runTests(['test/fuzz'], { env: { LONG: '1', RUNS } });
  if (!ok) say(said);
  const seeds = [...said.matchAll(/SEED=(\d+)/g)].map(([, seed]) => seed).join(', ');
  return { figure: `${counted(passed * Number(RUNS))} mutated files without a crash (seeds ${seeds})`, ok };
};

const faults = async () => {
  if (!existsSync(join(root, 'test/faults'))) return { figure: 'not run: no test/faults', ok: true };
  const { passed, failed, skipped, ok, said } = await runTests(['test/faults'], { env: { LONG: '1' } });
  if (!ok) say(said);
  return { figure: `${passed} of ${passed + failed} survived${skipped > 0 ? `, ${skipped} skipped` : ''}`, ok };
};

const sameBytes = async () => {
  const nodes = await determinism(say);
  const [same, all] = nodes.reduce(([a, b], { passed, failed }) => [a + passed, b + passed + failed], [0, 0]);
  const had = nodes.filter(({ passed, failed }) => passed + failed > 0).map(({ version }) => version.slice(1));
  const missing = nodes.filter(({ passed, failed }) => passed + failed === 0).map(({ version }) => version.slice(1));
  const without = missing.length > 0 ? `; not to be had: ${missing.join(', ')}` : '';
  return {
    figure: `${same} of ${all} combinations, the same bytes (Node ${had.join(', ')}${without})`,
    ok: nodes.every(({ ok }) => ok),
  };
};

const mutation = async () => {
  const { killed, survived, stale } = await mutate([], say);
  const [noticed, tried] = [killed.length, killed.length + survived.length];
  const not = stale.length > 0 ? `, ${stale.length} not applicable` : '';
  return {
    figure: `${noticed} of ${tried} broken rules noticed (${((100 * noticed) / tried).toFixed(1)} %${not})`,
    ok: noticed >= 0.9 * tried && stale.length === 0,
  };
};

const MEASURED = [
  { name: 'Hostile inputs', measure: hostile },
  { name: 'Fuzzing', measure: fuzz },
  { name: 'Crash points', measure: faults },
  { name: 'Determinism', measure: sameBytes },
  { name: 'Mutation', measure: mutation },
];

const version = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).version;

const lines = ['| What was tried | Measured |', '|---|---|'];
for (const { name, measure } of MEASURED) {
  if (only.length > 0 && !only.includes(name)) continue;
  say(name);
  const { figure, ok } = await measure();
  lines.push(`| ${name} | ${figure}${ok ? '' : ' **FAILED**'} |`);
  if (!ok) process.exitCode = 1;
}
const duckdb = version('node_modules/@duckdb/node-api/package.json');
const date = new Date().toISOString().slice(0, 10);
const where = `${process.platform} ${process.arch}, Node ${process.versions.node}, DuckDB ${duckdb}`;
process.stdout.write(`${lines.join('\n')}\n\ngesture ${version('package.json')}, ${date}, ${where}\n`);
