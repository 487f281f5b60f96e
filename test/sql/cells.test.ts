/** The grammar of cells, spelling by spelling: what is taken, what is refused, and in which words. */
import { expect, it } from 'vitest';
import { defaultConfig } from '../../src/config/settings.js';
import { type TimestampForm } from '../../src/model.js';
import { find } from '../engine/find.js';
import { toCsv } from '../oracle/logs.js';

/** Each cell in a row of its own under `column`: undefined where it is taken, else why it is not. */
const verdicts = async (column: string, cells: readonly string[], timestamp: TimestampForm = 'iso') => {
  const now = { iso: '2026-01-05', epoch_s: '1767603600', epoch_ms: '1767603600000', epoch_us: '1767603600000000' };
  const usual = new Map([
    ['user_id', 'u'],
    ['timestamp', now[timestamp]],
    ['event_type', 'search'],
  ]);
  const header = [...new Set([...usual.keys(), column])];
  const rows = cells.map((cell) => header.map((name) => (name === column ? cell : (usual.get(name) ?? ''))));
  const config = { ...defaultConfig, events: { ...defaultConfig.events, timestamp } };
  const { faults } = await find([toCsv({ header, rows })], { config });
  const said = new Map(faults.map((fault) => [fault.line, fault]));
  return cells.map((cell, i) => {
    const fault = said.get(i + 2);
    return fault ? `${cell}: ${fault.column} ${fault.reason}` : cell;
  });
};

it.each<[string, readonly string[], TimestampForm?]>([
  [
    'timestamp',
    ['1990-01-01', '1990-01-01T00:00:00Z', '2199-12-31T23:59:59.999999Z', '2024-02-29', '2026-01-05 09:00'],
  ],
  [
    'timestamp',
    ['2026-01-05T09:00+02', '2026-01-05T09:00:00-0330', '2026-01-05T23:59:59+15:59', '2026-01-05 09:00 UTC'],
  ],
  ['timestamp', ['2026-01-05T09:00:00.123456789Z', '2200-01-01T00:30:00+01:00', '1989-12-31T23:30:00-01:00']],
  ['timestamp', ['1767603600', '1767603600.5', '631152000'], 'epoch_s'],
  ['timestamp', ['1767603600000', '631152000000'], 'epoch_ms'],
  ['timestamp', ['1767603600000000', '631152000000000'], 'epoch_us'],
  ['account_balance_usd', ['', '0', '-0', '007', '12.50', '-3', '9'.repeat(60)]],
  ['spam_flag', ['', 'true', 'FALSE', '1', '0', 't', 'f', 'yes', 'no', 'Y', 'n']],
  ['device', ['', ' ', 'NaN', '=1+1', '😀']],
])('%s may be %j', async (column, cells, form) => {
  expect(await verdicts(column, cells, form)).toEqual(cells);
});

const NOT_ISO = 'timestamp not an ISO 8601 date or date-time';
const RANGE = 'timestamp out of range (1990 to 2199)';
it.each<[string, string, readonly string[], TimestampForm?]>([
  ['timestamp empty', 'timestamp', ['']],
  ['user_id empty', 'user_id', ['']],
  ['event_type empty', 'event_type', ['']],
  [NOT_ISO, 'timestamp', ['03/01/2024', 'yesterday', 'infinity', '2026-02-29', '2026-13-01', '2026-01-05T24:00:00Z']],
  [
    NOT_ISO,
    'timestamp',
    ['2026-01-05T09:60:00Z', '2026-01-05T09:00:60Z', '2026-01-05T 9:00:00Z', '2026-1-5', '1767603600'],
  ],
  [
    NOT_ISO,
    'timestamp',
    ['2026-01-05T09:00:00+16:00', '2026-01-05T09:00:00.1234567890Z', ' 2026-01-05', '2026-01-05Z', '2026-01-05 UTC'],
  ],
  [RANGE, 'timestamp', ['1989-12-31T23:59:59Z', '2200-01-01', '2200-06-01T00:00:00Z', '0001-01-01', '9999-12-31']],
  [RANGE, 'timestamp', ['1990-01-01T00:30:00+01:00', '2199-12-31T23:30:00-01:00']],
  [RANGE, 'timestamp', ['1767603600'], 'epoch_ms'],
  ['timestamp not a number of seconds since 1970', 'timestamp', ['2026-01-05', '-1', '1e9', '1767603600.'], 'epoch_s'],
  ['timestamp not a whole number of milliseconds since 1970', 'timestamp', ['1767603600000.5'], 'epoch_ms'],
  ['timestamp not a whole number of microseconds since 1970', 'timestamp', ['1767603600.5'], 'epoch_us'],
  [
    'account_balance_usd not a plain decimal number',
    'account_balance_usd',
    ['NaN', 'Infinity', '1e5', '+5', '.5', '5.', '1,000', '1_000', '0x10', ' 1', '１'],
  ],
  ['spam_flag not a flag (true, false, 1 or 0)', 'spam_flag', ['maybe', '2', '-1', ' true', 'null', 'on']],
])('%s: %s is not %j', async (says, column, cells, form) => {
  expect(await verdicts(column, cells, form)).toEqual(cells.map((cell) => `${cell}: ${says}`));
});
