/** Reads records of a clean features file from bytes straight into columns, for the fast reader (readUsersFast.ts). */
import { Users } from '../scoring/users.js';
import { cellNumber } from '../text/numbers.js';
import { keptColumns, neededColumns, readTime, type UserColumns } from './userColumns.js';

const [COMMA, LF, CR, QUOTE, MINUS, DOT, ZERO, NINE] = [0x2c, 0x0a, 0x0d, 0x22, 0x2d, 0x2e, 0x30, 0x39];
const [COLON, LETTER_T, LETTER_Z] = [0x3a, 0x54, 0x5a];
/** The longest record in bytes, far below the limit of the strict reader, which counts characters. */
export const MAX_RECORD = 1 << 18;

/** Digits that are surely exact as a double. */
const SHORT = 9;

/** Roles of columns that are not signals; signals are numbered from 0. */
const [SKIPPED, ID, NAME, CONVERTED, OPTED_OUT, LAST] = [-1, -2, -3, -4, -5, -6];

/** The number of a column that the list does not show, as `indexOf` has it. */
const NOT_SHOWN = -1;

/** What `read` returns if the bytes are not clean. */
export const NOT_CLEAN = -1;

/** Powers of ten that are exact as doubles. */
const TENS = Array.from({ length: 16 }, (_, i) => 10 ** i);

/**
 * Reads a plain number into `values[at]`, NaN for an empty cell: the same double as `cellNumber` gives.
 * A number of up to 15 digits is an integer divided by a power of ten; both are exact, so the quotient is rounded once.
 *
 * @returns true if the cell is a number or empty
 */
const readNumber = (bytes: Buffer, from: number, to: number, values: Float64Array, at: number): boolean => {
  if (from === to) {
    values[at] = Number.NaN;
    return true;
  }
  const negative = bytes[from] === MINUS;
  const first = negative ? from + 1 : from;
  let [integer, point] = [0, to];
  let i = first;
  for (; i < to; i++) {
    const digit = (bytes[i] ?? 0) - ZERO;
    if (digit >= 0 && digit <= 9) integer = integer * 10 + digit;
    else if (bytes[i] === DOT && point === to && i > first && i + 1 < to) point = i;
    else break;
  }
  const digits = to - first - (point === to ? 0 : 1);
  if (i === to && digits > 0 && digits <= 15) {
    const size = point === to ? integer : integer / (TENS[to - point - 1] ?? 1);
    values[at] = negative ? -size : size;
    return true;
  }
  const value = cellNumber(bytes.toString('latin1', from, to));
  if (value === undefined) return false;
  values[at] = value;
  return true;
};

/** The number of `digits` digits from `at`; NaN if one of the bytes is none. */
const digitsAt = (bytes: Buffer, at: number, digits: number): number => {
  let number = 0;
  for (let i = at; i < at + digits; i++) {
    const digit = (bytes[i] ?? 0) - ZERO;
    number = digit >= 0 && digit <= 9 ? number * 10 + digit : Number.NaN;
  }
  return number;
};

/** The time in a cell, as `readTime` reads it from text: nearly all are written as `2026-01-28T18:03:12Z`. */
const timeOf = (bytes: Buffer, from: number, to: number): number | undefined => {
  const isUsual =
    to - from === 20 &&
    bytes[from + 4] === MINUS &&
    bytes[from + 7] === MINUS &&
    bytes[from + 10] === LETTER_T &&
    bytes[from + 13] === COLON &&
    bytes[from + 16] === COLON &&
    bytes[from + 19] === LETTER_Z;
  if (isUsual) {
    const year = digitsAt(bytes, from, 4);
    const month = digitsAt(bytes, from + 5, 2);
    const day = digitsAt(bytes, from + 8, 2);
    const hour = digitsAt(bytes, from + 11, 2);
    const minute = digitsAt(bytes, from + 14, 2);
    const second = digitsAt(bytes, from + 17, 2);
    // The last days of months are left to `readTime`, as is whatever is out of range.
    const isDay = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= 28;
    if (isDay && hour < 24 && minute < 60 && second < 60) {
      return Date.UTC(year, month - 1, day, hour, minute, second);
    }
  }
  return readTime(bytes.toString('latin1', from, to));
};

/** The flag in a cell: 0, 1, NaN if it is empty; undefined for anything else. */
const readFlag = (bytes: Buffer, from: number, to: number): number | undefined => {
  if (from === to) return Number.NaN;
  const flag = (bytes[from] ?? 0) - ZERO;
  return to - from === 1 && (flag === 0 || flag === 1) ? flag : undefined;
};

/** The position of the quote that closes the cell beginning at `from`; -1 if it is beyond `bytes`. */
const closingQuote = (bytes: Buffer, from: number): number => {
  let at = bytes.indexOf(QUOTE, from);
  while (at >= 0 && bytes[at + 1] === QUOTE) at = bytes.indexOf(QUOTE, at + 2);
  return at;
};

/** The text of a cell, without the doubling of quotes in one that is quoted. */
const textOf = (bytes: Buffer, from: number, to: number): string =>
  bytes.toString('utf8', from, to).replaceAll('""', '"');

/** Reads records into users. */
export class RecordReader {
  private readonly values: Float64Array;

  /**
   * @param roles for each column the number of a signal, or one of the roles above
   * @param shown for each column its number among those that the list shows, or `NOT_SHOWN`
   */
  constructor(
    readonly users: Users,
    private readonly roles: Int32Array,
    private readonly shown: Int32Array,
    signals: number,
  ) {
    this.values = new Float64Array(signals);
  }

  /**
   * Reads the records in `bytes`, which begin with a record and end with a line feed.
   *
   * @returns the number of bytes read, without a last record that continues beyond `bytes`; or `NOT_CLEAN`
   */
  read(bytes: Buffer): number {
    const { users, roles, shown, values } = this;
    const end = bytes.length;
    const lastColumn = roles.length - 1;
    let at = 0;
    while (at < end) {
      const start = at;
      if (bytes[at] === LF) {
        at += 1;
        continue;
      }
      let [converted, last, optedOut]: [number, number, number] = [Number.NaN, Number.NaN, Number.NaN];
      for (let column = 0; ; column++) {
        let byte = bytes[at] ?? LF;
        const role = roles[column] ?? SKIPPED;
        const quoted = byte === QUOTE;
        const from = quoted ? at + 1 : at;
        // Most cells are short whole numbers, which are read as they are passed.
        let whole = 0;
        if (role >= 0 && !quoted && shown[column] === NOT_SHOWN) {
          while (byte >= ZERO && byte <= NINE && at - from < SHORT) {
            whole = whole * 10 + byte - ZERO;
            at += 1;
            byte = bytes[at] ?? LF;
          }
        }
        const isWhole = at > from && byte === COMMA && column < lastColumn;
        if (isWhole) {
          values[role] = whole;
          at += 1;
          continue;
        }
        if (quoted) {
          at = closingQuote(bytes, from) + 1;
          if (at === 0) {
            users.dropUnfinished();
            return start;
          }
        } else {
          while (byte > COMMA || (byte !== COMMA && byte !== LF && byte !== CR && byte !== QUOTE)) {
            at += 1;
            byte = bytes[at] ?? LF;
          }
        }
        const to = quoted ? at - 1 : at;
        byte = bytes[at] ?? LF;
        if (role >= 0) {
          if (!readNumber(bytes, from, to, values, role)) return NOT_CLEAN;
        } else if (role === ID || role === NAME) {
          const texts = role === ID ? users.ids : users.names;
          if (role === ID && from === to) return NOT_CLEAN;
          if (quoted) texts.add(textOf(bytes, from, to));
          else texts.addBytes(bytes, from, to);
        } else if (role === CONVERTED || role === OPTED_OUT) {
          const flag = readFlag(bytes, from, to);
          if (flag === undefined) return NOT_CLEAN;
          if (role === CONVERTED) converted = flag;
          else optedOut = flag;
        } else if (role === LAST) {
          const time = timeOf(bytes, from, to);
          if (time === undefined) return NOT_CLEAN;
          last = time;
        }
        const kept = shown[column] ?? NOT_SHOWN;
        if (kept !== NOT_SHOWN) users.shown[kept]?.add(textOf(bytes, from, to));
        if (byte === COMMA && column < lastColumn) {
          at += 1;
          continue;
        }
        if (byte === CR) byte = bytes[(at += 1)] ?? LF;
        if (byte !== LF || column !== lastColumn || at - start > MAX_RECORD) return NOT_CLEAN;
        at += 1;
        break;
      }
      users.addNumbers(values, converted, last, optedOut);
    }
    return end;
  }
}

/** The reader for the columns of a header line; undefined if the header is not clean. */
export const readerFor = (header: string, wanted: UserColumns): RecordReader | undefined => {
  const { signals } = wanted;
  const kept = keptColumns(wanted);
  const names = header.replace(/\r?\n$/, '').split(',');
  const others = { user_id: ID, username: NAME, converted: CONVERTED, opted_out: OPTED_OUT, last_event_ts: LAST };
  const roles = new Map<string, number>([
    ...signals.map((signal, i) => [signal, i] as const),
    ...Object.entries(others),
  ]);
  if (roles.size < signals.length + Object.keys(others).length) return undefined;
  if (new Set(names).size < names.length || /["\r]/.test(names.join())) return undefined;
  if (!neededColumns(wanted).every((name) => names.includes(name))) return undefined;
  const ofColumns = Int32Array.from(names, (name) => roles.get(name) ?? SKIPPED);
  const ofShown = Int32Array.from(names, (name) => kept.indexOf(name));
  return new RecordReader(new Users(signals.length, kept.length), ofColumns, ofShown, signals.length);
};
