/** Which setting would read timestamps that are not ISO 8601. */
import { parsePattern } from './strptime.js';

/** Numbers of seconds, milliseconds and microseconds since 1970, from 2001 to 2286, by their digits. */
const EPOCHS: readonly (readonly [RegExp, string])[] = [
  [/^\d{10}(\.\d*)?$/, 'epoch_s'],
  [/^(\d{13}(\.\d*)?|\d\.\d{7,}[eE]\+?12)$/, 'epoch_ms'],
  [/^\d{16}(\.\d*)?$/, 'epoch_us'],
];

const DATES = ['/', '.', '-'].flatMap((s) => [`%d${s}%m${s}%Y`, `%m${s}%d${s}%Y`, `%Y${s}%m${s}%d`]);
const SHORT_DATES = ['/', '.', '-'].flatMap((s) => [`%d${s}%m${s}%y`, `%m${s}%d${s}%y`, `%y${s}%m${s}%d`]);
const NAMED_DATES = ['%d %b %Y', '%d-%b-%Y', '%d/%b/%Y', '%b %d, %Y', '%B %d, %Y', '%d %B %Y', '%a, %d %b %Y'].concat([
  '%a %b %d %Y',
  '%d-%b-%y',
  '%a %b %d, %Y',
]);
const TIMES = ['%H:%M:%S', '%H:%M', '%H:%M:%S.%f', '%I:%M %p', '%I:%M:%S %p', '%I:%M%p', '%I:%M:%S%p'];
const GAPS = [' ', ', ', 'T', ':', '  '];
const ZONES = ['', '%z', ' %z'];

/** What may follow a date. */
const AFTER = ['', ...GAPS.flatMap((gap) => TIMES.flatMap((time) => ZONES.map((zone) => `${gap}${time}${zone}`)))];

const COMPACT = ['', '%H%M', '%H%M%S', 'T%H%M%S', 'T%H%M%SZ', ...TIMES.map((time) => ` ${time}`)];

/**
 * All patterns that are tried, the likeliest first, by how they begin: over two thousand, of which a column of numbers
 * needs only the beginnings.
 */
const PATTERNS: readonly (readonly [date: string, rests: readonly string[]])[] = [
  ...[...DATES, ...NAMED_DATES, ...SHORT_DATES].map((date) => [date, AFTER] as const),
  ...TIMES.map((time) => [`%a %b %d ${time} %Y`, ['']] as const),
  ['%Y%m%d', COMPACT],
];

/** The expressions that follow from patterns, made once: a log has many columns. */
const expressions = new Map<string, RegExp | undefined>();

/** What a text must match that a pattern reads, or, without `end`, that begins as it says; undefined if it is no pattern. */
export const expressionOf = (pattern: string, end: '' | '$' = '$'): RegExp | undefined => {
  const key = pattern + end;
  if (!expressions.has(key)) {
    const parsed = parsePattern(pattern);
    expressions.set(key, typeof parsed === 'string' ? undefined : new RegExp(`^(?:${parsed.regex})${end}`));
  }
  return expressions.get(key);
};

/** Whether a pattern reads all cells, or how all of them begin. */
const reads = (pattern: string, cells: readonly string[], end?: ''): boolean => {
  const expression = expressionOf(pattern, end);
  return expression !== undefined && cells.every((cell) => expression.test(cell));
};

/** The other order of day and month. */
const swapped = (pattern: string): string =>
  pattern.replaceAll(/%[dm]/g, (specifier) => (specifier === '%d' ? '%m' : '%d'));

const isZoneName = (cell: string): boolean => /\d\s?\[?(?:[A-Z]{2,5}|[A-Z][a-z]+\/[A-Z][A-Za-z_]+)\]?$/.test(cell);

/** A way to write timestamps that reads some cells, and the other order of day and month if that reads them as well. */
export interface FoundForm {
  /** A named form, or a pattern. */
  readonly form: string;
  readonly swapped?: string;
}

/** The setting that reads all of these cells, which are not ISO 8601; undefined if there is none. */
export const timestampFormOf = (cells: readonly string[]): FoundForm | undefined => {
  const epoch = EPOCHS.find(([digits]) => cells.every((cell) => digits.test(cell)));
  if (epoch) return { form: epoch[1] };
  for (const [date, rests] of PATTERNS) {
    if (!reads(date, cells, '')) continue;
    const pattern = rests.map((rest) => date + rest).find((one) => reads(one, cells));
    if (pattern === undefined) continue;
    const other = swapped(pattern);
    const isOpen = other !== pattern && /%d.%m|%m.%d/.test(pattern) && !pattern.startsWith('%Y');
    return isOpen && reads(other, cells) ? { form: pattern, swapped: other } : { form: pattern };
  }
  return undefined;
};

/** What a cell looks like, whatever its digits and letters are: cells of one shape are written in one way. */
export const shapeOf = (cell: string): string => cell.replaceAll(/\d+/g, '9').replaceAll(/[A-Za-z]+/g, 'a');

/** Times that no form reads, by what they look like, and what would help. */
const UNREADABLE: readonly (readonly [RegExp, string])[] = [
  [/^1\d{18}$/, 'is in nanoseconds since 1970: divide by 1000, and set events: { timestamp: epoch_us }'],
  [
    /^[34]\d{4}([.,]\d+)?$/,
    'is the number of a day in a spreadsheet: format the column as a date and a time there, and save it again',
  ],
  [
    /^\d([.,]\d+)?[eE]\+?1\d$/,
    'has been rounded by a spreadsheet: export it again, and do not open it in a spreadsheet first',
  ],
];

/** Why no form can read any of these times, as what follows one of them in a sentence; undefined if that is not known. */
export const unreadableTime = (cells: readonly string[]): string | undefined =>
  cells.length === 0 ? undefined : UNREADABLE.find(([form]) => cells.every((cell) => form.test(cell)))?.[1];

/**
 * A sentence with one of the timestamps and the setting that reads all of them; what else would help if none does.
 *
 * @param cells timestamps that could not be read; those that are alike decide
 */
export const suggestTimestamp = (cells: readonly string[]): string => {
  const [first] = cells;
  if (first === undefined) return '';
  const shown = JSON.stringify(first.slice(0, 40));
  // A few odd cells among many must not hide the form of the others.
  const found = timestampFormOf(cells.filter((cell) => shapeOf(cell) === shapeOf(first)));
  if (found !== undefined) {
    const { form, swapped: other } = found;
    const named = form.includes('%') ? `'${form}'` : form;
    const either =
      other === undefined ? '' : `, or '${other}' if the ${form.startsWith('%d') ? 'month' : 'day'} comes first`;
    return `${shown} is read with events: { timestamp: ${named} }${either}. `;
  }
  const unreadable = unreadableTime(cells.filter((cell) => shapeOf(cell) === shapeOf(first)));
  if (unreadable !== undefined) return `${shown} ${unreadable}. `;
  if (isZoneName(first)) {
    return `${shown} ends in the name of a time zone, which gesture does not read: write an offset such as +01:00 or Z, or leave the zone out and set events: { timezone: ... }. `;
  }
  return `The first is ${shown}: say how it is written with events: { timestamp: PATTERN }, for example '%d/%m/%Y %H:%M'. `;
};
