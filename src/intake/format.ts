/** Detects the format of an input from its first bytes. */
import { open } from 'node:fs/promises';
import { bad } from './refuse.js';

/** The format of a log: CSV, JSON (an object per line, or an array of objects), Parquet, or lines of an access log. */
export type LogFormat = 'csv' | 'ndjson' | 'parquet' | 'lines';

const HEAD_BYTES = 64 * 1024;

/** The first bytes of a file, at most 64 kB. */
export const readHead = async (path: string): Promise<Buffer> => {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(buffer, 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

/** Formats that are recognised by their first bytes and not read, and what to do about them. */
const FOREIGN: readonly { readonly at?: number; readonly bytes: Buffer; readonly says: string }[] = [
  { bytes: Buffer.from('PK'), says: 'a zip or Excel file: save the sheet as "CSV UTF-8"' },
  { bytes: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), says: 'an xz file: unpack it with xz -d' },
  { bytes: Buffer.from('BZh'), says: 'a bzip2 file: unpack it with bunzip2' },
  { bytes: Buffer.from([0x37, 0x7a, 0xbc, 0xaf]), says: 'a 7z file: unpack it first' },
  { bytes: Buffer.from('Rar!'), says: 'a rar file: unpack it first' },
  { at: 257, bytes: Buffer.from('ustar'), says: 'a tar archive: unpack it with tar -xf, and name the files in it' },
  { bytes: Buffer.from('Obj\u0001'), says: 'an Avro file: convert it to JSON lines or Parquet' },
  { bytes: Buffer.from('ORC'), says: 'an ORC file: convert it to Parquet' },
  { bytes: Buffer.from('SQLite format 3'), says: 'an SQLite database: export the table as CSV' },
  {
    bytes: Buffer.from('version https://git-lfs'),
    says: 'a pointer of Git LFS, not the file: get it with git lfs pull',
  },
  { bytes: Buffer.from([0x1e]), says: 'a JSON text sequence: convert it with jq -c --seq .' },
];

/** Refuses files that are not a log, by their first bytes. @throws Failure `data` */
export const refuseForeign = (name: string, head: Buffer): void => {
  const starts = (...bytes: number[]): boolean => head.subarray(0, bytes.length).equals(Buffer.from(bytes));
  if (head.length === 0)
    throw bad(name, 'the file is empty: a log begins with a header such as user_id,timestamp,event_type');
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff))
    throw bad(name, 'the file is UTF-16: save it as "CSV UTF-8", or run it through iconv -f utf-16 -t utf-8');
  const foreign = FOREIGN.find(({ at = 0, bytes }) => head.subarray(at, at + bytes.length).equals(bytes));
  if (foreign) throw bad(name, `this is ${foreign.says}`);
  const text = head.subarray(0, 200).toString('latin1').trimStart();
  if (text.startsWith('<')) throw bad(name, 'this is a web page, not a log: did you download a login page?');
};

/** True of a text whose second line is an object of JSON lines: the first may be cut off, as by a rotated log. */
const hasObjectBelow = (text: string): boolean => {
  const [, line = ''] = text.split('\n', 3);
  if (!line.startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
};

/** The format of a file, by its first bytes. */
export const formatOf = (head: Buffer): { format: LogFormat; isArray: boolean } => {
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return { format: 'parquet', isArray: false };
  const text = head.toString('latin1');
  const isArray = /^(\xef\xbb\xbf)?\s*\[\s*[{\]]/.test(text);
  const isJson = isArray || /^(\xef\xbb\xbf)?\s*\{/.test(text) || hasObjectBelow(text);
  return { format: isJson ? 'ndjson' : 'csv', isArray };
};

/** A key of an object, and scalars that may stand before it. */
const KEY = /\s*(?:"[^"\\]{1,60}"\s*:\s*(?:"[^"]*"|[\w.-]+)\s*,\s*)*"([^"\\]{1,60})"\s*:\s*/y;

/** The keys that lead to a list of objects at the beginning of a file, as in the answers of web services; none if there is no such list. */
export const wrapperIn = (head: Buffer): string[] => {
  const text = head.toString().trimStart();
  const keys: string[] = [];
  for (let at = 0; text[at] === '{';) {
    KEY.lastIndex = at + 1;
    const [all, key = ''] = KEY.exec(text) ?? [];
    if (all === undefined) return [];
    keys.push(key);
    at += 1 + all.length;
    if (/^\[\s*\{/.test(text.slice(at, at + 200))) return keys;
  }
  return [];
};

/**
 * What to do about JSON that is not one object per line.
 *
 * @param name how messages name the file
 * @param wrapper the keys that lead to the objects, if they are in a list
 * @param head the first bytes of the file
 */
export const jsonAdvice = (name: string, wrapper: readonly string[], head: Buffer = Buffer.alloc(0)): string => {
  const [first = ''] = head.toString().split('\n');
  if (/^\s*\{.*\},\s*$/.test(first)) return `remove the comma after each line with sed 's/,$//' ${name}`;
  const path = wrapper.map((key) => `[${JSON.stringify(key)}]`).join('');
  return `convert it with jq -c '.${path === '' ? '' : `${path}[]`}' ${name}`;
};
