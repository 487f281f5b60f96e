/** What the engine may touch once it is locked: the files it was given, and nothing else. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporary } from '../config/temporary.js';
import { withEngine } from '../../src/engine/duckdb/open.js';

const { folder, write } = temporary();
const scratch = join(folder, 'scratch');
mkdirSync(scratch);
const log = write('log.csv', 'a\n1\n');
write('secret.csv', 'a\nsecret\n');
mkdirSync(`${scratch}-of-others`);
writeFileSync(join(`${scratch}-of-others`, 'secret.csv'), 'a\nsecret\n');

const locked = (sql: string): Promise<unknown> =>
  withEngine(scratch, { threads: 1 }, async (engine) => {
    await engine.lock([scratch], [log]);
    return engine.rows(sql);
  });

describe('a locked engine', () => {
  it('reads the log and writes to its scratch folder', async () => {
    expect(await locked(`SELECT a FROM read_csv('${log}', all_varchar = true)`)).toEqual([['1']]);
    expect(await locked(`COPY (SELECT 1) TO '${scratch}/out.csv'`)).toEqual([[1n]]);
  });

  it.each([
    ['another file', `SELECT * FROM read_csv('${folder}/secret.csv')`],
    ['another file by its bare name', `SELECT * FROM '${folder}/secret.csv'`],
    ['a pattern', `SELECT * FROM read_csv('${folder}/*.csv')`],
    ['a list of files', `SELECT * FROM glob('${folder}/*')`],
    ['a way out of the scratch folder', `SELECT * FROM read_csv('${scratch}/../secret.csv')`],
    ['a folder with a longer name', `SELECT * FROM read_csv('${scratch}-of-others/secret.csv')`],
    ['any text', `SELECT * FROM read_text('/etc/passwd')`],
    ['a file to write', `COPY (SELECT 1) TO '${folder}/out.csv'`],
    ['the log itself', `COPY (SELECT 1) TO '${log}'`],
    ['a database', `ATTACH '${folder}/x.db'`],
    ['an export', `EXPORT DATABASE '${folder}/export'`],
    ['an address', `SELECT * FROM read_csv('https://example.org/x.csv')`],
    ['a bucket', `SELECT * FROM read_parquet('s3://bucket/x.parquet')`],
    ['an extension to install', 'INSTALL httpfs'],
    ['an extension to load', 'LOAD httpfs'],
    ['an extension from a file', `LOAD '${scratch}/x.duckdb_extension'`],
    ['a secret that stays', `CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')`],
    ['the lock', 'SET lock_configuration = false'],
    ['the access', 'SET enable_external_access = true'],
    ['the folders', `SET allowed_directories = ['/']`],
    ['the memory', `SET memory_limit = '1TB'`],
  ])('refuses %s', async (_, sql) => {
    await expect(locked(sql)).rejects.toThrow(/^(Permission|Invalid Input|Catalog) Error: /);
  });
});
