/** What happens to a row depends on that row and the settings: not on how the log is read, nor on a fault elsewhere. */
import * as fc from 'fast-check';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Config, defaultConfig, defaultReading } from '../../src/config/settings.js';
import { withEngine } from '../../src/engine/duckdb/open.js';
import { temporary } from '../config/temporary.js';
import { oracle } from '../oracle/oracle.js';
import { FORMS, logsOf, toCsv } from '../oracle/logs.js';
import { holdsAsync, SEED, THOROUGH, tries } from '../random.js';
import { find, type Found } from './find.js';

const { folder, write } = temporary();

const HEADER = 'event_id,user_id,timestamp,event_type,username,location_city';
const ROWS = [
  'e1,ana,2026-01-05T09:00:00Z,page_view,Ana,Oslo',
  'e2,ana,2026-01-05T09:01:00Z,signup,Ana,Oslo',
  'e3,ben,2026-01-06T10:00:00Z,search,Ben,Rome',
  'e4,cem,2026-01-07T10:00:00Z,calendar_booking,Cem,Bonn',
];
const EMPTY_ENDS = ROWS.map((row) => row.replace(/[^,]*$/, ''));

const text = (lines: readonly string[], end = '\n'): string => lines.map((line) => line + end).join('');

/** The log whose second row is changed. */
const second = (change: (row: string) => string, rows: readonly string[] = ROWS): string[] => [
  HEADER,
  ...rows.map((row, i) => (i === 1 ? change(row) : row)),
];
const followedBy = (cells: string) => (row: string) => row + cells;
const withoutLast = (cells: number) => (row: string) => row.split(',').slice(0, -cells).join(',');
const trailing = [HEADER, ...ROWS].map(followedBy(','));

/** Logs with something odd in their structure. */
const ODDITIES: readonly (readonly [string, string])[] = [
  ['an empty surplus cell', text(second(followedBy(',')))],
  ['several empty surplus cells', text(second(followedBy(',,,')))],
  ['an empty surplus cell in quotes', text(second(followedBy(',""')))],
  ['a surplus cell with text', text(second(followedBy(',x')))],
  ['an empty surplus cell, then one with text', text(second(followedBy(',,x')))],
  ['a comma that shifts all cells', text(second((row) => row.replace('Ana', 'Smith, Ana').replace('Oslo', '')))],
  ['a missing cell', text(second(withoutLast(1)))],
  ['missing cells, one that is needed among them', text(second(withoutLast(3)))],
  ['a delimiter at the end of every line', text(trailing)],
  ['a delimiter at the end of the header alone', text([`${HEADER},`, ...ROWS])],
  ['a delimiter at the end of every row alone', text([HEADER, ...ROWS.map(followedBy(','))])],
  ['CR LF, and an empty surplus cell', text(second(followedBy(',')), '\r\n')],
  ['CR LF in one line alone, and an empty surplus cell', text(second(followedBy(',\r')))],
  ['quotes, and an empty surplus cell', text(second((row) => `${row.replace('Oslo', '"Oslo"')},`))],
  ['quotes, and a missing cell', text(second((row) => row.replace('Ana,Oslo', '"Ana"')))],
  ['no end of its last line, which has an empty surplus cell', `${text([HEADER, ...ROWS])}e5,dot,2026-01-08,signup,,,`],
  ['no end of its last line, which lacks a cell', `${text([HEADER, ...ROWS])}e5,dot,2026-01-08,signup,`],
  ['blank lines, and an empty surplus cell', text(second((row) => `\n${row},\n`))],
  ['a last column that is empty, and a surplus one that is', text(second(followedBy(','), EMPTY_ENDS))],
  ['a last column that is empty, and missing once', text(second(withoutLast(1), EMPTY_ENDS))],
];

/** Ways to read a log that must not change what is found in it; the strict reader serves all but the first. */
type Way = (log: string, config: Config) => Promise<Found>;
const plainly: Way = (log, config) => find([log], { config });

/** The log with a row after its last one. */
const withRow =
  (rowOf: (log: string) => string): Way =>
  (log, config) => {
    const end = log.includes('\r\n') ? '\r\n' : '\n';
    return find([`${log}${log.endsWith('\n') ? '' : end}${rowOf(log)}${end}`], { config });
  };

const exclude = { users: ['nobody'], emailDomains: [], userAgents: [], bots: false, fasterThanHuman: false };

const WAYS: Readonly<Record<string, Way>> = {
  'as of a day': (log, config) => find([log], { config, asOf: '2026-01-08' }),
  'with somebody excluded': (log, config) => find([log], { config: { ...config, exclude } }),
  'with a bad timestamp in another row': withRow(() => 'e9,ana,yesterday,signup,Ana,Oslo'),
  'with a row twice': withRow((log) => /^e4.*$/m.exec(log)?.[0].trimEnd() ?? ''),
  'with a quoted cell in another row': (log, config) => find([log.replace('Rome', '"Rome"')], { config }),
  compressed: (log, config) => find([gzipSync(log)], { config }),
  'from standard input': (log, config) => find([], { config, inputs: ['-'], stdin: Readable.from([Buffer.from(log)]) }),
};

/** The rows of `log` that are rejected, without those that a way has added. */
const faultsOf = ({ faults }: Found, log: string): object[] => {
  const lines = log.trimEnd().split('\n').length;
  return faults
    .filter(({ line }) => line <= lines)
    .map(({ line, column, reason }) => ({ line, column, reason: reason.replace(/:? .*/, '') }));
};

/** A run that is not thorough reads each log in one further way, another one for another seed. */
const waysFor = (nth: number): [string, Way][] =>
  Object.entries(WAYS).filter((_, i, all) => THOROUGH || i === (nth + SEED) % all.length);

const LOGS = ODDITIES.map(([what, log], nth) => ({ what, log, nth }));

describe.each([
  { raggedRows: 'reject', logs: LOGS },
  { raggedRows: 'fill', logs: LOGS.filter(({ nth }) => THOROUGH || (nth + SEED) % 3 === 0) },
] as const)('with ragged_rows: $raggedRows', ({ raggedRows, logs }) => {
  const config = { ...defaultConfig, events: [{ ...defaultReading, raggedRows }] };

  it.each(logs)('a log with $what is read in one way', async ({ log, nth }) => {
    const expected = oracle(log, { config });
    const faults = expected.rejected.map(({ line, column, reason }) => ({
      line,
      column,
      reason: reason.replace(/ .*/, ''),
    }));
    const ofPlain = await plainly(log, config);
    expect({ rows: ofPlain.rows, faults: faultsOf(ofPlain, log) }).toEqual({ rows: expected.rows, faults });
    expect(ofPlain.accounts).toMatchObject({ read: expected.read, used: expected.used, duplicate: 0 });
    for (const [way, read] of waysFor(nth)) {
      const found = await read(log, config);
      const { rows } = way === 'as of a day' ? oracle(log, { config, asOf: '2026-01-08' }) : expected;
      expect({ way, rows: found.rows, faults: faultsOf(found, log) }).toEqual({ way, rows, faults });
    }
  });
});

it('the same rows have the same features as Parquet and as JSON lines, empty cells at their ends or not', async () => {
  const cells = EMPTY_ENDS.concat(ROWS.map((row) => row.replace('e', 'f'))).map((row) => row.split(','));
  const names = HEADER.split(',');
  const csv = await find([text([HEADER, ...cells.map((row) => row.join(','))])]);
  const objects = cells.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? ''])));
  const sparse = objects.map((object) => Object.fromEntries(Object.entries(object).filter(([, cell]) => cell !== '')));
  for (const lines of [objects, sparse]) {
    expect((await find([text(lines.map((object) => JSON.stringify(object)))])).rows).toEqual(csv.rows);
  }
  const log = write('log.csv', text([HEADER, ...cells.map((row) => row.join(','))]));
  const parquet = join(folder, 'log.parquet');
  await withEngine(folder, {}, (engine) =>
    engine.run(`COPY (FROM read_csv('${log}', all_varchar = true)) TO '${parquet}' (FORMAT parquet)`),
  );
  expect((await find([], { inputs: [parquet] })).rows).toEqual(csv.rows);
  expect((await find([], { inputs: [parquet], asOf: '2026-01-07T10:00:00Z' })).rows).toEqual(csv.rows);
});

/** A log whose rows have as many cells as its header, without NUL characters: any format can hold it. */
const anyFormat = fc.constantFrom(...FORMS).chain((timestamp) =>
  logsOf(timestamp).map(({ header, rows }) => ({
    timestamp,
    header,
    rows: rows.filter((row) => row.length === header.length && !row.some((cell) => cell.includes('\0'))),
  })),
);

/** What became of every row: which were rejected, which cells were unreadable, what was counted, and the features. */
const fates = ({ csv, accounts, faults, unreadable }: Found, ofLine: (line: number) => number) => ({
  csv,
  accounts,
  faults: faults.map(({ line, column }) => [ofLine(line), column]),
  unreadable: unreadable.map(({ column, cells }) => `${column} ${cells}`).toSorted((a, b) => (a < b ? -1 : 1)),
});

it('any log has one answer, by every reader and in every format', async () => {
  await holdsAsync(
    fc.tuple(anyFormat, fc.constantFrom(undefined, { column: 'anonymous_id' })),
    async ([{ timestamp, header, rows }, identity]) => {
      if (rows.length === 0) return;
      const config = { ...defaultConfig, events: [{ ...defaultReading, timestamp, identity }] };
      const log = toCsv({ header, rows });
      const nth = new Map<number, number>();
      let line = 2;
      for (const [i, row] of rows.entries()) {
        nth.set(line, i + 1);
        line += toCsv({ header: row, rows: [] }).match(/\n/g)?.length ?? 0;
      }
      const plain = fates(await find([log], { config }), (at) => nth.get(at) ?? 0);
      const objects = rows.map((row) => Object.fromEntries(row.map((cell, i) => [header[i] ?? '', cell])));
      const json = write('log.json', text(objects.map((object) => JSON.stringify(object))));
      const array = write('array.json', JSON.stringify(objects));
      const parquet = join(folder, 'log.parquet');
      await withEngine(folder, {}, (engine) =>
        engine.run(
          `COPY (SELECT unnest(from_json(json, '${JSON.stringify([Object.fromEntries(header.map((name) => [name, 'VARCHAR']))])}'), recursive := true)
           FROM (SELECT content AS json FROM read_text('${array}'))) TO '${parquet}' (FORMAT parquet)`,
        ),
      );
      const ofLine = (at: number): number => nth.get(at) ?? 0;
      const ofRow = (at: number): number => at;
      expect(fates(await find([log], { config, asOf: '2300-01-01' }), ofLine).faults).toEqual(plain.faults);
      expect(fates(await find([gzipSync(log)], { config }), ofLine)).toEqual(plain);
      expect(fates(await find([], { config, inputs: [json] }), ofRow)).toEqual(plain);
      expect(fates(await find([], { config, inputs: [parquet] }), ofRow)).toEqual(plain);
      expect(fates(await find([], { config, inputs: [array] }), () => 0).csv).toEqual(plain.csv);
      // A fault in another row changes nothing but the counts of what is read and rejected.
      const broken = await find([`${log}x\n`], { config });
      const { csv, faults } = fates(broken, ofLine);
      expect({ csv, faults: faults.slice(0, -1) }).toEqual({ csv: plain.csv, faults: plain.faults });
    },
    tries(3, 0.3),
  );
});

it('what happens after an as-of changes no byte of what was before, with identity', async () => {
  await holdsAsync(
    fc.tuple(logsOf(), fc.constantFrom('2024-03-10', '2024-03-11T12:00:00Z'), fc.boolean()),
    async ([{ header, rows }, asOf, alias]) => {
      const identity = alias ? { column: 'user_id', alias: 'anonymous_id' } : { column: 'anonymous_id' };
      const config = { ...defaultConfig, events: [{ ...defaultReading, identity }] };
      const isEarly = (row: readonly string[]): boolean => oracle(toCsv({ header, rows: [row] }), { asOf }).later === 0;
      const early = toCsv({ header, rows: rows.filter(isEarly) });
      const none = (error: unknown): undefined => {
        expect(String(error)).toContain('no events at or before');
        return undefined;
      };
      const [all, before] = [
        await find([toCsv({ header, rows })], { config, asOf }).catch(none),
        await find([early], { config, asOf }).catch(none),
      ];
      expect(before?.csv).toBe(all === undefined ? before?.csv : all.csv);
    },
    tries(3, 0.3),
  );
});
