/** Text for people at a terminal: nothing in a name may move the cursor, change a colour or reorder the line. */
import { stripVTControlCharacters } from 'node:util';

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** What parts two words: it becomes a blank, or the words would grow together. */
const BREAK = /\r\n|[\t-\r\u0085\u2028\u2029]/gu;

/**
 * `text` with escape sequences, control characters and bidirectional marks taken out; line breaks and tabs become blanks.
 *
 * @param keep `lines: true` keeps line feeds, for messages of our own that have several lines
 */
export const printable = (text: string, keep: { lines?: boolean } = {}): string =>
  stripVTControlCharacters(text)
    .replaceAll(BREAK, (c) => (keep.lines && c === '\n' ? c : ' '))
    .replaceAll(CONTROL, (c) => (keep.lines && c === '\n' ? c : ''));

/** A cell as a message shows it: short, and quoted. */
export const shown = (cell: string): string => JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell);
