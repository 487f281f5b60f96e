/** `gesture init LOG` of logs of any shape. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { temporary } from '../config/temporary.js';
import { csvOf, story, WRITTEN } from '../inspect/logs.js';
import { holdsAsync, tries } from '../random.js';
import { call } from './call.js';

const { folder: root } = temporary();
let next = 0;

const pick = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const odd = fc.record({
  people: fc.integer({ min: 1, max: 40 }),
  user: pick('user_id', 'Customer', 'kunden_nr', 'player id', 'e-mail'),
  time: pick('timestamp', 'ts', 'Created At', 'event_date'),
  type: pick('event_type', 'Action', 'verb', undefined),
  form: pick(...Object.keys(WRITTEN)),
  delimiter: pick(',', ';', '\t', '|'),
  goal: pick('purchase', 'Signed Up', 'x: {y} #z', '購入', "it's", 'none', 'total_events', 'converted'),
  look: pick('page_view', '-', 'a*b', 'user_id', 'Page Viewed', '1'),
  amount: pick('', 'NULL', '1.5', 'N/A', '1e400'),
});

it('whatever the shape, what init writes is accepted by features and rank', async () => {
  await holdsAsync(
    odd,
    async ({ people, user, time, type, form, delimiter, goal, look, amount }) => {
      const folder = join(root, String(next++));
      mkdirSync(folder);
      const write = WRITTEN[form] ?? String;
      const header = [user, time, ...(type === undefined ? [] : [type]), 'Total Amount', 'bounce_flag'];
      const rows = story(people, { look, goal, signal: 'chat' }).map((act, i) => [
        act.user,
        write(act),
        ...(type === undefined ? [] : [act.type]),
        i % 2 === 0 ? amount : act.amount,
        'maybe',
      ]);
      writeFileSync(join(folder, 'odd.csv'), csvOf(header, rows, delimiter));
      for (const args of [['init', 'odd.csv'], ['features', 'odd.csv'], ['rank']])
        expect(await call(folder, args)).toMatchObject({ status: 0 });
    },
    tries(8, 0.1),
  );
});
