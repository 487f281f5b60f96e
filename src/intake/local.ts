/** Copies standard input, pipes and compressed files to plain files on disk. */
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { Failure, messageOf } from '../model.js';
import { isDiskFault } from '../io/output.js';
import { readHead } from './format.js';
import { bad } from './refuse.js';

/** The largest size that a compressed input can grow to, so that a decompression bomb cannot fill the disk. */
const expansionLimit = (compressed: number): number => compressed * 100 + 64 * 1024 * 1024;

/** A stream that fails after `limit` bytes. */
const capped = (limit: number, name: string): Transform => {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen <= limit) return done(null, chunk);
      return done(
        new Failure(
          'data',
          `${name} grows to more than a hundred times its size: decompress it yourself if this is expected`,
        ),
      );
    },
  });
};

/** Decompresses Zstandard, which Node itself can do only from version 22.15. */
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

/** The first bytes of compressed files, and what decompresses them. */
const COMPRESSED = [
  { called: 'gzip', magic: Buffer.from([0x1f, 0x8b]), decompress: createGunzip },
  { called: 'zstd', magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), decompress: createUnzstd },
] as const;

/** The folder for copies, and where standard input comes from. */
interface Spool {
  readonly scratch: string;
  readonly stdin: NodeJS.ReadableStream;
}

/** The path of an input as a plain file: itself, or a copy of standard input, a pipe or a compressed file. */
export const toLocalFile = async (name: string, index: number, options: Spool): Promise<string> => {
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
    return await spool(createReadStream(path), '.decompressed', compressed.decompress(), capped(limit, name));
  } catch (error) {
    if (error instanceof Failure || isDiskFault(error)) throw error;
    throw bad(name, `the ${compressed.called} data is damaged (${messageOf(error)})`);
  }
};
