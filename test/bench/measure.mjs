// One process from its start to its end, as GNU time sees it, and where measured processes write.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The program, as a command line begins. */
export const GESTURE = [process.execPath, fileURLToPath(new URL('../../bin/gesture.js', import.meta.url))];

/** The path of a file beside this one. */
export const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The middle of some numbers. */
export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/**
 * Runs a command line to its end in `folder`.
 *
 * @returns seconds on the clock, seconds of CPU, peak of memory in MB, and what it printed
 * @throws Error if it fails, with its last words
 */
export const measure = (argv, folder) => {
  const report = join(folder, 'time.txt');
  const run = spawnSync('/usr/bin/time', ['-f', '%e %U %S %M', '-o', report, ...argv], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) {
    throw new Error(
      `${argv.join(' ')} failed: ${run.error?.message ?? run.stderr.trim().split('\n').slice(-3).join('\n')}`,
    );
  }
  const [clock, user, system, kilobytes] = readFileSync(report, 'utf8')
    .trim()
    .split('\n')
    .at(-1)
    .split(' ')
    .map(Number);
  return { clock, cpu: user + system, peak: Math.round(kilobytes / 1024), stdout: run.stdout };
};
