/** How the scores of all users are spread, how far people got, and what is odd about it. */
import type { Features } from '../catalogue/measures.js';
import { countedPeople, grouped } from '../text/numbers.js';
import type { Health } from '../scoring/health.js';
import type { Ranking } from '../scoring/ranking.js';
import type { Bin, Spread, Step } from './report.js';
import { shortWords } from './words.js';

/** Points in one bar of the histogram. */
const WIDTH = 5;

/** Users by score. People who opted out count as open: the histogram is about scores. */
export const binsOf = ({ scores, users }: Ranking): Bin[] => {
  const bins = Array.from({ length: 100 / WIDTH }, (_, i) => ({
    from: i * WIDTH,
    to: (i + 1) * WIDTH,
    open: 0,
    converted: 0,
  }));
  for (const [i, score] of scores.entries()) {
    const bin = bins[Math.min(bins.length - 1, Math.floor(score / (WIDTH * 100)))];
    if (bin) bin[users.converted(i) === 1 ? 'converted' : 'open']++;
  }
  return bins;
};

/** How many users did each thing that a signal counts, the most frequent first, between everybody and who converted. */
export const stepsOf = ({ users, model }: Ranking, features: Features, { converted }: Health): Step[] => {
  const counting = model.signals.flatMap((signal, i) => {
    const feature = Object.hasOwn(features, signal) ? features[signal] : undefined;
    return feature?.from === 'events' && ['count', 'countWhere'].includes(feature.is.op) ? [i] : [];
  });
  const did = new Uint32Array(model.signals.length);
  const values = new Float64Array(model.signals.length);
  for (let user = 0; user < users.count; user++) {
    users.values(user, values);
    for (const signal of counting) if ((values[signal] ?? 0) > 0) did[signal] = (did[signal] ?? 0) + 1;
  }
  const steps = counting.map((i) => ({
    words: shortWords(model.weights[i]?.phrase ?? '', model.says[i] ?? ''),
    users: did[i] ?? 0,
  }));
  return [
    { words: 'seen', users: users.count },
    ...steps.toSorted((a, b) => b.users - a.users),
    { words: 'converted', users: converted },
  ];
};

/** Warnings of the health of a scoring that the notes put in other words. */
export const NOTED: readonly string[] = ['all-low', 'none-high', 'many-at-zero'];

/** What a reader must know before looking at the list. */
const notesOf = (health: Health, { scores, model }: Ranking): string[] => {
  const { labels, converted_by_label: converted, users, to_call: open } = health;
  const { high } = model.labels;
  const top = scores.reduce((most, score) => Math.max(most, score), 0) / 100;
  const zero = scores.reduce((n, score) => n + Number(score === 0), 0);
  const openIn = (label: 'high' | 'medium'): number => labels[label] - converted[label];
  const best = openIn('medium') > 0 ? 'medium' : 'low';
  return [
    ...(open > 0 && labels.high > 0 && openIn('high') === 0
      ? [`Everyone labelled high has converted already. Of the people to call, ${best} is the best label.`]
      : []),
    ...(users > 0 && labels.high === 0
      ? [`Nobody is labelled high: the best score is ${top}, and high begins at ${high}.`]
      : []),
    ...(zero > 1 && zero * 2 >= users
      ? [`${grouped(zero)} of ${countedPeople(users)} have a score of 0, which does not tell them apart.`]
      : []),
  ];
};

/** The spread of a ranking. */
export const spreadOf = (ranking: Ranking, features: Features, health: Health): Spread => ({
  bins: binsOf(ranking),
  steps: stepsOf(ranking, features, health),
  notes: notesOf(health, ranking),
});
