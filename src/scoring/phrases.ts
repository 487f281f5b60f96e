/** The words for a signal: a phrase with one user's value in it. */
import { dateFns, utc } from '../text/dates.js';
import { grouped, percent } from '../text/numbers.js';

const format = dateFns('format');

const DAY_MS = 86_400_000;

const times = (n: number): string => (n === 1 ? 'once' : n === 2 ? 'twice' : `${grouped(n)} times`);

/** The largest denominator that is easy to follow when somebody reads it aloud. */
const EASY = 20;

/** A share of visits as people say it: `all`, `9 of 10`, `1 of 3`; as a percentage if no small fraction is near. */
const visits = (share: number): string => {
  if (share >= 1) return 'all visits';
  for (let of = 2; of <= EASY; of++) {
    const part = Math.round(share * of);
    if (part > 0 && Math.abs(part / of - share) < 0.005) return `${part} of ${of} visits`;
  }
  return `${percent(share)} of visits`;
};

const dates = new Map<number, string>();

/** The day of an instant, in UTC. There are few different ones, and formatting one takes longer than looking it up. */
const dateOf = (instant: number): string => {
  const day = Math.floor(instant / DAY_MS);
  const known = dates.get(day);
  if (known !== undefined) return known;
  const text = format(utc(instant), 'd MMMM yyyy');
  dates.set(day, text);
  return text;
};

/** Days ago; as a date if ages are counted from `asOf`, in milliseconds since 1970, and that is not today. */
const ago = (days: number, asOf?: number): string => {
  const age = Math.max(0, days);
  if (asOf !== undefined) return `on ${dateOf(asOf - age * DAY_MS)}`;
  const whole = Math.floor(age);
  if (whole === 0) return 'today';
  return whole === 1 ? 'yesterday' : `${grouped(whole)} days ago`;
};

/** The placeholders of a phrase, and how each writes the value. */
export const PLACEHOLDERS: Readonly<Record<string, (value: number, asOf?: number) => string>> = {
  times: (value) => times(value),
  value: (value) => grouped(value),
  percent: (value) => percent(Math.min(1, Math.max(0, value))),
  visits: (value) => visits(Math.max(0, value)),
  ago,
};

/** A word for the value 1 and one for any other: `{page|pages}`. */
const ONE_OR_MANY = /^\{([^{}|]*)\|([^{}|]*)\}$/;

/**
 * A phrase as a function from a value to words. Unknown names in braces stay as they are.
 *
 * @param asOf what ages are counted from, in milliseconds since 1970, unless it is today
 */
export const phrasing = (phrase: string, asOf?: number): ((value: number) => string) => {
  const parts = phrase.split(/(\{[^{}]+\})/).map((part): string | ((value: number) => string) => {
    const [choice, one = '', many = ''] = ONE_OR_MANY.exec(part) ?? [];
    if (choice !== undefined) return (value) => (value === 1 ? one : many);
    const name = part.slice(1, -1);
    const words = part.startsWith('{') && Object.hasOwn(PLACEHOLDERS, name) ? PLACEHOLDERS[name] : undefined;
    return words === undefined ? part : (value) => words(value, asOf);
  });
  return (value) => {
    let said = '';
    for (const part of parts) said += typeof part === 'string' ? part : part(value);
    return said;
  };
};
