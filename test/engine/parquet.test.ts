/** Logs in Parquet: what the columns are called, what is in their bytes, and what is wrong with them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Config, defaultConfig, defaultReading } from '../../src/config/settings.js';
import { withEngine } from '../../src/engine/duckdb/open.js';
import { temporary } from '../config/temporary.js';
import { find, resolved } from './find.js';
import { whyNot } from './whyNot.js';

const { folder, write } = temporary();

/** Writes the rows of a query to a Parquet file, and returns its path. */
const parquet = async (sql: string, name = 'log.parquet'): Promise<string> => {
  const path = join(folder, name);
  await withEngine(folder, {}, (engine) =>
    engine.run(`COPY (${sql}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`),
  );
  return path;
};

/** SQL of a row: an event of ana, with further columns. */
const row = (columns = '', user = "'ana'", at = '2026-01-05'): string =>
  `SELECT ${user} AS user_id, '${at}' AS timestamp, 'signup' AS event_type${columns === '' ? '' : `, ${columns}`}`;

/** The cells of a feature, and the rejected rows; both readers must find the same. */
const outcome = async (path: string, feature = 'user_id') => {
  const [plainly, strictly] = [
    await find([], { inputs: [path] }),
    await find([], { inputs: [path], asOf: '2026-02-01' }),
  ];
  const [ofPlain, ofStrict] = [plainly, strictly].map(({ rows, accounts, faults }) => {
    const at = rows[0]?.indexOf(feature) ?? -1;
    return { cells: rows.slice(1).map((cells) => cells[at]), accounts, faults };
  });
  const { unreadable } = strictly;
  expect(plainly.unreadable).toEqual(unreadable);
  expect(ofStrict).toEqual(ofPlain);
  return {
    cells: ofPlain?.cells,
    faults: ofPlain?.faults.map(({ line, column, reason, raw }) => [line, column, reason, raw]),
    unreadable: unreadable.map(({ line, column, reason }) => ({ line, column, reason })),
  };
};

it('columns may be called what the engine calls its own', async () => {
  const names = ['file_row_number', 'filename', 'file_index', 'rows', 'parquet', 'c0', '#line', 'own column 1'];
  const others = names.map((name, i) => `${i} AS "${name}"`).join(', ');
  const path = await parquet(
    `${row(`'Ana' AS username, ${others}`)} UNION ALL ${row(`'Ben', ${others}`, "'ben'", '1980-01-01')}`,
  );
  const raw = {
    user_id: 'ben',
    timestamp: '1980-01-01',
    event_type: 'signup',
    username: 'Ben',
    ...Object.fromEntries(names.map((name, i) => [name, i])),
  };
  expect(await outcome(path, 'username')).toEqual({
    unreadable: [],
    cells: ['Ana'],
    faults: [[2, 'timestamp', 'out of range (1990 to 2199)', JSON.stringify(raw)]],
  });
});

const [ID, UUID] = ['00112233445566778899AABBCCDDEEFF', '00112233-4455-6677-8899-aabbccddeeff'];

describe('bytes', () => {
  it.each([
    ['of a UUID are one', row('', `UUID '${UUID}'`), UUID],
    ['that are 16 and no text are a UUID', row('', `from_hex('${ID}')`), UUID],
    ['that are no text are hexadecimal digits', row('', "from_hex('00FF10')"), '00ff10'],
    ['that are text in every row are text', row('', "encode('zoë')"), 'zoë'],
    [
      'that are text but not in every row are not',
      `${row('', "encode('an')")} UNION ALL ${row('', "'\\xFF'::BLOB")}`,
      '616e',
    ],
  ])('%s', async (_, sql, id) => {
    expect((await outcome(await parquet(sql))).cells?.[0]).toBe(id);
  });

  it('that are always 16 are ids, even if they would be text', async () => {
    const text = Buffer.from('sixteen letters!').toString('hex');
    const bytes = readFileSync(await parquet(row('', `'${text}'::UUID`)));
    // Take the annotation away that says that the bytes are a UUID: nothing is said by a type that nobody knows.
    const annotation = bytes.indexOf(Buffer.from([0xec, 0x00, 0x00]));
    bytes[annotation] = 0x9c;
    const path = write('fixed.parquet', bytes);
    expect((await outcome(path)).cells).toEqual(['73697874-6565-6e20-6c65-747465727321']);
  });

  it('that are not text do no harm in a column that nothing uses', async () => {
    expect(await outcome(await parquet(row("from_hex('FF') AS note")))).toEqual({
      cells: ['ana'],
      faults: [],
      unreadable: [],
    });
  });
});

it.each([
  ['text', "'a' || chr(0) || 'b'"],
  ['bytes', "encode('a' || chr(0) || 'b')"],
])('a NUL character in %s makes a cell unknown, and that of an id a row unusable', async (_, sql) => {
  const { unreadable } = await outcome(
    await parquet(`${row(`${sql} AS username`)} UNION ALL ${row(sql.replace('chr(0)', "'-'"))}`),
  );
  expect(unreadable).toMatchObject([{ line: 1, column: 'username', reason: 'not text: it holds a NUL character' }]);
  const nobody = await outcome(await parquet(`${row()} UNION ALL SELECT ${sql}, '2026-01-05', 'signup'`));
  expect(nobody.faults?.map(([line, column]) => [line, column])).toEqual([[2, 'user_id']]);
  expect((await outcome(await parquet(row(`${sql} AS note`)))).faults).toEqual([]);
});

it.each(['a\\[b.parquet', 'a*[b]?{c,d}.parquet', "it's.parquet", '$1.parquet'])(
  'a file may be called %s',
  async (name) => {
    expect((await outcome(await parquet(row(), name))).cells).toEqual(['ana']);
  },
);

describe('a damaged file', () => {
  it.each([undefined, '2026-02-01'])('is refused by name, wherever it is damaged; as of %s', async (asOf) => {
    const people = "'u' || i AS user_id, '2026-01-05' AS timestamp, 'signup' AS event_type, md5('' || i) AS username";
    const whole = readFileSync(await parquet(`SELECT ${people} FROM range(20_000) AS t(i)`));
    for (const place of [0.001, 0.3, 0.6, 0.9, 0.9995]) {
      const at = Math.floor(whole.length * place);
      const bytes = Buffer.from(whole);
      bytes.fill(0xa5, at, at + 40);
      const path = write('damaged.parquet', bytes);
      await expect(find([], { inputs: [path], asOf })).rejects.toMatchObject({
        kind: 'data',
        message: expect.stringContaining('damaged.parquet: the Parquet file is damaged'),
      });
    }
  });

  it('is read if only a column is damaged that nothing uses', async () => {
    const whole = readFileSync(
      await parquet(
        `SELECT 'u' || i AS user_id, '2026-01-05' AS timestamp, 'signup' AS event_type, md5('' || i) AS note FROM range(20_000) AS t(i)`,
      ),
    );
    const bytes = Buffer.from(whole);
    bytes.fill(0xa5, Math.floor(whole.length * 0.9), Math.floor(whole.length * 0.9) + 40);
    const { accounts } = await find([], { inputs: [write('unused.parquet', bytes)], config: defaultConfig });
    expect(accounts).toMatchObject({ read: 20_000, used: 20_000 });
  });
});

it('instants are read by their type, whatever the settings say of text', async () => {
  const at = "TIMESTAMP '2026-01-05 09:00:00.5'";
  const path = await parquet(
    `${row().replace("'2026-01-05'", at)} UNION ALL ${row('', "'ben'").replace("'2026-01-05'", `${at} + INTERVAL 1 DAY`)}`,
  );
  const events = [{ ...defaultReading, timestamp: ['epoch_us'] }];
  const { rows } = await find([], { inputs: [path], config: { ...defaultConfig, events } });
  const last = rows[0]?.indexOf('last_event_ts') ?? -1;
  expect(rows.slice(1).map((cells) => cells[last])).toEqual(['2026-01-05T09:00:00Z', '2026-01-06T09:00:00Z']);
});

describe('typed columns are read as their text is', () => {
  /** What is found in rows as they are typed, and in the same as text. */
  const both = async (rows: string | string[], config: Config = defaultConfig) => {
    const files = [rows].flat();
    const asText = (sql: string): string => `SELECT nullif(COLUMNS(*)::VARCHAR, '') FROM (${sql})`;
    const logs: string[][] = [];
    for (const [kind, spell] of [['typed', String] as const, ['text', asText] as const]) {
      logs.push(await Promise.all(files.map((sql, i) => parquet(spell(sql), `${kind}${i}.parquet`))));
    }
    const found = logs.map(async (inputs) => {
      const { csv, accounts, faults, unreadable } = await find([], { inputs, config });
      const places = (all: readonly { column: string; line?: number; reason: string }[]) =>
        all.map(({ column, line, reason }) => [column, line, reason]);
      return { csv, accounts, faults: places(faults), unreadable: places(unreadable) };
    });
    return Promise.all(found);
  };

  /** Rows of two users: an instant, a flag and numbers of certain types. */
  const rowsOf = (instants: readonly string[], type = 'TIMESTAMP', number = 'BIGINT', values = ['12', 'NULL', '-3']) =>
    instants
      .map(
        (instant, i) =>
          `SELECT 'e${i}' AS event_id, 'user' || ${i % 2} AS user_id, ${instant}::${type} AS timestamp, 'signup' AS event_type,
            (${values[i % values.length]})::${number} AS account_balance_usd, ${i}::UTINYINT AS recent_pages_viewed, ${i % 2 === 0} AS bounce_flag`,
      )
      .join(' UNION ALL ');

  const AT = ["'2026-01-05 23:59:59.123456'", "'2026-03-29 02:30:00'", "'2026-10-25 02:30:00'"];
  const ODD = ["'infinity'", "'-infinity'", 'NULL', "'1989-12-31'", "'2200-01-02'"];

  it.each(['TIMESTAMP', 'TIMESTAMPTZ', 'TIMESTAMP_MS', 'TIMESTAMP_NS', 'DATE'])('%s', async (type) => {
    const cases = [
      { instants: AT, timezone: undefined },
      { instants: [...AT, ...ODD], timezone: undefined },
      { instants: [...AT, ...ODD], timezone: 'Europe/Berlin' },
    ];
    for (const { instants, timezone } of cases) {
      const config = { ...defaultConfig, events: [{ ...defaultReading, timezone }] };
      const [typed, text] = await both(rowsOf(instants, type), config);
      expect(typed).toEqual(text);
      expect(typed?.accounts).toMatchObject({ read: instants.length, rejected: instants.length - AT.length });
    }
  });

  it.each([
    ['TINYINT', ['0', '-128', 'NULL']],
    ['DECIMAL(38,0)', ["'99999999999999999999999999999999999999'", '7']],
    ['UBIGINT', ["'18446744073709551615'", '1']],
    ['DECIMAL(38,4)', ['12.5', '-0.0001']],
    ['DOUBLE', ['1e300', '0.1', "'nan'", "'infinity'", '1e-7']],
    ['FLOAT', ['16777217', '0.1']],
    ['BOOLEAN', ['true', 'false']],
  ])('%s', async (type, values) => {
    const instants = values.map((_, i) => `'2026-01-0${i + 1}'`);
    const [typed, text] = await both(rowsOf(instants, 'TIMESTAMP', type, values));
    expect(typed).toEqual(text);
  });

  /** More rows than are looked at for a guess. `flag` and `balance` are SQL of row number i, `also` of further columns. */
  const many = (flag: string, balance: string, also = ''): string =>
    `SELECT 'e' || (10000 + i) AS event_id, 'user' || i % 7 AS user_id, TIMESTAMP '2026-01-01' + to_minutes(i) AS timestamp,
       's' || i // 100 AS session_id, 'signup' AS event_type, ${flag} AS bounce_flag, ${balance} AS account_balance_usd${also}
     FROM (SELECT range AS i FROM range(3000))`;

  const clean = undefined;
  it.each([
    ['whole numbers', 'i // 100 % 2', 'i', clean],
    ['booleans and decimals', 'i // 100 % 2 = 0', '(i / 4)::DECIMAL(9,2)', clean],
    ['floating numbers', '(i // 100 % 2)::DOUBLE', 'i / 7', clean],
    [
      'small integers, some unknown',
      'CASE WHEN i % 3 > 0 THEN (i % 2)::UTINYINT END',
      'CASE WHEN i < 9 THEN i END',
      clean,
    ],
    ['a flag that is none', '(CASE WHEN i = 2990 THEN 2 ELSE 1 END)::BIGINT', 'i', 'cells cannot be read'],
    ['half a flag', '(CASE WHEN i = 2990 THEN 0.5 ELSE 1 END)::DECIMAL(2,1)', 'i', 'cells cannot be read'],
    ['a flag of another kind', "CASE WHEN i < 2990 THEN 1 ELSE 'nan'::DOUBLE END", 'i', 'cells cannot be read'],
    ['an endless number', 'true', "CASE WHEN i < 2990 THEN 1 ELSE '-inf'::DOUBLE END", 'cells cannot be read'],
    ['a flag for a number', 'true', 'i % 2 = 0', 'cells cannot be read'],
    ['a very large number', 'true', '10 ** (i // 100)', 'cells cannot be read'],
    ['a very small number', 'true', '10 ** (0 - i // 500)', 'cells cannot be read'],
  ])('%s', async (_, flag, balance, why) => {
    const rows = many(flag, balance);
    const [typed, text] = await both(rows);
    expect(typed).toEqual(text);
    expect(await whyNot([readFileSync(await parquet(rows))])).toBe(why);
  });

  it.each([
    ['of two types', 'i', 'i / 7'],
    ['of one type, where one has no other', 'i', '0'],
  ])('files %s', async (_, one, other) => {
    const second = `SELECT * REPLACE ('a' || event_id AS event_id) FROM (${many('i % 2 = 0', other)})`;
    const [typed, text] = await both([many('i // 100 % 2', one), second]);
    expect(typed).toEqual(text);
  });

  it.each([
    ['latest', { op: 'latest', column: 'plan_id' }],
    ['latest of some rows', { op: 'latest', column: 'account_balance_usd', where: { column: 'plan_id', equals: '2' } }],
    ['largest', { op: 'max', column: 'account_balance_usd' }],
    ['different', { op: 'distinct', column: 'account_balance_usd' }],
  ] as const)('the %s', async (_, is) => {
    const own = { from: 'events', is, unit: 'text', says: 'own' } as const;
    const config = { ...defaultConfig, features: { own, ...defaultConfig.features } };
    const [typed, text] = await both(many('true', '(i * 37 % 11) / 4', ', i * 53 % 5 AS plan_id'), resolved(config));
    expect(typed).toEqual(text);
  });

  it('a number that is a word for none is none', async () => {
    const config = { ...defaultConfig, events: [{ ...defaultReading, unknown: ['-1'] }] };
    const [typed, text] = await both(many('true', 'CASE WHEN i < 2980 THEN i ELSE -1 END'), config);
    expect(typed).toEqual(text);
    expect(typed?.csv).not.toContain(',-1,');
  });

  it('numbers have a point, whatever the settings say of text', async () => {
    const config = { ...defaultConfig, events: [{ ...defaultReading, decimal: ',' as const }] };
    for (const type of ['DECIMAL(9,1)', 'DOUBLE']) {
      const [typed] = await both(rowsOf(["'2026-01-05'"], 'TIMESTAMP', type, ['1234.5']), config);
      expect(typed?.unreadable).toEqual([]);
      expect(typed?.csv).toContain(',1234.5,');
    }
  });
});

describe('ids that grow are unique', () => {
  /** More rows than are looked at before all of them; `id` is SQL of the id of row number i. */
  const ROWS = 11_000;
  const events = (id: string, from = 0): string =>
    `SELECT ${id} AS event_id, 'user' || i % 50 AS user_id, TIMESTAMP '2026-01-01' + to_seconds(i) AS timestamp,
       'signup' AS event_type FROM (SELECT range + ${from} AS i FROM range(${ROWS}))`;
  const GROWS = "'e' || i";
  /** Ids among which `undefined` has the length that the next one should have. */
  const LONGER = "'e' || lpad(i::VARCHAR, CASE WHEN i < 10500 THEN 6 ELSE 9 END, '0')";
  const AGAIN = 'an event may be there twice';
  const ALL = { used: ROWS, duplicate: 0 };

  it.each<[string, string[], string | undefined, { used: number; duplicate: number }]>([
    ['as text', [events(GROWS)], undefined, ALL],
    ['as numbers', [events('i')], undefined, ALL],
    ['from file to file', [events(GROWS), events(GROWS, ROWS)], undefined, { used: 2 * ROWS, duplicate: 0 }],
    ['and others are compared', [events(`'e' || ${ROWS} - i`)], undefined, ALL],
    [
      'at first: then they are compared',
      [events("'e' || CASE WHEN i < 10500 THEN i ELSE 90000 - i END")],
      undefined,
      ALL,
    ],
    ['until one comes again', [events("'e' || least(i, 10500)")], AGAIN, ALL],
    [
      'until an event comes again',
      [events(GROWS), `${events(GROWS)} WHERE i > 10990`],
      AGAIN,
      { used: ROWS, duplicate: 9 },
    ],
    ['until one is missing', [events("CASE WHEN i <> 10500 THEN 'e' || i END")], 'some events have no id', ALL],
    ['until one is a word for none', [events(`CASE WHEN i = 10500 THEN 'undefined' ELSE ${LONGER} END`)], AGAIN, ALL],
  ])('%s', async (_, logs, why, expected) => {
    const paths: string[] = [];
    for (const [i, sql] of logs.entries()) paths.push(await parquet(sql, `grows${i}.parquet`));
    expect(await whyNot(paths.map((path) => readFileSync(path)))).toBe(why);
    const { accounts } = await find([], { inputs: paths });
    expect(accounts).toMatchObject({ read: expected.used + expected.duplicate, ...expected });
  });
});
