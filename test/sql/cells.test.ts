/** The grammar of cells, spelling by spelling: what is taken, what is refused, and in which words. */
import { expect, it } from 'vitest';
import { defaultConfig, defaultReading, type Reading } from '../../src/config/settings.js';
import { find } from '../engine/find.js';
import { toCsv } from '../oracle/logs.js';

/** Each cell in a row of its own under `column`: as it stands where it is read, else why it is not. */
const verdicts = async (column: string, cells: readonly string[], reading: Partial<Reading> = {}) => {
  const now: Record<string, string> = { iso: '2026-01-05', epoch_s: '1767603600', epoch_ms: '1767603600000' };
  const [form = 'iso'] = reading.timestamp ?? [];
  const usual = new Map([
    ['user_id', 'u'],
    ['timestamp', now[form] ?? '1767603600000000'],
    ['event_type', 'search'],
  ]);
  const header = [...new Set([...usual.keys(), column])];
  const config = { ...defaultConfig, events: [{ ...defaultReading, ...reading }] };
  const found = await Promise.all(
    cells.map(async (cell) => {
      const row = header.map((name) => (name === column ? cell : (usual.get(name) ?? '')));
      const { faults, unreadable } = await find([toCsv({ header, rows: [row] })], { config, threads: 1 });
      return [...faults, ...unreadable].map((fault) => `${cell}: ${fault.column} ${fault.reason}`);
    }),
  );
  return cells.map((cell, i) => found[i]?.[0] ?? cell);
};

const form = (...timestamp: string[]): Partial<Reading> => ({ timestamp });

it.each<[string, readonly string[], Partial<Reading>?]>([
  [
    'timestamp',
    ['1990-01-01', '1990-01-01T00:00:00Z', '2199-12-31T23:59:59.999999Z', '2024-02-29', '2026-01-05 09:00'],
  ],
  [
    'timestamp',
    ['2026-01-05T09:00+02', '2026-01-05T09:00:00-0330', '2026-01-05T23:59:59+15:59', '2026-01-05 09:00 UTC'],
  ],
  ['timestamp', ['2026-01-05 19:59:59', '2026-01-05 20:00:00Z', '2026-01-05T23:59:59']],
  ['timestamp', ['2026-01-05T09:00:00.123456789Z', '2200-01-01T00:30:00+01:00', '1989-12-31T23:30:00-01:00']],
  ['timestamp', ['1767603600', '1767603600.5', '631152000', '1767603600.', '1.767603600E+09'], form('epoch_s')],
  ['timestamp', ['1767603600000', '631152000000', '1767603600000.0', '1.7676036E+12'], form('epoch_ms')],
  ['timestamp', ['1767603600000000', '631152000000000'], form('epoch_us')],
  [
    'account_balance_usd',
    [
      '',
      '0',
      '-0',
      '007',
      '12.50',
      '-3',
      '9'.repeat(60),
      '1e5',
      '+5',
      '.5',
      '5.',
      ' 1',
      '1\t',
      '-1.5E-3',
      'NaN',
      'N/A',
    ],
  ],
  ['spam_flag', ['', 'true', 'FALSE', '1', '0', 't', 'f', 'yes', 'no', 'Y', 'n', '1.0', '0.0', 'null']],
  ['device', ['', ' ', 'NaN', '=1+1', '😀']],
  ['user_id', ['', 'NULL', 'u']],
  ['account_balance_usd', ['1.234,50', '12,5', '7', '-1.234.567', '+0,5'], { decimal: ',' }],
  ['timestamp', ['3/1/2024 9:05', '13/12/2024 23:59'], form('%d/%m/%Y %H:%M')],
  ['timestamp', ['1 mar 2024 9:05 pm', '2024-03-01T10:00Z'], form('%d %b %Y %I:%M %p', 'iso')],
  ['timestamp', ['01/Mar/2024:09:00:00 +0100'], form('%d/%b/%Y:%H:%M:%S %z')],
])('%s may be %j', async (column, cells, reading) => {
  expect(await verdicts(column, cells, reading)).toEqual(cells);
});

const NOT_ISO = 'timestamp not an ISO 8601 date or date-time';
const RANGE = 'timestamp out of range (1990 to 2199)';
it.each<[string, string, readonly string[], Partial<Reading>?]>([
  ['timestamp empty', 'timestamp', ['']],
  ['event_type empty', 'event_type', ['']],
  [NOT_ISO, 'timestamp', ['03/01/2024', 'yesterday', 'infinity', '2026-02-29', '2026-13-01', '2026-01-05T24:00:00Z']],
  [
    NOT_ISO,
    'timestamp',
    ['2026-01-05T09:60:00Z', '2026-01-05T09:00:60Z', '2026-01-05T 9:00:00Z', '2026-1-5', '1767603600'],
  ],
  [NOT_ISO, 'timestamp', ['2026-01-5  09:00:00', '2026-01-5T 09:00:00Z', '2026-01-05 24:00:00', '2026-01-05T09: 0:00']],
  [
    NOT_ISO,
    'timestamp',
    ['2026-01-05T09:00:00+16:00', '2026-01-05T09:00:00.1234567890Z', ' 2026-01-05', '2026-01-05Z', '2026-01-05 UTC'],
  ],
  [RANGE, 'timestamp', ['1989-12-31T23:59:59Z', '2200-01-01', '2200-06-01T00:00:00Z', '0001-01-01', '9999-12-31']],
  [RANGE, 'timestamp', ['1990-01-01T00:30:00+01:00', '2199-12-31T23:30:00-01:00']],
  [RANGE, 'timestamp', ['1767603600'], form('epoch_ms')],
  [
    'timestamp not a number of seconds since 1970',
    'timestamp',
    ['2026-01-05', '-1', '1e9', '1.76760E+09'],
    form('epoch_s'),
  ],
  [
    'timestamp not a number of milliseconds since 1970',
    'timestamp',
    ['1.76760E+12', '1767603600000,5'],
    form('epoch_ms'),
  ],
  ['timestamp not a number of microseconds since 1970', 'timestamp', ['yesterday'], form('epoch_us')],
  [
    'timestamp not like %d/%m/%Y %H:%M',
    'timestamp',
    ['12/13/2024 9:05', ' 3/1/2024 9:05', '3/1/2024', '30/02/2024 9:05', '3/1/24 9:05', '3/1/2024 24:00'],
    form('%d/%m/%Y %H:%M'),
  ],
  ['account_balance_usd not a number', 'account_balance_usd', ['1,234', '12,5'], { decimal: '.' }],
  [
    'account_balance_usd not a number',
    'account_balance_usd',
    ['Infinity', '1,000', '1_000', '0x10', '1 2', '１', '.', 'e5', '1e', '--1', '5 EUR', '#N/A'],
  ],
  ['spam_flag not a flag (true, false, 1 or 0)', 'spam_flag', ['maybe', '2', '-1', ' true', '1.00', 'on']],
])('%s: %s is not %j', async (says, column, cells, reading) => {
  expect(await verdicts(column, cells, reading)).toEqual(cells.map((cell) => `${cell}: ${says}`));
});
