// Breaks one rule at a time in a copy of the tree and sees whether the tests named for it notice.
//   node test/mutation/run.mjs [part of a file or rule ...]       only those mutants
//   node test/mutation/run.mjs --check                            only whether each mutant is where the list says
// Exit code: 1 if a mutant survives or its text is not where the list says.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, run, runTests } from '../reliability/vitest.mjs';
import { mutants } from './mutants.mjs';

/** Tries of each property, enough to find a broken rule; always the same, so that the score is. */
const TRIES = { LONG: '1', RUNS: '40', SEED: '3' };

const COPIED = ['bin', 'data', 'src', 'test', 'package.json', 'tsconfig.json'];

/** A copy of the tree to break. */
const copyOfTree = () => {
  const folder = mkdtempSync(join(tmpdir(), 'gesture-mutants-'));
  for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
};

/** Tests of the built program; all others take the sources as they are. */
const ofProgram = (file) => /^test\/(commands\/|faults\/|intake\/copyParts|io\/threads)/.test(file);

/** Runs tests in a tree until one fails. A mutant that does not compile is still built and tried. */
const test = async (folder, tests) => {
  if (tests.some(ofProgram)) await run(process.execPath, ['node_modules/typescript/bin/tsc'], { cwd: folder });
  const together = ['--no-isolate', '--no-file-parallelism']; // one process for all files
  return runTests(['--bail', '1', ...together, ...tests], { cwd: folder, env: TRIES });
};

/** True unless the text of a mutant is once in its file. */
const isStale = ({ file, find }, folder) =>
  !existsSync(join(folder, file)) || readFileSync(join(folder, file), 'utf8').split(find).length !== 2;

/** What becomes of a mutant: `killed`, `survived`, or `stale` where its text is not once in the file. */
const fateOf = async (mutant, folder) => {
  if (isStale(mutant, folder)) return 'stale';
  const { file, find, put, tests } = mutant;
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    text.replace(find, () => put),
  );
  try {
    return (await test(folder, tests)).ok ? 'survived' : 'killed';
  } finally {
    writeFileSync(path, text);
  }
};

/** Tries the mutants of which the file and rule contain one of `parts` (all without one); lists them by fate. */
export const mutate = async (parts = [], report = () => {}) => {
  const chosen = mutants.filter(
    ({ file, rule }) => parts.length === 0 || parts.some((part) => `${file}: ${rule}`.includes(part)),
  );
  /** @type {Record<string, typeof mutants>} */
  const fates = { killed: [], survived: [], stale: [] };
  const waiting = [...chosen];
  const folders = Array.from({ length: Math.min(availableParallelism(), 4) }, copyOfTree);
  try {
    const whole = [...new Set(chosen.flatMap(({ tests }) => tests))];
    const { ok, said } = await test(folders[0], whole);
    if (!ok) throw new Error(`the tests fail before anything is broken:\n${said}`);
    const work = async (folder) => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const fate = await fateOf(next, folder);
        fates[fate].push(next);
        report(`${fate.padEnd(8)} ${next.file}: ${next.rule}`);
      }
    };
    await Promise.all(folders.map(work));
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
  return fates;
};

const say = (line) => process.stdout.write(`${line}\n`);
const notFound = (stale) => {
  for (const { file, rule } of stale) say(`not found, fix the list: ${file}: ${rule}`);
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const parts = process.argv.slice(2);
  if (parts.includes('--check')) {
    const stale = mutants.filter((mutant) => isStale(mutant, root));
    notFound(stale);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    const { killed, survived, stale } = await mutate(parts, say);
    const tried = killed.length + survived.length;
    say(`\n${killed.length} of ${tried} mutants noticed (${((100 * killed.length) / tried).toFixed(1)} %)`);
    for (const { file, rule } of survived) say(`survived: ${file}: ${rule}`);
    notFound(stale);
    process.exitCode = survived.length + stale.length > 0 ? 1 : 0;
  }
}
