/** Scores and orders all users. Pure; needs only a few bytes per user beyond the users themselves. */
import { type Label, type LabelFilter, LABELS } from '../model.js';
import { labelOf, type Model, scoreRow, type Total } from './score.js';
import { sentence } from './sentence.js';
import type { Users } from './users.js';

/** All users in order, and what the order is based on. */
export interface Ranking {
  readonly users: Users;
  readonly model: Model;
  /** Scores in hundredths of a point, by the index of the user. */
  readonly scores: Int32Array;
  /** Indexes of users, best first. */
  readonly order: Uint32Array;
  /** What ages are counted from, in milliseconds since 1970; NaN if unknown. */
  readonly asOf: number;
  /** By signal, across all users: the sum of its points in hundredths, and how many users have any. */
  readonly sums: Float64Array;
  readonly fired: Uint32Array;
}

/** What is needed of a ranking to say everything about one of its users. */
export type Ordered = Pick<Ranking, 'users' | 'model' | 'order' | 'asOf'>;

/** Indexes by number descending, equal ones as in `byId`: a counting sort, since sums of points are few whole numbers. */
const byNumber = (numbers: Int32Array, byId: Uint32Array): Uint32Array => {
  let [least, most] = [0, 0];
  for (const number of numbers) {
    if (number < least) least = number;
    if (number > most) most = number;
  }
  const next = new Uint32Array(most - least + 2);
  for (const number of numbers) next[most - number + 1] = (next[most - number + 1] ?? 0) + 1;
  for (let i = 1; i < next.length; i++) next[i] = (next[i] ?? 0) + (next[i - 1] ?? 0);
  const order = new Uint32Array(numbers.length);
  for (const index of byId) {
    const key = most - (numbers[index] ?? 0);
    const at = next[key] ?? 0;
    order[at] = index;
    next[key] = at + 1;
  }
  return order;
};

/**
 * Indexes in the order of calls: by the sum of points descending, which is the score and then what floor or cap hold
 * back; then who was active more recently (unknown last); then by id in byte order.
 */
const orderOf = (totals: Int32Array, users: Users): Uint32Array => {
  const order = byNumber(totals, users.ids.sorted());
  const recency = new Float64Array(users.count);
  for (let i = 0; i < users.count; i++) {
    const time = users.last(i);
    recency[i] = Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
  }
  // Sorting is stable: who was active at the same time stays in the order of ids.
  const sooner = (a: number, b: number): number => {
    const [x = 0, y = 0] = [recency[a], recency[b]];
    return x === y ? 0 : y > x ? 1 : -1;
  };
  for (let from = 0, to = 1; from < order.length; from = to, to++) {
    while (to < order.length && totals[order[to] ?? 0] === totals[order[from] ?? 0]) to++;
    if (to - from > 1) order.subarray(from, to).sort(sooner);
  }
  return order;
};

/**
 * Scores all users and orders them.
 *
 * @param asOf what ages are counted from, in milliseconds since 1970; by default the last activity of any user
 */
export const rankUsers = (users: Users, model: Model, asOf = users.latest()): Ranking => {
  const points = new Int32Array(model.signals.length);
  const values = new Float64Array(points.length);
  const scores = new Int32Array(users.count);
  const totals = new Int32Array(users.count);
  const sums = new Float64Array(points.length);
  const fired = new Uint32Array(points.length);
  for (let i = 0; i < users.count; i++) {
    const { score, floor, cap } = scoreRow(model, users.values(i, values), points);
    scores[i] = score;
    totals[i] = score - floor - cap;
    for (let s = 0; s < points.length; s++) {
      const earned = points[s] ?? 0;
      if (earned === 0) continue;
      sums[s] = (sums[s] ?? 0) + earned;
      fired[s] = (fired[s] ?? 0) + 1;
    }
  }
  return { users, model, scores, order: orderOf(totals, users), asOf, sums, fired };
};

/** Which users to list. */
export interface Filters {
  /** The most users to list. */
  readonly top: number;
  /** In points. */
  readonly minScore?: number | undefined;
  /** The lowest or the only label; `medium+` is medium and high. */
  readonly label?: LabelFilter | undefined;
  readonly excludeConverted?: boolean | undefined;
  /** In seconds before as-of. */
  readonly activeWithin?: number | undefined;
}

/** One listed user: the place in the ranking (0 is the best), and the number in the list. */
export interface Place {
  readonly place: number;
  readonly number: number;
}

/** The users to list, and how many more have the score of the last one. */
export interface Listed {
  readonly places: readonly Place[];
  readonly tied: number;
}

const hasLabel = (label: Label, wanted: LabelFilter): boolean => {
  const [least = ''] = wanted.split('+');
  const isAbove = LABELS.findIndex((known) => known === label) < LABELS.findIndex((known) => known === least);
  return label === least || (wanted.endsWith('+') && isAbove);
};

/**
 * The users to list: the best of those that pass the filters. Nobody who opted out is listed. Numbers count all people
 * that can be called, whatever the other filters.
 */
export const listUsers = (ranking: Ranking, filters: Filters): Listed => {
  const { order, scores, users, model, asOf } = ranking;
  const { top, minScore = 0, label, excludeConverted, activeWithin } = filters;
  const places: Place[] = [];
  let [number, tied] = [0, 0];
  for (const [place, index] of order.entries()) {
    const score = scores[index] ?? 0;
    const isFull = places.length === top;
    if (score < Math.round(minScore * 100) || (isFull && score !== scores[order[places.at(-1)?.place ?? 0] ?? 0]))
      break;
    if (excludeConverted ? !users.canBeCalled(index) : users.optedOut(index) === 1) continue;
    number++;
    if (label !== undefined && !hasLabel(labelOf(score, model.labels), label)) continue;
    if (activeWithin !== undefined && !(asOf - users.last(index) <= activeWithin * 1000)) continue;
    if (isFull) tied++;
    else places.push({ place, number });
  }
  return { places, tied };
};

/** One ranked user with all details. */
export interface Ranked extends Total {
  /** 1 for the best of all users. */
  readonly rank: number;
  readonly id: string;
  readonly name: string;
  /** 1, 0, or NaN if unknown. */
  readonly converted: number;
  readonly values: Float64Array;
  readonly points: Int32Array;
  readonly explanation: string;
  /** When the user was last active, in milliseconds since 1970; NaN if unknown. */
  readonly last: number;
  /** The texts of the columns that the list shows. */
  readonly shown: readonly string[];
}

/**
 * The user at `place` (0 is the best) of a ranking.
 *
 * @param values,points filled with the value and the points of each signal; the same arrays can be reused for the next
 *   user
 */
export const rankedAt = (
  { users, model, order, asOf }: Ordered,
  place: number,
  values = new Float64Array(model.signals.length),
  points = new Int32Array(model.signals.length),
): Ranked => {
  const index = order[place] ?? 0;
  users.values(index, values);
  const total = scoreRow(model, values, points);
  const last = users.last(index);
  const age = (asOf - last) / 86_400_000;
  return {
    score: total.score,
    floor: total.floor,
    cap: total.cap,
    rank: place + 1,
    id: users.ids.at(index),
    name: users.names.at(index),
    converted: users.converted(index),
    values,
    points,
    explanation: sentence(model, values, points, total, Number.isNaN(age) ? undefined : age),
    last,
    shown: users.shown.map((texts) => texts.at(index)),
  };
};
