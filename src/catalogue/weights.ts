/**
 * The catalogue of weights: what each feature is worth to the score, and why.
 * Points are what a signal can add at most; a curve says how much of them a value earns. gesture.yaml says the same
 * things in the same words. The positive points sum to 100, so a score reads as a share of everything there is.
 */
import type { features } from './features.js';

/** How a value becomes a share of the points, from 0 to 1. One key, one number that a person can argue about. */
export type Curve =
  /** All of the points as soon as the value is above 0. */
  | { readonly binary: true }
  /** In equal steps up to this value, then nothing more. For counts. */
  | { readonly saturates_at: number }
  /** By the logarithm, full at this value: the first steps count most. For values with a long tail. */
  | { readonly log_full_at: number }
  /** All of the points at 0, half after this many days, a quarter after twice as many. For ages. */
  | { readonly half_life: number }
  /** The value is a share itself, kept within 0 and 1. */
  | { readonly rate: true };

/** What one feature is worth. */
export interface Weight {
  /** The most this signal can add (or take away, below 0), up to two decimals. 0: shown, never scored. */
  readonly points: number;
  readonly earns: Curve;
  /** Why it is worth that, and where its number comes from. */
  readonly because: string;
  /**
   * The signal in a sentence about one user. `{times}`: once, twice, 6 times; `{value}`: 1,234.5; `{percent}`: 75%;
   * `{ago}`: today, 3 days ago; `{page|pages}`: the one for a value of 1, the other for any other.
   */
  readonly phrase: string;
}

/** Weights by the feature they score, in the order of the columns of user_scores.csv. */
export type Weights = Readonly<Record<string, Weight>>;

/** The lowest scores that are called high and medium; anything less is low. */
export interface Thresholds {
  readonly high: number;
  readonly medium: number;
}

type Unscorable = 'text' | 'UTC' | 'flag';

/** A built-in feature that may be a signal: a number, not what we try to predict, and never a person's gender. */
type Signal = {
  [Name in keyof typeof features]: (typeof features)[Name]['unit'] extends Unscorable ? never : Name;
}[keyof typeof features];

/** The default weights: high intent dominates, the middle of the funnel matters, the rest nudges. */
export const defaultWeights = {
  signups: {
    points: 30,
    earns: { binary: true },
    because: 'Signing up is the clearest intent there is; doing it twice says nothing more.',
    phrase: 'signed up',
  },
  calendar_bookings: {
    points: 30,
    earns: { binary: true },
    because: 'Booking a call gives us time of their own: as strong as signing up.',
    phrase: 'booked a call',
  },
  demo_request_clicks: {
    points: 15,
    earns: { saturates_at: 2 },
    because: 'Asking for a demo is half a decision; the second click shows that the first was meant.',
    phrase: 'asked for a demo {times}',
  },
  pricing_page_views: {
    points: 8,
    earns: { saturates_at: 7 },
    because: 'Reading the price is shopping; after a look a day for a week another one says little.',
    phrase: 'viewed pricing {times}',
  },
  page_views: {
    points: 3,
    earns: { log_full_at: 50 },
    because: 'Reading is interest, but cheap: by the logarithm, so that a crawler gains nothing over a keen reader.',
    phrase: 'viewed {value} {page|pages}',
  },
  repeat_session_rate: {
    points: 4,
    earns: { rate: true },
    because: 'People who come back have a reason to; a share, so that a long history is not worth more by itself.',
    phrase: 'came back for {percent} of sessions',
  },
  account_balance_usd: {
    points: 3,
    earns: { log_full_at: 10_000 },
    because: 'Money on the account shows means, not intent; by the logarithm, each tenfold counts the same.',
    phrase: 'holds {value} USD',
  },
  recent_pages_viewed: {
    points: 2,
    earns: { saturates_at: 10 },
    because: 'What the log itself calls recent reading; a light sign, full at ten pages.',
    phrase: 'read {value} {page|pages} lately',
  },
  days_since_last_event: {
    points: 5,
    earns: { half_life: 7 },
    because: 'A lead cools: half of its warmth is gone in a week, the rhythm in which most teams call.',
    phrase: 'last active {ago}',
  },
  spam_rate: {
    points: -20,
    earns: { rate: true },
    because: 'Sessions faster than a human are scripts; enough to push a user without strong intent to the bottom.',
    phrase: 'spammy sessions',
  },
  bounce_rate: {
    points: -5,
    earns: { rate: true },
    because: 'Leaving after a single event is a weak sign of a wrong visitor, so it costs little.',
    phrase: 'bounced from {percent} of sessions',
  },
} as const satisfies Partial<Record<Signal, Weight>>;

/** The labels: high needs at least one strong deed and support from others, medium one strong deed and some interest. */
export const defaultLabels: Thresholds = { high: 70, medium: 40 };
