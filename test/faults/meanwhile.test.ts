/** Files that somebody else reads or writes while gesture does. */
import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultConfig } from '../../src/config/settings.js';
import { type Engine, withEngine } from '../../src/engine/duckdb/open.js';
import { parseInstant } from '../../src/text/instants.js';
import { computeFeatures, type Outcome } from '../../src/engine/features.js';
import { rowsOf } from '../commands/gesture.js';
import { LONG } from '../random.js';
import { contents, leftBehind, newFolder, prepare, run, STACK, start } from './run.js';

const HEADER = 'event_id,user_id,timestamp,event_type,session_id\n';
const line = (i: number): string => `e${i},u${i % 3},2026-01-01T00:${String(i % 60).padStart(2, '0')}:00Z,call,s${i}\n`;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => line(from + i)).join('');

describe('a log that is written while features reads it', () => {
  const folder = newFolder();
  const log = join(folder, 'log.csv');
  const out = join(folder, 'out.csv');

  /** Features of a log of 30 events to which `happens` when the engine has done its first statement like `after`. */
  const meanwhile = async (after: string, happens: () => void, asOf?: string): Promise<Outcome> => {
    writeFileSync(log, HEADER + lines(0, 30));
    let done = false;
    const config = defaultConfig;
    const request = {
      inputs: [log],
      config,
      asOf: asOf === undefined ? undefined : parseInstant(asOf),
      now: 0n,
      maxRejected: 1,
      stdin: Readable.from([]),
      scratch: folder,
    };
    return withEngine(folder, { threads: 2 }, (engine) => {
      const watched: Engine = {
        ...engine,
        run: async (sql, values) => {
          await engine.run(sql, values);
          if (!done && sql.includes(after)) {
            done = true;
            happens();
          }
        },
      };
      return computeFeatures(watched, request, out);
    });
  };

  const total = (column: string): number =>
    rowsOf(readFileSync(out, 'utf8')).reduce((sum, row) => sum + Number(row[column]), 0);

  it.each([
    ['before it is counted', 'SET'],
    ['between its events and its sessions', 'TEMP TABLE by_event'],
    ['after its sessions', 'TEMP TABLE by_session'],
  ])('a log that grows %s is read as it is then, events and sessions alike', async (_, after) => {
    const { accounts, sessions, types } = await meanwhile(after, () => appendFileSync(log, lines(30, 40)));
    expect([30, 40]).toContain(accounts.used);
    expect(accounts).toMatchObject({ read: accounts.used, rejected: 0, duplicate: 0 });
    expect([total('total_events'), total('total_sessions'), sessions]).toEqual(Array(3).fill(accounts.used));
    expect(types.others).toEqual([{ type: 'call', events: accounts.used }]);
  });

  it.each(['TEMP TABLE by_event', 'TEMP TABLE by_session'])(
    'half a line, written after %s, is a rejected row and no bug',
    async (after) => {
      const { accounts, faults } = await meanwhile(after, () => appendFileSync(log, line(30).slice(0, 8)));
      expect(accounts).toMatchObject({ read: 31, used: 30, rejected: 1 });
      expect(faults).toMatchObject([{ line: 32, reason: 'field count 3, expected 5' }]);
      expect(total('total_sessions')).toBe(30);
    },
  );

  it.each([
    ['cut', () => truncateSync(log, 200)],
    ['emptied', () => truncateSync(log, 0)],
    ['taken away', () => rmSync(log)],
    [
      'replaced',
      () => {
        writeFileSync(`${log}.new`, HEADER + lines(100, 200));
        renameSync(`${log}.new`, log);
      },
    ],
  ])('a log that is %s fails cleanly', async (_, happens) => {
    for (const after of ['TEMP TABLE by_event', 'TEMP TABLE by_session']) {
      await expect(meanwhile(after, happens)).rejects.toMatchObject({ name: 'Failure' });
    }
  });

  it('a real run beside a writer keeps the identity, or fails cleanly', async () => {
    for (let i = 0; i < 2; i++) {
      writeFileSync(log, HEADER + lines(0, 60_000));
      const { end } = start(folder, ['features', 'log.csv', '--out', 'out.csv', '--max-rejected', '100%']);
      let next = 60_000;
      const timer = setInterval(() => appendFileSync(log, i === 1 ? line(next++).slice(0, 9) : line(next++)), 3);
      const { code, stderr } = await end;
      clearInterval(timer);
      expect(stderr).not.toMatch(STACK);
      expect(code).toBe(0);
      const [, read = '', used = ''] = /^read ([\d,]+) = used ([\d,]+) \+/.exec(stderr) ?? [];
      expect(Number(read.replaceAll(',', ''))).toBeGreaterThanOrEqual(60_000);
      expect(total('total_events')).toBe(Number(used.replaceAll(',', '')));
      expect(total('total_sessions')).toBe(total('total_events'));
    }
  });
});

/** Scores without the hash of the features' settings, which is unknown where a run has just replaced their record. */
const withoutStamp = (text: string): string => text.replaceAll(/(?:[0-9a-f]{12}|unknown)-(?=[0-9a-f]{12}$)/gm, '');

describe('two runs at once', () => {
  const root = newFolder();
  const complete: Record<string, string[]> = {};

  beforeAll(async () => {
    for (const seed of ['1', '2']) {
      await prepare(root, ['generate', '--seed', seed]);
      await prepare(root, ['features']);
      await prepare(root, ['rank']);
      for (const [name, text] of Object.entries(contents(join(root, 'data')))) (complete[name] ??= []).push(text);
      renameSync(join(root, 'data/raw_events.csv'), join(root, `log${seed}.csv`));
      writeFileSync(join(root, `users${seed}.csv`), contents(join(root, 'data'))['user_features.csv'] ?? '');
    }
  });

  const PAIRS = [
    ['generate', '--seed 1', '--seed 2'],
    ['features', 'log1.csv', 'log2.csv'],
    ['rank', 'users1.csv', 'users2.csv'],
  ].map(([command = '', ...each]): [string, string[][]] => [
    command,
    each.map((args) => [command, ...args.split(' ')]),
  ]);

  // The short run has two runs of features and of rank as one.
  it.each([
    ...(LONG ? PAIRS : PAIRS.slice(0, 1)),
    ['features and rank', [['features', 'log1.csv'], ['rank'], ['features', 'log2.csv'], ['rank']]],
  ])('of %s on the same files leave complete files of one of them', async (_, commands) => {
    const ends = await Promise.all(commands.map((args) => run(root, args)));
    expect(ends.map(({ code }) => code)).toEqual(ends.map(() => 0));
    for (const [name, text] of Object.entries(contents(join(root, 'data')))) {
      // Records name their inputs, which are other files here.
      const isComplete = name.endsWith('.run.json')
        ? 'outputs' in JSON.parse(text)
        : complete[name]?.map(withoutStamp).includes(withoutStamp(text));
      expect({ name, isComplete }).toEqual({ name, isComplete: true });
    }
    expect(leftBehind(root)).toEqual([]);
  });
});
