import { describe, expect, it } from 'vitest';
import { compareScreen } from '../../src/commands/compareScreen.js';
import { explainScreen } from '../../src/commands/explainScreen.js';
import { bar, legend, pensFor } from '../../src/commands/bars.js';
import { healthScreen, histogramLine, listScreen } from '../../src/commands/rankScreen.js';
import { displayWidth, idAndName, type Screen, screenOf } from '../../src/text/columns.js';
import { explain } from '../../src/scoring/explain.js';
import type { Comparison, LabelChange } from '../../src/scoring/compare.js';
import { healthOf } from '../../src/scoring/health.js';
import { listUsers, rankUsers } from '../../src/scoring/ranking.js';
import { prepare } from '../../src/scoring/score.js';
import { Users } from '../../src/scoring/users.js';
import { table } from '../../src/text/table.js';
import { SCORING } from '../fixtures/scoring.js';

const model = prepare(SCORING);

/** Names that do harm where they are printed as they are. */
const HOSTILE = [
  ['u1', 'Ana Silva'],
  ['u2', '\u001B[31mred\u001B[2J\u0007'],
  ['u3', '\u202Etxt.exe'],
  ['u4', '👩‍👩‍👧 family 日本語の名前です'],
  ['=HYPERLINK("http://x")', '=cmd|calc'],
  ['u6', 'line\r\nbreak\u2028and more'],
  ['a-very-long-id-1234567890-1234567890', 'A Very Long Name Indeed That Does Not Fit'],
  ['u8', ''],
] as const;

const screen = (as: Screen): string => {
  const users = new Users(model.signals.length, 1);
  for (const [i, [id, name]] of HOSTILE.entries()) {
    const left = 8 - i;
    const values = [left > 2, left > 4, left % 3, left, 2 ** left, left / 9, 10 ** left, left, i, i / 9, i / 18];
    const last = Date.UTC(2026, 0, 10 + left);
    const shown = [`${name.slice(0, 3)}@acme.com`];
    users.add({ id, name, converted: left > 4 ? 1 : 0, values: values.map(Number), last, shown });
  }
  const ranking = rankUsers(users, model);
  const list = listUsers(ranking, { top: 7 });
  const health = healthOf(ranking, list);
  const says = (signal: string): string => signal.replaceAll('_', ' ');
  return listScreen(ranking, list, health, says, as) + healthScreen(health, ranking, as).join('\n');
};

describe('the table of gesture rank', () => {
  it.each([
    ['80 columns', { width: 80, colour: false }, 'rank-80.txt'],
    ['120 columns', { width: 120, colour: false }, 'rank-120.txt'],
    ['80 columns in colour', { width: 80, colour: true }, 'rank-80-colour.txt'],
    ['a pipe', screenOf({}), 'rank-pipe.txt'],
  ] as const)('on %s', async (_, as, file) => {
    await expect(screen(as)).toMatchFileSnapshot(`screens/${file}`);
  });

  it.each([40, 60, 80, 120])('fits %d columns, whatever the names', (width) => {
    for (const line of screen({ width, colour: false }).split('\n'))
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
  });

  it('prints nothing that moves the cursor or turns the text', () => {
    expect(screen({ width: 120, colour: false })).not.toMatch(/[^\P{Cc}\n]|[\u202A-\u202E\u2066-\u2069\u2028]/u);
  });

  it('is 100 columns wide where the terminal does not say, or says 0', () => {
    expect(screenOf({}).width).toBe(100);
    expect(screenOf({ isTTY: true, columns: 0 }).width).toBe(100);
    expect(screenOf({ isTTY: true, columns: 20 }).width).toBe(40);
  });

  it('has colour only on a terminal that has it', () => {
    const terminal = { isTTY: true, columns: 132, hasColors: () => true };
    expect(screenOf(terminal)).toEqual({ width: 132, colour: true });
    expect(screenOf({ ...terminal, hasColors: () => false }).colour).toBe(false); // NO_COLOR, TERM=dumb
    expect(screenOf({ columns: 132 })).toEqual({ width: 132, colour: false });
    expect(screenOf({ columns: 132, hasColors: () => true }).colour).toBe(false); // a pipe
  });
});

it('has room for as many people as somebody asks for', () => {
  const many = 200_000;
  expect(idAndName(Array<string>(many).fill('u1'), Array<string>(many).fill('Ana'), 80)).toEqual({ id: 2, name: 3 });
  expect(
    pensFor(
      Array.from({ length: many }, () => [1, 3]),
      ['a', 'b'],
      String,
    ).map(({ signal }) => signal),
  ).toEqual([1, 0]);
  expect(
    table(
      Array.from({ length: many }, () => ['a', 'b']),
      { width: 80, colour: false },
    ),
  ).toHaveLength(many);
});

/** The words of a screen in their order, without bars. */
const wordsOf = (text: string): string[] => text.split(/[\s█·]+/);

const OPEN = { converted: false, opted_out: false, place_to_call: 1 };

describe('the answer of gesture explain', () => {
  it.each([
    [
      { converted: true, opted_out: false, place_to_call: null },
      'has converted already, so not listed with --exclude-converted',
    ],
    [{ converted: true, opted_out: true, place_to_call: null }, 'asked not to be contacted, so never listed'],
    [{ ...OPEN, place_to_call: 3 }, 'number 3 of those who have not converted'],
    [{ ...OPEN, place_to_call: 7 }, undefined],
  ])('says of %j whether and where the list has them', (state, says) => {
    const now = explain({ signups: 1 }, SCORING);
    const user = { user_id: 'u1', username: '', rank: 7, users: 9, percentile: 30, config: '' };
    const [, line] = explainScreen({ ...user, ...state, now }, { width: 80, colour: false }).split('\n');
    expect(line).toBe(says ?? now.explanation);
  });

  const answer = (as: Screen): string => {
    const row = { signups: 1, pricing_page_views: 3, account_balance_usd: 72.41, spam_rate: 0.25, bounce_rate: 1 };
    const [user_id, username] = HOSTILE[1];
    const standing = { rank: 2, what_if_rank: 99, users: 100, percentile: 98, config: '0123456789ab', ...OPEN };
    return explainScreen(
      { user_id, username, ...standing, now: explain(row, SCORING), what_if: explain({ spam_rate: 1 }, SCORING) },
      as,
    );
  };

  it.each([
    ['80 columns', { width: 80, colour: false }, 'explain-80.txt'],
    ['120 columns', { width: 120, colour: false }, 'explain-120.txt'],
  ])('on %s', async (_, as, file) => {
    await expect(answer(as)).toMatchFileSnapshot(`screens/${file}`);
  });

  it.each([40, 60, 80, 100, 120, 200])('fits %d columns, and breaks no word', (width) => {
    const text = answer({ width, colour: false });
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    expect(wordsOf(text)).toEqual(wordsOf(answer({ width: 1000, colour: false })));
  });

  it('begins details near the edge where the name of a signal is too long to stand beside the numbers', () => {
    const name = 'a_signal_with_a_very_long_name';
    const weights = { [name]: { points: 100, earns: { rate: true }, because: '', phrase: 'x' } } as const;
    const features = { [name]: { from: 'sessions', is: { op: 'count' }, unit: 'x', says: 'long' } } as const;
    const now = explain({ [name]: 1 }, { ...SCORING, weights, features });
    const user = { user_id: 'u1', username: '', rank: 1, users: 1, percentile: null, config: '', ...OPEN };
    expect(explainScreen({ ...user, now }, { width: 40, colour: false })).toContain(
      `\n    in proportion;\n    ${name}\n`,
    );
  });
});

describe('the answer of gesture compare', () => {
  const [[id, name], [hostile, red]] = HOSTILE;
  const uuid = '123e4567-e89b-12d3-a456-426614174000';
  const change = (more: Partial<LabelChange>): LabelChange => ({
    user_id: id,
    username: name,
    old_score: 55,
    new_score: 72.43,
    old_rank: 12,
    new_rank: 3,
    change: 17.43,
    parts: [
      { part: 'demo_request_clicks', change: 15 },
      { part: 'page_views', change: 3 },
      { part: 'bounce_rate', change: -0.7 },
      { part: 'webinars', change: 0.1 },
      { part: 'cap', change: 0.03 },
    ],
    old_label: 'medium',
    new_label: 'high',
    ...more,
  });
  const fallen = {
    old_label: 'high',
    new_label: 'low',
    new_score: 0,
    change: -55,
    parts: [
      { part: 'signups', change: -60 },
      { part: 'floor', change: 5 },
    ],
  } as const;
  const changes = [
    change({}),
    change({ user_id: hostile, username: red, parts: [] }),
    change({ ...fallen, user_id: uuid, username: '' }),
  ];
  const comparison: Comparison = {
    config_changed: true,
    changed: ['scoring'],
    old_config: ['unknown-640923916175'],
    new_config: ['unknown-94ab0d1e5acc'],
    signals_added: ['webinars'],
    signals_removed: [],
    entered: [
      { user_id: id, username: name, score: 61.5, rank: 9, label: 'high' },
      { user_id: hostile, username: red, score: 30, rank: 40, label: 'medium' },
      { user_id: uuid, username: '', score: 2, rank: 90, label: 'low' },
    ],
    left: [],
    unchanged: 97,
    label_changes: changes,
    moved: changes.filter(({ parts }) => parts.length > 0),
  };
  const answer = (as: Screen, top = 3): string => compareScreen(comparison, top, as);

  it('on 80 columns', async () => {
    await expect(answer({ width: 80, colour: false })).toMatchFileSnapshot('screens/compare-80.txt');
  });

  it.each([40, 60, 80, 120, 200])('fits %d columns, and breaks no word', (width) => {
    const text = answer({ width, colour: false });
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    expect(wordsOf(text)).toEqual(wordsOf(answer({ width: 1000, colour: false })));
  });

  it('does not say that the settings of the features changed where nobody knows them', () => {
    const changed = { ...comparison, changed: ['features'] as const, new_config: ['9223246d505d-640923916175'] };
    const [said] = compareScreen(changed, 1, { width: 1000, colour: false }).split('\n');
    expect(said).toMatch(/^the settings of the features are not known of both, so values may differ/);
    const known = { ...changed, old_config: ['000000000000-640923916175'] };
    expect(compareScreen(known, 1, { width: 1000, colour: false })).toMatch(/^the settings of the features changed/);
  });

  it('shows the most important of each group, and says how many there are', () => {
    expect(answer({ width: 80, colour: false }, 1)).toMatch(/^2 people became high:\n(.*\n){3} +and 1 more/m);
  });
});

describe('the columns of ids and names', () => {
  const uuid = '123e4567-e89b-12d3-a456-426614174000';
  it.each([
    ['are as wide as what they hold', ['u1', 'u22'], ['Ana'], 43, { id: 3, name: 3 }],
    ['leave an id whole where a name can be cut', [uuid], ['Maximiliane Musterfrau'], 50, { id: 36, name: 14 }],
    ['cut the longest of ids, so that a name has twelve', [uuid], ['Maximiliane Musterfrau'], 43, { id: 31, name: 12 }],
    ['cut both on a narrow screen', [uuid], ['Maximiliane Musterfrau'], 15, { id: 8, name: 7 }],
    ['count what is seen: two for a Japanese character', ['u1'], ['日本'], 43, { id: 2, name: 4 }],
  ])('%s', (_, ids, names, room, widths) => {
    expect(idAndName(ids, names, room)).toEqual(widths);
  });
});

describe('a bar', () => {
  it.each([
    [[3000, 3000, 750], 6750, 'SSSCCCD···'],
    [[400, 10, 0], 410, '··········'],
    [[600, 400, 0], 1000, 'S·········'],
    [[10_000, 0, 0], 10_000, 'SSSSSSSSSS'],
    [[3000, -2000, 0], 1000, 'S--·······'],
    [[0, 0, 0, 2000], 2000, '++········'],
    [[0, 0, 0], 0, '··········'],
  ])('of %j for %d hundredths is %s', (points, score, text) => {
    const names = ['signups', 'calls', 'demos', 'others'];
    const pens = pensFor([[4, 3, 2, 0]], names, (name) => name);
    expect(bar(points, score, pens, 10, { width: 80, colour: false })).toBe(text);
  });

  it('has a letter of its own for each signal, and a legend that fits', () => {
    const names = ['signups', 'spam', 'sessions', 'ss', '価値', 'pages', 'many'];
    const pens = pensFor([names.map((_, i) => 9 - i)], names, (name) => `the words for ${name}`);
    expect(pens.map(({ letter }) => letter)).toEqual(['S', 'P', 'E', '0', '1', 'A']);
    for (const width of [40, 80, 200]) {
      for (const line of legend(pens, { hasOthers: true, hasPenalties: true }, { width, colour: false }))
        expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }
    expect(legend(pens.slice(0, 2), { hasOthers: true, hasPenalties: false }, { width: 80, colour: false })).toEqual([
      'S the words for signups   P the words for spam   + other signals',
    ]);
  });
});

it('a histogram shows even a single user', () => {
  expect(histogramLine([1000, 500, 1, 0, 0, 0, 0, 0, 0, 125])).toBe('█▄▁      ▁');
});
