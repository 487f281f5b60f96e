/** Three programs, one answer: the oracle, DuckDB and a real ClickHouse must not differ in a cell. */
import * as fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellsOf } from '../../src/engine/clickhouse/lines.js';
import { find } from '../engine/find.js';
import { cleanRuns } from '../oracle/cleanLogs.js';
import { type Run, runs, toCsv } from '../oracle/logs.js';
import { accountsOf, oracle } from '../oracle/oracle.js';
import { holdsAsync, LONG, tries } from '../random.js';
import { findInTable, named, putLog } from './find.js';
import { hasServer, startServer, type TestServer } from './server.js';

/** A table has neither rows of another width nor NUL characters. */
const asTable = ({ log, options }: Run): Run => {
  const rows = log.rows.filter((row) => row.length === log.header.length && !row.some((cell) => cell.includes('\0')));
  const kept = { header: log.header, rows };
  return { log: kept, text: toCsv(kept), options };
};

/** A type of a column, and the value of it in SQL from the text of a cell. */
interface Typed {
  readonly type: string;
  readonly value: (cell: string) => string;
}

const cast = (type: string): Typed => ({ type, value: (cell) => `accurateCastOrNull(nullIf(${cell}, ''), '${type}')` });
const nullable = (type: string): Typed => ({ ...cast(type), type: `Nullable(${type})` });
const text = (type: string): Typed => ({ type, value: (cell) => cell });
const decimal = (digits: number): Typed => ({
  type: `Nullable(Decimal(18, ${digits}))`,
  value: (cell) => `toDecimal64OrNull(${cell}, ${digits})`,
});
const instant = (type: string): Typed => ({
  type,
  value: (cell) => {
    const read = `parseDateTime64BestEffortOrZero(${cell}, 6, 'UTC')`;
    return `if(toYear(${read}) BETWEEN 1970 AND 2105, ${read}, fromUnixTimestamp64Micro(0, 'UTC'))`;
  },
});
const bool = "lower(CELL) IN ('true', 't', 'yes', 'y', '1', '1.0')";

/** The types that a column of ours may have. */
const TYPES: Readonly<Record<string, readonly Typed[]>> = {
  user_id: [
    text('String'),
    text('LowCardinality(String)'),
    { type: 'Nullable(String)', value: (c) => `nullIf(${c}, '')` },
  ],
  event_id: [text('String'), { type: 'Nullable(String)', value: (c) => `nullIf(${c}, '')` }],
  timestamp: [
    instant("DateTime64(6, 'America/New_York')"),
    instant("DateTime64(3, 'UTC')"),
    instant("DateTime('Asia/Kolkata')"),
    instant("DateTime64(9, 'Europe/Berlin')"),
    instant('Date'),
  ],
  text: [
    text('LowCardinality(String)'),
    { type: 'LowCardinality(Nullable(String))', value: (c) => `nullIf(${c}, '')` },
  ],
  number: [decimal(4), decimal(0), nullable('Float64'), nullable('Int32'), text('String')],
  flag: [
    { type: 'Bool', value: (c) => bool.replace('CELL', c) },
    { type: 'Nullable(Bool)', value: (c) => `if(${c} = '', NULL, ${bool.replace('CELL', c)})` },
    { type: 'UInt8', value: (c) => bool.replace('CELL', c) },
  ],
};
const FLAGS = ['is_repeat_session', 'bounce_flag', 'spam_flag'];
const NUMBERS = ['account_balance_usd', 'recent_pages_viewed', 'recent_pricing_views', 'session_number'].concat([
  'time_on_page_sec',
  'scroll_depth_pct',
]);

/** The kind of types that a column has. */
const kindOf = (ours: string): string => {
  if (Object.hasOwn(TYPES, ours)) return ours;
  if (FLAGS.includes(ours)) return 'flag';
  return NUMBERS.includes(ours) ? 'number' : 'text';
};

/** Runs whose logs become typed tables: numbers have points there, and instants are instants. */
const typedRuns = fc.tuple(runs, fc.array(fc.nat(4), { minLength: 30, maxLength: 30 })).map(([run, choices]) => {
  const { log, options } = asTable(run);
  const [reading] = options.config.events;
  if (reading === undefined) throw new Error('a run has a reading');
  const usual = { ...reading, decimal: '.', timestamp: ['iso'], timezone: undefined } as const;
  const ours = new Map(Object.entries(reading.columns).map(([name, theirs]) => [String(theirs), name]));
  const types = log.header.map((name, i): Typed => {
    const all = TYPES[kindOf(ours.get(name) ?? name)] ?? [];
    return all[(choices[i] ?? 0) % all.length] ?? text('String');
  });
  return { log, types, options: { ...options, config: { ...options.config, events: [usual] } } };
});

/** The server plans queries for seconds while others use its processors. */
const PATIENCE = LONG ? 3_600_000 : 240_000;

describe.skipIf(!hasServer)('ClickHouse', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  }, 60_000);
  afterAll(() => server.stop());

  /** What ClickHouse finds in a table whose cells as text are `csv`, and what the oracle and DuckDB find in that. */
  const compare = async (
    table: string,
    csv: string,
    options: Run['options'],
  ): Promise<{ here: unknown; there: unknown }> => {
    const expected = oracle(csv, options);
    const none = (error: unknown): undefined => {
      if (expected.used === 0 && expected.later > 0) return undefined;
      throw error;
    };
    const there = await findInTable(server, table, options).catch(none);
    const duck = await find([csv], options).catch(none);
    if (there === undefined || duck === undefined) return { here: duck, there };
    const accounts = accountsOf(expected);
    return {
      here: { rows: expected.rows, accounts, csv: duck.csv, others: duck.types.others },
      there: { rows: there.rows, accounts: there.accounts, csv: there.csv, others: there.types.others },
    };
  };

  it.each([
    ['random logs', runs],
    ['random logs in which nothing is wrong', cleanRuns],
  ])(
    'agrees with the oracle and DuckDB on every cell of %s, as text',
    async (_, any) => {
      await holdsAsync(
        any,
        async (run) => {
          const { log, text: csv, options } = asTable(run);
          await putLog(server, 'default.log', log);
          const { here, there } = await compare('default.log', csv, options);
          expect(there).toEqual(here);
        },
        tries(3, 0.06),
      );
    },
    PATIENCE,
  );

  it(
    'agrees with them on every cell of typed tables',
    async () => {
      await holdsAsync(
        typedRuns,
        async ({ log, types, options }) => {
          await putLog(server, 'default.log', log);
          const columns = log.header.map((name, i) => `${named(name)} ${types[i]?.type ?? 'String'}`);
          await server.query('DROP TABLE IF EXISTS default.typed');
          await server.query(`CREATE TABLE default.typed (${columns.join(', ')}) ENGINE = MergeTree ORDER BY tuple()`);
          const values = log.header.map((name, i) => types[i]?.value(`log.${named(name)}`) ?? named(name));
          await server.query(`INSERT INTO default.typed SELECT ${values.join(', ')} FROM default.log AS log`);
          const printed = log.header.map((name, i) => {
            const cell = `typed.${named(name)}`;
            return types[i]?.type.startsWith('DateTime') === true
              ? `toString(toTimeZone(${cell}, 'UTC'))`
              : `toString(${cell})`;
          });
          const cells = await server.query(`SELECT ${printed.join(', ')} FROM default.typed AS typed FORMAT TSV`);
          const rows = cells
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => [...cellsOf(line)].map((cell) => cell ?? ''));
          const csv = toCsv({ header: log.header, rows });
          expect(parse(csv)).toHaveLength(rows.length + 1);
          const { here, there } = await compare('default.typed', csv, options);
          expect(there).toEqual(here);
        },
        tries(2, 0.04),
      );
    },
    PATIENCE,
  );
});
