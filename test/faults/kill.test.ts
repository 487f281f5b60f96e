/** Runs that end before they are done: killed or interrupted, at any moment. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import seedrandom from 'seedrandom';
import { beforeAll, describe, expect, it } from 'vitest';
import { LONG, SEED, tries } from '../random.js';
import { contents, leftBehind, newFolder, nthChange, prepare, run, type Running, STACK, start } from './run.js';

const root = newFolder();

/** Moments at which each command is ended. */
const KILLS = tries(0, 0.05);

const chance = seedrandom(String(SEED));

/** Large enough that there is time to be killed in. */
const WORLD = ['--users', '300'];

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const;

const OLD = 'what was there before\n';

/** Each command: what it is run with, what has to be there first, and what it writes. */
const COMMANDS = {
  generate: {
    args: ['generate', ...WORLD, '--order', 'time', '--truth', 'data/truth.csv'],
    reads: [],
    writes: ['raw_events.csv', 'truth.csv'],
  },
  features: {
    args: ['features', '--as-of', '2026-01-20', '--memory-limit', '100MB'],
    reads: ['raw_events.csv'],
    writes: ['user_features.csv', 'rejected_events.csv', 'unreadable_cells.csv', 'user_features.run.json'],
  },
  rank: {
    args: ['rank'],
    reads: ['user_features.csv', 'user_features.run.json'],
    writes: ['user_scores.csv', 'top_users.csv', 'top_users.run.json'],
  },
  init: { args: ['init', '--force', '--out', 'data/gesture.yaml'], reads: [], writes: ['gesture.yaml'] },
} as const;

/** Complete files, by name. */
const complete: Record<string, string> = {};

beforeAll(async () => {
  if (!LONG) return;
  for (const { args } of Object.values(COMMANDS)) await prepare(root, args);
  Object.assign(complete, contents(join(root, 'data')));
});

/** A folder with the inputs of a command, and its outputs of an earlier run. */
const prepared = ({ reads, writes }: (typeof COMMANDS)[keyof typeof COMMANDS], folder: string): string => {
  mkdirSync(join(folder, 'data'), { recursive: true });
  for (const name of reads) writeFileSync(join(folder, 'data', name), complete[name] ?? '');
  for (const name of writes) writeFileSync(join(folder, 'data', name), OLD);
  return folder;
};

/** Waits for a moment of the run: any, or one at which it is busy with its files. The first ones are early, so that it surely runs. */
const moment = async (running: Running, folder: string, at: number): Promise<string> => {
  if (at % 2 === 0) {
    const ms = chance() * (at === 0 ? 20 : 900);
    await Promise.race([wait(ms), running.end]);
    return `after ${ms} ms`;
  }
  const nth = at === 1 ? 1 : 1 + Math.floor(chance() * 8);
  await nthChange(join(folder, 'data'), nth, running);
  return `at change ${nth} of its folder`;
};

/** The outputs that are neither the old nor the complete new ones. */
const mixed = (folder: string, writes: readonly string[]): string[] => {
  const found = contents(join(folder, 'data'));
  return writes.filter((name) => found[name] !== OLD && found[name] !== complete[name]);
};

describe.runIf(LONG).each(Object.entries(COMMANDS))('gesture %s', (name, command) => {
  const { args, writes } = command;

  it('killed at any moment, leaves old or complete files, and the next run is not disturbed', async () => {
    const folder = prepared(command, join(root, `${name}-killed`));
    let killed = 0;
    for (let at = 0; at < KILLS; at++) {
      prepared(command, folder);
      const running = start(folder, args);
      const when = await moment(running, folder, at);
      running.child.kill('SIGKILL');
      killed += (await running.end).signal === 'SIGKILL' ? 1 : 0;
      expect({ when, mixed: mixed(folder, writes) }).toEqual({ when, mixed: [] });
    }
    expect(killed).toBeGreaterThan(0);
    const visible = readdirSync(join(folder, 'data')).filter((file) => !/^\..+\.tmp$/.test(file));
    expect(visible.toSorted()).toEqual([...command.reads, ...writes].toSorted());
    expect(await run(folder, args)).toMatchObject({ code: 0 });
    for (const file of writes) expect(contents(join(folder, 'data'))[file]).toBe(complete[file]);
    rmSync(folder, { recursive: true });
  });

  it('interrupted at any moment, exits with the code of the signal and leaves nothing behind', async () => {
    const folder = prepared(command, join(root, `${name}-interrupted`));
    let interrupted = 0;
    for (let at = 1; at <= KILLS; at++) {
      prepared(command, folder);
      const [signal, code] = SIGNALS[at % SIGNALS.length] ?? SIGNALS[0];
      const running = start(folder, args);
      const when = `${signal} ${await moment(running, folder, at)}`;
      running.child.kill(signal);
      const end = await running.end;
      interrupted += end.code === code ? 1 : 0;
      // Done already, or not yet begun: Node itself ends then, by the signal.
      expect([0, code, null]).toContain(end.code);
      expect(end.stderr).not.toMatch(STACK);
      const found = { when, mixed: mixed(folder, writes), left: leftBehind(folder) };
      expect(found).toEqual({ when, mixed: [], left: [] });
    }
    expect(interrupted).toBeGreaterThan(0);
    rmSync(folder, { recursive: true });
  });
});

it.each(SIGNALS)('a run that gets %s again while it removes its files removes them all', async (signal) => {
  const folder = join(root, signal);
  mkdirSync(join(folder, 'data'), { recursive: true });
  const running = start(folder, ['features', '-'], { stdio: ['pipe', 'ignore', 'ignore'] });
  running.child.stdin?.write('event_id,user_id,timestamp,event_type\n');
  await nthChange(join(folder, 'data'), 1, running);
  const [scratch = ''] = leftBehind(folder);
  expect(scratch).toMatch(/^\.gesture\..+\.tmp$/);
  // Removing them takes long enough that a second signal surely comes meanwhile.
  for (let i = 0; i < 500; i++) writeFileSync(join(folder, 'data', scratch, `${i}`), '');
  const again = setInterval(() => running.child.kill(signal), 0);
  await running.end;
  clearInterval(again);
  expect(leftBehind(folder)).toEqual([]);
});

it.each([
  ['features', 'pipe'],
  ['rank', 'pipe'],
  ['compare', 'pipe', 'pipe'],
  ['generate', '--users', '5', '--out', 'pipe'],
  ['generate', '--users', '5', '--out=pipe'],
])('an interrupted run does not wait for the other end of a pipe: %s', async (...args) => {
  const folder = join(root, 'pipes');
  mkdirSync(folder, { recursive: true });
  spawnSync('mkfifo', [join(folder, 'pipe')]);
  const running = start(folder, args);
  await wait(700);
  running.child.kill('SIGINT');
  const end = await Promise.race([running.end, wait(5000)]);
  running.child.kill('SIGKILL');
  expect(end).toMatchObject({ signal: 'SIGINT', stdout: '' });
  expect(leftBehind(folder)).toEqual([]);
});

it('an interrupted run does not wait for the query it is in', () => {
  const engine = new URL('../../dist/engine/duckdb/open.js', import.meta.url).href;
  const endless = `
    import { withEngine } from '${engine}';
    withEngine('.', { threads: 2 }, (engine) =>
      engine.rows('SELECT sum(a.range % (b.range + 1)) FROM range(10000000) a, range(10000000) b'));
    setTimeout(() => process.exit(130), 500);`;
  const options = { cwd: root, timeout: 30_000, encoding: 'utf8' } as const;
  const { status, signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', endless], options);
  expect({ status, signal, stderr }).toEqual({ status: 130, signal: null, stderr: '' });
});
