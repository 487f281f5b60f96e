/** Logs as people have them, each after a real complaint: what is read of them, and what is said. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withEngine } from '../../src/engine/duckdb/open.js';
import { call } from './call.js';
import type { Run } from './gesture.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gesture-reading-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: string | Buffer): string => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), content);
  return name;
};
const features = (...args: string[]): Promise<Run> => call(folder, ['features', ...args]);

/** Rows of user_features.csv by user_id. */
const users = (): Map<string, Record<string, string>> => {
  const rows: Record<string, string>[] = parse(readFileSync(join(folder, 'data/user_features.csv')), { columns: true });
  return new Map(rows.map((row) => [row['user_id'] ?? '', row]));
};

/** Some columns of every user. */
const table = (...columns: string[]): string[] =>
  [...users()].map(([id, row]) => [id, ...columns.map((column) => row[column] ?? '')].join(' '));

const HEADER = 'user_id,timestamp,event_type';
const log = (...rows: string[]): string => [HEADER, ...rows, ''].join('\n');

describe('people', () => {
  const SEGMENT = 'id,anonymous_id,user_id,timestamp,received_at,event,context_page_url';
  const at = (day: number): string => `2026-03-0${day}T09:00:00Z,2026-03-0${day}T09:00:01Z`;

  it('are one before and after they sign up', async () => {
    write(
      'log.csv',
      [
        SEGMENT,
        `1,a1,,${at(1)},page,https://x.test/pricing`,
        `2,a1,,${at(2)},Demo Requested,https://x.test/demo`,
        `3,a1,ana,${at(3)},Signed Up,https://x.test/`,
        `4,a2,,${at(3)},page,https://x.test/`,
        '',
      ].join('\n'),
    );
    expect((await features('--from', 'segment', 'log.csv')).status).toBe(0);
    expect(table('total_events', 'signups', 'demo_request_clicks', 'pricing_page_views')).toEqual([
      'a2 1 0 0 0',
      'ana 3 1 1 1',
    ]);
  });

  it('are told apart on a shared device by who comes next, and by who came last', async () => {
    const row = (day: number, user: string): string => `${user},2026-03-0${day},page_view,kiosk`;
    write('gesture.yaml', 'events: { identity: device_id }\n');
    write(
      'log.csv',
      [`${HEADER},device_id`, row(1, ''), row(2, 'ana'), row(3, ''), row(4, 'ben'), row(5, ''), ''].join('\n'),
    );
    await features('log.csv');
    expect(table('total_events')).toEqual(['ana 2', 'ben 3']);
    // As of the third day nobody knows of ben: the event of that day is one of ana's.
    await features('log.csv', '--as-of', '2026-03-03');
    expect(table('total_events')).toEqual(['ana 3']);
  });

  it('are linked by an alias event, in a log with one column for all ids', async () => {
    const event = (uuid: string, name: string, id: string, properties = {}): string =>
      JSON.stringify({ uuid, event: name, distinct_id: id, timestamp: `2026-03-01T09:0${uuid}:00Z`, properties });
    const linked = [
      event('1', '$pageview', 'anon', { $current_url: 'https://x.test/pricing' }),
      event('2', '$identify', 'ana@x.test', { $anon_distinct_id: 'anon' }),
      event('3', 'signed_up', 'ana@x.test'),
    ];
    write('log.json', linked.join('\n'));
    await features('--from', 'posthog', 'log.json');
    expect(table('total_events', 'pricing_page_views', 'signups')).toEqual(['ana@x.test 3 1 1']);
  });

  it('are named by a file of their own', async () => {
    write('ids.csv', 'anonymous_id,user_id\nv1,ana\n');
    write('gesture.yaml', 'events: { identity: { column: visitor, map: ids.csv } }\n');
    write('log.csv', `${HEADER},visitor\n,2026-03-01,page_view,v1\nana,2026-03-02,signup,\n,2026-03-02,page_view,v2\n`);
    await features('log.csv');
    expect(table('total_events')).toEqual(['ana 2', 'v2 1']);
  });

  it('who were called NULL are nobody', async () => {
    write('log.csv', log('NULL,2026-03-01,signup', 'ana,2026-03-01,page_view', '(not set),2026-03-01,signup'));
    const { stderr } = await features('log.csv');
    expect(stderr).toContain('read 3 = used 1 + rejected 0 + duplicate 0 + without user 2\n');
    expect(stderr).toContain('user_id is NULL in 1 row: taken for unknown');
    write('gesture.yaml', 'events: { unknown: [] }\n');
    await features('log.csv');
    expect([...users().keys()]).toEqual(['(not set)', 'NULL', 'ana']);
  });

  it('whose ids were read as decimals are probably one', async () => {
    write('log.csv', log('1001.0,2026-03-01,page_view', '1001,2026-03-02,signup'));
    expect((await features('log.csv')).stderr).toContain(
      'warning: 1 user_id with and without .0 at the end (1001 and 1001.0)',
    );
  });
});

describe('cells', () => {
  it('that cannot be read cost nobody a signup', async () => {
    write('log.csv', `${HEADER},account_balance_usd\nana,2026-03-01,signup,n/a\nben,2026-03-01,signup,12\n`);
    expect(await features('log.csv')).toMatchObject({
      status: 65,
      stderr: expect.stringContaining('account_balance_usd cannot be read in 1 row of 2 (50%), over the limit of 5%'),
    });
    const { stderr } = await features('log.csv', '--max-rejected', '50%');
    expect(stderr).toContain('unreadable account_balance_usd in 1 row, taken for unknown; the first: log.csv:2: "n/a"');
    expect(table('signups', 'account_balance_usd')).toEqual(['ana 1 ', 'ben 1 12']);
    expect((await features('log.csv', '--strict')).status).toBe(65);
  });

  it.each([
    ['3/13/2026 9:05', `'%m/%d/%Y %H:%M'`],
    ['13.03.2026 09:05:00', `'%d.%m.%Y %H:%M:%S'`],
    ['1/2/2026 9:05 PM', `'%d/%m/%Y %I:%M %p' }, or '%m/%d/%Y %I:%M %p' if the month comes first`],
    ['2026/03/01 09:05', `'%Y/%m/%d %H:%M'`],
    ['Mar 1, 2026', `'%b %d, %Y'`],
    ['01/Mar/2026:09:05:00 +0100', `'%d/%b/%Y:%H:%M:%S %z'`],
    ['1767603600', 'epoch_s'],
    ['1767603600000.0', 'epoch_ms'],
    ['1767603600000000', 'epoch_us'],
  ])('that are the timestamp %s are read as the message says', async (stamp, setting) => {
    write('log.csv', log(`ana,"${stamp}",signup`, `ben,"${stamp}",signup`));
    const { status, stderr } = await features('log.csv');
    expect({ status, stderr }).toEqual({
      status: 65,
      stderr: expect.stringContaining(`${JSON.stringify(stamp)} is read with events: { timestamp: ${setting}`),
    });
    write('gesture.yaml', `events: { timestamp: ${/^'[^']*'|^\w+/.exec(setting)?.[0]} }\n`);
    expect((await features('log.csv')).status).toBe(0);
    expect(users().size).toBe(2);
  });

  it('that are local times are read in their zone, and a date as-of ends there', async () => {
    write('gesture.yaml', 'events: { timezone: America/New_York }\n');
    // Clocks are set forward at 02:00 on 8 March, and back at 02:00 on 1 November.
    write(
      'log.csv',
      log(
        'a,2026-03-08 01:59,signup',
        'b,2026-03-08 02:30,signup',
        'c,2026-11-01 01:30,signup',
        'd,2026-03-08T07:00Z,signup',
      ),
    );
    await features('log.csv');
    expect(table('last_event_ts')).toEqual([
      'a 2026-03-08T06:59:00Z',
      'b 2026-03-08T07:30:00Z',
      'c 2026-11-01T06:30:00Z',
      'd 2026-03-08T07:00:00Z',
    ]);
    expect((await features('log.csv', '--as-of', '2026-03-08')).stderr).toContain('as of 2026-03-09T03:59:59Z');
  });

  it.each([
    ['log.csv', 'user_id,Date,Time,event_type\nana,24.06.2026,10:06,signup\nben,24.06.2026,,signup\n'],
    [
      'log.json',
      '{"user_id":"ana","Date":"24.06.2026","Time":"10:06","event_type":"signup"}\n{"user_id":"ben","Date":"24.06.2026","event_type":"signup"}\n',
    ],
  ])('that are a date and a time are one timestamp, in %s', async (name, content) => {
    write(
      'gesture.yaml',
      "events: { columns: { timestamp: Date + Time }, timestamp: ['%d.%m.%Y %H:%M', '%d.%m.%Y'] }\n",
    );
    for (const how of [[], ['--as-of', '2026-12-31']]) {
      expect((await features(write(name, content), ...how)).stderr).toContain('read 2 = used 2');
      expect(table('last_event_ts')).toEqual(['ana 2026-06-24T10:06:00Z', 'ben 2026-06-24T00:00:00Z']);
    }
  });

  it('of a spreadsheet in Europe are read with a decimal comma', async () => {
    write('gesture.yaml', "events: { decimal: ',' }\n");
    write(
      'log.csv',
      'user_id;timestamp;event_type;account_balance_usd\nana;2026-03-01;signup;1.234,50\nben;2026-03-01;signup;7\n',
    );
    await features('log.csv');
    expect(table('account_balance_usd')).toEqual(['ana 1234.50', 'ben 7']);
  });
});

describe('events', () => {
  it('whose ids begin anew in every file are all used', async () => {
    write('a.csv', `event_id,${HEADER}\n1,ana,2026-03-01,page_view\n2,ben,2026-03-01,page_view\n`);
    write('b.csv', `event_id,${HEADER}\n1,cem,2026-03-02,signup\n2,cem,2026-03-02,calendar_booking\n`);
    const { stderr } = await features('a.csv', 'b.csv');
    expect(stderr).toContain('read 4 = used 4 + rejected 0 + duplicate 0\n');
    expect(stderr).toContain('warning: 2 event_ids stand for different events');
    expect((await features('a.csv', 'b.csv', 'a.csv')).stderr).toContain(
      'read 6 = used 4 + rejected 0 + duplicate 2\n',
    );
    expect((await features('a.csv', 'b.csv', '--strict')).status).toBe(65);
  });

  it('without ids are known by a key', async () => {
    const rows = log('ana,2026-03-01,page_view', 'ana,2026-03-01,page_view', 'ana,2026-03-02,page_view');
    write('log.csv', rows);
    await features('log.csv');
    expect(table('total_events')).toEqual(['ana 3']);
    for (const id of ['all', '[user_id, timestamp]']) {
      write('gesture.yaml', `events: { id: ${id} }\n`);
      expect((await features('log.csv')).stderr).toContain('duplicate 1');
      expect(table('total_events')).toEqual(['ana 2']);
    }
  });

  it('have customary names in every log, unless the settings name them', async () => {
    write('log.csv', log('ana,2026-03-01,Signed Up', 'ana,2026-03-01,$pageview', 'ana,2026-03-01,Meeting Booked'));
    const { stderr } = await features('log.csv');
    expect(stderr).toContain(
      'event types read: $pageview as page_view (1), Meeting Booked as calendar_booking (1), Signed Up as signup (1)',
    );
    expect(table('page_views', 'signups', 'converted')).toEqual(['ana 1 1 1']);
    write('gesture.yaml', 'conversion: { all_of: [Signed Up] }\n');
    await features('log.csv');
    expect(table('signups', 'converted')).toEqual(['ana 0 1']);
  });

  it('of many names are mapped with a star', async () => {
    write('gesture.yaml', "events: { types: { 'Viewed Plan *': pricing_page_view } }\n");
    write(
      'log.csv',
      log('ana,2026-03-01,Viewed Plan Pro', 'ana,2026-03-01,Viewed Plan Team', 'ana,2026-03-01,Viewed Planet'),
    );
    await features('log.csv');
    expect(table('pricing_page_views')).toEqual(['ana 2']);
  });

  it('that nobody meant in the settings are named, with the closest that the log has', async () => {
    write(
      'gesture.yaml',
      'events: { types: { Sgned Up: signup } }\nconversion: { all_of: [signup, purchas] }\nfeatures:\n  videos: { from: events, is: { op: countWhere, column: event_type, equals: video_watchd }, unit: events, says: videos }\n',
    );
    write('log.csv', log('ana,2026-03-01,Signed Up', 'ana,2026-03-01,purchase', 'ana,2026-03-01,video_watched'));
    const { stderr } = await features('log.csv');
    expect(stderr).toContain(
      'warning: gesture.yaml:1: events.types: no event is called "Sgned Up". Did you mean "Signed Up"?',
    );
    expect(stderr).toContain(
      'warning: gesture.yaml:2: conversion.all_of: no event is called "purchas". Did you mean "purchase"?',
    );
    expect(stderr).toContain(
      'warning: gesture.yaml:4: features.videos: no event is called "video_watchd". Did you mean "video_watched"?',
    );
  });

  it('that a condition leaves out are excluded, whatever they hold', async () => {
    write(
      'gesture.yaml',
      String.raw`events: { where: [{ column: path, not_matches: '\.(css|js)$' }, { column: status, in: ['200'] }] }`,
    );
    write(
      'log.csv',
      `${HEADER},path,status\nana,2026-03-01,page_view,/,200\nana,yesterday,,/a.css,200\nana,2026-03-01,page_view,/,404\nana,2026-03-01,page_view,,200\n`,
    );
    expect((await features('log.csv')).stderr).toContain('read 4 = used 2 + rejected 0 + duplicate 0 + excluded 2\n');
    expect(readFileSync(join(folder, 'data/excluded_events.csv'), 'utf8')).toContain('3,where,path matches');
  });

  it('in the future, or far after all others, make everybody old: that is said', async () => {
    write('log.csv', log('ana,2024-03-01,signup', 'ben,2024-02-01,signup', 'eve,2142-01-01,page_view'));
    expect((await features('log.csv')).stderr).toContain(
      'warning: the latest event (page_view of eve, 2142-01-01T00:00:00Z) is in the future, and every age is measured from it: if its clock was wrong, leave it out with --as-of 2024-03-01T00:00:00Z',
    );
    write('log.csv', log('ana,2014-03-01,signup', 'ben,2014-02-01,signup', 'eve,2024-01-01,page_view'));
    expect((await features('log.csv')).stderr).toContain('is far later than nearly all others');
  });

  it('of one session for over a day are probably of several', async () => {
    write('log.csv', `session_id,${HEADER}\ntab,ana,2026-03-01,page_view\ntab,ana,2026-03-03,page_view\n`);
    expect((await features('log.csv')).stderr).toContain('warning: 1 session lasts over a day with idle gaps');
  });
});

it.each([
  ['customer_id,event_dt,event_name', 'user_id: customer_id, timestamp: event_dt, event_type: event_name'],
  ['Date,Time,User Name,Action', 'user_id: THEIRS, timestamp: Date + Time, event_type: Action'],
  ['email,created-at,type & kind', 'user_id: email, timestamp: created-at, event_type: THEIRS'],
])('a header %s is refused with the mapping that its names suggest', async (header, mapping) => {
  write('log.csv', `${header}\n`);
  expect((await features('log.csv')).stderr).toContain(`events: { columns: { ${mapping} } }`);
});

describe('files', () => {
  it('of several sources are read in one run, each in its way', async () => {
    write(
      'tracks.csv',
      'id,anonymous_id,user_id,timestamp,received_at,event,context_page_url\n1,a1,ana@x.test,2026-03-01T09:00:00Z,2026-03-01T09:00:01Z,Signed Up,\n',
    );
    write(
      'calendly.csv',
      'Invitee Email,Event Created Date & Time,Event Type Name\nana@x.test,2026-03-01 09:30 AM,Intro call\n',
    );
    write(
      'gesture.yaml',
      `events:
  - { files: 'tracks*.csv', from: segment }
  - { files: calendly.csv, type: calendar_booking, columns: { user_id: Invitee Email, timestamp: 'Event Created Date & Time' }, timestamp: '%Y-%m-%d %I:%M %p' }
`,
    );
    // The settings name the files, so the command line need not.
    for (const named of [[], ['calendly.csv', 'tracks.csv']]) {
      expect((await features(...named)).stderr).toContain('read 2 = used 2');
      expect(table('signups', 'calendar_bookings', 'converted')).toEqual(['ana@x.test 1 1 1']);
    }
    write('other.csv', log('ana,2026-03-01,signup'));
    expect(await features('other.csv')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        'gesture.yaml: no entry of events names other.csv: their files are tracks*.csv, calendly.csv',
      ),
    });
  });

  it('without a header are recognised, and read with one in the settings', async () => {
    write('log.csv', 'ana,2026-03-01T09:00:00Z,page_view,/\nben,2026-03-02T09:00:00Z,sign_up,/\n');
    const { stderr } = await features('log.csv');
    const [line = ''] = /events: \{ header: .*? \}/.exec(stderr) ?? [];
    expect(line).toBe('events: { header: [user_id, timestamp, event_type, column_4] }');
    write('gesture.yaml', `${line}\n`);
    for (const how of [[], ['--as-of', '2026-03-05']]) {
      expect((await features('log.csv', ...how)).stderr).toContain('read 2 = used 2');
      expect(table('page_views', 'signups')).toEqual(['ana 1 0', 'ben 0 1']);
    }
  });

  it('with a header in capitals are read, and that is said', async () => {
    write('log.csv', ' USER_ID ,Timestamp,EVENT_TYPE\nana,2026-03-01,signup\n');
    expect((await features('log.csv')).stderr).toContain(
      'log.csv: read  USER_ID  as user_id, Timestamp as timestamp, EVENT_TYPE as event_type',
    );
    write('log.csv', 'USER_ID,User_Id,timestamp,event_type\nana,ben,2026-03-01,signup\n');
    expect((await features('log.csv')).stderr).toContain('the header has no column user_id');
  });

  it('are each separated as their header shows', async () => {
    write('a.csv', log('ana,2026-03-01,signup'));
    write('b.csv', log('ben,2026-03-01,signup').replaceAll(',', ';'));
    for (const flag of [[], ['--delimiter', ';']]) {
      expect((await features('a.csv', 'b.csv', ...flag)).status).toBe(0);
      expect([...users().keys()]).toEqual(['ana', 'ben']);
    }
  });

  it('that hold an array are read; what lies around its elements is their place', async () => {
    const row = (user: string, extra = ''): string =>
      `{"user_id":"${user}","timestamp":"2026-03-01","event_type":"signup"${extra}}`;
    write(
      'log.json',
      `\uFEFF [\n${row('ana', ',"username":"a ] , \\" }"')} , ${row('ben')},\n{"user_id":"cem"},\n 7\n]\n`,
    );
    const { stderr } = await features('log.json', '--max-rejected', '50%');
    expect(stderr).toContain('read 4 = used 2 + rejected 2 + duplicate 0\n');
    expect(stderr).toContain('rejected log.json:3: timestamp is empty');
    expect(stderr).toContain('rejected log.json:4: not a JSON object');
    expect(table('username')).toEqual(['ana a ] , " }', 'ben ']);
  });

  it('of anonymous people alone need no column for the others', async () => {
    const lines = ['1736071200000000,page_view', '1736071300000000,sign_up', '1736071400000000,page_view'];
    const logOf = (header: string, ids: readonly string[]): string =>
      `event_timestamp,event_name,${header}\n${lines.map((line, i) => `${line},${ids[i] ?? ''}\n`).join('')}`;
    write('with.csv', logOf('user_id,user_pseudo_id', [',a', ',b', ',a']));
    write('without.csv', logOf('user_pseudo_id', ['a', 'b', 'a']));
    const tableOf = async (...args: string[]): Promise<string> => {
      await features('--from', 'ga4', ...args);
      return readFileSync(join(folder, 'data/user_features.csv'), 'utf8');
    };
    expect(await tableOf('without.csv')).toMatch(/\na,.*\nb,/);
    expect(await tableOf('without.csv')).toBe(await tableOf('with.csv'));
    write('bad.csv', `${readFileSync(join(folder, 'without.csv'), 'utf8')}someday,page_view,a\n`);
    expect(await tableOf('bad.csv', '--max-rejected', '50%')).toBe(await tableOf('with.csv'));
    expect((await call(folder, ['init', 'without.csv'])).status).toBe(0);
  });

  it('of Google Analytics are read as BigQuery exports them', async () => {
    const params = [
      { key: 'ga_session_id', value: { int_value: '77' } },
      { key: 'page_location', value: { string_value: 'https://x.test/pricing' } },
    ];
    const event = {
      event_timestamp: '1767603600000000',
      event_name: 'page_view',
      event_params: params,
      user_pseudo_id: '1.2',
    };
    const others = { user_id: 'ana', device: { category: 'desktop' }, geo: { city: 'Lyon' } };
    write('log.json', `${JSON.stringify({ ...event, ...others })}\n${JSON.stringify(event)}\n`);
    expect((await features('--from', 'detect', 'log.json')).stdout).toContain('--from ga4');
    await features('--from', 'ga4', 'log.json');
    expect(table('location_city', 'primary_device', 'total_sessions', 'pricing_page_views')).toEqual([
      'ana Lyon desktop 1 1',
    ]);
  });

  it('of Google Analytics are read with their parameters in a cell of CSV or in a list of Parquet', async () => {
    const type = (value: object): object => ({ string_value: null, int_value: null, ...value });
    const events = ['/pricing', '/', '/pricing'].map((page, i) => ({
      event_timestamp: 1767603600000000 + i * 1_000_000_000,
      event_name: 'page_view',
      event_params: [
        { key: 'ga_session_id', value: type({ int_value: 7 + (i % 2) }) },
        { key: 'page_location', value: type({ string_value: `https://x.test${page}` }) },
      ].slice(0, i === 1 ? 1 : 2),
      user_id: 'ana',
      user_pseudo_id: '1.2',
    }));
    write('log.json', events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    const [csv, parquet] = ['csv', 'parquet'].map((format) => join(folder, `log.${format}`));
    await withEngine(folder, {}, async (engine) => {
      const from = `read_json('${join(folder, 'log.json')}', format = 'newline_delimited')`;
      await engine.run(`COPY (FROM ${from}) TO '${parquet}' (FORMAT parquet)`);
      await engine.run(`COPY (SELECT * REPLACE (to_json(event_params) AS event_params) FROM ${from}) TO '${csv}'`);
    });
    for (const file of ['log.json', 'log.csv', 'log.parquet']) {
      await features('--from', 'ga4', file);
      expect([file, ...table('total_events', 'total_sessions', 'pricing_page_views')]).toEqual([file, 'ana 3 2 2']);
    }
  });
});

it('rank knows features that were made with --from from those made with other settings', async () => {
  write('log.csv', 'id,anonymous_id,user_id,timestamp,received_at,event\n1,a,ana,2026-03-01,2026-03-01,Signed Up\n');
  await features('--from', 'segment', 'log.csv');
  expect((await call(folder, ['rank'])).stderr).not.toContain('other settings');
  write('gesture.yaml', 'sessions: { timeout: 5m }\n');
  expect((await call(folder, ['rank'])).stderr).toContain('data/user_features.csv was made with other settings');
});

describe('exclusions', () => {
  it('find bots by a kept list, and no phone of a brand that ends in bot', async () => {
    write('gesture.yaml', 'exclude: { bots: true }\n');
    const agents = [
      ['ana', 'Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36'],
      ['bob', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
      ['cyn', 'python-requests/2.31.0'],
    ];
    write(
      'log.csv',
      `${HEADER},user_agent\n${agents.map(([user, agent]) => `${user},2026-03-01,signup,"${agent}"\n`).join('')}`,
    );
    expect((await features('log.csv')).stderr).toContain('excluded: a known bot (2)');
    expect([...users().keys()]).toEqual(['ana']);
  });

  it('find internal addresses with sub-domains, display names and blanks', async () => {
    write('gesture.yaml', 'exclude: { email_domains: [acme.com] }\n');
    const addresses = [
      'a@acme.com',
      'b@eu.acme.com',
      '"c@acme.com "',
      'Dan <dan@acme.com>',
      'e@ACME.COM',
      'f@notacme.com',
      'g@acme.com.test',
    ];
    write(
      'log.csv',
      `${HEADER},email\n${addresses.map((address, i) => `u${i},2026-03-01,signup,${address}\n`).join('')}`,
    );
    await features('log.csv');
    expect([...users().keys()]).toEqual(['u5', 'u6']);
  });

  it('that met nothing are warned of', async () => {
    write('gesture.yaml', 'exclude: { users: [qa, ana], email_domains: [acme.com], user_agents: [bot], bots: true }\n');
    write('log.csv', log('ana,2026-03-01,signup', 'ben,2026-03-01,signup'));
    const { stderr } = await features('log.csv');
    expect(stderr).toContain('warning: gesture.yaml:1: exclude.email_domains met no row; the log has no column email');
    expect(stderr).toContain(
      'warning: gesture.yaml:1: exclude.user_agents met no row; the log has no column user_agent',
    );
    expect(stderr).toContain('warning: gesture.yaml:1: exclude.bots met no row');
    expect(stderr).toContain('warning: gesture.yaml:1: exclude.users: no row of qa\n');
  });
});
