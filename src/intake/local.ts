/** Copies standard input, pipes, compressed files and archives of one file to plain files on disk. */
import { createReadStream, createWriteStream } from 'node:fs';
import { stat, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Duplex, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Failure, messageOf } from '../model.js';
import { isDiskFault } from '../io/cannotWrite.js';
import { readHead } from './format.js';
import { bad } from './refuse.js';
import { decompressZstd, isZstd } from './zstd.js';

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

/** The first bytes of a zip archive. */
const ZIP = Buffer.from('PK\u0003\u0004');

/** Of what is read and decompressed at a time: Node's own 16 kB take twice the time of a large log. */
const PIECE = 1 << 20;

/** How compressed files are recognised and decompressed. */
const COMPRESSED = [
  {
    called: 'gzip',
    is: (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b,
    decompress: () => createGunzip({ chunkSize: PIECE }),
  },
  { called: 'zstd', is: isZstd, decompress: () => Duplex.from(decompressZstd) },
] as const;

/** The folder for copies, and where standard input comes from. */
interface Spool {
  readonly scratch: string;
  readonly stdin: NodeJS.ReadableStream;
}

/** `path`, or a link to it: the engine has no spelling for a backslash beside a character of a pattern. */
const linked = async (path: string, link: string): Promise<string> => {
  if (!path.includes('\\')) return path;
  await symlink(resolve(path), link);
  return link;
};

/** A stream that fails if it begins with NUL bytes, as /dev/zero does, which never ends. */
const refuseZeros = (name: string): Transform => {
  let checked = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const zeros = !checked && chunk.length > 0 && chunk.subarray(0, 64).every((byte) => byte === 0);
      checked ||= chunk.length > 0;
      return zeros ? done(bad(name, 'this is not a text file (it begins with NUL bytes)')) : done(null, chunk);
    },
  });
};

/** Unpacks the one file of a zip archive. @throws Failure `data` for an archive with several, or one that is damaged */
const unzip = async (path: string, name: string, to: string): Promise<string> => {
  const limit = expansionLimit((await stat(path)).size);
  try {
    const { openZipEntry } = await import('./zip.js');
    const { content, check } = await openZipEntry(path, name);
    await pipeline([content, capped(limit, name), createWriteStream(to)]);
    check();
    return to;
  } catch (error) {
    if (error instanceof Failure || isDiskFault(error)) throw error;
    throw bad(name, `the zip archive is damaged (${messageOf(error)})`);
  }
};

/** The path of an input as a plain file: itself, or a copy of standard input, a pipe or a compressed file. */
export const toLocalFile = async (name: string, index: number, options: Spool): Promise<string> => {
  const spool = async (from: NodeJS.ReadableStream, suffix: string, ...through: Duplex[]): Promise<string> => {
    const to = join(options.scratch, `input${index}${suffix}`);
    await pipeline([from, ...through, createWriteStream(to)]);
    return to;
  };
  const regular = name !== '-' && (await stat(name)).isFile();
  const path = regular
    ? await linked(name, join(options.scratch, `input${index}.link`))
    : await spool(name === '-' ? options.stdin : createReadStream(name), '.raw', refuseZeros(name));
  const head = await readHead(path);
  if (head.subarray(0, 4).equals(ZIP)) return unzip(path, name, join(options.scratch, `input${index}.unzipped`));
  const compressed = COMPRESSED.find(({ is }) => is(head));
  if (!compressed) return path;
  const limit = expansionLimit((await stat(path)).size);
  try {
    const packed = createReadStream(path, { highWaterMark: PIECE });
    return await spool(packed, '.decompressed', compressed.decompress(), capped(limit, name));
  } catch (error) {
    if (error instanceof Failure || isDiskFault(error)) throw error;
    throw bad(name, `the ${compressed.called} data is damaged (${messageOf(error)})`);
  }
};
