/** `gesture tune` as a user runs it, on small logs in which it is known what conversions depend on. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Tuning } from '../../src/backtest/tuning.js';
import { loadConfig } from '../../src/config/load.js';
import { defaultConfig } from '../../src/config/settings.js';
import { below, stream } from '../../src/simulate/chance.js';
import { temporary } from '../config/temporary.js';
import { gesture, type Run } from './gesture.js';

const { folder, write } = temporary();
const inFolder = (name: string): string => join(folder, name);

/**
 * Twenty weeks in which people view pages and some write chat messages, which have no weight by default. The odds that
 * somebody converts in a week rise with the messages that they have written so far, up to three.
 */
const chatLog = (name: string, people = 1200): string => {
  const rng = stream('chats', name);
  const [start, week] = [Date.UTC(2026, 0, 1), 7 * 86_400_000];
  const end = start + 20 * week;
  const rows = ['user_id,timestamp,event_type'];
  const add = (user: number, type: string, at: number): void => {
    if (at <= end) rows.push(`u${user},${new Date(Math.floor(at / 1000) * 1000).toISOString()},${type}`);
  };
  for (let user = 0; user < people; user++) {
    let written = 0;
    for (let at = start; at < end; at += week) {
      for (let views = below(rng, 3); views > 0; views--) add(user, 'page_view', at + rng() * week);
      const chats = rng() < 0.05 ? 1 + below(rng, 3) : 0;
      written += chats;
      for (let i = chats; i > 0; i--) add(user, 'chat_message', at + rng() * week);
      if (rng() > 1 / (1 + Math.exp(6.5 - 1.4 * Math.min(3, written)))) continue;
      const converts = at + week * (1 + rng());
      add(user, 'signup', converts);
      add(user, 'calendar_booking', converts + 60_000);
      break;
    }
  }
  write(name, `${rows.join('\n')}\n`);
  return name;
};

const resultOf = ({ stdout }: Run): Tuning => JSON.parse(stdout);

/** Settings that somebody wrote by hand. */
const OWN = `# Our settings.
show: [chat_messages]        # what they wrote
sessions:
  timeout: 45m
weights:
  # We trust signups most.
  signups: 40
  calendar_bookings: { points: 20, because: They called. }
`;

describe('gesture tune', () => {
  it('finds what conversions depend on, and writes a file that rank and backtest take as it is', async () => {
    const log = chatLog('chats.csv');
    write('own.yaml', OWN);
    const run = gesture(folder, [
      'tune',
      log,
      '--config',
      'own.yaml',
      '--bootstrap',
      '200',
      '--out',
      'tuned.yaml',
      '--json',
    ]);
    expect(run.stderr).toMatch(
      /^read [\d,]+ = used .*\nwrote    tuned.yaml\nnext     gesture features \S+ --config tuned.yaml && gesture rank --config tuned.yaml\n$/,
    );
    const { added, signals, judgement, recommendation, training, judged, until } = resultOf(run);
    expect(run.status).toBe(0);
    expect(recommendation).toEqual({ recommended: true });
    expect(added).toContain('chat_messages');
    expect(signals.reduce((sum, { points }) => sum + Math.max(0, points.tuned), 0)).toBe(100);
    expect(judgement?.tuned_over.present.value).toBeGreaterThan(0.03);
    expect([training.at.length, judged.at.length]).toEqual([5, 1]);
    // The training windows end where the judged one begins.
    expect(until).toBe(judged.at[0]);

    const written = readFileSync(inFolder('tuned.yaml'), 'utf8');
    for (const kept of [
      '# Our settings.',
      'show: [ chat_messages ]',
      '# what they wrote',
      'timeout: 45m',
      '# We trust signups most.',
      'They called.',
    ]) {
      expect(written).toContain(kept);
    }
    const config = await loadConfig(inFolder('tuned.yaml'));
    expect(config.tuned).toEqual({ until });
    const expected = signals.map(({ signal, points, curve }) => [signal, points.tuned, curve.tuned ?? curve.present]);
    expect(
      signals.map(({ signal }) => [signal, config.weights[signal]?.points, config.weights[signal]?.earns]),
    ).toEqual(expected);

    expect(gesture(folder, ['features', log, '--config', 'tuned.yaml', '--max-rejected', '0']).status).toBe(0);
    const ranked = gesture(folder, ['rank', '--config', 'tuned.yaml', '--json']);
    expect(ranked.status).toBe(0);
    expect(JSON.parse(ranked.stdout).config).toBe(config.hash);

    const tested = gesture(folder, ['backtest', log, '--config', 'tuned.yaml', '--bootstrap', '0', '--json']);
    const { cutoffs, remarks } = JSON.parse(tested.stdout);
    expect(remarks).toContainEqual({ code: 'in-sample', at: training.at, of: 6, until });
    expect(cutoffs.at(-1).at).toBe(until);
  });

  it('recommends nothing if conversions are given to people at random, and says what failed', () => {
    const log = chatLog('shuffled.csv', 600);
    const run = gesture(folder, ['tune', log, '--shuffle-labels', '--bootstrap', '200']);
    expect(run.stdout).toContain('with conversions given to people at random');
    expect(run.stdout).toMatch(/^advice {3}not recommended: /m);
    expect(run.stderr).toMatch(/^read [\d,]+ = used .*\nnext     gesture tune shuffled.csv --bootstrap 200\n$/);
  });

  it('declines with the count if too few people converted, writes nothing and exits with 1', () => {
    const log = chatLog('few.csv', 120);
    const run = gesture(folder, ['tune', log, '--bootstrap', '100', '--out', 'few.yaml']);
    const [, converted] =
      /not recommended: (\d+) people converted in the training windows, and 120/.exec(run.stdout) ?? [];
    expect(Number(converted)).toBeGreaterThan(0);
    expect(Number(converted)).toBeLessThan(120);
    expect(run.stderr).toContain('gesture: few.yaml is not written: not recommended: ');
    expect([run.status, existsSync(inFolder('few.yaml'))]).toEqual([1, false]);

    const tuneInto = (...flags: string[]) => gesture(folder, ['tune', log, '--bootstrap', '0', '--out', ...flags]);
    const anyway = tuneInto('-', '--anyway');
    expect(anyway.status).toBe(0);
    expect(anyway.stdout).toMatch(/^# gesture settings[^]*\ntuned: \{ until: \S+ \}\n$/);

    writeFileSync(inFolder('mine.yaml'), 'labels: { high: 55 }\n');
    expect(tuneInto('mine.yaml', '--anyway')).toMatchObject({ status: 2, stderr: expect.stringContaining('--force') });
    expect(tuneInto('mine.yaml', '--force').status).toBe(1);
    expect(readFileSync(inFolder('mine.yaml'), 'utf8')).toBe('labels: { high: 55 }\n');
  });

  it('has nothing to learn from if every cut-off is judged', () => {
    const run = gesture(folder, ['tune', chatLog('few.csv', 120), '--cutoffs', '2', '--judge', '2', '--json']);
    const { training, recommendation, judgement } = resultOf(run);
    expect([training, judgement]).toEqual([{ at: [], conversions: 0 }, undefined]);
    expect(recommendation).toEqual({ recommended: false, failed: 'training_conversions', conversions: 0, needed: 120 });
  });

  it('leaves out a feature that --without names', () => {
    const log = chatLog('few.csv', 120);
    const run = gesture(folder, [
      'tune',
      log,
      '--without',
      'chat_messages',
      '--without',
      'signups',
      '--bootstrap',
      '0',
      '--json',
    ]);
    expect(resultOf(run).signals.map(({ signal }) => signal)).not.toContain('chat_messages');
    expect(resultOf(run).signals.map(({ signal }) => signal)).not.toContain('signups');
    const wrong = gesture(folder, ['tune', log, '--without', 'chat_message']);
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('Did you mean "chat_messages"?')]);
  });

  it('refuses to replace a file, and to keep points from shuffled conversions', () => {
    write('there.yaml', '# mine\n');
    const there = gesture(folder, ['tune', 'none.csv', '--out', 'there.yaml']);
    expect([there.status, there.stderr]).toEqual([2, expect.stringContaining('there.yaml already exists')]);
    expect(readFileSync(inFolder('there.yaml'), 'utf8')).toBe('# mine\n');
    const shuffled = gesture(folder, ['tune', 'none.csv', '--out', 'new.yaml', '--shuffle-labels']);
    expect([shuffled.status, shuffled.stderr]).toEqual([2, expect.stringContaining('--shuffle-labels')]);
  });

  it('does not change the hash of the settings by saying where points come from', async () => {
    write('until.yaml', 'tuned: { until: 2026-01-28T18:03:12Z }\n');
    const config = await loadConfig(inFolder('until.yaml'));
    expect(config.hash).toBe(defaultConfig.hash);
  });
});
