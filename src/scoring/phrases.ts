/** The words for a signal: a phrase with one user's value in it. */
import { grouped, percent } from '../text/numbers.js';

const times = (n: number): string => (n === 1 ? 'once' : n === 2 ? 'twice' : `${grouped(n)} times`);

const ago = (days: number): string => {
  const whole = Math.floor(Math.max(0, days));
  if (whole === 0) return 'today';
  return whole === 1 ? '1 day ago' : `${grouped(whole)} days ago`;
};

/** The placeholders of a phrase, and how each writes the value. */
export const PLACEHOLDERS: Readonly<Record<string, (value: number) => string>> = {
  times,
  value: grouped,
  percent: (value) => percent(Math.min(1, Math.max(0, value))),
  ago,
};

/** A word for the value 1 and one for any other: `{page|pages}`. */
const ONE_OR_MANY = /^\{([^{}|]*)\|([^{}|]*)\}$/;

/** A phrase as a function from a value to words. Unknown names in braces stay as they are. */
export const phrasing = (phrase: string): ((value: number) => string) => {
  const parts = phrase.split(/(\{[^{}]+\})/).map((part): string | ((value: number) => string) => {
    const [choice, one = '', many = ''] = ONE_OR_MANY.exec(part) ?? [];
    if (choice !== undefined) return (value) => (value === 1 ? one : many);
    const name = part.slice(1, -1);
    return part.startsWith('{') && Object.hasOwn(PLACEHOLDERS, name) ? (PLACEHOLDERS[name] ?? part) : part;
  });
  return (value) => {
    let said = '';
    for (const part of parts) said += typeof part === 'string' ? part : part(value);
    return said;
  };
};
