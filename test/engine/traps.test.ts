/** What fast readers of CSV get wrong without a word, each on a log of its own. */
import { describe, expect, it } from 'vitest';
import type { Feature } from '../../src/catalogue/measures.js';
import { defaultConfig, defaultReading } from '../../src/config/settings.js';
import { LONG } from '../random.js';
import { find } from './find.js';

const HEADER = 'user_id,timestamp,event_type';
const row = (user: string, at = '2026-01-05T09:00:00Z'): string => `${user},${at},page_view\n`;

/** The users found, and what became of the rows: read, used, rejected. */
const outcome = async (log: string | Buffer): Promise<{ users: string[]; rows: number[]; lines: number[] }> => {
  const { rows, accounts, faults } = await find([log]);
  const { read, used, rejected } = accounts;
  return {
    users: rows.slice(1).map(([user = '']) => user),
    rows: [read, used, rejected],
    lines: faults.map(({ line }) => line),
  };
};

describe('rows', () => {
  it('are all read, however many bad ones lie between good ones', async () => {
    const [bad, good] = LONG ? [700_000, 100_000] : [70_000, 10_000];
    const log = `${HEADER}\n${row('a').repeat(1000)}${row('b', 'x').repeat(bad)}${row('c').repeat(good)}`;
    const { users, rows, lines } = await outcome(log);
    expect(users).toEqual(['a', 'c']);
    expect(rows).toEqual([1000 + bad + good, 1000 + good, bad]);
    expect([lines[0], lines.at(-1)]).toEqual([1002, 1001 + bad]);
  });

  it('that are there twice are told from those that are left out, whichever comes first', async () => {
    const events = Array.from({ length: 24_000 }, (_, i) => {
      const user = Math.floor(i / 6);
      const at = user % 2 === 0 ? `00.${i % 6}` : `0${i % 6}.0`;
      return `e${i},u${user},s${user},2026-01-05T09:00:${at}Z,page_view\n`;
    });
    const log = `event_id,user_id,session_id,timestamp,event_type\n${[...events, ...events.toReversed()].join('')}`;
    const exclude = { users: [], emailDomains: [], userAgents: [], bots: false, fasterThanHuman: true };
    const { accounts } = await find([log], { config: { ...defaultConfig, exclude }, threads: 4 });
    expect(accounts).toMatchObject({ read: 48_000, duplicate: 24_000, excluded: 12_000, used: 12_000 });
  });

  it('with text after a closing quote are rejected alone', async () => {
    const log = `${HEADER}\n${row('a')}${row('"b"x')}${row('"c"')}${row('d')}`;
    expect(await outcome(log)).toEqual({ users: ['a', 'c', 'd'], rows: [4, 3, 1], lines: [3] });
  });

  it('of too many or too few cells are rejected alone', async () => {
    const log = `${HEADER}\n${row('a')}b,2026-01-05\n${row('c,c')}${row('d')}`;
    expect(await outcome(log)).toEqual({ users: ['a', 'd'], rows: [4, 2, 2], lines: [3, 4] });
  });

  it('that end in CR LF are read after a header that ends in LF, and the other way round', async () => {
    const rows = row('a') + row('b');
    expect((await outcome(`${HEADER}\n${rows.replaceAll('\n', '\r\n')}`)).rows).toEqual([2, 2, 0]);
    expect((await outcome(`${HEADER}\r\n${rows}`)).rows).toEqual([2, 2, 0]);
  });
});

it('ids are text: none of these is another', async () => {
  const ids = ['007', '1', '100000', '1e5', '7', '1.0', '__proto__', 'inf', 'Null', 'true'];
  expect((await outcome(`${HEADER}\n${ids.map((id) => row(id)).join('')}`)).users).toEqual(ids.toSorted());
});

it('timestamps keep their offset, and have the machine’s zone never', async () => {
  const stamps = ['2026-01-05T09:00:00+02:00', '2026-01-05T07:00:00', '2026-01-05 07:00:00 UTC'];
  const { rows } = await find([`${HEADER}\n${stamps.map((at, i) => row(`u${i}`, at)).join('')}`]);
  const at = rows[0]?.indexOf('last_event_ts') ?? -1;
  expect(rows.slice(1).map((cells) => cells[at])).toEqual(Array(3).fill('2026-01-05T07:00:00Z'));
});

it.each(['1_000', 'Infinity', '-inf', '1e400', '1,000', '0x10', '٣', '5 EUR', '- 5'])(
  'the number %s is unknown, not read as another, and its row is used',
  async (number) => {
    const log = `${HEADER},account_balance_usd\na,2026-01-05,signup,1.5\nb,2026-01-05,signup,"${number}"\n`;
    const { rows, accounts, unreadable } = await find([log]);
    expect(accounts).toMatchObject({ read: 2, used: 2, rejected: 0 });
    expect(rows.slice(1).map((cells) => cells[rows[0]?.indexOf('account_balance_usd') ?? -1])).toEqual(['1.5', '']);
    expect(unreadable).toMatchObject([{ column: 'account_balance_usd', cells: 1, line: 3, cell: number }]);
  },
);

it('a column that nothing reads is not read: whatever it holds, no row and no cell fails by it', async () => {
  const log = `${HEADER},session_number,note,note\na,2026-01-05,signup,one,x,y\n`;
  expect(await find([log])).toMatchObject({ accounts: { used: 1 }, unreadable: [], faults: [] });
});

it.each(['03/01/2026', '2026-02-30', '2026-01-05T24:00:00Z', '2026-01-05T09:60:00Z', '0001-01-01', 'infinity', '0'])(
  'the timestamp %s is rejected, not guessed',
  async (stamp) => {
    expect(await outcome(`${HEADER}\n${row('a')}${row('b', stamp)}`)).toMatchObject({ users: ['a'], lines: [3] });
  },
);

it('a configured feature reads the column it names, however SQL would take the name', async () => {
  const log =
    'user_id,timestamp,event_type,device,Device,DEVICE,t,#file,where\n' +
    'ana,2026-01-05,signup,d1,d2,d3,4,f,1\nana,2026-01-06,signup,d1,d4,d3,5,g,2\nana,2026-01-07,signup,d1,d4,d5,5,g,x\n';
  const columns = { lower: 'device', upper: 'DEVICE', mixed: 'Device', t: 't', file: '#file', word: 'where' };
  const own = Object.fromEntries(
    Object.entries(columns).map(([name, column]): [string, Feature] => [
      name,
      { from: 'events', is: { op: 'distinct', column }, unit: 'values', says: name },
    ]),
  );
  const total: Feature = { from: 'events', is: { op: 'sum', column: 'where' }, unit: 'EUR', says: 'sum' };
  const features = { ...defaultConfig.features, ...own, total };
  const { rows, unreadable, accounts } = await find([log], { config: { ...defaultConfig, features } });
  const [header = [], ana = []] = rows;
  expect([...Object.keys(columns), 'total'].map((name) => ana[header.indexOf(name)])).toEqual([
    '1',
    '2',
    '2',
    '2',
    '2',
    '2',
    '3',
  ]);
  expect(unreadable).toMatchObject([{ line: 4, column: 'where', cell: 'x' }]);
  expect(accounts).toMatchObject({ read: 3, used: 3, rejected: 0 });
});

it.each([
  ['epoch_s', '1767603600.5', 'seconds'],
  ['epoch_ms', '1767603600000', 'milliseconds'],
  ['epoch_us', '1767603600000000', 'microseconds'],
] as const)('a timestamp that is no %s is called that', async (timestamp, good, unit) => {
  const config = { ...defaultConfig, events: [{ ...defaultReading, timestamp: [timestamp] }] };
  const { faults, accounts } = await find([`${HEADER}\n${row('a', good)}${row('b', '2026-01-05')}`], { config });
  expect(accounts).toMatchObject({ used: 1, rejected: 1 });
  expect(faults[0]?.reason).toContain(`${unit} since 1970`);
});
