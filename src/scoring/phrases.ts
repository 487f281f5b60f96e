/** The words for a signal: a phrase with one user's value in it. */
import { dateFns, utc } from '../text/dates.js';
import { grouped, percent } from '../text/numbers.js';

const format = dateFns('format');

const DAY_MS = 86_400_000;

const times = (n: number): string => (n === 1 ? 'once' : n === 2 ? 'twice' : `${grouped(n)} times`);

/** The largest denominator that is easy to follow when somebody reads it aloud. */
const EASY = 20;

/** Half of the last decimal of a share in a features file. */
const ROUNDING = 0.000_050_001;

/** A share that is neither all nor nothing as a whole percentage, which must not seem to be either. */
const wholePercent = (share: number): string => {
  const whole = Math.round(share * 100);
  if (whole === 0) return 'under 1%';
  return whole === 100 ? 'over 99%' : `${whole}%`;
};

/** A share of visits as people say it: `all`, `9 of 10`, `1 of 3`; as a percentage if it is no small fraction. */
const visits = (share: number): string => {
  if (share >= 1) return 'all visits';
  if (share === 0) return '0% of visits';
  for (let of = 2; of <= EASY; of++) {
    const part = Math.round(share * of);
    if (part > 0 && part < of && Math.abs(part / of - share) < ROUNDING) return `${part} of ${of} visits`;
  }
  return `${wholePercent(share)} of visits`;
};

const dayOf = (instant: number): number => Math.floor(instant / DAY_MS);

const dates = new Map<number, string>();

/** The day of an instant, in UTC. There are few different ones, and formatting one takes longer than looking it up. */
const dateOf = (instant: number): string => {
  const day = dayOf(instant);
  const known = dates.get(day);
  if (known !== undefined) return known;
  const text = format(utc(instant), 'd MMMM yyyy');
  dates.set(day, text);
  return text;
};

/** What ages are counted from. */
export interface AsOf {
  /** In milliseconds since 1970. */
  readonly time: number;
  /** Whether that is today: then people say how long ago something was, otherwise when. */
  readonly isToday: boolean;
}

const daysAgo = (days: number): string => {
  if (days === 0) return 'today';
  return days === 1 ? 'yesterday' : `${grouped(days)} days ago`;
};

/** Days ago by the calendar, in UTC; as a date if as-of is not today. Of an unknown as-of, days are 24 hours. */
const ago = (days: number, asOf?: AsOf): string => {
  const age = Math.max(0, days);
  if (asOf === undefined) return daysAgo(Math.floor(age));
  const then = Math.round(asOf.time - age * DAY_MS);
  return asOf.isToday ? daysAgo(dayOf(asOf.time) - dayOf(then)) : `on ${dateOf(then)}`;
};

/** The placeholders of a phrase, and how each writes the value. */
export const PLACEHOLDERS: Readonly<Record<string, (value: number, asOf?: AsOf) => string>> = {
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
 * @param asOf what ages are counted from, if that is known
 */
export const phrasing = (phrase: string, asOf?: AsOf): ((value: number) => string) => {
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
