/** The summary of `gesture features` on terminals of several widths. */
import { expect, it } from 'vitest';
import { featuresScreen, WHOLE_LINES } from '../../src/commands/featuresScreen.js';
import { defaultConfig } from '../../src/config/settings.js';
import type { Outcome } from '../../src/engine/features.js';
import { displayWidth } from '../../src/text/columns.js';

const outcome: Outcome = {
  accounts: { read: 1476, used: 1470, rejected: 4, duplicate: 2, withoutUser: 0, excluded: 0, later: 0 },
  faults: [1, 2, 3, 4].map((line) => ({ file: 'log.csv', line, column: 'timestamp', reason: 'empty', raw: '' })),
  users: 100,
  sessions: 427,
  asOf: '2026-01-30T23:24:04Z',
  unreadable: [
    { column: 'account_balance_usd', cells: 3, file: 'log.csv', line: 7, reason: 'not a number', cell: 'n/a' },
  ],
  types: { others: [{ type: 'webinar_joined', events: 2 }], renamed: [], all: [] },
  excluded: [],
  notices: ['log.csv: the columns are separated by a semicolon'],
  warnings: [
    {
      code: 'id-case',
      text: 'gesture.yaml:3: events.columns.username: the file has no column "usrname". Did you mean "username"?',
    },
  ],
};
const lines = (width: number): string[] =>
  featuresScreen(
    outcome,
    { out: 'data/users.csv', config: defaultConfig, settings: undefined },
    width === 0 ? WHOLE_LINES : { width, colour: false },
  );

it.each([40, 80, 120, 200])('fits %d columns, broken at blanks only', async (width) => {
  for (const line of lines(width)) expect(displayWidth(line)).toBeLessThanOrEqual(width);
  expect(lines(width).join(' ')).toBe(lines(0).join(' '));
  await expect(`${lines(width).join('\n')}\n`).toMatchFileSnapshot(`screens/features-${width}.txt`);
});
