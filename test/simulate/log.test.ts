import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { linesOf, LOG_HEADER, stamp, truthLines } from '../../src/simulate/log.js';
import type { SimulatedUser } from '../../src/simulate/world.js';
import { AS_OF } from './worlds.js';

const event = { seconds: 30, scroll: 80, recentPages: 1, recentPricing: 0 };

/** Two visits: three events on a desktop, then a bounce on a phone. */
const user: SimulatedUser = {
  k: 7,
  persona: 'researcher',
  intent: 0.25,
  person: { username: 'o"hara, ana', city: 'Rome, the city', gender: '', device: 'desktop', balance: '12.50' },
  sessions: [
    {
      number: 1,
      device: 'desktop',
      bounce: false,
      spam: false,
      events: [
        { ...event, at: AS_OF - 3600, type: 'page_view' },
        { ...event, at: AS_OF - 3570, type: 'search' },
        { ...event, at: AS_OF - 3540, type: 'pricing_page_view', recentPages: 2, recentPricing: 1 },
      ],
    },
    { number: 2, device: 'mobile', bounce: true, spam: false, events: [{ ...event, at: AS_OF, type: 'page_view' }] },
  ],
  convertsAt: undefined,
};

it('writes every cell under its column, with quotes where they are needed', () => {
  const text = [LOG_HEADER, ...linesOf(user).map((line) => line.text)].join('\n');
  const rows: unknown = parse(text, { columns: true });
  const same = { user_id: 'u_000007', username: 'o"hara, ana', location_city: 'Rome, the city', gender: '' };
  const first = { session_id: 's_000007_001', device: 'desktop', is_repeat_session: 'false', session_number: '1' };
  const common = { ...same, account_balance_usd: '12.50', time_on_page_sec: '30', scroll_depth_pct: '80' };
  const quiet = { bounce_flag: 'false', spam_flag: 'false' };
  expect(rows).toEqual([
    {
      ...common,
      ...first,
      ...quiet,
      event_id: 'e_000007_00001',
      timestamp: '2026-01-30T23:00:00Z',
      event_type: 'page_view',
      recent_pages_viewed: '1',
      recent_pricing_views: '0',
    },
    {
      ...common,
      ...first,
      ...quiet,
      event_id: 'e_000007_00002',
      timestamp: '2026-01-30T23:00:30Z',
      event_type: 'search',
      recent_pages_viewed: '1',
      recent_pricing_views: '0',
    },
    {
      ...common,
      ...first,
      ...quiet,
      event_id: 'e_000007_00003',
      timestamp: '2026-01-30T23:01:00Z',
      event_type: 'pricing_page_view',
      recent_pages_viewed: '2',
      recent_pricing_views: '1',
    },
    {
      ...common,
      ...quiet,
      event_id: 'e_000007_00004',
      timestamp: '2026-01-31T00:00:00Z',
      session_id: 's_000007_002',
      device: 'mobile',
      is_repeat_session: 'true',
      session_number: '2',
      event_type: 'page_view',
      recent_pages_viewed: '1',
      recent_pricing_views: '0',
      bounce_flag: 'true',
    },
  ]);
});

it('spells instants in UTC', () => {
  expect(stamp(AS_OF)).toBe('2026-01-31T00:00:00Z');
});

it('writes the truth, an empty cell for a user who does not convert', () => {
  expect([...truthLines([user, { ...user, k: 8, convertsAt: AS_OF }])]).toEqual([
    'u_000007,researcher,0.250,',
    'u_000008,researcher,0.250,2026-01-31T00:00:00Z',
  ]);
});
