/**
 * strptime patterns: which timestamps they read. The engine's own reading is generous (it takes blanks around a timestamp,
 * and any text for %p), so a timestamp must also match the regular expression that follows from the pattern.
 */

import { escapePattern } from './patterns.js';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
].concat(['November', 'December']);
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
/** Any of these names, in any case. Node 20 knows no `(?i:`. */
const anyOf = (names: readonly string[]): string =>
  `(?:${names.map((name) => name.replaceAll(/[a-z]/gi, (c) => `[${c.toUpperCase()}${c.toLowerCase()}]`)).join('|')})`;
const short = (names: readonly string[]): string => anyOf(names.map((name) => name.slice(0, 3)));

/** What each specifier stands for, as a regular expression that RE2 and JavaScript read alike. */
const SPECIFIERS: Readonly<Record<string, string>> = {
  Y: String.raw`\d{4}`,
  y: String.raw`\d{2}`,
  m: '(?:0?[1-9]|1[0-2])',
  d: String.raw`(?:0?[1-9]|[12]\d|3[01])`,
  b: short(MONTHS),
  B: anyOf(MONTHS),
  a: short(DAYS),
  A: anyOf(DAYS),
  H: String.raw`(?:[01]?\d|2[0-3])`,
  I: '(?:0?[1-9]|1[0-2])',
  p: anyOf(['AM', 'PM']),
  M: String.raw`[0-5]\d`,
  S: String.raw`[0-5]\d`,
  f: String.raw`\d{1,6}`,
  z: String.raw`[+-](?:0\d|1[0-5])(?::?[0-5]\d)?`,
};

/** Specifiers that stand for several others. */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  D: '%m/%d/%y',
  T: '%H:%M:%S',
  R: '%H:%M',
  e: '%d',
  h: '%b',
};

/** A pattern that can be used. */
export interface TimestampPattern {
  /** As the engine's strptime wants it. */
  readonly strptime: string;
  /** What a timestamp must match as a whole, with a group for each specifier. */
  readonly regex: string;
  /** The specifiers in their order: `Y`, `m` ... */
  readonly names: readonly string[];
  /** True if it names an offset. */
  readonly hasOffset: boolean;
}

/** True if a way to write timestamps is a pattern rather than a name. */
export const isPattern = (form: string): boolean => form.includes('%');

/** A pattern, or the reason why it is none. One digit for a month, day or hour is always read, so `%-d` is `%d`. */
export const parsePattern = (pattern: string): TimestampPattern | string => {
  const plain = pattern
    .replaceAll(/%-(?=[a-zA-Z])/g, '%')
    .replaceAll(/%([A-Za-z])/g, (all, name: string) => ABBREVIATIONS[name] ?? all);
  const names: string[] = [];
  const unknown: string[] = [];
  const regex = plain.replaceAll(/%(.?)|[^%]+/gsu, (part, name?: string) => {
    if (name === undefined) return escapePattern(part);
    if (name === '%') return '%';
    const meaning = Object.hasOwn(SPECIFIERS, name) ? SPECIFIERS[name] : undefined;
    if (meaning === undefined) unknown.push(part);
    names.push(name);
    return `(${meaning ?? ''})`;
  });
  if (unknown.length > 0) {
    return `unknown ${unknown.join(', ')}: use ${Object.keys(SPECIFIERS)
      .map((name) => `%${name}`)
      .join(' ')}`;
  }
  const has = (...some: string[]): boolean => some.some((name) => names.includes(name));
  if (!has('Y', 'y') || !has('m', 'b', 'B') || !has('d')) return 'needs a year (%Y), a month (%m) and a day (%d)';
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `has %${twice} twice`;
  if (has('I') !== has('p')) return 'needs %I and %p together: hours from 1 to 12, and AM or PM';
  if (has('H') && has('I')) return 'has the hour twice: %H is from 0 to 23, %I from 1 to 12';
  return { strptime: plain, regex, names, hasOffset: has('z') };
};

/** The tokens of other notations, longest first: `M/D/YYYY H:mm` is `%m/%d/%Y %H:%M`. */
const TOKENS: readonly (readonly [string, string])[] = [
  ['YYYY', '%Y'],
  ['yyyy', '%Y'],
  ['MMMM', '%B'],
  ['MMM', '%b'],
  ['MM', '%m'],
  ['DD', '%d'],
  ['dd', '%d'],
  ['HH', '%H'],
  ['hh', '%I'],
  ['mm', '%M'],
  ['ss', '%S'],
  ['SSS', '%f'],
  ['YY', '%y'],
  ['yy', '%y'],
  ['M', '%m'],
  ['D', '%d'],
  ['d', '%d'],
  ['H', '%H'],
  ['h', '%I'],
  ['A', '%p'],
  ['a', '%p'],
];

/** A pattern in the notation of spreadsheets and JavaScript as a strptime pattern; undefined if it is none. */
export const fromTokens = (form: string): string | undefined => {
  const names = new RegExp(TOKENS.map(([token]) => token).join('|'), 'g');
  const translated = form.replaceAll(names, (token) => TOKENS.find(([one]) => one === token)?.[1] ?? token);
  return typeof parsePattern(translated) === 'string' ? undefined : translated;
};
