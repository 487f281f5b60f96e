/** Reads the objects of JSON lines, and the cells within them. */
import type { RawRecord } from './records.js';

/** An object of JSON; any other key is absent. */
export type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Finds numbers that JavaScript would spell in another way: 1.10, 1e5, -0, or more digits than a double has. */
const ODD_NUMBER = /[:,[]\s*-?(?:\d+\.\d*0(?!\d)|\d+(?:\.\d+)?[eE]|\d{16}|\d+\.\d{15}|0(?![\d.]))/;
const STRING_OR_NUMBER = /("(?:[^"\\]|\\.)*")|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/** Puts quotes around numbers, so that ids such as 1.10 keep their spelling. */
const withQuotedNumbers = (text: string): string =>
  text.replaceAll(STRING_OR_NUMBER, (token, string?: string) => string ?? `"${token}"`);

/** The object in a line, or the reason why there is none. Of a key that appears twice, the last one counts. */
export const parseObject = ({ bytes, fault }: RawRecord): { object: JsonObject } | { fault: string } => {
  if (fault !== undefined) return { fault };
  const text = bytes.toString();
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return { fault: 'not a JSON object' };
    if (!ODD_NUMBER.test(text)) return { object: value };
    const spelled: unknown = JSON.parse(withQuotedNumbers(text));
    return { object: isObject(spelled) ? spelled : value };
  } catch {
    return { fault: 'not valid JSON' };
  }
};

/** The text of the value that `keys` lead to within an object; empty if there is none. */
export const cellWithin = (object: JsonObject, keys: readonly string[]): string => {
  let value: unknown = object;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return '';
    value = Reflect.get(value, key);
  }
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
};

/** The keys of an object, and those of nested objects as names with dots, down to five levels. */
export const keysOf = (value: unknown, prefix = ''): string[] =>
  isObject(value) && prefix.split('.').length < 5
    ? Object.entries(value).flatMap(([key, inner]) => [`${prefix}${key}`, ...keysOf(inner, `${prefix}${key}.`)])
    : [];
