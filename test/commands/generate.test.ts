/** `gesture generate` as it is run, in a folder of its own. */
import { Command } from '@commander-js/extra-typings';
import { parse } from 'csv-parse/sync';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { register } from '../../src/commands/generate.js';
import { EVENT_COLUMNS, Failure } from '../../src/model.js';
import { LONG } from '../random.js';
import { call } from './call.js';
import { gesture, program, type Run } from './gesture.js';

/** Runs a command on a terminal of its own (util-linux; other systems' takes other flags). */
const SCRIPT = '/usr/bin/script';

/** Actions that are no bounce, even alone. */
const HIGH_INTENT = new Set(['signup', 'calendar_booking', 'demo_request_click', 'chat_message']);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gesture-generate-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const generate = (...flags: readonly string[]): Promise<Run> => call(folder, ['generate', ...flags]);

const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
const rows = async (name: string): Promise<Record<string, string>[]> => parse(await text(name), { columns: true });
const hash = (content: string): string => createHash('sha256').update(content).digest('hex');

describe('without flags', () => {
  it('writes about 1,900 events of 100 users to data/raw_events.csv and says so, with the next step', async () => {
    const { status, stdout, stderr } = await generate();
    expect(status).toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^wrote 1,\d{3} events of 100 users in \d{3} sessions to data\/raw_events\.csv\nfrom 2026-01-01T\S+Z to 2026-01-30T\S+Z, 7 personas, seed 42\nnext     gesture features\n$/u,
    );
    expect(await readdir(join(folder, 'data'))).toEqual(['raw_events.csv']);

    const events = await rows('data/raw_events.csv');
    expect(Object.keys(events[0] ?? {})).toEqual(Object.keys(EVENT_COLUMNS));
    expect(new Set(events.map(({ user_id }) => user_id)).size).toBe(100);
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(events.length);

    // Grouped by user, in the order of time within a user.
    const stamps = events.map(({ user_id, timestamp, event_id }) => `${user_id} ${timestamp} ${event_id}`);
    expect(stamps).toEqual([...stamps].sort());

    // Every session says whether it is a return, a bounce, spam, and which one it is.
    const sessions = new Map<string, Record<string, string>[]>();
    for (const event of events) {
      const id = event['session_id'] ?? '';
      sessions.set(id, [...(sessions.get(id) ?? []), event]);
    }
    for (const [id, session] of sessions) {
      const number = Number(id.slice(-3));
      const facts = {
        session_number: String(number),
        is_repeat_session: String(number > 1),
        bounce_flag: String(session.length === 1 && !HIGH_INTENT.has(session[0]?.['event_type'] ?? '')),
        spam_flag: session[0]?.['spam_flag'],
        device: session[0]?.['device'],
      };
      for (const event of session) expect(event).toMatchObject(facts);
    }
  });
});

describe('the same bytes everywhere', () => {
  it('in every time zone and language', () => {
    const places: Record<string, string>[] = [
      { TZ: 'UTC', LANG: 'C' },
      { TZ: 'America/St_Johns', LANG: 'en_US.UTF-8' },
      { TZ: 'Pacific/Chatham', LANG: 'tr_TR.UTF-8' },
      { TZ: 'Asia/Kolkata', LC_ALL: 'C' },
    ];
    const logs = (LONG ? places : places.slice(1, 3)).map(
      (env) => gesture(folder, ['generate', '--out', '-', '--users', '60'], { env }).stdout,
    );
    expect(new Set(logs.map(hash)).size).toBe(1);
  });

  it('and a longer world begins with the shorter one', async () => {
    const small = await generate('--out', '-', '--users', '20');
    const large = await generate('--out', '-', '--users', '60');
    expect(large.stdout.startsWith(small.stdout)).toBe(true);
    expect(large.stdout.length).toBeGreaterThan(small.stdout.length);
  });
});

describe('flags', () => {
  it('--order time writes the same rows as they happen', async () => {
    const byUser = (await generate('--out', '-')).stdout.trimEnd().split('\n');
    const byTime = (await generate('--out', '-', '--order', 'time')).stdout.trimEnd().split('\n');
    expect([...byTime].sort()).toEqual([...byUser].sort());
    expect(byTime[0]).toBe(byUser[0]);
    const stamps = byTime.slice(1).map((line) => line.split(',')[4] ?? '');
    expect(stamps).toEqual([...stamps].sort());
  });

  it('--truth writes what nobody else knows, beyond as-of', async () => {
    const { stderr } = await generate('--truth', 'data/truth.csv', '--horizon', '10');
    expect(stderr).toContain('wrote the truth about the users, 10 days ahead, to data/truth.csv');
    const truth = await rows('data/truth.csv');
    expect(Object.keys(truth[0] ?? {})).toEqual(['user_id', 'persona', 'intent', 'converts_at']);
    expect(truth).toHaveLength(100);
    const events = await rows('data/raw_events.csv');
    const has = (user: string | undefined, type: string) =>
      events.some(({ user_id, event_type }) => user_id === user && event_type === type);
    const known = truth.filter(({ converts_at: at = '' }) => at !== '' && at <= '2026-01-31T00:00:00Z');
    const open = truth.filter(({ converts_at: at = '' }) => at > '2026-01-31T00:00:00Z');
    expect(known.map(({ user_id }) => user_id)).toEqual(
      truth.flatMap(({ user_id }) => (has(user_id, 'signup') && has(user_id, 'calendar_booking') ? [user_id] : [])),
    );
    expect(open.length).toBeGreaterThan(0);
    expect(open.every(({ converts_at: at = '' }) => at <= '2026-02-10T00:00:00Z')).toBe(true);
  });

  it('--json prints what was written', async () => {
    const { stdout } = await generate('--users', '5', '--out', 'logs/five.csv', '--truth', 'truth.csv', '--json');
    const lines = (await text('logs/five.csv')).trimEnd().split('\n');
    expect(JSON.parse(stdout)).toMatchObject({
      users: 5,
      events: lines.length - 1,
      written: { events: 'logs/five.csv', truth: 'truth.csv' },
      seed: '42',
      defects: 0,
    });
  });

  it('--dirty lists what it planted beside the log', async () => {
    const { stderr } = await generate('--dirty', '2%', '--out', 'logs/dirty.csv');
    const planted = await rows('logs/planted_events.csv');
    expect(Object.keys(planted[0] ?? {})).toEqual(['line', 'defect', 'event_id', 'expect']);
    expect(stderr).toContain(`planted ${planted.length} defects, listed in logs/planted_events.csv`);
    const lines = (await text('logs/dirty.csv')).split('\n');
    for (const { line, event_id } of planted) expect(lines[Number(line) - 1]?.split(',')[0]).toBe(event_id);
  });

  it('--as-of and --days set the window; now is the clock', async () => {
    const stamps = async (...flags: string[]) =>
      (await generate('--out', '-', ...flags)).stdout.match(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/gu)?.toSorted() ?? [];
    const week = await stamps('--as-of', '2024-03-01T06:00:00+02:00', '--days', '7');
    expect(week[0]?.slice(0, 7)).toBe('2024-02');
    expect((week[0] ?? '') >= '2024-02-23T04:00:00Z').toBe(true);
    expect((week.at(-1) ?? '') <= '2024-03-01T04:00:00Z').toBe(true);
    const recent = await stamps('--as-of', 'now', '--days', '1');
    expect(Date.now() - Date.parse(recent.at(-1) ?? '')).toBeLessThan(86_400_000);
  });

  it.each([
    [['--users', '0'], '--users 0: must be a whole number from 1 to 100,000,000'],
    [['--users', '1e3'], '--users 1e3: must be a whole number'],
    [['--days', '-1'], '--days -1: must be a whole number from 1 to 3,660'],
    [['--horizon', '1.5'], '--horizon 1.5: must be a whole number from 0'],
    [['--as-of', '03/01/2024'], '--as-of 03/01/2024: must be an ISO 8601 date or time'],
    [['--as-of', '2026-02-30'], '--as-of 2026-02-30: must be an ISO 8601 date or time'],
    [
      ['--as-of', '1970-01-02'],
      '--as-of 1970-01-02T23:59:59.999999Z: the simulated days must lie between 1970 and 9999',
    ],
    [['--dirty', '2'], '--dirty 2: must be a share from 0% to 100%, such as 0.05 or 5%'],
    [['--dirty', '0.1', '--out', '-'], '--dirty lists what it planted in a file beside the log'],
    [['--order', 'random'], '--order random: must be one of user, time'],
    [['--truth', './data/raw_events.csv'], 'would be written twice'],
  ])('%j is refused with the fix', async (flags, says) => {
    const command = new Command();
    register(command);
    const refused = command.parseAsync(flags, { from: 'user' });
    await expect(refused).rejects.toThrow(Failure);
    await expect(refused).rejects.toThrow(says);
    await expect(refused).rejects.toMatchObject({ kind: 'usage' });
  });

  it('a refusal is one line, exit code 2, and nothing written', async () => {
    const { status, stderr } = await generate('--users', '0');
    expect(stderr).toBe('gesture: --users 0: must be a whole number from 1 to 100,000,000\n');
    expect(status).toBe(2);
    expect(await readdir(folder)).toEqual([]);
  });

  it.runIf(LONG && process.platform === 'linux' && existsSync(SCRIPT))(
    'shows progress on a terminal, and leaves none behind',
    () => {
      const typed = `'${process.execPath}' '${program}' generate --users 20000 --order time --truth truth.csv`;
      const shown = execFileSync(SCRIPT, ['-qec', typed, '/dev/null'], { cwd: folder, encoding: 'utf8' });
      const [progress = '', summary] = shown.split(/(?=wrote )/u);
      expect(progress).toMatch(/events: [\d,]+ of 20,000 users/u);
      expect(progress).toMatch(/sorting by time: [\d,]+ of [\d,]+ events/u);
      expect(progress).toMatch(/truth: [\d,]+ of 20,000 users/u);
      expect(progress.endsWith('\r\u001B[K')).toBe(true);
      expect(summary).toMatch(/^wrote [\d,]+ events of 20,000 users in /u);
    },
  );

  it('any text is a seed', async () => {
    const { status, stderr } = await generate('--seed', 'a b\u001b[31m', '--users', '5');
    expect(status).toBe(0);
    expect(stderr).toContain('seed a b\n');
  });

  it('keeps the old log where the new one cannot be written', async () => {
    await writeFile(join(folder, 'old.csv'), 'old');
    const { status } = await generate('--out', 'old.csv', '--truth', 'old.csv/truth.csv');
    expect(status).toBe(73);
    expect(await text('old.csv')).toBe('old');
    expect(await readdir(folder)).toEqual(['old.csv']);
  });
});
