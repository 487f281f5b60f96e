/** What `gesture backtest` shows: cut-off by cut-off, on average, by label and score, by signal, and whether to believe it. */
import type { Evaluation } from '../backtest/evaluate.js';
import type { Estimate } from '../backtest/intervals.js';
import type { Backtest } from '../backtest/result.js';
import type { Verdict } from '../backtest/verdict.js';
import type { Features } from '../catalogue/measures.js';
import { LABELS } from '../model.js';
import { labelled, paint, type Screen, warningLines, wrapped } from '../text/columns.js';
import { counted, countedPeople, grouped, percent } from '../text/numbers.js';
import { table } from '../text/table.js';
import { asideWords, fixed, ORDERS, ranged, signed } from './estimates.js';

/** A proportion with its interval, as percentages. */
const rate = (estimate: Estimate): string =>
  ranged(estimate, (share) => (Number.isNaN(share) ? '-' : percent(share, 1)));

/** The index of the headline, the top 10 %, among the tops. */
const HEADLINE = 1;

const cutoffTable = ({ cutoffs }: Evaluation, screen: Screen): string[] =>
  table(
    [
      ['cut-off', 'open', 'converted', 'AUC', 'top 10%', 'lift', 'recent', 'active'],
      ...cutoffs.map(({ at, open, conversions, rankings: { score, recent, active } }) => {
        const top = score.top[HEADLINE];
        return [
          at,
          grouped(open),
          grouped(conversions),
          fixed(score.auc.value, 3),
          top === undefined ? '' : `${fixed(top.hits, 1)} of ${grouped(top.called)}`,
          fixed(top?.lift.value ?? Number.NaN),
          fixed(recent.top[HEADLINE]?.lift.value ?? Number.NaN),
          fixed(active.top[HEADLINE]?.lift.value ?? Number.NaN),
        ];
      }),
    ],
    screen,
  );

const meanTable = ({ mean, list }: Evaluation, screen: Screen): string[] =>
  table(
    [
      ['mean', 'AUC', 'lift of the top 10%', `of ${list.people} called`],
      ...(['score', 'recent', 'active'] as const).map((name) => {
        const { auc, top, list: called } = mean[name];
        return [
          ORDERS[name],
          ranged(auc, (value) => fixed(value, 3)),
          ranged(top[HEADLINE]?.lift ?? { value: Number.NaN, low: Number.NaN, high: Number.NaN }),
          ranged(called, (value) => fixed(value, 1)),
        ];
      }),
      ['at random', '0.500', '1.00', fixed(list.at_random, 1)],
    ],
    screen,
  );

/** The verdict in one sentence. */
export const verdictWords = ({ claim, baseline, auc, lift, conversions }: Verdict): string => {
  const than = `calling the ${ORDERS[baseline]}`;
  const by = `AUC ${ranged(auc, (value) => signed(value))}, lift ${ranged(lift, signed)}`;
  switch (claim) {
    case 'none':
      return conversions < 20
        ? `too few people converted (${conversions}) to say whether the score is any good: at least 20 are needed`
        : 'there is no verdict without intervals: --bootstrap is 0, or everybody converted';
    case 'worse':
      return `worse than ${than} (${by})`;
    case 'chance':
      return `not shown to be better than chance; against ${than}: ${by}`;
    case 'level':
      return lift.low > 0
        ? `better than chance, and at the top 10% better than ${than}, but not shown to be better over all people (${by})`
        : `better than chance, but not shown to be better than ${than} (${by})`;
    default:
      return `better than ${than} (${by})`;
  }
};

const proportionTable = ({ labels, bands }: Evaluation, screen: Screen): string[] => {
  const row = (name: string, { open, conversions, rate: share }: Evaluation['labels']['high']): string[] => [
    name,
    grouped(open),
    grouped(conversions),
    rate(share),
  ];
  return table(
    [
      ['label or score', 'open', 'converted', 'share [95%]'],
      ...LABELS.map((label) => row(label, labels[label])),
      ...bands
        .toReversed()
        .filter(({ open }) => open > 0)
        .map((band) => row(`${band.from} to ${band.from + 10}`, band)),
    ],
    screen,
  );
};

const gainTable = ({ gains }: Evaluation, screen: Screen): string[] => {
  const shown = gains.called.map((_, i) => i).filter((i) => [0.05, 0.1, 0.2, 0.3, 0.5].includes(gains.called[i] ?? 0));
  return table(
    [
      ['conversions', ...shown.map((i) => percent(gains.called[i] ?? 0))],
      ...(['score', 'recent', 'active'] as const).map((name) => [
        ORDERS[name],
        ...shown.map((i) => (Number.isNaN(gains[name][i] ?? Number.NaN) ? '-' : percent(gains[name][i] ?? 0))),
      ]),
    ],
    screen,
  );
};

const signalTable = ({ signals }: Evaluation, screen: Screen): string[] =>
  table(
    [
      ['signal', 'points', 'users', 'AUC alone', 'adds to AUC'],
      ...signals
        .filter(({ points }) => points !== 0)
        .map(({ signal, points, share, alone, adds }) => [
          signal,
          String(points),
          percent(share),
          fixed(alone, 3),
          ranged(adds, (value) => (Number.isNaN(value) ? '-' : `${value > 0 ? '+' : ''}${fixed(value, 4)}`)),
        ]),
    ],
    screen,
  );

/** The share of newcomers among those who converted from which the ids of two files probably differ. */
const STRANGERS = 0.95;

/** Whatever makes numbers less than they seem. */
export type Doubt = Backtest['warnings'][number] | Backtest['remarks'][number];

/** True of conversions whose people are hardly ever those of the events. */
const areStrangers = (doubt: Doubt): boolean =>
  doubt.code === 'newcomers' && doubt.conversions >= doubt.all * STRANGERS;

/** All doubts, the most important first: without people in common nothing else can be said. */
export const doubtsOf = ({ warnings, remarks }: Pick<Backtest, 'warnings' | 'remarks'>): Doubt[] =>
  [...warnings, ...remarks].toSorted((a, b) => Number(areStrangers(b)) - Number(areStrangers(a)));

/** A warning in words, with its numbers and what to do. */
export const doubtWords = (doubt: Doubt, features: Features): string => {
  const says = (signal: string): string => features[signal]?.says ?? signal;
  switch (doubt.code) {
    case 'few-conversions':
      return `only ${countedPeople(doubt.conversions)} converted: no claim is made below 20. Use a longer log, or a longer --horizon`;
    case 'one-outcome':
      return `${doubt.at}: ${doubt.conversions} of ${doubt.open} people converted, so this cut-off is left out of the means of AUC and lift`;
    case 'counted-twice':
      return `windows overlap: ${doubt.conversions} conversions are of ${doubt.people} people. Choose --every as long as --horizon`;
    case 'leak':
      return `${doubt.signal} alone tells nearly everything (AUC ${fixed(doubt.auc, 3)}): does ${says(doubt.signal)} come after the conversion, or is it part of it? Compare with --without ${doubt.signal}`;
    case 'nearly-all-convert':
      return `${doubt.conversions} of ${doubt.open} people with ${doubt.signal} converted: it may come after the conversion, or be part of it (${says(doubt.signal)}). Compare with --without ${doubt.signal}`;
    case 'harmful-signal':
      return `the ranking is better without ${doubt.signal} (${ranged(doubt.adds, (value) => fixed(value, 4))} AUC)`;
    case 'silent-signal':
      return `${doubt.signal} gives nobody any points`;
    case 'drawn-by-lot':
      return `${doubt.at}: ${doubt.by_lot} of the ${doubt.called} people in the top 10% have the same score as others who are not: the score tells too few people apart. rank goes on by who was active more recently, which is not measured here`;
    case 'labels-out-of-order':
      return `people labelled ${doubt.better} convert less often than those labelled ${doubt.than}: check labels in gesture.yaml`;
    case 'drift':
      return `at the last cut-off, ${doubt.at}, the score was worse than before (AUC ${ranged(doubt.difference, signed)})`;
    case 'short-window':
      return `${doubt.at} is left out: the log ends before its window does`;
    case 'short-history':
      return `${doubt.at} is left out: the log has less than a horizon before it`;
    case 'unchanging-signal':
      return `${says(doubt.signal)} never changes within a user: the log may have what was known when it was exported, not at the time. Compare with --without ${doubt.signal}`;
    case 'behaviour-ends':
      return `nothing but conversions happens after ${doubt.until}, before the last cut-off (${doubt.at}): the file of conversions is newer than that of events, or one of its times is wrong. Use newer events, or name earlier cut-offs with --at`;
    case 'dates-only':
      return 'no event has a time of day: what happened on the day of a cut-off may have come after it';
    case 'in-sample':
      return `the points in the settings were tuned on windows up to ${doubt.until}: ${doubt.at.length} of the ${doubt.of} cut-offs are in sample (${doubt.at.join(', ')}), and look better than the ranking is`;
    default:
      return `in ${doubt.conversions} of ${doubt.all} cases, somebody who converted was not in the log before the window: ${
        areStrangers(doubt)
          ? 'if conversions come from another file, its ids are probably not those of the events: map user_id to what both have'
          : 'no ranking could have listed them'
      }`;
  }
};

/** All doubts as sentences, with the cut-offs that are left out for one reason in one. */
export const doubtSentences = (backtest: Backtest, features: Features): string[] => {
  const doubts = doubtsOf(backtest);
  const alike = (code: Doubt['code']): number => doubts.filter((doubt) => doubt.code === code).length;
  return doubts.flatMap((doubt, i) => {
    const [words, n] = [doubtWords(doubt, features), alike(doubt.code)];
    if ((doubt.code !== 'short-window' && doubt.code !== 'short-history') || n === 1) return [words];
    const isFirst = doubts.findIndex(({ code }) => code === doubt.code) === i;
    if (!isFirst) return [];
    const why =
      doubt.code === 'short-window'
        ? 'the log ends before their windows do'
        : 'the log has less than a horizon before them';
    return [`${n} cut-offs are left out: ${why}`];
  });
};

/** A backtest as text. */
export const backtestScreen = (backtest: Backtest, features: Features, screen: Screen): string => {
  const { cutoffs, horizon_days: days, verdict, list, mean } = backtest;
  const [first, last] = [cutoffs[0]?.at, cutoffs.at(-1)?.at];
  const when = cutoffs.length === 1 ? `${first}` : `${first} to ${last}`;
  const what = `${counted(cutoffs.length, 'cut-off')}, ${when}; who converted in the ${days} days after each${asideWords(backtest)}`;
  const called = `Calling ${list.people}: ${ranged(mean.score.list, (value) => fixed(value, 1))} would have converted; at random ${fixed(list.at_random, 1)}.`;
  const doubts = doubtsOf(backtest);
  const lines = [
    ...wrapped(what, screen.width),
    '',
    ...cutoffTable(backtest, screen),
    '',
    ...meanTable(backtest, screen),
    '',
    ...labelled('verdict', verdictWords(verdict), screen).map((line) => paint(screen, 'bold', line)),
    ...wrapped(called, screen.width),
    '',
    ...proportionTable(backtest, screen),
    '',
    ...gainTable(backtest, screen),
    '',
    ...signalTable(backtest, screen),
    ...(doubts.length > 0 ? [''] : []),
    ...doubts.flatMap((doubt) => warningLines(doubtWords(doubt, features), screen)),
  ];
  return `${lines.join('\n')}\n`;
};
