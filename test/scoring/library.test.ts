/** The library: rows as files and databases hold them, weights that are checked, and the order of `gesture rank`. */
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultWeights, explain, loadConfig, rank, score } from '../../src/index.js';
import { checkWeights, type Weight } from '../../src/catalogue/weights.js';
import { call } from '../commands/call.js';
import { featuresCsv } from '../commands/gesture.js';
import { temporary } from '../config/temporary.js';
import { SCORING } from '../fixtures/scoring.js';
import { examples, holds, tries } from '../random.js';

const { folder } = temporary();

describe('the names in a row', () => {
  it('are checked by the compiler and when the row is read', () => {
    // @ts-expect-error a name that is no feature
    expect(() => score({ signup: 1 })).toThrow(/^signup: is no feature .*\. Did you mean "signups"\?$/);
    // @ts-expect-error the same for explain
    expect(() => explain({ pricing_page_view: 1 })).toThrow(/Did you mean "pricing_page_views"\?/);
    // @ts-expect-error the same for rank
    expect(() => rank([{ user_id: 'u1', signup: 1 }])).toThrow(/^row 1: signup: /);
    // @ts-expect-error a row without an id has no place in an order
    expect(() => rank([{ signups: 1 }])).toThrow(/^row 1: user_id: undefined is not an id$/);
    const weights = { calls: { ...defaultWeights.signups, points: 100 } };
    // @ts-expect-error a name that is not in these weights
    expect(() => score({ call: 1 }, { ...SCORING, weights })).toThrow(/Did you mean "calls"\?/);
    expect(score({ calls: 1, signups: 1 }, { ...SCORING, weights }).score).toBe(100);
    expect(() => score({ shoe_size: 1 } as object)).toThrow(/^shoe_size: is no feature .*\. Leave it out, or add it/);
  });

  it('can be those of all columns of user_features.csv and of the features of the settings', async () => {
    const path = join(folder, 'own.yaml');
    writeFileSync(
      path,
      `features: { calls: { from: events, is: { op: countWhere, column: event_type, equals: call }, unit: events, says: calls } }
weights: { calls: { points: 0, binary: true } }
show: [email]
`,
    );
    const config = await loadConfig(path);
    const context = { user_id: 'u1', username: 'Ana', last_event_ts: new Date(), converted: true, opted_out: null };
    expect(score({ ...context, signups: 1, total_events: 9 }).score).toBe(30);
    expect(score({ ...context, signups: 1, calls: 2, email: 'a@b.example' }, config).score).toBe(30);
    expect(() => score({ callz: 2 }, config)).toThrow(/Did you mean "calls"\?/);
  });
});

describe('the values in a row', () => {
  it.each([
    ['a bigint', 6n, 6],
    ['a decimal as text', '6', 6],
    ['a numeric as PostgreSQL returns it', '6.0000', 6],
    ['a bigint beyond 2 ** 53', 2n ** 64n, 2 ** 64],
    ['an exponent', '1.5e1', 15],
    ['an empty cell', '', null],
    ['null', null, null],
    ['undefined', undefined, null],
    ['NaN', Number.NaN, null],
  ])('%s', (_, given, value) => {
    const { contributions } = score({ pricing_page_views: given });
    expect(contributions.find(({ signal }) => signal === 'pricing_page_views')?.value).toBe(value);
  });

  it.each([
    ['NaN', '"NaN"'],
    ['1,000', '"1,000"'],
    ['0x10', '"0x10"'],
    [' 6', '" 6"'],
    [true, 'true'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [10n ** 400n, `1${'0'.repeat(400)}`],
    [new Date(0), 'a Date'],
    [[6], 'an array'],
    [{ value: 6 }, 'an object'],
    [() => 6, 'a function'],
  ])('%s is refused by name', (value, says) => {
    const row: object = { pricing_page_views: value };
    const message = expect.stringContaining(`pricing_page_views: ${says} is not a number: pass a number, a bigint`);
    expect(() => score(row)).toThrow(expect.objectContaining({ name: 'Failure', kind: 'data', message }));
  });

  it('do not compile if they cannot be numbers', () => {
    // @ts-expect-error a Date is no number
    expect(() => score({ signups: new Date(0) })).toThrow(/a Date/);
    // @ts-expect-error nor is a flag
    expect(() => score({ signups: true })).toThrow(/true is not a number/);
  });

  it('as numbers, as bigints and as text give the same score', () => {
    holds(fc.dictionary(fc.constantFrom(...Object.keys(defaultWeights)), fc.nat()), (row) => {
      const as = (change: (n: number) => unknown): object =>
        Object.fromEntries(Object.entries(row).map(([name, n]) => [name, change(n)]));
      expect(score(as(BigInt))).toEqual(score(row));
      expect(score(as(String))).toEqual(score(row));
    });
  });
});

describe('weights', () => {
  const weight = (more: object): Weight => ({ ...defaultWeights.signups, points: 100, ...more });

  it('of the catalogue break no rule', () => {
    expect(checkWeights(defaultWeights)).toEqual([]);
  });

  it.each([
    ['weights: the positive points sum to 90, not 100: add 10 to some signal', { points: 90 }],
    ['weights: the positive points sum to 0, not 100: add 100 to some signal', { points: -5 }],
    ['weights.x: points must be between -100 and 100, not 101', { points: 101 }],
    ['weights.x: points must be between -100 and 100, not NaN', { points: Number.NaN }],
    ['weights.x: points must have at most two decimals, not 0.125', { points: 0.125 }],
    ['weights.x: must have exactly one curve of binary, saturates_at,', { earns: {} }],
    ['weights.x: must have exactly one curve', { earns: { binary: true, rate: true } }],
    ['weights.x: must have exactly one curve', { earns: { steps: 3 } }],
    ['weights.x: binary must be true', { earns: { binary: false } }],
    ['weights.x: saturates_at must be a number above 0', { earns: { saturates_at: 0 } }],
    ['weights.x: half_life must be a number above 0', { earns: { half_life: Number.POSITIVE_INFINITY } }],
  ])('are refused: %s', (says, more) => {
    const scoring = { ...SCORING, weights: { x: weight(more) } };
    const failure = expect.objectContaining({ kind: 'usage', message: expect.stringContaining(says) });
    for (const use of [() => score({}, scoring), () => explain({}, scoring), () => rank([], scoring)])
      expect(use).toThrow(failure);
  });

  it.each<[string, unknown]>([
    ['the scoring is a promise: await loadConfig(...)', Promise.resolve(SCORING)],
    ['a scoring has weights and labels', { weights: SCORING.weights }],
    ['a scoring has weights and labels', 'weights'],
    ['weights.x: needs points, earns and phrase', { ...SCORING, weights: { x: { points: 100, saturates_at: 3 } } }],
    ['weights.gender: gender is never a signal', { ...SCORING, weights: { gender: weight({}) } }],
    ['labels: medium (30) must be below high (20)', { ...SCORING, labels: { high: 20, medium: 30 } }],
    ['labels: high must be a number from 0 to 100', { ...SCORING, labels: { high: Number.NaN, medium: 30 } }],
    ['labels: medium must be a number from 0 to 100', { ...SCORING, labels: { high: 60 } }],
  ])('and labels that no compiler has seen are refused: %s', (says, scoring) => {
    const failure = expect.objectContaining({ kind: 'usage', message: expect.stringContaining(says) });
    expect(() => Reflect.apply(score, undefined, [{}, scoring])).toThrow(failure);
  });

  it('that sum to more than 100 are refused with the difference', () => {
    const scoring = { ...SCORING, weights: { x: weight({}), y: weight({ points: 2.5 }) } };
    expect(() => score({}, scoring)).toThrow(/sum to 102\.5, not 100: take 2\.5 from some signal$/);
  });
});

describe('rank', () => {
  it('has the order, the numbers and the explanations of gesture rank', async () => {
    const days = fc.constantFrom('', '2026-01-29T00:00:00Z', '2026-01-30T12:00:00Z');
    const row = fc.record({
      user_id: fc.integer({ min: 0, max: 99_999 }).map(String),
      signups: fc.nat(1),
      spam_rate: fc.constantFrom('', 0, 0.5, 1),
      last_event_ts: days,
      converted: fc.constantFrom('', 0, 1),
      opted_out: fc.constantFrom('', 0, 1),
    });
    const rows = examples(
      fc.uniqueArray(row, { selector: ({ user_id: id }) => id, minLength: 5, maxLength: 20 }),
      tries(5, 1),
    );
    mkdirSync(join(folder, 'data'), { recursive: true });
    for (const some of rows) {
      writeFileSync(join(folder, 'data', 'user_features.csv'), featuresCsv(some));
      const { stdout } = await call(folder, [
        'rank',
        '--json',
        '--top',
        '99',
        '--exclude-converted',
        '--out',
        'top.csv',
      ]);
      const top: { rank: number; user_id: string; score: number }[] = JSON.parse(stdout).top;
      const csv: { user_id: string }[] = parse(readFileSync(join(folder, 'data', 'user_features.csv')), {
        columns: true,
      });
      const ranked = rank(csv, undefined, { excludeConverted: true });
      const pick = ({ rank: number, user_id, score: points }: (typeof top)[number]) => [number, user_id, points];
      expect(ranked.map(pick)).toEqual(top.map(pick));
      for (const { index, user_id } of ranked) expect(csv[index]?.user_id).toBe(user_id);
    }
  });

  it('breaks ties by the sum before the floor, the last activity, then the bytes of the id', () => {
    const rows = [
      { user_id: 10, spam_rate: 0.5 },
      { user_id: 9n, spam_rate: '0.25' },
      { user_id: 'b', last_event_ts: '2026-01-05' },
      { user_id: 'c', last_event_ts: new Date('2026-01-06') },
      { user_id: 'a', last_event_ts: null },
      { user_id: 'B', last_event_ts: '2026-01-05T00:00:00Z' },
    ];
    expect(rank(rows, SCORING).map(({ user_id }) => user_id)).toEqual(['c', 'B', 'b', 'a', '9', '10']);
  });

  it('says how long ago people were active in their own words, whoever else is ranked', () => {
    const old = { user_id: 'old', last_event_ts: '2026-01-01', days_since_last_event: 9 };
    const alone = rank([old])[0]?.explanation;
    const beside = rank([old, { user_id: 'new', last_event_ts: '2026-01-05' }]).find((one) => one.user_id === 'old');
    expect([beside?.explanation, alone]).toEqual([score(old).explanation, score(old).explanation]);
    expect(alone).toContain('9 days ago');
  });

  it.each<[string, object]>([
    ['top: must be a whole number', { top: -1 }],
    ['top: must be a whole number', { top: Number.NaN }],
    ['minScore: must be a number of points', { minScore: '60' }],
    ['label: must be one of high, medium, low, medium+', { label: 'hot' }],
    ['excludeConverted: must be true or false', { excludeConverted: 1 }],
    ['activeWithin: must be a number of seconds', { activeWithin: Number.NaN }],
    ['exclude_converted: is no option', { exclude_converted: true }],
  ])('refuses an option that means something else: %s', (says, options) => {
    expect(() => rank([], SCORING, options)).toThrow(
      expect.objectContaining({ kind: 'usage', message: expect.stringContaining(says) }),
    );
  });

  it('gives each user the score that they have alone, and lists as many as asked for', () => {
    const rows = [{ user_id: 'u1' }, { user_id: 'u2', signups: 1 }, { user_id: 'u3', signups: 1, opted_out: true }];
    expect(rank(rows)).toEqual([
      { rank: 1, user_id: 'u2', index: 1, ...score({ signups: 1 }) },
      { rank: 2, user_id: 'u1', index: 0, ...score({}) },
    ]);
    expect(rank(rows, SCORING, { top: 1 }).map(({ user_id }) => user_id)).toEqual(['u2']);
    expect(rank([])).toEqual([]);
  });

  it.each([
    [[{ user_id: 'u1' }, { user_id: 'u1' }], 'row 2: user_id: "u1" appears twice'],
    [[{ user_id: '7' }, { user_id: 7 }], 'row 2: user_id: "7" appears twice'],
    [[{ user_id: '' }], 'row 1: user_id: "" is not an id'],
    [[{ user_id: 1.5 }], 'row 1: user_id: 1.5 is not an id'],
    [[{ user_id: 'u1', converted: 'yes' }], 'row 1: converted: "yes" is not 0, 1, true, false or null'],
    [[{ user_id: 'u1', opted_out: 2 }], 'row 1: opted_out: 2 is not 0, 1, true, false or null'],
    [[{ user_id: 'u1', last_event_ts: 'Friday' }], 'row 1: last_event_ts: "Friday" is not a Date or an ISO 8601 time'],
    [
      [{ user_id: 'u1', last_event_ts: new Date(Number.NaN) }],
      'row 1: last_event_ts: an invalid Date is not a Date or',
    ],
    [[{ user_id: 'u1' }, { user_id: 'u2', signups: 'many' }], 'row 2: signups: "many" is not a number'],
  ])('refuses %j: %s', (rows, says) => {
    expect(() => rank(rows)).toThrow(says);
  });
});
