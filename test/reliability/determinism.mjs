// The same bytes on every Node that gesture runs on: determinism.test.ts, each combination, under each of them.
//   npm run build && node test/reliability/determinism.mjs
// Where a Node cannot be had the line says so.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MAJORS, nodeOf } from './nodes.mjs';
import { root, run, runTests } from './vitest.mjs';

/** Tries all combinations on every Node: one entry a Node, `skipped` with the reason where it could not be had. */
export const determinism = async (say = () => {}) => {
  const found = [];
  for (const major of MAJORS) {
    try {
      const node = await nodeOf(major);
      const version = (await run(node, ['--version'])).said.trim();
      const tests = await runTests(['test/reliability/determinism.test.ts'], { node, env: { LONG: '1' } });
      found.push({ version, ...tests });
      say(`Node ${version}: ${tests.passed} of ${tests.passed + tests.failed} combinations give the bytes of the demo`);
      if (!tests.ok) say(tests.said);
    } catch (error) {
      found.push({ version: `v${major}`, passed: 0, failed: 0, skipped: error.message, ok: true });
      say(`Node ${major}: SKIPPED, ${error.message}`);
    }
  }
  return found;
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const found = await determinism((line) => process.stdout.write(`${line}\n`));
  const hashes = JSON.parse(readFileSync(join(root, 'test/fixtures/demo.json'), 'utf8'));
  for (const [name, hash] of Object.entries(hashes)) process.stdout.write(`${hash}  data/${name}\n`);
  process.exitCode = found.every(({ ok }) => ok) ? 0 : 1;
}
