/** What `gesture explain` prints: the score, what it is made of, what would raise it, and what `--what-if` changes. */
import { cell, paint, type Screen, wrapped } from '../text/columns.js';
import { entry } from '../text/entry.js';
import { signedPoints } from '../text/numbers.js';
import type { Explained } from '../scoring/explain.js';

/** Where a user stands among all. */
export interface Standing {
  readonly rank: number;
  readonly users: number;
  /** Percentage of the other users with a lower score; null if there are no others. */
  readonly percentile: number | null;
  readonly converted: boolean;
  readonly opted_out: boolean;
  /** The number in the list of `rank --exclude-converted`; null for people who are not in it. */
  readonly place_to_call: number | null;
}

/** The answer about one user. */
export interface Answer extends Standing {
  readonly user_id: string;
  readonly username: string;
  readonly config: string;
  readonly now: Explained;
  /** The answer with the values of --what-if, and the rank that the user would have. */
  readonly what_if?: Explained;
  readonly what_if_rank?: number;
}

/** Characters in a full bar: one for every ten percent of a signal's points. */
const BAR = 10;

/** The narrowest screen that has room for bars. */
const WITH_BARS = 64;

/** Width of a number of points, as in `+100.00`. */
const POINTS = 7;

const shareBar = (share: number): string => '█'.repeat(Math.round(share * BAR)).padEnd(BAR, '·');

/** Whether the user is in the list, and which number: the other way to count than by rank. */
const listing = ({ converted, opted_out: optedOut, place_to_call: place, rank }: Standing): string => {
  if (optedOut) return 'asked not to be contacted, so never listed';
  if (converted) return 'has converted already, so not listed with --exclude-converted';
  return place === null || place === rank ? '' : `number ${place} of those who have not converted`;
};

const signed = (points: number): string => signedPoints(Math.round(points * 100), 2);

const plain = (value: number | null): string => (value === null ? 'unknown' : String(Math.round(value * 1e4) / 1e4));

const pointsCell = (points: number, screen: Screen): string => {
  const text = cell(signed(points), POINTS, 'right');
  return points < 0 ? paint(screen, 'red', text) : text;
};

/** The signals and what holds the sum between 0 and 100: each with its points, largest first, down to the score. */
const table = ({ signals, floor, cap, score }: Explained, screen: Screen): string[] => {
  const bars = screen.width >= WITH_BARS;
  const most = Math.max(...signals.map((signal) => `of ${signal.most}`.length), 0);
  const width = 2 + POINTS + 1 + most + (bars ? 2 + BAR : 0) + 2;
  const line = (points: string, of: string, share: string, words: string, details: string): string[] => {
    const numbers = [`  ${points} ${cell(of, most)}`, ...(bars ? [paint(screen, 'cyan', cell(share, BAR))] : []), ''];
    return entry(numbers.join('  '), width, words, details, screen);
  };
  return [
    ...signals.flatMap(({ signal, says, value, points, most: all, curve, share }) =>
      line(
        pointsCell(points, screen),
        `of ${all}`,
        shareBar(all === 0 ? 0 : share),
        `${says}: ${plain(value)}`,
        says === signal ? curve : `${curve}; ${signal}`,
      ),
    ),
    ...(floor > 0 ? line(pointsCell(floor, screen), '', '', 'held at 0', 'floor') : []),
    ...(cap < 0 ? line(pointsCell(cap, screen), '', '', 'held at 100', 'cap') : []),
    ...line(cell(score.toFixed(2), POINTS, 'right'), '', '', 'score', '').map((text) => paint(screen, 'bold', text)),
  ];
};

const saysOf = ({ signals }: Explained, signal: string): string =>
  signals.find((each) => each.signal === signal)?.says ?? signal;

const gains = (now: Explained, screen: Screen): string[] => {
  if (now.gains.length === 0) return [];
  const lines = now.gains.flatMap(({ signal, from, to, points }) => {
    const says = saysOf(now, signal);
    const words = `${says}: ${plain(from)} -> ${plain(to)}`;
    return entry(`  ${pointsCell(points, screen)}  `, POINTS + 4, words, says === signal ? '' : signal, screen);
  });
  return ['', 'What would raise the score most', ...lines];
};

/** One part of a score before and after: a signal, the floor or the cap. */
interface Part {
  readonly words: string;
  readonly name: string;
  readonly value: string;
  readonly points: number;
}

/** All parts of a score by name. */
const partsOf = ({ signals, floor, cap }: Explained): Map<string, Part> =>
  new Map([
    ...signals.map(({ signal, says, value, points }): [string, Part] => [
      `signal ${signal}`,
      { words: says, name: says === signal ? '' : signal, value: plain(value), points },
    ]),
    ['floor', { words: 'held at 0', name: 'floor', value: '', points: floor }],
    ['cap', { words: 'held at 100', name: 'cap', value: '', points: cap }],
  ]);

const whatIf = ({ now, what_if: then, what_if_rank: rank, ...answer }: Answer, screen: Screen): string[] => {
  if (then === undefined) return [];
  const difference = signed(Math.round((then.score - now.score) * 100) / 100);
  const label = now.label === then.label ? `still ${now.label}` : `${now.label} -> ${then.label}`;
  const place = rank === answer.rank ? `still rank ${rank}` : `rank ${answer.rank} -> ${rank}`;
  const heading = `What if: ${now.score.toFixed(2)} -> ${then.score.toFixed(2)} (${difference}), ${label}, ${place}`;
  const after = partsOf(then);
  const changed = [...partsOf(now)].flatMap(([key, old]) => {
    const part = after.get(key) ?? old;
    if (part.value === old.value && part.points === old.points) return [];
    return [{ old, part, change: Math.abs(part.points - old.points) }];
  });
  const lines = changed
    .toSorted((a, b) => b.change - a.change)
    .flatMap(({ old, part: { words, name, value, points } }) => {
      const numbers = `  ${pointsCell(old.points, screen)} -> ${pointsCell(points, screen)}  `;
      const values = value === '' ? words : `${words}: ${old.value === value ? value : `${old.value} -> ${value}`}`;
      return entry(numbers, 2 * POINTS + 8, values, name, screen);
    });
  const nothing = 'Nothing changes: the user has these values.';
  return [
    '',
    ...wrapped(heading, screen.width).map((line) => paint(screen, 'bold', line)),
    ...(lines.length === 0 ? wrapped(nothing, screen.width) : lines),
  ];
};

/** The answer about one user as text. */
export const explainScreen = (answer: Answer, screen: Screen): string => {
  const { now, users, rank, percentile } = answer;
  const who = answer.username === '' ? answer.user_id : `${answer.username} (${answer.user_id})`;
  const above = percentile === null ? 'the only user' : `higher than ${percentile}% of the others`;
  const heading = `${who}: ${now.score.toFixed(2)}, ${now.label}; rank ${rank} of ${users}, ${above}`;
  const lines = [
    ...wrapped(heading, screen.width).map((line) => paint(screen, 'bold', line)),
    ...wrapped(listing(answer), screen.width).filter((line) => line !== ''),
    ...wrapped(now.explanation, screen.width),
    '',
    ...table(now, screen),
    ...gains(now, screen),
    ...whatIf(answer, screen),
    '',
    `config ${answer.config}`,
  ];
  return `${lines.join('\n')}\n`;
};
