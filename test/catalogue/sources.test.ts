/** Every preset reads a sample in the vendor's shape, and knows it from the others'. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isSource, type Source, sources } from '../../src/catalogue/sources.js';
import { defaultConfig, eventsOf } from '../../src/config/settings.js';
import { EVENT_COLUMNS, EVENT_TYPES, REQUIRED_COLUMNS } from '../../src/model.js';
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

describe.each(samples)('the source $name', ({ name, source, text, users }) => {
  const config = { ...defaultConfig, events: { ...defaultConfig.events, timestamp: source.timestamp } };
  const log = inOurColumns(source, text);

  it('says whose file it reads and where that is documented', () => {
    expect(source.says).not.toBe('');
    expect(source.source).toMatch(/^https:\/\//);
  });

  it('names our columns and event types', () => {
    expect(Object.keys(EVENT_COLUMNS)).toEqual(expect.arrayContaining(Object.keys(source.columns)));
    expect(Object.keys(source.columns)).toEqual(expect.arrayContaining([...REQUIRED_COLUMNS]));
    expect(EVENT_TYPES).toEqual(expect.arrayContaining([...Object.values(source.types), source.pages.type]));
  });

  it('reads its sample: every row, and the features found by hand', () => {
    const { read, used, rows } = oracle(log, { config });
    expect(used).toBe(read);
    const [header = [], ...body] = rows;
    expect(body.map((row) => SOURCE_COLUMNS.map((column) => row[header.indexOf(column)]))).toEqual(users);
  });

  it('is read by the engine as by the oracle', async () => {
    if (!isSource(name)) throw new Error(name);
    const { accounts, rows } = await find([text], { config: { ...defaultConfig, events: eventsOf(name) } });
    const expected = oracle(log, { config });
    expect(rows).toEqual(expected.rows);
    expect(accounts.used).toBe(expected.used);
  });

  it('has a sample with every event type of ours', () => {
    const types = new Set(recordsOf(log).map((row) => Object.entries(row).find(([key]) => key === 'event_type')?.[1]));
    expect([...types]).toEqual(expect.arrayContaining([...EVENT_TYPES]));
  });

  it('is the only one that its marks fit', () => {
    const [record = {}] = recordsOf(text);
    expect([...all].filter(([, other]) => fits(other, record)).map(([fit]) => fit)).toEqual([name]);
  });

  it('tells the pricing page from what only mentions it', () => {
    const page = new RegExp(source.pages.matches, 'u');
    for (const url of ['https://a.test/pricing', '/pricing/', 'https://a.test/en/pricing?x=1', '/plans#team']) {
      expect(url).toMatch(page);
    }
    for (const url of ['https://a.test/', '/blog/pricing-tips', '/login?next=/pricing', '/#/pricing', '/my-plans']) {
      expect(url).not.toMatch(page);
    }
  });
});
