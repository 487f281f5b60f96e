/** Reads gesture.yaml: text -> grammar -> settings, or one error that shows the lines that are wrong. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { Settings } from './settings.js';
import { Failure } from '../model.js';
import { parseConfigText, type Position, type Problem } from './document.js';
import { problemsOf } from './problems.js';
import { resolve } from './resolve.js';
import { schemaOf } from './schema.js';

/** Config files are written by hand; anything larger is some other file. */
const MAX_BYTES = 256 * 1024;

/** Problems shown at once, and problems that are sorted by line to find the first ones. */
const [SHOWN, SORTED] = [3, 100];

/** Characters of a source line shown around the caret. */
const WINDOW = 100;

/** A name, quoted if it has characters that cannot be seen. */
const nameText = (name: string): string => (/^[\p{L}\p{N}\p{P}\p{S}]+$/u.test(name) ? name : JSON.stringify(name));

const pathText = (path: readonly PropertyKey[]): string =>
  path
    .map((step, i) =>
      typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${nameText(String(step).slice(0, 60))}`,
    )
    .slice(0, 8)
    .join('');

/** The source line of a problem, with carets below it. */
const excerpt = (text: string, { line, column, length }: Position): string[] => {
  const source = text.split(/\r?\n/)[line - 1] ?? '';
  const from = Math.max(0, column - 1 - WINDOW / 2);
  const shown = source.slice(from, from + WINDOW).replaceAll('\t', ' ');
  const at = column - 1 - from;
  const marks = '^'.repeat(Math.max(1, Math.min(length, shown.length - at)));
  const gutter = String(line);
  return [`  ${gutter} | ${shown}`, `  ${' '.repeat(gutter.length)} | ${' '.repeat(at)}${marks}`];
};

const read = async (file: string): Promise<string> => {
  const there = await stat(file).catch((error: unknown) => {
    throw new Failure('noInput', `there is no config file ${file}`, { cause: error });
  });
  if (there.isDirectory()) throw new Failure('noInput', `cannot read ${file}: it is a folder, not a config file`);
  // A device or a pipe has no size, so read one byte beyond the limit.
  const bytes = await buffer(createReadStream(file, { end: MAX_BYTES })).catch((error: unknown) => {
    throw new Failure('noInput', `cannot read ${file}: permission denied?`, { cause: error });
  });
  if (bytes.length > MAX_BYTES) {
    throw new Failure('usage', `${file} has more than ${MAX_BYTES} bytes: this is not a config file`);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.includes('\0')) throw new TypeError('NUL');
    return text;
  } catch (error) {
    throw new Failure('usage', `${file}:1:1 is not YAML in UTF-8: save it as plain text in UTF-8`, { cause: error });
  }
};

/** Spells out weights: `signups: 20` is short for `signups: { points: 20 }`. */
const withFullWeights = (config: unknown): unknown => {
  if (typeof config !== 'object' || config === null || !('weights' in config)) return config;
  const { weights } = config;
  if (typeof weights !== 'object' || weights === null || Array.isArray(weights)) return config;
  const entries = Object.entries(weights).map(([name, weight]: [string, unknown]) => [
    name,
    typeof weight === 'number' ? { points: weight } : weight,
  ]);
  return { ...config, weights: Object.fromEntries(entries) };
};

const failure = (
  file: string,
  text: string,
  problems: readonly Problem[],
  positionOf: (p: Problem) => Position,
): Failure => {
  const sorted = problems
    .slice(0, SORTED)
    .map((problem) => ({ problem, place: positionOf(problem) }))
    .toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);
  const lines: string[] = [];
  for (const { problem, place } of sorted.slice(0, SHOWN)) {
    const name = pathText(problem.path);
    const said = name === '' ? problem.message : `${name}: ${problem.message}`;
    lines.push(`${file}:${place.line}:${place.column} ${said}`, ...excerpt(text, place));
  }
  if (problems.length > SHOWN) lines.push(`and ${problems.length - SHOWN} more`);
  const [first = '', ...rest] = lines;
  return new Failure('usage', first, { excerpt: rest });
};

/**
 * Reads a config file over `defaults`.
 *
 * @throws Failure `noInput` if there is no file, `usage` for everything wrong in it: `FILE:LINE:COLUMN key: rule`, with
 *   the line and a caret below
 */
export const readSettings = async (file: string, defaults: Settings): Promise<Settings> => {
  const text = await read(file);
  const { value, problems, positionOf } = parseConfigText(text);
  if (problems.length > 0) throw failure(file, text, problems, positionOf);
  // A file or a section whose entries are all commented out changes nothing.
  const sections =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).filter(([, section]) => section !== null))
      : (value ?? {});
  const given = withFullWeights(sections);
  const checked = schemaOf(given).safeParse(given);
  if (!checked.success) throw failure(file, text, problemsOf(checked.error.issues, given), positionOf);
  const resolved = resolve(checked.data, defaults);
  if (resolved.problems.length > 0) throw failure(file, text, resolved.problems, positionOf);
  return resolved.settings;
};
