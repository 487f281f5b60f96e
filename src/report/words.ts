/** Words, dates and numbers as the page shows them. */
import type { Label } from '../model.js';
import { dateFns, utc } from '../text/dates.js';

const format = dateFns('format');

/** The glyph of each label: a label is never told by its colour alone. */
export const GLYPHS: Readonly<Record<Label, string>> = { high: '●', medium: '◐', low: '○' };

/** An instant in milliseconds since 1970 as `30 Jan 2026, 23:24 UTC`. */
export const momentOf = (at: number): string => format(utc(at), "d MMM yyyy, HH:mm 'UTC'");

/** A day as `30 Jan`. */
export const dayOf = (at: number): string => format(utc(at), 'd MMM');

/** A day as `30 Jan 2026`. */
export const dateOf = (at: number): string => format(utc(at), 'd MMM yyyy');

/** A month on an axis: `Jan 2026`, or `Apr` after a month of the same year. */
export const monthOf = (at: number, before: number | undefined): string =>
  format(utc(at), before === undefined || utc(before).getFullYear() !== utc(at).getFullYear() ? 'MMM yyyy' : 'MMM');

/** Points of any sign from hundredths, with a real minus: `+6.86`, `−5.00`, `0.00`. */
export const pointsOf = (hundredths: number): string =>
  `${hundredths > 0 ? '+' : hundredths < 0 ? '−' : ''}${(Math.abs(hundredths) / 100).toFixed(2)}`;

/** Points of a weight with a real minus: `30`, `−20`, `7.5`. */
export const mostOf = (points: number): string => (points < 0 ? `−${-points}` : String(points));

/** A score from hundredths: `69.36`. */
export const scoreOf = (hundredths: number): string => (hundredths / 100).toFixed(2);

/** A raw value: at most four decimals, as in the features file. */
export const plainValue = (value: number | null): string =>
  value === null ? 'unknown' : String(Math.round(value * 1e4) / 1e4);

/** A share from 0 to 1 as `4.2%`; `–` if it is not known. */
export const shareOf = (share: number, decimals = 1): string =>
  Number.isNaN(share) ? '–' : `${(share * 100).toFixed(decimals)}%`;

/** Words joined as people say them: `a, b and c`. */
export const joined = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** The phrases whose value can be left out, and what is left: "viewed pricing {times}" is "viewed pricing". */
const SHORT: readonly (readonly [RegExp, string])[] = [
  [/^([^{}]+?)(?: \{(?:times|ago)\})?$/, '$1'],
  [/^([^{}]*)\{value\} \{[^{}|]*\|([^{}|]*)\}([^{}]*)$/, '$1$2$3'],
];

/**
 * A signal in a few words for a legend.
 *
 * @param phrase of its weight
 * @param says its feature in words, where the phrase means nothing without its value
 */
export const shortWords = (phrase: string, says: string): string => {
  const [form, put] = SHORT.find(([pattern]) => pattern.test(phrase)) ?? [];
  return form === undefined || put === undefined ? says : phrase.replace(form, put);
};

/**
 * The id of a person's element, and the fragment that leads to it: no text of a log reaches the page as an id, and two
 * users never share one.
 */
export const anchorOf = (id: string): string =>
  `u-${encodeURIComponent(id.toWellFormed()).replaceAll('.', '%2E').replaceAll('%', '.')}`;
