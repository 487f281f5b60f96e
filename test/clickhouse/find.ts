/** What `gesture features` finds in a table of ClickHouse. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import { type Config, defaultConfig } from '../../src/config/settings.js';
import { parseAddress } from '../../src/engine/clickhouse/address.js';
import { withServer } from '../../src/engine/clickhouse/client.js';
import { computeTable } from '../../src/engine/clickhouse/features.js';
import type { TableRequest } from '../../src/engine/clickhouse/prepare.js';
import { endOf, parseTime } from '../../src/text/instants.js';
import { type Found, resolved } from '../engine/find.js';
import type { Log } from '../oracle/logs.js';
import type { TestServer } from './server.js';

const CHARACTERS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
};
const escaped = (cell: string): string => cell.replaceAll(/[\\\t\n\r\0]/g, (c) => CHARACTERS[c] ?? c);

/** A name in SQL. */
export const named = (name: string): string => `\`${name.replaceAll(/[\\`]/g, String.raw`\$&`)}\``;

/** Makes a table of a log whose cells are all text, or of the types that `typeOf` gives. */
export const putLog = async (
  server: TestServer,
  table: string,
  { header, rows }: Log,
  typeOf: (column: string) => string = () => 'String',
): Promise<void> => {
  const columns = header.map((name) => `${named(name)} ${typeOf(name)}`);
  await server.query(`DROP TABLE IF EXISTS ${table}`);
  await server.query(`CREATE TABLE ${table} (${columns.join(', ')}) ENGINE = MergeTree ORDER BY tuple()`);
  if (rows.length === 0) return;
  const text = rows.map((row) => row.map(escaped).join('\t')).join('\n');
  await server.query(`INSERT INTO ${table} FORMAT TSV`, `${text}\n`);
};

/** What is found in a table, as `find` says it of files. */
export const findInTable = async (
  server: TestServer,
  table: string,
  {
    config = defaultConfig,
    asOf,
    user,
    ...options
  }: Omit<Partial<TableRequest>, 'asOf'> & { asOf?: string | undefined; config?: Config; user?: string } = {},
): Promise<Found> => {
  const scratch = mkdtempSync(join(tmpdir(), 'gesture-test-'));
  const out = join(scratch, 'out.csv');
  const time = asOf === undefined ? undefined : parseTime(asOf);
  const address = server.address(table, user);
  const request = {
    inputs: [address],
    asOf: time === undefined ? undefined : endOf(time),
    now: BigInt(Date.UTC(2300, 0)) * 1000n,
    maxRejected: 1,
    stdin: Readable.from([]),
    scratch,
    slices: 1,
    ...options,
  };
  try {
    const outcome = await withServer(
      parseAddress(address, user === undefined ? '' : 's3cret'),
      () => {},
      (opened) => computeTable(opened, { ...request, config: resolved(config) }, out),
    );
    const csv = readFileSync(out, 'utf8');
    return { ...outcome, csv, rows: parse(csv) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};
