/** From the names on a command line to plain files on disk: patterns, standard input, compression. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { Failure, messageOf, systemCode } from '../model.js';
import { isDiskFault } from './output.js';

/** What a log is written in: CSV, JSON lines (an object a line) or Parquet. */
export type Format = 'csv' | 'ndjson' | 'parquet';

const HEAD_BYTES = 64 * 1024;

/** Most bytes a compressed input may grow to: a hundredfold and 64 MB are allowed, a decompression bomb is not. */
const expansionLimit = (compressed: number): number => compressed * 100 + 64 * 1024 * 1024;

/** A file that cannot be read, and why. */
export const noInput = (name: string, why: string, cause?: unknown): Failure =>
  new Failure('noInput', `cannot read ${name}: ${why}`, { cause });

/** Why the system does not give us a file, in words. */
export const reasonOf = (error: unknown): string => {
  const reasons: Record<string, string> = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'there is no such file',
    ELOOP: 'its symbolic links lead in a circle',
    EACCES: 'permission denied',
    EMFILE: 'too many open files (ulimit -n)',
  };
  return reasons[systemCode(error) ?? ''] ?? messageOf(error);
};

/**
 * The files that command-line arguments name. A name that exists is itself; else it may be a pattern (`logs/*.csv`).
 *
 * @throws Failure `noInput` for a missing file, a folder, an address, a pattern without a match
 */
export const resolveInputs = async (names: readonly string[]): Promise<string[]> => {
  const found: string[] = [];
  for (const name of names) {
    if (name === '-') found.push(name);
    else if (/^[a-z][a-z0-9+.-]+:\/\//i.test(name)) {
      throw noInput(name, 'it is an address, not a file: gesture opens no connections; download it first');
    } else {
      try {
        if ((await stat(name)).isDirectory()) {
          throw noInput(name, `it is a folder: name its files, for example '${join(name, '*.csv')}'`);
        }
        found.push(name);
      } catch (error) {
        if (error instanceof Failure) throw error;
        const pattern = /[*?[{]/.test(name);
        const matches = pattern
          ? (await (await import('tinyglobby')).glob(name, { dot: false, expandDirectories: false })).toSorted()
          : [];
        if (matches.length === 0)
          throw noInput(name, pattern ? 'no file matches this pattern' : reasonOf(error), error);
        found.push(...matches);
      }
    }
  }
  return found;
};

/** Ends a stream that has grown over `limit` bytes. */
const capped = (limit: number, name: string): Transform => {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen <= limit) return done(null, chunk);
      return done(
        new Failure(
          'data',
          `${name} grows to more than a hundred times its size when unpacked: unpack it yourself if that is right`,
        ),
      );
    },
  });
};

/** The first bytes of a file, 64 kB at most. */
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

/** A file that cannot be used, and why. */
export const bad = (name: string, why: string): Failure => new Failure('data', `${name}: ${why}`);

/** Refuses what is no text, by the bytes it begins with. */
export const refuseForeign = (name: string, head: Buffer): void => {
  const starts = (...bytes: number[]): boolean => head.subarray(0, bytes.length).equals(Buffer.from(bytes));
  if (head.length === 0)
    throw bad(name, 'the file is empty: a log begins with a header such as user_id,timestamp,event_type');
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff))
    throw bad(name, 'the file is UTF-16: save it as "CSV UTF-8", or run it through iconv -f utf-16 -t utf-8');
  if (starts(0x50, 0x4b)) throw bad(name, 'this is a zip or Excel file: save the sheet as "CSV UTF-8"');
  const text = head.subarray(0, 200).toString('latin1').trimStart();
  if (text.startsWith('<')) throw bad(name, 'this is a web page, not a log: was the download a login page?');
  if (/^\[\s*[{\]]/.test(text))
    throw bad(name, 'this is one JSON list: write its objects a line each (jq -c ".[]"), and it is read');
};

/** What a file is written in, by its first bytes. */
export const formatOf = (head: Buffer): Format => {
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  return /^(\xef\xbb\xbf)?\s*\{/.test(head.toString('latin1')) ? 'ndjson' : 'csv';
};

/** Decompresses Zstandard; Node itself can from version 22.15 on. */
const createUnzstd = (): Transform => {
  const ready: Uint8Array[] = [];
  const decompress = new Decompress((chunk) => ready.push(chunk));
  const push = function (
    this: Transform,
    bytes: Uint8Array,
    last: boolean,
    done: (error?: Error | null) => void,
  ): void {
    try {
      decompress.push(bytes, last);
      for (const chunk of ready.splice(0)) this.push(chunk);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(messageOf(error)));
    }
  };
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      push.call(this, bytes, false, done);
    },
    flush(done) {
      push.call(this, new Uint8Array(0), true, done);
    },
  });
};

/** How compressed files begin, and what unpacks them. */
const COMPRESSED = [
  { called: 'gzip', magic: Buffer.from([0x1f, 0x8b]), unpack: createGunzip },
  { called: 'zstd', magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), unpack: createUnzstd },
] as const;

/** Where an input is brought to, and where standard input comes from. */
interface Spool {
  readonly scratch: string;
  readonly stdin: NodeJS.ReadableStream;
}

/** Brings an input to disk where it is not a plain file yet: standard input, a pipe, gzip, zstd. */
export const landed = async (name: string, index: number, options: Spool): Promise<string> => {
  const spool = async (from: NodeJS.ReadableStream, suffix: string, ...through: Transform[]): Promise<string> => {
    const to = join(options.scratch, `input${index}${suffix}`);
    await pipeline([from, ...through, createWriteStream(to)]);
    return to;
  };
  const regular = name !== '-' && (await stat(name)).isFile();
  const path = regular ? name : await spool(name === '-' ? options.stdin : createReadStream(name), '.raw');
  const head = await readHead(path);
  const compressed = COMPRESSED.find(({ magic }) => head.subarray(0, magic.length).equals(magic));
  if (!compressed) return path;
  const limit = expansionLimit((await stat(path)).size);
  try {
    return await spool(createReadStream(path), '.unpacked', compressed.unpack(), capped(limit, name));
  } catch (error) {
    if (error instanceof Failure || isDiskFault(error)) throw error;
    throw bad(name, `the ${compressed.called} data is damaged (${messageOf(error)})`);
  }
};
