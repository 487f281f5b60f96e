/**
 * Decompresses Zstandard frame by frame (RFC 8878) and verifies checksums, which fzstd does not. Each block is handed on
 * before the next one is read, so that no small file can fill the memory.
 */
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { systemCode } from '../model.js';

const FRAME = 0xfd2fb528;

/** Skippable frames begin with 0x184D2A50 to 0x184D2A5F. */
const isSkippable = (magic: number): boolean => magic >>> 4 === 0x184d2a5;

/** Whether these are the first bytes of Zstandard data. */
export const isZstd = (head: Buffer): boolean => {
  const magic = head.length < 4 ? 0 : head.readUInt32LE();
  return magic === FRAME || isSkippable(magic);
};

/** The largest window that `zstd -d` accepts without being told to. */
const MAX_WINDOW = 128 * 1024 * 1024;

const WRONG_CHECKSUM = 'its checksum does not match';

/** Takes bytes from a stream as they are needed. */
class ByteReader {
  private held: Buffer = Buffer.alloc(0);

  constructor(private readonly source: AsyncIterator<Buffer>) {}

  /** Whether the stream has ended. */
  async isAtEnd(): Promise<boolean> {
    while (this.held.length === 0) {
      const { done, value } = await this.source.next();
      if (done) return true;
      this.held = value;
    }
    return false;
  }

  /** The next `length` bytes. @throws Error if the stream ends before them */
  async take(length: number): Promise<Buffer> {
    while (this.held.length < length) {
      const { done, value } = await this.source.next();
      if (done) throw new Error('it ends too early');
      this.held = Buffer.concat([this.held, value]);
    }
    const taken = this.held.subarray(0, length);
    this.held = this.held.subarray(length);
    return taken;
  }

  /** Drops the next `length` bytes. @throws Error if the stream ends before them */
  async skip(length: number): Promise<void> {
    for (let left = length; left > 0;) left -= (await this.take(Math.min(left, 1 << 16))).length;
  }
}

/** The sizes of the fields of a frame header in bytes, by its first byte, the descriptor. */
const fieldsOf = (descriptor: number): { window: number; dictionary: number; content: number } => {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  return {
    window: isSingleSegment ? 0 : 1,
    dictionary: [0, 1, 2, 4][descriptor & 3] ?? 0,
    content: [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0,
  };
};

/** Reads the header of a frame after its magic number. @throws Error for what cannot be decompressed here */
const readHeader = async (reader: ByteReader): Promise<{ header: Buffer; hasChecksum: boolean }> => {
  const [descriptor = 0] = await reader.take(1);
  const { window, dictionary, content } = fieldsOf(descriptor);
  const fields = await reader.take(window + dictionary + content);
  if (fields.subarray(window, window + dictionary).some((byte) => byte !== 0)) {
    throw new Error('it was compressed with a dictionary');
  }
  const [exponent = 0] = fields;
  const base = 2 ** (10 + (exponent >>> 3));
  const size = window > 0 ? base + (base / 8) * (exponent & 7) : fields.readUIntLE(dictionary, Math.min(content, 6));
  if (size > MAX_WINDOW) throw new Error(`it needs a window of ${Math.ceil(size / 2 ** 20)} MB, as with --long`);
  return { header: Buffer.concat([Buffer.of(descriptor), fields]), hasChecksum: (descriptor & 4) !== 0 };
};

/** One frame: what it is made of, in the order of its bytes. */
interface Frame {
  readonly hasChecksum: boolean;
  /** Magic number and header, then each block. The checksum, if there is one, is still to be taken. */
  readonly parts: AsyncIterable<Buffer>;
}

/** The header and the blocks of a frame, one by one. */
async function* readParts(reader: ByteReader, header: Buffer): AsyncGenerator<Buffer> {
  yield header;
  for (let isLast = false; !isLast;) {
    const blockHeader = await reader.take(3);
    const bits = blockHeader.readUIntLE(0, 3);
    isLast = (bits & 1) !== 0;
    const isRepeated = ((bits >>> 1) & 3) === 1;
    yield Buffer.concat([blockHeader, await reader.take(isRepeated ? 1 : bits >>> 3)]);
  }
}

/** The content of a frame. */
type Decompress = (reader: ByteReader, frame: Frame) => AsyncGenerator<Uint8Array>;

/** By Node's own Zstandard, which verifies the checksum. */
const byNode = (create: (options: zlib.ZlibOptions) => Duplex): Decompress =>
  async function* (reader, { parts, hasChecksum }) {
    const decompress = create({ chunkSize: 1 << 17 });
    const bytes = async function* (): AsyncGenerator<Buffer> {
      yield* parts;
      if (hasChecksum) yield await reader.take(4);
    };
    // An error of either side destroys the stream, and is thrown where it is read.
    pipeline(bytes(), decompress).catch(() => {});
    try {
      yield* decompress;
    } catch (error) {
      throw systemCode(error) === 'ZSTD_error_checksum_wrong' ? new Error(WRONG_CHECKSUM) : error;
    }
  };

/** By fzstd, where Node has no Zstandard of its own: before 22.15. */
const byFzstd = async (): Promise<Decompress> => {
  const [fzstd, { default: xxhash }] = await Promise.all([import('fzstd'), import('xxhash-wasm')]);
  const xxh = await xxhash();
  return async function* (reader, { parts, hasChecksum }) {
    const ready: Uint8Array[] = [];
    const decompress = new fzstd.Decompress((chunk) => ready.push(chunk));
    const hash = xxh.create64();
    for await (const part of parts) {
      decompress.push(part);
      for (const chunk of ready.splice(0)) {
        if (hasChecksum) hash.update(chunk);
        yield chunk;
      }
    }
    const checksum = hasChecksum ? (await reader.take(4)).readUInt32LE() : undefined;
    if (checksum !== undefined && checksum !== Number(hash.digest() & 0xffffffffn)) throw new Error(WRONG_CHECKSUM);
  };
};

/** Node's own stream, from 22.15 on. */
const { createZstdDecompress }: typeof zlib & { createZstdDecompress?: (options: zlib.ZlibOptions) => Duplex } = zlib;

/**
 * The content of Zstandard data, block by block. Frames are found here because Node's own stream ends with the first one
 * and takes none to skip.
 *
 * @throws Error if the data is damaged, or needs a dictionary or a window of over 128 MB
 */
export async function* decompressZstd(source: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(source[Symbol.asyncIterator]());
  const decompress = createZstdDecompress ? byNode(createZstdDecompress) : await byFzstd();
  while (!(await reader.isAtEnd())) {
    const magic = await reader.take(4);
    if (isSkippable(magic.readUInt32LE())) {
      await reader.skip((await reader.take(4)).readUInt32LE());
      continue;
    }
    if (magic.readUInt32LE() !== FRAME) throw new Error('there is something else after a frame');
    const { header, hasChecksum } = await readHeader(reader);
    yield* decompress(reader, { hasChecksum, parts: readParts(reader, Buffer.concat([magic, header])) });
  }
}
