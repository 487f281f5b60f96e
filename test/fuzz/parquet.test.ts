/** Whatever the bytes of a Parquet file: an answer whose accounts add up, or one line that says that it is damaged. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withEngine } from '../../src/engine/duckdb/open.js';
import { Failure } from '../../src/model.js';
import { temporary } from '../config/temporary.js';
import { LONG, tries } from '../random.js';
import { mutated } from './bytes.js';
import { answerTo } from './answer.js';
import { fuzz } from './finds.js';

const { folder } = temporary();

/** The rows of a query as a Parquet file. */
const parquet = async (sql: string, options: string): Promise<Buffer> => {
  const path = join(folder, 'seed.parquet');
  await withEngine(folder, { threads: 1 }, (engine) =>
    engine.run(`COPY (${sql}) TO '${path}' (FORMAT parquet, ${options})`),
  );
  return readFileSync(path);
};

const TEXTS = "'u' || i % 7 AS user_id, '2026-01-05' AS timestamp, 'signup' AS event_type, 'Zoë ' || i AS username";
const TYPES = `uuid() AS event_id, i AS user_id, TIMESTAMP '2026-01-05' + to_hours(i) AS timestamp, 'search'::ENUM('search', 'signup') AS event_type,
  encode('s' || i) AS session_id, i / 3 AS account_balance_usd, {name: 'Ana', tags: [i, NULL]} AS who, i % 2 = 0 AS spam_flag`;

/** @throws whatever is wrong with the answer to `file` */
const check = async (file: Buffer): Promise<void> => {
  for (const asOf of [undefined, '2026-02-01']) {
    const found = await answerTo(file, { asOf, memoryLimit: '1GB' });
    if (found instanceof Failure) continue;
  }
};

// Damage can end the process of the engine, so it is for the long run alone.
it.skipIf(!LONG)('Parquet of any bytes is answered or refused', async () => {
  const seeds = [
    await parquet(`SELECT ${TEXTS} FROM range(30) AS rows(i)`, 'COMPRESSION uncompressed'),
    await parquet(`SELECT ${TYPES} FROM range(30) AS rows(i)`, 'COMPRESSION uncompressed'),
    await parquet(`SELECT ${TEXTS} FROM range(3000) AS rows(i)`, 'COMPRESSION snappy, ROW_GROUP_SIZE 2048'),
    await parquet(`SELECT ${TYPES} FROM range(300) AS rows(i)`, 'COMPRESSION zstd, PARQUET_VERSION v2'),
  ];
  const files = mutated(seeds, /(\0+)/, ['\0', 'PAR1', '\u0015', '\u00ff'.repeat(8), 'x'.repeat(100), 'user_id']);
  await expect(fuzz('parquet', files, tries(1, 0.5), check)).resolves.toBeUndefined();
});
