/** Worlds for tests, and a rough score to weigh them with. */
import type { SimulatedUser, World } from '../../src/simulate/world.js';
import { simulate } from '../../src/simulate/world.js';
import type { EventType } from '../../src/model.js';

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

const saturating = (value: number, full: number): number => Math.min(1, value / full);
const logarithmic = (value: number, full: number): number => Math.min(1, Math.log1p(value) / Math.log1p(full));

/**
 * The default weights, approximately: points and curves as designed, without the catalogue.
 * The seam to the real thing: replace the body by features of the user's rows and `score` of `src/scoring`.
 */
export const roughScore = (user: SimulatedUser, asOf = AS_OF): number => {
  const last = eventsOf(user).at(-1);
  const sessions = user.sessions.length;
  const some = (type: EventType): number => (count(user, type) > 0 ? 1 : 0);
  const score =
    30 * some('signup') +
    30 * some('calendar_booking') +
    15 * some('demo_request_click') +
    8 * saturating(count(user, 'pricing_page_view'), 7) +
    3 * logarithmic(count(user, 'page_view'), 50) +
    4 * ((sessions - 1) / sessions) +
    3 * logarithmic(Number(user.person.balance), 10_000) +
    2 * saturating(last?.recentPages ?? 0, 10) +
    5 * 0.5 ** ((asOf - (last?.at ?? 0)) / DAY / 7) -
    20 * share(user.sessions, ({ spam }) => spam) -
    5 * share(user.sessions, ({ events }) => events.length === 1);
  return Math.max(0, score);
};

/** The chance that a random positive scores above a random negative; ties count half. */
export const auc = (positives: readonly number[], negatives: readonly number[]): number => {
  let wins = 0;
  for (const positive of positives) {
    for (const negative of negatives) wins += positive > negative ? 1 : positive === negative ? 0.5 : 0;
  }
  return wins / (positives.length * negatives.length);
};
