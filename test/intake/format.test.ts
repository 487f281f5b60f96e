/** The format of a log, by its first bytes. */
import { expect, it } from 'vitest';
import { formatOf } from '../../src/intake/format.js';

it.each([
  ['{"user_id":"ana"}\n', 'ndjson'],
  ['\uFEFF {"user_id":"ana"}\n', 'ndjson'],
  ['[ {"user_id":"ana"} ]', 'ndjson'],
  ['-01-05","type":"signup"}\n{"user_id":"ana"}\n', 'ndjson'],
  ['user_id,timestamp\nana,2026-01-05\n', 'csv'],
  ['payload,user_id\n{"a":1},ana\n', 'csv'],
  ['{', 'ndjson'],
  ['', 'csv'],
  ['PAR1', 'parquet'],
])('%j begins %s', (head, format) => {
  expect(formatOf(Buffer.from(head)).format).toBe(format);
});
