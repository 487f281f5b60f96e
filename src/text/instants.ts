/** Instants as text: ISO 8601 to microseconds since 1970 and back. */

import { instantIn } from './timeZone.js';

/** A date, or a date and time with optional seconds and fraction; then a zone, or none, which means UTC. As in sql/instants.ts. */
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

/** The same without the fraction of a second. */
export const isoSeconds = (microseconds: bigint): string => isoInstant(microseconds - (microseconds % 1_000_000n));

const DAY = 86_400_000_000n;

/** What a text names: an instant, or a whole day. */
export interface NamedTime {
  /** Microseconds since 1970; of a day, its beginning in UTC. */
  readonly instant: bigint;
  readonly isDay: boolean;
}

/** The instant or day that a text names by ISO 8601; undefined for any other text. */
export const parseTime = (text: string): NamedTime | undefined => {
  const instant = parseInstant(text);
  return instant === undefined ? undefined : { instant, isDay: /^[\d-]+$/.test(text) };
};

/**
 * The last microsecond of what a text named: the end of a day in a time zone, or the instant itself.
 *
 * @param zone an IANA name; undefined: UTC
 */
export const endOf = ({ instant, isDay }: NamedTime, zone?: string): bigint => {
  if (!isDay) return instant;
  const next = instant + DAY;
  return (zone === undefined ? next : BigInt(instantIn(zone, Number(next / 1000n))) * 1000n) - 1n;
};
