import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { personas } from '../../src/catalogue/personas.js';
import type { EventType } from '../../src/model.js';
import type { SimulatedUser } from '../../src/simulate/world.js';
import { AS_OF, auc, converted, count, DAY, eventsOf, mean, scoresOf, share, usersOf } from './worlds.js';

const USERS = 8000;
const users = usersOf({ users: USERS });
const sessions = users.flatMap((user) => user.sessions);
const scores = await scoresOf(users);

type Range = readonly [number, number];

/** What lies outside its range, in words; nothing, if all is well. */
const outside = (measured: Readonly<Record<string, number>>, ranges: Readonly<Record<string, Range>>): string[] =>
  Object.entries(ranges).flatMap(([name, [low, high]]) => {
    const value = measured[name] ?? Number.NaN;
    return value >= low && value <= high ? [] : [`${name} ${value.toFixed(3)} is not within ${low} to ${high}`];
  });

const startOf = ({ events }: SimulatedUser['sessions'][number]): Date => new Date((events[0]?.at ?? 0) * 1000);
const isWeekend = (date: Date): boolean => [0, 6].includes(date.getUTCDay());

/** What each persona looks like in the log: mean sessions a user, mean events a session, and shares. */
const look = (visits: SimulatedUser['sessions'], group: readonly SimulatedUser[]) => {
  const reached = (type: EventType): number => share(group, (user) => count(user, type) > 0);
  return {
    sessions: visits.length / group.length,
    events: mean(visits.map(({ events }) => events.length)),
    // Shares of sessions; the evening is 18:00 to 24:00 UTC.
    bounces: share(visits, ({ events }) => events.length === 1),
    spam: share(visits, ({ spam }) => spam),
    weekend: share(visits, (visit) => isWeekend(startOf(visit))),
    evening: share(visits, (visit) => startOf(visit).getUTCHours() >= 18),
    desktop: share(visits, ({ device }) => device === 'desktop'),
    // Shares of users.
    pricing: reached('pricing_page_view'),
    demo: reached('demo_request_click'),
    signup: reached('signup'),
    booking: reached('calendar_booking'),
  };
};

const NONE: Range = [0, 0.01];
const OFFICE = { weekend: [0.02, 0.12], evening: [0.03, 0.12] } as const;
const HOME = { weekend: [0.33, 0.55], evening: [0.5, 0.7] } as const;

const LOOKS: Record<string, Record<keyof ReturnType<typeof look>, Range>> = {
  casual_reader: {
    ...HOME,
    sessions: [1.5, 2],
    events: [2.1, 2.8],
    bounces: [0.53, 0.64],
    spam: NONE,
    desktop: [0.36, 0.5],
    pricing: [0.07, 0.17],
    demo: NONE,
    signup: [0, 0.02],
    booking: NONE,
  },
  researcher: {
    ...OFFICE,
    sessions: [3.2, 4.6],
    events: [3.7, 4.8],
    bounces: [0.29, 0.39],
    spam: NONE,
    desktop: [0.78, 0.92],
    pricing: [0.42, 0.65],
    demo: [0.01, 0.08],
    signup: [0.02, 0.1],
    booking: [0, 0.02],
  },
  evaluator_who_converts: {
    ...OFFICE,
    sessions: [6, 8.5],
    events: [4.4, 5.7],
    bounces: [0.19, 0.29],
    spam: NONE,
    desktop: [0.72, 0.88],
    pricing: [0.88, 0.99],
    demo: [0.5, 0.7],
    signup: [0.68, 0.86],
    booking: [0.35, 0.5],
  },
  evaluator_who_stalls: {
    ...OFFICE,
    sessions: [3.4, 4.8],
    events: [3.9, 5.1],
    bounces: [0.25, 0.36],
    spam: NONE,
    desktop: [0.68, 0.85],
    pricing: [0.7, 0.9],
    demo: [0.22, 0.4],
    signup: [0.33, 0.52],
    booking: [0, 0.03],
  },
  returning_customer: {
    ...OFFICE,
    sessions: [7.5, 10],
    events: [3, 4],
    bounces: [0.35, 0.46],
    spam: NONE,
    desktop: [0.75, 0.9],
    pricing: [0.35, 0.58],
    demo: [0, 0.02],
    signup: [0, 0],
    booking: [0.002, 0.05],
  },
  bouncer: {
    ...HOME,
    sessions: [1.1, 1.4],
    events: [1.02, 1.25],
    bounces: [0.88, 0.97],
    spam: [0, 0.01],
    desktop: [0.2, 0.35],
    pricing: [0, 0.06],
    demo: [0, 0],
    signup: [0, 0],
    booking: [0, 0],
  },
  bot: {
    weekend: [0.2, 0.4],
    evening: [0.18, 0.32],
    sessions: [4.2, 6.2],
    events: [12, 18],
    bounces: [0.04, 0.12],
    spam: [0.75, 0.9],
    desktop: [0.9, 1],
    pricing: [0.8, 1],
    demo: [0.04, 0.22],
    signup: [0.12, 0.38],
    booking: [0, 0],
  },
};

describe('every persona behaves like itself', () => {
  it('and none is forgotten here', () => {
    expect(Object.keys(LOOKS)).toEqual(Object.keys(personas));
  });

  it.each(Object.entries(LOOKS))('%s', (name, expected) => {
    const group = users.filter(({ persona }) => persona === name);
    const visits = group.flatMap((user) => user.sessions);
    expect(outside(look(visits, group), expected)).toEqual([]);
  });

  it('interest grows in those who convert and fades in those who stall', () => {
    const secondHalf = (name: string): number => {
      const early = users.filter(
        (user) => user.persona === name && (eventsOf(user)[0]?.at ?? 0) < AS_OF - 20 * DAY && !converted(user),
      );
      const days = early.flatMap((user) => {
        const first = eventsOf(user)[0]?.at ?? 0;
        return user.sessions.slice(1).map(({ events }) => ((events[0]?.at ?? 0) - first) / DAY);
      });
      return share(days, (day) => day > 10) / share(days, (day) => day <= 10);
    };
    expect(secondHalf('evaluator_who_converts')).toBeGreaterThan(1);
    expect(secondHalf('evaluator_who_stalls')).toBeLessThan(0.8);
  });

  it('every event type with a meaning occurs', () => {
    const types = new Set(users.slice(0, 100).flatMap((user) => eventsOf(user).map(({ type }) => type)));
    expect([...types].sort()).toEqual(
      ['page_view', 'pricing_page_view', 'search', 'chat_message', 'doc_download', 'demo_request_click', 'signup']
        .concat('calendar_booking')
        .sort(),
    );
  });
});

describe('the whole world', () => {
  it('has 3 to 15 % conversions, 20 to 50 % bounces, 1 to 6 % spam, over 40 % repeat visitors', () => {
    const measured = {
      converted: share(users, converted),
      bounces: share(sessions, ({ events }) => events.length === 1),
      spam: share(sessions, ({ spam }) => spam),
      repeat: share(users, (user) => user.sessions.length > 1),
    };
    const asked = { converted: [0.03, 0.15], bounces: [0.2, 0.5], spam: [0.01, 0.06], repeat: [0.4, 0.8] } as const;
    expect(outside(measured, asked)).toEqual([]);
  });

  it('sleeps at night, works on weekdays, and Wednesday is the busiest of them', () => {
    const byHour = Array.from({ length: 24 }, (_, hour) => share(sessions, (s) => startOf(s).getUTCHours() === hour));
    const byDay = Array.from({ length: 7 }, (_, day) => share(sessions, (s) => startOf(s).getUTCDay() === day));
    expect(Math.max(...byHour)).toBeGreaterThan(2 / 24);
    expect(Math.min(...byHour)).toBeLessThan(0.3 / 24);
    // January 2026 has one Thursday and one Friday more than other days in its 30 days: compare the days that have four.
    expect(byDay[3]).toBeGreaterThan((byDay[0] ?? 0) * 1.8);
    expect(byDay[3]).toBeGreaterThan((byDay[6] ?? 0) * 1.8);
    expect(byDay[3]).toBeGreaterThan(byDay[1] ?? 1);
  });

  it.each(Array.from({ length: 20 }, (_, i) => String(i + 1)))(
    'shows high, medium and low users, bots that do not rank, and somebody left to call, among 100: seed %s',
    async (seed) => {
      const small = usersOf({ seed });
      const scored = (await scoresOf(small)).map(({ score, label }, i) => ({ score, label, user: small[i] }));
      const labelled = (name: string): number => scored.filter(({ label }) => label === name).length;
      expect(labelled('high')).toBeGreaterThanOrEqual(2);
      expect(labelled('medium')).toBeGreaterThanOrEqual(2);
      expect(labelled('low')).toBeGreaterThanOrEqual(50);
      expect(small.some(({ persona, sessions: visits }) => persona === 'bot' && visits.some(({ spam }) => spam))).toBe(
        true,
      );
      const top = scored.sort((a, b) => b.score - a.score).slice(0, 10);
      expect(top.filter(({ user }) => user?.persona === 'bot')).toEqual([]);
      expect(top.some(({ user }) => user && !converted(user))).toBe(true);
      expect(outside({ converted: share(small, converted) }, { converted: [0.03, 0.15] })).toEqual([]);
    },
  );
});

describe('the default weights find the planted intent well, not perfectly', () => {
  const open = users.flatMap((user, i) => (converted(user) ? [] : [{ user, score: scores[i]?.score ?? Number.NaN }]));
  const aucOf = (positive: (user: SimulatedUser) => boolean): number =>
    auc(
      open.filter(({ user }) => positive(user)).map(({ score }) => score),
      open.filter(({ user }) => !positive(user)).map(({ score }) => score),
    );

  const ahead = new Map(usersOf({ users: USERS, until: AS_OF + 14 * DAY }).map((user) => [user.k, user.convertsAt]));
  const measured = {
    intent: aucOf((user) => user.intent >= 0.5),
    converting: aucOf(({ k }) => ahead.get(k) !== undefined),
  };

  it('AUC of intent of 0.5 and more, and of converting in the 14 days after as-of, on users not yet converted', () => {
    expect(outside(measured, { intent: [0.75, 0.97], converting: [0.75, 0.97] })).toEqual([]);
  });

  it('data/README.md says how well', () => {
    const { converting, intent } = measured;
    const says = `AUC ${converting.toFixed(2)}; ${intent.toFixed(2)} for an intent of at least 0.5`;
    expect(readFileSync(join(import.meta.dirname, '../../data/README.md'), 'utf8')).toContain(says);
  });
});
