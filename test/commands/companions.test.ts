import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { defaultConfig } from '../../src/config/settings.js';
import { loadConfig } from '../../src/config/load.js';
import { score } from '../../src/scoring/explain.js';
import type { Comparison } from '../../src/scoring/compare.js';
import type { Answer } from '../../src/commands/explainScreen.js';
import { temporary } from '../config/temporary.js';
import { pointsOf } from '../fixtures/scoring.js';
import { call } from './call.js';
import { featuresCsv } from './gesture.js';

const { folder: root } = temporary();
let folder = root;
let next = 0;

const ANA = { user_id: 'ana', username: 'Ana', signups: 1, pricing_page_views: 3, spam_rate: 0.25 };
const OTHERS = [
  { user_id: 'ben', username: 'Ben', page_views: 2 },
  { user_id: 'cy', username: 'Cy', signups: 1, calendar_bookings: 2, converted: 1 },
];

const write = (...rows: Readonly<Record<string, string | number>>[]): void =>
  writeFileSync(join(folder, 'data', 'user_features.csv'), featuresCsv(rows));

beforeEach(() => {
  folder = join(root, String(next++));
  mkdirSync(join(folder, 'data'), { recursive: true });
  write(ANA, ...OTHERS);
});

describe('gesture explain', () => {
  const explain = (...args: string[]) => call(folder, ['explain', ...args]);

  it('shows every signal, the standing, and what would raise the score most', async () => {
    const { status, stdout } = await explain('ana', '--what-if', 'pricing_page_views=6');
    expect(status).toBe(0);
    await expect(stdout).toMatchFileSnapshot('screens/explain.txt');
  });

  it('what if is what would be: the same answer as for a user who really has that value', async () => {
    const answer = async (...args: string[]): Promise<Answer> => JSON.parse((await explain(...args, '--json')).stdout);
    const supposed = await answer('ana', '--what-if', 'pricing_page_views=6', '--what-if', 'spam_rate=');
    write({ ...ANA, pricing_page_views: 6, spam_rate: '' }, ...OTHERS);
    expect(supposed.what_if).toEqual((await answer('ana')).now);
    expect(supposed.what_if?.score).toBe(score({ signups: 1, pricing_page_views: 6 }).score);
  });

  it.each(['ben', 'BEN', '3', '#3'])('takes an id, a name in any case, or a rank: %s', async (user) => {
    expect((await explain(user)).stdout).toMatch(/^Ben \(ben\):/);
  });

  it('ends with what to do next: try the largest gain, then see who changed', async () => {
    const gain = 'calendar_bookings=1';
    expect((await explain('ana')).stderr).toContain(`next     gesture explain ana --what-if ${gain}\n`);
    expect((await explain('ana', '--what-if', gain)).stderr).toContain('next     gesture rank\n');
    write({ ...ANA, user_id: "Ana's $id" });
    const { stderr } = await explain('1', 'data/user_features.csv', '--json');
    expect(stderr).toContain(`next     gesture explain 'Ana'\\''s $id' --what-if ${gain}\n`);
  });

  it('says the same of a user as the list does, and counts the days of --what-if from as-of', async () => {
    const last = { days_since_last_event: 2, last_event_ts: '2026-01-29T00:00:00Z' };
    write({ ...ANA, ...last }, { user_id: 'zoe', days_since_last_event: 0, last_event_ts: '2026-01-31T00:00:00Z' });
    const { stdout } = await call(folder, ['rank', '--json', '--out', 'data/top.csv']);
    const [first]: { explanation: string }[] = JSON.parse(stdout).top;
    const answer: Answer = JSON.parse((await explain('ana', '--what-if', 'days_since_last_event=1', '--json')).stdout);
    expect(answer.now.explanation).toBe(first?.explanation);
    expect(answer.now.explanation).toContain('last active on 29 January 2026');
    expect(answer.what_if?.explanation).toContain('last active on 30 January 2026');
  });

  it('--what-if shows the old and the new score, label and rank, and only the signals that change', async () => {
    const { stdout } = await explain('ana', '--what-if', 'calendar_bookings=1', '--what-if', 'spam_rate=0.25');
    const points = pointsOf('calendar_bookings').toFixed(2);
    expect(
      stdout
        .split(/^What if: /m)[1]
        ?.split('\n')
        .slice(0, 3),
    ).toEqual([
      expect.stringMatching(/^28\.43 -> 58\.43 \(\+30\.00\), low -> medium, still rank 2$/),
      `     0.00 ->  +${points}  booked calls: unknown -> 1  calendar_bookings`,
      '',
    ]);
    expect((await explain('ana', '--what-if', 'spam_rate=0.25')).stdout).toContain('Nothing changes');
    const answer: Answer = JSON.parse((await explain('ben', '--what-if', 'signups=1', '--json')).stdout);
    expect([answer.rank, answer.what_if_rank]).toEqual([3, 2]);
  });

  it('of an id that begins as flags do ends with a command that can be run', async () => {
    write({ ...ANA, user_id: '-1+2' });
    const { stderr } = await explain('1');
    expect(stderr).toContain('next     gesture explain --what-if calendar_bookings=1 -- -1+2\n');
    expect((await explain('--what-if', 'calendar_bookings=1', '--', '-1+2')).status).toBe(0);
  });

  it('says that somebody is higher than all others only of the first', async () => {
    const others = Array.from({ length: 2500 }, (_, i) => ({ user_id: `u${i}` }));
    write({ ...ANA, user_id: 'first', calendar_bookings: 1 }, { ...ANA, user_id: 'second' }, ...others);
    expect((await explain('first')).stdout).toContain('rank 1 of 2502, higher than 100% of the others');
    expect((await explain('second')).stdout).toContain('rank 2 of 2502, higher than 99.9% of the others');
  });

  it('holds a floor as a line of its own', async () => {
    write({ user_id: 'bot', spam_rate: 1 });
    const floor = String(-pointsOf('spam_rate'));
    expect((await explain('bot')).stdout).toMatch(
      new RegExp(`\\+${floor}\\.00 +held at 0  floor\\n +0\\.00 +score\\n`),
    );
    expect((await explain('bot')).stdout).toMatch(/the only user/);
  });

  it.each([
    [['anna'], 'has no user "anna". Did you mean the id "ana" or the name "Ana"?'],
    [['ana', '--what-if', 'pricing_page_view=6'], '--what-if pricing_page_view: must be one of signups, '],
    [
      ['ana', '--what-if', 'pricing_page_views=six'],
      '--what-if pricing_page_views=six: must be a signal and a plain number',
    ],
    [['ana', '--what-if', 'pricing_page_views'], 'must be a signal and a plain number, such as pricing_page_views=6'],
  ])('%j is refused: %s', async (args, says) => {
    const { status, stderr } = await explain(...args);
    expect(stderr).toContain(says);
    expect(status).toBe(2);
  });
});

describe('gesture compare', () => {
  const scores = async (name: string): Promise<string> => {
    await call(folder, ['rank', '--out', '-', '--scores', name]);
    return name;
  };
  const compare = (...args: string[]) => call(folder, ['compare', ...args]);

  it('says nothing on standard output where nothing changed', async () => {
    const same = await scores('same.csv');
    const { status, stdout, stderr } = await compare(same, same);
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/no change: 3 users/);
  });

  it('says who moved, by how much and why', async () => {
    const before = await scores('before.csv');
    write({ ...ANA, calendar_bookings: 1, spam_rate: 0.5 }, OTHERS[1] ?? {}, { user_id: 'zoe' });
    const { stdout } = await compare(before, await scores('after.csv'));
    await expect(stdout).toMatchFileSnapshot('screens/compare.txt');
  });

  it('tells a change of settings from behaviour', async () => {
    const before = await scores('before.csv');
    writeFileSync(
      join(folder, 'gesture.yaml'),
      `weights: { signups: ${pointsOf('signups', -10)}, calendar_bookings: ${pointsOf('calendar_bookings', 10)} }\n`,
    );
    const { stdout } = await compare(before, await scores('after.csv'), '--json');
    const comparison: Comparison = JSON.parse(stdout);
    expect(comparison).toMatchObject({
      config_changed: true,
      changed: ['scoring'],
      old_config: [`unknown-${defaultConfig.hashes.scoring}`],
      unchanged: 1,
    });
    expect(comparison.moved.map((m) => [m.user_id, m.change, m.parts.length])).toEqual([
      ['ana', -10, 1],
      ['cy', 0, 2],
    ]);
  });

  it('says who changed label, and ends with whom to look at', async () => {
    const before = await scores('before.csv');
    write({ ...ANA, calendar_bookings: 1 }, ...OTHERS);
    const { stdout, stderr } = await compare(before, await scores('after.csv'), '--json');
    const { label_changes: changes }: Comparison = JSON.parse(stdout);
    expect(changes).toMatchObject([{ user_id: 'ana', username: 'Ana', old_label: 'low', new_label: 'medium' }]);
    expect(stderr).toContain('next     gesture explain ana\n');
  });

  it('refuses a label that is none', async () => {
    const edited = await scores('edited.csv');
    const text = readFileSync(join(folder, edited), 'utf8');
    writeFileSync(join(folder, edited), text.replace(',low,', ',cold,'));
    const { status, stderr } = await compare(edited, edited);
    expect(stderr).toMatch(/edited\.csv:\d: score_label is "cold", not one of high, medium, low/);
    expect(status).toBe(65);
  });

  it('refuses scores that do not add up', async () => {
    const edited = await scores('edited.csv');
    const cy = score({ signups: 1, calendar_bookings: 2 }).score;
    const text = readFileSync(join(folder, edited), 'utf8');
    writeFileSync(join(folder, edited), text.replace(`,Cy,${cy},`, `,Cy,${cy + 1},`));
    const { status, stderr } = await compare(edited, edited);
    expect(stderr).toContain(`edited.csv:2: the points of user "cy" sum to ${cy}, the score is ${cy + 1}`);
    expect(status).toBe(65);
  });

  it('refuses another file', async () => {
    expect((await compare('data/user_features.csv', 'data/user_features.csv')).stderr).toMatch(
      /Name a user_scores.csv/,
    );
  });
});

describe('gesture init', () => {
  const init = (...args: string[]) => call(folder, ['init', ...args]);

  it('writes the defaults, commented, and never over a file that is there', async () => {
    expect((await init()).status).toBe(0);
    expect((await loadConfig(join(folder, 'gesture.yaml'))).hash).toBe(defaultConfig.hash);
    for (const { because } of Object.values(defaultConfig.weights)) {
      expect(readFileSync(join(folder, 'gesture.yaml'), 'utf8')).toContain(`# ${because}`);
    }
    expect(await init()).toMatchObject({ status: 2, stderr: expect.stringContaining('replace it with --force') });
    expect((await init('--force')).stderr).toBe('wrote    gesture.yaml\nnext     gesture features\n');
    expect((await init('--out', 'mine.yaml')).stderr).toContain('next     gesture features --config mine.yaml\n');
  });

  it('--schema writes a schema that knows the signals of the project', async () => {
    const mine = `features: { calls: { from: events, is: { op: countWhere, column: event_type, equals: call }, unit: events, says: calls } }
weights: { calls: { points: 0, binary: true, because: We shall see. } }
`;
    writeFileSync(join(folder, 'gesture.yaml'), mine);
    expect((await init('--schema')).status).toBe(0);
    expect(readFileSync(join(folder, 'gesture.schema.json'), 'utf8')).toContain('0 points. We shall see.');
    expect(JSON.parse((await init('--schema', '-')).stdout)).toHaveProperty('properties.weights.properties.calls');
  });

  it('--schema writes over nothing but a schema', async () => {
    writeFileSync(join(folder, 'log.csv'), 'user_id\n');
    writeFileSync(join(folder, 'other.json'), '{}');
    const refused = (says: string): object => ({ status: 2, stderr: expect.stringContaining(says) });
    expect(await init('--schema', 'log.csv')).toMatchObject(refused('ends in .json'));
    expect(await init('--schema', 'other.json')).toMatchObject(refused('--force'));
    expect(await init('log.csv', '--schema')).toMatchObject(refused('leave the log out'));
    expect(readFileSync(join(folder, 'log.csv'), 'utf8')).toBe('user_id\n');
    expect((await init('--schema', 'other.json', '--force')).status).toBe(0);
  });
});
