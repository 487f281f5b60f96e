/** Reads a file in pieces of whole lines. */
import { open } from 'node:fs/promises';
import { LINE_FEED, WHOLE } from '../io/parts.js';

/** The byte order mark of UTF-8. */
export const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** The longest record in bytes. The engine refuses lines over 2 MB. */
export const MAX_RECORD_BYTES = 1 << 20;

/** How many lines end within `bytes`. */
export const countLines = (bytes: Buffer): number => {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
};

/**
 * The bytes of a file after its byte order mark, in pieces of whole lines with their offsets. Only the last piece can lack
 * a line end: it is the last line, or the beginning of a line that is too long. A piece is valid until the next one is
 * read: all share one buffer, which takes half the time of a stream.
 *
 * @param part only these lines
 */
export async function* wholeLines(path: string, part = WHOLE): AsyncGenerator<{ offset: number; bytes: Buffer }> {
  const buffer = Buffer.allocUnsafe(MAX_RECORD_BYTES + 1);
  const file = await open(path);
  try {
    const opening = await file.read(buffer, 0, Math.min(BOM.length, part.to - part.from), part.from);
    const marked = part.from === 0 && buffer.subarray(0, opening.bytesRead).equals(BOM);
    let offset = part.from + (marked ? BOM.length : 0);
    let kept = marked ? 0 : opening.bytesRead;
    for (;;) {
      const at = offset + kept;
      const { bytesRead } = await file.read(buffer, kept, Math.min(buffer.length - kept, part.to - at), at);
      if (bytesRead === 0) break;
      const filled = kept + bytesRead;
      const end = buffer.subarray(0, filled).lastIndexOf(LINE_FEED) + 1;
      if (end > 0) yield { offset, bytes: buffer.subarray(0, end) };
      buffer.copyWithin(0, end, filled);
      offset += end;
      kept = filled - end;
    }
    if (kept > 0) yield { offset, bytes: buffer.subarray(0, kept) };
  } finally {
    await file.close();
  }
}
