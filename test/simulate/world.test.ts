import { describe, expect, it } from 'vitest';
import { personas } from '../../src/catalogue/personas.js';
import { RECENT_DAYS, simulate } from '../../src/simulate/world.js';
import { AS_OF, converted, count, DAY, eventsOf, sessionsOf, share, usersOf, world } from './worlds.js';

const users = usersOf({ users: 2000 });

describe('a world is decided by its seed', () => {
  it('is the same twice, and another one under another seed', () => {
    expect(usersOf()).toEqual(usersOf());
    expect(usersOf({ seed: '43' })).not.toEqual(usersOf());
  });

  it('has the same user k whether 100 or 2,000 users are made', () => {
    expect(usersOf({ users: 100 })).toEqual(users.slice(0, 100));
  });

  it('has the same user k wherever one begins', () => {
    expect([...simulate(world({ users: 100 }), 77)]).toEqual(users.slice(76, 100));
  });

  it('goes on after as-of without changing what came before', () => {
    const ahead = usersOf({ until: AS_OF + 14 * DAY });
    const before = ahead.map((user) => eventsOf(user).filter(({ at }) => at <= AS_OF));
    expect(before).toEqual(usersOf().map(eventsOf));
    expect(ahead.flatMap(eventsOf).length).toBeGreaterThan(before.flat().length);
  });

  it('deals every hundred users the shares of the catalogue', () => {
    for (const hundred of [users.slice(0, 100), users.slice(1900)]) {
      for (const [name, { share: cards }] of Object.entries(personas)) {
        expect(hundred.filter(({ persona }) => persona === name)).toHaveLength(cards);
      }
    }
  });
});

describe('time', () => {
  it.each([
    ['30 days', {}],
    ['one day', { start: AS_OF - DAY }],
    ['an as-of in the middle of a day', { asOf: AS_OF - 12_345, until: AS_OF - 12_345 }],
    ['a year', { start: AS_OF - 365 * DAY }],
  ])('shows everyone, from start to as-of and not a second beyond: %s', (_, changes) => {
    const { start, asOf } = world(changes);
    for (const user of usersOf({ users: 300, ...changes })) {
      const events = eventsOf(user);
      expect(events.length).toBeGreaterThan(0);
      expect(Math.min(...events.map(({ at }) => at))).toBeGreaterThanOrEqual(start);
      expect(Math.max(...events.map(({ at }) => at))).toBeLessThanOrEqual(asOf);
    }
  });

  it('keeps gaps within a session under 30 minutes, and gaps between sessions over', () => {
    const gaps = (instants: readonly number[]) => instants.slice(1).map((at, i) => at - (instants[i] ?? 0));
    const within = sessionsOf(users).flatMap(({ events }) => gaps(events.map(({ at }) => at)));
    const between = users.flatMap(({ sessions }) =>
      sessions.slice(1).map(({ events }, i) => (events[0]?.at ?? 0) - (sessions[i]?.events.at(-1)?.at ?? 0)),
    );
    expect(Math.max(...within)).toBeLessThan(30 * 60);
    expect(Math.min(...between)).toBeGreaterThan(30 * 60);
  });

  it('moves on after the time on a page', () => {
    for (const { events } of sessionsOf(users)) {
      const left = events.slice(0, -1).map(({ at, seconds }) => at + seconds);
      expect(events.slice(1).map(({ at }) => at)).toEqual(left);
    }
  });

  it('does not let growing interest run away in a long log', () => {
    const year = usersOf({ start: AS_OF - 365 * DAY });
    expect(Math.max(...year.map(({ sessions }) => sessions.length))).toBeLessThan(365 * 3);
  });

  it('numbers sessions from 1 in the order of time', () => {
    for (const { sessions } of users) {
      expect(sessions.map(({ number }) => number)).toEqual(sessions.map((_, i) => i + 1));
    }
  });
});

describe('the funnel is walked in order', () => {
  const firsts = (type: string) =>
    users.flatMap((user) => {
      const events = eventsOf(user);
      const i = events.findIndex((event) => event.type === type);
      return i < 0 ? [] : [{ user, before: events.slice(0, i).map((event) => event.type) }];
    });

  it('nobody asks for a demo before seeing a price', () => {
    expect(firsts('demo_request_click').length).toBeGreaterThan(100);
    expect(firsts('demo_request_click').every(({ before }) => before.includes('pricing_page_view'))).toBe(true);
  });

  it('nearly everyone signs up before booking; the rest are customers or were sent a link by sales', () => {
    const bookings = firsts('calendar_booking');
    expect(bookings.length).toBeGreaterThan(100);
    const inOrder = share(bookings, ({ before }) => before.includes('signup'));
    expect(inOrder).toBeGreaterThan(0.9);
    expect(inOrder).toBeLessThan(1);
  });

  it('people sign up once and book at most two calls', () => {
    for (const user of users) {
      expect(count(user, 'signup')).toBeLessThanOrEqual(1);
      expect(count(user, 'calendar_booking')).toBeLessThanOrEqual(2);
    }
  });

  it('converts at the later of signup and booking, and not before both', () => {
    for (const user of users) {
      const at = (type: string) => eventsOf(user).find((event) => event.type === type)?.at ?? Infinity;
      const both = Math.max(at('signup'), at('calendar_booking'));
      expect(user.convertsAt ?? Infinity).toBe(both);
      expect(user.convertsAt !== undefined).toBe(converted(user));
    }
  });
});

describe('context', () => {
  it('counts pages viewed in the last week, this event included', () => {
    for (const user of users.slice(0, 300)) {
      // A visit is recent as a whole: what counts is when it began.
      for (const session of user.sessions) {
        const begins = session.events[0]?.at ?? 0;
        const recent = user.sessions.filter(({ events }) => (events[0]?.at ?? 0) > begins - RECENT_DAYS * DAY);
        for (const [i, event] of session.events.entries()) {
          const seen = [
            ...recent.filter(({ number }) => number < session.number).flatMap(({ events }) => events),
            ...session.events.slice(0, i + 1),
          ].map(({ type }) => type);
          expect(event.recentPricing).toBe(seen.filter((type) => type === 'pricing_page_view').length);
          expect(event.recentPages).toBe(seen.filter((type) => type.endsWith('page_view')).length);
        }
      }
    }
  });

  it('gives people a usual device that most of their sessions are made on', () => {
    const loyal = users.filter(({ sessions }) => sessions.length >= 5);
    const usual = share(
      loyal.flatMap(({ sessions, person }) => sessions.map(({ device }) => device === person.device)),
      (same) => same,
    );
    expect(usual).toBeGreaterThan(0.85);
    expect(usual).toBeLessThan(1);
  });

  it('leaves a few genders unknown, and balances are plain decimals', () => {
    const unknown = share(users, ({ person }) => person.gender === '');
    expect(unknown).toBeGreaterThan(0.04);
    expect(unknown).toBeLessThan(0.12);
    expect(users.every(({ person }) => /^\d+\.\d\d$/u.test(person.balance))).toBe(true);
    expect(users.every(({ person }) => /^[a-z0-9._-]+$/u.test(person.username))).toBe(true);
  });
});
