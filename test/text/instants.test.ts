import { expect, it } from 'vitest';
import { isoInstant, parseInstant } from '../../src/text/instants.js';

const NINE = 1_769_850_000_000_000n; // 2026-01-31T09:00:00Z

it.each([
  ['2026-01-31', NINE - 9n * 3_600_000_000n],
  ['2026-01-31T09:00', NINE],
  ['2026-01-31 09:00:00', NINE],
  ['2026-01-31T09:00:00Z', NINE],
  ['2026-01-31 09:00 UTC', NINE],
  ['2026-01-31T09:00:00.25Z', NINE + 250_000n],
  ['2026-01-31T09:00:00.000001999', NINE + 1n],
  ['2026-01-31T11:00:00+02', NINE],
  ['2026-01-31T14:30+0530', NINE],
  ['2026-01-31T00:00:00-09:00', NINE],
  ['2026-02-01T00:59:00+15:59', NINE],
  ['2024-02-29', 1_709_164_800_000_000n],
  ['1969-12-31T23:59:59.5Z', -500_000n],
])('%s is %d', (text, microseconds) => {
  expect(parseInstant(text)).toBe(microseconds);
});

it.each([
  '',
  'now',
  '03/01/2026',
  '2026-1-31',
  '2026-02-30',
  '2025-02-29',
  '2026-13-01',
  '2026-00-10',
  '2026-01-31Z',
  '2026-01-31T9:00',
  '2026-01-31T24:00',
  '2026-01-31T09:60',
  '2026-01-31T09:00:60',
  '2026-01-31T09:00:00.',
  '2026-01-31T09:00:00.1234567890',
  '2026-01-31T09:00+16',
  '2026-01-31T09:00+02:60',
  '2026-01-31T09:00 CET',
  ' 2026-01-31',
  '2026-01-31\n',
])('%j is no instant', (text) => {
  expect(parseInstant(text)).toBeUndefined();
});

it.each([
  [NINE, '2026-01-31T09:00:00Z'],
  [NINE + 1n, '2026-01-31T09:00:00.000001Z'],
  [-500_000n, '1969-12-31T23:59:59.500000Z'],
])('%d is written as %s, and read back', (microseconds, text) => {
  expect(isoInstant(microseconds)).toBe(text);
  expect(parseInstant(text)).toBe(microseconds);
});
