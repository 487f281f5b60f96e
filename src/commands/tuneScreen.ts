/** What `gesture tune` shows: the points side by side, how they do on cut-offs they were not learned from, and the advice. */
import { isDeepStrictEqual } from 'node:util';
import type { Proposal } from '../backtest/propose.js';
import type { Judgement, Recommendation } from '../backtest/recommend.js';
import type { SignalChange, Tuning } from '../backtest/tuning.js';
import type { Features } from '../catalogue/measures.js';
import { curveWords } from '../scoring/curves.js';
import { labelled, paint, type Screen, wrapped, warningLines } from '../text/columns.js';
import { counted, countedPeople } from '../text/numbers.js';
import { table } from '../text/table.js';
import { doubtsOf, doubtWords } from './backtestScreen.js';
import { asideWords, fixed, ORDERS, ranged, signed } from './estimates.js';

const curveText = ({ points, curve: { present, tuned } }: SignalChange): string => {
  const now = tuned ?? present;
  const words = now === undefined ? '' : curveWords(now);
  if (present === undefined) return `${words} (new)`;
  if (points.tuned === 0) return curveWords(present);
  return isDeepStrictEqual(present, now) ? words : `${words} (was: ${curveWords(present)})`;
};

const pointsTable = ({ signals }: Tuning, screen: Screen): string[] =>
  table(
    [
      ['signal', 'present', 'tuned', 'curve'],
      ...signals.map((each) => [each.signal, String(each.points.present), String(each.points.tuned), curveText(each)]),
    ],
    screen,
  );

const auc = (value: number): string => fixed(value, 3);
const difference = (value: number): string => signed(value, 3);

const judgedTable = ({ rankings, tuned_over: over }: Judgement, screen: Screen): string[] =>
  table(
    [
      ['judged', 'AUC', 'lift of the top 10%', 'AUC of tuned minus this'],
      ...(['present', 'tuned', 'recent', 'active'] as const).map((name) => [
        name === 'present' || name === 'tuned' ? `by ${name} points` : ORDERS[name],
        ranged(rankings[name].auc, auc),
        ranged(rankings[name].lift),
        name === 'tuned' ? '' : ranged(over[name], difference),
      ]),
    ],
    screen,
  );

/** The advice in one sentence: what to do, or the condition that failed with its numbers. */
export const adviceWords = (recommendation: Recommendation): string => {
  if (recommendation.recommended) return 'recommended: the tuned points are better than the present ones';
  const because = (): string => {
    switch (recommendation.failed) {
      case 'training_conversions': {
        const { conversions, needed } = recommendation;
        return `${peopleConverted(conversions)} in the training windows, and ${needed} are needed to learn from. Use a longer log, more --cutoffs, or a longer --horizon`;
      }
      case 'judged_conversions': {
        const { conversions, needed } = recommendation;
        return `${peopleConverted(conversions)} in the judged windows, and ${needed} are needed to judge. Use a longer log, a longer --horizon, or --judge 2`;
      }
      case 'no_signal':
        return 'no signal speaks for converting';
      case 'above_chance':
        return Number.isNaN(recommendation.auc.low)
          ? 'nothing can be shown without intervals: --bootstrap is 0, or everybody converted'
          : `the tuned points are not shown to be better than chance (AUC ${ranged(recommendation.auc, auc)})`;
      case 'beats_present':
        return `the tuned points are not shown to be better than the present ones (AUC ${ranged(recommendation.difference, difference)})`;
      default: {
        const { baseline, difference: over } = recommendation;
        return `calling the ${ORDERS[baseline]} is better than the tuned points (AUC ${ranged(over, difference)})`;
      }
    }
  };
  return `not recommended: ${because()}`;
};

const peopleConverted = (n: number): string => `${countedPeople(n)} converted`;

const partWords = (name: string, { at, conversions }: Proposal['training']): string => {
  const when = at.length > 1 ? `, ${at[0]} to ${at.at(-1)}` : at.map((one) => `, ${one}`).join('');
  return `${name} ${counted(at.length, 'cut-off')}${when}; ${peopleConverted(conversions)}`;
};

/** A proposal as text. */
export const tuneScreen = (tuning: Tuning, features: Features, screen: Screen): string => {
  const { training, judged, horizon_days: days, judgement, recommendation } = tuning;
  const colour = recommendation.recommended ? 'green' : 'bold';
  const lines = [
    ...wrapped(partWords('learned from', training), screen.width),
    ...wrapped(partWords('judged by', judged), screen.width),
    ...wrapped(`converted: in the ${days} days after each${asideWords(tuning)}`, screen.width),
    '',
    ...(judgement === undefined ? [] : [...pointsTable(tuning, screen), '', ...judgedTable(judgement, screen), '']),
    ...labelled('advice', adviceWords(recommendation), screen).map((line) => paint(screen, colour, line)),
    ...doubtsOf(tuning).flatMap((doubt) => warningLines(doubtWords(doubt, features), screen)),
  ];
  return `${lines.join('\n')}\n`;
};
