// Renews every file that is made from others: the demo, the tables and printed output of the documents, the JSON schema, the golden files.
//   npm run renew                 and lists what changed
//   npm run renew -- --check      changes nothing; exit code 1 if something is out of date
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

const run = (args, cwd) => {
  const env = { ...process.env, RENEW: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')}:\n${stdout}${stderr}`);
};
const text = (path) => readFileSync(join(root, path), 'utf8');

/** The files that are made from others, as they are now. */
const derived = () => {
  const golden = ['test/commands/screens/*', 'test/fixtures/demo.json', 'test/readme/library.mjs'];
  const paths = globSync(
    ['README.md', 'data/README.md', '.github/*.md', 'src/gesture.schema.json', 'data/*.{csv,run.json}', ...golden],
    { cwd: root },
  );
  return new Map(paths.map((path) => [path, text(path)]));
};

/** The demo: what the three commands write without a flag. */
const renewDemo = () => {
  const folder = mkdtempSync(join(tmpdir(), 'gesture-demo-'));
  try {
    for (const command of ['generate', 'features', 'rank']) run([join(root, 'bin/gesture.js'), command], folder);
    for (const path of globSync('data/*', { cwd: folder })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), readFileSync(join(folder, path)));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The rest: whatever a test compares with a file. */
const renewSnapshots = () => {
  const tests = globSync('test/**/*.test.ts', { cwd: root }).filter((path) =>
    text(path).includes('toMatchFileSnapshot'),
  );
  run(['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', ...tests, '-u'], root);
};

const before = derived();
try {
  renewDemo();
  renewSnapshots();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
const after = derived();
const changed = [...after.keys()].filter((path) => after.get(path) !== before.get(path)).toSorted();
process.stdout.write(changed.length === 0 ? 'nothing changed\n' : `${changed.join('\n')}\n`);
if (check && changed.length > 0) {
  for (const path of changed) {
    if (before.has(path)) writeFileSync(join(root, path), before.get(path));
    else rmSync(join(root, path));
  }
  process.stdout.write('These files are out of date: npm run renew\n');
  process.exitCode = 1;
}
