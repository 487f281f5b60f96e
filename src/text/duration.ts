/** Durations as settings and flags write them: `90s`, `30m`, `2h`, `7d`. */

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** What a duration must look like, in words. */
export const DURATION = 'a duration such as 30m, 12h or 7d';

/** The longest duration in seconds: a hundred years. */
const LONGEST = 36_525 * 86_400;

/** The seconds of a duration; undefined for any other text, for 0, and beyond a hundred years. */
export const durationSeconds = (text: string): number | undefined => {
  const [, digits, unit] = /^(\d{1,9}) ?([smhd])$/.exec(text) ?? [];
  const seconds = Number(digits) * (SECONDS[unit ?? ''] ?? Number.NaN);
  return seconds > 0 && seconds <= LONGEST ? seconds : undefined;
};

/** Seconds as a duration, in the largest unit that is whole: `14d`. */
export const durationText = (seconds: number): string => {
  const [unit = 's', length = 1] = Object.entries(SECONDS).findLast(([, one]) => seconds % one === 0) ?? [];
  return `${seconds / length}${unit}`;
};
