import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { EXIT, Failure } from '../../src/model.js';
import { pointsOf } from '../fixtures/scoring.js';
import { temporary } from './temporary.js';

const { write, folder } = temporary();

const failureOf = async (content: string | Uint8Array): Promise<Failure> => {
  const path = write('gesture.yaml', content);
  const error: unknown = await loadConfig(path).catch((thrown: unknown) => thrown);
  if (!(error instanceof Failure)) throw new Error(`expected a Failure, not ${String(error)}`);
  return error;
};

const feature = (is: string, from = 'events', name = 'mine'): string =>
  `features:\n  ${name}:\n    from: ${from}\n    is: ${is}\n    unit: events\n    says: mine\n`;

/** What is wrong, the file, line:column of the message, and what it has to say. */
const WRONG: readonly (readonly [string, string, string, RegExp])[] = [
  ['a misspelt section', 'wieghts:\n  signups: 30\n', '1:1', /^wieghts: unknown key\. Did you mean "weights"\?$/],
  ['an unknown section', 'colour: blue\n', '1:1', /^colour: unknown key$/],
  ['a section that is a word', 'sessions: soon\n', '1:11', /sessions: must be key: value entries, not the text "soon"/],
  [
    'a condition beside a count',
    'features:\n  f: { from: events, is: { op: count, equals: signup }, unit: events, says: f }\n',
    '2:39',
    /^features\.f\.is\.equals: does not belong to op: count; a condition goes under where: \{ column: \.\.\., equals: \.\.\. \}$/,
  ],
  ['a name that nobody can see', '" ": 1\n', '1:1', /^" ": unknown key$/],
  ['a list at the top', '- weights\n', '1:1', /must be key: value entries, not a list/],
  ['weights as a list', 'weights: [40, 60]\n', '1:1', /weights: must be key: value entries, not a list/],
  [
    'a weight for a misspelt feature',
    'weights:\n  signupz: { points: 30 }\n',
    '2:3',
    /weights\.signupz: unknown feature\. Did you mean "signups"\?/,
  ],
  [
    'a misspelt key of a weight',
    'weights:\n  signups: { pionts: 30 }\n',
    '2:14',
    /unknown key\. Did you mean "points"\?/,
  ],
  ['a misspelt curve', 'weights:\n  page_views: { saturate_at: 3 }\n', '2:17', /Did you mean "saturates_at"\?/],
  ['two curves', 'weights:\n  page_views: { saturates_at: 3, half_life: 2 }\n', '2:3', /more than one curve/],
  [
    'points in words',
    'weights:\n  signups: { points: thirty }\n',
    '2:22',
    /weights\.signups\.points: must be a number, not the text "thirty"/,
  ],
  ['points that are no number', 'weights:\n  signups: { points: .nan }\n', '2:22', /points: must be a number, not NaN/],
  ['points without end', 'weights:\n  signups: .inf\n', '2:3', /must be a number, not Infinity/],
  ['points over 100', 'weights:\n  signups: { points: 101 }\n', '2:22', /between -100 and 100/],
  ['a third decimal', 'weights:\n  signups: { points: 0.125 }\n', '2:22', /at most two decimals/],
  [
    'positive points that do not sum to 100',
    `weights:\n  signups: { points: ${pointsOf('signups', -10)} }\n`,
    '1:1',
    /sum to 90, not 100: add 10 to some signal \(compared with the defaults: signups -10\)/,
  ],
  [
    'too many positive points',
    'weights:\n  search_events: { points: 2.5, saturates_at: 3 }\n',
    '1:1',
    /sum to 102\.5, not 100: take 2\.5 from some signal \(compared with the defaults: search_events \+2\.5\)/,
  ],
  ['a new signal without points', 'weights:\n  search_events: { saturates_at: 3 }\n', '2:3', /has no points: add them/],
  [
    'a new signal without a curve',
    'weights:\n  search_events: { points: 0 }\n',
    '2:3',
    /needs a curve: one of binary, saturates_at/,
  ],
  ['a curve without width', 'weights:\n  page_views: { saturates_at: 0 }\n', '2:31', /must be above 0/],
  ['gender as a signal', 'weights:\n  gender: { points: 5, binary: true }\n', '2:3', /gender is never a signal/],
  ['the outcome as a signal', 'weights:\n  converted: { points: 5, binary: true }\n', '2:3', /cannot be a signal/],
  ['text as a signal', 'weights:\n  primary_device: { points: 5, binary: true }\n', '2:3', /is text, not a number/],
  [
    'an unknown placeholder',
    'weights:\n  signups: { phrase: "did it {tims}" }\n',
    '2:22',
    /unknown \{tims\}: use \{times\}, \{value\}/,
  ],
  [
    'labels the wrong way round',
    'labels:\n  high: 40\n  medium: 70\n',
    '3:11',
    /medium \(70\) must be below high \(40\)/,
  ],
  [
    'a high that is below the default medium',
    'labels: { high: 20 }\n',
    '1:17',
    /medium \(30\) must be below high \(20\)/,
  ],
  ['a label beyond the scale', 'labels:\n  high: 200\n', '2:9', /between 0 and 100/],
  ['a duplicate key', 'labels:\n  high: 70\n  high: 80\n', '3:3', /duplicate key: keep one/],
  [
    'an unknown key after a known one',
    'labels: { high: 70 }\nlabelz: { high: 80 }\n',
    '2:1',
    /Did you mean "labels"\?/,
  ],
  ['a timeout that is no duration', 'sessions: { timeout: soon }\n', '1:22', /a duration such as 30m, 12h or 7d/],
  ['a timeout without a unit', 'sessions: { timeout: 30 }\n', '1:22', /a duration such as 30m, 12h or 7d, not 30/],
  ['a timeout of nothing', 'sessions: { timeout: 0m }\n', '1:22', /must be a duration such as 30m/],
  [
    'an unknown form of timestamps',
    'events: { timestamp: ISO }\n',
    '1:22',
    /one of iso, epoch_s, epoch_ms.*Did you mean "iso"\?/,
  ],
  ['a misspelt column', 'events:\n  columns: { user_ids: UserID }\n', '2:14', /Did you mean "user_id"\?/],
  [
    'an event type that leads nowhere',
    'events:\n  types: { visited: page_veiw }\n',
    '2:21',
    /no feature uses it\. Did you mean "page_view"\?/,
  ],
  [
    'an event type of nobody',
    'events:\n  types: { bestellt: Order Viewed }\n',
    '2:22',
    /"Order Viewed": no feature uses it; map to a type of ours, or name it in a feature/,
  ],
  [
    'a column the wrong way round',
    'events:\n  columns: { kunde: user_id }\n',
    '2:14',
    /kunde: no feature uses it: write our name first, user_id: kunde/,
  ],
  [
    'an event type the wrong way round',
    'events:\n  types: { page_view: Gesehen }\n',
    '2:23',
    /"Gesehen": no feature uses it: write their name first, 'Gesehen': page_view/,
  ],
  ['a conversion without actions', 'conversion: { undone_by: { signup: left } }\n', '1:1', /needs all_of or any_of/],
  [
    'a conversion that is a number',
    'conversion: { any_of: [3] }\n',
    '1:24',
    /must be an event type or a condition, not 3/,
  ],
  [
    'a misspelt key of a condition',
    'conversion: { any_of: [{ colum: plan, equals: pro }] }\n',
    '1:24',
    /any_of\[0\]\.column: is missing/,
  ],
  ['a condition without a test', 'conversion: { any_of: [{ column: plan }] }\n', '1:24', /needs exactly one of equals/],
  [
    'an action that is undone but not asked for',
    'conversion: { any_of: [purchase], undone_by: { purchas: refund } }\n',
    '1:48',
    /is no event type of conversion\. Did you mean "purchase"\?/,
  ],
  ['a misspelt opt-out', 'opt_out: { all_of: [left] }\n', '1:1', /opt_out\.any_of: is missing/],
  ['a column that the list always has', 'show: [username]\n', '1:8', /is always in the list/],
  ['a column that is not about a user', 'show: [session_id]\n', '1:8', /is not about a user/],
  ['defaults that are neither on nor off', 'defaults: none\n', '1:11', /must be off, not the text "none"/],
  [
    'weights of their own that do not sum to 100',
    'defaults: off\nweights: { signups: 40 }\n',
    '2:1',
    /sum to 40, not 100: add 60 to some signal$/,
  ],
  [
    'an opt-out as a signal',
    'opt_out: { any_of: [left] }\nweights: { opted_out: { points: -5, binary: true } }\n',
    '2:12',
    /never listed/,
  ],
  [
    'a bound for a column of text',
    feature('{ op: countWhere, column: device, at_least: 3 }'),
    '4:35',
    /"device" does not hold numbers: at_least and below do not apply/,
  ],
  [
    'two tests in one condition',
    feature('{ op: count, where: { column: device, equals: a, at_least: 3 } }'),
    '4:22',
    /needs exactly one of equals/,
  ],
  ['a stretch of time in words', feature('{ op: count, within: a week }'), '4:30', /must be a duration such as/],
  ['a conversion of nothing', 'conversion: { all_of: [] }\n', '1:15', /at least one event type/],
  [
    'a misspelt conversion',
    'conversion: { all_of: [signup, calender_booking] }\n',
    '1:32',
    /did you mean "calendar_booking"\?/,
  ],
  [
    'a feature with the name of a built-in one',
    feature('{ op: count }', 'events', 'signups'),
    '2:3',
    /is a built-in feature/,
  ],
  [
    'a feature with the name of an event column',
    feature('{ op: count }', 'events', 'user_id'),
    '2:3',
    /is already a column/,
  ],
  [
    'a feature with a name that is no column name',
    feature('{ op: count }', 'events', '"x\\"); DROP TABLE t; --"'),
    '2:3',
    /plain column name/,
  ],
  [
    'an unknown source',
    feature('{ op: count }', 'evnts'),
    '3:11',
    /one of events, sessions, features.*Did you mean "events"\?/,
  ],
  ['an unknown measure', feature('{ op: countWere, column: x }'), '4:15', /Did you mean "countWhere"\?/],
  ['a measure without its column', feature('{ op: sum }'), '4:5', /is\.column: is missing/],
  [
    'a condition without a value',
    feature('{ op: countWhere, column: x }'),
    '4:5',
    /exactly one of equals, in, matches/,
  ],
  [
    'a number where text is compared',
    feature('{ op: countWhere, column: x, equals: 1 }'),
    '4:46',
    /write it in quotes/,
  ],
  [
    'a column that sessions do not have',
    feature('{ op: max, column: durations_sec }', 'sessions'),
    '4:28',
    /Did you mean "duration_sec"\?/,
  ],
  ['the sum of a text', feature('{ op: sum, column: device }'), '4:28', /does not hold numbers/],
  [
    'a ratio of an unknown feature',
    feature('{ op: ratio, of: signup, per: total_sessions }', 'features'),
    '4:26',
    /Did you mean "signups"\?/,
  ],
  [
    'a ratio of a text',
    feature('{ op: ratio, of: username, per: total_sessions }', 'features'),
    '4:26',
    /"username" is not a number/,
  ],
  [
    'a feature that depends on itself',
    feature('{ op: ratio, of: mine, per: total_sessions }', 'features'),
    '2:3',
    /depends on itself: mine -> mine/,
  ],
  ['__proto__ as a key', '__proto__:\n  polluted: true\n', '1:1', /unknown key/],
  ['__proto__ as a signal', 'weights:\n  __proto__: { points: 1 }\n', '2:3', /unknown key/],
  ['constructor as a signal', 'weights:\n  constructor: { points: 1 }\n', '2:3', /unknown feature/],
  ['toString as a key', 'toString: 1\n', '1:1', /unknown key/],
  ['an alias', 'a: &a [x]\nweights: *a\n', '2:10', /is an alias/],
  ['nesting without end', `weights: ${'['.repeat(3000)}${']'.repeat(3000)}\n`, '1:', /nested too deeply/],
  ['deep nesting that parses', `weights: ${'['.repeat(40)}${']'.repeat(40)}\n`, '1:', /more than 12 levels deep/],
  ['a brace that is never closed', 'labels: {high: 70\n', '2:1', /./],
  ['a tag of another program', 'labels: !!python/object {}\n', '1:9', /Unresolved tag/],
];

describe('a wrong config is refused with file, line, column, the rule and the source', () => {
  it.each(WRONG)('%s', async (_, yaml, place, says) => {
    const { kind, message, excerpt } = await failureOf(yaml);
    expect(EXIT[kind]).toBe(2);
    const head = `${folder}/gesture.yaml:${place}`;
    expect(message.slice(0, head.length)).toBe(head);
    expect(message.slice(message.indexOf(' ') + 1)).toMatch(says);
    expect(excerpt[1]).toMatch(/^ +\| +\^+$|^ +\| \^+$/);
  });

  it('shows the line and a caret under what is wrong', async () => {
    const { excerpt } = await failureOf('labels:\n  high: 70\n  medium: 90 # oh\n');
    expect(excerpt).toEqual(['  3 |   medium: 90 # oh', '    |           ^^']);
  });

  it('shows several mistakes at once, in the order of the file, and counts the rest', async () => {
    const { message, excerpt } = await failureOf('a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n');
    expect(message).toMatch(/:1:1 a: unknown key/);
    expect(excerpt.filter((line) => line.includes('unknown key'))).toHaveLength(2);
    expect(excerpt.at(-1)).toBe('and 2 more');
  });

  it('refuses a gender signal under any name', async () => {
    const hidden = `events: { columns: { plan: sex, gender: sex } }
features:
  women: { from: events, is: { op: countWhere, column: gender, equals: F }, unit: events, says: women }
  other: { from: events, is: { op: countWhere, column: plan, equals: F }, unit: events, says: women }
  share: { from: features, is: { op: ratio, of: women, per: total_events }, unit: per event, says: women }
weights:
  women: { points: 0, binary: true }
  other: { points: 0, binary: true }
  share: { points: 0, rate: true }
`;
    const { message, excerpt } = await failureOf(hidden);
    const said = [message, ...excerpt].filter((line) => line.includes('gender is never a signal'));
    expect(said).toHaveLength(3);
  });

  it('refuses what is not text, by name', async () => {
    for (const bytes of [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]), Buffer.from('labels:\n', 'utf16le')]) {
      const { kind, message } = await failureOf(bytes);
      expect(kind).toBe('usage');
      expect(message).toMatch(/gesture\.yaml:1:1 is not YAML in UTF-8/);
    }
    expect((await failureOf('#'.repeat(300_000))).message).toMatch(/this is not a config file/);
  });

  it('says when there is no file, or a folder', async () => {
    await expect(loadConfig(`${folder}/none.yaml`)).rejects.toMatchObject({ kind: 'noInput' });
    await expect(loadConfig(folder)).rejects.toMatchObject({ kind: 'noInput' });
  });
});
