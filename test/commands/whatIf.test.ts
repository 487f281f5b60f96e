import * as fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { defaultWeights } from '../../src/catalogue/weights.js';
import { changes as changesOf } from '../../src/commands/flags.js';
import { readUsers } from '../../src/io/readUsers.js';
import { explain } from '../../src/scoring/explain.js';
import { temporary } from '../config/temporary.js';
import { examples, tries } from '../random.js';
import { featuresCsv } from './gesture.js';

const { write } = temporary();
const signals = Object.keys(defaultWeights);

/** A value as it is typed, and as it stands in a file. */
const typed = fc.oneof(
  fc.nat(60).map(String),
  fc.double({ min: -1, max: 1e4, noNaN: true }).map(String),
  fc.constantFrom('', '-0', '0.30000000000000004', '1e3', '00012', '123456789012345.5'),
);

it('what if is what would be: the same answer as for a user whose features file has those values', async () => {
  const users = examples(
    fc.record({
      has: fc.array(typed, { minLength: signals.length, maxLength: signals.length }),
      changes: fc.dictionary(fc.constantFrom(...signals), typed, { minKeys: 1 }),
    }),
    tries(200, 10),
  ).map(({ has, changes }, i) => ({
    user_id: `u${i}`,
    has: Object.fromEntries(signals.map((s, k) => [s, has[k] ?? ''])),
    changes,
  }));
  const file = (name: string, after: boolean) =>
    write(
      name,
      featuresCsv(users.map(({ user_id, has, changes }) => ({ user_id, ...has, ...(after ? changes : {}) }))),
    );
  const before = await readUsers(file('before.csv', false), { signals });
  const after = await readUsers(file('after.csv', true), { signals });
  const rowOf = (from: typeof before, i: number) =>
    Object.fromEntries(signals.map((signal, k) => [signal, from.values(i)[k]]));
  const wrong = users.filter(({ changes }, i) => {
    const whatIf = Object.entries(changes).flatMap(([signal, value]) => changesOf('--what-if')(`${signal}=${value}`));
    const supposed = Object.fromEntries(whatIf.map(({ signal, value }) => [signal, value]));
    return !isDeepStrictEqual(explain({ ...rowOf(before, i), ...supposed }), explain(rowOf(after, i)));
  });
  expect(wrong).toEqual([]);
});
