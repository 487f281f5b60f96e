/** Whatever `features` writes, `rank` reads: every user, and every number as it was written. */
import * as fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/settings.js';
import { loadConfig } from '../../src/config/load.js';
import { readUsers, readUsersStrictly } from '../../src/io/readUsers.js';
import { rankUsers } from '../../src/scoring/ranking.js';
import { prepare } from '../../src/scoring/score.js';
import { scoresText } from '../io/scoresText.js';
import { temporary } from '../config/temporary.js';
import { toCsv } from '../oracle/logs.js';
import { holdsAsync, tries } from '../random.js';
import { find, type Found } from './find.js';

const { write } = temporary();

const SETTINGS = `
events: { ragged_rows: fill }
features:
  price:      { from: events, is: { op: latest, column: price }, unit: EUR, says: price }
  note:       { from: events, is: { op: latest, column: note }, unit: text, says: note }
  motto:      { from: events, is: { op: latest, column: motto }, unit: text, says: motto }
  spam:       { from: events, is: { op: latest, column: spam_flag }, unit: flag, says: latest spam }
  paid:       { from: events, is: { op: sum, column: amount }, unit: EUR, says: paid }
  most:       { from: events, is: { op: max, column: amount }, unit: EUR, says: most paid }
  typical:    { from: events, is: { op: mean, column: amount }, unit: EUR, says: paid on average }
  least:      { from: events, is: { op: min, column: amount }, unit: EUR, says: least paid }
  last:       { from: sessions, is: { op: latest, column: events }, unit: events, says: events of the last session }
  per_least:  { from: features, is: { op: ratio, of: paid, per: least }, unit: per EUR, says: paid per least }
  per_price:  { from: features, is: { op: ratio, of: price, per: per_least }, unit: EUR, says: price per that }
  of_balance: { from: features, is: { op: ratio, of: account_balance_usd, per: price }, unit: per EUR, says: balance }
weights:
${['price', 'spam', 'paid', 'most', 'typical', 'least', 'last', 'per_least', 'per_price', 'of_balance']
  .map((name) => `  ${name}: { points: 0, saturates_at: 5 }`)
  .join('\n')}
`;

const config = (): Promise<Config> => loadConfig(write('gesture.yaml', SETTINGS));

/** Ranks what features found, and returns how many users have a score; @throws if one or a number of theirs is lost. */
const rank = async (found: Found, settings: Config): Promise<number> => {
  const path = write('features.csv', found.csv);
  const model = prepare(settings);
  const users = await readUsers(path, { signals: model.signals });
  const strictly = await readUsersStrictly(path, { signals: model.signals });
  const [header = [], ...rows] = found.rows;
  const columns = model.signals.map((signal) => header.indexOf(signal));
  const numbers = rows.map((row) => columns.map((at) => (row[at] === '' ? Number.NaN : Number(row[at]))));
  expect([...users.ids]).toEqual(rows.map(([id]) => id));
  for (const read of [users, strictly]) {
    expect(rows.map((_, i) => [...read.values(i)])).toEqual(numbers);
  }
  const scored: string[][] = parse(await scoresText(rankUsers(users, model), settings.hash));
  return scored.length - 1;
};

const NUMBERS = [
  ['9'.repeat(309), `-${'9'.repeat(309)}`, '9'.repeat(308), `1${'0'.repeat(308)}`, `2${'0'.repeat(308)}`],
  ['17976931348623157'.padEnd(309, '0'), '179769313486231580'.padEnd(309, '0'), `${'0'.repeat(400)}1`],
  [`0.${'0'.repeat(400)}1`, `${'9'.repeat(308)}.5`, `${'9'.repeat(30)}.${'9'.repeat(300)}`, '1e308', '1e400', '-0'],
  ['999999999999999999.9999999999', '-999999999999999999', '0.0000000001', '0.00000000004', '-0.0000000001', '0'],
  ['free', 'NaN', 'Infinity', '0x10', '٣', '1,5', '', '', '12.50', '3', '-7', '007', '9007199254740993'],
].flat();
const TEXTS = [
  ['', 'Ana', 'a\0b', '\0', '\ud800', 'a\udc00b', '"', '""', ',', '\n', '\r', '\r\n', 'a\nb', '\uFEFF', ' ', '\\', "'"],
  ['=1+1', '@x', '\u2028', '\u001B[2J', '\u202E', '😀', 'x'.repeat(300_000), `"${'\n'.repeat(1000)}`, 'NULL', '\\N'],
].flat();
const IDS = [
  'ana',
  'ben',
  '',
  '007',
  '7',
  '"',
  ',',
  '\n',
  '\r',
  '\uFEFF',
  '\uFEFFana',
  ' ',
  '__proto__',
  'a\0',
  '\udfff',
];

const event = fc.record({
  user_id: fc.constantFrom(...IDS),
  timestamp: fc.constantFrom('2026-01-05', '2026-01-05T09:00:00Z', '2026-01-06T10:00:00.5+02:00', 'yesterday'),
  event_type: fc.constantFrom('page_view', 'signup', 'search', ...TEXTS.slice(0, 12)),
  event_id: fc.constantFrom('', 'e1', 'e2', 'e3', 'e4', 'e5'),
  username: fc.constantFrom(...TEXTS),
  session_id: fc.constantFrom('', 's1', '\n', '"'),
  device: fc.constantFrom('mobile', ...TEXTS.slice(0, 16)),
  account_balance_usd: fc.constantFrom(...NUMBERS),
  recent_pages_viewed: fc.constantFrom(...NUMBERS),
  spam_flag: fc.constantFrom('', 'true', 'no', '1', '2'),
  price: fc.constantFrom(...NUMBERS),
  amount: fc.constantFrom(...NUMBERS),
  note: fc.constantFrom(...TEXTS),
  motto: fc.constantFrom(...TEXTS),
});

describe('a log of hostile values', () => {
  it.each<[string, (rows: readonly Readonly<Record<string, string>>[]) => string]>([
    ['CSV', (rows) => toCsv({ header: Object.keys(rows[0] ?? {}), rows: rows.map((row) => Object.values(row)) })],
    ['JSON lines', (rows) => rows.map((row) => JSON.stringify(row)).join('\n')],
  ])('is scored, as %s', async (_, log) => {
    const settings = await config();
    await holdsAsync(
      fc.array(event, { minLength: 1, maxLength: 40, size: 'max' }),
      async (rows) => {
        // Every cell of the first row is plain, so that the log has a header and a row.
        const first = { ...rows[0], user_id: 'ana', timestamp: '2026-01-05', event_type: 'signup', username: 'Ana' };
        const plain = Object.fromEntries(Object.entries(first).map(([name, cell]) => [name, cell.slice(0, 20).trim()]));
        const found = await find([log([plain, ...rows])], { config: settings, threads: 1 });
        expect(await rank(found, settings)).toBe(found.users);
      },
      tries(4),
    );
  });
});

const HEADER = 'user_id,timestamp,event_type';

/** Why the only row of a log is rejected or its cell unreadable, or else the cell of `feature` in the table. */
const outcome = async (column: string, cell: string, feature: string): Promise<string> => {
  const settings = await config();
  const names = ['amount', 'price', 'note', 'motto', 'account_balance_usd'];
  const cells = names.map((name) => (name === column ? cell : ''));
  const text = `${[HEADER, ...names].join(',')}\nana,2026-01-05,signup,${cells.join(',')}\n`;
  const found = await find([text], { config: settings });
  await rank(found, settings);
  const [fault] = [...found.faults, ...found.unreadable];
  if (fault) return `${fault.column} is ${fault.reason}`;
  return found.rows[1]?.[found.rows[0]?.indexOf(feature) ?? -1] ?? '';
};

describe('a number that rank could not read is unknown:', () => {
  it.each([
    ['account_balance_usd', '9'.repeat(309), 'account_balance_usd is too large'],
    ['account_balance_usd', `-${'9'.repeat(309)}`, 'account_balance_usd is too large'],
    ['price', `2${'0'.repeat(308)}`, 'price is too large'],
    ['price', 'free', 'price is not a number'],
    ['price', 'Infinity', 'price is not a number'],
    ['price', '1e308', 'price is too large'],
    ['amount', '1000000000000000000', 'amount is too large to calculate with'],
    ['amount', '9'.repeat(309), 'amount is too large to calculate with'],
  ])('%s %s', async (column, cell, says) => {
    expect(await outcome(column, cell, column)).toBe(says);
  });

  it.each([
    ['account_balance_usd', '9'.repeat(308), 'account_balance_usd'],
    ['account_balance_usd', `1${'0'.repeat(308)}`, 'account_balance_usd'],
    ['account_balance_usd', `${'0'.repeat(400)}12`, 'account_balance_usd'],
    ['account_balance_usd', `0.${'3'.repeat(400)}`, 'account_balance_usd'],
    ['price', '9'.repeat(60), 'price'],
    ['note', 'free', 'note'],
    ['amount', '999999999999999999', 'paid'],
  ])('unlike %s %s', async (column, cell, feature) => {
    expect(await outcome(column, cell, feature)).toBe(cell);
  });
});

it('the latest value of a column that holds no numbers is text, and that of a flag is 0 or 1', async () => {
  const settings = (column: string, unit: string, from = 'events'): Promise<Config> =>
    loadConfig(
      write(
        'latest.yaml',
        `features: { mine: { from: ${from}, is: { op: latest, column: ${column} }, unit: ${unit}, says: x } }`,
      ),
    );
  for (const [column, from] of [
    ['device', 'events'],
    ['timestamp', 'events'],
    ['start', 'sessions'],
  ]) {
    await expect(settings(column ?? '', 'name', from)).rejects.toThrow(
      `"${column}" does not hold numbers: its unit is text`,
    );
    await expect(settings(column ?? '', 'text', from)).resolves.toMatchObject({ features: { mine: { unit: 'text' } } });
  }
  const { rows } = await find([`${HEADER},spam_flag\nana,2026-01-05,signup,yes\n`], {
    config: await settings('spam_flag', 'flag'),
  });
  expect(rows[1]?.at(-2)).toBe('1');
});

it('a user with several cells of nearly a megabyte is scored', async () => {
  const settings = await config();
  const rows = ['note', 'motto', 'username', 'location_city'].map((column, i) => ({
    user_id: 'ana',
    timestamp: `2026-01-0${i + 1}`,
    event_type: 'signup',
    ...Object.fromEntries(['note', 'motto', 'username', 'location_city', 'price', 'amount'].map((name) => [name, ''])),
    [column]: 'x'.repeat(1_000_000),
  }));
  const log = toCsv({ header: Object.keys(rows[0] ?? {}), rows: rows.map((row) => Object.values(row)) });
  const found = await find([log], { config: settings });
  expect(found.accounts.used).toBe(4);
  expect(found.csv.length).toBeGreaterThan(4_000_000);
  expect(await rank(found, settings)).toBe(1);
});
