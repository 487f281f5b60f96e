import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareScores, type Scores } from '../../src/scoring/compare.js';
import { labelOf, prepare, scoreRow, type Scoring } from '../../src/scoring/score.js';
import { holds } from '../random.js';
import { scoring, value } from './arbitrary.js';

/** What user_scores.csv would hold of these users. */
const scoresOf = (some: Scoring, rows: Readonly<Record<string, readonly number[]>>, config = 'one'): Scores => {
  const model = prepare(some);
  const users = Object.entries(rows).map(([id, values], i) => {
    const points = new Int32Array(model.signals.length);
    const { score, floor, cap } = scoreRow(model, values, points);
    const parts = Int32Array.from([...points, floor, cap]);
    return [id, { name: id, rank: i + 1, score, label: labelOf(score, some.labels), points: parts }] as const;
  });
  return { configs: new Set([config]), parts: [...model.signals, 'floor', 'cap'], users: new Map(users) };
};

const binary = (points: number) => ({ points, earns: { binary: true }, because: '', phrase: '' }) as const;
const labels = { high: 70, medium: 40 };
const plain: Scoring = { weights: { signup: binary(60), demo: binary(40), spam: binary(-20) }, labels };

describe('compare', () => {
  it('reports nothing for identical scores', () => {
    const scores = scoresOf(plain, { ana: [1, 0, 0], ben: [0, 0, 1] });
    expect(compareScores(scores, scores)).toMatchObject({
      config_changed: false,
      label_changes: [],
      moved: [],
      entered: [],
      left: [],
      unchanged: 2,
    });
  });

  it('says who moved, by how much and why, the largest change first; who came and who went', () => {
    const before = scoresOf(plain, { ana: [1, 0, 0], ben: [0, 1, 0], eve: [0, 0, 0] });
    const after = scoresOf(plain, { ana: [1, 1, 0], ben: [0, 1, 1], zoe: [1, 1, 0] });
    const { moved, entered, left } = compareScores(before, after);
    expect(moved.map((m) => [m.user_id, m.old_score, m.new_score, m.change, m.parts])).toEqual([
      ['ana', 60, 100, 40, [{ part: 'demo', change: 40 }]],
      ['ben', 40, 20, -20, [{ part: 'spam', change: -20 }]],
    ]);
    expect(entered).toEqual([{ user_id: 'zoe', username: 'zoe', score: 100, rank: 3, label: 'high' }]);
    expect(left).toEqual(['eve']);
  });

  it('puts equal changes in the order of user_id', () => {
    const before = scoresOf(plain, { zoe: [0, 0, 0], ben: [0, 0, 0], Ana: [0, 0, 0], cy: [1, 0, 0] });
    const after = scoresOf(plain, { zoe: [0, 1, 0], ben: [0, 1, 0], Ana: [0, 1, 0], cy: [0, 0, 0] });
    expect(compareScores(before, after).moved.map((m) => m.user_id)).toEqual(['cy', 'Ana', 'ben', 'zoe']);
  });

  it('shows a floor that hides a change: the score stays, the parts moved', () => {
    const weights = { spam: binary(-20), bounce: binary(-5) };
    const { moved } = compareScores(
      scoresOf({ weights, labels }, { ana: [0, 1] }),
      scoresOf({ weights, labels }, { ana: [1, 1] }),
    );
    expect(moved).toMatchObject([
      {
        change: 0,
        parts: [
          { part: 'spam', change: -20 },
          { part: 'floor', change: 20 },
        ],
      },
    ]);
  });

  it('says who changed label: who rose first, to the best label first; then who fell', () => {
    const before = { ana: [1, 0, 0], ben: [1, 1, 0], cy: [1, 1, 0], dee: [0, 0, 0], eve: [0, 1, 0], fay: [0, 0, 0] };
    const after = { ana: [1, 1, 0], ben: [1, 0, 0], cy: [0, 0, 0], dee: [1, 1, 0], eve: [0, 1, 0], fay: [0, 1, 0] };
    const { label_changes: changes } = compareScores(scoresOf(plain, before), scoresOf(plain, after));
    expect(changes.map((c) => [c.user_id, c.old_label, c.new_label, c.change])).toEqual([
      ['dee', 'low', 'high', 100],
      ['ana', 'medium', 'high', 40],
      ['fay', 'low', 'medium', 40],
      ['ben', 'high', 'medium', -40],
      ['cy', 'high', 'low', -100],
    ]);
  });

  it('says who changed label only because the thresholds changed', () => {
    const rows = { ana: [1, 0, 0], ben: [0, 1, 0] };
    const eased = { ...plain, labels: { high: 60, medium: 40 } };
    const { label_changes: changes, unchanged } = compareScores(scoresOf(plain, rows), scoresOf(eased, rows, 'two'));
    expect(changes).toMatchObject([{ user_id: 'ana', old_label: 'medium', new_label: 'high', parts: [] }]);
    expect(unchanged).toBe(2);
  });

  it('tells a change of settings from behaviour, and names signals that came or went', () => {
    const before = scoresOf(plain, { ana: [1, 0, 0] }, 'one');
    const after = scoresOf({ weights: { signup: binary(60), webinar: binary(40) }, labels }, { ana: [1, 1] }, 'two');
    expect(compareScores(before, after)).toMatchObject({
      config_changed: true,
      old_config: ['one'],
      new_config: ['two'],
      signals_added: ['webinar'],
      signals_removed: ['demo', 'spam'],
      moved: [{ change: 40, parts: [{ part: 'webinar', change: 40 }] }],
    });
  });

  it('is not fooled by signals named like properties of every object', () => {
    const [before, after] = [{ x: binary(1) }, { constructor: binary(1), x: binary(1) }];
    const { moved } = compareScores(
      scoresOf({ weights: before, labels }, { ana: [1] }),
      scoresOf({ weights: after, labels }, { ana: [1, 1] }),
    );
    expect(moved[0]?.parts).toEqual([{ part: 'constructor', change: 1 }]);
  });

  it('the parts sum to the change, exactly, for every pair of users', () => {
    const values = fc.array(value, { minLength: 8, maxLength: 8 });
    holds(fc.tuple(scoring, scoring, values, values), ([old, now, then, later]) => {
      const { moved } = compareScores(scoresOf(old, { ana: then }), scoresOf(now, { ana: later }));
      for (const { change, parts } of moved) {
        const sum = parts.reduce((total, part) => total + Math.round(part.change * 100), 0);
        expect(sum).toBe(Math.round(change * 100) + 0);
      }
    });
  });
});
