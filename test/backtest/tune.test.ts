import { describe, expect, it } from 'vitest';
import { convertedPeople, type Panel, selectCutoffs, shuffleLabels, splitPanel } from '../../src/backtest/panel.js';
import { judge, type Judgement, recommend } from '../../src/backtest/recommend.js';
import { type Candidate, tune, tunedScoring } from '../../src/backtest/tune.js';
import type { Weight } from '../../src/catalogue/weights.js';
import type { Scoring } from '../../src/scoring/score.js';
import { stream } from '../../src/simulate/chance.js';
import { LONG, tries } from '../random.js';
import { atOf, cutoffOf, HORIZON, panelOf, world } from './panels.js';

const weight = (points: number, earns: Weight['earns'] = { saturates_at: 4 }): Weight => ({
  points,
  earns,
  because: 'a reason',
  phrase: 'did it',
});

/** The points of today: chats have no weight. */
const present: Scoring = {
  weights: { signups: weight(60), page_views: weight(30), days: weight(10, { half_life: 5 }) },
  labels: { high: 60, medium: 30 },
};

const candidates: readonly Candidate[] = [
  { feature: 'signups', kind: 'amount', sign: 1, curve: { saturates_at: 4 } },
  { feature: 'page_views', kind: 'amount', sign: 1, curve: { saturates_at: 4 } },
  { feature: 'days', kind: 'age', sign: 1, curve: { half_life: 5 } },
  { feature: 'chats', kind: 'amount', sign: 1 },
];

const words = () => ({ because: 'found by tune', phrase: 'wrote {times}' });

/** What `tune` proposes, judged on the last cut-off; undefined if it finds nothing. */
const propose = (panel: Panel, resamples: number) => {
  const split = splitPanel(panel, 1, HORIZON);
  const tuned = tune(split.training, candidates);
  if (!tuned) return undefined;
  const judgement = judge(split, present, tunedScoring(tuned, present, words), resamples, stream('judge'));
  return { tuned, judgement, recommendation: recommend(judgement) };
};

const proposal = (panel: Panel, resamples = 200) => {
  const found = propose(panel, resamples);
  if (!found) throw new Error('nothing found');
  return found;
};

describe('training and judging', () => {
  const panel = panelOf(
    Array.from({ length: 4 }, (_, i) => cutoffOf([1, 0], { at: atOf(i), people: Uint32Array.from([i, 9 - i]) })),
  );
  const times = (half: { cutoffs: readonly { at: string }[] }): string[] => half.cutoffs.map(({ at }) => at);

  it('judge the last cut-offs, and learn from those that had closed by then', () => {
    const { training, judged } = splitPanel(panel, 1, HORIZON);
    expect([times(training), times(judged)]).toEqual([[atOf(0), atOf(1), atOf(2)], [atOf(3)]]);
    expect(times(splitPanel(panel, 1, HORIZON + 1).training)).toEqual([atOf(0), atOf(1)]);
    expect(times(splitPanel(panel, 2, HORIZON).judged)).toEqual([atOf(2), atOf(3)]);
    expect(times(splitPanel(panel, 4, HORIZON).training)).toEqual([]);
  });

  it('have only the people who are open there', () => {
    const { judged } = splitPanel(panel, 1, HORIZON);
    expect(judged.people).toBe(2);
    expect([...(judged.cutoffs[0]?.people ?? [])]).toEqual([0, 1]);
    expect(convertedPeople(judged)).toBe(1);
  });

  it('keep who is the same person at several cut-offs', () => {
    const both = selectCutoffs(panelOf([cutoffOf([1, 0]), cutoffOf([0, 1])]), () => true);
    expect(both.people).toBe(2);
    expect(convertedPeople(both)).toBe(2);
  });
});

describe('tune', () => {
  it('finds a feature without a weight that conversions depend on, and is recommended', () => {
    const { tuned, judgement, recommendation } = proposal(world(3, { effects: [2, 0, 3, 2], base: -4 }));
    expect(tuned.added).toEqual(['chats']);
    expect(judgement.tuned_over.present.value).toBeGreaterThan(0.03);
    expect(recommendation).toEqual({ recommended: true });
  });

  it('gives points in proportion to the effects, summing to 100', () => {
    const { tuned } = proposal(world(4, { people: 8000, effects: [3, 1, 2, 2], base: -4 }), 0);
    const points = Object.fromEntries(tuned.signals.map((signal) => [signal.feature, signal.points]));
    expect(Object.values(points).reduce((sum, each) => sum + each, 0)).toBe(100);
    for (const [feature, expected] of Object.entries({ signups: 37.5, page_views: 12.5, chats: 25, days: 25 })) {
      expect(Math.abs((points[feature] ?? 0) - expected)).toBeLessThan(5);
    }
    expect(tuned.likelihood.after).toBeGreaterThan(tuned.likelihood.before);
  });

  it('finds the curve that made the data, and leaves one alone that fits', () => {
    const panel = world(5, { people: 6000, effects: [4, 0, 0, 4], base: -4 });
    const wrong = candidates.map((candidate): Candidate =>
      candidate.feature === 'days' ? { ...candidate, curve: { half_life: 30 } } : candidate,
    );
    const tuned = tune(panel, wrong);
    const curve = tuned?.signals.find(({ feature }) => feature === 'days')?.curve;
    // 5 days made the data; 3 and 7 are on the grid.
    expect([{ half_life: 3 }, { half_life: 7 }]).toContainEqual(curve);
    expect(tuned?.moved).toContain('days');
    expect(tuned?.moved).not.toContain('signups');
  });

  it('never turns a penalty into a gain, or a gain into a penalty', () => {
    const panel = world(6, { effects: [3, -3, 3, 0], base: -3 });
    const signs = candidates.map((candidate): Candidate =>
      candidate.feature === 'chats' ? { ...candidate, sign: -1, curve: { binary: true } } : candidate,
    );
    const points = Object.fromEntries((tune(panel, signs)?.signals ?? []).map((each) => [each.feature, each.points]));
    expect(points['signups']).toBeGreaterThan(0);
    expect([points['page_views'], points['chats']]).toEqual([0, 0]);
  });

  it('has nothing to say if nobody converted, or if nothing speaks for converting', () => {
    expect(tune(world(7, { base: -50 }), candidates)).toBeUndefined();
    const panel = world(8, { effects: [-3, 0, 0, 0], base: 0 });
    expect(tune(panel, candidates.slice(0, 1))).toBeUndefined();
  });

  it('keeps the words of signals that have some', () => {
    const { tuned } = proposal(world(3, { effects: [2, 0, 3, 2], base: -4 }), 0);
    const { weights } = tunedScoring(tuned, present, words);
    expect([weights['signups']?.because, weights['chats']?.because]).toEqual(['a reason', 'found by tune']);
  });

  it('recommends nothing in worlds of pure chance, or with shuffled labels', () => {
    const seeds = Array.from({ length: tries(8, 0.1) }, (_, seed) => seed);
    const chance = seeds.map((seed) => world(seed, { base: -2.5, people: 1000 }));
    const shuffled = seeds.map((seed) =>
      shuffleLabels(world(seed, { effects: [2, 1, 3, 2], base: -3.5, people: 1000 }), stream('shuffle', seed)),
    );
    const recommended = [...chance, ...shuffled].filter((panel) => propose(panel, 200)?.recommendation.recommended);
    // Two conditions would each let 1 in 40 through by chance; both together fewer.
    expect(recommended.length).toBeLessThanOrEqual(LONG ? Math.ceil(0.03 * 2 * seeds.length) : 0);
  });
});

describe('the recommendation', () => {
  const estimate = (value: number, half: number) => ({ value, low: value - half, high: value + half });
  const ranking = { auc: estimate(0.7, 0.05), lift: estimate(3, 1) };
  /** Every condition holds, some only just. */
  const sound: Judgement = {
    conversions: { training: 120, judged: 20 },
    rankings: { present: ranking, tuned: { ...ranking, auc: estimate(0.56, 0.05) }, recent: ranking, active: ranking },
    tuned_over: { present: estimate(0.02, 0.01), recent: estimate(-0.02, 0.03), active: estimate(-0.5, 0.1) },
    baseline: 'recent',
  };

  it('is given if all conditions hold', () => {
    expect(recommend(sound)).toEqual({ recommended: true });
  });

  it.each<[string, Partial<Judgement>, object]>([
    [
      '119 converting people in training',
      { conversions: { training: 119, judged: 20 } },
      { failed: 'training_conversions', conversions: 119, needed: 120 },
    ],
    [
      '19 conversions in the judged cut-offs',
      { conversions: { training: 120, judged: 19 } },
      { failed: 'judged_conversions', conversions: 19, needed: 20 },
    ],
    [
      'an AUC whose interval holds .5',
      { rankings: { ...sound.rankings, tuned: { ...ranking, auc: estimate(0.5625, 0.0625) } } },
      { failed: 'above_chance', auc: estimate(0.5625, 0.0625) },
    ],
    [
      'no difference from the present points beyond the interval',
      { tuned_over: { ...sound.tuned_over, present: estimate(0.25, 0.25) } },
      { failed: 'beats_present', difference: estimate(0.25, 0.25) },
    ],
    [
      'the better baseline ahead beyond the interval',
      { tuned_over: { ...sound.tuned_over, recent: estimate(-0.04, 0.03) } },
      { failed: 'holds_against_baseline', baseline: 'recent', difference: estimate(-0.04, 0.03) },
    ],
  ])('is not given with %s', (_, change, failure) => {
    expect(recommend({ ...sound, ...change })).toEqual({ recommended: false, ...failure });
  });

  it('is never given without intervals', () => {
    const { recommendation } = proposal(world(3, { effects: [2, 0, 3, 2], base: -4 }), 0);
    expect(recommendation).toMatchObject({ recommended: false, failed: 'above_chance' });
  });
});
