// All tests on every Node that gesture runs on: npm run test:nodes -- [major ...]. Takes as long as `npm test` on each.
import { environmentOf, MAJORS, nodeOf } from './nodes.mjs';
import { run, runTests } from './vitest.mjs';

const given = process.argv.slice(2).map(Number);
for (const major of given.length > 0 ? given : MAJORS) {
  const node = await nodeOf(major);
  const version = (await run(node, ['--version'])).said.trim();
  const { passed, failed, skipped, ok, said } = await runTests([], { node, env: environmentOf(node) });
  process.stdout.write(`Node ${version}: ${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  if (ok) continue;
  process.stderr.write(said);
  process.exitCode = 1;
}
