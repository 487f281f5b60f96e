/** Commands to copy from a screen into a shell. */
import { printable } from './printable.js';

/** `text` as one word of a command line: quoted only if a shell would read it otherwise. */
export const shellWord = (text: string): string =>
  /^[\w.,:@%+/=-]+$/.test(text) ? text : `'${printable(text).replaceAll("'", `'\\''`)}'`;

/** The last line of a run: what to do next. */
export const nextStep = (command: string): string => `${'next'.padEnd(9)}${printable(command)}\n`;
