import { describe, expect, it } from 'vitest';
import { eventOf, isType } from '../../src/catalogue/conditions.js';
import { features } from '../../src/catalogue/features.js';
import { defaultWeights } from '../../src/catalogue/weights.js';
import { defaultConfig, defaultReading, readingOf } from '../../src/config/settings.js';
import { loadConfig } from '../../src/config/load.js';
import { jsonSchema } from '../../src/config/schema.js';
import { configTemplate } from '../../src/config/template.js';
import { explain, score } from '../../src/scoring/explain.js';
import { pointsOf } from '../fixtures/scoring.js';
import { temporary } from './temporary.js';

const { write } = temporary();
const load = (yaml: string) => loadConfig(write('gesture.yaml', yaml));

/** What signups are worth without the ten points that they give away. */
const LESS = pointsOf('signups', -10);

const WEBINARS = `
features:
  webinars:
    from: events
    is: { op: countWhere, column: event_type, equals: webinar_joined }
    unit: events
    says: webinars joined
weights:
  webinars: { points: 10, saturates_at: 4 }
  signups:  { points: ${LESS} }
`;

describe('gesture.yaml', () => {
  it.each([
    ['an empty file', ''],
    ['a comment', '# nothing yet\n'],
    ['an empty section', 'weights:\n'],
  ])('changes nothing as %s', async (_, yaml) => {
    const { path, ...settings } = await load(yaml);
    expect({ ...settings, path: undefined }).toEqual(defaultConfig);
    expect(path).toMatch(/gesture\.yaml$/);
  });

  it('as `gesture init` writes it says exactly the defaults', async () => {
    const config = await load(configTemplate(defaultConfig));
    expect(config.weights).toEqual(defaultConfig.weights);
    expect(config.hash).toBe(defaultConfig.hash);
  });

  it('merges weights: what is not said stays as it is', async () => {
    const { weights } = await load(
      `weights:\n  signups: { points: ${LESS} }\n  demo_request_clicks: ${pointsOf('demo_request_clicks', 10)}\n`,
    );
    expect(weights['signups']).toEqual({ ...defaultConfig.weights['signups'], points: LESS });
    expect(weights['demo_request_clicks']).toEqual({
      ...defaultConfig.weights['demo_request_clicks'],
      points: pointsOf('demo_request_clicks', 10),
    });
    expect(Object.keys(weights)).toEqual(Object.keys(defaultConfig.weights));
  });

  it('replaces a curve, a reason, a phrase', async () => {
    const { weights } = await load(
      'weights:\n  page_views: { half_life: 3, because: Why not., phrase: "read {times}" }\n',
    );
    expect(weights['page_views']).toEqual({
      points: pointsOf('page_views'),
      earns: { half_life: 3 },
      because: 'Why not.',
      phrase: 'read {times}',
    });
  });

  it('switches a signal off with 0 points: shown, not scored', async () => {
    const config = await load(
      `weights:\n  page_views: 0\n  repeat_session_rate: ${pointsOf('repeat_session_rate', pointsOf('page_views'))}\n`,
    );
    const { contributions } = score({ page_views: 50 }, config);
    expect(contributions.find((c) => c.signal === 'page_views')).toEqual({
      signal: 'page_views',
      value: 50,
      points: 0,
    });
  });

  it('adds a feature of the project and scores it, without code', async () => {
    const config = await load(WEBINARS);
    expect(Object.keys(config.features).slice(-2)).toEqual(['webinars', 'converted']);
    const { score: total, explanation, gains } = explain({ webinars: 2 }, config);
    expect(total).toBe(5);
    expect(explanation).toBe('webinars joined: 2 (+5.0)');
    expect(gains.map((gain) => gain.signal)).not.toContain('webinars'); // three others gain more than 2.5
    expect(JSON.stringify(jsonSchema(config.weights))).toContain('"webinars":{"description":"10 points.');
  });

  it.each([
    ['saturates_at: 4', 1, 'days active: 1'],
    ['log_full_at: 4', 2, 'days active: 2'],
    ['half_life: 4', 1, 'days active: 1'],
    ['rate: true', 0.5, 'days active: 50%'],
    ['binary: true', 1, 'days active'],
  ])('words a feature without a phrase so that any value fits: %s', async (curve, value, says) => {
    const config = await load(`features:
  days_active: { from: events, is: { op: distinctDays }, unit: days, says: days active }
weights: { days_active: { points: 10, ${curve} }, signups: 20 }
`);
    expect(score({ days_active: value }, config).explanation.replace(/ \(.*/, '')).toBe(says);
  });

  it('says what a conversion is', async () => {
    const { features: all } = await load('conversion: { all_of: [signup, paid] }\n');
    expect(all['converted']?.is).toEqual({ op: 'did', allOf: [eventOf('signup'), eventOf('paid')], anyOf: [] });
    expect(Object.keys(all)).toEqual(Object.keys(features));
  });

  it('says what takes a conversion back, and who must not be contacted', async () => {
    const { features: all } = await load(`conversion:
  any_of: [calendar_booking, { column: plan, equals: pro }, { column: spent, at_least: 10, below: 1000 }]
  undone_by: { calendar_booking: [cancelled, no_show] }
opt_out: { any_of: [unsubscribed] }
`);
    const undoneBy = [{ column: 'event_type', in: ['cancelled', 'no_show'] }];
    expect(all['converted']?.is).toEqual({
      op: 'did',
      allOf: [],
      anyOf: [
        { is: [isType('calendar_booking')], undoneBy },
        { is: [{ column: 'plan', equals: 'pro' }] },
        { is: [{ column: 'spent', at_least: 10, below: 1000 }] },
      ],
    });
    expect(Object.keys(all).slice(-2)).toEqual(['opted_out', 'converted']);
    expect(all['opted_out']?.is).toEqual({ op: 'did', allOf: [], anyOf: [eventOf('unsubscribed')] });
  });

  it('adds the columns that the list shows, unless they are features already', async () => {
    const { features: all, show } = await load('show: [email, location_city, company]\n');
    expect(show).toEqual(['email', 'location_city', 'company']);
    expect(Object.keys(all).slice(-3)).toEqual(['email', 'company', 'converted']);
    expect(all['email']?.is).toEqual({ op: 'latest', column: 'email' });
  });

  it('can leave all defaults out, and keeps the curve of a default that it names', async () => {
    const { weights } = await load(`defaults: off
weights: { pricing_page_views: 60, days_since_last_event: { points: 40, half_life: 3 } }
`);
    expect(weights).toEqual({
      pricing_page_views: { ...defaultWeights.pricing_page_views, points: 60 },
      days_since_last_event: { ...defaultWeights.days_since_last_event, points: 40, earns: { half_life: 3 } },
    });
  });

  it.each([
    ['90s', 1.5],
    ['45m', 45],
    ['2h', 120],
    ['24h', 1440],
  ])('reads a timeout of %s', async (timeout, minutes) => {
    expect((await load(`sessions: { timeout: ${timeout} }\n`)).sessions).toEqual({ timeoutMinutes: minutes });
  });

  it('renames columns and event types of the log', async () => {
    const { events } = await load(`events:
  columns: { user_id: UserID, plan: properties.plan }
  types: { lecture_watched: page_view, joined: webinar_joined }
  timestamp: epoch_ms
features:
  webinars: { from: events, is: { op: countWhere, column: event_type, equals: webinar_joined }, unit: events, says: webinars }
  paid: { from: events, is: { op: distinctDays, where: { column: plan, in: [pro] } }, unit: days, says: paid days }
`);
    expect(events).toEqual([
      {
        ...defaultReading,
        columns: { user_id: 'UserID', plan: 'properties.plan' },
        types: { lecture_watched: 'page_view', joined: 'webinar_joined' },
        ownTypes: ['webinar_joined'],
        timestamp: ['epoch_ms'],
      },
    ]);
  });

  it('reads several sources, each over its own', async () => {
    const { events, identityMap } = await load(`events:
  - { files: 'tracks*.csv', from: segment, timezone: Europe/Berlin, pages: { pricing: /preise }, identity: { map: ids.csv } }
  - files: [calendly.csv, cal.com.csv]
    type: calendar_booking
    header: [email, at, what]
    columns: { user_id: [email, what], timestamp: at }
    timestamp: ['%Y-%m-%d %I:%M %p', iso]
    unknown: ['-']
    decimal: ','
    id: all
    where: { column: what, not_equals: cancelled }
    ragged_rows: fill
`);
    expect(identityMap).toBe('ids.csv');
    expect(events).toEqual([
      {
        ...readingOf('segment'),
        files: ['tracks*.csv'],
        timezone: 'Europe/Berlin',
        pages: { column: 'context_page_url', pricing: '/preise' },
      },
      {
        ...defaultReading,
        files: ['calendly.csv', 'cal.com.csv'],
        type: 'calendar_booking',
        header: ['email', 'at', 'what'],
        columns: { user_id: ['email', 'what'], timestamp: 'at' },
        timestamp: ['%Y-%m-%d %I:%M %p', 'iso'],
        unknown: ['-'],
        decimal: ',',
        id: 'all',
        where: [{ column: 'what', not_equals: 'cancelled' }],
        raggedRows: 'fill',
      },
    ]);
  });
});

describe('the hash of the settings', () => {
  it('changes with whatever can move a number', async () => {
    const hashes = await Promise.all(
      [
        '',
        'labels: { high: 71 }',
        'sessions: { timeout: 31m }',
        'conversion: { all_of: [signup] }',
        'events: { timestamp: epoch_s }',
        'weights: { days_since_last_event: { half_life: 8 } }',
        WEBINARS,
      ].map(async (yaml, i) => (await loadConfig(write(`hash${i}.yaml`, yaml))).hash),
    );
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashes[0]).toMatch(/^[0-9a-f]{12}-[0-9a-f]{12}$/);
  });

  it('does not change with words, or with the order of keys', async () => {
    const { hash } = await load('labels: { medium: 30, high: 60 }\nweights: { signups: { because: Other words. } }\n');
    expect(hash).toBe(defaultConfig.hash);
  });
});

describe('the JSON schema', () => {
  it('in the package is made from the same grammar', async () => {
    const schema = `${JSON.stringify(jsonSchema(defaultConfig.weights), undefined, 2)}\n`;
    await expect(schema).toMatchFileSnapshot('../../src/gesture.schema.json');
  });
});
