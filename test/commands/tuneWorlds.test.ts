/** The figures that a tuning of the simulated world must reach; three worlds take minutes. */
import { expect, it } from 'vitest';
import type { Tuning } from '../../src/backtest/tuning.js';
import { temporary } from '../config/temporary.js';
import { LONG, tries } from '../random.js';
import { gesture } from './gesture.js';

const { folder } = temporary();

it.runIf(LONG && tries(0) >= 1000).each(['11', '12', '13'])(
  'settings are recommended in world %s, and rank it nearly as it converts',
  (seed) => {
    const world = `world${seed}.csv`;
    const size = ['--users', '20000', '--days', '150', '--as-of', '2026-06-01'];
    gesture(folder, ['generate', ...size, '--seed', seed, '--out', world]);
    const { recommendation, judgement }: Tuning = JSON.parse(gesture(folder, ['tune', world, '--json']).stdout);
    expect(recommendation).toEqual({ recommended: true });
    expect(judgement?.rankings.tuned.auc.value).toBeGreaterThanOrEqual(0.95);
    expect(judgement?.rankings.tuned.lift.value).toBeGreaterThanOrEqual(8);
  },
);
