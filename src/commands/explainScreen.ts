/** What `gesture explain` says: every signal with its value, curve, share and points. */
import { cell, paint, type Screen, wrapped } from '../io/screen.js';
import { printable } from '../io/terminal.js';
import type { Explained, ExplainedSignal } from '../scoring/explain.js';
import type { Answer } from './explain.js';

/** A full bar of a signal has one character for ten percent of its points. */
const BAR = 10;

const shareBar = (share: number): string => '█'.repeat(Math.round(share * BAR)).padEnd(BAR, '·');

const signed = (points: number): string => (points === 0 ? '0.00' : `${points > 0 ? '+' : ''}${points.toFixed(2)}`);

const plain = (value: number | null): string => (value === null ? 'unknown' : String(Math.round(value * 1e4) / 1e4));

const signalLine = (signal: ExplainedSignal, screen: Screen): string => {
  const points = cell(signed(signal.points), 7, 'right');
  return [
    `  ${cell(signal.signal, 22)}`,
    cell(plain(signal.value), 9, 'right'),
    paint(screen, 'cyan', shareBar(signal.share)),
    signal.points < 0 ? paint(screen, 'red', points) : points,
    `of ${cell(String(signal.most), 4)}`,
    paint(screen, 'dim', wrapped(signal.curve, Math.max(20, screen.width - 62), 1).join('')),
  ].join('  ');
};

const sumLine = (name: string, points: string): string => `  ${cell(name, 22)}${cell(points, 32, 'right')}`;

const table = ({ signals, floor, cap, score }: Explained, screen: Screen): string[] => [
  ...signals.map((signal) => signalLine(signal, screen)),
  ...(floor > 0 ? [sumLine('floor: held at 0', signed(floor))] : []),
  ...(cap < 0 ? [sumLine('cap: held at 100', signed(cap))] : []),
  paint(screen, 'bold', sumLine('score', score.toFixed(2))),
];

const gains = ({ gains: open }: Explained): string[] =>
  open.length === 0
    ? []
    : [
        '',
        'What would raise it most',
        ...open.map(
          (gain) =>
            `  ${cell(signed(gain.points), 7, 'right')}  ${printable(gain.says)} (${gain.signal} ${plain(gain.from)} -> ${plain(gain.to)})`,
        ),
      ];

/** The answer about one user as text. */
export const explainScreen = (answer: Answer, screen: Screen): string => {
  const { now, what_if: changed, users, rank, percentile } = answer;
  const who = answer.username === '' ? answer.user_id : `${answer.username} (${answer.user_id})`;
  const above = percentile === null ? 'the only user' : `above ${percentile}% of the others`;
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
    ...gains(now),
    ...(changed ? [...supposed, ...wrapped(changed.explanation, screen.width), '', ...table(changed, screen)] : []),
    '',
    `config ${answer.config}`,
  ];
  return `${lines.join('\n')}\n`;
};
