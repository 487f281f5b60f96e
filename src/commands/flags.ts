/**
 * The grammar of every flag. Each is checked while the command line is read, before any input is opened, and every
 * wrong value is refused in the same form: `--top 0: must be a whole number, 1 or more`.
 */
import { extname } from 'node:path';
import { Failure, LIST_FORMATS, type ListFormat } from '../model.js';
import { didYouMean } from '../text/closest.js';
import { DURATION, durationSeconds } from '../text/duration.js';
import { type NamedTime, parseTime } from '../text/instants.js';
import { cellNumber, grouped } from '../text/numbers.js';

/** The flag of every command that reads settings. */
export const CONFIG_FLAG = ['--config <file>', 'settings (default: gesture.yaml, if it exists)'] as const;

const refused = (flag: string, text: string, rule: string): Failure =>
  new Failure('usage', `${flag} ${text === '' ? "''" : text}: must be ${rule}`);

/** A parser for commander, from a function that returns undefined for a wrong value. */
const grammar =
  <Value>(flag: string, rule: string, parse: (text: string) => Value | undefined) =>
  (text: string): Value => {
    const value = parse(text);
    if (value === undefined) throw refused(flag, text, rule);
    return value;
  };

const LARGEST = 999_999_999;

/** The first flag that was given, of flags by their names. */
export const firstGiven = (flags: Readonly<Record<string, unknown>>): string | undefined =>
  Object.keys(flags).find((flag) => flags[flag] !== undefined);

/** A whole number within bounds. */
export const wholeNumber = (flag: string, least: number, most = LARGEST): ((text: string) => number) => {
  const rule =
    most === LARGEST ? `a whole number, ${least} or more` : `a whole number from ${least} to ${grouped(most)}`;
  return grammar(flag, rule, (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  });
};

/** A share of a whole as a number from 0 to 1, written `0.05` or `5%`. */
export const share = (flag: string): ((text: string) => number) =>
  grammar(flag, 'a share from 0% to 100%, such as 0.05 or 5%', (text) => {
    const [, digits, percent] = /^(\d{1,3}(?:\.\d{1,9})?)(%?)$/.exec(text) ?? [];
    const value = digits === undefined ? Number.NaN : Number(digits) / (percent === '%' ? 100 : 1);
    return value <= 1 ? value : undefined;
  });

/** The lowest score to list: a number from 0 to 100 with at most two decimals, as scores have. */
export const minimumScore = (flag: string): ((text: string) => number) =>
  grammar(flag, 'a number from 0 to 100 with at most two decimals', (text) => {
    const value = /^\d{1,3}(?:\.\d{1,2})?$/.test(text) ? Number(text) : Number.NaN;
    return value <= 100 ? value : undefined;
  });

/** An instant in microseconds since 1970: of a date its end, as in "up to Friday"; `now` is the current time. */
export const instant = (flag: string): ((text: string) => NamedTime) =>
  grammar(flag, 'an ISO 8601 date or time such as 2026-01-31 or 2026-01-31T18:00:00Z, or now', (text) =>
    text === 'now' ? { instant: BigInt(Date.now()) * 1000n, isDay: false } : parseTime(text),
  );

/** Several instants: the flag may be repeated. */
export const instants = (flag: string): ((text: string, before?: readonly NamedTime[]) => readonly NamedTime[]) => {
  const one = instant(flag);
  return (text, before = []) => [...before, one(text)];
};

/** Several names: the flag may be repeated. */
export const names = (flag: string): ((text: string, before?: readonly string[]) => readonly string[]) => {
  const one = grammar(flag, 'a name', (text) => (text === '' ? undefined : text));
  return (text, before = []) => [...before, one(text)];
};

/** A plain number. */
export const number = (flag: string): ((text: string) => number) =>
  grammar(flag, 'a number such as 2 or 1.5', (text) => {
    const value = cellNumber(text);
    return value === undefined || Number.isNaN(value) ? undefined : value;
  });

/** A duration in seconds. */
export const duration = (flag: string): ((text: string) => number) => grammar(flag, DURATION, durationSeconds);

/** One of several words. */
export const oneOf =
  <const Word extends string>(flag: string, words: readonly Word[]) =>
  (text: string): Word => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw refused(flag, text, `one of ${words.join(', ')}${didYouMean(text, words)}`);
    return found;
  };

/** A size of memory, as DuckDB reads it. */
export const memory = (flag: string): ((text: string) => string) =>
  grammar(flag, 'a size such as 512MB or 2GB', (text) => (/^\d+(\.\d+)?\s?[KMGT]i?B$/i.test(text) ? text : undefined));

/** The character between the columns of a CSV; `tab` and `\t` both mean a tab. */
export const delimiter = (flag: string): ((text: string) => string) =>
  grammar(flag, "one character such as ';', or tab", (text) => {
    const character = text === '\\t' || text === 'tab' ? '\t' : text;
    return /^[\t -~]$/.test(character) && !/["\w.-]/.test(character) ? character : undefined;
  });

/** Another value for a signal. */
export interface Change {
  readonly signal: string;
  /** NaN means unknown. */
  readonly value: number;
}

/** Changes such as `pricing_page_views=6`; nothing after the `=` means unknown. The flag may be repeated. */
export const changes = (flag: string): ((text: string, before?: readonly Change[]) => readonly Change[]) => {
  const change = grammar(flag, 'a signal and a plain number, such as pricing_page_views=6', (text) => {
    const [signal = '', cell, ...rest] = text.split('=');
    const value = cell === undefined || rest.length > 0 ? undefined : cellNumber(cell);
    return value === undefined ? undefined : { signal, value };
  });
  return (text, before = []) => [...before, change(text)];
};

/** The ending of a file name; empty for standard output, devices and names without one. */
const endingOf = (path: string): string => (path.startsWith('/dev/') ? '' : extname(path).slice(1).toLowerCase());

/** A file that is always written as CSV, so its name must not claim another format. */
export const csvFile = (flag: string): ((text: string) => string) =>
  grammar(flag, 'a name that ends in .csv, or one without an ending', (path) =>
    ['', 'csv'].includes(endingOf(path)) ? path : undefined,
  );

/** A file that is always written as JSON. */
export const jsonFile = (flag: string): ((text: string) => string) =>
  grammar(flag, 'a name that ends in .json, or one without an ending', (path) =>
    ['', 'json'].includes(endingOf(path)) ? path : undefined,
  );

/** A file that is always written as HTML. */
export const htmlFile = (flag: string): ((text: string) => string) =>
  grammar(flag, 'a name that ends in .html, or one without an ending', (path) =>
    ['', 'html', 'htm'].includes(endingOf(path)) ? path : undefined,
  );

/** A file that is always written as YAML. */
export const yamlFile = (flag: string): ((text: string) => string) =>
  grammar(flag, 'a name that ends in .yaml or .yml, or one without an ending', (path) =>
    ['', 'yaml', 'yml'].includes(endingOf(path)) ? path : undefined,
  );

/**
 * The format of the list that `rank` writes: what `--format` says, otherwise what the ending of `--out` says.
 *
 * @throws Failure `usage` if the name ends in anything else
 */
export const listFormat = (out: string, format: ListFormat | undefined): ListFormat => {
  const ending = endingOf(out);
  const found = format ?? (ending === '' ? 'csv' : LIST_FORMATS.find((known) => known === ending));
  if (found !== undefined) return found;
  const endings = LIST_FORMATS.map((known) => `.${known}`).join(', ');
  throw refused('--out', out, `a name that ends in one of ${endings}, or choose the format with --format`);
};
