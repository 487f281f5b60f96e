/** `gesture features` as a user runs it: what it says, what it writes, how it ends. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HAND_LOG } from '../fixtures/hand.js';
import { call } from './call.js';
import { gesture, program, type Run } from './gesture.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gesture-features-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const HEADER = 'user_id,timestamp,event_type';
const LOG = `${HEADER}\nana,2026-01-05T09:00:00Z,page_view\nana,2026-01-05T09:01:00Z,signup\nben,2026-01-06T10:00:00Z,search\n`;

const write = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content);
  return name;
};
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const features = (...args: string[]): Promise<Run> => call(folder, ['features', ...args]);

it('writes the table, the rejects, and a summary that accounts for every row', async () => {
  const { status, stderr, stdout } = await features(write('hand.csv', readFileSync(HAND_LOG)), '--max-rejected', '10%');
  expect(status).toBe(0);
  expect(stdout).toBe('');
  expect(stderr).toMatch(
    /^read 31 = used 27 \+ rejected 2 \+ duplicate 1 \+ without user 1\n5 users, 10 sessions, as of 2026-01-31T12:00:00Z\n/,
  );
  expect(stderr).toContain('rejected hand.csv:9: timestamp is not an ISO 8601 date or date-time');
  expect(stderr).toContain('other event types, counted as activity: webinar_joined (2)');
  expect(read('data/rejected_events.csv')).toBe(
    [
      'line,column,reason,raw,file',
      '9,timestamp,not an ISO 8601 date or date-time,"a7,ana,Anne,s9,03/01/2026,signup,Rome,tablet,,,,,,,",hand.csv',
      '15,timestamp,not an ISO 8601 date or date-time,"b6,ben,Benny,,14.01.2026 10:00,signup,,,,,,,,,",hand.csv',
      '',
    ].join('\n'),
  );
  expect(read('data/unreadable_cells.csv')).toBe(
    'line,column,reason,cell,file\n13,spam_flag,"not a flag (true, false, 1 or 0)",maybe,hand.csv\n',
  );
  expect(readdirSync(join(folder, 'data')).toSorted()).toEqual([
    'rejected_events.csv',
    'unreadable_cells.csv',
    'user_features.csv',
    'user_features.run.json',
  ]);
});

it('says with --strict what would allow a row, and nothing of another form for one timestamp among many', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `u${i},2026-01-05T09:00:00Z,search\n`);
  write('log.csv', `${LOG}cy,1767603600,search\n${rows.join('')}`);
  const { stderr } = await features('log.csv', '--strict');
  expect(stderr).toMatch(
    /ISO 8601 date or date-time\. Fix the rows, or allow some with --max-rejected and without --strict\n$/,
  );
});

it('fails over the limit of rejected rows, and then writes nothing but the rejects', async () => {
  write('log.csv', `${LOG}cy,yesterday,search\n`);
  const { status, stderr } = await features('log.csv');
  expect(status).toBe(65);
  expect(stderr).toBe(
    `gesture: 1 of 4 rows (25%) are rejected, over the limit of 5%; the first: log.csv:5: timestamp is not an ISO 8601 date or date-time. The first is "yesterday": say how it is written with events: { timestamp: PATTERN }, for example '%d/%m/%Y %H:%M'. Fix the rows, or raise --max-rejected\n`,
  );
  expect(readdirSync(join(folder, 'data'))).toEqual(['rejected_events.csv']);
  expect((await features('log.csv', '--max-rejected', '25%')).status).toBe(0);
  expect((await features('log.csv', '--max-rejected', '25%', '--strict')).status).toBe(65);
});

it('reads standard input, gzip and patterns alike', async () => {
  write('a.csv', LOG);
  write('b.csv.gz', gzipSync(LOG));
  const expected = (await features('a.csv')) && read('data/user_features.csv');
  for (const run of [
    () => gesture(folder, ['features', '-'], { input: LOG }),
    () => features('b.csv.gz'),
    () => features('a*.csv'),
  ]) {
    rmSync(join(folder, 'data'), { recursive: true });
    expect((await run()).status).toBe(0);
    expect(read('data/user_features.csv')).toBe(expected);
  }
});

it('writes to standard output when asked, and nothing else there', async () => {
  const { status, stdout } = await features(write('log.csv', LOG), '--out', '-');
  expect(status).toBe(0);
  expect(stdout.split('\n')[0]).toMatch(/^user_id,username,/);
  expect(stdout.split('\n')).toHaveLength(4);
  expect(existsSync(join(folder, 'data'))).toBe(false);
});

it('counts what lies after an as-of as a term of its own; a date means its end', async () => {
  const { stderr } = await features(write('log.csv', LOG), '--as-of', '2026-01-05T00:00:00Z');
  expect(stderr).toContain('no events at or before --as-of 2026-01-05T00:00:00Z: 3 events came later');
  for (const asOf of ['2026-01-05', '2026-01-05T23:59:59.999999Z']) {
    expect((await features('log.csv', '--as-of', asOf)).stderr).toContain(
      'read 3 = used 2 + rejected 0 + duplicate 0 + later than as-of 1\n1 user, 1 session, as of 2026-01-05T23:59:59Z',
    );
  }
});

it('adds a configured feature to the table, without a line of code', async () => {
  write(
    'gesture.yaml',
    'features:\n  searches_last_week:\n    from: events\n    is: { op: activeInLast, days: 7, where: { column: event_type, equals: search } }\n    unit: flag\n    says: searched lately\n',
  );
  expect((await features(write('log.csv', LOG))).status).toBe(0);
  const [header = '', ana = '', ben = ''] = read('data/user_features.csv').split('\n');
  expect(header).toMatch(/,searches_last_week,converted$/);
  expect([ana, ben].map((row) => row.split(',').at(-2))).toEqual(['0', '1']);
});

const SEGMENT = 'id,anonymous_id,user_id,timestamp,received_at,event,context_page_url';

it('reads the export of another product, and says which product a log is from', async () => {
  write('segment.csv', `${SEGMENT}\n1,a1,,2026-01-05 09:00:00,2026-01-05 09:00:01,page,https://a.test/pricing\n`);
  write('log.csv', LOG);
  write('strange.csv', 'who,when\nana,now\n');
  expect(await features('segment.csv', '--from', 'segment')).toMatchObject({ status: 0 });
  expect(read('data/user_features.csv')).toMatch(/\na1,/);
  expect(await features('segment.csv')).toMatchObject({ status: 65 });
  expect((await features('segment.csv')).stderr).toContain(
    'the header has no column event_type; it has id, anonymous_id, user_id, timestamp, received_at, event, context_page_url. It looks like an export of segment (Segment warehouse, tracks and pages together): read it with --from segment',
  );
  expect((await features('segment.csv', '--from', 'ga4')).stderr).toContain('read it with --from segment');
  expect(await features('segment.csv', 'log.csv', 'strange.csv', '--from', 'detect')).toEqual({
    status: 1,
    stdout:
      "segment.csv: --from segment: Segment warehouse, tracks and pages together\nlog.csv: gesture's own columns, no --from needed\nstrange.csv: no known product\n",
    stderr: '',
  });
});

it('merges gesture.yaml over a source, and prefers the source of the command line', async () => {
  write('gesture.yaml', 'events: { from: ga4, columns: { username: name }, types: { page: search } }\n');
  write('log.csv', `${SEGMENT},name\n1,a1,,2026-01-05 09:00:00,2026-01-05 09:00:01,page,,Ana\n`);
  expect(await features('log.csv')).toMatchObject({ status: 65 });
  expect((await features('log.csv', '--from', 'segment')).stderr).toMatch(
    /config [0-9a-f]{12} \(gesture.yaml, from segment\)/,
  );
  const [header = '', ana = ''] = read('data/user_features.csv').split('\n');
  const at = (name: string): string | undefined => ana.split(',')[header.split(',').indexOf(name)];
  expect([at('username'), at('search_events'), at('page_views')]).toEqual(['Ana', '1', '0']);
});

it.each([
  [
    'an unknown source',
    ['log.csv', '--from', 'segmnt'],
    2,
    '--from segmnt: must be one of segment, segment_events, posthog',
  ],
  ['a source with a hint', ['log.csv', '--from', 'segmnt'], 2, 'Did you mean "segment"?'],
  ['a missing file', ['nowhere.csv'], 66, 'cannot read nowhere.csv: there is no such file'],
  ['a folder', ['.'], 66, "cannot read .: it is a folder: name its files, for example '*.csv'"],
  ['an address', ['https://example.org/e.csv'], 66, 'gesture opens no connections to it'],
  ['a pattern without a match', ['*.tsv'], 66, 'no file matches this pattern'],
  ['a wrong share', ['log.csv', '--max-rejected', '150%'], 2, '--max-rejected 150%: must be a share from 0% to 100%'],
  ['a wrong time', ['log.csv', '--as-of', 'tomorrow'], 2, '--as-of tomorrow: must be an ISO 8601 date or time'],
  ['a wrong delimiter', ['log.csv', '--delimiter', 'ab'], 2, '--delimiter ab: must be one character'],
  ['a misspelt flag', ['log.csv', '--max-rejcted', '5%'], 2, 'Did you mean --max-rejected?'],
  ['output over input', ['log.csv', '--out', './log.csv'], 2, 'the output ./log.csv is also an input'],
])('refuses %s with one line that says what to do', async (_, args, status, says) => {
  write('log.csv', LOG);
  const run = await features(...args);
  expect(run).toMatchObject({ status, stdout: '' });
  expect(run.stderr).toContain(says);
  expect(run.stderr).not.toMatch(/\n\s+at /);
  expect(read('log.csv')).toBe(LOG);
});

it.each([
  [
    'no header',
    LOG.replace(`${HEADER}\n`, ''),
    'log.csv:1: the header has no column user_id, no column timestamp, no column event_type; it has ana, 2026-01-05T09:00:00Z, page_view. If the file has no header, name its columns, each in its place (gesture guessed some): events: { header: [user_id, timestamp, event_type] }',
  ],
  [
    'another name',
    LOG.replace('user_id', 'usr_id'),
    `Did you mean "usr_id"? Map the log's own names in gesture.yaml, or let \`gesture init log.csv\` do it: events: { columns: { user_id: THEIRS } }`,
  ],
  ['a name twice', LOG.replace('event_type', 'user_id'), 'log.csv:1: the column user_id appears twice in the header'],
  ['an open quote', `${LOG}"cy,2026-01-05,search\n`, 'log.csv:5: a quote is opened and never closed'],
  ['a web page', '<!DOCTYPE html><html></html>', 'this is a web page, not a log'],
  ['a zip archive that was cut', Buffer.from('PK\u0003\u0004'), 'the zip archive is damaged'],
  ['UTF-16', Buffer.from(`\ufeff${LOG}`, 'utf16le'), 'the file is UTF-16'],
  ['nothing', '', 'the file is empty'],
  [
    'a bomb',
    gzipSync(Buffer.concat([Buffer.from(LOG), Buffer.alloc(80 * 1024 * 1024, 'x')])),
    'grows to more than a hundred times its size',
  ],
])('refuses a file with %s, naming the fault and the fix', async (_, content, says) => {
  const { status, stderr } = await features(write('log.csv', content), '--max-rejected', '100%');
  expect(status).toBe(65);
  expect(stderr).toContain(says);
  expect(existsSync(join(folder, 'data', 'user_features.csv'))).toBe(false);
});

it('reads a log separated by semicolons, unless its numbers do not fit', async () => {
  const german = (balance: string): string =>
    `user_id;timestamp;event_type;account_balance_usd\nana;2026-01-05T09:00:00Z;signup;${balance}\n`;
  const fits = await features(write('log.csv', german('120.50')));
  expect(fits).toMatchObject({ status: 0 });
  expect(fits.stderr).toContain('log.csv: the columns are separated by a semicolon');
  const { status, stderr } = await features(write('log.csv', german('120,50')), '--max-rejected', '100%');
  expect(status).toBe(65);
  expect(stderr).toContain("For numbers such as 1.234,50 set events: { decimal: ',' }");
});

const hasScript = spawnSync('script', ['--version']).status === 0;

it.skipIf(!hasScript)('says on a terminal how far a long run is, and nothing of it is left', () => {
  write('log.csv', LOG);
  // The rest of the log comes after three seconds.
  const line = `{ cat log.csv; sleep 3; } | "${process.execPath}" "${program}" features -`;
  const { stdout } = spawnSync('script', ['-qec', line, '/dev/null'], { cwd: folder, encoding: 'utf8' });
  expect(stdout).toMatch(/reading 1\/4: opening the logs, \d s/);
  expect(stdout.split('\u001B[K').at(-1)).toMatch(/^read 3 = used 3/);
});

it('prints what it found as JSON, and records its warnings', async () => {
  const content = `${LOG}Ana,2026-01-05T09:00:00Z,webinar_joined\ncy,yesterday,search\ncy,,search\ncy,tomorrow,search\n`;
  const { stdout, stderr } = await features(write('log.csv', content), '--max-rejected', '50%', '--json');
  const warnings = [{ code: 'id-case', text: expect.stringContaining('such as "Ana" and "ana"') }];
  expect(JSON.parse(stdout)).toEqual({
    config: expect.stringMatching(/^[0-9a-f]{12}$/),
    as_of: '2026-01-06T10:00:00Z',
    accounts: { read: 7, used: 4, rejected: 3, duplicate: 0, withoutUser: 0, excluded: 0, later: 0 },
    users: 3,
    sessions: 3,
    rejected: [
      {
        column: 'timestamp',
        reason: 'not an ISO 8601 date or date-time',
        rows: 2,
        first: { file: 'log.csv', line: 6 },
      },
      { column: 'timestamp', reason: 'empty', rows: 1, first: { file: 'log.csv', line: 7 } },
    ],
    unreadable: [],
    excluded: [],
    event_types: { renamed: [], others: [{ type: 'webinar_joined', events: 1 }] },
    notices: [],
    warnings,
    written: {
      users: 'data/user_features.csv',
      rejected: 'data/rejected_events.csv',
      unreadable: 'data/unreadable_cells.csv',
      record: 'data/user_features.run.json',
    },
  });
  expect(stderr).toContain('read 7 = used 4');
  expect(JSON.parse(read('data/user_features.run.json'))).toMatchObject({ warnings });
  expect(await features('log.csv', '--out', '-', '--json')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('only one of --out, --sessions and --json can go to standard output'),
  });
});

it('without a log says how to name one, and how to make the demo', async () => {
  const { status, stderr } = await features();
  expect(status).toBe(66);
  expect(stderr).toMatch(/^gesture: no log is named and there is no data\/raw_events\.csv: .*\n$/);
  for (const command of ['gesture features LOG', 'gesture init LOG', 'gesture generate'])
    expect(stderr).toContain(command);
});

it.each([
  [[], 'gesture rank'],
  [['--out', 'my users.csv'], "gesture rank 'my users.csv'"],
  [['--config', 'mine.yaml'], 'gesture rank --config mine.yaml'],
])('with %j ends with the next step, %s', async (args, next) => {
  write('mine.yaml', 'sessions: { timeout: 20m }\n');
  expect((await features(write('log.csv', LOG), ...args)).stderr.split('\n').slice(-2)).toEqual([
    `next     ${next}`,
    '',
  ]);
});

it('names no next step for a table without users', async () => {
  expect((await features(write('log.csv', `${HEADER}\n,2026-01-05T09:00:00Z,search\n`))).stderr).not.toContain('next ');
});

it.each([
  [['--as-of', '2026-01-05'], '--as-of and --at exclude each other'],
  [['--sessions', 's.csv'], '--sessions cannot be used with --at'],
  [['--rejected', 'r.csv'], '--rejected cannot be used with --at'],
  [['--excluded', 'e.csv'], '--excluded cannot be used with --at'],
  [['--print-sql'], '--print-sql cannot be used with --at'],
])('refuses %j for a training table', async (flags, message) => {
  const { status, stderr } = await features(
    write('log.csv', LOG),
    '--at',
    '2026-01-05',
    '--label-horizon',
    '1d',
    ...flags,
  );
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
});

it('needs to know how long people have to convert, for a training table', async () => {
  const { status, stderr } = await features(write('log.csv', LOG), '--at', '2026-01-05');
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringContaining('--at and --label-horizon go together'),
  });
});
