/** The count that does not trust the engine. */
import { describe, expect, it } from 'vitest';
import { MAX_RECORD_BYTES } from '../../src/intake/wholeLines.js';
import { idsBeginAscending, scanFile } from '../../src/intake/scan.js';
import { temporary } from '../config/temporary.js';

const { write } = temporary();

describe('a scan of the first cells', () => {
  const endsOf = async (content: string, crlf = false): Promise<string[] | undefined> => {
    const { ascending } = await scanFile(write('log.csv', content), {
      delimiter: ',',
      crlf: crlf,
      columns: 2,
      hasHeader: true,
    });
    return ascending && [ascending.first.toString(), ascending.last.toString()];
  };

  it.each([
    ['of one length', 'id,b\ne08,1\ne09,1\ne10,1\n', ['e08', 'e10']],
    ['numbers without leading zeros', 'id,b\n9,1\n10,1\n100,1', ['9', '100']],
    ['a single one', 'id,b\n7,1\n', ['7', '7']],
    ['in bytes, not in letters', 'id,b\nB,1\na,1\n\u00E9,1\n', ['B', '\u00E9']],
  ])('sees that they grow: %s', async (_, content, found) => {
    expect(await endsOf(content)).toEqual(found);
    expect(await endsOf(content.replaceAll('\n', '\r\n'), true)).toEqual(found);
  });

  it.each([
    ['one comes twice', 'id,b\n1,1\n1,2\n'],
    ['one comes twice, apart', 'id,b\n1,1\n2,1\n1,1\n'],
    ['one is smaller', 'id,b\ne2,1\ne1,1\n'],
    ['one is shorter', 'id,b\n10,1\n9,1\n'],
    ['one is empty', 'id,b\n,1\n1,1\n'],
    ['quotes are about', 'id,b\n"1",1\n2,1\n'],
    ['there is none', 'id,b\n'],
  ])('makes no claim where %s', async (_, content) => {
    expect(await endsOf(content)).toBeUndefined();
  });

  it('sees one that comes twice wherever the file is cut into pieces', async () => {
    const rows = Array.from({ length: 150_000 }, (_, i) => `e${100_000 + i},x`);
    expect(await endsOf(`id,b\n${rows.join('\n')}\n`)).toEqual(['e100000', 'e249999']);
    // Row 104,857 begins the second piece: pieces are a megabyte, rows ten bytes, and the header is five.
    for (const at of [1, 9973, 104_856, 104_857, 104_858, 149_999]) {
      const twice = rows.with(at, rows[at - 1] ?? '');
      expect(await endsOf(`id,b\n${twice.join('\n')}\n`)).toBeUndefined();
    }
  });
});

const ends = (first: string, last: string) => ({ first: Buffer.from(first), last: Buffer.from(last) });

it('ids do not begin to grow in a file with quotes, where two spellings are one id', async () => {
  const all = { delimiter: ',', crlf: false, columns: 2, hasHeader: true };
  expect(await idsBeginAscending(write('log.csv', 'id,b\na,1\nb,2\n'), all)).toBe(true);
  expect(await idsBeginAscending(write('log.csv', 'id,b\na,1\n"a",2\n'), all)).toBe(false);
});

describe('a glance', () => {
  it.each([
    ['LF', 'a,b\n1,2\n3,4\n', 2, ends('1', '3')],
    ['no end of the last line', 'a,b\n1,2\n3,4', 2, ends('1', '3')],
    ['a header alone', 'a,b\n', 0, undefined],
    ['an empty last cell in every line', 'a,b\n1,\n3,\n', 2, ends('1', '3')],
    ['a byte order mark', '\uFEFFa,b\n1,2\n', 1, ends('1', '1')],
    ['quotes, with lines in them', 'a,b\n"1\n\n""",2\n3,"4"\n', 2, undefined],
  ])('counts the records of a file with %s', async (_, content, records, ascending) => {
    expect(
      await scanFile(write('log.csv', content), { delimiter: ',', crlf: false, columns: 2, hasHeader: true }),
    ).toEqual({
      records,
      regular: true,
      ascending,
      quoted: content.includes('"') || undefined,
    });
  });

  it('takes a line of a megabyte, wherever it stands', async () => {
    const long = 'x'.repeat(MAX_RECORD_BYTES - 2);
    for (const content of [`a,b\n1,${long}\n`, `a,b\n1,${long}`, `a,b\n1,2\n3,${long}\n4,${long}\n5,6`]) {
      expect(
        await scanFile(write('log.csv', content), { delimiter: ',', crlf: false, columns: 2, hasHeader: true }),
      ).toMatchObject({
        records: content.split('\n').filter((line) => line !== '').length - 1,
        regular: true,
      });
    }
  });

  it('counts those of a file with CR LF where that is expected', async () => {
    const path = write('log.csv', 'a,b\r\n1,2\r\n"3",4\r\n');
    expect(await scanFile(path, { delimiter: ',', crlf: true, columns: 2, hasHeader: true })).toEqual({
      records: 2,
      regular: true,
      quoted: true,
    });
    expect(
      await scanFile(write('plain.csv', 'a,b\r\n1,2\r\n'), { delimiter: ',', crlf: true, columns: 2, hasHeader: true }),
    ).toEqual({
      records: 1,
      regular: true,
      ascending: ends('1', '1'),
    });
    expect((await scanFile(path, { delimiter: ',', crlf: false, columns: 2, hasHeader: true })).regular).toBe(false);
    const surplus = write('surplus.csv', 'a,b\r\n1,2\r\n3,4,\r\n');
    expect((await scanFile(surplus, { delimiter: ',', crlf: true, columns: 2, hasHeader: true })).regular).toBe(false);
  });

  it.each([
    ['an empty surplus cell', 'a,b\n1,2\n3,4,\n'],
    ['an empty surplus cell in the last line', 'a,b\n1,2\n3,4,'],
    ['empty cells that hide a surplus one', 'a,b\n1,\n3,,\n'],
    ['a blank line', 'a,b\n\n1,2\n'],
    ['a blank line first', '\na,b\n1,2\n'],
    ['a NUL byte', 'a,b\n1,\0\n'],
    ['a stray CR', 'a,b\n1,2\r3,4\n'],
    ['mixed line ends', 'a,b\n1,2\r\n'],
    ['a quote inside a cell', 'a,b\n1,x"y"\n'],
    ['text after a quote', 'a,b\n1,"x"y\n'],
    ['a quote that stays open', 'a,b\n1,"x\n'],
    ['bytes that are not UTF-8', Buffer.from('a,b\n1,\xff\n', 'latin1')],
    ['quotes and another number of cells', 'a,b\n"1"\n'],
    ['a line of over a megabyte', `a,b\n1,2\n3,${'x'.repeat(MAX_RECORD_BYTES)}\n5,6\n`],
    ['a last line of over a megabyte', `a,b\n1,2\n3,${'x'.repeat(MAX_RECORD_BYTES)}`],
    ['nothing', ''],
  ])('does not trust a file with %s', async (_, content) => {
    expect(
      (await scanFile(write('log.csv', content), { delimiter: ',', crlf: false, columns: 2, hasHeader: true })).regular,
    ).toBe(false);
  });
});
