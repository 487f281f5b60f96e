/** What `gesture init LOG` prints: what was found, as tables. */
import type { Findings } from '../inspect/inspect.js';
import { cell, displayWidth, paint, type Screen, wrapped } from '../text/columns.js';
import { counted, grouped, percent } from '../text/numbers.js';

/** What to know about points that do not follow from the log. */
const GUESS =
  'the points are a guess: the log does not say what leads people to convert. Change them, and measure with gesture backtest';

/** Event types that are listed. */
const MOST = 20;

/** The narrowest last column; with less room it is below the others. */
const NARROWEST = 20;

/** Rows of columns that are as wide as their longest cell, up to a limit, and a last one with the rest of the line. */
const table = (
  rows: readonly (readonly string[])[],
  limits: readonly number[],
  right: readonly number[],
  screen: Screen,
): string[] => {
  const widths = limits.map((limit, i) =>
    Math.min(limit, Math.max(0, ...rows.map((row) => displayWidth(row[i] ?? '')))),
  );
  const room = screen.width - widths.reduce((sum, width) => sum + width + 2, 2);
  return rows.flatMap((row) => {
    if (room < NARROWEST) {
      const words = wrapped(row.slice(0, widths.length).join(' '), screen.width - 2);
      const why = wrapped(row[widths.length] ?? '', screen.width - 4);
      return [...words.map((line) => `  ${line}`), ...why.map((line) => `    ${line}`)];
    }
    const cells = widths.map((width, i) => cell(row[i] ?? '', width, right.includes(i) ? 'right' : 'left'));
    const [first = '', ...rest] = wrapped(row[widths.length] ?? '', room);
    const indent = ' '.repeat(screen.width - room);
    return [`  ${[...cells, first].join('  ')}`.trimEnd(), ...rest.map((line) => `${indent}${line}`)];
  });
};

/** The lines that show what was found. */
export const initScreen = (findings: Findings, screen: Screen): string => {
  const { files, events, users, from, until, types, conversion, converted, signals, flag, basis } = findings;
  const isGuess = signals.length > 0 && (basis === 'guessed' || basis === 'silent');
  const doubts = [...(isGuess ? [GUESS] : []), ...findings.doubts];
  const title = (text: string): string => paint(screen, 'bold', text);
  const columns = files.flatMap(({ name, found }) => [
    title(name),
    ...table(
      found.map(({ ours, theirs, why }) => [ours, '<-', theirs, why]),
      [14, 2, 30],
      [],
      screen,
    ),
    '',
  ]);
  const shown = types.slice(0, MOST);
  const goal =
    conversion.types.length > 0
      ? `${conversion.types.join(conversion.isDefault ? ' and ' : ' or ')}: ${conversion.why}; ${counted(converted, 'user')} converted`
      : flag === undefined
        ? `none found: ${conversion.why}`
        : `the column ${flag.column} is ${flag.value}`;
  const lines = [
    ...columns,
    ...wrapped(`${counted(events, 'event')} of ${counted(users, 'user')}, ${from} to ${until}`, screen.width),
    '',
    title('event types'),
    ...table(
      shown.map(({ theirs, events: n, users: people, role, why }) => [
        theirs,
        grouped(n),
        percent(users === 0 ? 0 : people / users),
        role,
        why,
      ]),
      [36, 12, 4, 10],
      [1, 2],
      screen,
    ),
    ...(types.length > MOST ? [`  and ${types.length - MOST} more`] : []),
    '',
    title('conversion'),
    ...wrapped(goal, screen.width - 2).map((line) => `  ${line}`),
    '',
    title('weights'),
    ...(signals.length === 0
      ? ['  the defaults']
      : table(
          signals.map(({ name, points, because }) => [String(points), name, because]),
          [4, 32],
          [0],
          screen,
        )),
    ...(doubts.length === 0 ? [] : ['', title('check')]),
    ...doubts.flatMap((doubt) =>
      wrapped(doubt, screen.width - 4).map((line, i) => `${i === 0 ? '  - ' : '    '}${line}`),
    ),
  ];
  return `${lines.join('\n')}\n`;
};
