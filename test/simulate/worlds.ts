/** Worlds for tests, and what gesture makes of them. */
import { score } from '../../src/index.js';
import type { EventType, Label } from '../../src/model.js';
import { linesOf, LOG_HEADER } from '../../src/simulate/log.js';
import { simulate, type SimulatedUser, type World } from '../../src/simulate/world.js';
import { find } from '../engine/find.js';

export const DAY = 86_400;

/** The default end of a log: 2026-01-31T00:00:00Z, a Saturday. */
export const AS_OF = Date.UTC(2026, 0, 31) / 1000;

/** The default world of `gesture generate`, with changes. */
export const world = (changes: Partial<World> = {}): World => ({
  seed: '42',
  users: 100,
  start: AS_OF - 30 * DAY,
  asOf: AS_OF,
  until: AS_OF,
  ...changes,
});

/** All users of a world. */
export const usersOf = (changes: Partial<World> = {}): SimulatedUser[] => [...simulate(world(changes))];

export const eventsOf = (user: SimulatedUser) => user.sessions.flatMap(({ events }) => events);

export const sessionsOf = (users: readonly SimulatedUser[]) => users.flatMap(({ sessions }) => sessions);

export const count = (user: SimulatedUser, type: EventType): number =>
  eventsOf(user).filter((event) => event.type === type).length;

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Share of `items` that pass. */
export const share = <T>(items: readonly T[], passes: (item: T) => boolean): number =>
  items.filter(passes).length / items.length;

/** Already won in the log: signed up and booked. */
export const converted = (user: SimulatedUser): boolean =>
  count(user, 'signup') > 0 && count(user, 'calendar_booking') > 0;

/** The log of these users as `gesture generate` writes it. */
export const logOf = (users: readonly SimulatedUser[]): string =>
  [LOG_HEADER, ...users.flatMap((user) => linesOf(user).map(({ text }) => text)), ''].join('\n');

/** What a run of features and rank makes of users: the score and label of each, in their order. */
export const scoresOf = async (users: readonly SimulatedUser[]): Promise<{ score: number; label: Label }[]> => {
  const { rows } = await find([logOf(users)]);
  const [header = [], ...cells] = rows;
  return cells.map((row) =>
    score(Object.fromEntries(header.map((name, i) => [name, row[i] === '' ? null : Number(row[i])]))),
  );
};

/** The chance that a random positive scores above a random negative; ties count half. */
export const auc = (positives: readonly number[], negatives: readonly number[]): number => {
  let wins = 0;
  for (const positive of positives) {
    for (const negative of negatives) wins += positive > negative ? 1 : positive === negative ? 0.5 : 0;
  }
  return wins / (positives.length * negatives.length);
};
