/** Zstandard and gzip: what is decompressed is what was compressed, or the data is refused. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { toLocalFile } from '../../src/intake/local.js';
import { decompressZstd } from '../../src/intake/zstd.js';
import { Failure } from '../../src/model.js';
import { temporary } from '../config/temporary.js';
import { frame, skippable } from './zstd.js';

const { folder } = temporary();

/** The content of data that arrives in pieces of `size` bytes. */
const decompressed = async (bytes: Buffer, size = bytes.length): Promise<string> => {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompressZstd(Readable.from(pieces))) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

const LOG = 'user_id,timestamp,event_type\nana,2026-01-05,signup\n';
const HALVES = [LOG.slice(0, 20), LOG.slice(20)];

describe('zstd', () => {
  it.each<[string, Buffer, string]>([
    ['a frame of one block', frame([LOG]), LOG],
    ['a frame of several blocks', frame(HALVES), LOG],
    ['a block that is repeated', frame(['a', { byte: 'b', times: 1000 }, 'c']), `a${'b'.repeat(1000)}c`],
    ['a checksum', frame(HALVES, { hasChecksum: true }), LOG],
    ['a size in the place of a window', frame(HALVES, { size: LOG.length, hasChecksum: true }), LOG],
    ['the dictionary 0, which is none', frame([LOG], { dictionary: 0 }), LOG],
    ['several frames', Buffer.concat(HALVES.map((half) => frame([half], { hasChecksum: true }))), LOG],
    ['frames with and without checksum', Buffer.concat([frame([LOG], { hasChecksum: true }), frame([LOG])]), LOG + LOG],
    ['a frame of nothing', Buffer.concat([frame(['']), frame([LOG])]), LOG],
    ['frames to skip', Buffer.concat([skippable('x'.repeat(700)), frame([LOG]), skippable('', 15)]), LOG],
    ['a window of 128 MB', frame([LOG], { window: 0x88 }), LOG],
    ['nothing at all', Buffer.alloc(0), ''],
  ])('with %s is decompressed, however it arrives', async (_, bytes, content) => {
    for (const size of [bytes.length || 1, 1, 7]) expect(await decompressed(bytes, size)).toBe(content);
  });

  it('is refused wherever it ends too early', async () => {
    const bytes = Buffer.concat([skippable('xyz'), frame(HALVES, { hasChecksum: true })]);
    const ends = [...bytes.keys()].filter((end) => end !== 0 && end !== skippable('xyz').length);
    for (const end of ends) await expect(decompressed(bytes.subarray(0, end))).rejects.toThrow(/^it ends too early$/);
  });

  it('with a checksum is refused, or the same, whichever bit was flipped', async () => {
    const bytes = frame(['ana', { byte: 'x', times: 30 }, 'ben'], { hasChecksum: true });
    const content = await decompressed(bytes);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect([content, 'refused']).toContain(await decompressed(flipped).catch(() => 'refused'));
    }
  });

  it.each<[string, Buffer, string]>([
    ['another dictionary', frame([LOG], { dictionary: 7 }), 'it was compressed with a dictionary'],
    ['a window of over 128 MB', frame([LOG], { window: 0x89 }), 'it needs a window of 144 MB, as with --long'],
    ['a window of terabytes', frame([LOG], { window: 0xff }), 'as with --long'],
    ['a content of 1 GB at once', frame([LOG], { size: 2 ** 30 }), 'it needs a window of 1024 MB'],
    [
      'a checksum of another text',
      Buffer.concat([frame([LOG], { hasChecksum: true }).subarray(0, -4), Buffer.alloc(4)]),
      'its checksum does not match',
    ],
    ['text after a frame', Buffer.concat([frame([LOG]), Buffer.from('more')]), 'there is something else after a frame'],
  ])('with %s is refused', async (_, bytes, says) => {
    await expect(decompressed(bytes)).rejects.toThrow(says);
  });
});

/** The content that a compressed file is read as. */
const localCopy = async (bytes: Uint8Array): Promise<string> => {
  const path = join(folder, 'input');
  writeFileSync(path, bytes);
  return readFileSync(await toLocalFile(path, 0, { scratch: folder, stdin: Readable.from([]) }), 'utf8');
};

it('a bomb of repeated bytes is refused after 64 MB', async () => {
  const bomb = frame(Array.from({ length: 2000 }, () => ({ byte: 'x', times: 1 << 17 })));
  expect(bomb.length).toBeLessThan(10_000);
  await expect(localCopy(bomb)).rejects.toMatchObject({
    kind: 'data',
    message: expect.stringContaining('grows to more than a hundred times its size'),
  });
});

it.each([
  ['gzip', gzipSync(LOG), 2],
  ['zstd', frame(HALVES, { hasChecksum: true }), 4],
])('a bit of %s that is flipped is noticed, or does not matter', async (_, bytes, afterName) => {
  expect(await localCopy(bytes)).toBe(LOG);
  for (let bit = afterName * 8; bit < bytes.length * 8; bit += 5) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const refused = (error: unknown): string => (error instanceof Failure ? error.kind : String(error));
    expect([LOG, 'data']).toContain(await localCopy(flipped).catch(refused));
  }
});
