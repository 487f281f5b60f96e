/** `gesture report` as a command: which files it reads, what it refuses, and where the sessions come from. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.js';
import { temporary } from '../config/temporary.js';
import { call } from './call.js';

const { folder } = temporary();
const log = (rows: readonly string[]): string => `user_id,timestamp,event_type,email\n${rows.join('\n')}\n`;
const ROWS = [
  'ana,2026-01-05T09:00:00Z,page_view,ana@firm.example',
  'ana,2026-01-05T09:10:00Z,signup,ana@firm.example',
  'ana,2026-01-06T09:00:00Z,pricing_page_view,ana@firm.example',
  'bo,2026-01-06T10:00:00Z,page_view,',
];
const run = async (...args: string[]) => call(folder, args);
const reportOf = async (...flags: string[]): Promise<Report> =>
  JSON.parse((await run('report', '--json', ...flags)).stdout);

beforeAll(async () => {
  writeFileSync(join(folder, 'log.csv'), log(ROWS));
  await run('features', 'log.csv');
});

describe('gesture report', () => {
  it('writes the page, says where it is and what to do next', async () => {
    const { status, stdout, stderr } = await run('report');
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(
      /^wrote {4}data\/report\.html \(2 people to call; \d+ kB\)\nopen {5}file:\/\/\/\S+\/data\/report\.html\nnext {5}gesture backtest log\.csv && gesture report\n/m,
    );
    expect(readFileSync(join(folder, 'data/report.html'), 'utf8')).toContain('<h1>2 people to call</h1>');
  });

  it('writes the page to standard output', async () => {
    const { stdout } = await run('report', '--out', '-');
    expect(stdout).toMatch(/^<!doctype html>\n/);
  });

  it('shows sessions by the idle timeout, and marks the actions of the heaviest signals', async () => {
    const [ana] = (await reportOf()).people;
    expect(ana?.timeline).toEqual({
      sessions: [
        { at: Date.parse('2026-01-05T09:00:00Z'), events: 2 },
        { at: Date.parse('2026-01-06T09:00:00Z'), events: 1 },
      ],
      acts: [
        { at: Date.parse('2026-01-05T09:10:00Z'), type: 'signup' },
        { at: Date.parse('2026-01-06T09:00:00Z'), type: 'pricing_page_view' },
      ],
    });
  });

  it('shows the columns of show as contact', async () => {
    writeFileSync(
      join(folder, 'show.yaml'),
      'features: { email: { from: events, is: { op: latest, column: email }, unit: text, says: e-mail } }\nshow: [email]\n',
    );
    await run('features', 'log.csv', '--config', 'show.yaml', '--out', 'show.csv');
    const { people } = await reportOf('show.csv', '--config', 'show.yaml', '--out', 'show.html');
    expect(people.map(({ contact }) => contact)).toEqual([[{ says: 'e-mail', value: 'ana@firm.example' }], []]);
    expect(readFileSync(join(folder, 'show.html'), 'utf8')).toContain('<a href="mailto:ana@firm.example">');
  });

  it('uses only events up to the as-of of the features', async () => {
    await run('features', 'log.csv', '--as-of', '2026-01-05', '--out', 'early.csv');
    const { people } = await reportOf('early.csv', '--out', 'early.html');
    expect(people.map(({ id, timeline }) => [id, timeline?.sessions.length])).toEqual([['ana', 1]]);
  });
});

describe('without timelines it says why', () => {
  const missing = async (...flags: string[]): Promise<unknown> =>
    (await reportOf('--out', 'x.html', ...flags)).timelines;

  it.each([
    [['--no-events'], 'left out by --no-events'],
    [['copy.csv'], 'the record of the features is missing or outdated; name the log with --events'],
    [['--config', 'other.yaml'], 'the settings have changed since the features were made'],
  ])('%j', async (flags, why) => {
    writeFileSync(join(folder, 'copy.csv'), readFileSync(join(folder, 'data/user_features.csv')));
    writeFileSync(join(folder, 'other.yaml'), 'sessions: { timeout: 10m }\n');
    expect(await missing(...flags)).toEqual({ missing: why });
  });

  it('where the log has changed, unless it is named', async () => {
    writeFileSync(join(folder, 'log2.csv'), log(ROWS));
    await run('features', 'log2.csv', '--out', 'two.csv');
    writeFileSync(join(folder, 'log2.csv'), log(ROWS.map((row) => row.replace('page_view', 'page_vieW'))));
    expect(await missing('two.csv')).toEqual({ missing: 'log2.csv has changed since the features were made' });
    writeFileSync(join(folder, 'log2.csv'), log(ROWS.slice(1)));
    expect(await missing('two.csv')).toEqual({ missing: 'log2.csv has changed since the features were made' });
    expect(await missing('two.csv', '--events', 'log.csv')).toMatchObject({ to: Date.parse('2026-01-06T10:00:00Z') });
  });
});

describe('it refuses', () => {
  it.each([
    [['--out', 'page.csv'], 2, '--out page.csv: must be a name that ends in .html'],
    [['--out', '-', '--json'], 2, 'only one of --out and --json can go to standard output'],
    [['--top', '0'], 2, '--top 0: must be a whole number'],
    [['--backtest', 'none.json'], 66, 'cannot read none.json'],
    [['--backtest', 'wrong.json'], 65, 'wrong.json: not the result of this version of gesture backtest (horizon_days)'],
    [['--backtest', 'broken.json'], 65, 'broken.json: not JSON'],
    [['--events', 'none.csv'], 66, 'none.csv'],
  ])('%j', async (flags, code, message) => {
    writeFileSync(join(folder, 'wrong.json'), '{}');
    writeFileSync(join(folder, 'broken.json'), '{');
    const { status, stderr } = await run('report', ...(flags.includes('--out') ? [] : ['--out', 'no.html']), ...flags);
    expect(status).toBe(code);
    expect(stderr).toContain(message);
    expect(existsSync(join(folder, 'no.html'))).toBe(false);
  });
});

it('shows a backtest: the verdict, the gain curve with its band, labels and doubts', async () => {
  const world = temporary();
  for (const line of ['generate --users 400 --days 90', 'features', 'backtest --bootstrap 100 --cutoffs 2']) {
    expect((await call(world.folder, line.split(' '))).status).toBe(0);
  }
  const { stdout } = await call(world.folder, ['report', '--no-events', '--json', '--top', '5']);
  const { trust }: Report = JSON.parse(stdout);
  const { called = [], score = [], low = [], high = [] } = trust?.gains ?? {};
  expect(called).toHaveLength(21);
  for (const [i, value] of score.entries()) {
    expect(low[i]).toBeLessThanOrEqual(value);
    expect(high[i]).toBeGreaterThanOrEqual(value);
  }
  expect([low[0], high[0], score.at(-1)]).toEqual([0, 0, 1]);
  const html = readFileSync(join(world.folder, 'data/report.html'), 'utf8');
  for (const path of ['gain-band', 'gain-score', 'gain-recent', 'gain-chance'])
    expect(html).toMatch(new RegExp(`<path class="${path}" d="M`));
  expect(html).toMatch(/<b>\d+\.\d×<\/b> as many conversions among the best tenth/);
});
