/** Turns what zod found into sentences that say the rule and the fix. */
import type * as z from 'zod';
import { didYouMean } from '../text/closest.js';
import type { Problem } from './document.js';
import { keysAt } from './schema.js';

type Issue = z.core.$ZodIssue;

const EXPECTED: Readonly<Record<string, string>> = {
  object: 'key: value entries',
  record: 'key: value entries',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
};

/** A value as messages describe it. */
const got = (value: unknown): string => {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'key: value entries';
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 40))}`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'this';
};

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (part, step) =>
      typeof part === 'object' && part !== null && Object.hasOwn(part, step) ? Reflect.get(part, step) : undefined,
    value,
  );

const oneOf = (value: unknown, options: readonly unknown[]): string => {
  const names = options.map(String);
  const list = names.length === 1 ? names[0] : `one of ${names.join(', ')}`;
  if (value === undefined) return `is missing: ${list}`;
  return `must be ${list}, not ${got(value)}${typeof value === 'string' ? didYouMean(value, names) : ''}`;
};

/** True of an issue that says a value is of another kind, such as text instead of a list. */
const isKind = ({ code }: Issue): boolean => code === 'invalid_type' || code === 'invalid_value';

/** True if the message of an issue comes from schema.ts rather than from zod. */
const ours = (message: string): boolean => !/^(?:Invalid|Expected|Too|Unrecognized)/.test(message);

/** What is wrong with a key of `value`: nothing is called so there, or only beside another `op`. */
const unknownKey = (key: string, path: readonly PropertyKey[], value: unknown): string => {
  const keys = keysAt(path);
  if (!keys.includes(key)) return `unknown key${didYouMean(key, keys)}`;
  const op = valueAt(value, ['op']);
  if (typeof op !== 'string') return 'does not go with the other keys here';
  const condition = keys.includes('where') ? '; a condition goes under where: { column: ..., equals: ... }' : '';
  return `does not belong to op: ${op}${condition}`;
};

/**
 * The problems that the grammar found in a config file.
 *
 * @param config the value that was checked
 */
export const problemsOf = (issues: readonly Issue[], config: unknown): Problem[] =>
  issues.flatMap((issue): Problem[] => {
    const { path } = issue;
    const value = valueAt(config, path);
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, path, value), atKey: true }));
      case 'invalid_key':
        return [{ path, message: issue.issues[0]?.message ?? issue.message, atKey: true }];
      case 'invalid_union': {
        // What is wrong with the form that was meant: the one whose kind of value it is.
        const meant = issue.errors.find((errors) => !errors.some((error) => error.path.length === 0 && isKind(error)));
        if (meant !== undefined && meant.length > 0) {
          return problemsOf(
            meant.map((error) => ({ ...error, path: [...path, ...error.path] })),
            config,
          );
        }
        if (ours(issue.message)) return [{ path, message: `${issue.message}, not ${got(value)}` }];
        return [{ path, message: oneOf(value, 'options' in issue && issue.options ? issue.options : []) }];
      }
      case 'invalid_value':
        return [{ path, message: oneOf(value, issue.values) }];
      case 'invalid_type': {
        if (value === undefined) return [{ path, message: 'is missing' }];
        if (ours(issue.message)) return [{ path, message: `${issue.message}, not ${got(value)}` }];
        const advice =
          ['number', 'boolean'].includes(typeof value) && issue.expected === 'string' ? ' (write it in quotes)' : '';
        const example = path.length === 2 && path[0] === 'weights' ? ', such as { points: 20 }' : '';
        const expected = EXPECTED[issue.expected] ?? issue.expected;
        return [{ path, message: `must be ${expected}${example}, not ${got(value)}${advice}` }];
      }
      default:
        return [{ path, message: issue.message }];
    }
  });
