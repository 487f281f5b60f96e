/** Plain lines of JSON are copied byte by byte: whatever is copied has to be what the parsed object says. */
import { isUtf8 } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import type { Log } from '../../src/intake/bind.js';
import { copyObject } from '../../src/intake/copyObject.js';
import { FlatLines } from '../../src/intake/flatJson.js';
import { mutated } from '../fuzz/bytes.js';
import { holds, tries } from '../random.js';

/** The places of cells: one of a key, two of the same, and one within another. */
const COLUMNS: Log['columns'] = new Map([
  ['user_id', [{ at: 0, within: ['user_id'] }]],
  ['timestamp', [{ at: 1, within: ['ts'] }]],
  ['event_type', [{ at: 2, within: ['type'] }]],
  [
    'username',
    [
      { at: 3, within: ['user_id'] },
      { at: 4, within: ['who.name'] },
      { at: 5, within: ['who', 'name'] },
    ],
  ],
  [
    'device',
    [
      { at: 6, within: ['é😀'] },
      { at: 7, within: ['__proto__'] },
    ],
  ],
]);
const CELLS = [...COLUMNS.values()].flat().map(({ within = [] }) => within);

/** The copy of each line of a file; undefined for those that are not plain. */
const copies = (file: Buffer): { line: Buffer; copy: string | undefined }[] => {
  const flat = new FlatLines(CELLS);
  const found: { line: Buffer; copy: string | undefined }[] = [];
  for (let start = 0; start < file.length;) {
    const feed = file.indexOf('\n', start);
    const end = feed === -1 ? file.length : feed;
    const to = Buffer.alloc(flat.room(end - start));
    const copied = flat.copy(file, start, end, to, 0);
    const copy = copied === -1 ? undefined : to.toString('latin1', 0, copied);
    found.push({ line: file.subarray(start, end), copy });
    start = end + 1;
  }
  return found;
};

const copyOf = (line: string): string | undefined => copies(Buffer.from(line))[0]?.copy;

const rest = '"ts":"2026-01-05","type":"x"';

describe('a plain line', () => {
  it.each([
    [`{"user_id":"ana",${rest}}`, 'ana,2026-01-05,x,ana,,,,'],
    [`{ "user_id" : "ana" ,\t${rest} } `, 'ana,2026-01-05,x,ana,,,,'],
    [`{${rest},"note":"a,b","user_id":"a,b"}`, '"a,b",2026-01-05,x,"a,b",,,,'],
    [`{"user_id":-12.50,${rest}}`, '-12.50,2026-01-05,x,-12.50,,,,'],
    [`{"user_id":0,${rest},"n":-0.0}`, '0,2026-01-05,x,0,,,,'],
    [`{"user_id":true,${rest},"who":null}`, 'true,2026-01-05,x,true,,,,'],
    [`{"user_id":false,${rest},"who":""}`, 'false,2026-01-05,x,false,,,,'],
    [`{"user_id":null,${rest},"who.name":"Ana"}`, ',2026-01-05,x,,Ana,,,'],
    [`{"user_id":"ana","user_id":"ben",${rest}}`, 'ben,2026-01-05,x,ben,,,,'],
    [`{"user_id":"ana","user_id":null,${rest}}`, ',2026-01-05,x,,,,,'],
    [`{"user_id":"ünï",${rest},"é😀":"😀","__proto__":"p"}`, 'ünï,2026-01-05,x,ünï,,,😀,p'],
  ])('%s is copied', (line, copy) => {
    expect(Buffer.from(copyOf(line) ?? '', 'latin1').toString()).toBe(copy);
  });

  it.each([
    '{}',
    '[]',
    'x',
    '',
    '{',
    '{"a"}',
    '{"a":}',
    '{"a":1',
    '{"a":1}}',
    '{"a":1} x',
    '{"a":1,}',
    '{"a" "b"}',
    '{,}',
  ])('is not %j', (line) => expect(copyOf(line)).toBeUndefined());

  it.each([
    ['an escape', '"a\\u00e9"'],
    ['an object', '{"a":1}'],
    ['a list', '[1]'],
    ['an exponent', '1e5'],
    ['a zero in front', '007'],
    ['no digit', '-'],
    ['no fraction', '1.'],
    ['another word', 'nul'],
    ['no number', 'NaN'],
    ['a tab in a text', '"a\tb"'],
    ['no quote at the end', '"a'],
  ])('has no value with %s', (_, json) => {
    expect(copyOf(`{"note":${json}}`)).toBeUndefined();
    expect(copyOf(`{"note":${json},${rest}}`)).toBeUndefined();
  });

  it('has no key with an escape, or without its end', () => {
    for (const key of ['"\\u0061"', '"a\tb"', '"a', 'a']) expect(copyOf(`{${key}:1}`)).toBeUndefined();
  });

  it('has no text in a column within which there is another', () => {
    expect(copyOf(`{"who":"{}",${rest}}`)).toBeUndefined();
  });

  it('may have other keys than the line before, or the same in another order', () => {
    const lines = [
      `{"user_id":"a",${rest}}`,
      `{${rest},"user_id":"b"}`,
      `{"user_ix":"c","user_id":"d"}`,
      '{"user_id":1}',
    ];
    const found = copies(Buffer.from(lines.join('\n'))).map(({ copy }) => copy?.split(',')[0]);
    expect(found).toEqual(['a', 'b', 'd', '1']);
  });
});

const HOSTILE = [
  ['', '{', '}', '[', ']', '"', '\\', ':', ',', '\n', '\r', '\t', ' ', '\uFEFF', '\u2028', '\\n', ',,', '":"', '","'],
  ['null', 'true', '{}', '[]', '""', '0', '-0', '1.10', '1e5', '-', '01', '1.', 'NaN', '-Infinity', 'nulll', 'tru'],
  ['"\\ud800"', '"user_id"', '"ts"', '"who"', '"who.name"', '"__proto__"', '"user_id":1,', '"who":{"name":"x"},'],
].flat();

const files = mutated(
  [
    `{"user_id":"ana","ts":"2026-01-05","type":"a,b","who.name":"A","note":null}\n{"user_id":7,"ts":"","type":1.10,"who":null}\n`,
    `{"type": "x", "user_id": "a", "é😀": true, "__proto__": -3.25}\n{"type": "y", "user_id": "a", "who": {"name": "x"}}\n`,
    `{"user_id":"ana","user_id":"ben","ts":"1"}\r\n{"ts":"{\\"a\\":1}","user_id":0.5}\n{"who":"{}","type":"[1]"}`,
  ].map((text) => Buffer.from(text)),
  /([{}[\],:]|\r?\n)/,
  [...HOSTILE, Buffer.of(0xff)],
);

it('a line is copied as its parsed object would be, or not at all', () => {
  let plain = 0;
  const check = (file: Buffer): void => {
    if (!isUtf8(file) || file.includes(0)) return;
    for (const { line, copy } of copies(file)) {
      if (copy === undefined) continue;
      plain += 1;
      const record = { line: 1, offset: 0, length: line.length, bytes: line, fault: undefined };
      expect(copyObject(record, COLUMNS)).toEqual({ cells: copy, lost: '' });
    }
  };
  // Never so few that hardly any line is plain.
  holds(files, check, Math.max(200, tries(200, 10)));
  expect(plain).toBeGreaterThan(5);
});
