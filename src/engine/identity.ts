/**
 * Who is who: events from before people said who they are belong to the user that their anonymous id is next seen with,
 * or else was last seen with. Only rows up to as-of count, so nothing that happens later changes a result.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeText } from '../io/output.js';
import { ANONYMOUS_ID, Failure, messageOf } from '../model.js';
import { duckdb } from '../sql/duckdb.js';
import { identityChanges, linkedIdentities, resolvedRows } from '../sql/identity.js';
import { literal } from '../sql/text.js';
import { count } from './aggregate.js';
import type { Engine } from './duckdb/open.js';
import type { Relation } from './duckdb/relations.js';

/** The rows of a file of `anonymous_id,user_id`, in that order. */
export const readMap = async (path: string): Promise<string[][]> => {
  const text = await readFile(path).catch((error: unknown) => {
    throw new Failure('noInput', `cannot read ${path} (identity: map in gesture.yaml): ${messageOf(error)}`);
  });
  const { parse } = await import('csv-parse/sync');
  let records: string[][];
  try {
    records = parse(text, { bom: true, skip_empty_lines: true });
  } catch (error) {
    throw new Failure('data', `${path}: not a CSV file of anonymous_id,user_id: ${messageOf(error)}`);
  }
  const [header = [], ...body] = records;
  const places = [ANONYMOUS_ID, 'user_id'].map((column) => header.indexOf(column));
  if (places.includes(-1)) {
    throw new Failure(
      'data',
      `${path}:1: the header must have ${ANONYMOUS_ID} and user_id; it has ${header.join(', ')}`,
    );
  }
  return body.map((row) => places.map((place) => row[place] ?? '')).filter((ids) => !ids.includes(''));
};

/**
 * Reads a file of `anonymous_id,user_id` into the table `mapped`, which is empty if there is no file.
 *
 * @throws Failure `noInput` or `data`
 */
export const readIdentityMap = async (engine: Engine, path: string | undefined, scratch: string): Promise<void> => {
  if (path === undefined) {
    await engine.run('CREATE OR REPLACE TEMP TABLE mapped (anonymous_id VARCHAR, user_id VARCHAR)');
    return;
  }
  const { stringify } = await import('csv-stringify/sync');
  const copy = join(scratch, 'identities.csv');
  await writeText(copy, [stringify(await readMap(path), { quoted: true })]);
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE mapped AS SELECT anonymous_id, min(user_id) AS user_id FROM read_csv(${literal(copy)}, auto_detect = false, header = false,
     delim = ',', quote = '"', escape = '"', new_line = '\\n', columns = {'anonymous_id': 'VARCHAR', 'user_id': 'VARCHAR'}) GROUP BY ALL`,
  );
};

/**
 * Rows whose users are resolved.
 *
 * @param rows relation of rows with `t`, user_id and anonymous_id; the links between ids are taken from it too
 * @param asOf microseconds since 1970; undefined: every row counts
 */
export const resolveUsers = async (engine: Engine, rows: Relation, asOf: bigint | undefined): Promise<Relation> => {
  const early = asOf === undefined ? 'true' : `t <= ${duckdb.instant(asOf)}`;
  await engine.run(`CREATE OR REPLACE TEMP TABLE identities AS ${linkedIdentities(rows.sql, early)}`, rows.paths);
  const several = (await count(engine, 'SELECT count(*) FROM identities WHERE user_id <> other')) > 0;
  await (several
    ? engine.run(`CREATE OR REPLACE TEMP TABLE changes AS ${identityChanges(rows.sql, early)}`, rows.paths)
    : engine.run('DROP TABLE IF EXISTS changes'));
  return { sql: resolvedRows(rows.sql, several), paths: rows.paths };
};
