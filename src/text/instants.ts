/** Instants as text: ISO 8601 to microseconds since 1970 and back. */

/** A date, or a date and time with optional seconds and fraction; then a zone, or none, which means UTC. As in sql/cells.ts. */
const ISO =
  /^(\d{4}-\d\d-\d\d)(?:[Tt ]((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?(?:[Zz]| UTC| ?([+-])(0\d|1[0-5])(?::?([0-5]\d))?)?)?$/;

/** The microseconds since 1970 of an ISO 8601 date or date-time; undefined for any other text and for 30 February. */
export const parseInstant = (text: string): bigint | undefined => {
  const [match, date = '', time = '00:00', seconds = '00', fraction = '', sign, hours = '0', minutes = '0'] =
    ISO.exec(text) ?? [];
  if (match === undefined) return undefined;
  const local = Date.parse(`${date}T${time}:${seconds}Z`);
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(date)) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000);
  return BigInt(local - offset) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
};

/** An instant as gesture writes it, `2026-01-28T18:03:12Z`; with six decimals only if it is not a whole second. */
export const isoInstant = (microseconds: bigint): string => {
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const second = new Date(Number((microseconds - fraction) / 1000n)).toISOString().slice(0, -5);
  return fraction === 0n ? `${second}Z` : `${second}.${String(fraction).padStart(6, '0')}Z`;
};

const DAY = 86_400_000_000n;

/**
 * The last microsecond of what a text names: the end of the day for a date, the instant itself for a date-time; undefined
 * for any other text.
 */
export const parseEnd = (text: string): bigint | undefined => {
  const instant = parseInstant(text);
  return instant !== undefined && /^[\d-]+$/.test(text) ? instant + DAY - 1n : instant;
};
