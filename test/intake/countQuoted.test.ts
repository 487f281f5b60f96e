/** The count of records in a file with quotes, against the walk that finds each of them. */
import { describe, expect, it } from 'vitest';
import { countQuoted } from '../../src/intake/countQuoted.js';
import { Unreadable, walkRecords } from '../../src/intake/records.js';
import { MAX_RECORD_BYTES } from '../../src/intake/wholeLines.js';
import { temporary } from '../config/temporary.js';
import { mutated } from '../fuzz/bytes.js';
import { holdsAsync, tries } from '../random.js';

const { write } = temporary();

const shape = (crlf: boolean) => ({ delimiter: ',', crlf, columns: 3, hasHeader: true });

/** The records of a file, by the walk; undefined if some is not well formed or ends in another way. */
const walked = async (path: string, crlf: boolean): Promise<number | undefined> => {
  const ends = { lf: 0, crlf: 0, blank: 0 };
  let records = 0;
  try {
    for await (const batch of walkRecords(path, ',', { fields: 3, ends })) {
      if (batch.some(({ fault }) => fault !== undefined)) return undefined;
      records += batch.length;
    }
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
  return ends.blank === 0 && ends[crlf ? 'lf' : 'crlf'] === 0 ? records : undefined;
};

const LONG_CELL = `"${'x\n'.repeat(MAX_RECORD_BYTES / 2)}"`;

describe('records', () => {
  it.each([
    ['in quotes', '"a","b","c"\n"1","2","3"\n', 2],
    ['with quotes, delimiters and lines in quotes', 'a,b,c\n"1""",",","2\n\n\r\n3"\n', 2],
    ['with empty cells', 'a,b,c\n"",,""\n,,\n', 3],
    ['without an end of the last line', 'a,b,c\n"1",2,3', 2],
    ['without a last cell or its end', 'a,b,c\n"1",2,', 2],
    ['over pieces of a megabyte', `a,b,c\n${`1,"${'x'.repeat(1000)}\n",3\n`.repeat(3000)}`, 3001],
  ])('%s are counted', async (_, text, records) => {
    expect(await countQuoted(write('log.csv', text), shape(false))).toBe(records);
    const crlf = text.replaceAll(/\r?\n/g, '\r\n');
    expect(await countQuoted(write('log.csv', crlf), shape(true))).toBe(records);
    expect(await countQuoted(write('log.csv', crlf), shape(false))).toBeUndefined();
  });

  it.each([
    ['a quote in a cell without', 'a,b,c\n1"2,3,4\n'],
    ['text after a quote', 'a,b,c\n"1"2,3,4\n'],
    ['a quote that is not closed', 'a,b,c\n1,2,"3\n'],
    ['too many cells', 'a,b,c\n"1",2,3,4\n'],
    ['too few cells in the last line', 'a,b,c\n"1",2'],
    ['a blank line', 'a,b,c\n\n"1",2,3\n'],
    ['another line end', 'a,b,c\r\n"1",2,3\n'],
    ['a stray carriage return', 'a,b,c\n"1",2\r,3\n'],
    ['a carriage return at its end', 'a,b,c\n"1",2,3\r'],
    ['a NUL byte', 'a,b,c\n"1",\0,3\n'],
    ['a record of over a megabyte', `a,b,c\n${LONG_CELL},2,3\n`],
    ['a last record of over a megabyte', `a,b,c\n1,2,"${'x'.repeat(MAX_RECORD_BYTES)}"`],
  ])('are not counted in a file with %s', async (_, text) => {
    expect(await countQuoted(write('log.csv', text), shape(false))).toBeUndefined();
  });
});

const seeds = ['a,b,c\n"1","2","3"\n4,"5\n""6""",\n', '"a","b","c"\r\n"1\r\n","é😀",""\r\n,"2",3'].map((text) =>
  Buffer.from(text),
);
const hostile = ['', '"', '""', ',', '\n', '\r', '\r\n', '\n\n', '",', ',"', '"\n', '\n"', '\0', 'x', Buffer.of(0xc3)];

it('any file has the records that the walk finds, or is not trusted', async () => {
  const counted = { same: 0, doubted: 0 };
  await holdsAsync(
    mutated(seeds, /("?,"?|"?\r?\n"?)/, hostile),
    async (file) => {
      const path = write('log.csv', file);
      for (const crlf of [false, true]) {
        const count = await countQuoted(path, shape(crlf));
        // A carriage return at the end of a file is doubted.
        const isDoubted = count === undefined && file.at(-1) === 0x0d;
        const expected = isDoubted ? undefined : await walked(path, crlf);
        expect({ crlf, count }).toEqual({ crlf, count: expected });
        counted[count === undefined ? 'doubted' : 'same'] += 1;
      }
    },
    // Never so few that hardly any of a kind is among them.
    Math.max(200, tries(200, 20)),
  );
  expect(Math.min(counted.same, counted.doubted)).toBeGreaterThan(5);
});
