/** Reads the objects of JSON lines, and the cells within them. */
import type { RawRecord } from './records.js';

/** An object of JSON; any other key is absent. */
export type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A line of JSON lines. */
export interface ParsedLine {
  readonly object: JsonObject;
  /** The same object with its numbers as text, as they are written, if JavaScript would write one in another way. */
  readonly spelled: JsonObject;
}

/** Finds numbers that JavaScript would write in another way: 1.10, 1e5, -0, 0.0000001, more digits than a double has. */
const ODD_NUMBER = /[:,[]\s*(?:-0(?![\d.])|-?(?:\d+\.\d*0(?!\d)|\d+(?:\.\d+)?[eE]|(?:\.?\d){16}|0\.0{6}))/;
const STRING_OR_NUMBER = /("(?:[^"\\]|\\.)*")|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/** Puts quotes around numbers, so that ids such as 1.10 keep their spelling. */
const withQuotedNumbers = (text: string): string =>
  text.replaceAll(STRING_OR_NUMBER, (token, string?: string) => string ?? `"${token}"`);

/** Words that Python writes for numbers that JSON does not have. */
const STRING_OR_WORD = /("(?:[^"\\]|\\.)*")|-?\b(?:NaN|Infinity)\b/g;

const withQuotedWords = (text: string): string =>
  /NaN|Infinity/.test(text)
    ? text.replaceAll(STRING_OR_WORD, (token, string?: string) => string ?? `"${token}"`)
    : text;

/** The object in a line, or the reason why there is none. Of a key that appears twice, the last one counts. */
export const parseObject = ({ bytes, fault }: RawRecord): ParsedLine | { readonly fault: string } => {
  if (fault !== undefined) return { fault };
  const text = withQuotedWords(bytes.toString());
  try {
    const object: unknown = JSON.parse(text);
    if (!isObject(object)) return { fault: 'not a JSON object' };
    const spelled: unknown = ODD_NUMBER.test(text) ? JSON.parse(withQuotedNumbers(text)) : object;
    return { object, spelled: isObject(spelled) ? spelled : object };
  } catch {
    return { fault: 'not valid JSON' };
  }
};

/** The value of a parameter of Google Analytics: the one of its types that it has. */
const parameterValue = (value: unknown): unknown =>
  isObject(value) ? Object.values(value).find((typed) => typed !== null && typed !== undefined) : value;

/** What stands under a key of a value: of an object, of a list of `{ key, value }`, or of text that is JSON itself. */
const valueAt = (value: unknown, key: string): unknown => {
  if (typeof value === 'string' && /^\s*[{[]/.test(value)) {
    try {
      return valueAt(JSON.parse(value), key);
    } catch {
      return undefined;
    }
  }
  if (Array.isArray(value) && !/^\d+$/.test(key)) {
    const entry: unknown = value.findLast((one) => isObject(one) && one['key'] === key);
    return isObject(entry) ? parameterValue(entry['value']) : undefined;
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
};

const valueWithin = (object: JsonObject, keys: readonly string[]): unknown => keys.reduce<unknown>(valueAt, object);

/** The most levels of lists and objects in a cell: JavaScript can read more than it can write. */
const MOST_LEVELS = 500;

const isDeeperThan = (levels: number, value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner)));

/** The text of the value that `keys` lead to: empty if there is none, undefined if it is nested too deeply. */
export const cellWithin = ({ object, spelled }: ParsedLine, keys: readonly string[]): string | undefined => {
  const value = valueWithin(spelled, keys);
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  const asItIs = valueWithin(object, keys);
  return isDeeperThan(MOST_LEVELS, asItIs) ? undefined : JSON.stringify(asItIs);
};

/** The keys of an object, and those of nested objects as names with dots, down to five levels. */
export const keysOf = (value: unknown, prefix = ''): string[] =>
  isObject(value) && prefix.split('.').length < 5
    ? Object.entries(value).flatMap(([key, inner]) => [`${prefix}${key}`, ...keysOf(inner, `${prefix}${key}.`)])
    : [];
