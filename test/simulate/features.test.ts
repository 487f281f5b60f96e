/** What `features` makes of a simulated log: the rules it derives agree with the log, and what was planted is found. */
import { parse } from 'csv-parse/sync';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../commands/call.js';
import { rowsOf, type Run } from '../commands/gesture.js';
import { find } from '../engine/find.js';
import { oracle } from '../oracle/oracle.js';
import { LONG } from '../random.js';
import { logOf, usersOf } from './worlds.js';

/** A log without these columns; no cell of a simulated log holds a comma. */
const without = (log: string, ...columns: readonly string[]): string => {
  const [header = '', ...lines] = log.split('\n');
  const kept = header.split(',').map((name) => !columns.includes(name));
  return [header, ...lines]
    .map((line) =>
      line
        .split(',')
        .filter((_, i) => kept[i])
        .join(','),
    )
    .join('\n');
};

describe('the log says what the rules would derive', () => {
  const users = usersOf({ users: LONG ? 2000 : 400 });
  const log = logOf(users);
  const flags = ['is_repeat_session', 'bounce_flag', 'spam_flag'];

  it('has spam sessions, and bots with sessions that are none', () => {
    const sessions = users.flatMap(({ persona, sessions: visits }) => (persona === 'bot' ? visits : []));
    expect(new Set(sessions.map(({ spam }) => spam))).toEqual(new Set([true, false]));
  });

  it.each([
    ['the flags', flags],
    ['the flags and the session ids', [...flags, 'session_id', 'session_number']],
  ])('the same features, byte for byte, without %s', async (_, columns) => {
    const [stated, derived] = [await find([log]), await find([without(log, ...columns)])];
    expect(derived.csv).toBe(stated.csv);
    expect(derived.sessions).toBe(stated.sessions);
  });

  it('every session has the flags that the oracle derives', () => {
    const small = logOf(users.filter(({ persona, k }) => persona === 'bot' || k % 20 === 0));
    expect(oracle(without(small, ...flags)).sessions).toEqual(oracle(small).sessions);
  });
});

describe('gesture features finds what gesture generate --dirty planted', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gesture-dirty-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const run = async (...args: string[]): Promise<Run> => {
    const done = await call(folder, args);
    expect(done).toMatchObject({ status: 0 });
    return done;
  };

  const LOGS = [
    ['time', '2%'],
    ['user', '2%'],
    ['user', '12%'],
  ] as const;

  it.each(LONG ? LOGS : LOGS.slice(0, 1))('in a log ordered by %s, %s of it spoilt', async (order, rate) => {
    const flags = ['--users', '400', '--order', order];
    await run('generate', ...flags, '--out', 'clean/events.csv');
    await run('generate', ...flags, '--out', 'dirty/events.csv', '--dirty', rate);
    await run('features', 'clean/events.csv', '--out', 'clean/features.csv', '--strict');
    const { stderr } = await run('features', 'dirty/events.csv', '--out', 'dirty/features.csv');

    const planted = rowsOf(text('dirty/planted_events.csv'));
    const expected = (what: string): number[] =>
      planted.filter(({ expect: fate }) => fate === what).map(({ line }) => Number(line));
    const lines = text('dirty/events.csv').trimEnd().split('\n');
    const [bad, twice] = [expected('rejected'), expected('duplicate')];
    for (const lineNumbers of [bad, twice, expected('used')]) expect(lineNumbers.length).toBeGreaterThan(10);

    // Rejected: the planted lines and no others, each for its stamp, as it stands in the log.
    const rejected: Record<string, string>[] = parse(text('dirty/rejected_events.csv'), { columns: true });
    expect(rejected.map(({ line, column, raw }) => ({ line: Number(line), column, raw }))).toEqual(
      bad.map((line) => ({ line, column: 'timestamp', raw: lines[line - 1] })),
    );

    // Ignored: as many as planted, and none is left without the planted lines.
    const clean = text('clean/events.csv').trimEnd().split('\n').length - 1;
    const counts = [lines.length - 1, clean, bad.length, twice.length].map((n) => n.toLocaleString('en-US'));
    expect(counts).toEqual(
      [...(/read (\S+) = used (\S+) \+ rejected (\S+) \+ duplicate (\S+)\n/u.exec(stderr) ?? [])].slice(1),
    );
    const gone = new Set([...bad, ...twice]);
    writeFileSync(join(folder, 'dirty/left.csv'), `${lines.filter((_, i) => !gone.has(i + 1)).join('\n')}\n`);
    const left = await run('features', 'dirty/left.csv', '--out', 'dirty/left_features.csv', '--strict');
    expect(left.stderr).toMatch(/^read (\S+) = used \1 \+ rejected 0 \+ duplicate 0\n/u);

    // And nobody's features have changed.
    expect(text('dirty/features.csv')).toBe(text('clean/features.csv'));
    expect(text('dirty/left_features.csv')).toBe(text('clean/features.csv'));
  });
});
