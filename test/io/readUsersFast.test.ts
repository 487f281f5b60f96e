import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readUsersFast } from '../../src/io/readUsersFast.js';
import { readUsers, readUsersStrictly } from '../../src/io/readUsers.js';
import { featuresColumns, featuresCsv } from '../commands/gesture.js';
import { temporary } from '../config/temporary.js';
import { holdsAsync, tries } from '../random.js';
import { told } from './told.js';

const { write } = temporary();
const signals = ['signups', 'page_views'];
/** One of the signals is shown too. */
const wanted = { signals, shown: ['page_views'] };

// Never so few that all of them are refused.
const RUNS = Math.max(150, tries(150, 2));

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

/** A cell as it stands in a file: now and then quoted without need, seldom wrongly. */
const spelt = (cell: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(cell, fc.nat(99)).map(([text, dice]) => {
    if (dice === 0) return text;
    return dice < 20 || /[",\r\n]/.test(text) ? quoted(text) : text;
  });

const text = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('ana', 'ben', 'zoë', '😀', '007', '7', 'NaN', '__proto__', ' ana', "'") },
  { weight: 3, arbitrary: fc.constantFrom('', 'A, B', 'the "A"', '"', 'a\nb', 'a\r\nb', '\r', ',', '\uFEFF') },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);

const plainNumber = fc.oneof(
  fc.nat(60).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.nat(14)).map(([n, decimals]) => (n / 1e4).toFixed(decimals)),
  fc.constantFrom(
    '',
    '-0',
    '0.1',
    '00012',
    '9007199254740993',
    '0.30000000000000004',
    '1e3',
    '123456789012345.5',
    '-0.0',
  ),
);

const number = fc.oneof(
  { weight: 60, arbitrary: plainNumber },
  { weight: 1, arbitrary: fc.constantFrom('NaN', '1e400', '1.', '.5', '+1', '-', '1.2.3', ' 1', '1_000', '0x10', '١') },
);

const converted = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom('', '0', '1') },
  { weight: 1, arbitrary: fc.constantFrom('yes', '01', '2', ' ') },
);

/** A features file as a list of lines, sometimes with a fault in it. */
const file = fc
  .record({
    users: fc.array(fc.tuple(spelt(text), spelt(text), spelt(number), spelt(number), spelt(converted)), {
      maxLength: 6,
    }),
    columns: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
    end: fc.constantFrom('\n', '\n', '\r\n', '\r'),
    bom: fc.boolean(),
    last: fc.constantFrom('', '\n', '\n\n', '\r\n', '"', 'x'),
    cut: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(20) }),
    numbered: fc.boolean(),
  })
  .map(({ users, columns, end, bom, last, cut, numbered }) => {
    const header = ['user_id', 'username', 'signups', 'page_views', 'converted', 'city'];
    // Without numbers ids are often there twice.
    const rows = users.map(([id, ...cells], i) => [numbered ? `${i}${id.replaceAll('"', '')}` : id, ...cells, 'Oslo']);
    const lines = [header, ...rows].map((cells) => columns.map((column) => cells[column]).join(','));
    const all = `${bom ? '\uFEFF' : ''}${lines.join(end)}${last}`;
    return all.slice(0, all.length - cut);
  });

describe('the fast reader', () => {
  it('reads what the reader of record reads, or leaves the file to it', async () => {
    let taken = 0;
    await holdsAsync(
      fc.tuple(file, fc.integer({ min: 1, max: 64 })),
      async ([content, chunk]) => {
        const path = write('random.csv', content);
        const fast = await readUsersFast(path, wanted, { chunk });
        if (fast) taken++;
        const strict = fast && (await readUsersStrictly(path, wanted));
        expect(fast && told(fast)).toStrictEqual(strict && told(strict));
      },
      RUNS,
    );
    expect(taken).toBeGreaterThan(0);
  });

  it('reads what the reader of record reads, after any byte was changed', async () => {
    let taken = 0;
    const plain = Buffer.from(
      'user_id,username,signups,page_views,converted\nana,"A ""n"" a",1,0.25,0\nzoë,"a,\nb",,12,1\n9,,-3,1e3,\n',
    );
    await holdsAsync(
      fc.tuple(fc.nat(plain.length - 1), fc.constantFrom(...Buffer.from('",\n\r019.-ex\0\xff', 'latin1'))),
      async ([at, byte]) => {
        const path = write('changed.csv', Uint8Array.from(plain.with(at, byte)));
        const fast = await readUsersFast(path, wanted);
        if (fast) taken++;
        const strict = fast && (await readUsersStrictly(path, wanted));
        expect(fast && told(fast)).toStrictEqual(strict && told(strict));
      },
      RUNS,
    );
    expect(taken).toBeGreaterThan(0);
  });

  it('reads the times that the reader of record reads', async () => {
    const days = [1, 28, 29, 30, 31].flatMap((day) => [1, 2, 4, 12].map((month) => [month, day] as const));
    const usual = [2024, 2026, 1000, 9999].flatMap((year) =>
      days.map(([month, day]) => {
        const [mm, dd] = [month, day].map((n) => String(n).padStart(2, '0'));
        return `${year}-${mm}-${dd}T23:59:59Z`;
      }),
    );
    const odd = ['0999-01-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-00T00:00:00Z'];
    odd.push('2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z', '2026-01-01T00:00:60Z', '2026-01-01T00:0x:00Z', '');
    odd.push('2026-01-01t00:00:00Z', '2026-01-01 00:00:00Z', '2026-01-01T00:00:00.5Z', '2026-01-01T02:00:00+02', '-');
    for (const time of [...usual, ...odd]) {
      const path = write(
        'time.csv',
        `user_id,username,signups,page_views,converted,last_event_ts\nana,,1,1,0,${time}\n`,
      );
      const strict = await readUsersStrictly(path, { signals }).catch(() => undefined);
      const fast = await readUsersFast(path, { signals });
      expect([time, fast?.last(0)]).toStrictEqual([time, strict?.last(0)]);
    }
  });

  const rows = Array.from({ length: 20_000 }, (_, i) => ({
    user_id: `user ${(i * 7919) % 20_000}`,
    username: i % 3 === 0 ? `A "B"\nC, ${i}` : `Zoë ${i}`,
    signups: i % 5,
    page_views: i % 7 === 0 ? '' : (i / 3).toFixed(4),
    city: 'São Paulo',
  }));
  const plain = featuresCsv(rows);

  it.each([
    ['a large file, its ids in no order, line breaks in its names', plain],
    ['the same from a spreadsheet: CR LF and a BOM', `\uFEFF${plain.replaceAll('\n', '\r\n')}`],
    ['without a line break at its end', plain.trimEnd()],
    ['with blank lines at its end', `${plain}\n\n`],
    ['with no user', featuresCsv([])],
  ])('takes %s', async (_, content) => {
    const path = write('features.csv', content);
    const fast = await readUsersFast(path, { signals });
    expect(fast && told(fast)).toStrictEqual(told(await readUsersStrictly(path, { signals })));
  });

  it('takes records that end anywhere, each user once', async () => {
    const content = 'user_id,username,signups,page_views,converted,city\nana,Ana,1,2,0,"a\nb\nc"\nben,Ben,,3,1,"\n"\n';
    const path = write('chunks.csv', content);
    const expected = told(await readUsersStrictly(path, wanted));
    for (let chunk = 1; chunk <= content.length; chunk++) {
      const fast = await readUsersFast(path, wanted, { chunk });
      expect(fast && told(fast)).toStrictEqual(expected);
    }
  });

  it.each([
    ['a user twice, far apart', `${plain}${plain.split('\n').at(-2)}\n`],
    ['a record of a megabyte', `${plain}x,${'y'.repeat(1 << 20)}${',1'.repeat(featuresColumns.length - 2)}\n`],
    ['a quote that is not closed', `${plain}"`],
    ['bytes that are not UTF-8', Buffer.from(plain.replace('ë', '\u0001')).map((byte) => (byte === 1 ? 0xff : byte))],
  ])('leaves alone %s, and the reader of record says why', async (_, content) => {
    const path = write('features.csv', content);
    expect(await readUsersFast(path, { signals })).toBeUndefined();
    await expect(readUsers(path, { signals })).rejects.toMatchObject({ kind: 'data' });
  });

  it('leaves alone what cannot be read, such as a folder or no file', async () => {
    expect(await readUsersFast(write('here.csv', '').replace('here', 'not-here'), { signals })).toBeUndefined();
    expect(await readUsersFast('/', { signals })).toBeUndefined();
    expect(await readUsersFast('-', { signals })).toBeUndefined();
  });
});
