/** Bars for the list of `rank`: one colour per signal, or one letter where there are no colours, and a legend. */
import { cell, displayWidth, paint, type Paint, type Screen } from '../text/columns.js';

/** The colours of the signals, strongest first; there are no more that everybody can tell apart. */
const COLOURS: readonly Paint[] = ['green', 'cyan', 'magenta', 'yellow', 'blue', 'red'];

/** What stands for signals without a colour, for what penalties take away, and for what is left up to 100 points. */
const [OTHERS, PENALTY, REST] = ['+', '-', '·'];

/** How one signal is drawn. */
export interface Pen {
  /** The index of the signal. */
  readonly signal: number;
  readonly letter: string;
  readonly colour: Paint;
  readonly says: string;
}

/** The first letter of a name that no other signal has; a digit if all are taken. */
const letterFor = (name: string, taken: ReadonlySet<string>): string =>
  (`${name.toUpperCase()}0123456789`.match(/[A-Z0-9]/g) ?? []).find((letter) => !taken.has(letter)) ?? '?';

/**
 * The pens of the signals that give most points to some listed user.
 *
 * @param points of the listed users, by signal, in hundredths
 * @param names the signals
 * @param says a signal in words
 */
export const pensFor = (
  points: readonly ArrayLike<number>[],
  names: readonly string[],
  says: (signal: string) => string,
): Pen[] => {
  const most = names.map((_, signal) => points.reduce((best, user) => Math.max(best, user[signal] ?? 0), 0));
  const strongest = [...most.keys()]
    .filter((signal) => (most[signal] ?? 0) > 0)
    .toSorted((a, b) => (most[b] ?? 0) - (most[a] ?? 0));
  const taken = new Set<string>();
  return strongest.slice(0, COLOURS.length).map((signal, i) => {
    const name = names[signal] ?? '';
    const letter = letterFor(name, taken);
    taken.add(letter);
    return { signal, letter, colour: COLOURS[i] ?? 'dim', says: says(name) };
  });
};

/**
 * A score as a bar of `width` columns for 100 points: what each signal adds, in the order of the pens, then the others,
 * then dots. What penalties take away is hatched at the right, so that what is drawn in full ends at the score.
 */
export const bar = (
  points: ArrayLike<number>,
  score: number,
  pens: readonly Pen[],
  width: number,
  screen: Screen,
): string => {
  const all = Array.from(points).reduce((sum, gain) => sum + Math.max(0, gain), 0);
  const gains = pens.map(({ signal }) => Math.max(0, points[signal] ?? 0));
  const others = all - gains.reduce((sum, gain) => sum + gain, 0);
  const end = Math.round((score / 10_000) * width);
  let [drawn, sum, length] = ['', 0, 0];
  const draw = (gain: number, letter: string, colour: Paint): void => {
    sum += gain;
    const upTo = Math.min(end, Math.round((sum / 10_000) * width));
    const part = Math.max(0, upTo - length);
    if (part > 0) drawn += paint(screen, colour, (screen.colour ? '█' : letter).repeat(part));
    length += part;
  };
  for (const [i, pen] of pens.entries()) draw(gains[i] ?? 0, pen.letter, pen.colour);
  draw(others, OTHERS, 'dim');
  const gained = Math.min(width, Math.round((all / 10_000) * width));
  const lost = Math.max(0, gained - length);
  return drawn + paint(screen, 'dim', PENALTY.repeat(lost) + REST.repeat(Math.max(0, width - length - lost)));
};

/** Blanks between two entries of the legend. */
const GAP = 3;

/** What the colours or letters of the bars mean, in lines of the screen's width. */
export const legend = (
  pens: readonly Pen[],
  { hasOthers, hasPenalties }: { readonly hasOthers: boolean; readonly hasPenalties: boolean },
  screen: Screen,
): string[] => {
  const others = hasOthers ? [{ letter: OTHERS, colour: 'dim', says: 'other signals' } as const] : [];
  const penalties = hasPenalties ? [{ letter: PENALTY, colour: 'dim', says: 'penalties' } as const] : [];
  const lines: string[] = [];
  let room = 0;
  for (const { letter, colour, says } of [...pens, ...others, ...penalties]) {
    const words = cell(says, Math.min(displayWidth(says), screen.width - 2));
    const entry = `${paint(screen, colour, screen.colour && letter !== PENALTY ? '█' : letter)} ${words}`;
    const length = displayWidth(words) + 2;
    if (length + GAP > room) {
      lines.push(entry);
      room = screen.width - length;
    } else {
      lines.push(`${lines.pop() ?? ''}${' '.repeat(GAP)}${entry}`);
      room -= length + GAP;
    }
  }
  return lines;
};
