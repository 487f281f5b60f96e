/** Detects the format of an input from its first bytes. */
import { open } from 'node:fs/promises';
import { bad } from './refuse.js';

/** The format of a log: CSV, JSON lines (one object per line) or Parquet. */
export type LogFormat = 'csv' | 'ndjson' | 'parquet';

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

/** Refuses files that are not a log, by their first bytes. @throws Failure `data` */
export const refuseForeign = (name: string, head: Buffer): void => {
  const starts = (...bytes: number[]): boolean => head.subarray(0, bytes.length).equals(Buffer.from(bytes));
  if (head.length === 0)
    throw bad(name, 'the file is empty: a log begins with a header such as user_id,timestamp,event_type');
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff))
    throw bad(name, 'the file is UTF-16: save it as "CSV UTF-8", or run it through iconv -f utf-16 -t utf-8');
  if (starts(0x50, 0x4b)) throw bad(name, 'this is a zip or Excel file: save the sheet as "CSV UTF-8"');
  const text = head.subarray(0, 200).toString('latin1').trimStart();
  if (text.startsWith('<')) throw bad(name, 'this is a web page, not a log: did you download a login page?');
  if (/^\[\s*[{\]]/.test(text))
    throw bad(name, 'this is one JSON array: convert it to one object per line with jq -c ".[]"');
};

/** The format of a file, by its first bytes. */
export const formatOf = (head: Buffer): LogFormat => {
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  return /^(\xef\xbb\xbf)?\s*\{/.test(head.toString('latin1')) ? 'ndjson' : 'csv';
};
