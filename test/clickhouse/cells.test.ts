/** What a cell of a table is taken for, by the type of its column: small tables, worked out by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { temporary } from '../config/temporary.js';
import { findInTable } from './find.js';
import { hasServer, startServer, type TestServer } from './server.js';

const BASE = "user_id String, timestamp DateTime64(3, 'UTC'), event_type String";
const AT = "'2026-01-01 00:00:00'";

/** The settings of a feature over events, as YAML. */
const feature = (name: string, is: string, unit = 'text', from = 'events'): string =>
  `  ${name}: {from: ${from}, is: {${is}}, unit: ${unit}, says: a ${name}}\n`;

describe.skipIf(!hasServer)('a table', () => {
  let server: TestServer;
  const { write } = temporary();
  let made = 0;
  beforeAll(async () => {
    server = await startServer();
  }, 60_000);
  afterAll(() => server.stop());

  /** What is found in a table of these columns and rows, under these settings: cells by the name of their column. */
  const look = async (columns: string, values: string | Buffer, yaml = '', engine = 'MergeTree ORDER BY tuple()') => {
    const table = `default.t${made++}`;
    await server.query(`CREATE TABLE ${table} (${columns}) ENGINE = ${engine}`);
    const into = `INSERT INTO ${table}`;
    if (typeof values === 'string') await server.query(`${into} VALUES ${values}`);
    else await server.query(`${into} FORMAT TSV`, values);
    const config = await loadConfig(write(`gesture${made}.yaml`, yaml));
    const { rows, ...found } = await findInTable(server, table, { config });
    const [header = [], ...users] = rows;
    return { ...found, users: users.map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i]]))) };
  };

  describe('with an instant', () => {
    it.each([
      [
        'within a tuple, in its zone',
        "m Tuple(ts DateTime64(3, 'Asia/Tokyo'))",
        "tuple('2026-01-01 09:00:00')",
        'm.ts',
        '',
      ],
      [
        'within a map',
        "m Map(String, DateTime('Asia/Tokyo'))",
        "map('ts', toDateTime('2026-01-01 09:00:00', 'Asia/Tokyo'))",
        'm.ts',
        '',
      ],
      [
        'in a list of columns, whatever the zone of text',
        `a DateTime('UTC'), b DateTime('UTC')`,
        `${AT}, ${AT}`,
        '[a, b]',
        'timezone: Europe/Berlin',
      ],
      [
        'in a list of columns, whatever the form of text',
        `a DateTime('UTC'), b DateTime('UTC')`,
        `${AT}, ${AT}`,
        '[a, b]',
        'timestamp: epoch_s',
      ],
      [
        'in the second of two columns',
        "a Nullable(DateTime('UTC')), b DateTime64(3, 'Asia/Tokyo')",
        "NULL, '2026-01-01 09:00:00'",
        '[a, b]',
        '',
      ],
      [
        'in text beside a column of instants',
        "a Nullable(DateTime('UTC')), b String",
        "NULL, '2026-01-01T01:00:00'",
        '[a, b]',
        'timezone: Europe/Berlin',
      ],
      ['on a day of a zone', 'a Date', "'2026-01-01'", 'a', 'timezone: UTC'],
    ])('%s', async (_, columns, values, name, more) => {
      const yaml = `events: {columns: {timestamp: ${name}}${more === '' ? '' : `, ${more}`}}`;
      const { asOf, accounts } = await look(
        `user_id String, event_type String, ${columns}`,
        `('u', 'x', ${values})`,
        yaml,
      );
      expect({ asOf, used: accounts.used }).toEqual({ asOf: '2026-01-01T00:00:00Z', used: 1 });
    });
  });

  it('leaves out rows without a user within a tuple or a map, which has none for a key that it lacks', async () => {
    const yaml = 'events: {columns: {user_id: ctx.id}}\nexclude: {users: [zz]}';
    const others = BASE.replace('user_id String, ', '');
    const found = await look(
      `ctx Tuple(id Nullable(String)), ${others}`,
      `(tuple('u'), ${AT}, 'x'), (tuple(NULL), '2026-02-01 00:00:00', 'y')`,
      yaml,
    );
    expect(found).toMatchObject({ asOf: '2026-01-01T00:00:00Z', sessions: 1, accounts: { used: 1, withoutUser: 1 } });
    expect(found.types.all.map(({ type }) => type)).toEqual(['x']);
    const ofMaps = await look(
      `ctx Map(String, UInt64), ${others}`,
      `(map('id', 7), ${AT}, 'x'), (map('other', 8), '2026-02-01 00:00:00', 'y')`,
      yaml,
    );
    expect(ofMaps).toMatchObject({ users: [{ user_id: '7' }], accounts: { used: 1, withoutUser: 1 } });
  });

  it('keeps devices whose name has a newline', async () => {
    const found = await look(
      `${BASE}, device String`,
      `('u', ${AT}, 'x', 'p\\nq'), ('u', ${AT}, 'x', 'p\\nq'), ('u', ${AT}, 'x', 'p')`,
      `features:\n${feature('gadget', 'op: mode, column: device', 'text', 'sessions')}`,
    );
    expect(found.users).toMatchObject([{ gadget: 'p\nq' }]);
  });

  it('reads columns and cells whose text has a backslash or a quote', async () => {
    const odd = String.raw`plan\name"s`;
    const found = await look(
      `${BASE.replace('user_id', '"who\\\\is\\"it"')}, "plan\\\\name\\"s" String`,
      `('u\\\\v', ${AT}, 'x\\\\y', 'p\\\\q''r')`,
      `events: {columns: {user_id: 'who\\is"it'}, types: {'x\\y': signup}, where: [{column: ${JSON.stringify(odd)}, matches: q}]}
features:
${feature('plan', `op: latest, column: ${JSON.stringify(odd)}`)}`,
    );
    expect(found.users).toMatchObject([{ user_id: String.raw`u\v`, signups: '1', plan: String.raw`p\q'r` }]);
  });

  it('prints sessions in features as the table of sessions does', async () => {
    const values = `('u', ${AT}, 'x'), ('u', '2026-01-01 00:00:10', 'x'), ('u', '2026-01-02 00:00:00.250', 'x'), ('u', '2026-01-02 00:00:01.750', 'x'),
      ('u', '2026-01-03 00:00:00', 'x'), ('u', '2026-01-03 00:00:10', 'x')`;
    const of = (name: string, is: string): string => feature(name, is, 'text', 'sessions');
    const { users } = await look(
      BASE,
      values,
      `features:\n${[
        of('span', 'op: latest, column: duration_sec'),
        of('usual', 'op: mode, column: duration_sec'),
        of('short', "op: countWhere, column: duration_sec, equals: '1.5'"),
        of('whole', "op: countWhere, column: duration_sec, matches: '^10$'"),
        of('both', "op: everyOf, column: duration_sec, values: ['10', '1.5']"),
        of('began', 'op: latest, column: start'),
        of('second', "op: countWhere, column: end, equals: '2026-01-02T00:00:01Z'"),
      ].join('')}`,
    );
    const began = '2026-01-03T00:00:00Z';
    expect(users).toMatchObject([{ span: '10', usual: '10', short: '1', whole: '2', both: '1', began, second: '1' }]);
  });

  it.each([
    ['UUID', "toUUID('00000000-0000-0000-0000-000000000000')", '00000000-0000-0000-0000-000000000000'],
    ['IPv6', "toIPv6('::')", '::'],
    ['UInt8', '0', '0'],
  ])('takes a word of unknown for unknown in a column of %s', async (type, value, word) => {
    const others = BASE.replace('user_id String', `user_id ${type}`);
    const { accounts } = await look(others, `(${value}, ${AT}, 'x')`, `events: {unknown: ['${word}']}`);
    expect(accounts).toMatchObject({ used: 0, withoutUser: 1 });
  });

  it('rejects NUL within text of a fixed length, at whose end it is nothing', async () => {
    const columns = BASE.replace('user_id String', 'user_id Nullable(FixedString(4))');
    const values = `('a\\0b', ${AT}, 'x'), ('a\\0c', ${AT}, 'x'), ('ab', ${AT}, 'x'), (NULL, ${AT}, 'x')`;
    const { accounts, faults, users } = await look(columns, values);
    expect(accounts).toMatchObject({ rejected: 2, used: 1 });
    expect(faults[0]).toMatchObject({ column: 'user_id', reason: 'not text: it holds a NUL character' });
    expect(users).toMatchObject([{ user_id: 'ab' }]);
  });

  it('rejects bytes that are not UTF-8', async () => {
    const { accounts, faults } = await look(
      `${BASE}, device String`,
      Buffer.from(
        'caf\u00E9\t2026-01-01 00:00:00\tx\tp\ncafe\t2026-01-01 00:00:00\tx\tcaf\u00E9\nu\t2026-01-01 00:00:00\tx\t\n',
        'latin1',
      ),
    );
    expect(accounts).toMatchObject({ rejected: 2, used: 1 });
    expect(faults.map(({ column, reason }) => `${column}: ${reason}`).toSorted()).toEqual([
      'device: not valid UTF-8',
      'user_id: not valid UTF-8',
    ]);
  });

  it('reads numbers of a type with their point, beside text with a comma', async () => {
    const columns = `${BASE}, price Decimal(9, 3), weight Float64, a Nullable(Decimal(9, 3)), b String, c String`;
    const values = `('u', ${AT}, 'x', 1.234, 1.234, 1.234, '9', '1.234'), ('u', ${AT}, 'x', 1, 1, NULL, '1,5', '0')`;
    const sums = ['price', 'weight', 'mixed', 'c'].map((name) =>
      feature(`sum_${name}`, `op: sum, column: ${name}`, 'EUR'),
    );
    const { users } = await look(
      columns,
      values,
      `events: {decimal: ',', columns: {mixed: [a, b]}, where: [{column: price, below: 100}]}\nfeatures:\n${sums.join('')}`,
    );
    expect(users).toMatchObject([{ sum_price: '2.234', sum_weight: '2.234', sum_mixed: '2.734', sum_c: '1234' }]);
  });

  it.each([
    ['ReplacingMergeTree', 'ReplacingMergeTree ORDER BY (user_id, event_id)', 'new'],
    ['CollapsingMergeTree', 'CollapsingMergeTree(sign) ORDER BY (user_id, event_id)', 'old'],
  ])('of the engine %s is read as it is once its parts are merged', async (_, engine, left) => {
    const table = `default.t${made++}`;
    await server.query(`CREATE TABLE ${table} (${BASE}, event_id String, sign Int8) ENGINE = ${engine}`);
    await server.query(`INSERT INTO ${table} VALUES ('u', ${AT}, 'old', '1', 1), ('v', ${AT}, 'old', '2', 1)`);
    await server.query(`INSERT INTO ${table} VALUES ('u', ${AT}, 'new', '1', -1)`);
    const { accounts, types, notices } = await findInTable(server, table);
    const replaces = left === 'new';
    expect(accounts).toMatchObject({ read: replaces ? 2 : 1, used: replaces ? 2 : 1, duplicate: 0 });
    expect(types.all.map(({ type }) => type)).toEqual(replaces ? ['new', 'old'] : ['old']);
    expect(notices.join()).toContain('FINAL');
  });

  it('has the columns that it calculates', async () => {
    const { users } = await look(
      BASE.replace('user_id String', "id UInt8, user_id String ALIAS concat('u', toString(id))"),
      `(7, ${AT}, 'x')`,
    );
    expect(users).toMatchObject([{ user_id: 'u7' }]);
  });

  it('that is a view with parameters is refused with the reason', async () => {
    await server.query(
      `CREATE VIEW default.given AS SELECT 'u' AS user_id, now() AS timestamp, 'x' AS event_type WHERE 1 = {one:Int8}`,
    );
    await expect(findInTable(server, 'default.given')).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('make a view without them'),
    });
  });

  it('of which all events up to as-of are excluded is an empty table with a warning', async () => {
    const config = await loadConfig(write('none.yaml', 'exclude: {users: [u]}'));
    await server.query(`CREATE TABLE default.early (${BASE}) ENGINE = Memory`);
    await server.query(`INSERT INTO default.early VALUES ('u', ${AT}, 'x'), ('v', '2027-01-01 00:00:00', 'x')`);
    const { accounts, warnings } = await findInTable(server, 'default.early', { config, asOf: '2026-06-01' });
    expect(accounts).toMatchObject({ used: 0, excluded: 1, later: 1 });
    expect(warnings.map(({ code }) => code)).toContain('no-rows');
  });

  it('is warned of as a file is', async () => {
    const { warnings } = await look(
      `${BASE}, device String`,
      "('u', '2026-01-01 00:00:00', 'x', 'mobile'), ('u', '2026-01-02 00:00:00', 'x', 'tablet')",
      `events: {where: [{column: device, not_equals: phone}]}\nexclude: {users: [nobody], faster_than_human: true}\nfeatures:\n${[
        feature('never', 'op: countWhere, column: device, equals: mobil', 'events'),
        feature('busy', 'op: countWhere, column: events, at_least: 7', 'sessions', 'sessions'),
        feature('seen', 'op: countWhere, column: device, equals: mobile', 'events'),
      ].join('')}`,
    );
    expect(warnings.map(({ code, text: said }) => `${code}: ${said.replace(/^.*yaml:\d+: /, '')}`)).toEqual([
      expect.stringContaining('dates-only: none of 2 timestamps has a time of day'),
      'feature-unmatched: features.never: no row meets { column: device, equals: mobil }. Did you mean "mobile"?',
      'feature-unmatched: features.busy: no session meets { column: events, at_least: 7 }',
      'where-unmatched: events.where: every row meets { column: device, not_equals: phone }, so it excludes nothing',
      'exclude-unmatched: exclude.users met no row',
      'exclude-unmatched: exclude.faster_than_human met no row',
    ]);
  });
});
