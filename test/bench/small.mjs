// What should feel instant.
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { GESTURE, measure } from './measure.mjs';

/** The help, a hundred users, and the whole demo. */
export const small = (_, folder) => {
  const demo = (...args) => [...GESTURE, ...args];
  const hundred = join(folder, 'hundred.csv');
  measure(demo('generate', '--users', '100', '--out', hundred), folder);
  const empty = join(folder, 'empty.mjs');
  writeFileSync(empty, '');
  const quoted = (argv) => argv.map((word) => `'${word}'`).join(' ');
  const steps = ['generate', 'features', 'rank', 'report'].map((step) => quoted(demo(step)));
  return {
    title: 'Small things',
    cases: [
      { name: 'an empty Node', argv: [process.execPath, empty] },
      { name: '--help', argv: demo('--help'), of: 'an empty Node' },
      {
        name: 'features of 100 users',
        argv: demo('features', hundred, '--out', join(folder, 'few.csv')),
        of: 'an empty Node',
      },
      {
        name: 'rank of 100 users',
        argv: demo('rank', join(folder, 'few.csv'), '--out', join(folder, 'list.csv')),
        of: 'an empty Node',
      },
      {
        name: 'the demo: generate, features, rank, report',
        argv: ['sh', '-c', steps.join(' && ')],
        of: 'an empty Node',
      },
    ],
  };
};
