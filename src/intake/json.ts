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

/** The object in a line, or the reason why there is none. Of a key that appears twice, the last one counts. */
export const parseObject = ({ bytes, fault }: RawRecord): ParsedLine | { readonly fault: string } => {
  if (fault !== undefined) return { fault };
  const text = bytes.toString();
  try {
    const object: unknown = JSON.parse(text);
    if (!isObject(object)) return { fault: 'not a JSON object' };
    const spelled: unknown = ODD_NUMBER.test(text) ? JSON.parse(withQuotedNumbers(text)) : object;
    return { object, spelled: isObject(spelled) ? spelled : object };
  } catch {
    return { fault: 'not valid JSON' };
  }
};

const valueWithin = (object: JsonObject, keys: readonly string[]): unknown => {
  let value: unknown = object;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
};

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
