/** What `gesture rank` shows: the list with its reasons on standard output, the health of the scoring on standard error. */
import { cell, idAndName, labelled, paint, type Paint, type Screen, wrapped } from '../text/columns.js';
import { counted, countedPeople, grouped, percent } from '../text/numbers.js';
import { type Label, LABELS } from '../model.js';
import type { Health } from '../scoring/health.js';
import { type Listed, type Ranked, rankedAt, type Ranking } from '../scoring/ranking.js';
import { labelOf } from '../scoring/score.js';
import { table } from '../text/table.js';
import { bar, legend, pensFor } from './bars.js';

const COLOURS: Readonly<Record<Label, Paint>> = { high: 'green', medium: 'bold', low: 'dim' };

/** Marks someone who has converted already. */
const CONVERTED = '✓';

/** Blanks before the explanation of a user. */
const INDENT = 7;

/** Width of a line without the id, the name and the bar: number, score, label, mark and the blanks between them. */
const FIXED = 5 + 6 + 8 + 4 * 2;

/** The shortest bar that is worth its room, and the longest: one column per point. */
const [SHORTEST_BAR, LONGEST_BAR] = [10, 100];

/** A user with the number in the list. */
interface Row {
  readonly user: Ranked;
  readonly number: number;
}

/** The explanation in lines, with the points dim. */
const reasons = (text: string, screen: Screen): string[] =>
  wrapped(text, screen.width - INDENT).map(
    (line) => ' '.repeat(INDENT) + line.replaceAll(/\([+-][\d.]+\)/g, (points) => paint(screen, 'dim', points)),
  );

const listLines = (
  rows: readonly Row[],
  ranking: Ranking,
  says: (signal: string) => string,
  screen: Screen,
): string[] => {
  const ids = ['user_id', ...rows.map(({ user }) => user.id)];
  const names = ['name', ...rows.map(({ user }) => user.name)];
  const room = screen.width - FIXED;
  const needed = idAndName(ids, names, Number.POSITIVE_INFINITY);
  const left = room - needed.id - needed.name - 2;
  const length = left < SHORTEST_BAR ? 0 : Math.min(LONGEST_BAR, left);
  const width = idAndName(ids, names, room);
  const pens = pensFor(
    rows.map(({ user }) => user.points),
    ranking.model.signals,
    says,
  );
  const heading = [
    cell('#', 5, 'right'),
    cell('user_id', width.id),
    cell('name', width.name),
    cell('score', 6, 'right'),
    length === 0 ? 'label' : cell('label', 8),
    ...(length === 0 ? [] : ['made of']),
  ].join('  ');
  const lines = rows.flatMap(({ user, number }) => {
    const label = labelOf(user.score, ranking.model.labels);
    const state = user.converted === 1 ? `${label} ${CONVERTED}` : label;
    const numbers = [
      cell(String(number), 5, 'right'),
      cell(user.id, width.id),
      cell(user.name, width.name),
      paint(screen, 'bold', cell((user.score / 100).toFixed(2), 6, 'right')),
      paint(screen, COLOURS[label], length === 0 ? state : cell(state, 8)),
      ...(length === 0 ? [] : [bar(user.points, user.score, pens, length, screen)]),
    ].join('  ');
    const shown = user.shown.filter((text) => text !== '').join(', ');
    return [numbers, ...(shown === '' ? [] : reasons(shown, screen)), ...reasons(user.explanation, screen)];
  });
  const drawn = new Set(pens.map(({ signal }) => signal));
  const hasOthers = rows.some(({ user }) => user.points.some((gain, signal) => gain > 0 && !drawn.has(signal)));
  const hasPenalties = rows.some(({ user }) => user.points.some((gain) => gain < 0));
  const marks = rows.some(({ user }) => user.converted === 1) ? [`${CONVERTED} has converted already`] : [];
  return [
    paint(screen, 'dim', heading),
    ...lines,
    ...(length === 0 && marks.length === 0 ? [] : ['']),
    ...(length === 0 ? [] : legend(pens, { hasOthers, hasPenalties }, screen)),
    ...marks,
  ];
};

/** How many people there are to call, and who of the others they are not. */
const heading = ({ to_call: toCall, converted, opted_out: optedOut, listed }: Health): string => {
  const others = [
    ...(converted > 0 ? [`${grouped(converted)} converted already`] : []),
    ...(optedOut > 0 ? [`${grouped(optedOut)} opted out`] : []),
  ];
  const aside = others.length === 0 ? '' : ` (${others.join(', ')})`;
  return `${countedPeople(toCall)} to call${aside}; the list has ${listed}`;
};

/** The list of users, for standard output. */
export const listScreen = (
  ranking: Ranking,
  { places, tied }: Listed,
  health: Health,
  says: (signal: string) => string,
  screen: Screen,
): string => {
  const rows = places.map(({ place, number }) => ({ user: rankedAt(ranking, place), number }));
  const last = rows.at(-1)?.user.score ?? 0;
  const verb = tied === 1 ? 'has' : 'have';
  const ties = `${tied === 1 ? '1 more person' : `${grouped(tied)} more people`} ${verb} the score of the last one listed, ${(last / 100).toFixed(2)}: see --top`;
  const none = health.users === 0 ? 'There are no users.' : 'No user passes the filters.';
  const lines = [
    ...wrapped(heading(health), screen.width).map((line) => paint(screen, 'bold', line)),
    '',
    ...(rows.length === 0 ? [none] : listLines(rows, ranking, says, screen)),
    ...(tied > 0 ? wrapped(ties, screen.width) : []),
  ];
  return `${lines.join('\n')}\n`;
};

const STEPS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Ten columns of ten points each. A blank means no user; even one user shows as the lowest step. */
export const histogramLine = (bins: readonly number[]): string => {
  const most = Math.max(1, ...bins);
  return bins.map((n) => (n === 0 ? ' ' : (STEPS[Math.ceil((n / most) * STEPS.length) - 1] ?? ''))).join('');
};

const shareOf = (part: number, whole: number): string => percent(whole === 0 ? 0 : part / whole);

/** The health of a scoring as two tables, for standard error: the labels, and what each signal adds. */
export const healthScreen = (health: Health, { model }: Ranking, screen: Screen): string[] => {
  const { high, medium } = model.labels;
  const bands: Readonly<Record<Label, string>> = {
    high: `${high} to 100`,
    medium: `${medium} to ${high}`,
    low: `0 to ${medium}`,
  };
  const labels = LABELS.map((label) => [
    label,
    bands[label],
    grouped(health.labels[label]),
    shareOf(health.labels[label], health.users),
    grouped(health.converted_by_label[label]),
  ]);
  const signals = health.signals
    .filter(({ points }) => points !== 0)
    .toSorted((a, b) => b.share - a.share)
    .map(({ signal, points, mean_points: mean, share, users }) => [
      signal,
      String(points),
      mean.toFixed(2),
      percent(share),
      grouped(users),
    ]);
  return [
    ...table([['label', 'score', 'users', 'share', 'converted'], ...labels], screen),
    ...labelled('scores', `0 [${histogramLine(health.histogram)}] 100, users per ten points`, screen),
    '',
    ...table([['signal', 'points', 'average', 'share', 'users'], ...signals], screen),
    '',
    ...(health.always_fire.length > 0
      ? labelled('always', `every user has ${health.always_fire.join(', ')}`, screen)
      : []),
    ...labelled('listed', `${counted(health.listed, 'user')}, ${health.listed_converted} already converted`, screen),
  ];
};
