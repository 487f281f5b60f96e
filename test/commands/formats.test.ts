/** The same log in other formats: the same users, byte for byte, and every row accounted for. */
import { DuckDBInstance } from '@duckdb/node-api';
import { parse } from 'csv-parse/sync';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SAMPLES } from '../fixtures/sources/expected.js';
import { runDemo } from '../demo.js';
import { HAND_LOG } from '../fixtures/hand.js';
import { zipOf } from '../intake/zip.js';
import { call } from './call.js';
import type { Run } from './gesture.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gesture-formats-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const { files: demo } = await runDemo();
const DEMO_LOG = Buffer.from(demo['raw_events.csv'] ?? '');

const path = (name: string): string => join(folder, name);
const write = (name: string, content: string | Buffer): string => {
  writeFileSync(path(name), content);
  return name;
};
const read = (name: string): string => readFileSync(path(name), 'utf8');
const features = (...args: string[]): Promise<Run> => call(folder, ['features', '--max-rejected', '20%', ...args]);

/** What `gesture features` makes of the inputs: the table, and the identity. */
const found = async (...args: string[]): Promise<{ table: string; identity: string | undefined }> => {
  const run = await features(...args);
  expect(run.stderr).not.toContain('gesture:');
  return { table: read('data/user_features.csv'), identity: run.stderr.split('\n')[0] };
};

/** Runs statements of the engine in `folder`, to make files that other programs would. */
const engine = async (...statements: string[]): Promise<void> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(`SET TimeZone = 'UTC'; SET file_search_path = '${folder}'`);
    for (const statement of statements) await connection.run(statement);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};

/** The rows of a CSV as JSON lines; an empty cell is left out, null or "" in turn. */
const jsonLines = (csv: string): string => {
  const [header = [], ...rows] = parse(csv);
  return rows
    .map((row, n) =>
      JSON.stringify(
        Object.fromEntries(
          header.flatMap((name, i) => {
            const cell = row[i] ?? '';
            if (cell !== '') return [[name, cell]];
            return n % 3 === 0 ? [] : [[name, n % 3 === 1 ? null : '']];
          }),
        ),
      ),
    )
    .join('\n');
};

const hand = (): string => readFileSync(HAND_LOG, 'utf8');

describe('the hand-worked log', () => {
  it('as JSON lines gives the same table, its lines counted as an editor does', async () => {
    const csv = await found(write('hand.csv', hand()));
    const rejected = read('data/rejected_events.csv').split('\n');
    expect(await found(write('hand.ndjson', `\n${jsonLines(hand())}\n`))).toEqual(csv);
    const places = (lines: readonly string[]): string[] => lines.slice(1, -1).map((l) => l.replace(/,"?[{a-z].*/, ''));
    expect(places(read('data/rejected_events.csv').split('\n'))).toEqual(places(rejected));
    expect(read('data/rejected_events.csv')).toContain('""timestamp"":""03/01/2026""');
  });

  it('as Parquet gives the same table; a rejected row is named by its number, with its cells', async () => {
    const csv = await found(write('hand.csv', hand()));
    await engine(`COPY (FROM read_csv('hand.csv', all_varchar = true)) TO '${path('hand.parquet')}' (FORMAT parquet)`);
    expect(await found('hand.parquet')).toEqual(csv);
    const [, first = ''] = read('data/rejected_events.csv').split('\n');
    expect(first).toMatch(/^8,timestamp,not an ISO 8601 date or date-time,"\{""event_id"":""a7""/);
  });

  it('in three parts, a format each, gives the same table', async () => {
    const csv = await found(write('hand.csv', hand()));
    await engine(
      `CREATE TABLE log AS SELECT *, row_number() OVER () AS n FROM read_csv('hand.csv', all_varchar = true)`,
      `COPY (SELECT * EXCLUDE n FROM log WHERE n % 3 = 0) TO '${path('a.parquet')}' (FORMAT parquet)`,
      `COPY (SELECT * EXCLUDE n FROM log WHERE n % 3 = 1) TO '${path('b.csv')}' (HEADER)`,
      `COPY (SELECT * EXCLUDE n FROM log WHERE n % 3 = 2) TO '${path('c.csv')}' (HEADER)`,
    );
    write('c.jsonl', jsonLines(read('c.csv')));
    expect((await found('a.parquet', 'b.csv', 'c.jsonl')).table).toBe(csv.table);
  });
});

describe('the demo', () => {
  it('as Parquet with types gives the committed table', async () => {
    write('demo.csv', DEMO_LOG);
    // A balance of 9.60 is money in two decimals there; as a floating point number it would come back as 9.6.
    await engine(
      `COPY (SELECT * REPLACE (account_balance_usd::DECIMAL(12, 2) AS account_balance_usd) FROM read_csv('demo.csv')) TO '${path('demo.parquet')}' (FORMAT parquet)`,
    );
    expect((await found('demo.parquet')).table).toBe(demo['user_features.csv']);
  });

  it('compressed gives the committed table', async () => {
    const log = DEMO_LOG;
    const expected = await found(write('demo.csv', log));
    await engine(
      `COPY (FROM read_csv('demo.csv', all_varchar = true)) TO '${path('demo.csv.zst')}' (FORMAT csv, COMPRESSION zstd)`,
    );
    expect(await found('demo.csv.zst')).toEqual(expected);
    expect(await found(write('demo.csv.gz', gzipSync(log)))).toEqual(expected);
    expect(await found(write('demo.ndjson.gz', gzipSync(jsonLines(log.toString()))))).toEqual(expected);
  });
});

describe('JSON', () => {
  const LINE = '{"user_id":"ana","timestamp":"2026-01-05T09:00:00Z","event_type":"signup"}';

  it('keeps numbers as they are written, and finds names with dots by the fewest keys', async () => {
    write('gesture.yaml', 'events: { columns: { username: who.name, location_city: a.b.c } }\n');
    const [big, half] = ['12345678901234567890123', '0.1'];
    write(
      'log.ndjson',
      `{"user_id":${big},"timestamp":"2026-01-05T09:00:00Z","event_type":"signup","who":{"name":"Ana"},"who.name":"Eve","a":{"b.c":"Oslo"},"account_balance_usd":${half}}\n`,
    );
    expect((await found('log.ndjson')).table).toContain(`\n${big},Eve,Oslo,,,0.1,`);
  });

  it('lists lines that are no objects, as they stand', async () => {
    const lines = [LINE, '{"user_id":', '[1]', LINE, `"${LINE}`, 'null', LINE.replace('ana', 'a\tb')];
    const { stderr, status } = await features(write('log.ndjson', lines.join('\r\n')), '--max-rejected', '100%');
    expect({ status, identity: stderr.split('\n')[0] }).toEqual({
      status: 0,
      identity: 'read 7 = used 2 + rejected 5 + duplicate 0',
    });
    expect(read('data/rejected_events.csv').split('\n').slice(1, 4)).toEqual([
      '2,,not valid JSON,"{""user_id"":",log.ndjson',
      '3,,not a JSON object,[1],log.ndjson',
      `5,,not valid JSON,"""${LINE.replaceAll('"', '""')}",log.ndjson`,
    ]);
  });

  it('in a column of CSV, or in nested columns of Parquet, is reached by the same names', async () => {
    write('gesture.yaml', 'events: { columns: { username: who.name } }\n');
    write(
      'log.csv',
      'user_id,timestamp,event_type,who\nana,2026-01-05,signup,"{""name"":""Ana""}"\nben,2026-01-05,signup,Ben\n',
    );
    expect((await found('log.csv')).table).toMatch(/\nana,Ana,.*\nben,,/);
    await engine(
      `COPY (SELECT 'ana' AS user_id, DATE '2026-01-05' AS timestamp, 'signup' AS event_type, {name: 'Ana', age: 7} AS who) TO '${path('log.parquet')}' (FORMAT parquet)`,
    );
    expect((await found('log.parquet')).table).toMatch(/\nana,Ana,/);
  });

  it('take an empty text of Parquet as unknown: the name known before is the latest', async () => {
    await engine(
      `COPY (FROM (VALUES ('ana', '2026-01-05', 'signup', 'Ana'), ('ana', '2026-01-06', 'search', '')) AS log(user_id, timestamp, event_type, username)) TO '${path('empty.parquet')}' (FORMAT parquet)`,
    );
    expect((await found('empty.parquet')).table).toMatch(/\nana,Ana,/);
  });
});

it.each(Object.entries(SAMPLES))('says that the sample of %s is from there', async (name, { file }) => {
  write(file, readFileSync(new URL(`../fixtures/sources/${file}`, import.meta.url)));
  const { status, stdout } = await features(file, '--from', 'detect');
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining(`${file}: --from ${name}:`) });
  expect(await features(file, '--from', name)).toMatchObject({ status: 0 });
});

it.each([
  [
    'a JSON array that was cut',
    '[{"user_id":"ana","timestamp":"2026-01-05","event_type":"x"},',
    'the JSON array has no end',
  ],
  [
    'an answer of a web service',
    '{"next":null,"results":[{"user_id":"ana"}]}',
    `convert it with jq -c '.["results"][]' log`,
  ],
  ['objects back to back', '{"user_id":"ana"}{"user_id":"ben"}', "convert it with jq -c '.' log"],
  [
    'objects with commas between them',
    '{"user_id":"ana"},\n{"user_id":"ben"},\n',
    "remove the comma after each line with sed 's/,$//' log",
  ],
  ['an xz file', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), 'this is an xz file: unpack it with xz -d'],
  ['a bzip2 file', 'BZh91AY', 'this is a bzip2 file'],
  ['a tar archive', Buffer.concat([Buffer.alloc(257), Buffer.from('ustar')]), 'this is a tar archive'],
  ['JSON without objects', '{\n"user_id": "ana"\n}\n', 'no line is an object'],
  ['JSON without a needed key', '{"user":"ana","timestamp":"2026-01-05","event_type":"x"}', 'has no column user_id'],
  ['a Parquet file cut short', Buffer.from('PAR1....'), 'the Parquet file is damaged'],
  ['zstd cut short', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x04]), 'the zstd data is damaged'],
])('refuses %s', async (_, content, says) => {
  const { status, stderr } = await features(write('log', content));
  expect(stderr).toContain(says);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(status).toBe(65);
});

it('refuses a zstd bomb', async () => {
  await engine(
    `COPY (SELECT repeat('x', 100000) FROM range(1000)) TO '${path('bomb.csv.zst')}' (FORMAT csv, COMPRESSION zstd)`,
  );
  const { status, stderr } = await features('bomb.csv.zst');
  expect(stderr).toContain('grows to more than a hundred times its size');
  expect(status).toBe(65);
});

describe('a zip archive', () => {
  const text = DEMO_LOG.toString();

  it('of one file is that file', async () => {
    const plain = await found(write('log.csv', DEMO_LOG));
    write('log.zip', zipOf({ 'export/': '', 'export/log.csv': text, '__MACOSX/._log.csv': 'x' }));
    expect(await found('log.zip')).toEqual(plain);
  });

  it.each([
    ['several files', zipOf({ 'a.csv': text, 'b.csv': text }), 'this zip archive has 2 files: unpack it'],
    ['no file', zipOf({ 'a/': '' }), 'this zip archive has no file'],
    [
      'a workbook',
      zipOf({ '[Content_Types].xml': '<x/>', 'xl/a.xml': '<x/>' }),
      'this is an Excel or OpenDocument file',
    ],
  ])('of %s is refused', async (_, archive, says) => {
    expect(await features(write('log.zip', archive))).toMatchObject({
      status: 65,
      stderr: expect.stringContaining(says),
    });
  });

  it('with a flipped bit is refused, or it does no harm', async () => {
    const plain = await found(write('log.csv', DEMO_LOG));
    const whole = zipOf({ 'log.csv': text });
    for (let i = 0; i < 24; i += 1) {
      const damaged = Buffer.from(whole);
      const at = Math.floor((whole.length * (i + 0.5)) / 24);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (i % 8));
      const run = await features(write('log.zip', damaged));
      expect([0, 65]).toContain(run.status);
      expect({ at, table: read('data/user_features.csv') }).toEqual({ at, table: plain.table });
    }
  });
});
