/** What `gesture explain` prints: every signal with its value, share, points and curve. */
import { cell, displayWidth, paint, type Screen, wrapped } from '../text/columns.js';
import { signedPoints } from '../text/numbers.js';
import { printable } from '../text/printable.js';
import type { Explained, ExplainedSignal } from '../scoring/explain.js';

/** The answer about one user, with the user's rank among all. */
export interface Answer {
  readonly user_id: string;
  readonly username: string;
  readonly rank: number;
  readonly users: number;
  /** Percentage of the other users with a lower score; null if there are no others. */
  readonly percentile: number | null;
  readonly config: string;
  readonly now: Explained;
  /** The answer with the values of --what-if. */
  readonly what_if?: Explained;
}

/** Characters in a full bar: one for every ten percent of a signal's points. */
const BAR = 10;

const shareBar = (share: number): string => '█'.repeat(Math.round(share * BAR)).padEnd(BAR, '·');

const signed = (points: number): string => signedPoints(Math.round(points * 100), 2);

const plain = (value: number | null): string => (value === null ? 'unknown' : String(Math.round(value * 1e4) / 1e4));

/** Width of each part of a line: signal, value, bar (if there is room), points, maximum, curve. */
interface Layout {
  readonly name: number;
  readonly value: number;
  readonly bars: boolean;
  readonly most: number;
  /** Blanks before the curve. */
  readonly indent: number;
  /** Width of the curve; 0 puts it on a line of its own. */
  readonly curve: number;
}

const POINTS = 7;

/** The narrowest column that is worth wrapping words into. */
const NARROWEST = 20;

const layoutFor = (signals: readonly ExplainedSignal[], screen: Screen): Layout => {
  const longest = (text: (signal: ExplainedSignal) => string): number =>
    Math.max(0, ...signals.map((signal) => displayWidth(text(signal))));
  const value = longest((signal) => plain(signal.value));
  const most = longest((signal) => `of ${signal.most}`);
  const besides = value + POINTS + most + 2 * 5;
  const name = Math.min(
    Math.max(
      'floor: held at 0'.length,
      longest(({ signal }) => signal),
    ),
    Math.max(8, screen.width - besides),
  );
  const room = screen.width - name - besides;
  const bars = room >= BAR + 2 + longest(({ curve }) => curve);
  const indent = name + besides + (bars ? BAR + 2 : 0);
  const curve = screen.width - indent;
  return { name, value, bars, most, indent, curve: curve < NARROWEST ? 0 : curve };
};

const signalLines = (signal: ExplainedSignal, layout: Layout, screen: Screen): string[] => {
  const earned = cell(signed(signal.points), POINTS, 'right');
  const numbers = [
    `  ${cell(signal.signal, layout.name)}`,
    cell(plain(signal.value), layout.value, 'right'),
    ...(layout.bars ? [paint(screen, 'cyan', shareBar(signal.share))] : []),
    signal.points < 0 ? paint(screen, 'red', earned) : earned,
    cell(`of ${signal.most}`, layout.most),
  ].join('  ');
  const dim = (text: string): string => paint(screen, 'dim', text);
  if (layout.curve === 0)
    return [numbers, ...wrapped(signal.curve, screen.width - 4).map((text) => `    ${dim(text)}`)];
  const [first = '', ...rest] = wrapped(signal.curve, layout.curve);
  return [`${numbers}  ${dim(first)}`, ...rest.map((text) => ' '.repeat(layout.indent) + dim(text))];
};

const table = ({ signals, floor, cap, score }: Explained, screen: Screen): string[] => {
  const layout = layoutFor(signals, screen);
  const toPoints = 2 + layout.value + (layout.bars ? BAR + 2 : 0) + 2 + POINTS;
  const sumLine = (name: string, points: string): string =>
    `  ${cell(name, layout.name)}${cell(points, toPoints, 'right')}`;
  return [
    ...signals.flatMap((signal) => signalLines(signal, layout, screen)),
    ...(floor > 0 ? [sumLine('floor: held at 0', signed(floor))] : []),
    ...(cap < 0 ? [sumLine('cap: held at 100', signed(cap))] : []),
    paint(screen, 'bold', sumLine('score', score.toFixed(2))),
  ];
};

const gains = ({ gains: open }: Explained, screen: Screen): string[] =>
  open.length === 0
    ? []
    : [
        '',
        'What would raise the score most',
        ...open.flatMap((gain) => {
          const says = `${printable(gain.says)} (${gain.signal} ${plain(gain.from)} -> ${plain(gain.to)})`;
          const points = `  ${cell(signed(gain.points), 7, 'right')}  `;
          return wrapped(says, screen.width - points.length).map(
            (text, i) => (i === 0 ? points : ' '.repeat(points.length)) + text,
          );
        }),
      ];

/** The answer about one user as text. */
export const explainScreen = (answer: Answer, screen: Screen): string => {
  const { now, what_if: changed, users, rank, percentile } = answer;
  const who = answer.username === '' ? answer.user_id : `${answer.username} (${answer.user_id})`;
  const above = percentile === null ? 'the only user' : `higher than ${percentile}% of the others`;
  const heading = `${who}: ${now.score.toFixed(2)}, ${now.label}; ${rank} of ${users}, ${above}`;
  const difference = changed ? Math.round((changed.score - now.score) * 100) / 100 : 0;
  const supposed = changed
    ? ['', paint(screen, 'bold', `What if: ${changed.score.toFixed(2)}, ${changed.label} (${signed(difference)})`)]
    : [];
  const lines = [
    ...wrapped(heading, screen.width).map((line) => paint(screen, 'bold', line)),
    ...wrapped(now.explanation, screen.width),
    '',
    ...table(now, screen),
    ...gains(now, screen),
    ...(changed ? [...supposed, ...wrapped(changed.explanation, screen.width), '', ...table(changed, screen)] : []),
    '',
    `config ${answer.config}`,
  ];
  return `${lines.join('\n')}\n`;
};
