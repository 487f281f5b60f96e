/** Quotients in SQL against the integers of JavaScript, and examples worked out by hand. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Feature } from '../../src/catalogue/measures.js';
import { defaultConfig } from '../../src/config/settings.js';
import { withEngine } from '../../src/engine/duckdb/open.js';
import { printQuotient, quotient } from '../../src/sql/decimals.js';
import { temporary } from '../config/temporary.js';
import { find } from '../engine/find.js';
import { examples, tries } from '../random.js';

const { folder } = temporary();

const size = (n: bigint): bigint => (n < 0n ? -n : n);

/** `of` / `per` to four decimals, halves away from zero; undefined if it is unknown. */
const exact = (of: bigint, per: bigint): string | undefined => {
  if (per === 0n || size(per) >= 10n ** 35n || size(of) / size(per) >= 10n ** 28n) return undefined;
  const rounded = (size(of) * 20_000n + size(per)) / (2n * size(per));
  const [whole, fraction] = [
    rounded / 10_000n,
    String(rounded % 10_000n)
      .padStart(4, '0')
      .replace(/0+$/, ''),
  ];
  const sign = of < 0n !== per < 0n && rounded > 0n ? '-' : '';
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
};

const LARGEST = 10n ** 38n - 1n;
const whole = (most: bigint): fc.Arbitrary<bigint> => fc.bigInt({ min: -most, max: most });
const any = fc.nat(38).chain((digits) => whole(10n ** BigInt(digits) - 1n));
const pairs = fc.oneof(
  fc.tuple(any, any),
  // Exact halves of the fourth decimal, and their neighbours.
  fc
    .tuple(whole(10n ** 20n), fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.constantFrom(-1n, 0n, 1n))
    .map(([n, per, by]): [bigint, bigint] => [(2n * n + 1n) * per + by, 20_000n * per]),
  fc.tuple(
    fc.constantFrom(LARGEST, -LARGEST, 10n ** 28n, 10n ** 28n - 1n, 0n, 1n),
    fc.constantFrom(1n, -1n, 3n, 10n ** 35n, 10n ** 35n - 1n, 0n, -(10n ** 10n)),
  ),
);

it('quotients are exact to four decimals, halves away from zero, or unknown where they are too large', async () => {
  const numbers = examples(pairs, tries(500, 5));
  const rows = numbers.map(([of, per], i) => `(${i}, '${of}'::HUGEINT, '${per}'::HUGEINT)`);
  const found = await withEngine(folder, { threads: 1 }, (engine) =>
    engine.rows(
      `SELECT ${printQuotient(quotient('a', 'b'))} FROM (VALUES ${rows.join(', ')}) AS pairs(i, a, b) ORDER BY i`,
    ),
  );
  expect(found.map(([text], i) => [...(numbers[i] ?? []), text ?? undefined])).toEqual(
    numbers.map(([of, per]) => [of, per, exact(of, per)]),
  );
});

const over = (is: Extract<Feature, { from: 'events' | 'sessions' }>['is']): Feature => ({
  from: 'events',
  is,
  unit: 'USD',
  says: is.op,
});
const ratio = (of: string, per: string): Feature => ({
  from: 'features',
  is: { op: 'ratio', of, per },
  unit: 'USD',
  says: 'ratio',
});
const OWN = {
  mean: over({ op: 'mean', column: 'account_balance_usd' }),
  least: over({ op: 'min', column: 'account_balance_usd' }),
  most: over({ op: 'max', column: 'account_balance_usd' }),
  most_per_least: ratio('most', 'least'),
  least_per_most: ratio('least', 'most'),
  per_event: ratio('most_per_least', 'total_events'),
};

const config = { ...defaultConfig, features: { ...defaultConfig.features, ...OWN } };

/** The features of each user of a log, by name. */
const featuresOf = async (log: string, asOf?: string): Promise<Record<string, string>[]> => {
  const { rows } = await find([log], { config, asOf });
  const [header = [], ...users] = rows;
  return users.map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i] ?? ''])));
};

it('means and ratios are those worked out by hand', async () => {
  const cases: [string[], Record<string, string>][] = [
    // 0.0001 / 2 is half of 0.0001.
    [['0.0001', '0'], { mean: '0.0001', most_per_least: '', least_per_most: '0' }],
    [['-0.0001', '0'], { mean: '-0.0001', most_per_least: '0', least_per_most: '' }],
    // Their mean is 2.67505, which is a little less in binary.
    [['2.67495', '2.67515'], { mean: '2.6751', most_per_least: '1.0001' }],
    [['-2.67495', '-2.67515'], { mean: '-2.6751', most_per_least: '0.9999', least_per_most: '1.0001' }],
    // A ratio of a ratio is one of the number that is printed: 0.3333 / 2 is 0.16665.
    [['3', '1'], { mean: '2', least_per_most: '0.3333', per_event: '1.5' }],
    [['1', '-3'], { mean: '-1', most_per_least: '-0.3333', least_per_most: '-3', per_event: '-0.1667' }],
    [['78049021379104.995'], { mean: '78049021379104.995', most_per_least: '1' }],
    [['0.00005', '0.00005', '0.00004'], { mean: '0', most_per_least: '1.25', per_event: '0.4167' }],
    [['', ''], { mean: '', least: '', most_per_least: '' }],
  ];
  const rows = cases.flatMap(([amounts], i) => amounts.map((amount) => `u${i},2026-01-05,search,${amount}\n`));
  const found = await featuresOf(`user_id,timestamp,event_type,account_balance_usd\n${rows.join('')}`);
  expect(found).toMatchObject(cases.map(([, expected]) => expected));
});

it('ages are those worked out by hand', async () => {
  // A ten-thousandth of a day is 8.64 seconds.
  const ages = {
    '2026-01-05T23:59:55.68Z': '0.0001',
    '2026-01-05T23:59:55.680001Z': '0',
    '2026-01-05T23:59:47.04Z': '0.0002',
    '2026-01-05T12:00:00Z': '0.5',
    '2026-01-05T16:00:00Z': '0.3333',
    '2026-01-05T08:00:00Z': '0.6667',
    '1990-01-01T00:00:00Z': '13154',
  };
  const rows = Object.keys(ages).map((at, i) => `u${i},${at},search,\n`);
  const found = await featuresOf(
    `user_id,timestamp,event_type,account_balance_usd\n${rows.join('')}`,
    '2026-01-06T00:00:00Z',
  );
  expect(found.map((user) => user['days_since_last_event'])).toEqual(Object.values(ages));
});
