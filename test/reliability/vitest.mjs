// Runs tests and counts them.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a command to its end: its exit code (null after a signal) and everything it said. */
export const run = (command, args, { cwd = root, env = {} } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('error', reject).on('close', (status) => resolve({ status, said }));
  });

/** Runs test files (vitest's own arguments): how many tests passed, failed and were skipped, and what they said. */
export const runTests = async (args, { cwd = root, env = {}, node = process.execPath } = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'gesture-tests-'));
  const report = join(folder, 'report.json');
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts'];
  try {
    const how = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { status, said } = await run(node, [...vitest, ...how, ...args], { cwd, env });
    let counts;
    try {
      counts = JSON.parse(readFileSync(report, 'utf8'));
    } catch {
      throw new Error(`the tests did not run (exit ${status}):\n${said}`);
    }
    const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = counts;
    return { passed, failed, skipped, ok: status === 0, said };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
