/** Whatever the bytes of JSON lines: an answer that accounts for every line, or one line that says what to mend. */
import assert from 'node:assert/strict';
import { expect, it } from 'vitest';
import { defaultConfig, defaultReading } from '../../src/config/settings.js';
import type { Features } from '../../src/catalogue/measures.js';
import { Failure } from '../../src/model.js';
import { tries } from '../random.js';
import { mutated } from './bytes.js';
import { answerTo } from './answer.js';
import { fuzz } from './finds.js';

const PLAIN = `{"user_id":"ana","timestamp":"2026-01-05T09:00:00Z","event_type":"page_view","event_id":"e1"}
{"user_id":"ana","timestamp":"2026-01-05T09:31:00Z","event_type":"signup","event_id":"e2"}
{"user_id":"ben","timestamp":"2026-01-06","event_type":"search","event_id":"e3"}
`;
const NESTED = `{"user_id":7,"timestamp":"2026-01-05","event_type":"search","who":{"plan":"pro","tags":[1.10,null]},"price":12.50}
{"event_type":"signup","timestamp":"2026-01-05 09:00","user_id":"007","spam_flag":true,"who":{"plan":null},"price":-0}

{"user_id":"zo\\u00eb","timestamp":"2026-01-05","event_type":"x","username":"\\ud83d\\ude00 \\"Z\\"\\n","account_balance_usd":1e5}
`;
const HOSTILE = [
  ['', '{', '}', '[', ']', '"', '\\', ':', ',', '\n', '\r', '\r\n', '\n\n', '\0', '\t', ' ', '\uFEFF', '\u2028', '\\n'],
  ['null', 'true', '{}', '[]', '""', '0', '-0', '1.10', '1e5', '1e400', '-', '0.0000001', '9'.repeat(40), 'NaN', "'"],
  ['"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\u"', '"\\x"', '"2026-02-30"', '"9999-12-31"', '"NULL"', '"😀"'],
  ['"user_id"', '"timestamp"', '"event_type"', '"__proto__"', '"constructor"', '"who"', '"who.plan"', '"user_id":1,'],
  ['['.repeat(2000), '{"a":'.repeat(600), `${'['.repeat(600)}${']'.repeat(600)}`, `"${'x'.repeat(5000)}"`, '/*x*/'],
].flat();
const BYTES = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]].map((bytes) => Buffer.from(bytes));

const files = mutated(
  [PLAIN, NESTED, `\uFEFF${NESTED.replaceAll('\n', '\r\n')}`].map((text) => Buffer.from(text)),
  /([{}[\],:]|\r?\n)/,
  [...HOSTILE, ...BYTES],
);

const own: Features = {
  plan: { from: 'events', is: { op: 'mode', column: 'plan' }, unit: 'text', says: 'plan' },
  price: { from: 'events', is: { op: 'latest', column: 'price' }, unit: 'EUR', says: 'price' },
  tags: { from: 'events', is: { op: 'latest', column: 'who.tags' }, unit: 'text', says: 'tags' },
};
const events = [{ ...defaultReading, columns: { plan: 'who.plan' } }];
const configs = [defaultConfig, { ...defaultConfig, events, features: { ...defaultConfig.features, ...own } }];

/** Lines that are not blank. */
const linesOf = (file: Buffer): number =>
  file
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .split('\n')
    .filter((line) => /[^\0- ]/.test(line)).length;

/** @throws whatever is wrong with the answer to `file` */
const check = async (file: Buffer): Promise<void> => {
  for (const config of configs) {
    const found = await answerTo(file, { config });
    if (found instanceof Failure) continue;
    // A file that no longer begins with a brace is read as CSV.
    if (/^(\u00ef\u00bb\u00bf)?\s*\{/.test(file.toString('latin1'))) assert.equal(found.accounts.read, linesOf(file));
  }
};

it('JSON lines of any bytes are answered or refused', async () => {
  await expect(fuzz('jsonLines', files, tries(8, 0.5), check)).resolves.toBeUndefined();
});
