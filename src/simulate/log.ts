/** Simulated users as CSV: the event log and the truth about the users. Text only; nothing here writes a file. */
import { stringify } from 'csv-stringify/sync';
import { EVENT_COLUMNS } from '../model.js';
import type { SimulatedUser } from './world.js';

/** One row of the log: its instant (epoch seconds) and its CSV text without a line end. */
export interface Line {
  readonly at: number;
  readonly text: string;
}

/** The header of an event log, without a line end. */
export const LOG_HEADER = Object.keys(EVENT_COLUMNS).join(',');

/** The header of the truth, without a line end. */
export const TRUTH_HEADER = 'user_id,persona,intent,converts_at';

/** Rows turned into text at once; larger batches are no faster. */
const BATCH = 1000;

const padded = (n: number, width: number): string => String(n).padStart(width, '0');

/** The id of user `k`. */
export const userId = (k: number): string => `u_${padded(k, 6)}`;

/** The id of the `n`-th session of user `k`. */
export const sessionId = (k: number, n: number): string => `s_${padded(k, 6)}_${padded(n, 3)}`;

/** An instant as the log spells it: `2026-01-28T18:03:12Z`. */
export const stamp = (at: number): string => `${new Date(at * 1000).toISOString().slice(0, 19)}Z`;

/** Names a session: by default `sessionId`, in a dirty log sometimes the id of another user's session. */
export type NameSession = (k: number, n: number) => string;

/** The events of one user as rows of cells, in the order of `EVENT_COLUMNS` and of time. */
export const rowsOf = (user: SimulatedUser, nameSession: NameSession = sessionId): (string | number)[][] => {
  const { k, person, sessions } = user;
  const id = userId(k);
  const rows: (string | number)[][] = [];
  for (const { number, device, events, spam } of sessions) {
    const session = nameSession(k, number);
    const isRepeat = String(number > 1);
    const isBounce = String(events.length === 1);
    const isSpam = String(spam);
    for (const event of events) {
      rows.push([
        `e_${padded(k, 6)}_${padded(rows.length + 1, 5)}`,
        id,
        person.username,
        session,
        stamp(event.at),
        event.type,
        person.city,
        device,
        isRepeat,
        number,
        person.balance,
        event.recentPages,
        event.recentPricing,
        person.gender,
        event.seconds,
        event.scroll,
        isBounce,
        isSpam,
      ]);
    }
  }
  return rows;
};

/** The log of `users` in their order, in batches of about a thousand lines. */
export function* logLines(users: Iterable<SimulatedUser>, nameSession?: NameSession): Generator<Line[]> {
  let rows: (string | number)[][] = [];
  let instants: number[] = [];
  const flush = (): Line[] => {
    const texts = stringify(rows, { eof: false }).split('\n');
    const lines = texts.map((text, i) => ({ at: instants[i] ?? 0, text }));
    rows = [];
    instants = [];
    return lines;
  };
  for (const user of users) {
    for (const row of rowsOf(user, nameSession)) rows.push(row);
    for (const { events } of user.sessions) for (const { at } of events) instants.push(at);
    if (rows.length >= BATCH) yield flush();
  }
  if (rows.length > 0) yield flush();
}

/** What nobody but the simulation knows: one line a user. `converts_at` is empty where the user does not convert. */
export function* truthLines(users: Iterable<SimulatedUser>): Generator<string> {
  for (const { k, persona, intent, convertsAt } of users) {
    yield `${userId(k)},${persona},${intent.toFixed(3)},${convertsAt === undefined ? '' : stamp(convertsAt)}`;
  }
}
