/** Logs of JSON lines: which lines are used, and what their cells are. */
import { describe, expect, it } from 'vitest';
import { type Config, defaultConfig, defaultReading } from '../../src/config/settings.js';
import type { Feature } from '../../src/catalogue/measures.js';
import { find } from './find.js';
import { whyNot } from './whyNot.js';

/** A line of JSON: a signup of ana with these cells, which are JSON themselves. */
const line = (cells: Readonly<Record<string, string>> = {}): string => {
  const all = { user_id: '"ana"', timestamp: '"2026-01-05"', event_type: '"signup"', ...cells };
  return `{${Object.entries(all)
    .map(([key, json]) => `${JSON.stringify(key)}:${json}`)
    .join(',')}}`;
};

const plan: Feature = { from: 'events', is: { op: 'latest', column: 'plan' }, unit: 'text', says: 'plan' };
const withPlan: Config = { ...defaultConfig, features: { ...defaultConfig.features, plan } };

/** The users, a column of theirs, and the rejected rows of a log. */
const outcome = async (lines: readonly string[], column = 'username', config = defaultConfig) => {
  const { rows, faults, unreadable } = await find([lines.join('\n')], { config });
  const at = rows[0]?.indexOf(column) ?? -1;
  return {
    cells: rows.slice(1).map((row) => [row[0], row[at]]),
    faults: faults.map(({ line: n, column: name, reason }) => `${n} ${name}: ${reason}`),
    unreadable: unreadable.map(({ line: n, column: name, reason }) => `${n} ${name}: ${reason}`),
  };
};

it('a key that only comes in line 1,201 is found, if a feature needs it', async () => {
  const lines = [...Array<string>(1200).fill(line()), line({ plan: '"pro"' }), line({ timestamp: '"2026-01-04"' })];
  expect(await outcome(lines, 'plan', withPlan)).toEqual({ cells: [['ana', 'pro']], faults: [], unreadable: [] });
});

it('ids keep their spelling', async () => {
  const ids = ['1.10', '1.1', '1e5', '100000', '-0', '0', '12345678901234567890', '12345678901234567891', '0.0000001'];
  const { cells } = await outcome([...ids, '"1.100"'].map((id) => line({ user_id: id })));
  expect(cells.map(([id]) => id)).toEqual([...ids, '1.100'].toSorted());
});

it('the last of two cells of one key counts', async () => {
  expect(await outcome([`{"username":"Ana","username":"Anna",${line().slice(1)}`])).toMatchObject({
    cells: [['ana', 'Anna']],
  });
});

it('carriage returns may stand between tokens, at the end of lines and of the file', async () => {
  const lines = [line().replaceAll(',', ',\r'), `${line({ user_id: '"ben"' })}\r`, `${line({ user_id: '"cem"' })}\r`];
  expect((await outcome(lines)).cells.map(([id]) => id)).toEqual(['ana', 'ben', 'cem']);
});

describe('a text that no file can hold', () => {
  const deep = `${'['.repeat(2000)}${']'.repeat(2000)}`;
  it.each([
    ['half of a character', '"\\ud800"', 'not text: it holds half of a character'],
    ['the other half alone', '"a\\udc00b"', 'not text: it holds half of a character'],
    ['a NUL character', '"a\\u0000b"', 'not text: it holds a NUL character'],
    ['2,000 levels of lists', deep, 'nested too deeply'],
  ])('%s: is unknown in a column that is used, and named by it', async (_, json, says) => {
    const used = [line(), line({ username: json }), line({ plan: json })];
    expect(await outcome(used, 'plan', withPlan)).toMatchObject({
      faults: [],
      unreadable: [`3 plan: ${says}`, `2 username: ${says}`],
    });
    expect(await outcome([line({ note: json })])).toEqual({ cells: [['ana', '']], faults: [], unreadable: [] });
    expect((await outcome([line(), line({ user_id: json })])).faults).toEqual([`2 user_id: ${says}`]);
  });

  it('both halves of a character are one', async () => {
    expect((await outcome([line({ username: '"\\ud83d\\ude00"' })])).cells).toEqual([['ana', '😀']]);
  });
});

it('a long cell that many columns use is rejected alone', async () => {
  const names = ['username', 'location_city', 'gender', 'device', 'session_id', 'recent_pages_viewed'];
  const columns = Object.fromEntries(names.map((name) => [name, 'note']));
  const config = { ...defaultConfig, events: [{ ...defaultReading, columns }] };
  const lines = [line({ note: '"1"' }), line({ note: `"${'9'.repeat(900_000)}"` })];
  expect(await outcome(lines, 'username', config)).toEqual({
    cells: [['ana', '1']],
    faults: ['2 : its cells have over two megabytes'],
    unreadable: [],
  });
});

describe('a log is read fast', () => {
  const many = Array.from({ length: 3000 }, (_, i) => {
    const instant = new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString().replace('.000', '');
    const user = i % 3 === 0 ? String(i % 7) : `"user, ${i % 7}"`;
    const username = i % 2 === 0 ? 'null' : '"Zo\\u00eb"';
    return { event_id: `"e${i}"`, user_id: user, timestamp: `"${instant}"`, username };
  });
  const lines = many.map((cells) => line(cells));
  const rows = many.map(({ username, ...cells }) => [
    ...Object.values(cells),
    username === 'null' ? '' : 'Zoë',
    'signup',
  ]);
  const bare = rows.map((cells) => cells.with(3, ''));
  const toCsv = (some: readonly string[][]): string =>
    ['event_id,user_id,timestamp,username,event_type', ...some.map((cells) => cells.join(','))].join('\n');

  it('if all of its lines are objects that can be copied', async () => {
    expect(await whyNot([lines.join('\n')])).toBeUndefined();
    const [found, expected] = [await find([lines.join('\n')]), await find([toCsv(rows)])];
    expect([found.csv, found.accounts]).toEqual([expected.csv, expected.accounts]);
  });

  it('as an array too', async () => {
    expect(await whyNot([`[${lines.join(',')}]`])).toBeUndefined();
    expect((await find([`[${lines.join(',')}]`])).csv).toBe((await find([toCsv(rows)])).csv);
  });

  const PLAIN = many.map(({ event_id, user_id, timestamp }) => line({ event_id, user_id, timestamp }));
  const AGAIN = 'an event may be there twice';
  it.each<[string, (readonly [number, number])[], string | undefined]>([
    ['in a file', [[0, 3000]], undefined],
    [
      'from file to file',
      [
        [0, 1500],
        [1500, 3000],
      ],
      undefined,
    ],
    [
      'within each file, but not from one to the next',
      [
        [1500, 3000],
        [0, 1500],
      ],
      undefined,
    ],
    [
      'within each file, and some are in both',
      [
        [0, 1600],
        [1500, 3000],
      ],
      AGAIN,
    ],
  ])('whose ids grow %s', async (_, parts, why) => {
    const texts = parts.map(([from, to]) => PLAIN.slice(from, to).join('\n'));
    expect(await whyNot(texts)).toBe(why);
    const [found, expected] = [await find(texts), await find(parts.map(([from, to]) => toCsv(bare.slice(from, to))))];
    expect([found.csv, found.accounts]).toEqual([expected.csv, expected.accounts]);
  });

  it.each([
    ['a line is no object', '{', 'records cannot be copied', ['2901 ']],
    [
      'a row is rejected',
      line({ event_id: '"x"', timestamp: '"soon"' }),
      'only rows of CSV are located',
      ['2901 timestamp'],
    ],
    ['a cell is lost', line({ event_id: '"x"', username: '"\\ud800"' }), 'records cannot be copied', []],
  ])('but not if %s', async (_, text, why, places) => {
    const log = lines.with(2900, text).join('\n');
    expect(await whyNot([log])).toBe(why);
    const { csv, faults, unreadable } = await find([log]);
    expect(faults.map((fault) => `${fault.line} ${fault.column}`)).toEqual(places);
    expect(unreadable.map((cell) => `${cell.line} ${cell.column}`)).toEqual(places.length > 0 ? [] : ['2901 username']);
    const instead = places.length > 0 ? [] : [['x', 'ana', '2026-01-05', '', 'signup']];
    expect(csv).toBe((await find([toCsv(rows.toSpliced(2900, 1, ...instead))])).csv);
  });
});
