import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { defineConfig } from 'vitest/config';

const root = `${import.meta.dirname}/..`;
const long = process.env['LONG'] === '1';

/** The files with random tests, the only ones that a long run is for. */
const random = (): string[] =>
  globSync('test/**/*.test.ts', { cwd: root }).filter((file) =>
    /from '(?:\.\.?\/)+random\.js'/.test(readFileSync(`${root}/${file}`, 'utf8')),
  );

if (long) {
  process.env['SEED'] ??= String(Date.now() % 2 ** 31);
  process.stdout.write(`SEED=${process.env['SEED']}\n`);
}

export default defineConfig({
  test: {
    root,
    // `npm run mutation` runs any file in the long mode.
    include: process.env['npm_lifecycle_event'] === 'test:long' ? random() : ['test/**/*.test.ts'],
    reporters: long ? ['default', `${root}/test/repeat.ts`] : ['default'],
    // A zone with daylight saving and a half-hour past: local time that leaks into a result shows at once.
    // As if called by name: through npx or a script of npm the next step would begin with npx.
    env: { TZ: 'America/St_Johns', NO_COLOR: '1', npm_lifecycle_event: 'test' },
    // The engine is a native module: worker threads share its state, processes do not.
    pool: 'forks',
    // By default one core is left free; nothing else runs beside the tests.
    maxWorkers: '100%',
    // One process runs many files, so that each need not load everything anew.
    isolate: false,
    testTimeout: long ? 3_600_000 : 60_000,
    hookTimeout: long ? 3_600_000 : 60_000,
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary'] },
  },
});
