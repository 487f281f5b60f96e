/** Settings can ask for much: whatever they may ask for takes seconds, and what would take more is refused. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { MAX_PATTERN_SIZE, patternSize } from '../../src/config/patterns.js';
import { temporary } from '../config/temporary.js';
import { LONG } from '../random.js';
import { find } from './find.js';

const { write } = temporary();

/** The features of the first user of a log with these settings, by name. The engine has a gigabyte. */
const measured = async (log: string, yaml: string, asOf?: string): Promise<Record<string, string>> => {
  const config = await loadConfig(write('gesture.yaml', yaml));
  const { rows } = await find([log], { config, asOf, memoryLimit: '1GB' });
  return Object.fromEntries((rows[0] ?? []).map((name, i) => [name, rows[1]?.[i] ?? '']));
};

const HEADER = 'user_id,timestamp,event_type\n';
const FOUR_EVENTS = `${HEADER}${'ana,2026-01-05T09:00:00Z,search\n'.repeat(4)}`;

const times = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('');
const ofEvents =
  (is: string, unit = 'events') =>
  (i: number): string =>
    `  f${i}: { from: events, is: ${is.replace('#', String(i))}, unit: ${unit}, says: x }\n`;
const ratio = (name: string, of: string, per: string): string =>
  `  ${name}: { from: features, is: { op: ratio, of: ${of}, per: ${per} }, unit: x, says: x }\n`;

/** A chain in which each ratio divides the one before it by the one before that. */
const chain = (n: number): string =>
  `features:\n${ratio('r1', 'total_events', 'two')}${ratio('r2', 'r1', 'total_events')}${times(n - 2, (i) => ratio(`r${i + 3}`, `r${i + 2}`, `r${i + 1}`))}  two: { from: events, is: { op: distinctDays }, unit: days, says: x }\n`;

describe('ratios of ratios', () => {
  it('60 of them are as fast as one, and right', async () => {
    const found = await measured(`${FOUR_EVENTS}ana,2026-01-06,search\n`.replace('search\n', 'signup\n'), chain(60));
    // Five events on two days: 2.5, 2.5 / 5 = 0.5, 0.5 / 2.5 = 0.2, 0.4, 2, 5, 2.5 and so on.
    const period = ['2.5', '0.5', '0.2', '0.4', '2', '5'];
    expect(Array.from({ length: 60 }, (_, i) => found[`r${i + 1}`])).toEqual(
      Array.from({ length: 10 }, () => period).flat(),
    );
  });

  it('100 are accepted, and 101 refused by the name of the last one', async () => {
    expect((await measured(FOUR_EVENTS, chain(100)))['r100']).toBe('0.25');
    await expect(measured(FOUR_EVENTS, chain(101))).rejects.toThrow(
      'features.r101: is over 100 ratios away from a measure',
    );
  });
});

describe('features', () => {
  it('may be 500', async () => {
    const yaml = `features:\n${times(500, ofEvents('{ op: countWhere, column: event_type, in: [search, x#] }'))}`;
    const found = await measured(FOUR_EVENTS, yaml);
    expect(Array.from({ length: 500 }, (_, i) => found[`f${i}`])).toEqual(Array(500).fill('4'));
  });

  it('may not be 501', async () => {
    const yaml = `features:\n${times(501, ofEvents('{ op: count }'))}`;
    await expect(measured(FOUR_EVENTS, yaml)).rejects.toThrow('features: has more than 500 features');
  });

  // Different values of different rows each take a table of their own, so that 500 would need more than a gigabyte.
  it.skipIf(!LONG).each([
    [500, '{ op: trend, days: 36500, where: { column: event_type, equals: x# } }', 'events'],
    [500, '{ op: activeInLast, days: 36500, where: { column: event_type, equals: x# } }', 'flag'],
    [500, '{ op: mean, column: amount, where: { column: event_type, equals: x# } }', 'EUR'],
    [500, '{ op: sum, column: amount, where: { column: event_type, matches: "x#|y" } }', 'EUR'],
    [500, '{ op: daysSinceLast, where: { column: event_type, equals: x# } }', 'days'],
    [500, '{ op: mode, column: event_type }', 'text'],
    [500, '{ op: latest, column: event_type }', 'text'],
    [100, '{ op: distinct, column: amount, where: { column: event_type, equals: x# } }', 'values'],
    [100, '{ op: distinctDays, where: { column: event_type, equals: x# } }', 'days'],
    [100, '{ op: everyOf, column: event_type, values: [x#, search] }', 'flag'],
  ])('may be %d of this kind: %s', { timeout: 30_000 }, async (n, is, unit) => {
    const log = `user_id,timestamp,event_type,amount\n${times(5000, (i) => `u${i % 50},2026-01-05,x${i % 500},${i}\n`)}`;
    const found = await measured(log, `features:\n${times(n, ofEvents(is, unit))}`);
    expect(Object.keys(found).filter((name) => /^f\d+$/.test(name))).toHaveLength(n);
  });
});

it('a conversion may ask for 3,000 event types', async () => {
  const types = Array.from({ length: 3000 }, (_, i) => `t${i}`);
  const yaml = `conversion: { all_of: [${types.join(', ')}] }\n`;
  const log = (all: readonly string[]): string => HEADER + all.map((type) => `ana,2026-01-05,${type}\n`).join('');
  expect((await measured(log(types), yaml))['converted']).toBe('1');
  expect((await measured(log(types.slice(1)), yaml))['converted']).toBe('0');
});

it('a window may have 36,500 days, counted back from as-of', async () => {
  const yaml = `features:\n${ofEvents('{ op: activeInLast, days: 36500 }', 'flag')(0)}${ofEvents('{ op: trend, days: 36500 }')(1)}`;
  // 36,500 days before 2026-01-05 is 1926-01-30, before any event; before 2100-01-01 it is 2000-01-26.
  expect(await measured(FOUR_EVENTS, yaml)).toMatchObject({ f0: '1', f1: '4' });
  const old = `${HEADER}ana,2000-01-26T00:00:00Z,search\nana,2000-01-25T00:00:00Z,search\n`;
  expect(await measured(old, yaml, '2100-01-01T00:00:00Z')).toMatchObject({ f0: '0', f1: '-2' });
  const newer = `${HEADER}ana,2000-01-26T00:00:00.000001Z,search\n`;
  expect(await measured(newer, yaml, '2100-01-01T00:00:00Z')).toMatchObject({ f0: '1', f1: '1' });
});

describe('a pattern', () => {
  const withPattern = (pattern: string): string =>
    `features:\n${ofEvents(`{ op: countWhere, column: event_type, matches: "${pattern}" }`)(0)}`;

  it.each([
    ['x{1000}', 1000],
    ['(a{10}b){50}', 550],
    ['(([a-z]\\\\d){5}){5,9}', 90],
    ['^(pricing|plans)[^]]*$', 15],
  ])('%s is accepted', async (pattern, size) => {
    expect(patternSize(pattern.replaceAll('\\\\', '\\'))).toBe(size);
    expect(await measured(FOUR_EVENTS, withPattern(pattern))).toMatchObject({ f0: '0' });
  });

  it.each(['x{1001}', '((a{10}){10}){11}', '(a{30}){34}', '(x|y{20}){50}', '(a{2,}){501}'])(
    '%s is refused for its size',
    async (pattern) => {
      expect(patternSize(pattern)).toBeGreaterThan(MAX_PATTERN_SIZE);
      await expect(loadConfig(write('gesture.yaml', withPattern(pattern)))).rejects.toThrow('is too large a pattern');
    },
  );

  it('of the largest size is matched against a long cell in no time', async () => {
    const log = `${HEADER}ana,2026-01-05,${'ab'.repeat(400_000)}\n`;
    expect(await measured(log, withPattern('(a|b|ab){249}c'))).toMatchObject({ f0: '0' });
  });
});
