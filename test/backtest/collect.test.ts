/** From users at a cut-off and at the end of its window to the rows of a panel. */
import { describe, expect, it } from 'vitest';
import { collectCutoff, countNewcomers, numberPeople } from '../../src/backtest/collect.js';
import { Users } from '../../src/scoring/users.js';

const DAY = 86_400_000;
const at = Date.UTC(2026, 0, 31);
const collecting = { features: ['signups', 'total_events'], activity: 'total_events', again: false };

/** Users with their signups, events, days since the last one, and whether they have converted or opted out. */
const usersOf = (...people: [id: string, signups: number, events: number, days: number, state?: string][]): Users => {
  const users = new Users(2);
  for (const [id, signups, events, days, state] of people) {
    const flags = { converted: Number(state === 'converted'), optedOut: Number(state === 'opted out') };
    users.add({ id, name: '', values: [signups, events], last: at - days * DAY, ...flags });
  }
  return users;
};

const USERS = usersOf(
  ['ana', 1, 9, 1],
  ['ben', 0, 4, 20],
  ['cy', 1, 7, 2, 'converted'],
  ['dot', 1, 5, 3, 'opted out'],
  ['visitor', 0, 2, 0],
);
const outcomes = {
  converted: new Set(['ana', 'cy', 'eve', 'fay']),
  identities: new Map([['visitor', 'eve']]),
};

describe('a cut-off', () => {
  it('has the open people, what was known of them, and who converted', () => {
    const people = numberPeople();
    const cutoff = collectCutoff({ at, users: USERS }, outcomes, people, collecting);
    expect(cutoff.at).toBe('2026-01-31T00:00:00Z');
    // ana, ben, and the visitor who turned out to be eve.
    expect([...cutoff.people]).toEqual([0, 1, 2]);
    expect([...cutoff.converted]).toEqual([1, 0, 1]);
    expect([...cutoff.activity]).toEqual([9, 4, 2]);
    expect([...cutoff.recency]).toEqual([1, 20, 0].map((days) => at - days * DAY));
    expect(cutoff.values.map((column) => [...column])).toEqual([
      [1, 0, 0],
      [9, 4, 2],
    ]);
  });

  it('has people who have converted already if repeat conversions count', () => {
    const cutoff = collectCutoff({ at, users: USERS }, outcomes, numberPeople(), { ...collecting, again: true });
    expect([...cutoff.converted]).toEqual([1, 0, 1, 1]);
  });

  it('has only people who were active lately, if that is asked for', () => {
    const lately = { ...collecting, activeWithin: 7 * DAY };
    expect([...collectCutoff({ at, users: USERS }, outcomes, numberPeople(), lately).activity]).toEqual([9, 2]);
  });

  it('has one row for two anonymous ids that turn out to be one person', () => {
    const users = usersOf(['phone', 0, 2, 0], ['laptop', 0, 3, 0]);
    const same = {
      converted: new Set(['eve']),
      identities: new Map([
        ['phone', 'eve'],
        ['laptop', 'eve'],
      ]),
    };
    const cutoff = collectCutoff({ at, users }, same, numberPeople(), collecting);
    expect([...cutoff.activity]).toEqual([2]);
    expect([...cutoff.converted]).toEqual([1]);
  });
});

it('a person has one number at all cut-offs, also after saying who they are', () => {
  const people = numberPeople();
  const early = collectCutoff({ at, users: usersOf(['visitor', 0, 2, 0]) }, outcomes, people, collecting);
  const late = collectCutoff({ at, users: usersOf(['zoe', 0, 1, 0], ['eve', 0, 5, 0]) }, outcomes, people, collecting);
  expect([...early.people]).toEqual([0]);
  expect([...late.people]).toEqual([1, 0]);
  expect(people.count()).toBe(2);
});

it('newcomers are those who converted and were not in the log at the cut-off, under any id', () => {
  // ana and cy were there, eve was the visitor; fay was not.
  expect(countNewcomers({ users: USERS }, outcomes)).toBe(1);
});
