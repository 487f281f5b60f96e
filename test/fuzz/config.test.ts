/** Whatever the bytes of a gesture.yaml: settings that a run can work with, or one line that says where it is wrong. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { columnsOf, rowMeasures } from '../../src/catalogue/measures.js';
import { type Config, defaultConfig, defaultReading } from '../../src/config/settings.js';
import { loadConfig } from '../../src/config/load.js';
import { configTemplate } from '../../src/config/template.js';
import { EVENT_COLUMNS, Failure } from '../../src/model.js';
import { score } from '../../src/scoring/explain.js';
import { temporary } from '../config/temporary.js';
import { find } from '../engine/find.js';
import { toCsv } from '../oracle/logs.js';
import { mutated } from './bytes.js';
import { tries } from '../random.js';
import { fuzz } from './finds.js';

const OWN = `features:
  webinars:
    from: events
    is:   { op: countWhere, column: event_type, matches: "^webinar_" }
    unit: events
    says: webinars joined
  paid:
    from: events
    is:   { op: sum, column: amount, where: { column: plan, in: [pro, team] } }
    unit: USD
    says: paid so far
  per_visit:
    from: features
    is:   { op: ratio, of: webinars, per: total_sessions }
    unit: per session
    says: webinars a session
  lately: { from: events, is: { op: count, where: [{ column: amount, at_least: 5, below: 1e3 }, { column: plan, not_in: [free] }], within: 36h }, unit: events, says: lately }
  busy: { from: sessions, is: { op: mean, column: duration_sec }, unit: seconds, says: length of a session }
weights:
  webinars: { points: 10, saturates_at: 3, phrase: "joined {times}" }
  signups: 20
`;
const PATTERN = `features:
  w: { from: events, is: { op: countWhere, column: event_type, matches: "^web_" }, unit: events, says: w }
`;
const READING = `# how to read it
events:
  columns:   { user_id: UserID, event_id: _id }
  types:     { lecture_watched: page_view }
  timestamp: epoch_ms
sessions: { timeout: 45m }
labels: { high: 80, medium: 30 }
conversion: { all_of: [signup], any_of: [paid, { column: plan, not_equals: free }], undone_by: { paid: [refunded] } }
opt_out: { any_of: [unsubscribed, { column: amount, below: 0 }], undone_by: { unsubscribed: subscribed } }
show: [email, location_city]
`;

const HOSTILE = [
  ['', '"', "'", '{', '}', '[', ']', ':', ': ', ',', '#', '- ', '|', '>', '&a ', '*a', '!!js/function ', '%YAML 9\n'],
  ['---\n', '...\n', '? ', '<<: *a', '\t', '\0', '\uFEFF', '\r', '\r\n', '\n\n', '  ', '\u0085', '\u2028', '\u202E'],
  ['null', '~', 'true', 'yes', '.nan', '.inf', '-1', '0', '1e999', '1e-320', '0x10', '0o7', '100', '99999999999999999'],
  ['__proto__', 'constructor', 'toString', 'user_id', 'gender', 'converted', 'signups', 'features', 'count', 'ratio'],
  ['(', '[a', '(?<n>x)', '(?=x)', '\\p{Greek}', 'a{9999}', '(((((a*)*)*)*)*)*', "'; DROP TABLE by_event; --", '$1'],
  [
    '"\\u0000"',
    '"\\ud800"',
    'x'.repeat(300),
    '['.repeat(200),
    '{a: '.repeat(60),
    '2026-01-05',
    '24h',
    '1s',
    '30',
    '😀',
  ],
  ['duration_sec', 'is_spam', 'device', 'event_type', 'start', 'timestamp', 'activeInLast', 'days: 36500', 'half_life'],
].flat();

const seeds = [READING, PATTERN, OWN, configTemplate(defaultConfig)].map((text) => Buffer.from(text));
const files = mutated(seeds, /([\s:,{}[\]]+)/, HOSTILE);

/** A log of one event with every column that a configuration reads. */
const logFor = ({ events, features }: Config): string => {
  const [reading = defaultReading] = events;
  const columns = rowMeasures(features, 'events').flatMap(([, is]) => columnsOf(is));
  const ours = [...new Set([...Object.keys(EVENT_COLUMNS), ...columns])];
  const theirs = new Map(Object.entries(reading.columns));
  const times = new Map([
    ['iso', '2026-01-05'],
    ['epoch_s', '1767603600'],
    ['epoch_ms', '1767603600000'],
    ['epoch_us', '1767603600000000'],
  ]);
  const cells = new Map([
    ['user_id', 'ana'],
    ['event_type', 'signup'],
    ['timestamp', times.get(reading.timestamp[0] ?? '') ?? ''],
  ]);
  const header = ours.map((name) => {
    const named = theirs.get(name) ?? name;
    return typeof named === 'string' ? named : (named[0] ?? name);
  });
  return toCsv({ header, rows: [ours.map((name) => cells.get(name) ?? '')] });
};

const { folder } = temporary();
const path = join(folder, 'gesture.yaml');

/** An error that a user can mend is an answer; any other is a bug. */
const orFailure = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  throw error;
};

/** @throws whatever is wrong with the answer to `file` */
const check = async (file: Buffer): Promise<void> => {
  writeFileSync(path, file);
  const config = await loadConfig(path).catch(orFailure);
  if (config instanceof Failure) {
    assert.equal(config.kind, 'usage');
    assert(config.message.startsWith(`${path}:`));
    assert.match(config.message.slice(path.length), /^:[1-9]\d*:[1-9]\d* \S/u);
    return;
  }
  assert.equal(Object.keys(config.features).at(-1), 'converted');
  const hundredths = (points: number): number => Math.round(points * 100);
  const most = Object.values(config.weights).reduce((sum, { points }) => sum + hundredths(Math.max(0, points)), 0);
  assert.equal(most, 10_000);
  const row = Object.fromEntries(Object.keys(config.weights).map((signal, i) => [signal, i]));
  const { score: total, contributions, floor, cap } = score(row, config);
  const parts = [floor, cap, ...contributions.map(({ points }) => points)];
  assert.equal(
    parts.reduce((sum, points) => sum + hundredths(points), 0),
    hundredths(total),
  );
  const found = await find([logFor(config)], { config, threads: 1 }).catch(orFailure);
  if (!(found instanceof Failure)) assert.equal(found.accounts.read, 1);
};

it('a gesture.yaml of any bytes is read or refused', async () => {
  await expect(fuzz('config', files, tries(40), check)).resolves.toBeUndefined();
});
