import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { defaultConfig } from '../../src/config/settings.js';
import { score } from '../../src/scoring/explain.js';
import { temporary } from '../config/temporary.js';
import { pointsOf } from '../fixtures/scoring.js';
import { call } from './call.js';
import { featuresCsv, gesture, rowsOf, type Run } from './gesture.js';

const { folder: root } = temporary();
let folder = root;
let next = 0;

const USERS = [
  { user_id: 'ana', username: 'Ana', signups: 1, demo_request_clicks: 1, days_since_last_event: 0 },
  { user_id: 'ben', username: 'Ben', page_views: 2, days_since_last_event: 7 },
  { user_id: 'cy', username: 'Cy', signups: 1, calendar_bookings: 2, demo_request_clicks: 3, converted: 1 },
  { user_id: 'dot', username: 'Dot', spam_rate: 1, days_since_last_event: 0 },
];

/** Nobody recorded how these features were made. */
const hash = `unknown-${defaultConfig.hashes.scoring}`;
const [ana, ben, cy, dot] = [
  score({ signups: 1, demo_request_clicks: 1, days_since_last_event: 0 }),
  score({ page_views: 2, days_since_last_event: 7 }),
  score({ signups: 1, calendar_bookings: 2, demo_request_clicks: 3 }),
  score({ spam_rate: 1, days_since_last_event: 0 }),
];

const read = (name: string): string => readFileSync(join(folder, 'data', name), 'utf8');
const write = (content: string): void => writeFileSync(join(folder, 'data', 'user_features.csv'), content);
const rank = (...args: string[]): Promise<Run> => call(folder, ['rank', ...args]);

beforeEach(() => {
  folder = join(root, String(next++));
  mkdirSync(join(folder, 'data'), { recursive: true });
  write(featuresCsv(USERS));
});

describe('gesture rank', () => {
  it('writes the short list and everybody, and says what it did', async () => {
    const { status, stdout, stderr } = await rank('--top', '2');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^3 people to call \(1 converted already\); the list has 2\n/);
    expect(stdout).toContain(ana.explanation);
    expect(read('top_users.csv')).toBe(`user_id,username,score,score_label,explanation,converted,config
cy,Cy,${cy.score},high,"${cy.explanation}",1,${hash}
ana,Ana,${ana.score},medium,"${ana.explanation}",0,${hash}
`);
    expect(rowsOf(read('user_scores.csv')).map((row) => [row['rank'], row['user_id'], row['score']])).toEqual([
      ['1', 'cy', `${cy.score}`],
      ['2', 'ana', `${ana.score}`],
      ['3', 'ben', `${ben.score}`],
      ['4', 'dot', `${dot.score}`],
    ]);
    expect(stderr).toMatch(/^high +60 to 100 +1 +25% +1\nmedium +30 to 60 +1 +25% +0\nlow +0 to 30 +2 +50% +0$/m);
    expect(stderr).toMatch(/^next +gesture explain ana$/m);
    expect(stderr).toMatch(/wrote +data\/user_scores.csv, data\/top_users.csv \(2 users\)/);
  });

  it('points, floor and cap of every row sum to its score', async () => {
    await rank();
    for (const row of rowsOf(read('user_scores.csv'))) {
      const points = Object.entries(row).filter(([name]) => name.endsWith('_points'));
      const sum = points.reduce((total, [, cell]) => total + Math.round(Number(cell) * 100), 0);
      expect(points).toHaveLength(Object.keys(defaultConfig.weights).length + 2);
      expect(sum).toBe(Math.round(Number(row['score']) * 100));
    }
    expect(rowsOf(read('user_scores.csv'))[3]).toMatchObject({
      spam_rate_points: `${pointsOf('spam_rate')}`,
      floor_points: `${-pointsOf('spam_rate') - pointsOf('days_since_last_event')}`,
    });
  });

  it('writes the same bytes in every language and time zone', () => {
    write(featuresCsv(['ä', 'z', 'I', 'ı', 'İ', 'i'].map((user_id) => ({ user_id, signups: 1 }))));
    const written = [
      { LANG: 'tr_TR.UTF-8', TZ: 'Asia/Tokyo' },
      { LC_ALL: 'C', TZ: 'UTC' },
    ].map((env) => {
      gesture(folder, ['rank'], { env });
      return read('user_scores.csv');
    });
    expect(written[0]).toBe(written[1]);
    expect(rowsOf(written[0] ?? '').map((row) => row['user_id'])).toEqual(['I', 'i', 'z', 'ä', 'İ', 'ı']);
  });

  it.each<[string[], string[]]>([
    [['--exclude-converted'], ['ana', 'ben', 'dot']],
    [
      ['--min-score', `${ben.score}`],
      ['cy', 'ana', 'ben'],
    ],
    [
      ['--label', 'low'],
      ['ben', 'dot'],
    ],
    [['--label', 'low', '--top', '1'], ['ben']],
    [['--label', 'high', '--exclude-converted'], []],
  ])('%j lists %j; user_scores.csv always has everybody', async (flags, listed) => {
    await rank(...flags);
    expect(rowsOf(read('top_users.csv')).map((row) => row['user_id'])).toEqual(listed);
    expect(rowsOf(read('user_scores.csv'))).toHaveLength(4);
  });

  it('lists by label and activity, without who opted out, and numbers whom to call', async () => {
    write(
      featuresCsv([
        {
          user_id: 'won',
          signups: 1,
          calendar_bookings: 1,
          last_event_ts: '2026-01-30T00:00:00Z',
          converted: 1,
          opted_out: 0,
        },
        { user_id: 'out', signups: 1, last_event_ts: '2026-01-31T00:00:00Z', converted: 0, opted_out: 1 },
        { user_id: 'new', signups: 1, last_event_ts: '2026-01-31T00:00:00Z', converted: 0, opted_out: 0 },
        { user_id: 'old', signups: 1, last_event_ts: '2025-12-31T00:00:00Z', converted: 0, opted_out: 0 },
        { user_id: 'low', page_views: 1, last_event_ts: '2026-01-30T12:00:00Z', converted: 0, opted_out: '' },
      ]),
    );
    const listed = async (...flags: string[]): Promise<unknown> => {
      const { stdout } = await rank('--out', '-', '--format', 'ndjson', ...flags);
      const users = stdout
        .trimEnd()
        .split('\n')
        .map((line): { rank: number; user_id: string } => JSON.parse(line));
      return users.map(({ rank: number, user_id }) => `${number} ${user_id}`);
    };
    expect(await listed()).toEqual(['1 won', '2 new', '3 old', '4 low']);
    expect(await listed('--exclude-converted')).toEqual(['1 new', '2 old', '3 low']);
    expect(await listed('--label', 'medium+')).toEqual(['1 won', '2 new', '3 old']);
    expect(await listed('--label', 'medium')).toEqual(['2 new', '3 old']);
    expect(await listed('--active-within', '1d')).toEqual(['1 won', '2 new', '4 low']);
    const { stdout } = await rank('--exclude-converted');
    expect(stdout).toMatch(/^3 people to call \(1 converted already, 1 opted out\); the list has 3\n/);
    expect(stdout).toContain('last active on 31 December 2025');
    expect(rowsOf(read('user_scores.csv')).map((row) => row['user_id'])).toEqual(['won', 'new', 'out', 'old', 'low']);
  });

  it('says how many more have the score of the last one listed', async () => {
    write(featuresCsv(['a', 'b', 'c', 'd'].map((user_id) => ({ user_id, signups: 1 }))));
    expect((await rank('--top', '1')).stdout).toContain('3 more people have the score of the last one listed, 30.00');
    expect((await rank('--top', '3')).stdout).toContain('1 more person has the score of the last one listed, 30.00');
    expect((await rank('--top', '4')).stdout).not.toContain('the last one listed');
  });

  it('shows the columns that gesture.yaml names, safe for a spreadsheet', async () => {
    writeFileSync(join(folder, 'gesture.yaml'), 'show: [email, seats]\n');
    write(featuresCsv([{ user_id: 'ana', signups: 1, email: '=ana@acme.com', seats: -3 }]));
    const { stdout } = await rank();
    expect(stdout).toContain('=ana@acme.com, -3\n');
    expect(rowsOf(read('top_users.csv'))).toMatchObject([{ email: "'=ana@acme.com", seats: '-3' }]);
    expect(JSON.parse((await rank('--json')).stdout)).toMatchObject({
      top: [{ show: { email: '=ana@acme.com', seats: '-3' } }],
    });
    write(featuresCsv([{ user_id: 'ana' }]));
    expect((await rank()).stderr).toMatch(/email, seats are missing/);
  });

  it('refuses features without the flag of who opted out if the settings say who does', async () => {
    writeFileSync(join(folder, 'gesture.yaml'), 'opt_out: { any_of: [left] }\n');
    expect((await rank()).stderr).toMatch(/opted_out is missing\. Run `gesture features` with the same settings/);
  });

  it('--strict allows no warning, and writes nothing', async () => {
    write(featuresCsv([{ user_id: 'ana' }, { user_id: 'ben' }]));
    const { status, stderr } = await rank('--strict');
    expect(status).toBe(65);
    expect(stderr).toMatch(/^gesture: --strict allows no warning: all users are low: the best score is 0/);
    expect(existsSync(join(folder, 'data', 'top_users.csv'))).toBe(false);
  });

  it('writes JSON and NDJSON with every contribution', async () => {
    const { stdout } = await rank('--top', '1', '--out', '-', '--format', 'json');
    const list: unknown = JSON.parse(stdout);
    expect(list).toMatchObject([{ rank: 1, user_id: 'cy', score: cy.score, converted: 1, floor_points: 0 }]);
    expect(list).toMatchObject([
      { contributions: expect.arrayContaining([{ signal: 'spam_rate', value: null, points: 0 }]) },
    ]);
    await rank('--out', 'leads.ndjson');
    const lines = readFileSync(join(folder, 'leads.ndjson'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject(
      ['cy', 'ana', 'ben', 'dot'].map((user_id) => ({ user_id })),
    );
  });

  it('--json prints the list and the health of the scoring', async () => {
    const { stdout } = await rank('--json', '--top', '1');
    expect(JSON.parse(stdout)).toMatchObject({
      config: hash,
      health: { users: 4, labels: { high: 1, medium: 1, low: 2 }, listed: 1, listed_converted: 1 },
      top: [{ user_id: 'cy' }],
    });
  });

  it('reads standard input and writes standard output, and no file that nobody asked for', () => {
    const { stdout } = gesture(folder, ['rank', '-', '--out', '-'], { input: featuresCsv(USERS.slice(0, 1)) });
    expect(rowsOf(stdout)).toMatchObject([{ user_id: 'ana', score: `${ana.score}` }]);
    expect(existsSync(join(folder, 'data', 'user_scores.csv'))).toBe(false);
  });

  it('--no-scores writes the list alone, the same list', async () => {
    await rank();
    const list = read('top_users.csv');
    rmSync(join(folder, 'data', 'user_scores.csv'));
    const { stderr } = await rank('--no-scores');
    expect(stderr).toMatch(/wrote +data\/top_users.csv \(4 users\)/);
    expect(read('top_users.csv')).toBe(list);
    expect(existsSync(join(folder, 'data', 'user_scores.csv'))).toBe(false);
  });

  it('takes ids and names as they are, and starts no formula in a spreadsheet', async () => {
    const ids = ['=1+1', '+x', '-5', '@me', '__proto__', 'constructor', '007', '7', '1e5', ' ＝1', "'=x", 'a"b,c'];
    write(featuresCsv(ids.map((user_id) => ({ user_id, username: '=HYPERLINK("http://x","y")' }))));
    await rank('--top', '99');
    const safe = [
      "'=1+1",
      "'+x",
      '-5',
      "'@me",
      '__proto__',
      'constructor',
      '007',
      '7',
      '1e5',
      "' ＝1",
      "''=x",
      'a"b,c',
    ];
    expect(new Set(rowsOf(read('top_users.csv')).map((row) => row['user_id']))).toEqual(new Set(safe));
    for (const row of rowsOf(read('user_scores.csv'))) expect(row['username']).toBe('\'=HYPERLINK("http://x","y")');
  });

  it('scores a feature of the project as soon as gesture.yaml names it', async () => {
    writeFileSync(
      join(folder, 'gesture.yaml'),
      `features:
  integrations:
    from: events
    is: { op: countWhere, column: event_type, equals: integration_connected }
    unit: events
    says: integrations connected
weights:
  signups: { points: ${pointsOf('signups', -10)} }
  integrations: { points: 10, saturates_at: 4, phrase: "connected {value} integrations" }
`,
    );
    expect((await rank()).stderr).toMatch(/integrations is missing\. Run `gesture features` with the same settings/);
    write(
      featuresCsv([
        { user_id: 'ana', integrations: 2 },
        { user_id: 'ben', signups: 1, integrations: '' },
      ]),
    );
    const { status, stderr } = await rank();
    expect(status).toBe(0);
    expect(stderr).toMatch(/^integrations +10 +2\.50 +20% +1$/m);
    expect(rowsOf(read('user_scores.csv'))).toMatchObject([
      { user_id: 'ben', score: `${pointsOf('signups', -10)}`, integrations_points: '0' },
      { user_id: 'ana', score: '5', integrations_points: '5', explanation: 'connected 2 integrations (+5.0)' },
    ]);
  });
});

describe('gesture rank refuses', () => {
  it('a cell that is no number: exit 65, the line and the column, and the old files stay', async () => {
    write(featuresCsv([{ user_id: 'ana' }, { user_id: 'ben', page_views: 'many' }]));
    writeFileSync(join(folder, 'data', 'top_users.csv'), 'old');
    expect(await rank()).toEqual({
      status: 65,
      stdout: '',
      stderr: 'gesture: data/user_features.csv:3: page_views is "many", not a plain number such as 3 or 0.25\n',
    });
    expect(read('top_users.csv')).toBe('old');
  });

  it.each([
    [['--top', '0'], '--top 0: must be a whole number, 1 or more'],
    [['--top=-1'], 'must be a whole number, 1 or more'],
    [['--top', '2.5'], 'must be a whole number, 1 or more'],
    [['--min-score', '101'], '--min-score 101: must be a number from 0 to 100'],
    [['--label', 'warm'], '--label warm: must be one of high, medium, low'],
    [['--out', 'data/user_features.csv'], 'is also an input'],
    [['--scores', 'data/top_users.csv'], 'are the same file'],
    [['--out', '-', '--json'], 'only one of --out, --scores and --json can go to standard output'],
    [['--out', 'list.html'], '--out list.html: must be a name that ends in one of .csv, .json, .ndjson'],
    [['--scores', 'all.json'], '--scores all.json: must be a name that ends in .csv'],
  ])('%j', async (flags, says) => {
    const { status, stderr } = await rank(...flags);
    expect(stderr).toContain(says);
    expect(status).toBe(2);
  });

  it('an output that is the input under another name', async () => {
    symlinkSync('user_features.csv', join(folder, 'data', 'list.csv'));
    expect(await rank('--out', 'data/list.csv')).toMatchObject({ status: 2 });
  });

  it('a file that is not there, and says what to do', async () => {
    const { status, stderr } = await rank('none.csv');
    expect(stderr).toMatch(/there is no file none.csv. Run `gesture features` first/);
    expect(status).toBe(66);
  });

  it('a wrong gesture.yaml, with the line and a caret', async () => {
    writeFileSync(join(folder, 'gesture.yaml'), 'weights:\n  signupz: 20\n');
    const { status, stderr } = await rank();
    expect(status).toBe(2);
    expect(stderr).toBe(`gesture: gesture.yaml:2:3 weights.signupz: unknown feature. Did you mean "signups"?
  2 |   signupz: 20
    |   ^^^^^^^
`);
  });
});
