/** The objects of JSON lines, and the text of their cells. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellWithin, parseObject } from '../../src/intake/json.js';
import { holds } from '../random.js';

/** The cell that `keys` lead to in a line of JSON, or what is wrong with the line. */
const cellOf = (line: string, ...keys: string[]): string | undefined => {
  const bytes = Buffer.from(line);
  const parsed = parseObject({ line: 1, offset: 0, length: bytes.length, bytes, fault: undefined });
  return 'fault' in parsed ? parsed.fault : cellWithin(parsed, keys);
};

const digits = fc.stringMatching(/^[0-9]{0,25}$/);
const numbers = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.stringMatching(/^(0|[1-9][0-9]{0,25})$/),
    digits,
    fc.constantFrom('', 'e5', 'E-7'),
  )
  .map(([sign, whole, fraction, exponent]) => `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}${exponent}`);

describe('a number', () => {
  it.each(['1.10', '1e5', '-0', '-0.0', '0.0000001', '-0.00000012', '123456789.1234567891', '12345678901234567890'])(
    '%s keeps its spelling',
    (number) => {
      expect(cellOf(`{"id":${number}}`, 'id')).toBe(number);
      expect(cellOf(`{"who" : {"id" : ${number} , "x":1}}`, 'who', 'id')).toBe(number);
    },
  );

  it('keeps its spelling, whatever it is', () => {
    holds(numbers, (number) => {
      expect(cellOf(`{"id":${number}}`, 'id')).toBe(number);
    });
  });

  it('in a text, or in a key, is left as it is', () => {
    expect(cellOf('{"a":"b:1.10,2","n":1.10}', 'a')).toBe('b:1.10,2');
    expect(cellOf('{"a:1.10":"\\":1.10","n":-0}', 'a:1.10')).toBe('":1.10');
  });

  it('elsewhere in a line does not change how lists and objects are written', () => {
    expect(cellOf('{"who":{"age":7,"tags":[1,"x"]},"n":1.10}', 'who')).toBe('{"age":7,"tags":[1,"x"]}');
  });
});

describe('a cell', () => {
  it.each([
    ['of a key that appears twice is the last one', '{"a":1,"a":"2"}', 'a', '2'],
    ['of a key that appears twice is the last one, whatever its spelling', '{"a":1.10,"a":2.50}', 'a', '2.50'],
    ['that is null is empty', '{"a":null}', 'a', ''],
    ['that is absent is empty', '{"b":1}', 'a', ''],
    ['that every object inherits is empty', '{"b":1}', 'constructor', ''],
    ['may be called __proto__', '{"__proto__":"x"}', '__proto__', 'x'],
    ['that is true is a word', '{"a":true}', 'a', 'true'],
    ['may have a carriage return between its tokens', '{"b":1,\r"a"\r:\r"x"\r}', 'a', 'x'],
  ])('%s', (_, line, key, cell) => {
    expect(cellOf(line, key)).toBe(cell);
  });

  it('that is nested too deeply to be written has no text, and one that is not used does no harm', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(cellOf(`{"a":${deep},"b":1}`, 'a')).toBeUndefined();
    expect(cellOf(`{"a":${deep},"b":1}`, 'b')).toBe('1');
    expect(cellOf(`{"a":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`, 'a', 'a')).toBeUndefined();
  });
});

it.each([
  ['a list', '[1]', 'not a JSON object'],
  ['a number', '1.10', 'not a JSON object'],
  ['null', 'null', 'not a JSON object'],
  ['two objects', '{"a":1}{"a":2}', 'not valid JSON'],
  ['half an object', '{"a":', 'not valid JSON'],
  ['another word of JavaScript', '{"a":undefined}', 'not valid JSON'],
])('%s is no object', (_, line, says) => {
  expect(cellOf(line, 'a')).toBe(says);
});

it('a number that JSON does not have is its word, as Python writes it', () => {
  expect(cellOf('{"a":NaN,"b":"NaN, Infinity"}', 'a')).toBe('NaN');
  expect(cellOf('{"a":[-Infinity],"b":"NaN, Infinity"}', 'b')).toBe('NaN, Infinity');
});

it.each([
  ['text that is JSON', '{"a":"{\\"b\\":{\\"c\\":\\"Lyon\\"}}"}', ['a', 'b', 'c'], 'Lyon'],
  ['text that is none', '{"a":"{b"}', ['a', 'b'], ''],
  ['a list of keys and values', '{"a":[{"key":"b","value":{"string_value":null,"int_value":"7"}}]}', ['a', 'b'], '7'],
  ['a list of keys and plain values', '{"a":[{"key":"b","value":1},{"key":"b","value":2}]}', ['a', 'b'], '2'],
  ['a list, by its place', '{"a":[10,20]}', ['a', '1'], '20'],
  ['everything', '{"a":1}', [], '{"a":1}'],
])('a cell is found within %s', (_, line, keys, cell) => {
  expect(cellOf(line, ...keys)).toBe(cell);
});
