/** Simulated users as CSV text: the event log, and the truth about the users. */
import { stringify } from 'csv-stringify/sync';
import { EVENT_COLUMNS } from '../model.js';
import type { SimulatedUser } from './world.js';

/** One row of the log: its instant in epoch seconds, and its CSV text without a line end. */
export interface Line {
  readonly at: number;
  readonly text: string;
}

/** The header of an event log, without a line end. */
export const LOG_HEADER = Object.keys(EVENT_COLUMNS).join(',');

/** The header of the truth, without a line end. */
export const TRUTH_HEADER = 'user_id,persona,intent,converts_at';

/** Lines returned at once; larger batches are no faster. */
const BATCH = 1000;

const padded = (n: number, width: number): string => String(n).padStart(width, '0');

const quoted = (cell: string): string => stringify([[cell]], { eof: false });

/** The id of user `k`. */
const userId = (k: number): string => `u_${padded(k, 6)}`;

/** The id of the `n`-th session of user `k`. */
export const sessionId = (k: number, n: number): string => `s_${padded(k, 6)}_${padded(n, 3)}`;

const DAY = 24 * 60 * 60;

/** The dates of days since 1970, as far as they were asked for: to write one takes longer than the rest of an instant. */
const dates = new Map<number, string>();

const dateOf = (day: number): string => {
  const known = dates.get(day);
  if (known !== undefined) return known;
  const date = new Date(day * DAY * 1000).toISOString().slice(0, 10);
  dates.set(day, date);
  return date;
};

const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => padded(n, 2));

/** An instant as the log writes it: `2026-01-28T18:03:12Z`. `at`: whole seconds since 1970. */
export const stamp = (at: number): string => {
  const day = Math.floor(at / DAY);
  const second = at - day * DAY;
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60].map((n) => TWO_DIGITS[n]);
  return `${dateOf(day)}T${clock.join(':')}Z`;
};

/** Names a session: by default `sessionId`, in a dirty log sometimes the id of another user's session. */
export type NameSession = (k: number, n: number) => string;

/**
 * One user's events in the order of time, with cells in the order of `EVENT_COLUMNS`. Only names and cities can need
 * quotes, so csv-stringify writes just those, once per user, which is six times as fast as writing every cell.
 */
export const linesOf = ({ k, person, sessions }: SimulatedUser, nameSession: NameSession = sessionId): Line[] => {
  const id = userId(k);
  const name = quoted(person.username);
  const city = quoted(person.city);
  const { balance, gender } = person;
  const lines: Line[] = [];
  for (const { number, device, events, bounce, spam } of sessions) {
    const session = nameSession(k, number);
    const visit = `${device},${number > 1},${number},${balance}`;
    const flags = `${bounce},${spam}`;
    for (const { at, type, recentPages, recentPricing, seconds, scroll } of events) {
      const event = `e_${padded(k, 6)}_${padded(lines.length + 1, 5)}`;
      // join() makes a flat string; `+` and templates would keep thirty pieces per line in memory.
      const cells = [
        event,
        id,
        name,
        session,
        stamp(at),
        type,
        city,
        visit,
        recentPages,
        recentPricing,
        gender,
        seconds,
        scroll,
        flags,
      ];
      lines.push({ at, text: cells.join(',') });
    }
  }
  return lines;
};

/** The log of `users` in their order, in batches of about a thousand lines. */
export function* logLines(users: Iterable<SimulatedUser>, nameSession?: NameSession): Generator<Line[]> {
  let batch: Line[] = [];
  for (const user of users) {
    batch.push(...linesOf(user, nameSession));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** What only the simulation knows, one line per user. `converts_at` is empty if the user does not convert. */
export function* truthLines(users: Iterable<SimulatedUser>): Generator<string> {
  for (const { k, persona, intent, convertsAt } of users) {
    yield `${userId(k)},${persona},${intent.toFixed(3)},${convertsAt === undefined ? '' : stamp(convertsAt)}`;
  }
}
