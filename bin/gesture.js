#!/usr/bin/env node
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli.js', import.meta.url);
if (existsSync(program)) {
  const { main } = await import(program.href);
  await main(process.argv);
} else {
  process.stderr.write('gesture is not built yet: run `npm ci` in its folder, then try again.\n');
  process.exitCode = 70;
}
