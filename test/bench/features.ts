/** Makes a features file of any size: the columns of user_features.csv, values with long tails, ids in byte order. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { features } from '../../src/catalogue/features.js';

const COLUMNS = ['user_id', ...Object.keys(features)];
const CITIES = ['Lisbon', 'Oslo', 'Rome', 'São Paulo', 'New York'];

/** A small multiplicative generator: the same file every time. */
const chance = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
};

function* rows(users: number): Generator<string> {
  const random = chance(42);
  const upTo = (n: number): number => Math.floor(n * random() ** 3);
  yield `${COLUMNS.join(',')}\n`;
  let batch = '';
  for (let i = 0; i < users; i++) {
    const sessions = 1 + upTo(12);
    const repeats = upTo(sessions);
    const bounces = upTo(sessions);
    const spam = upTo(2) && upTo(sessions);
    const [signups, bookings] = [random() < 0.2 ? 1 : 0, random() < 0.1 ? 1 : 0];
    const views = upTo(60);
    const days = Math.floor(random() * 30e4) / 1e4;
    const cells = [
      `user_${String(i).padStart(8, '0')}`,
      `Person ${i}`,
      CITIES[i % 5],
      'F',
      'mobile',
      (random() * 5e3).toFixed(2),
      upTo(12),
      upTo(5),
      views + 3,
      sessions,
      repeats,
      repeats / sessions,
      bounces,
      bounces / sessions,
      spam,
      spam / sessions,
      views,
      upTo(9),
      upTo(9),
      upTo(4),
      upTo(4),
      upTo(3),
      signups,
      bookings,
      '2026-01-28T18:03:12Z',
      days,
      signups * bookings,
    ];
    batch += `${cells.join(',')}\n`;
    if (batch.length > 1 << 16) {
      yield batch;
      batch = '';
    }
  }
  yield batch;
}

/** Writes a features file of `users` rows. */
export const writeFeatures = async (path: string, users: number): Promise<void> => {
  await pipeline(Readable.from(rows(users)), createWriteStream(path));
};
