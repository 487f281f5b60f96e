import { describe, expect, it } from 'vitest';
import { csvLine, escapeFormula } from '../../src/io/sheet.js';

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
    expect(escapeFormula(text)).toBe(`'${text}`);
  });

  it.each(['Ana', '-5', '-5.25', '007', '1e5', 'a=b', "'x", '', 'é', '👩', '"=1"', '(x)'])(
    '%j stays as it is',
    (text) => {
      expect(escapeFormula(text)).toBe(text);
    },
  );
});

it('a line is quoted where it has to be', () => {
  expect(csvLine(['a', 'b,c', 'd"e', 'f\ng', '', '7'])).toBe('a,"b,c","d""e","f\ng",,7\n');
  expect(csvLine(['', ''])).toBe(',\n');
});
