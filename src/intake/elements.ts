/** Walks the elements of a JSON array, as lines of JSON are walked: each with its place in the file. */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { NOT_UTF8, type RawRecord, Unreadable } from './records.js';
import { MAX_RECORD_BYTES } from './wholeLines.js';

const [LF, QUOTE, BACKSLASH, COMMA, SPACE] = [0x0a, 0x22, 0x5c, 0x2c, 0x20];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The elements of the array that `path` holds, in batches. What stands between two commas is an element, whatever it is.
 *
 * @throws Unreadable if an element is longer than a megabyte, the array never ends, or something follows it
 */
export async function* walkElements(path: string): AsyncGenerator<RawRecord[]> {
  let buffer: Buffer = Buffer.alloc(0);
  let origin = 0; // offset of buffer[0] in the file
  let position = 0; // of the scan in the buffer
  let start = -1; // of the element in the buffer; -1 between elements
  let [line, startLine, depth] = [1, 1, 0];
  let [inString, ended] = [false, false];
  let batch: RawRecord[] = [];

  const finish = (): void => {
    if (start === -1) return;
    let end = position;
    while (end > start && (buffer[end - 1] ?? 0) <= SPACE) end -= 1;
    const bytes = buffer.subarray(start, end);
    const fault = isUtf8(bytes) ? undefined : NOT_UTF8;
    batch.push({ line: startLine, offset: origin + start, length: bytes.length, bytes, fault });
    start = -1;
  };

  const step = (byte: number): void => {
    if (byte === LF) line += 1;
    if (inString) {
      if (byte === BACKSLASH) position += 1;
      else if (byte === QUOTE) inString = false;
      return;
    }
    if (byte <= SPACE) return;
    if (ended) throw new Unreadable(line, 'there is something after the end of the JSON array: remove it');
    if (depth === 0) {
      // The array begins; a byte order mark may stand before it.
      if (byte === OPEN_LIST) depth = 1;
      return;
    }
    if (depth === 1 && (byte === COMMA || byte === CLOSE_LIST)) {
      finish();
      ended = byte === CLOSE_LIST;
      return;
    }
    if (start === -1) {
      start = position;
      startLine = line;
    }
    if (byte === QUOTE) inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth -= 1;
  };

  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const kept = start === -1 ? Math.min(position, buffer.length) : start;
    buffer = Buffer.concat([buffer.subarray(kept), piece]);
    origin += kept;
    position -= kept;
    if (start !== -1) start = 0;
    for (; position < buffer.length; position += 1) step(buffer[position] ?? 0);
    if (batch.length > 0) yield batch;
    batch = [];
    if (start !== -1 && position - start > MAX_RECORD_BYTES) {
      throw new Unreadable(startLine, 'an element of the JSON array is longer than a megabyte: shorten or remove it');
    }
  }
  if (!ended) throw new Unreadable(line, 'the JSON array has no end: the file was cut');
}
