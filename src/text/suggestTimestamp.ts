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

/** All patterns that are tried, the likeliest first. */
const patterns = function* (): Generator<string> {
  for (const date of [...DATES, ...NAMED_DATES, ...SHORT_DATES]) {
    yield date;
    for (const gap of GAPS) for (const time of TIMES) for (const zone of ZONES) yield `${date}${gap}${time}${zone}`;
  }
  for (const time of TIMES) yield `%a %b %d ${time} %Y`;
  for (const time of ['', '%H%M', '%H%M%S', 'T%H%M%S', 'T%H%M%SZ', ...TIMES.map((one) => ` ${one}`)])
    yield `%Y%m%d${time}`;
};

/** Whether a pattern reads all cells. */
type Reads = (cells: readonly string[]) => boolean;

const readsBy = (pattern: string): Reads | undefined => {
  const parsed = parsePattern(pattern);
  if (typeof parsed === 'string') return undefined;
  const whole = new RegExp(`^(?:${parsed.regex})$`);
  return (cells) => cells.every((cell) => whole.test(cell));
};

/** All patterns, made once: there are over a thousand, and a log has many columns. */
let all: readonly (readonly [string, Reads])[] | undefined;

const allPatterns = (): readonly (readonly [string, Reads])[] => {
  all ??= [...patterns()].flatMap((pattern) => {
    const reads = readsBy(pattern);
    return reads === undefined ? [] : [[pattern, reads] as const];
  });
  return all;
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
  for (const [pattern, reads] of allPatterns()) {
    if (!reads(cells)) continue;
    const other = swapped(pattern);
    const isOpen = other !== pattern && /%d.%m|%m.%d/.test(pattern) && !pattern.startsWith('%Y');
    return isOpen && readsBy(other)?.(cells) === true ? { form: pattern, swapped: other } : { form: pattern };
  }
  return undefined;
};

/** What a cell looks like, whatever its digits and letters are: cells of one shape are written in one way. */
export const shapeOf = (cell: string): string => cell.replaceAll(/\d+/g, '9').replaceAll(/[A-Za-z]+/g, 'a');

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
  if (isZoneName(first)) {
    return `${shown} ends in the name of a time zone, which gesture does not read: write an offset such as +01:00 or Z, or leave the zone out and set events: { timezone: ... }. `;
  }
  return `The first is ${shown}: say how it is written with events: { timestamp: PATTERN }, for example '%d/%m/%Y %H:%M'. `;
};
