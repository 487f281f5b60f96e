/** What a project leaves out, and the table of sessions: `exclude` in gesture.yaml and `--sessions`. */
import { parse } from 'csv-parse/sync';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HAND_LOG, HAND_SESSIONS } from '../fixtures/hand.js';
import { call } from './call.js';
import type { Run } from './gesture.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gesture-hygiene-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: string | Buffer): void => writeFileSync(join(folder, name), content);
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const features = (...args: string[]): Promise<Run> => call(folder, ['features', 'log.csv', ...args]);
const rowOf = (user: string): string | undefined =>
  read('data/user_features.csv')
    .split('\n')
    .find((row) => row.startsWith(`${user},`));

// Ana is a customer. Eve works here, which one of her events says. Bo and the burst of u9 are bots.
const LOG = `event_id,user_id,username,session_id,timestamp,event_type,email,user_agent
1,ana,Ana,a,2026-01-05T09:00:00Z,page_view,ana@acme.test.example,Firefox
2,ana,Ana,a,2026-01-05T09:01:00Z,signup,,Firefox
3,eve,Eve,e,2026-01-06T09:00:00Z,page_view,,Firefox
4,eve,Eve,e,2026-01-06T09:01:00Z,signup,EVE@Acme.test,Firefox
5,qa-1,,q,2026-01-07T09:00:00Z,signup,,Firefox
6,bo,,b,2026-01-07T09:00:00Z,page_view,,Mozilla/5.0 (compatible; GoogleBot/2.1)
7,bo,,b,2026-01-07T09:01:00Z,page_view,,Firefox
8,u9,,s1,2026-01-08T09:00:00Z,page_view,,Firefox
9,u9,,s2,2026-01-09T09:00:00Z,page_view,,Firefox
10,u9,,s2,2026-01-09T09:00:00Z,page_view,,Firefox
11,u9,,s2,2026-01-09T09:00:01Z,page_view,,Firefox
12,u9,,s2,2026-01-09T09:00:01Z,page_view,,Firefox
13,u9,,s2,2026-01-09T09:00:02Z,search,,Firefox
`;
const EXCLUDE = `exclude:
  users: [qa-1]
  email_domains: [acme.test]
  user_agents: [bot, crawler]
  faster_than_human: true
`;

describe('exclude', () => {
  beforeEach(() => write('log.csv', LOG));

  it('leaves out, counts and lists what the project names; nobody else changes by a byte', async () => {
    const asOf = ['--as-of', '2026-01-09T09:00:02Z'];
    expect((await features(...asOf)).stderr).toMatch(/^read 13 = used 13 \+ rejected 0 \+ duplicate 0\n/);
    const ana = rowOf('ana');
    write('gesture.yaml', EXCLUDE);
    const { status, stderr } = await features(...asOf);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^read 13 = used 4 \+ rejected 0 \+ duplicate 0 \+ excluded 9\n3 users, 3 sessions/);
    expect(stderr).toContain(
      'excluded: in a session faster than a human (5), an internal e-mail address (2), an internal user (1), the user agent of a bot (1)',
    );
    expect(rowOf('ana')).toBe(ana);
    expect(rowOf('u9')).toMatch(/,1,1,0,0,1,1,0,0,1,/);
    expect([rowOf('eve'), rowOf('qa-1')]).toEqual([undefined, undefined]);
    expect(read('data/excluded_events.csv').split('\n').slice(0, 6)).toEqual([
      'line,column,reason,user_id,file',
      '4,email,an internal e-mail address,eve,log.csv',
      '5,email,an internal e-mail address,eve,log.csv',
      '6,user_id,an internal user,qa-1,log.csv',
      '7,user_agent,the user agent of a bot,bo,log.csv',
      '10,session_id,in a session faster than a human,u9,log.csv',
    ]);
  });

  it('measures ages from the latest row that is used, not from an excluded one', async () => {
    const stamps = { a: '2026-01-01', b: '2026-01-03', 'qa-1': '2026-01-11' };
    const rows = Object.entries(stamps).map(([user, stamp]) => `${user},${stamp}T00:00:00Z,signup\n`);
    write('log.csv', `user_id,timestamp,event_type\n${rows.join('')}`);
    write('gesture.yaml', 'exclude: { users: [qa-1] }\n');
    expect((await features()).stderr).toContain('2 users, 2 sessions, as of 2026-01-03T00:00:00Z');
    const [header = [], ...users] = parse(read('data/user_features.csv'));
    const age = header.indexOf('days_since_last_event');
    expect(users.map((cells) => [cells[0], cells[age]])).toEqual([
      ['a', '2'],
      ['b', '0'],
    ]);
  });

  it('counts a row once: rejected, a duplicate and later than as-of come first', async () => {
    write('gesture.yaml', EXCLUDE);
    write('log.csv', `${LOG}5,qa-1,,q,2026-01-07T09:00:00Z,signup,,\n14,qa-1,,q,never,signup,,\n`);
    const { stderr } = await features('--max-rejected', '10%', '--as-of', '2026-01-09T09:00:01Z');
    expect(stderr).toMatch(/^read 15 = used 8 \+ rejected 1 \+ duplicate 1 \+ excluded 4 \+ later than as-of 1\n/);
  });

  it('finds bursts where no session is named, too', async () => {
    write('log.csv', LOG.replaceAll(/,s[12],/g, ',,'));
    write('gesture.yaml', 'exclude: { faster_than_human: true }\n');
    expect((await features()).stderr).toMatch(/^read 13 = used 8 .* \+ excluded 5\n/);
  });

  it('prints no fourth term where nothing is configured, and writes no list', async () => {
    expect((await features()).stderr).not.toContain('excluded');
    expect(() => read('data/excluded_events.csv')).toThrow('ENOENT');
  });

  it.each([
    ['a domain that is none', 'exclude: { email_domains: [acme] }', 'must be a domain such as acme.com'],
    ['a misspelt rule', 'exclude: { domains: [a.test], emails_domains: [a.test] }', 'Did you mean "email_domains"?'],
    [
      'an expression that is none',
      'exclude: { user_agents: ["("] }',
      'exclude.user_agents is not a regular expression (RE2)',
    ],
  ])('refuses %s', async (_, config, says) => {
    write('gesture.yaml', `${config}\n`);
    const { status, stderr } = await features();
    expect(stderr).toContain(says);
    expect(status).toBe(2);
  });
});

describe('--sessions', () => {
  it('writes the sessions worked out by hand', async () => {
    write('log.csv', readFileSync(HAND_LOG));
    expect((await features('--max-rejected', '10%', '--sessions', 'data/sessions.csv')).status).toBe(0);
    const [header = [], ...rows] = parse(read('data/sessions.csv'));
    expect(header.join(' ')).toBe(
      'user_id session_id start end events duration_sec device is_repeat is_bounce is_spam',
    );
    expect(rows).toEqual(HAND_SESSIONS);
  });

  it('writes the same table whether or not the log must be read with care', async () => {
    write('log.csv', LOG);
    await features('--sessions', 'clean.csv');
    write('log.csv', `${LOG}13,u9,,s2,2026-01-09T09:00:02Z,search,,Firefox\n`);
    expect((await features('--sessions', 'careful.csv')).stderr).toContain('duplicate 1');
    expect(read('careful.csv')).toBe(read('clean.csv'));
  });
});
