/** Puts the lines of a log too large for memory into the order of time. */
import { appendFileSync, createReadStream } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

interface Line {
  readonly at: number;
  readonly text: string;
}

type Batches = Iterable<readonly Line[]> | AsyncIterable<readonly Line[]>;

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Characters held in memory before they are put on disk. */
const HELD = 16 * 1024 * 1024;

/** Lines handed on at once. */
const BATCH = 1000;

/** Digits of a second within an hour; they lead a kept line, so that plain text order is the order wanted. */
const DIGITS = 4;

/** The lines of a bucket's file, at their seconds within it. */
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
 * Lines are kept by the hour, in memory while they are few and in one file an hour of `folder` beyond that. An hour
 * with more than a quarter of `held` characters is taken apart by the minute in the same way, a minute by the second,
 * so that memory holds `held` characters and one busy second, however long the log.
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
    // At once: hundreds of small writes cost more to wait for than to make.
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
    // Making a batch is pure work: let signals through.
    await setImmediate();
    if (size >= held) spill();
  }
  if (onDisk.size > 0) spill();
  for (const bucket of [...onDisk, ...buckets.keys()].sort((a, b) => a - b)) {
    const file = fileOf(bucket);
    if (onDisk.has(bucket) && unit > 1 && (await stat(file)).size > held / 4) {
      const parts = join(folder, String(bucket));
      await mkdir(parts);
      yield* inTimeOrder(linesIn(file), parts, held, unit / 60);
    } else {
      const lines = onDisk.has(bucket) ? (await readFile(file, 'utf8')).slice(0, -1).split('\n') : buckets.get(bucket);
      for (let i = 0, sorted = lines?.sort() ?? []; i < sorted.length; i += BATCH) {
        yield sorted.slice(i, i + BATCH).map((line) => line.slice(DIGITS));
      }
    }
    if (onDisk.has(bucket)) await rm(file);
    buckets.delete(bucket);
  }
}
