/** Sessions that a log does not state itself: which events belong together, what bounces, and what is faster than a human. */
import { describe, expect, it } from 'vitest';
import { oracle } from '../oracle/oracle.js';
import { find } from './find.js';

/** What is found of user `ana` in rows of session_id, time and type; by the engine, and checked against the oracle. */
const sessionsOf = async (...rows: readonly (readonly [session: string, time: string, type: string])[]) => {
  const lines = rows.map(([session, time, type]) => `ana,${session},${time},${type}`);
  const log = ['user_id,session_id,timestamp,event_type', ...lines].join('\n');
  const { rows: found } = await find([log]);
  expect(found).toEqual(oracle(log).rows);
  const [header = [], ana = []] = found;
  const of = (name: string): number => Number(ana[header.indexOf(name)]);
  return {
    sessions: of('total_sessions'),
    returns: of('repeat_sessions'),
    bounces: of('bounces'),
    spam: of('spam_sessions'),
  };
};

describe('an event without a session_id', () => {
  const visit = [
    ['s1', '2026-01-05T09:00:00Z', 'page_view'],
    ['s1', '2026-01-05T09:20:00Z', 'page_view'],
  ] as const;

  it.each([
    ['in the middle of a session', '2026-01-05T09:10:00Z', 1],
    ['30 minutes before it', '2026-01-05T08:30:00Z', 1],
    ['30 minutes after it', '2026-01-05T09:50:00Z', 1],
    ['a second later than that', '2026-01-05T09:50:01Z', 2],
  ])('%s', async (_, time, sessions) => {
    expect((await sessionsOf(...visit, ['', time, 'signup'])).sessions).toBe(sessions);
  });

  it('joins the session that is open, not one that has ended', async () => {
    const later = [
      ['s2', '2026-01-05T09:40:00Z', 'page_view'],
      ['s2', '2026-01-05T09:50:00Z', 'page_view'],
    ] as const;
    // Both are within 30 minutes, but only s2 has a single event without it: that would be no bounce.
    const { sessions, bounces } = await sessionsOf(...visit, ...later.slice(0, 1), [
      '',
      '2026-01-05T09:39:00Z',
      'search',
    ]);
    expect([sessions, bounces]).toEqual([2, 0]);
  });

  it('makes sessions of its own kind by the idle gap otherwise', async () => {
    const { sessions, returns } = await sessionsOf(
      ...visit,
      ['', '2026-01-06T09:00:00Z', 'search'],
      ['', '2026-01-06T09:30:00Z', 'search'],
      ['', '2026-01-06T10:00:01Z', 'search'],
    );
    expect([sessions, returns]).toEqual([3, 2]);
  });
});

describe('a session of a single event', () => {
  it.each([
    ['page_view', 1],
    ['search', 1],
    ['webinar_joined', 1],
    ['signup', 0],
    ['calendar_booking', 0],
    ['demo_request_click', 0],
    ['chat_message', 0],
  ])('that is a %s bounces: %d', async (type, bounces) => {
    expect((await sessionsOf(['', '2026-01-05T09:00:00Z', type])).bounces).toBe(bounces);
    expect((await sessionsOf(['s1', '2026-01-05T09:00:00Z', type])).bounces).toBe(bounces);
  });
});

describe('speed', () => {
  const at = (...seconds: readonly number[]) =>
    seconds.map((second) => ['s1', `2026-01-05T09:00:0${second}Z`, 'page_view'] as const);

  it.each([
    ['five events at three instants within three seconds', at(0, 1, 1, 2, 3), 1],
    ['as many seconds as intervals', at(0, 1, 2, 3, 4), 0],
    ['four events at once', at(0, 0, 1, 2), 0],
    ['two instants, as a batch that is sent twice has', at(0, 0, 0, 1, 1), 0],
    ['one instant', at(0, 0, 0, 0, 0, 0), 0],
    ['a date without a time', Array.from({ length: 6 }, () => ['', '2026-01-05', 'page_view'] as const), 0],
  ])('of %s', async (_, rows, spam) => {
    expect((await sessionsOf(...rows)).spam).toBe(spam);
  });
});
