/** `gesture backtest` as a command: what it prints, writes and refuses. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Backtest } from '../../src/backtest/result.js';
import { backtestScreen } from '../../src/commands/backtestScreen.js';
import { defaultConfig } from '../../src/config/settings.js';
import { displayWidth } from '../../src/text/columns.js';
import { temporary } from '../config/temporary.js';
import { call } from './call.js';
import { gesture, rowsOf } from './gesture.js';

const { folder } = temporary();
const FLAGS = ['--cutoffs', '3', '--bootstrap', '100'];

/** A world of a few hundred people whom the default weights fit. */
beforeAll(async () => {
  await call(folder, ['generate', '--users', '500', '--days', '90']);
});

const backtest = async (...flags: string[]) => {
  const { status, stdout, stderr } = await call(folder, ['backtest', ...FLAGS, ...flags]);
  return { status, stdout, stderr };
};
const json = async (...flags: string[]): Promise<Backtest> => JSON.parse((await backtest('--json', ...flags)).stdout);

describe('gesture backtest', () => {
  it('says how to name a log where there is none', async () => {
    const empty = mkdtempSync(join(folder, 'empty-'));
    const { status, stderr } = await call(empty, ['backtest']);
    expect({ status, stderr }).toEqual({
      status: 66,
      stderr: expect.stringContaining('no log is named and there is no data/raw_events.csv: run gesture backtest LOG'),
    });
  });

  it('shows each cut-off, the means, a verdict, labels, gains and signals', async () => {
    const { status, stdout, stderr } = await backtest();
    expect(status).toBe(0);
    expect(stdout).toMatch(/^3 cut-offs, \S+ to \S+; who converted in the 14 days after each\n/);
    for (const part of [/^by score +0\.\d{3} \[/m, /^verdict {2}/m, /^high +/m, /^Calling 50: /m, /^signups +30 +/m]) {
      expect(stdout).toMatch(part);
    }
    expect(stderr).toMatch(/^wrote {4}data\/backtest\.json\n/m);
  });

  it('writes what --json prints, and the same again', async () => {
    const { stdout } = await backtest('--json');
    expect(readFileSync(join(folder, 'data/backtest.json'), 'utf8')).toBe(stdout);
    expect((await backtest('--json')).stdout).toBe(stdout);
  });

  it('counts open people and conversions as two runs of features with --as-of do', async () => {
    const { cutoffs } = await json();
    const [first] = cutoffs;
    const at = first?.at ?? '';
    const end = new Date(Date.parse(at) + 14 * 86_400_000).toISOString();
    const [before, after] = [at, end].map((asOf) => {
      const { stdout } = gesture(folder, ['features', '--as-of', asOf, '--out', '-']);
      return new Map(rowsOf(stdout).map((row) => [row['user_id'], row['converted'] === '1']));
    });
    const open = [...(before ?? [])].filter(([, converted]) => !converted).map(([id]) => id);
    expect(first?.open).toBe(open.length);
    expect(first?.conversions).toBe(open.filter((id) => after?.get(id)).length);
  });

  it('is no better than chance with shuffled labels, and leaves out a signal on request', async () => {
    const [plain, shuffled] = [await json(), await json('--shuffle-labels', '--without', 'signups')];
    expect(plain.mean.score.auc.low).toBeGreaterThan(0.6);
    expect(shuffled.shuffled).toBe(true);
    expect(shuffled.mean.score.auc.low).toBeLessThan(0.5);
    expect(shuffled.signals.map(({ signal }) => signal)).not.toContain('signups');
  });

  it('--min-lift exits with 1 if the lift may be lower', async () => {
    expect((await backtest('--min-lift', '1')).status).toBe(0);
    const { status, stderr } = await backtest('--min-lift', '9.9');
    expect(status).toBe(1);
    expect(stderr).toMatch(/the lift of the top 10% may be as low as \d\.\d\d, below --min-lift 9\.9/);
  });

  it('--min-lift exits with 1 if too few people converted to say', async () => {
    const { status, stderr } = await backtest('--min-lift', '0.1', '--cutoffs', '1', '--horizon', '1d');
    expect(status).toBe(1);
    expect(stderr).toMatch(/gesture: --min-lift 0\.1 cannot be checked: too few people converted \(\d+\)/);
  });

  it('looks back in the same way next', async () => {
    const flags = ['--cutoffs', '2', '--every', '36h', '--horizon', '10d', '--without', 'signups', '--bootstrap', '50'];
    const { stderr } = await backtest(...flags, '--at', '2026-01-15', '--at', '2026-01-12T06:00:00Z', '--again');
    expect(stderr).toMatch(
      /^next     gesture tune --at 2026-01-15 --at 2026-01-12T06:00:00Z --cutoffs 2 --every 36h --horizon 10d --again --without signups --bootstrap 50$/m,
    );
  });

  it('says which event types of the settings the log lacks, and tune also what nothing counts', async () => {
    const other = mkdtempSync(join(folder, 'types-'));
    const rows = Array.from({ length: 400 }, (_, i) => {
      const at = new Date(Date.UTC(2026, 0, 1) + i * 9_000_000).toISOString();
      return `u${i % 40},${at},${i % 11 === 0 ? 'deal_won' : i % 3 === 0 ? 'roi_calculator' : 'page_view'}\n`;
    });
    writeFileSync(join(other, 'log.csv'), `user_id,timestamp,event_type\n${rows.join('')}`);
    writeFileSync(join(other, 'gesture.yaml'), 'conversion:\n  any_of: [deal_won, deal_closed]\n');
    const unknown = 'warning: gesture.yaml:2: conversion.any_of: no event is called "deal_closed"';
    const quick = ['log.csv', '--horizon', '5d', '--bootstrap', '0'];
    expect((await call(other, ['backtest', ...quick])).stderr).toContain(unknown);
    const { stderr } = await call(other, ['tune', ...quick]);
    expect(stderr).toContain(unknown);
    expect(stderr).toContain('\nno feature counts roi_calculator (121)\n');
  });

  it('compares the times of conversions with those of everything else', async () => {
    const other = mkdtempSync(join(folder, 'other-'));
    const day = (n: number): string => new Date(Date.UTC(2026, 0, 1) + n * 86_400_000).toISOString().slice(0, 10);
    const of = (n: number, people: number, type: string): string =>
      Array.from({ length: people }, (_, i) => `${type[0]}${i},${day(n)}T08:00:${10 + i}Z,${type}\n`).join('');
    const log = (from: number, type = 'won'): string =>
      `user_id,timestamp,event_type\n${Array.from({ length: 60 }, (_, n) => of(n, 9, 'view')).join('')}${Array.from({ length: 9 }, (_, n) => of(from + 3 * n, 1, type)).join('')}`;
    writeFileSync(join(other, 'gesture.yaml'), 'conversion: { any_of: [won] }\n');
    writeFileSync(join(other, 'before.csv'), log(-40));
    expect((await call(other, ['backtest', 'before.csv'])).stderr).toContain(
      'all events that can convert somebody come before the others: the last is at 2025-12-16T08:00:10Z, the first other event at 2026-01-01T08:00:10Z',
    );
    writeFileSync(join(other, 'after.csv'), log(80));
    const { stdout } = await call(other, ['backtest', 'after.csv']);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'nothing but conversions happens after 2026-03-01T08:00:18Z, before the last cut-off',
    );
    // Those who converted are called otherwise: that is said first.
    const [first = ''] = stdout.replaceAll(/\n {2,}/g, ' ').match(/^warning .*$/m) ?? [];
    expect(first).toContain('its ids are probably not those of the events');
  });

  it('makes no claim with fewer than 20 conversions, and says so first', async () => {
    const { stdout } = await backtest('--cutoffs', '1', '--horizon', '1d');
    expect(stdout).toMatch(/^verdict {2}too few people converted \(\d+\)/m);
    expect(stdout).toMatch(/^warning {2}only \d+ (person|people) converted: no claim is made below 20/m);
  });

  it('names the cut-offs that are left out', async () => {
    const { remarks } = await json('--at', '2026-01-30', '--at', '2025-12-20');
    expect(remarks).toContainEqual({ code: 'short-window', at: '2026-01-30T23:59:59Z' });
  });

  it('refuses an unknown signal with the nearest, and an empty log', async () => {
    expect((await backtest('--without', 'signupz')).stderr).toMatch(/--without signupz: .*Did you mean "signups"\?/);
    writeFileSync(join(folder, 'empty.csv'), 'user_id,timestamp,event_type\n');
    const { status, stderr } = await backtest('empty.csv');
    expect([status, stderr]).toEqual([65, expect.stringMatching(/^gesture: no event is used/)]);
  });

  it.each([40, 80, 120, 200])('fits %d columns', async (width) => {
    const result: Backtest = JSON.parse(readFileSync(join(folder, 'data/backtest.json'), 'utf8'));
    const screen = backtestScreen(result, defaultConfig.features, { width, colour: false });
    for (const line of screen.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    expect(screen).toMatch(/^verdict {2}\S/m);
  });
});
