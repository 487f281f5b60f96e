/** Sorts the lines of a log by time, even if they do not fit into memory. */
import { appendFileSync, createReadStream, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

interface Line {
  readonly at: number;
  readonly text: string;
}

type Batches = Iterable<readonly Line[]> | AsyncIterable<readonly Line[]>;

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Characters kept in memory before they are written to disk. */
const HELD = 16 * 1024 * 1024;

/** Lines returned at once. */
const BATCH = 1000;

/** Digits for the seconds within an hour. Stored lines begin with them, so that sorting them as text sorts by time. */
const DIGITS = 4;

/** The lines in the file of a bucket, each with its second within the bucket. */
async function* linesIn(file: string): AsyncGenerator<Line[]> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8')) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield lines.map((line) => ({ at: Number(line.slice(0, DIGITS)), text: line.slice(DIGITS) }));
  }
}

/**
 * The lines of `batches` in the order of their instants (epoch seconds), ties in the order of their text.
 *
 * Lines are grouped by hour, first in memory and then in one file per hour in `folder`. An hour with more than a quarter
 * of `held` characters is split by minute in the same way, and a minute by second, so that memory holds at most `held`
 * characters and one busy second, however long the log is. Files are read and written at once: to await hundreds of small ones
 * takes longer.
 */
export async function* inTimeOrder(
  batches: Batches,
  folder: string,
  held = HELD,
  unit = HOUR,
): AsyncGenerator<string[]> {
  const buckets = new Map<number, string[]>();
  const onDisk = new Set<number>();
  const fileOf = (bucket: number): string => join(folder, `${bucket}.txt`);
  let size = 0;
  const spill = (): void => {
    for (const [bucket, lines] of buckets) {
      appendFileSync(fileOf(bucket), `${lines.join('\n')}\n`);
      onDisk.add(bucket);
    }
    buckets.clear();
    size = 0;
  };
  for await (const batch of batches) {
    for (const { at, text } of batch) {
      const bucket = Math.floor(at / unit);
      const line = String(at - bucket * unit).padStart(DIGITS, '0') + text;
      const lines = buckets.get(bucket);
      if (lines) lines.push(line);
      else buckets.set(bucket, [line]);
      size += line.length;
    }
    // Making batches never waits, so give signal handlers a chance to run.
    await setImmediate();
    if (size >= held) spill();
  }
  if (onDisk.size > 0) spill();
  for (const bucket of [...onDisk, ...buckets.keys()].sort((a, b) => a - b)) {
    const file = fileOf(bucket);
    if (onDisk.has(bucket) && unit > 1 && statSync(file).size > held / 4) {
      const parts = join(folder, String(bucket));
      await mkdir(parts);
      yield* inTimeOrder(linesIn(file), parts, held, unit / 60);
    } else {
      const lines = onDisk.has(bucket) ? readFileSync(file, 'utf8').slice(0, -1).split('\n') : buckets.get(bucket);
      for (let i = 0, sorted = lines?.sort() ?? []; i < sorted.length; i += BATCH) {
        yield sorted.slice(i, i + BATCH).map((line) => line.slice(DIGITS));
      }
    }
    if (onDisk.has(bucket)) rmSync(file);
    buckets.delete(bucket);
  }
}
