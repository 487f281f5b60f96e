import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine, escapeFormula, unescapeFormula } from '../../src/io/sheet.js';
import { holds } from '../random.js';

describe('a text cell', () => {
  it.each([
    '=1+1',
    '+1 555 123',
    '-1+1',
    '@SUM(A1)',
    ' =1',
    '\t=1',
    '\r=1',
    '\u00A0=1',
    '\u200B=1',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    '\t',
    '\u0000=1',
    "'=1",
  ])('%j is kept from running', (text) => {
    expect(escapeFormula(text)).toBe(text === '\t=1' ? "'\t'=1" : `'${text}`);
  });

  it.each(['Ana', '-5', '-5.25', '007', '1e5', 'a=b', "'x", '', 'é', '👩', '"=1"', '(x)'])(
    '%j stays as it is',
    (text) => {
      expect(escapeFormula(text)).toBe(text);
    },
  );
});

it.each([
  ['a;=1+1', "a;'=1+1"],
  ['a\t@cmd', "a\t'@cmd"],
  ['a; -5', "a;' -5"],
  ['a;b', 'a;b'],
])('%j cannot run where a spreadsheet splits it', (text, safe) => {
  expect(escapeFormula(text)).toBe(safe);
});

it('every text comes back from the cell that kept it from running', () => {
  const near = fc.string({
    unit: fc.constantFrom("'", '=', '+', '-', '@', '5', 'a', ' ', '\t', '\n', ';', '＝', '\u200B'),
  });
  holds(fc.oneof(near, fc.string()), (text) => {
    expect(unescapeFormula(escapeFormula(text))).toBe(text);
  });
});

it('quotes the cells of a line that need it', () => {
  expect(csvLine(['a', 'b,c', 'd"e', 'f\ng', 'h;i', 'j\tk', '', '7'])).toBe('a,"b,c","d""e","f\ng","h;i","j\tk",,7\n');
  expect(csvLine(['', ''])).toBe(',\n');
});
