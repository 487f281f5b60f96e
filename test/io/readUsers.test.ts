import { describe, expect, it } from 'vitest';
import { defaultWeights } from '../../src/catalogue/weights.js';
import { readUsers, readUsersStrictly } from '../../src/io/readUsers.js';
import { featuresColumns, featuresCsv } from '../commands/gesture.js';
import { temporary } from '../config/temporary.js';

const { write } = temporary();
const signals = Object.keys(defaultWeights);
const USERS = [{ user_id: 'ana' }, { user_id: 'ben' }, { user_id: 'cy' }, { user_id: 'dot' }];

describe('a features file is refused, by file and line, with', () => {
  const cell = (column: string, value: string) =>
    featuresCsv([{ user_id: 'ana' }, { user_id: 'ben', [column]: value }]);
  it.each([
    ['NaN', cell('page_views', 'NaN'), ':3: page_views is "NaN"'],
    ['Infinity', cell('page_views', 'Infinity'), ':3: page_views is "Infinity"'],
    ['a number too large to be one', cell('page_views', '1e400'), ':3: page_views is "1e400"'],
    ['hexadecimal', cell('page_views', '0x10'), ':3: page_views is "0x10"'],
    ['a number with a comma', cell('page_views', '1,000'), ':3: page_views is "1,000"'],
    ['a blank', cell('page_views', ' '), ':3: page_views is " "'],
    ['a word for converted', cell('converted', 'yes'), ':3: converted is "yes", not 0, 1 or empty'],
    ['a user without id', featuresCsv([{ user_id: 'ana' }, { user_id: '' }]), ':3: user_id is empty'],
    ['a user twice', featuresCsv([{ user_id: 'ana' }, { user_id: 'ana' }]), ':3: user_id "ana" appears twice'],
    ['a header with a column twice', 'user_id,signups,signups\n', ':1: the column signups appears twice in the header'],
    [
      'a missing column',
      featuresCsv(USERS).replace('signups', 'sign_ups'),
      ':1: signups is missing. Did you mean "sign_ups"? Run `gesture features` with the same settings',
    ],
    ['an event log', 'user_id,timestamp,event_type\nana,2024-01-01,signup\n', 'This looks like an event log'],
    [
      'a row that is too short',
      `${featuresCsv(USERS)}\nana,Ana\n`,
      `:7: 2 cells under a header of ${featuresColumns.length}`,
    ],
    ['a quote that is never closed', `${featuresCsv(USERS)}"ana,Ana\n`, ':6: a quote is opened here and never closed'],
    [
      'a quote that is never closed, below one that is',
      `${featuresCsv(USERS)}"an\na","Ana\n`,
      ':7: a quote is opened here and never closed',
    ],
    ['text after a quote', `${featuresCsv(USERS)}"ana"x,Ana\n`, ':6: there is text after a closing quote'],
    [
      'a line break in a name, and then a fault',
      featuresCsv([
        { user_id: 'ana', username: 'A\nn\na' },
        { user_id: 'ben', signups: 'x' },
      ]),
      ':5: signups is "x"',
    ],
    ['an empty file', '', 'is empty'],
    ['bytes that are not UTF-8', Buffer.from([0x75, 0xff, 0xfe, 0x0a]), 'is not UTF-8 text'],
    ['UTF-16', Buffer.from('user_id,signups\n', 'utf16le'), 'has a NUL byte'],
  ])('%s', async (_, content, says) => {
    const reading = readUsers(write('features.csv', content), { signals });
    await expect(reading).rejects.toMatchObject({ kind: 'data', message: expect.stringContaining(says) });
  });

  it('a new feature whose name is near one that we have: no misspelling', async () => {
    const reading = readUsers(write('features.csv', featuresCsv(USERS)), { signals: ['recent_price_views'] });
    await expect(reading).rejects.toThrow('recent_price_views is missing. Run `gesture features`');
  });

  it('a quote that is never closed, far below: the line where it was opened', async () => {
    const many = featuresCsv(Array.from({ length: 20_000 }, (__, i) => ({ user_id: `u${i}`, username: 'A "B"\nC' })));
    const reading = readUsers(write('features.csv', `${many}"ana\n\n\n`), { signals });
    await expect(reading).rejects.toThrow(/features\.csv:40002: a quote is opened here/);
  });
});

describe('a features file is read', () => {
  const ids = async (content: string | Uint8Array) => [
    ...(await readUsers(write('features.csv', content), { signals })).ids,
  ];
  const plain = featuresCsv(USERS);

  it.each([
    ['with CRLF and a BOM, as Excel saves it', `\uFEFF${plain.replaceAll('\n', '\r\n')}`],
    ['with CR', plain.replaceAll('\n', '\r')],
    ['with blank lines', plain.replaceAll('\n', '\n\n')],
    ['without a line break at its end', plain.trimEnd()],
    ['with a column more', plain.replaceAll('\n', ',x\n')],
    [
      'with other columns first',
      plain
        .split('\n')
        .map((line) => line.split(',').toReversed().join(','))
        .join('\n'),
    ],
  ])('%s', async (_, content) => {
    expect(await ids(content)).toEqual(['ana', 'ben', 'cy', 'dot']);
  });

  it('cell by cell: empty is unknown, the rest plain numbers', async () => {
    const row = {
      user_id: 'ana',
      username: 'Ana',
      signups: '',
      page_views: '1e308',
      spam_rate: '0.25',
      bounce_rate: -3,
    };
    const users = await readUsers(write('features.csv', featuresCsv([{ ...row, converted: '' }])), { signals });
    const value = (signal: string) => users.values(0)[signals.indexOf(signal)];
    expect(['signups', 'page_views', 'spam_rate', 'bounce_rate'].map(value)).toEqual([NaN, 1e308, 0.25, -3]);
    expect([[...users.names], users.converted(0)]).toEqual([['Ana'], NaN]);
  });

  it('with no user at all', async () => {
    expect(await ids(featuresCsv([]))).toEqual([]);
  });
});

it.each([';', '\t'])(
  'a features file that a spreadsheet saved with %j and decimal commas is the same file',
  async (delimiter) => {
    const users = [
      { user_id: 'ana', page_views: '3', days_since_last_event: '0.25', account_balance_usd: '-120.5' },
      { user_id: 'ben', repeat_session_rate: '0.3333' },
    ];
    const plain = featuresCsv(users);
    const saved = plain
      .split('\n')
      .map((line) =>
        line
          .split(',')
          .map((cell) => cell.replace(/^(-?\d+)\.(\d+)$/, '$1,$2'))
          .join(delimiter),
      )
      .join('\r\n');
    const [a, b] = [
      await readUsers(write('plain.csv', plain), { signals }),
      await readUsers(write('saved.csv', saved), { signals }),
    ];
    expect([...b.ids]).toEqual([...a.ids]);
    for (const i of users.keys()) expect([...b.values(i)]).toEqual([...a.values(i)]);
  },
);

it('keeps the texts of optional columns if the file has them, whichever reader reads it', async () => {
  const plain = 'user_id,city,converted\na,Oslo,0\nb,,1\n';
  const wanted = { signals: [], shown: ['city'], optional: ['user_id', 'device'] };
  const path = write('optional.csv', plain);
  for (const users of [await readUsers(path, wanted), await readUsersStrictly(path, wanted)]) {
    expect(users.shown.map((texts) => [texts.at(0), texts.at(1)])).toEqual([
      ['Oslo', ''],
      ['a', 'b'],
      ['', ''],
    ]);
  }
});
