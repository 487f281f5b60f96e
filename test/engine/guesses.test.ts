/** A log is read by a guess from its first rows. Here the rest is not like them, and the answer has to be the same. */
import { describe, expect, it } from 'vitest';
import { type Config, defaultConfig, defaultReading, type Reading } from '../../src/config/settings.js';
import { oracle } from '../oracle/oracle.js';
import { THOROUGH } from '../random.js';
import { find } from './find.js';

const HEADER =
  'event_id,user_id,session_id,timestamp,event_type,username,gender,device,is_repeat_session,bounce_flag,spam_flag';

/** More rows than are looked at for a guess; each user has several sessions, and each session several devices. */
const ROWS = 5000;

/** The row that is number `i` of all, all cells known. */
const row = (i: number): string[] => [
  `e${10_000 + i}`,
  `u${i % 97}`,
  `s${Math.floor(i / 970)}`,
  new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString().replace('.000', ''),
  i % 5 === 0 ? 'signup' : 'page_view',
  `name ${i % 13}`,
  i % 2 === 0 ? 'female' : 'male',
  ['desktop', 'mobile'][(i * 7) % 2] ?? '',
  `${Number(i >= 970)}`,
  `${(i >> 3) % 2}`,
  i % 11 === 0 ? 'true' : 'false',
];

const log = (change: (cells: string[], i: number) => void, from = 0, to = ROWS, without: string[] = []): string => {
  const rows = Array.from({ length: to - from }, (_, n) => {
    const cells = row(from + n);
    change(cells, from + n);
    return cells;
  });
  const header = HEADER.split(',');
  const kept = (cells: string[]): string => cells.filter((_, i) => !without.includes(header[i] ?? '')).join(',');
  return `${[header, ...rows].map(kept).join('\n')}\n`;
};

/** Rows and accounts, by the engine and by the oracle. */
const both = async (texts: string[], asOf?: string): Promise<[unknown, unknown]> => {
  const [{ rows, accounts }, expected] = [await find(texts, { asOf }), oracle(texts, { asOf })];
  const { read, used, rejected, duplicate, withoutUser, later } = accounts;
  const wanted = [expected.read, expected.used, expected.rejected.length, expected.duplicate];
  return [
    [rows, read, used, rejected, duplicate, withoutUser, later],
    [expected.rows, ...wanted, expected.withoutUser, expected.later],
  ];
};

const LOGS: [string, string[]][] = [
  ['that knows all about its sessions', []],
  ['without flags', ['is_repeat_session', 'bounce_flag', 'spam_flag']],
  ['without ids of sessions', ['session_id', 'is_repeat_session']],
  ['without devices', ['device']],
];

const CHANGES: [string, (cells: string[], i: number) => void][] = [
  ['in nothing: it is', () => undefined],
  ['since some names are empty', (cells, i) => i > 4000 && i % 3 > 0 && (cells[5] = '')],
  ['since no name is empty', (cells, i) => i < 4000 && i % 3 > 0 && (cells[5] = '')],
  ['since there is a third device', (cells, i) => i > 2100 && (cells[7] = 'Tablet')],
  ['since there are many devices', (cells, i) => i > 100 && (cells[7] = `phone ${i % 29}`)],
  ['since devices have names that are not spelled into SQL', (cells, i) => (cells[7] = i % 2 === 0 ? "it's" : '東京')],
  ['since no device is known', (cells, i) => i > 3000 && (cells[7] = '')],
  ['since some flags are empty', (cells, i) => i > 4000 && i % 3 > 0 && (cells[9] = '')],
  ['since no flag is known', (cells, i) => i > 2048 && (cells[8] = '')],
  ['since there is a third device after many rows', (cells, i) => i > 4990 && (cells[7] = 'Tablet')],
  ['since sessions have ids', (cells, i) => i < 4000 && (cells[2] = '')],
  ['since flags are known', (cells, i) => i < 4000 && (cells[9] = '')],
  ['since some sessions have no id', (cells, i) => i > 4000 && i % 3 > 0 && (cells[2] = '')],
  ['since no session has an id', (cells) => (cells[2] = '')],
  ['since an id comes twice', (cells, i) => i === 4500 && (cells[0] = 'e14499')],
  ['since an id of long ago comes again', (cells, i) => i === 4999 && (cells[0] = 'e10001')],
  ['since ids begin anew', (cells, i) => i > 4500 && (cells[0] = `a${i}`)],
  ['since an event has no id', (cells, i) => i === 4500 && (cells[0] = '')],
  ["since some rows are nobody's", (cells, i) => i > 2100 && i % 3 > 0 && (cells[1] = '')],
  ['since a user is a null word', (cells, i) => i === 4900 && (cells[1] = 'NULL')],
  ['since a row is wrong', (cells, i) => i === 4500 && (cells[3] = 'yesterday')],
];

/** The short run tries every third change of the first log. */
describe.each(THOROUGH ? LOGS : LOGS.slice(0, 1))('a log %s, whose end is not like its beginning', (_, without) => {
  it.each(THOROUGH ? CHANGES : CHANGES.filter((_change, i) => i % 3 === 0))('%s', async (_when, change) => {
    const [found, expected] = await both([log(change, 0, ROWS, without)]);
    expect(found).toEqual(expected);
  });
});

/** Between the rows 3,000 and 4,999 something begins, before or after which the log is cut. */
describe.each(['2026-01-03T02:00:00Z', '2026-01-04T04:40:00Z'])('a log as of %s', (asOf) => {
  it.each(THOROUGH ? CHANGES : CHANGES.slice(-4))('whose end is not like its beginning: %s', async (_when, change) => {
    const [found, expected] = await both([log(change)], asOf);
    expect(found).toEqual(expected);
  });
});

describe('ids that grow', () => {
  it('from file to file: none comes twice', async () => {
    const [found, expected] = await both([log(() => undefined, 0, 300), log(() => undefined, 300, 600)]);
    expect(found).toEqual(expected);
  });

  it('within each file, but not from one to the next', async () => {
    const [found, expected] = await both([log(() => undefined, 300, 600), log(() => undefined, 0, 300)]);
    expect(found).toEqual(expected);
  });

  it('within each file, and one is in both', async () => {
    const [found, expected] = await both([log(() => undefined, 0, 400), log(() => undefined, 200, 600)]);
    expect(found).toEqual(expected);
  });

  it('in another column than that of the ids, where one comes twice', async () => {
    const lines = [0, 1, 0, 2].map((i, at) => [`u${at}`, ...row(i).toSpliced(1, 1)].join(','));
    const header = HEADER.replace('event_id,user_id', 'user_id,event_id');
    const [found, expected] = await both([`${[header, ...lines].join('\n')}\n`]);
    expect(found).toEqual(expected);
  });
});

describe.each(THOROUGH ? LOGS : LOGS.slice(0, 2))('a log %s, with ids of two numbers', (_, without) => {
  // The engine's own hash is the same for the 2k-th and the next of these.
  const twin = (k: number): string => `_0000${k % 2 === 0 ? 13 : 18}00${k >> 1}_000${k % 2 === 0 ? 0 : 7}`;

  it('counts each of them', async () => {
    const change = (cells: string[], i: number): void => {
      cells[2] = `s${twin(Math.floor(i / 970))}`;
    };
    const [found, expected] = await both([log(change, 0, ROWS, without)]);
    expect(found).toEqual(expected);
  });
});

describe('a null word that could be a value, far behind the first rows', () => {
  it.each([
    ['number', 11, '-1'],
    ['flag', 8, 'f'],
    ['time', 3, '2026-01-04T00:00:00Z'],
  ])('is no %s', async (_kind, at, word) => {
    const reading: Reading = { ...defaultReading, unknown: [word] };
    const config: Config = { ...defaultConfig, events: [reading] };
    const lines = (cell: string): string[] =>
      Array.from({ length: ROWS }, (_, i) =>
        [...row(i), '5'].map((value, column) => (i > 4850 && column === at ? cell : value)).join(','),
      );
    const [said, empty] = await Promise.all(
      [word, ''].map((cell) => find([[`${HEADER},account_balance_usd`, ...lines(cell), ''].join('\n')], { config })),
    );
    expect(said?.rows).toEqual(empty?.rows);
    expect(said?.accounts).toEqual(empty?.accounts);
  });
});
