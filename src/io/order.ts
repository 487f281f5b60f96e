/** Puts the lines of a log too large for memory into the order of time. */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

const HOUR = 3600;

/** Characters held in memory before they are put on disk. */
const HELD = 16 * 1024 * 1024;

/**
 * The lines of `batches` in the order of their instants (epoch seconds), ties in the order of their text; one hour at a time.
 *
 * Lines are kept by the hour, in memory while they are few and in one file an hour of `folder` beyond that, so memory
 * holds one busy hour and `held` characters.
 */
export async function* inTimeOrder(
  batches: Iterable<readonly { readonly at: number; readonly text: string }[]>,
  folder: string,
  held = HELD,
): AsyncGenerator<string[]> {
  const hours = new Map<number, string[]>();
  const onDisk = new Set<number>();
  const fileOf = (hour: number): string => join(folder, `${hour}.txt`);
  let size = 0;
  for (const batch of batches) {
    for (const { at, text } of batch) {
      const hour = Math.floor(at / HOUR);
      // The second within the hour leads the line, so that plain text order is the order wanted.
      const line = String(at - hour * HOUR).padStart(4, '0') + text;
      const lines = hours.get(hour);
      if (lines) lines.push(line);
      else hours.set(hour, [line]);
      size += line.length;
    }
    // Making a batch is pure work: let signals through.
    await setImmediate();
    if (size < held) continue;
    for (const [hour, lines] of hours) {
      await appendFile(fileOf(hour), `${lines.join('\n')}\n`);
      onDisk.add(hour);
    }
    hours.clear();
    size = 0;
  }
  for (const hour of [...new Set([...onDisk, ...hours.keys()])].sort((a, b) => a - b)) {
    const spilled = onDisk.has(hour) ? (await readFile(fileOf(hour), 'utf8')).slice(0, -1).split('\n') : [];
    const lines = [...spilled, ...(hours.get(hour) ?? [])].sort();
    hours.delete(hour);
    yield lines.map((line) => line.slice(4));
  }
}
