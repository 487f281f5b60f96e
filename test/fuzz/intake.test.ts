/** Whatever the bytes of a log: an answer whose accounts add up, the oracle's where it can read the log, or one line that says what to mend. */
import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { expect, it } from 'vitest';
import { Failure } from '../../src/model.js';
import { HAND_LOG } from '../fixtures/hand.js';
import { oracle } from '../oracle/oracle.js';
import { mutated } from './bytes.js';
import { tries } from '../random.js';
import { answerTo } from './answer.js';
import { fuzz } from './finds.js';

const PLAIN = `event_id,user_id,timestamp,event_type
e1,ana,2026-01-05T09:00:00Z,page_view
e2,ana,2026-01-05T09:31:00Z,signup
e3,ben,2026-01-06T10:00:00Z,search
`;
const QUOTED = `user_id,timestamp,event_type,session_id,username,account_balance_usd,spam_flag
ana,2026-01-05T09:00:00Z,page_view,s1,"Ana ""A"", B",12.50,true
"ben",2026-01-05,"signup",s2,"two
lines",-3,0
zoë,2026-01-06 10:00:00.5+02:00,search,,Zoë,,no
`;
const DEVICES = `user_id\ttimestamp\tevent_type\tdevice\tbounce_flag
7\t2026-01-05 09:00\tpage_view\tmobile\t
007\t2026-01-05T09:00:01-03:30\tcalendar_booking\t\t1
7\t2026-02-28 UTC\tchat_message\tdesktop\tf
`;
const SEEDS = [PLAIN, QUOTED, `\uFEFF${QUOTED.replaceAll('\n', '\r\n')}`, DEVICES, DEVICES.replaceAll('\t', ';')];
const hand = readFileSync(HAND_LOG);

const HOSTILE = [
  ['', '"', '""', '"""', '","', ',', ';', '\t', '|', ' ', '\n', '\r', '\r\n', '\n\n', '\0', '\uFEFF', '\\', "'", '`'],
  ['NaN', 'Infinity', '-0', '1e400', '1e5', '1_000', '0x10', '+5', '.5', '5.', '１', '9'.repeat(40), '9'.repeat(400)],
  ['2026-02-30', '2026-01-05T24:00:00Z', '2026-01-05T09:00:60Z', '9999-12-31', '1989-12-31', 'infinity', 'epoch'],
  ['0001-01-01', '294247-01-10', '1767603600', '2026-01-05T09:00:00+15:59', '2026-01-05T09:00:00.123456789Z', '٢٠٢٦'],
  ['__proto__', 'constructor', 'NULL', '\\N', 'true', 'maybe', '#1', 'ana#1', 'c0', '#file', '#line', '$1', '%s', '*'],
  ["'; DROP TABLE by_event; --", '=1+1', '@SUM(A1)', '<html>', 'PK\u0003\u0004', '\u001B[2J', '\u202E', '\u2028', '😀'],
  ['user_id', 'timestamp', 'event_type', 'user_id,timestamp,event_type', 'x'.repeat(5000), '"\n"'.repeat(50)],
  ['sep=,\n', '# comment\n', '--\n', '\u001A', 'e\u0301', '\uFFFE', '\u{10FFFF}', 'page_view', 'signup'],
].flat();
const BYTES = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xff, 0xfe], [0x1f, 0x8b, 0x08], [0xc0, 0x80]].map((bytes) =>
  Buffer.from(bytes),
);

const seeds = [...SEEDS.map((text) => Buffer.from(text)), hand];
const headerOf = (file: Buffer): string => file.toString('latin1', 0, file.indexOf('\n'));
const headers = new Set(seeds.map(headerOf));
const files = mutated(seeds, /([,;\t|]|\r?\n)/, [...HOSTILE, ...BYTES]);

/** What the oracle makes of a file; undefined where it cannot read it or reads more than gesture promises to. */
const expectedOf = (file: Buffer): ReturnType<typeof oracle> | undefined => {
  const text = file.toString();
  if (!isUtf8(file) || /\r(?!\n)/.test(text)) return undefined;
  try {
    return oracle(text);
  } catch {
    return undefined;
  }
};

const places = (faults: readonly { line: number; column: string }[]): object[] =>
  faults.map(({ line, column }) => ({ line, column }));

/** @throws whatever is wrong with the answer to `file` */
const check = async (file: Buffer): Promise<void> => {
  const found = await answerTo(file);
  const expected = expectedOf(file);
  if (found instanceof Failure) {
    // A header that was changed may be refused for what it looks like; below a good one the oracle knows what is read.
    if (headers.has(headerOf(file))) assert.equal(expected, undefined);
    return;
  }
  if (!expected) return;
  const { read, used, duplicate } = found.accounts;
  assert.deepEqual(found.rows, expected.rows);
  assert.deepEqual(places(found.faults), places(expected.rejected));
  assert.deepEqual([read, used, duplicate], [expected.read, expected.used, expected.duplicate]);
};

it('a log of any bytes is answered or refused', async () => {
  await expect(fuzz('intake', files, tries(25), check)).resolves.toBeUndefined();
});
