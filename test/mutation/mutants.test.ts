/** Each mutant must be found in its file, or `npm run mutation` tries nothing. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('the text of every mutant is in its file exactly once', () => {
  const program = fileURLToPath(new URL('run.mjs', import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, [program, '--check'], { encoding: 'utf8' });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
});
