/** What makes the numbers of a backtest less than they seem, as far as the rows show it. */
import type { Label } from '../model.js';
import { difference, type Replicates } from './bootstrap.js';
import type { CutoffResult } from './cutoffs.js';
import { type Estimate, estimateOf, wilson } from './intervals.js';
import { conversionsOf, convertedPeople, type Panel, rarerOutcome } from './panel.js';
import type { Proportions } from './proportions.js';
import { FEWEST_CONVERSIONS, HEADLINE } from './rankings.js';
import type { SignalWorth } from './signals.js';

/** An AUC from which one signal alone is taken for the conversion itself rather than a sign of it. */
const LEAK = 0.95;

/** The share of people with a signal from which they convert too surely for it to come before. */
const NEARLY_ALL = 0.8;

/** The share of the others that must convert less often for that to mean anything. */
const FEW = 0.5;

/** A warning with the numbers it is based on. */
export type Warning =
  /** Fewer than 20 people converted: no claim is made. */
  | { readonly code: 'few-conversions'; readonly conversions: number }
  /** Nobody, or everybody, converted after this cut-off, so that it is left out of the means. */
  | { readonly code: 'one-outcome'; readonly at: string; readonly conversions: number; readonly open: number }
  /** The same conversions lie in the windows of several cut-offs. */
  | { readonly code: 'counted-twice'; readonly conversions: number; readonly people: number }
  /** One signal alone tells nearly everything (AUC of .95 or more, or .05 or less). */
  | { readonly code: 'leak'; readonly signal: string; readonly auc: number }
  /** Nearly everybody with this signal converts: the interval of the share begins at 80 % or more. */
  | {
      readonly code: 'nearly-all-convert';
      readonly signal: string;
      readonly open: number;
      readonly conversions: number;
    }
  /** The score is better without this signal, beyond the interval. */
  | { readonly code: 'harmful-signal'; readonly signal: string; readonly adds: Estimate }
  /** No row earns anything from this signal. */
  | { readonly code: 'silent-signal'; readonly signal: string }
  /** More than half of the top 10 % by score are drawn by lot from people with the same score. */
  | { readonly code: 'drawn-by-lot'; readonly at: string; readonly called: number; readonly by_lot: number }
  /** People with the better label convert less often, beyond the intervals. */
  | { readonly code: 'labels-out-of-order'; readonly better: Label; readonly than: Label }
  /** The AUC at the last cut-off is below the mean of the earlier ones, beyond the interval. */
  | { readonly code: 'drift'; readonly at: string; readonly difference: Estimate };

/** What the warnings are found in. */
export interface Evidence {
  readonly panel: Panel;
  readonly cutoffs: readonly CutoffResult[];
  readonly signals: readonly SignalWorth[];
  readonly proportions: Proportions;
  readonly replicates: Replicates<'score'>;
}

const labelPairs = [
  ['high', 'medium'],
  ['medium', 'low'],
  ['high', 'low'],
] as const;

const ofConversions = (panel: Panel): Warning[] => {
  const people = convertedPeople(panel);
  const conversions = panel.cutoffs.reduce((sum, cutoff) => sum + conversionsOf(cutoff), 0);
  return [
    ...(people < FEWEST_CONVERSIONS ? [{ code: 'few-conversions', conversions: people } as const] : []),
    ...(conversions > people ? [{ code: 'counted-twice', conversions, people } as const] : []),
  ];
};

const ofCutoff = ({ at, open, conversions, rankings }: CutoffResult): Warning[] => {
  const top = rankings.score.top.find(({ share }) => share === HEADLINE);
  return [
    ...(conversions === 0 || conversions === open ? [{ code: 'one-outcome', at, conversions, open } as const] : []),
    ...(top && top.by_lot * 2 > top.called
      ? [{ code: 'drawn-by-lot', at, called: top.called, by_lot: top.by_lot } as const]
      : []),
  ];
};

/** The signals that are probably the conversion itself, or come after it. */
export const leaksOf = (signals: readonly SignalWorth[]): Warning[] =>
  signals.flatMap(({ signal, alone, earning: { open, conversions }, others }): Warning[] =>
    Math.max(alone, 1 - alone) >= LEAK
      ? [{ code: 'leak', signal, auc: alone }]
      : wilson(conversions, open).low >= NEARLY_ALL && wilson(others.conversions, others.open).high < FEW
        ? [{ code: 'nearly-all-convert', signal, open, conversions }]
        : [],
  );

/** What one signal shows. */
const ofSignal = (worth: SignalWorth): Warning[] => [
  ...leaksOf([worth]),
  ...(worth.adds.high < 0 ? [{ code: 'harmful-signal', signal: worth.signal, adds: worth.adds } as const] : []),
];

/** The signals that earn nothing, and, if enough people converted for that, what the others show. */
const ofSignals = (signals: readonly SignalWorth[], converted: number): Warning[] =>
  signals.flatMap((worth): Warning[] => [
    ...(converted < FEWEST_CONVERSIONS ? [] : ofSignal(worth)),
    ...(worth.share === 0 ? [{ code: 'silent-signal', signal: worth.signal } as const] : []),
  ]);

const ofDrift = ({ cutoffs }: Panel, replicates: Replicates<'score'>): Warning[] => {
  const last = cutoffs.at(-1);
  if (!last || cutoffs.length < 2) return [];
  const mean = replicates.mean('score', 'auc');
  const latest = replicates.at('score', 'auc', cutoffs.length - 1);
  // The last minus the mean of the others is n / (n - 1) times the last minus the mean of all n.
  const scale = cutoffs.length / (cutoffs.length - 1);
  const change = estimateOf(
    difference(latest, mean).map((each) => each * scale),
    rarerOutcome(last.people.length, conversionsOf(last)),
    { skewed: true },
  );
  return change.high < 0 ? [{ code: 'drift', at: last.at, difference: change }] : [];
};

/** Finds all warnings, the most important first. */
export const warningsOf = ({ panel, cutoffs, signals, proportions, replicates }: Evidence): Warning[] => [
  ...ofConversions(panel),
  ...ofSignals(signals, convertedPeople(panel)),
  ...cutoffs.flatMap(ofCutoff),
  ...labelPairs.flatMap(([better, than]): Warning[] =>
    proportions.labels[better].rate.high < proportions.labels[than].rate.low
      ? [{ code: 'labels-out-of-order', better, than }]
      : [],
  ),
  ...ofDrift(panel, replicates),
];
