/**
 * The catalogue of weights: what each feature is worth to the score, and why.
 * Points are the most that a signal can add; its curve says how much of them a value earns. gesture.yaml uses the same
 * names. The positive points sum to 100.
 */
import type { features } from './features.js';

/** How a value earns a share of the points, from 0 to 1. */
export type Curve =
  /** All of the points as soon as the value is above 0. */
  | { readonly binary: true }
  /** Linear up to this value, then no more. For counts. */
  | { readonly saturates_at: number }
  /** Logarithmic, full at this value, so that the first steps count most. For values with a long tail. */
  | { readonly log_full_at: number }
  /** All of the points at 0, half after this many days, a quarter after twice as many. For ages. */
  | { readonly half_life: number }
  /** The value is itself a share; values outside 0 to 1 count as 0 or 1. */
  | { readonly rate: true };

/** What one feature is worth. */
export interface Weight {
  /** The most this signal can add, or take away if below 0; at most two decimals. 0 shows it without scoring it. */
  readonly points: number;
  readonly earns: Curve;
  /** Why it is worth that, and where the number comes from. */
  readonly because: string;
  /**
   * The signal in a sentence about one user. `{times}`: once, twice, 6 times; `{value}`: 1,234.5; `{percent}`: 75%;
   * `{visits}`: 9 of 10 visits;
   * `{ago}`: today, 3 days ago, or a date; `{page|pages}`: the first for the value 1, the second for any other.
   */
  readonly phrase: string;
}

/** Weights by feature, in the order of the columns of user_scores.csv. */
export type Weights = Readonly<Record<string, Weight>>;

/** The lowest scores labelled high and medium; anything less is low. */
export interface Thresholds {
  readonly high: number;
  readonly medium: number;
}

/** Points lie between this and minus this. */
export const MOST_POINTS = 100;

/** True of a number without a third decimal: points and scores are whole hundredths. */
export const hasTwoDecimals = (n: number): boolean => Math.abs(n * 100 - Math.round(n * 100)) < 1e-6;

/** The rules for points, as messages word them. */
export const POINTS_RULES = {
  bounds: `must be between -${MOST_POINTS} and ${MOST_POINTS}`,
  decimals: 'must have at most two decimals',
} as const;

/** The rule of weights that is broken: by one signal, or by all together. */
export interface WeightProblem {
  readonly signal?: string;
  readonly rule: string;
}

type KeyOfEach<One> = One extends One ? keyof One : never;

/** The names of the curves; the compiler misses none. */
const CURVES: readonly string[] = Object.keys({
  binary: 1,
  saturates_at: 1,
  log_full_at: 1,
  half_life: 1,
  rate: 1,
} satisfies Record<KeyOfEach<Curve>, 1>);

const ruleBrokenBy = ({ points, earns }: Weight): string | undefined => {
  if (!(Math.abs(points) <= MOST_POINTS)) return `points ${POINTS_RULES.bounds}, not ${points}`;
  if (!hasTwoDecimals(points)) return `points ${POINTS_RULES.decimals}, not ${points}`;
  const [curve, ...others] = Object.entries(earns);
  if (curve === undefined || others.length > 0 || !CURVES.includes(curve[0])) {
    return `must have exactly one curve of ${CURVES.join(', ')}`;
  }
  const [name, value] = curve;
  if (name === 'binary' || name === 'rate') return value === true ? undefined : `${name} must be true`;
  return Number.isFinite(value) && Number(value) > 0 ? undefined : `${name} must be a number above 0`;
};

/**
 * Checks weights: the points and the curve of each, then that the positive points sum to 100. The catalogue, gesture.yaml
 * and the library all use it.
 *
 * @returns the broken rules; empty if all hold
 */
export const checkWeights = (weights: Weights): WeightProblem[] => {
  const broken = Object.entries(weights).flatMap(([signal, weight]): WeightProblem[] => {
    const rule = ruleBrokenBy(weight);
    return rule === undefined ? [] : [{ signal, rule }];
  });
  if (broken.length > 0) return broken;
  const all = Object.values(weights).map(({ points }) => Math.max(0, Math.round(points * 100)));
  const sum = all.reduce((total, points) => total + points, 0);
  if (sum === MOST_POINTS * 100) return [];
  const missing = (MOST_POINTS * 100 - sum) / 100;
  const fix = missing > 0 ? `add ${missing} to some signal` : `take ${-missing} from some signal`;
  return [{ rule: `the positive points sum to ${sum / 100}, not ${MOST_POINTS}: ${fix}` }];
};

/** The rule of labels that is broken; undefined if there is none: between 0 and 100, two decimals, medium below high. */
export const checkLabels = ({ high, medium }: Thresholds): string | undefined => {
  const wrong = Object.entries({ high, medium }).find(
    ([, least]) => !(least >= 0 && least <= 100 && hasTwoDecimals(least)),
  );
  if (wrong !== undefined)
    return `${wrong[0]} must be a number from 0 to 100 with at most two decimals, not ${String(wrong[1])}`;
  return medium < high ? undefined : `medium (${medium}) must be below high (${high})`;
};

type Unscorable = 'text' | 'UTC' | 'flag';

/** A built-in feature that can be a signal: a number, but not the conversion that the score predicts. */
type Signal = {
  [Name in keyof typeof features]: (typeof features)[Name]['unit'] extends Unscorable ? never : Name;
}[keyof typeof features];

/** The default weights: high intent dominates, the middle of the funnel matters, other signals nudge. */
export const defaultWeights = {
  signups: {
    points: 30,
    earns: { binary: true },
    because: 'Signing up is the clearest sign of intent; doing it twice says nothing more.',
    phrase: 'signed up',
  },
  calendar_bookings: {
    points: 30,
    earns: { binary: true },
    because: 'They commit their own time, which is as strong a sign as signing up.',
    phrase: 'booked a call',
  },
  demo_request_clicks: {
    points: 15,
    earns: { saturates_at: 2 },
    because: 'Asking for a demo is half a decision; a second click confirms the first.',
    phrase: 'asked for a demo {times}',
  },
  pricing_page_views: {
    points: 8,
    earns: { saturates_at: 7 },
    because: 'People who look at prices are shopping; after one look a day for a week, more say little.',
    phrase: 'viewed pricing {times}',
  },
  page_views: {
    points: 3,
    earns: { log_full_at: 50 },
    because:
      'Reading shows interest but costs little; logarithmic, so that a crawler gains nothing over a keen reader.',
    phrase: 'viewed {value} {page|pages}',
  },
  repeat_session_rate: {
    points: 4,
    earns: { rate: true },
    because: 'People who come back have a reason; a share, so that a long history alone is not worth more.',
    phrase: 'returned for {visits}',
  },
  account_balance_usd: {
    points: 3,
    earns: { log_full_at: 10_000 },
    because: 'A balance shows means, not intent; logarithmic, so that every tenfold increase counts about the same.',
    phrase: 'has a balance of {value} USD',
  },
  recent_pages_viewed: {
    points: 2,
    earns: { saturates_at: 10 },
    because: 'Recent reading, as reported by the log; a light signal, full at ten pages.',
    phrase: 'read {value} {page|pages} lately',
  },
  days_since_last_event: {
    points: 5,
    earns: { half_life: 7 },
    because: 'Leads cool: half of the points are gone in a week, since most teams plan their calls by the week.',
    phrase: 'last active {ago}',
  },
  spam_rate: {
    points: -20,
    earns: { rate: true },
    because: 'Sessions faster than a human are scripts; enough to move a user without strong intent to the bottom.',
    phrase: 'looked automated in {visits}',
  },
  bounce_rate: {
    points: 0,
    earns: { rate: true },
    because:
      'Shown, not scored: on five of six real logs a penalty pointed the wrong way, since keen people look in often.',
    phrase: 'left at once in {visits}',
  },
} as const satisfies Partial<Record<Signal, Weight>>;

/** The default labels. Someone who has not booked yet can reach 70 points, so high must lie below that. */
export const defaultLabels: Thresholds = { high: 60, medium: 30 };

const [problem] = checkWeights(defaultWeights);
if (problem !== undefined) throw new Error(`catalogue/weights.ts: ${problem.signal ?? 'weights'}: ${problem.rule}`);
