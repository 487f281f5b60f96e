/** Do the printed intervals contain the truth as often as they say? By simulation of people whose truth is known. */
import { describe, expect, it } from 'vitest';
import { replicate } from '../../src/backtest/bootstrap.js';
import type { Estimate } from '../../src/backtest/intervals.js';
import { upperTail } from '../../src/backtest/normal.js';
import { type Rng, stream } from '../../src/simulate/chance.js';
import { LONG, SEED, tries } from '../random.js';
import { cutoffOf, panelOf } from './panels.js';

/** How far the scores of those who convert lie above those of the others, in standard deviations. */
const DISTANCE = 1.2;

/** Scores are whole numbers, so that many are tied: quarters of a standard deviation. */
const STEP = 0.25;

const below = (z: number): number => (z < 0 ? upperTail(-z) : 1 - upperTail(z));

/** The true AUC and lift of the top 10 % of an endless population in which a share of `base` converts. */
const truthOf = (base: number): { auc: number; lift: number } => {
  const levels = Array.from({ length: 81 }, (_, i) => (40 - i) * STEP);
  const mass = (level: number, centre: number): number =>
    below(level + STEP / 2 - centre) - below(level - STEP / 2 - centre);
  let [auc, called, hits, seen] = [0, 0, 0, 0];
  for (const level of levels) {
    const [hit, miss] = [mass(level, DISTANCE), mass(level, 0)];
    auc += miss * (seen + hit / 2);
    seen += hit;
    const size = base * hit + (1 - base) * miss;
    const part = Math.min(1, Math.max(0, 0.1 - called) / size);
    hits += part * base * hit;
    called += part * size;
  }
  return { auc, lift: hits / 0.1 / base };
};

/** A standard normal value (Box and Muller). */
const normal = (rng: Rng): number => Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());

/** The estimates of one sample of people at two cut-offs, where each has nearly the same score again. */
const estimates = (rng: Rng, people: number, base: number, resamples: number): { auc: Estimate; lift: Estimate } => {
  const everybody = Array.from({ length: people }, () => {
    const hit = rng() < base;
    const first = normal(rng);
    const centre = hit ? DISTANCE : 0;
    return { hit, scores: [first, 0.8 * first + 0.6 * normal(rng)].map((z) => Math.round((z + centre) / STEP)) };
  });
  const converted = everybody.map(({ hit }) => hit);
  const panel = panelOf([cutoffOf(converted), cutoffOf(converted)]);
  const keys = [0, 1].map((cutoff) => everybody.map(({ scores }) => scores[cutoff] ?? 0));
  const found = replicate(panel, [{ name: 'score', keys }], [{ share: 0.1 }], resamples, rng);
  return { auc: found.estimate('score', 'auc'), lift: found.estimate('score', { lift: 0 }) };
};

// A share of fewer samples says too little; these take minutes, so they are for a long run of its own.
describe.runIf(LONG && tries(0) >= 1000)('coverage of the 95 % intervals', () => {
  it.each([
    [20, 500, tries(0, 2)],
    [150, 3000, tries(0, 0.8)],
  ])('with %d conversions among %d people is .92 to .97', (hits, people, samples) => {
    const base = hits / people;
    const truth = truthOf(base);
    const rng = stream('coverage', SEED);
    const inside = { auc: 0, lift: 0 };
    for (let sample = 0; sample < samples; sample++) {
      const found = estimates(rng, people, base, 1000);
      for (const measure of ['auc', 'lift'] as const) {
        const { low, high } = found[measure];
        if (low <= truth[measure] && truth[measure] <= high) inside[measure]++;
      }
    }
    const coverage = { auc: inside.auc / samples, lift: inside.lift / samples };
    process.stdout.write(`${hits} conversions: AUC ${coverage.auc}, lift ${coverage.lift}\n`);
    for (const share of Object.values(coverage)) {
      expect(share).toBeGreaterThan(0.92);
      expect(share).toBeLessThan(0.97);
    }
  });
});

describe('the truth of the simulation', () => {
  it('is what a large sample shows', () => {
    const truth = truthOf(0.05);
    const { auc, lift } = estimates(stream('truth'), 60_000, 0.05, 0);
    expect(Math.abs(auc.value - truth.auc)).toBeLessThan(0.01);
    expect(Math.abs(lift.value - truth.lift)).toBeLessThan(0.15);
  });
});
