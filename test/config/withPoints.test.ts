import { describe, expect, it } from 'vitest';
import type { Weight, Weights } from '../../src/catalogue/weights.js';
import { loadConfig } from '../../src/config/load.js';
import { type Config, defaultConfig } from '../../src/config/settings.js';
import { configTemplate } from '../../src/config/template.js';
import { withPoints } from '../../src/config/withPoints.js';
import { temporary } from './temporary.js';

const { write } = temporary();

const UNTIL = '2026-05-18T14:22:32Z';

const weight = (points: number, earns: Weight['earns'] = { binary: true }): Weight => ({
  points,
  earns,
  because: 'Found by gesture tune.',
  phrase: 'did it',
});

const present: Weights = {
  signups: weight(60),
  page_views: weight(40, { saturates_at: 5 }),
  bounce_rate: weight(0, { rate: true }),
};

describe('tuned points in gesture.yaml', () => {
  it('make a small new file if there is none', () => {
    const tuned = {
      signups: weight(30),
      page_views: weight(20, { log_full_at: 50 }),
      chats: weight(50, { saturates_at: 2 }),
    };
    expect(withPoints(undefined, present, tuned, UNTIL))
      .toBe(`# gesture settings: points that \`gesture tune\` found. Everything that is not named here is a default.

weights:
  signups: { points: 30, binary: true }
  page_views: { points: 20, log_full_at: 50 }
  chats: { points: 50, saturates_at: 2, because: Found by gesture tune. }
tuned: { until: 2026-05-18T14:22:32Z }
`);
  });

  it('replace points and curves only, and keep all other text', () => {
    const text = `# Ours.
events: { columns: { user_id: UserID } } # from the shop

weights:
  # We trust signups.
  signups: 60 # most of all
  page_views:
    points: 40
    saturates_at: 5 # a handful
    because: They read.
labels: { high: 70, medium: 30 }
`;
    const tuned = { signups: weight(35.5), page_views: weight(64.5, { log_full_at: 50 }) };
    expect(withPoints(text, present, tuned, UNTIL)).toBe(`# Ours.
events: { columns: { user_id: UserID } } # from the shop

weights:
  # We trust signups.
  signups: 35.5 # most of all
  page_views:
    points: 64.5
    because: They read.
    log_full_at: 50
labels: { high: 70, medium: 30 }
tuned: { until: 2026-05-18T14:22:32Z }
`);
  });

  it('take the points of signals that are not used any more, but leave alone what is only shown', () => {
    const text = withPoints(
      'weights:\n  bounce_rate: 0\n',
      present,
      { page_views: weight(100, { saturates_at: 5 }) },
      UNTIL,
    );
    expect(text).toContain('signups: { points: 0, binary: true }');
    expect(text).toContain('bounce_rate: 0\n');
  });

  it('replace the instant of an earlier tuning, and fill a section that is empty', () => {
    const text = withPoints('weights: # none yet\ntuned: { until: 2025-01-01T00:00:00Z }\n', present, present, UNTIL);
    expect(text.match(/until/g)).toHaveLength(1);
    expect(text).toContain('signups: { points: 60, binary: true }');
    expect(withPoints('# nothing yet\n', present, present, UNTIL)).toMatch(/^# nothing yet\n/);
  });

  it('give a signal that was a number another curve', () => {
    const text = withPoints(
      'weights:\n  signups: 60 # most\n  page_views: 40\n',
      present,
      { ...present, signups: weight(60, { saturates_at: 2 }) },
      UNTIL,
    );
    expect(text).toContain('signups: { points: 60, saturates_at: 2 } # most');
    expect(text).toContain('page_views: 40');
  });

  const files: Readonly<Record<string, string>> = {
    'that init writes': configTemplate(defaultConfig),
    'that is empty': '',
    'of one document': '---\nlabels: { high: 70 }\n...\n',
    'from Windows': '\uFEFFlabels:\r\n  high: 70\r\nweights:\r\n  signups: 30 # ours\r\n',
    'in one line': '{ weights: { "signups": 30 }, labels: { high: 61 } }\n',
    'without the defaults':
      'defaults: off\nweights:\n  signups: { points: 60, binary: true }\n  searches: { points: 40, rate: true }\nfeatures:\n  searches: { from: events, is: { op: countWhere, column: event_type, equals: search }, unit: events, says: s }\n',
    'with words in folded text':
      'weights:\n    signups:\n        because: >-\n            They told us so,\n            and came.\n',
    'with several sources': "events:\n- files: a*.csv\n  timestamp: epoch_s\n- files: 'b*.csv'\n",
    'that was tuned before': 'tuned:\n  until: "2025-01-01T00:00:00Z" # the first time\n',
  };

  it.each(Object.entries(files))('are read back from a file %s, and all other settings too', async (name, text) => {
    const tuned = {
      signups: weight(10, { saturates_at: 2 }),
      chat_messages: weight(89.5, { log_full_at: 5 }),
      page_views: weight(0.5, { log_full_at: 50 }),
      spam_rate: weight(-99.5),
    };
    const before = await loadConfig(write(`${name}.yaml`, text));
    const written = withPoints(text, before.weights, tuned, UNTIL);
    const after = await loadConfig(write(`${name} tuned.yaml`, written));
    const counting = Object.entries(after.weights).flatMap(([signal, { points, earns }]) =>
      points === 0 ? [] : [[signal, points, earns]],
    );
    expect(Object.fromEntries(counting.map(([signal, ...rest]) => [signal, rest]))).toEqual(
      Object.fromEntries(Object.entries(tuned).map(([signal, { points, earns }]) => [signal, [points, earns]])),
    );
    const others = ({ weights: _w, hashes, hash: _h, path: _p, tuned: _t, ...rest }: Config) => [hashes.features, rest];
    expect(others(after)).toEqual(others(before));
    expect(after.tuned).toEqual({ until: UNTIL });
    expect(withPoints(written, after.weights, tuned, UNTIL)).toBe(written);
  });
});
