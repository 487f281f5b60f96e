/** `--print-sql` of files: what is printed runs, and makes the same table; or one line says why there is nothing to print. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/model.js';
import { newFolder } from '../faults/run.js';
import { call } from './call.js';

const DEMO = readFileSync('data/raw_events.csv', 'utf8');

const feature = (test: string): string =>
  `features: {own: {from: events, is: {op: countWhere, column: device, ${test}}, unit: events, says: own}}\n`;

describe('--print-sql', () => {
  it.each([
    ['text like the end of a statement', feature(`equals: "GO TO 'X'"`)],
    ['text like a parameter', feature("not_equals: '$1'")],
    ['anonymous visits', 'events: {identity: username}\n'],
  ])('prints what runs, with %s', async (_, yaml) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'log.csv'), DEMO);
    writeFileSync(join(folder, 'gesture.yaml'), yaml);
    const { status, stdout } = await call(folder, ['features', 'log.csv', '--print-sql']);
    expect(status).toBe(0);
    expect(stdout).not.toContain(folder);
    expect(readdirSync(folder).toSorted()).toEqual(['gesture.yaml', 'log.csv']);
    await call(folder, ['features', 'log.csv', '--out', 'expected.csv']);
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    const inFolder = (sql: string, file: string): string => sql.replaceAll(`'${file}'`, `'${join(folder, file)}'`);
    await connection.run(inFolder(inFolder(stdout, 'log.csv'), 'user_features.csv'));
    const [printed, expected] = ['user_features.csv', 'expected.csv'].map((name) =>
      readFileSync(join(folder, name), 'utf8'),
    );
    expect(printed).toBe(expected);
  });

  it('says why there is nothing to print', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'log.csv'), DEMO + DEMO.split('\n').slice(1, 3).join('\n'));
    const { status, stderr } = await call(folder, ['features', 'log.csv', '--print-sql']);
    expect({ status, stderr }).toEqual({
      status: EXIT.usage,
      stderr: expect.stringContaining('no single query reads this log'),
    });
    expect(readdirSync(folder)).toEqual(['log.csv']);
  });
});
