import { describe, expect, it } from 'vitest';
import type { Panel } from '../../src/backtest/panel.js';
import { propose, type Proposing } from '../../src/backtest/propose.js';
import type { Candidate } from '../../src/backtest/tune.js';
import { tuningOf } from '../../src/backtest/tuning.js';
import type { Weight } from '../../src/catalogue/weights.js';
import type { Scoring } from '../../src/scoring/score.js';
import { stream } from '../../src/simulate/chance.js';
import { atOf, HORIZON, world } from './panels.js';

const weight = (points: number): Weight => ({
  points,
  earns: { saturates_at: 4 },
  because: 'a reason',
  phrase: 'did it',
});

const present: Scoring = { weights: { signups: weight(60), page_views: weight(40) }, labels: { high: 60, medium: 30 } };

const candidates: readonly Candidate[] = [
  { feature: 'signups', kind: 'amount', sign: 1, curve: { saturates_at: 4 } },
  { feature: 'page_views', kind: 'amount', sign: 1, curve: { saturates_at: 4 } },
  { feature: 'chats', kind: 'amount', sign: 1 },
];

const proposal = (panel: Panel, some: Partial<Proposing> = {}) =>
  propose(panel, present, {
    judge: 1,
    horizon: HORIZON,
    candidates,
    words: () => ({ because: 'found by tune', phrase: 'wrote' }),
    resamples: 100,
    rng: stream('propose'),
    ...some,
  });

describe('a proposal', () => {
  const panel = world(3, { effects: [2, 0, 3, 0], base: -3.5 });

  it('learns until the windows of the training cut-offs end, and judges after that', () => {
    const { training, judged, until, recommendation } = proposal(panel);
    expect([training.at, judged.at]).toEqual([[atOf(0), atOf(1), atOf(2)], [atOf(3)]]);
    expect(until).toBe(atOf(3));
    expect(recommendation).toEqual({ recommended: true });
  });

  it('says how many people converted in training if nothing can be learned', () => {
    const { found, until, recommendation } = proposal(panel, { judge: 4 });
    expect([found, until]).toEqual([undefined, undefined]);
    expect(recommendation).toEqual({ recommended: false, failed: 'training_conversions', conversions: 0, needed: 120 });
  });

  it('says so if enough people converted, but no signal speaks for it', () => {
    const { found, recommendation } = proposal(world(8, { effects: [-3, 0, 0, 0], base: 0 }), {
      candidates: candidates.slice(0, 1),
    });
    expect(found).toBeUndefined();
    expect(recommendation).toEqual({ recommended: false, failed: 'no_signal' });
  });

  it('warns of a feature that tells everything', () => {
    const leaking: Panel = {
      ...panel,
      cutoffs: panel.cutoffs.map((cutoff) =>
        Object.assign({}, cutoff, { values: cutoff.values.with(2, Float64Array.from(cutoff.converted)) }),
      ),
    };
    expect(proposal(leaking).found?.warnings).toEqual([{ code: 'leak', signal: 'chats', auc: 1 }]);
    expect(proposal(panel).found?.warnings).toEqual([]);
  });
});

describe('the result', () => {
  const about = { horizon_days: 14, config: 'abc', without: [], shuffled: false, remarks: [] };

  it('has the points side by side, the most tuned ones first', () => {
    const { signals, added } = tuningOf(
      proposal(world(3, { effects: [2, 0, 3, 0], base: -3.5 })),
      present.weights,
      about,
    );
    expect(signals.map(({ signal }) => signal)).toEqual(['chats', 'signups', 'page_views']);
    expect(signals.map(({ points }) => points.present)).toEqual([0, 60, 40]);
    expect(signals.reduce((sum, { points }) => sum + points.tuned, 0)).toBe(100);
    expect([signals[0]?.curve.present, added]).toEqual([undefined, ['chats']]);
  });

  it('has no points if none were found', () => {
    const { signals, judgement } = tuningOf(proposal(world(7, { base: -50 })), present.weights, about);
    expect([signals, judgement]).toEqual([[], undefined]);
  });
});
