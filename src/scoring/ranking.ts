/** Scores and orders all users. Pure; needs only a few bytes per user beyond the users themselves. */
import type { Label } from '../model.js';
import { labelOf, type Model, scoreRow, type Total } from './score.js';
import { sentence } from './sentence.js';
import type { Users } from './users.js';

/** All users in order, and what the order is based on. */
export interface Ranking {
  readonly users: Users;
  readonly model: Model;
  /** Scores in hundredths of a point, by the index of the user. */
  readonly scores: Int32Array;
  /** Indexes of users: score descending, then user_id in byte order. */
  readonly order: Uint32Array;
  /** By signal, across all users: the sum of its points in hundredths, and how many users have any. */
  readonly sums: Float64Array;
  readonly fired: Uint32Array;
}

/**
 * Indexes by score descending, then id in byte order. There are only 10,001 different scores, so this is a counting sort
 * of the users in the order of their ids.
 */
const orderOf = (scores: Int32Array, byId: Uint32Array): Uint32Array => {
  const next = new Uint32Array(10_002);
  for (const score of scores) next[10_001 - score] = (next[10_001 - score] ?? 0) + 1;
  for (let i = 1; i < next.length; i++) next[i] = (next[i] ?? 0) + (next[i - 1] ?? 0);
  const order = new Uint32Array(scores.length);
  for (const index of byId) {
    const before = 10_000 - (scores[index] ?? 0);
    const at = next[before] ?? 0;
    order[at] = index;
    next[before] = at + 1;
  }
  return order;
};

/** Scores all users and orders them. */
export const rankUsers = (users: Users, model: Model): Ranking => {
  const points = new Int32Array(model.signals.length);
  const values = new Float64Array(points.length);
  const scores = new Int32Array(users.count);
  const sums = new Float64Array(points.length);
  const fired = new Uint32Array(points.length);
  for (let i = 0; i < users.count; i++) {
    scores[i] = scoreRow(model, users.values(i, values), points).score;
    for (let s = 0; s < points.length; s++) {
      const earned = points[s] ?? 0;
      if (earned === 0) continue;
      sums[s] = (sums[s] ?? 0) + earned;
      fired[s] = (fired[s] ?? 0) + 1;
    }
  }
  return { users, model, scores, order: orderOf(scores, users.ids.sorted()), sums, fired };
};

/** Which users to list. */
export interface Filters {
  /** The most users to list. */
  readonly top: number;
  /** In points. */
  readonly minScore?: number | undefined;
  readonly label?: Label | undefined;
  readonly excludeConverted?: boolean | undefined;
}

/** The places of the users to list: the best of those that pass the filters. */
export const placesOf = (ranking: Ranking, { top, minScore = 0, label, excludeConverted }: Filters): number[] => {
  const { order, scores, users, model } = ranking;
  const places: number[] = [];
  for (const [place, index] of order.entries()) {
    const score = scores[index] ?? 0;
    if (places.length === top || score < Math.round(minScore * 100)) break;
    if (label !== undefined && labelOf(score, model.labels) !== label) continue;
    if (excludeConverted && users.converted[index] === 1) continue;
    places.push(place);
  }
  return places;
};

/** One ranked user with all details. */
export interface Ranked extends Total {
  /** 1 for the best. */
  readonly rank: number;
  readonly id: string;
  readonly name: string;
  /** 1, 0, or NaN if unknown. */
  readonly converted: number;
  readonly values: Float64Array;
  readonly points: Int32Array;
  readonly explanation: string;
}

/**
 * The user at `place` (0 is the best) of a ranking.
 *
 * @param values,points filled with the value and the points of each signal; the same arrays can be reused for the next
 *   user
 */
export const rankedAt = (
  { users, model, order }: Ranking,
  place: number,
  values = new Float64Array(model.signals.length),
  points = new Int32Array(model.signals.length),
): Ranked => {
  const index = order[place] ?? 0;
  users.values(index, values);
  const total = scoreRow(model, values, points);
  return {
    score: total.score,
    floor: total.floor,
    cap: total.cap,
    rank: place + 1,
    id: users.ids.at(index),
    name: users.names.at(index),
    converted: users.converted[index] ?? Number.NaN,
    values,
    points,
    explanation: sentence(model, values, points, total),
  };
};
