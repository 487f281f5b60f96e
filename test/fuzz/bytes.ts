/** Files that were good once: bytes flipped, lines lost, cells swapped for hostile ones. */
import * as fc from 'fast-check';

/** One change to a file. Places are parts of 10,000 of its length, so that a change fits any file. */
type Change = (bytes: Buffer) => Buffer;

const joined = (...parts: Uint8Array[]): Buffer => Buffer.concat(parts);

const place = fc.nat(10_000);
const byteAt = (bytes: Buffer, at: number): number => Math.floor((bytes.length * at) / 10_001);

/** The pieces of a file between `separators`, which are kept as pieces of their own. */
const pieces = (bytes: Buffer, separators: RegExp): string[] => bytes.toString('latin1').split(separators);

/** Changes one piece of a file, counted from 0: the even ones are content, the odd ones separators. */
const inPieces =
  (separators: RegExp, at: number, change: (all: string[], index: number) => void): Change =>
  (bytes) => {
    const all = pieces(bytes, separators);
    change(all, Math.floor(((all.length + 1) / 2) * (at / 10_001)) * 2);
    return Buffer.from(all.join(''), 'latin1');
  };

const LINES = /(\r?\n)/;

const bytesChanged: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(([at, bit]): Change => (bytes) => {
    const copy = Buffer.from(bytes);
    const i = byteAt(copy, at);
    if (i < copy.length) copy[i] = (copy[i] ?? 0) ^ (1 << bit);
    return copy;
  }),
  fc.tuple(place, fc.nat(255)).map(([at, byte]): Change => (bytes) => {
    const i = byteAt(bytes, at);
    return joined(bytes.subarray(0, i), Buffer.of(byte), bytes.subarray(i));
  }),
  fc.tuple(place, fc.integer({ min: 1, max: 12 })).map(([at, length]): Change => (bytes) => {
    const i = byteAt(bytes, at);
    return joined(bytes.subarray(0, i), bytes.subarray(i + length));
  }),
  fc.tuple(place, fc.integer({ min: 1, max: 60 })).map(([at, length]): Change => (bytes) => {
    const i = byteAt(bytes, at);
    return joined(bytes.subarray(0, i + length), bytes.subarray(i));
  }),
  place.map(
    (at): Change =>
      (bytes) =>
        bytes.subarray(0, byteAt(bytes, at)),
  ),
);

const linesChanged: fc.Arbitrary<Change> = fc
  .tuple(place, fc.constantFrom('twice', 'gone', 'blank', 'swapped', 'joined'))
  .map(([at, how]) =>
    inPieces(LINES, at, (all, i) => {
      const [line = '', end = '\n', next = ''] = all.slice(i, i + 3);
      if (how === 'twice') all.splice(i, 1, line, end, line);
      else if (how === 'gone') all.splice(i, 2);
      else if (how === 'blank') all.splice(i, 1, '', end, line);
      else if (how === 'joined') all.splice(i + 1, 1);
      else all.splice(i, 3, next, end, line);
    }),
  );

/**
 * Any file that a few changes away from one of `seeds`; it shrinks to fewer changes of the first seed.
 *
 * @param cells what separates the cells of these files, with a group around it
 * @param hostile what to put in their place, or between any two bytes
 */
export const mutated = (
  seeds: readonly Buffer[],
  cells: RegExp,
  hostile: readonly (string | Buffer)[],
): fc.Arbitrary<Buffer> => {
  const snippet = fc.constantFrom(...hostile.map((text) => Buffer.from(text)));
  const cellsChanged = fc.oneof(
    fc.tuple(place, snippet).map(([at, text]) =>
      inPieces(cells, at, (all, i) => {
        all[i] = text.toString('latin1');
      }),
    ),
    fc.tuple(place, place).map(([at, other]): Change => (bytes) => {
      const from = pieces(bytes, cells);
      const copied = from[Math.floor(((from.length + 1) / 2) * (other / 10_001)) * 2] ?? '';
      return inPieces(cells, at, (all, i) => {
        all[i] = copied;
      })(bytes);
    }),
    fc.tuple(place, snippet).map(([at, text]): Change => (bytes) => {
      const i = byteAt(bytes, at);
      return joined(bytes.subarray(0, i), text, bytes.subarray(i));
    }),
  );
  const change = fc.oneof(bytesChanged, linesChanged, { weight: 2, arbitrary: cellsChanged });
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 6 }))
    .map(([seed, changes]) => changes.reduce((bytes, apply) => apply(bytes), seed));
};
