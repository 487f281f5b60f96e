/** Text in columns for a terminal: measured as displayed, and without anything that could move the cursor. */
import type { WriteStream } from 'node:tty';
import { printable } from './printable.js';

/** Where a text is printed. */
export interface Screen {
  /** In columns. */
  readonly width: number;
  readonly colour: boolean;
}

/** The width to assume if the stream reports none, as a pipe or a file does. */
const UNKNOWN_WIDTH = 100;

/**
 * The screen behind a stream such as `process.stderr`. It has colour on a colour terminal without NO_COLOR, and wherever
 * FORCE_COLOR asks for it.
 */
export const screenOf = (stream: Partial<WriteStream>, { FORCE_COLOR: force } = process.env): Screen => ({
  // Some terminals, such as a new pseudo-terminal, report 0 columns.
  width: Math.max(40, stream.columns || UNKNOWN_WIDTH),
  colour: force === undefined ? stream.isTTY === true && stream.hasColors?.() === true : !/^(0|false)$/.test(force),
});

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  blue: [34, 39],
  magenta: [35, 39],
} as const;

/** A colour or weight for text. */
export type Paint = keyof typeof CODES;

/** `text` in a colour, if the screen has colours. */
export const paint = (screen: Screen, how: Paint, text: string): string => {
  if (!screen.colour) return text;
  const [on, off] = CODES[how];
  return `\u001B[${on}m${text}\u001B[${off}m`;
};

let segmenter: Intl.Segmenter | undefined;

/** The parts of `text` that are displayed as one character each. Made lazily: a segmenter takes ten milliseconds. */
const graphemesOf = (text: string): Intl.Segments => {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
};

const ZERO = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u;
const WIDE =
  /\p{Emoji_Presentation}|\p{Regional_Indicator}|\uFE0F|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{20000}-\u{3FFFD}]/u;

const PLAIN = /^[\u0020-\u007E]*$/;

const widthOf = (grapheme: string): number => (ZERO.test(grapheme) ? 0 : WIDE.test(grapheme) ? 2 : 1);

/** The width of `text` on a terminal: two for East Asian characters and emoji, none for combining accents. */
export const displayWidth = (text: string): number => {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemesOf(text)) width += widthOf(segment);
  return width;
};

/** `text` cut to at most `width` columns, with `…` at the cut. */
const clipped = (text: string, width: number): string => {
  if (displayWidth(text) <= width) return text;
  let [kept, used] = ['', 0];
  for (const { segment } of graphemesOf(text)) {
    used += widthOf(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
};

/** A cell of exactly `width` columns, safe to print; numbers align `right`. */
export const cell = (text: string, width: number, align: 'left' | 'right' = 'left'): string => {
  const safe = clipped(printable(text), width);
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(safe)));
  return align === 'left' ? safe + blanks : blanks + safe;
};

/**
 * The widths of a column of ids and a column of names. If the longest of both do not fit into `room`, names are cut
 * first, down to twelve, since people copy ids.
 */
export const idAndName = (
  ids: readonly string[],
  names: readonly string[],
  room: number,
): { readonly id: number; readonly name: number } => {
  const longest = (texts: readonly string[]): number =>
    texts.reduce((most, text) => Math.max(most, displayWidth(printable(text))), 0);
  const name = longest(names);
  const id = Math.min(longest(ids), Math.max(8, room - Math.min(name, 12)));
  return { id, name: Math.min(name, Math.max(4, room - id)) };
};

/** `text` in lines of at most `width` columns, broken at blanks and safe to print; cut after `lines` lines. */
export const wrapped = (text: string, width: number, lines = Number.POSITIVE_INFINITY): string[] => {
  const out: string[] = [];
  let line = '';
  const words = printable(text).split(' ');
  for (const [i, word] of words.entries()) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= width) {
      line = longer;
    } else if (out.length + 1 === lines) {
      return [...out, clipped(`${line} ${words.slice(i).join(' ')}`, width)];
    } else {
      if (line !== '') out.push(line);
      line = clipped(word, width);
    }
  }
  return [...out, line];
};

/** Columns of the label of a line. */
const LABEL = 9;

/** A warning: its label stands out, its text is as readable as any. */
export const warningLines = (text: string, screen: Screen): string[] =>
  labelled('warning', text, screen).map((line) => line.replace(/^warning/, (label) => paint(screen, 'yellow', label)));

/** A line with a label before it, `wrote    data/top_users.csv`, in as many lines as the screen needs. */
export const labelled = (label: string, text: string, screen: Screen): string[] =>
  wrapped(text, screen.width - LABEL).map((line, i) => (i === 0 ? label : '').padEnd(LABEL) + line);
