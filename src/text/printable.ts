/** Text made safe for a terminal: nothing in a name can move the cursor, change a colour or reorder the line. */
import { stripVTControlCharacters } from 'node:util';

// oxlint-disable-next-line no-control-regex -- this matches control characters on purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Control characters between words: they become blanks, so that the words stay apart. */
const BREAK = /\r\n|[\t-\r\u0085\u2028\u2029]/gu;

/**
 * `text` without escape sequences, control characters and bidirectional marks; line breaks and tabs become blanks.
 *
 * @param keep `lines: true` keeps line feeds, for messages of several lines
 */
export const printable = (text: string, keep: { lines?: boolean } = {}): string =>
  stripVTControlCharacters(text)
    .replaceAll(BREAK, (c) => (keep.lines && c === '\n' ? c : ' '))
    .replaceAll(CONTROL, (c) => (keep.lines && c === '\n' ? c : ''));

/** A cell as messages show it: quoted, and cut after 40 characters. */
export const shown = (cell: string): string => JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell);

/** A text as one word of a shell's command line. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A value as JSON in which nothing but its escapes can reach a terminal; it parses to the same value. */
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replaceAll(CONTROL, (c) =>
    c === '\n' ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
