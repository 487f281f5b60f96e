/** What `gesture rank` prints: the short list with its reasons, and the health of the scoring. */
import { cell, idAndName, paint, type Paint, type Screen, wrapped } from '../text/columns.js';
import { counted, percent } from '../text/numbers.js';
import type { Label } from '../model.js';
import type { Health } from '../scoring/health.js';
import { type Ranked, rankedAt, type Ranking } from '../scoring/ranking.js';
import { labelOf } from '../scoring/score.js';

const COLOURS: Readonly<Record<Label, Paint>> = { high: 'green', medium: 'yellow', low: 'dim' };

/** Characters in a full bar: one for every ten points. */
const BAR = 10;

/** The shades of a bar: one each for the three strongest contributions, one for the rest. */
const SHADES = ['█', '▓', '▒', '░'];

/** A score as a bar: each contribution in its own shade, the largest first, then dots up to 100 points. */
export const bar = (points: ArrayLike<number>, score: number): string => {
  const gains = Array.from(points)
    .filter((gain) => gain > 0)
    .toSorted((a, b) => b - a);
  const length = Math.round((score / 10_000) * BAR);
  let [drawn, sum] = ['', 0];
  for (const [i, gain] of gains.entries()) {
    sum += gain;
    const upTo = Math.min(length, Math.ceil((sum / 10_000) * BAR));
    drawn += (SHADES[Math.min(i, SHADES.length - 1)] ?? '').repeat(Math.max(0, upTo - drawn.length));
  }
  return drawn.padEnd(BAR, '·');
};

/** Blanks before the explanation of a user. */
const INDENT = 7;

/** Width of a line without the id and the name: rank, score, label, bar and the blanks between them. */
const FIXED = 5 + 6 + 6 + BAR + 5 * 2;

/** The narrowest screen that has room for bars. */
const WITH_BARS = 64;

const table = (users: readonly Ranked[], ranking: Ranking, screen: Screen): string[] => {
  const bars = screen.width >= WITH_BARS;
  const room = screen.width - FIXED + (bars ? 0 : BAR + 2);
  const width = idAndName(['user_id', ...users.map(({ id }) => id)], ['name', ...users.map(({ name }) => name)], room);
  const heading = [
    cell('#', 5, 'right'),
    cell('user_id', width.id),
    cell('name', width.name),
    cell('score', 6, 'right'),
    cell('label', 6),
    ...(bars ? ['made of'] : []),
  ].join('  ');
  const lines = users.flatMap((user) => {
    const label = labelOf(user.score, ranking.model.labels);
    const numbers = [
      cell(String(user.rank), 5, 'right'),
      cell(user.id, width.id),
      cell(user.name, width.name),
      paint(screen, 'bold', cell((user.score / 100).toFixed(2), 6, 'right')),
      paint(screen, COLOURS[label], cell(label, 6)),
      ...(bars ? [paint(screen, 'cyan', bar(user.points, user.score))] : []),
    ].join('  ');
    const words = wrapped(user.explanation, screen.width - INDENT);
    return [numbers, ...words.map((line) => ' '.repeat(INDENT) + paint(screen, 'dim', line))];
  });
  return [paint(screen, 'dim', heading), ...lines];
};

const partOf = (part: number, whole: number): string => percent(whole === 0 ? 0 : part / whole);

const STEPS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Ten columns of ten points each. A blank means no user; even one user shows as the lowest step. */
export const histogramLine = (bins: readonly number[]): string => {
  const most = Math.max(1, ...bins);
  return bins.map((n) => (n === 0 ? ' ' : (STEPS[Math.ceil((n / most) * STEPS.length) - 1] ?? ''))).join('');
};

const labelled = (label: string, text: string, screen: Screen): string[] =>
  wrapped(text, screen.width - 9).map((line, i) => (i === 0 ? label.padEnd(9) : ' '.repeat(9)) + line);

/** The health of a scoring in a few lines. */
const healthLines = (health: Health, screen: Screen): string[] => {
  const { users, labels, signals } = health;
  const strongest = signals.filter((signal) => signal.points !== 0).toSorted((a, b) => b.share - a.share);
  const mix = strongest.map((s) => `${s.signal} ${s.mean_points.toFixed(2)} (${percent(s.share)})`);
  const spread = (['high', 'medium', 'low'] as const).map((l) => `${labels[l]} ${l} (${partOf(labels[l], users)})`);
  return [
    ...labelled('users', `${counted(users, 'user')}: ${spread.join(', ')}`, screen),
    ...labelled('scores', `0 [${histogramLine(health.histogram)}] 100, users per ten points`, screen),
    ...labelled('points', `average per user (share of all points): ${mix.join(', ')}`, screen),
    ...(health.never_fire.length > 0 ? labelled('never', `no user has ${health.never_fire.join(', ')}`, screen) : []),
    ...(health.always_fire.length > 0
      ? labelled('always', `every user has ${health.always_fire.join(', ')}`, screen)
      : []),
    ...labelled('listed', `${counted(health.listed, 'user')}, ${health.listed_converted} already converted`, screen),
    ...health.warnings.flatMap((text) =>
      labelled('warning', text, screen).map((line) => paint(screen, 'yellow', line)),
    ),
  ];
};

/** The list of the users at `places` and the health of the scoring. */
export const rankScreen = (ranking: Ranking, places: readonly number[], health: Health, screen: Screen): string => {
  const list = places.map((place) => rankedAt(ranking, place));
  const none = health.users === 0 ? 'There are no users.' : 'No user passes the filters.';
  const lines = list.length === 0 ? [none] : table(list, ranking, screen);
  return `${[...lines, '', ...healthLines(health, screen)].join('\n')}\n`;
};
