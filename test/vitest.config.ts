import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    include: ['test/**/*.test.ts'],
    // A zone with daylight saving and a half-hour past: local time that leaks into a result shows at once.
    env: { TZ: 'America/St_Johns', NO_COLOR: '1' },
    // The engine is a native module: worker threads share its state, processes do not.
    pool: 'forks',
    testTimeout: 60_000,
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary'] },
  },
});
