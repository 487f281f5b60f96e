/** What comparisons of users say: how much more often some convert, in numbers and in words. Nothing here reads a file. */
import type { Curve } from '../catalogue/weights.js';
import { counted, grouped, percent } from '../text/numbers.js';
import type { Contrast, Evidence } from './behaviour.js';

/** Users who convert that a comparison needs. */
export const LEAST_CONVERTED = 10;

/** Users with something, and without it, that a comparison needs: fewer are an accident. */
const LEAST_HAVING = 5;

/** As many users as this convert as often as all do are added to each group, so that a small group proves little. */
const PRIOR = 20;

/** The difference of two shares, in standard errors, that chance alone exceeds one time in twenty. */
const CHANCE = 1.96;

/** Whether chance alone may explain a difference: the test of two proportions with a pooled share. */
const mayBeChance = ({ having, havingConverted, lacking, lackingConverted }: Contrast): boolean => {
  const share = (havingConverted + lackingConverted) / (having + lacking);
  const error = Math.sqrt(share * (1 - share) * (1 / having + 1 / lacking));
  return Math.abs(havingConverted / having - lackingConverted / lacking) <= CHANCE * error;
};

/** How many times as often those with something convert later as those without; 1 if the log does not tell them apart. */
export const liftOf = (contrast: Contrast): number => {
  const { having, havingConverted, lacking, lackingConverted } = contrast;
  if (having < LEAST_HAVING || lacking < LEAST_HAVING || mayBeChance(contrast)) return 1;
  const share = (havingConverted + lackingConverted) / (having + lacking);
  const smoothed = (converted: number, users: number): number => (converted + PRIOR * share) / (users + PRIOR);
  return smoothed(havingConverted, having) / smoothed(lackingConverted, lacking);
};

/** The least lift that earns points: a fifth more often than the others. */
export const LEAST_LIFT = 1.2;

const rate = (converted: number, users: number): string => {
  const share = users === 0 ? 0 : converted / users;
  return percent(share, share < 0.1 ? 1 : 0);
};

/** A comparison in words. */
const inWords = ({ having, havingConverted, lacking, lackingConverted }: Contrast, who: string): string =>
  `of ${counted(having, 'user')} ${who}, ${rate(havingConverted, having)} converted later; of the other ${grouped(lacking)}, ${rate(lackingConverted, lacking)}`;

export const rounded = (value: number): number => Number(value.toPrecision(2));

/** A curve for a count or a sum of which nine of ten users who have it have `high` at most. */
export const curveFor = (high: number): Curve => {
  if (high <= 1) return { binary: true };
  return high <= 10 ? { saturates_at: rounded(high) } : { log_full_at: rounded(high) };
};

/** Why a curve ends where it does. */
export const curveReason = (high: number): string =>
  high <= 1 ? '' : `; full at ${grouped(rounded(high))}, which nine of ten of those who have it do not exceed`;

/** The comparison that says more, its lift, and in words who is compared. */
export const strongest = (
  evidence: Evidence,
  words: { readonly has: string; readonly much: string },
): { readonly lift: number; readonly because: string } => {
  const [has, much] = [liftOf(evidence.has), liftOf(evidence.much)];
  return much > has
    ? { lift: much, because: inWords(evidence.much, words.much) }
    : { lift: has, because: inWords(evidence.has, words.has) };
};
