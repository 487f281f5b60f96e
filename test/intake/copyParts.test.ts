/** A large log of JSON lines is copied by several threads: together they copy what one copies. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyJsonLines } from '../../src/intake/copyJsonLines.js';
import type * as CopyParts from '../../src/intake/copyParts.js';
import type { JsonLog } from '../../src/intake/copyObject.js';
import { type Part, partsOf, WHOLE } from '../../src/io/parts.js';
import { temporary } from '../config/temporary.js';

// A thread runs a file, so the program as it was built is tested.
const built: typeof CopyParts = await import(new URL('../../dist/intake/copyParts.js', import.meta.url).href);

const { folder } = temporary();

const LINES = [
  '\uFEFF{"user_id":"ana","note":"plain"}',
  String.raw`{"user_id":"b\u0065n","note":"escaped"}`,
  '',
  '{"user_id":"cem","note":"a, comma"}\r',
  'not JSON',
  '{"user_id":{"deep":[1]},"note":"an object"}',
  '{"user_id":"d\u0000","note":"a NUL character"}',
  String.raw`{"user_id":"eva","note":"half \ud83d of a character"}`,
  '  ',
  '{"user_id":"finn"}',
];

/** A log of these lines. */
const logOf = (name: string, lines: readonly string[]): JsonLog => {
  const path = join(folder, name);
  writeFileSync(path, lines.join('\n'));
  const columns = new Map(['user_id', 'note'].map((column, at) => [column, [{ at, within: [column] }]]));
  return { name, path, columns, delimiter: ',', reading: { unknown: ['NULL'], unknownIn: {} } };
};

/** The lines of the copies of parts, and what was counted. */
const copied = async (log: JsonLog, parts: readonly Part[]) => {
  const to = parts.map((_, i) => join(folder, `${parts.length}.${i}.csv`));
  const seen: number[] = [];
  const tally = await built.copyParts(log, parts, to, (n) => seen.push(n));
  return {
    text: to.map((path) => readFileSync(path, 'latin1')).join(''),
    tally,
    seen: seen.reduce((a, b) => a + b, 0),
  };
};

describe('the parts of a log', () => {
  const log = logOf('log.ndjson', Array.from({ length: 5 }, () => LINES).flat());

  it('are as many as threads, but none is too small', async () => {
    expect(await partsOf(log.path, 3)).toEqual([{ from: 0, to: Infinity }]);
    expect(await partsOf(log.path, 3, 10)).toHaveLength(3);
    expect(await partsOf(log.path, 99, 10)).toHaveLength(8);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('hold what one thread copies, in the same order: %s', async (threads) => {
    const whole = join(folder, 'whole.csv');
    const tally = await copyJsonLines(log, whole, undefined);
    expect(tally.records).toBe(26);
    expect(tally.faults.map(({ line }) => line).slice(0, 3)).toEqual([5, 7, 11]);
    const text = readFileSync(whole, 'latin1');
    const parts = await partsOf(log.path, threads, 10);
    expect(await copied(log, parts)).toEqual({ text, tally, seen: 50 });
  });

  it.each<[string, string[], string[]]>([
    ['grow', ['e8', 'e9', 'e10', 'e11', 'f00'], ['e8', 'f00']],
    ['do not: one comes again', ['e1', 'e2', 'e3', 'e3', 'e4'], []],
    ['do not: one is less', ['e1', 'e2', 'e4', 'e3', 'e5'], []],
    ['do not from part to part', ['e5', 'e6', 'e1', 'e2', 'e3'], []],
    ['do not: one is a word for none', ['AAA', 'MMM', 'NULL', 'PPPP', 'QQQQ'], []],
    ['do not: one is empty', ['', 'e1', 'e2', 'e3', 'e4'], []],
    ['may not: one is written with an escape', ['e1', String.raw`e\u0032`, 'e3', 'e4', 'e5'], []],
  ])('have ids that %s', async (_, ids, ends) => {
    const pad = 'x'.repeat(20);
    const lines = ids.map((id) => `{"note":"${pad}","event_id":"${id}"}`);
    const { columns, ...plain } = logOf('ids.ndjson', lines);
    const events = { ...plain, columns: new Map([...columns, ['event_id', [{ at: 2, within: ['event_id'] }]]]) };
    for (const threads of [1, 5]) {
      const { tally } = await copied(events, await partsOf(events.path, threads, 10));
      const { first, last } = tally.ascending ?? {};
      expect([first, last].filter((id) => id !== undefined).map((id) => Buffer.from(id).toString())).toEqual(ends);
    }
    const twice = new Map([...columns, ['event_id', [2, 0].map((at) => ({ at, within: ['event_id'] }))]]);
    expect((await copied({ ...events, columns: twice }, [WHOLE])).tally.ascending).toBeUndefined();
  });

  it('are one if a line is too long to divide the log', async () => {
    const long = logOf('long.ndjson', [...LINES, `{"user_id":"${'x'.repeat(3 << 20)}"}`, ...LINES]);
    expect(await partsOf(long.path, 2, 10)).toEqual([{ from: 0, to: Infinity }]);
  });

  it('name the line that cannot be copied, the first if there are several', async () => {
    const tooLong = `{"user_id":"${'x'.repeat((1 << 20) + 1)}"}`;
    const two = logOf('long2.ndjson', [...LINES, tooLong, ...LINES, tooLong, ...LINES]);
    const second = Buffer.byteLength([...LINES, tooLong, ''].join('\n'));
    const parts = [
      { from: 0, to: second },
      { from: second, to: Infinity },
    ];
    await expect(copied(two, parts)).rejects.toMatchObject({ line: 11, message: /longer than a megabyte/ });
  });

  it('fail as the disk does', async () => {
    const to = [join(folder, 'missing', 'copy.csv')];
    const failing = built.copyParts(log, [{ from: 0, to: Infinity }], to, undefined);
    await expect(failing).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
