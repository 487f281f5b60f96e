import { describe, expect, it } from 'vitest';
import { evaluate, type Evaluation } from '../../src/backtest/evaluate.js';
import { convertedPeople, type Panel, shuffleLabels } from '../../src/backtest/panel.js';
import type { Weight } from '../../src/catalogue/weights.js';
import type { Scoring } from '../../src/scoring/score.js';
import { stream } from '../../src/simulate/chance.js';
import { atOf, cutoffOf, panelOf, world } from './panels.js';

const labels = { high: 60, medium: 30 };
const weight = (points: number, earns: Weight['earns'] = { saturates_at: 4 }): Weight => ({
  points,
  earns,
  because: '',
  phrase: '',
});

/** The first signal matters most in the worlds below. */
const good: Scoring = {
  weights: { signups: weight(70), page_views: weight(20), days: weight(10, { half_life: 5 }) },
  labels,
};

/** Points that go the wrong way. */
const bad: Scoring = { weights: { signups: weight(-50), chats: weight(100) }, labels };

const effects = [4, 1.5, 0, 1];

const run = (panel: Panel, scoring: Scoring, resamples = 100): Evaluation =>
  evaluate(panel, scoring, { list: 20, resamples, rng: stream('evaluate') });

const codes = ({ warnings }: Evaluation): string[] => warnings.map(({ code }) => code);

describe('ten people, worked by hand', () => {
  // Scores 100, 75, 75, 50, 25, 25, 0, 0, 0, 0; those who converted have 100, one of the 75 and one of the 0.
  const values = [4, 3, 3, 2, 1, 1, 0, 0, 0, Number.NaN];
  const cutoff = cutoffOf([1, 1, 0, 0, 0, 0, 1, 0, 0, 0], {
    values: [Float64Array.from(values)],
    recency: Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    activity: Float64Array.from(values, (value) => value || 0),
  });
  const scoring = { weights: { signups: weight(100) }, labels };
  const result = evaluate(panelOf([cutoff], ['signups']), scoring, { list: 2, resamples: 0, rng: stream('') });

  it('one cut-off: open people, conversions, AUC, hits and lift', () => {
    const [first] = result.cutoffs;
    expect(first).toMatchObject({ at: atOf(0), open: 10, conversions: 3 });
    expect(first?.rankings.score.auc.value).toBeCloseTo((7 + 6.5 + 1.5) / 21, 12);
    expect(first?.rankings.score.top[1]).toMatchObject({ share: 0.1, called: 1, hits: 1, precision: 1 });
    expect(first?.rankings.score.top[1]?.lift.value).toBeCloseTo(10 / 3, 12);
    expect(first?.rankings.score.top[2]).toMatchObject({ called: 2, hits: 1.5, worst_hits: 1, best_hits: 2 });
    expect(first?.rankings.recent.auc.value).toBeCloseTo(4 / 21, 12);
    expect(first?.rankings.active).toEqual(first?.rankings.score);
  });

  it('the list of two: 1.5 would have converted, at random 0.6', () => {
    expect(result.mean.score.list.value).toBe(1.5);
    expect(result.list.at_random).toBeCloseTo(0.6, 12);
    expect(result.list.people).toBe(2);
  });

  it('labels and bands', () => {
    const { high, medium, low } = result.labels;
    expect([high, medium, low].map(({ open, conversions }) => [open, conversions])).toEqual([
      [3, 2],
      [1, 0],
      [6, 1],
    ]);
    expect(high.rate.low).toBeCloseTo(0.2077, 4);
    expect(result.bands.map(({ from, open }) => [from, open]).filter(([, open]) => open !== 0)).toEqual([
      [0, 4],
      [20, 2],
      [50, 1],
      [70, 2],
      [90, 1],
    ]);
  });

  it('the gain curve: a fifth of the people hold half of the conversions', () => {
    expect(result.gains.score[result.gains.called.indexOf(0.2)]).toBeCloseTo(0.5, 12);
  });

  it('no interval without resamples, and so no claim', () => {
    expect(result.mean.score.auc.low).toBeNaN();
    expect(result.verdict).toMatchObject({ claim: 'none', baseline: 'active', conversions: 3 });
  });
});

describe('the verdict', () => {
  it('praises a score that beats both baselines', () => {
    const { verdict, mean } = run(world(1, { effects }), good);
    expect(verdict.claim).toBe('better');
    expect(verdict.auc.low).toBeGreaterThan(0);
    expect(mean.score.top[1]?.lift.low).toBeGreaterThan(1);
  });

  it('calls a score worse that a baseline beats', () => {
    const { verdict } = run(world(1, { effects }), bad);
    expect(verdict).toMatchObject({ claim: 'worse', baseline: 'active' });
    expect(verdict.auc.high).toBeLessThan(0);
  });

  it('sees no more than chance in shuffled labels, and no difference', () => {
    const { verdict } = run(shuffleLabels(world(1, { effects }), stream('shuffle')), good);
    expect(verdict.claim).toBe('chance');
  });

  it('sees no difference between an order and itself', () => {
    const scoring = { weights: { days: weight(100, { half_life: 30 }) }, labels };
    const { verdict } = run(world(2, { effects: [0, 0, 0, 4] }), scoring);
    expect(verdict).toMatchObject({ claim: 'level', baseline: 'recent' });
    expect(Math.abs(verdict.auc.value)).toBeLessThan(0.001);
  });

  it('makes no claim with fewer than 20 people who converted, however good the score', () => {
    const few = Array.from({ length: 19 }, () => 1);
    const panel = (hits: readonly number[]): Panel => {
      const converted = [...hits, ...Array.from({ length: 400 }, () => 0)];
      return panelOf([cutoffOf(converted, { values: [Float64Array.from(converted)] })], ['signups']);
    };
    expect(run(panel(few), good).verdict.claim).toBe('none');
    expect(codes(run(panel(few), good))).toContain('few-conversions');
    expect(run(panel([...few, 1]), good).verdict.claim).toBe('better');
    expect(codes(run(panel([...few, 1]), good))).not.toContain('few-conversions');
    // Nor does it claim anything of a signal.
    expect(codes(run(panel(few), good))).not.toContain('leak');
    expect(codes(run(panel([...few, 1]), good))).toContain('leak');
  });
});

describe('signals', () => {
  it('say what each adds: leaving out the best costs most, leaving out one of 0 points costs nothing', () => {
    const scoring = { ...good, weights: { ...good.weights, chats: weight(0) } };
    const { signals } = run(world(1, { effects }), scoring);
    const adds = Object.fromEntries(signals.map((signal) => [signal.signal, signal.adds]));
    expect(adds['signups']?.low).toBeGreaterThan(adds['page_views']?.high ?? 1);
    expect(adds['chats']).toEqual({ value: 0, low: 0, high: 0 });
    expect(signals.map(({ signal, points }) => [signal, points])).toEqual([
      ['signups', 70],
      ['page_views', 20],
      ['days', 10],
      ['chats', 0],
    ]);
    expect(signals[0]?.share).toBeCloseTo(0.4, 1);
  });

  it('a penalty is measured in its own direction', () => {
    const scoring = { ...good, weights: { ...good.weights, chats: weight(-20) } };
    const { signals } = run(world(1, { effects: [4, 1.5, -3, 1] }), scoring);
    expect(signals.find(({ signal }) => signal === 'chats')?.alone).toBeGreaterThan(0.52);
  });
});

describe('warnings', () => {
  it('none on a sound log', () => {
    expect(codes(run(world(1, { effects }), good))).toEqual([]);
  });

  it('a signal that is the conversion itself, and one that never occurs', () => {
    const panel = world(1, { effects });
    const leaking = {
      ...panel,
      features: [...panel.features, 'paid', 'never'],
      cutoffs: panel.cutoffs.map((cutoff) =>
        Object.assign({}, cutoff, {
          values: [...cutoff.values, Float64Array.from(cutoff.converted), new Float64Array(panel.people)],
        }),
      ),
    };
    const scoring = { ...good, weights: { ...good.weights, paid: weight(5), never: weight(5), missing: weight(5) } };
    const { warnings } = run(leaking, scoring);
    expect(warnings).toContainEqual({ code: 'leak', signal: 'paid', auc: 1 });
    expect(warnings).toContainEqual({ code: 'silent-signal', signal: 'never' });
    expect(warnings).toContainEqual({ code: 'silent-signal', signal: 'missing' });
  });

  it('a signal of a few people who convert nearly all, unless everybody does', () => {
    const panel = world(1, { effects });
    // One in three of those who convert has it, and nobody else.
    const withSignal = (converts: (converted: number) => number) => ({
      ...panel,
      features: [...panel.features, 'onboarding'],
      cutoffs: panel.cutoffs.map((cutoff) =>
        Object.assign({}, cutoff, {
          converted: cutoff.converted.map(converts),
          values: [...cutoff.values, Float64Array.from(cutoff.converted, (one, i) => (i % 3 === 0 ? one : 0))],
        }),
      ),
    });
    const scoring = { ...good, weights: { ...good.weights, onboarding: weight(5) } };
    const { warnings, signals } = run(
      withSignal((one) => one),
      scoring,
    );
    const { open, conversions } = signals.find(({ signal }) => signal === 'onboarding')?.earning ?? {};
    expect(open).toBe(conversions);
    expect(warnings).toContainEqual({ code: 'nearly-all-convert', signal: 'onboarding', open, conversions });
    expect(
      codes(
        run(
          withSignal(() => 1),
          scoring,
        ),
      ),
    ).not.toContain('nearly-all-convert');
  });

  it('a signal that makes the score worse', () => {
    const { warnings } = run(world(1, { effects }), bad);
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'harmful-signal', signal: 'signups' }));
  });

  it('labels out of order', () => {
    const scoring = { weights: { signups: weight(-100), chats: weight(100) }, labels };
    const { warnings } = run(world(1, { effects }), scoring);
    expect(warnings).toContainEqual({ code: 'labels-out-of-order', better: 'high', than: 'low' });
  });

  it('a cut-off without conversions, with its time', () => {
    const { cutoffs, features } = world(1, { effects });
    const quiet = cutoffs.map((cutoff, i) =>
      i === 1 ? Object.assign({}, cutoff, { converted: new Uint8Array(cutoff.people.length) }) : cutoff,
    );
    const { warnings, mean, cutoffs: results } = run(panelOf(quiet, features), good);
    expect(warnings).toContainEqual({
      code: 'one-outcome',
      at: atOf(1),
      conversions: 0,
      open: cutoffs[1]?.people.length,
    });
    const known = results.map(({ rankings }) => rankings.score.auc.value).filter((auc) => !Number.isNaN(auc));
    expect(known.length).toBe(3);
    expect(mean.score.auc.value).toBeCloseTo(known.reduce((sum, auc) => sum + auc, 0) / 3, 12);
  });

  it('a list that is mostly drawn by lot', () => {
    const scoring = { weights: { signups: weight(100, { binary: true }) }, labels };
    const { warnings } = run(world(1, { effects, cutoffs: 1 }), scoring);
    expect(warnings).toContainEqual({ code: 'drawn-by-lot', at: atOf(0), called: 150, by_lot: 150 });
  });

  it('conversions that several windows share', () => {
    const [cutoff] = world(1, { effects, cutoffs: 1 }).cutoffs;
    if (!cutoff) throw new Error('no cut-off');
    const panel = panelOf([cutoff, cutoff], world(1).features);
    const people = convertedPeople(panel);
    expect(run(panel, good).warnings).toContainEqual({ code: 'counted-twice', conversions: 2 * people, people });
  });

  it('a score that no longer works at the last cut-off', () => {
    const [early, late] = [world(1, { effects }), world(2, { effects: [0, 0, 0, 0], base: -2 })];
    const cutoffs = [...early.cutoffs.slice(0, 3), ...late.cutoffs.slice(3)];
    const { warnings, cutoffs: results } = run({ ...early, cutoffs }, good);
    const drift = warnings.find((warning) => warning.code === 'drift');
    const aucs = results.map(({ rankings }) => rankings.score.auc.value);
    const [a = 0, b = 0, c = 0, last = 0] = aucs;
    expect(drift?.at).toBe(atOf(3));
    expect(drift?.difference.value).toBeCloseTo(last - (a + b + c) / 3, 9);
  });
});
