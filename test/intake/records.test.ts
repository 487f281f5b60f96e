/** Where records begin and end. */
import { describe, expect, it } from 'vitest';
import { type RawRecord, walkRecords } from '../../src/intake/records.js';
import { MAX_RECORD_BYTES } from '../../src/intake/wholeLines.js';
import { temporary } from '../config/temporary.js';

const { write } = temporary();

describe('a walk', () => {
  const walk = async (content: string | Buffer, fields?: number) => {
    const found: RawRecord[] = [];
    for await (const batch of walkRecords(write('log.csv', content), ',', fields === undefined ? {} : { fields })) {
      found.push(...batch.map((record) => ({ ...record, bytes: Buffer.from(record.bytes) })));
    }
    return found.map(({ line, offset, bytes, fault }) => [line, offset, bytes.toString(), fault]);
  };

  it('knows the line and the place of each record, blank lines and line ends left out', async () => {
    expect(await walk('\uFEFFa,b\r\n\r\n"1\n2",x\n3,4')).toEqual([
      [1, 3, 'a,b', undefined],
      [3, 10, '"1\n2",x', undefined],
      [5, 18, '3,4', undefined],
    ]);
  });

  it('says what is wrong with a record, and goes on with the next line', async () => {
    expect(
      (await walk('a,b\n1\n"x"y,2\nx"y,2\n1,\0\n1\r2,3\n1,2,3\n7,8\n')).map(([line, , , fault]) => [line, fault]),
    ).toEqual([
      [1, undefined],
      [2, 'field count 1, expected 2'],
      [3, 'text after closing quote'],
      [4, 'quote inside an unquoted field'],
      [5, 'NUL byte'],
      [6, 'stray carriage return'],
      [7, 'field count 3, expected 2'],
      [8, undefined],
    ]);
  });

  it('takes a record of a megabyte', async () => {
    expect((await walk(`a\n${'x'.repeat(MAX_RECORD_BYTES)}\n1\n`)).map(([line]) => line)).toEqual([1, 2, 3]);
  });

  it.each([
    ['a quote that stays open', 'a,b\n1,2\n3,"x\ny\n', 'a quote is opened and never closed'],
    ['a quote open for a megabyte', `a,b\n1,2\n3,"${'x\n'.repeat(1_100_000)}`, 'within a megabyte'],
    ['a line of more than a megabyte', `a,b\n1,2\n${'x'.repeat(2_200_000)}`, 'a record is longer than a megabyte'],
    [
      'one of a byte more',
      `a,b\n1,2\n${'x'.repeat(MAX_RECORD_BYTES + 1)}\n3,4\n`,
      'a record is longer than a megabyte',
    ],
  ])('stops at %s, and names the line where it begins', async (_, content, says) => {
    await expect(walk(content)).rejects.toMatchObject({ line: 3, message: expect.stringContaining(says) });
  });
});

describe('rows that are filled', () => {
  const filled = async (content: string): Promise<(string | undefined)[]> => {
    const found: (string | undefined)[] = [];
    for await (const batch of walkRecords(write('log.csv', content), ',', { fields: 3, fill: true })) {
      for (const { bytes, fault } of batch) found.push(fault ?? bytes.toString());
    }
    return found;
  };

  it.each([
    ['get the cells that are missing', '1\n1,2\n', ['1,,', '1,2,']],
    ['lose empty cells beyond the last column, quoted or not', '1,2,3,\n1,"2,2",3,,""\n', ['1,2,3', '1,"2,2",3']],
    [
      'keep a surplus cell that is not empty',
      '1,2,3,4\n1,2,3,,5\n',
      ['field count 4, expected 3', 'field count 5, expected 3'],
    ],
    ['stay broken if they are', '1,"2"x\n', ['text after closing quote']],
    ['stay as they are if nothing is missing', '1,2,3\n,,\n', ['1,2,3', ',,']],
  ])('%s', async (_, content, records) => {
    expect(await filled(content)).toEqual(records);
  });

  it('say where they are, and how long in the file', async () => {
    for await (const [first, second] of walkRecords(write('log.csv', '1\n1,2,3,,\n'), ',', { fields: 3, fill: true })) {
      expect([first, second]).toMatchObject([
        { line: 1, offset: 0, length: 1 },
        { line: 2, offset: 2, length: 7 },
      ]);
    }
  });
});
