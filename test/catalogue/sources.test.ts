/** Every preset reads a sample in the vendor's shape, and knows it from the others'. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isSource, type Source, type SourceName, pricingPage, sources } from '../../src/catalogue/sources.js';
import { defaultConfig, defaultReading, readingOf } from '../../src/config/settings.js';
import { EVENT_COLUMNS, EVENT_TYPES, EXCLUSION_COLUMNS, REQUIRED_COLUMNS } from '../../src/model.js';
import { find } from '../engine/find.js';
import { SAMPLES, SOURCE_COLUMNS } from '../fixtures/sources/expected.js';
import { oracle } from '../oracle/oracle.js';
import { fits, inOurColumns, recordsOf } from '../oracle/sources.js';

const all = new Map<string, Source>(Object.entries(sources));
const samples = Object.entries(SAMPLES).map(([name, { file, users }]) => {
  const source = all.get(name);
  if (!source) throw new Error(`no source ${name}`);
  const text = readFileSync(new URL(`../fixtures/sources/${file}`, import.meta.url), 'utf8');
  return { name, source, text, users };
});

const sourceName = (name: string): SourceName => {
  if (!isSource(name)) throw new Error(name);
  return name;
};

/** The features that count events of each type. */
const BUILT_IN_COUNTS = ['page_views', 'pricing_page_views', 'search_events', 'chat_messages', 'doc_downloads'].concat([
  'demo_request_clicks',
  'signups',
  'calendar_bookings',
]);

describe.each(samples)('the source $name', ({ name, source, text, users }) => {
  const { identity, types, timestamp, pages } = source;
  const reading = {
    ...defaultReading,
    types,
    timestamp,
    pages: { column: 'url', pricing: pages.pricing },
    identity: identity && { column: 'anonymous_id', ...(identity.alias !== undefined && { alias: 'alias' }) },
  };
  const config = { ...defaultConfig, events: [reading] };
  const log = inOurColumns(source, text);

  it('says whose file it reads and where that is documented', () => {
    expect(source.says).not.toBe('');
    expect(source.source).toMatch(/^https:\/\//);
  });

  it('names our columns and event types', () => {
    const ours = [...Object.keys(EVENT_COLUMNS), ...EXCLUSION_COLUMNS];
    expect(ours).toEqual(expect.arrayContaining(Object.keys(source.columns)));
    const needed = REQUIRED_COLUMNS.filter((column) => column !== 'event_type' || source.type === undefined);
    expect(Object.keys(source.columns)).toEqual(expect.arrayContaining(needed));
    expect(EVENT_TYPES).toEqual(expect.arrayContaining(Object.values(source.types)));
  });

  it('reads its sample: every row, and the features found by hand', () => {
    const { read, used, rows } = oracle(log, { config });
    expect(used).toBe(read);
    const [header = [], ...body] = rows;
    expect(body.map((row) => SOURCE_COLUMNS.map((column) => row[header.indexOf(column)]))).toEqual(users);
  });

  it('is read by the engine as by the oracle', async () => {
    const { accounts, rows } = await find([text], {
      config: { ...defaultConfig, events: [readingOf(sourceName(name))] },
    });
    const expected = oracle(log, { config });
    expect(rows).toEqual(expected.rows);
    expect(accounts.used).toBe(expected.used);
  });

  it('has a sample with every event type of ours', async () => {
    const { rows } = await find([text], { config: { ...defaultConfig, events: [readingOf(sourceName(name))] } });
    const [header = [], ...body] = rows;
    // An access log knows of pages alone.
    for (const type of source.lines === undefined ? BUILT_IN_COUNTS : ['page_views', 'pricing_page_views']) {
      expect({ type, n: body.reduce((n, row) => n + Number(row[header.indexOf(type)]), 0) }).not.toEqual({
        type,
        n: 0,
      });
    }
  });

  it('is the only one that its marks fit', () => {
    const [record = {}] = recordsOf(text);
    expect([...all].filter(([, other]) => fits(other, record)).map(([fit]) => fit)).toEqual([name]);
  });
});

describe('the pricing page', () => {
  const page = new RegExp(pricingPage.replace('(?i)', ''), 'iu');
  const host = 'https://a.test';

  it.each([
    '/pricing',
    '/pricing/',
    '/en/pricing?x=1',
    '/de-AT/plans',
    '/plans#team',
    '/Pricing',
    '/pricing.html',
    '/#/pricing',
    '/app#!/pricing',
    '/product/pricing',
    '/price',
    '/pricing-plans',
    '/plans-and-pricing',
    '/#/en/pricing?plan=team',
    '/us/en/pricing',
    '/intl/de/pricing',
    '/es-419/pricing',
    '/zh-Hant-TW/pricing',
    '/preise',
    '/de/preise.html',
    '/fr/tarifs?x=1',
    '/es/precios',
    '/pt-br/planos',
    '/it/prezzi',
    '/prijzen',
    '/pl/cennik',
    '/preisübersicht',
    '/fr/prix',
    '/listino-prezzi',
    '/pricing-page',
  ])('is %s', (path) => {
    expect(host + path).toMatch(page);
    expect(path).toMatch(page);
  });

  it.each([
    '/',
    '/blog/pricing-tips',
    '/blog/pricing/ten-tips',
    '/login?next=/pricing',
    '/my-plans',
    '/docs/plans/',
    '/?page=pricing',
    '/admin/billing/plans',
    '/blog/pricing',
    '/#/docs/plans',
    '/settings/plans',
    '/pricing/faq',
    '/repricing',
    '/blog/preise',
    '/preise/faq',
    '/a1/b2/pricing',
    '/en/us/de/pricing',
  ])('is not %s', (path) => {
    expect(host + path).not.toMatch(page);
    expect(path).not.toMatch(page);
  });

  it('is no host', () => expect('https://pricing.a.test/').not.toMatch(page));
});
