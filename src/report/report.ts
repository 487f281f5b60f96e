/** What a report shows, as plain data: the page is made from it, and `--json` prints it. */
import type { Gain } from '../scoring/explain.js';
import type { Health } from '../scoring/health.js';
import type { Label, Warning } from '../model.js';
import type { Evidence } from './evidence.js';
import type { Timeline } from './timeline.js';

/** What the points of one signal are, for one person. Points are hundredths. */
export interface Part {
  /** The place of the signal in `Report.method`. */
  readonly signal: number;
  /** Null if unknown. */
  readonly value: number | null;
  /** The signal with this value, in words: "viewed pricing 14 times". */
  readonly words: string;
  readonly points: number;
}

/** One person on the page. Points and scores are hundredths; parts, floor and cap sum to the score. */
export interface Person {
  /** 1 for the best of all users. */
  readonly rank: number;
  readonly id: string;
  /** May be empty. */
  readonly name: string;
  readonly score: number;
  readonly label: Label;
  readonly converted: boolean;
  readonly explanation: string;
  /** All signals, the largest effect first. */
  readonly parts: readonly Part[];
  readonly floor: number;
  readonly cap: number;
  readonly gains: readonly Gain[];
  /** When the person was last active, in milliseconds since 1970; null if unknown. */
  readonly last: number | null;
  /** The columns of `show` in gesture.yaml, and then facts; without those that are empty. */
  readonly contact: readonly Fact[];
  readonly facts: readonly Fact[];
  readonly timeline?: Timeline | undefined;
}

/** A name and its value. */
export interface Fact {
  readonly says: string;
  readonly value: string;
}

/** One signal: what it is worth, why, and what it does across all users. */
export interface Signal {
  readonly name: string;
  /** Short words for a legend: "signed up". */
  readonly words: string;
  /** The feature in words: "views of the pricing page". */
  readonly says: string;
  /** The most points it can give. */
  readonly points: number;
  readonly curve: string;
  readonly because: string;
  /** Average points of a user. */
  readonly mean: number;
  /** Its share of all points given and taken, 0 to 1. */
  readonly share: number;
  readonly users: number;
}

/** Users with scores in a range, in points; the last one includes its end. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly open: number;
  readonly converted: number;
}

/** How many users did something at least once. */
export interface Step {
  readonly words: string;
  readonly users: number;
}

/** All users: how their scores are spread, and how far they got. */
export interface Spread {
  readonly bins: readonly Bin[];
  readonly steps: readonly Step[];
  /** Sentences about a spread that is not as one would wish. */
  readonly notes: readonly string[];
}

/** The whole of a report. */
export interface Report {
  readonly version: string;
  /** The features file. */
  readonly from: string;
  /** ISO 8601 UTC; null if unknown. */
  readonly as_of: string | null;
  /** Null if the record of the run is missing. */
  readonly events: number | null;
  readonly sessions: number | null;
  /** The hash of the settings. */
  readonly config: string;
  readonly health: Health;
  readonly labels: { readonly high: number; readonly medium: number };
  readonly warnings: readonly Warning[];
  /** Whom to start with, and why. */
  readonly start?: { readonly id: string; readonly name: string; readonly reasons: readonly string[] } | undefined;
  /** Best first: people to call, and those among them who have converted. */
  readonly people: readonly Person[];
  /** The signals that have a colour, heaviest first, by their place in `method`. */
  readonly colours: readonly number[];
  readonly spread: Spread;
  /** The command line that tests the ranking and writes the page again. */
  readonly to_test: string;
  /** What the backtest found; undefined: there is none. */
  readonly trust?: Evidence | undefined;
  /** All signals, in the order of the weights. */
  readonly method: readonly Signal[];
  /** What the timelines cover, in milliseconds since 1970, and which signal each type of action counts for; or why there are none. */
  readonly timelines:
    | { readonly from: number; readonly to: number; readonly signals: Readonly<Record<string, number>> }
    | { readonly missing: string };
}
