/** Builds Zstandard data by hand (RFC 8878), block by block. */
import xxhash from 'xxhash-wasm';

/** A block: its bytes as they are, or one byte many times. */
export type Block = string | { readonly byte: string; readonly times: number };

/** What the header of a frame says; by default a window of 128 kB and nothing else. */
export interface FrameHeader {
  /** The window descriptor: 5 bits of an exponent above 10, 3 bits of eighths. */
  readonly window?: number;
  readonly hasChecksum?: boolean;
  /** A dictionary id of one byte. */
  readonly dictionary?: number;
  /** The size of the content in eight bytes, in the place of a window. */
  readonly size?: number;
}

const hashes = await xxhash();

const littleEndian = (value: number | bigint, bytes: number): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer.subarray(0, bytes);
};

const contentOf = (block: Block): string => (typeof block === 'string' ? block : block.byte.repeat(block.times));

const encoded = (block: Block, isLast: boolean): Buffer => {
  const [size, kind, content] =
    typeof block === 'string' ? [Buffer.byteLength(block), 0, block] : [block.times, 1, block.byte];
  return Buffer.concat([littleEndian(size * 8 + kind * 2 + (isLast ? 1 : 0), 3), Buffer.from(content)]);
};

/** A frame of these blocks. */
export const frame = (
  blocks: readonly Block[],
  { window = 0x38, hasChecksum = false, dictionary, size }: FrameHeader = {},
): Buffer => {
  const flags = (size === undefined ? 0 : 0xe0) + (hasChecksum ? 4 : 0) + (dictionary === undefined ? 0 : 1);
  const content = Buffer.from(blocks.map(contentOf).join(''));
  return Buffer.concat([
    littleEndian(0xfd2fb528, 4),
    Buffer.of(flags),
    size === undefined ? Buffer.of(window) : Buffer.alloc(0),
    dictionary === undefined ? Buffer.alloc(0) : Buffer.of(dictionary),
    size === undefined ? Buffer.alloc(0) : littleEndian(size, 8),
    ...blocks.map((block, i) => encoded(block, i === blocks.length - 1)),
    hasChecksum ? littleEndian(hashes.h64Raw(content) & 0xffffffffn, 4) : Buffer.alloc(0),
  ]);
};

/** A frame that readers skip. */
export const skippable = (content: string, kind = 0): Buffer =>
  Buffer.concat([
    littleEndian(0x184d2a50 + kind, 4),
    littleEndian(Buffer.byteLength(content), 4),
    Buffer.from(content),
  ]);
