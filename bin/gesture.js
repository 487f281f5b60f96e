#!/usr/bin/env node
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli.js', import.meta.url);
if (existsSync(program)) {
  try {
    const { main } = await import(program.href);
    await main(process.argv);
  } catch (error) {
    if (!['EMFILE', 'ENFILE'].includes(error.code)) throw error;
    process.stderr.write('gesture: too many open files: raise the limit with ulimit -n\n');
    process.exitCode = 66;
  }
} else {
  process.stderr.write('gesture is not built yet: run `npm ci` in its folder, then try again.\n');
  process.exitCode = 70;
}
