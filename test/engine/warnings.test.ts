/** Warnings, each with a log that deserves it and one that nearly does: the second must be silent about it. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { temporary } from '../config/temporary.js';
import { find } from './find.js';

const { write } = temporary();

/** The warnings about logs under settings, without the folder of gesture.yaml. */
const warnings = async (logs: string | readonly string[], yaml = '', asOf?: string): Promise<[string, string][]> => {
  const path = write('gesture.yaml', yaml);
  const found = await find([logs].flat(), { config: await loadConfig(path), asOf });
  return found.warnings.map(({ code, text }) => [
    code,
    text.replace(path, 'gesture.yaml').replace(/\S+log0\.csv/, 'log0.csv'),
  ]);
};

/** A case: what it is, the code, what the line must hold, the log and settings that have it, and those that nearly do. */
type Case = [
  what: string,
  code: string,
  says: string,
  has: [log: string, yaml?: string],
  nearly: [log: string, yaml?: string],
];

const HEADER = 'user_id,timestamp,event_type';
const log = (...rows: string[]): string => `${HEADER}\n${rows.join('\n')}\n`;
const wide = (columns: string, ...rows: string[]): string => `${HEADER},${columns}\n${rows.join('\n')}\n`;
const times = <T>(n: number, line: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => line(i));
const two = (n: number): string => String(n).padStart(2, '0');
/** The nth minute of a day in March. */
const at = (day: number, minute = 0): string =>
  `2026-03-${two(day)}T${two(Math.floor(minute / 60))}:${two(minute % 60)}:07Z`;
const PLAIN = log(`ana,${at(1)},page_view`, `ben,${at(2)},page_view`);
const feature = (is: string, from = 'events'): string =>
  `features:\n  own: { from: ${from}, is: ${is}, unit: events, says: own }\n`;

const test = (cases: readonly Case[]): void =>
  it.each(cases)('%s', async (_, code, says, has, nearly) => {
    const lines = (await warnings(...has)).filter(([one]) => one === code).map(([, text]) => text);
    expect(lines).toEqual([expect.stringContaining(says)]);
    expect((await warnings(...nearly)).map(([one]) => one)).not.toContain(code);
  });

describe('settings of events', () => {
  const named = wide('usrname', `ana,${at(1)},page_view,Ana`, `ben,${at(2)},page_view,`);
  const empty = wide('usrname', `ana,${at(1)},page_view,`, `ben,${at(2)},page_view,`);
  const columns = (given: string): string => `events:\n  columns: { ${given} }\n`;
  test([
    [
      'a mapped column that the file lacks',
      'column-unmatched',
      'gesture.yaml:2: events.columns.username: log0.csv has no column "username". Did you mean "usrname"?',
      [named, columns('username: username')],
      [named, columns('username: [name, usrname]')],
    ],
    [
      'a mapped column that is to be left out',
      'column-unmatched',
      'there is "user_id", "timestamp", "event_type"',
      [named, columns('session_id: visit_number')],
      [named, columns('session_id: none')],
    ],
    [
      'a mapped column that is empty in every row, or in all but one',
      'column-empty',
      'gesture.yaml:2: events.columns.username: usrname is empty in every row',
      [empty, columns('username: usrname')],
      [named, columns('username: usrname')],
    ],
    [
      'a mapped key of JSON lines, or one that comes late',
      'column-unmatched',
      'events.columns.username: log0.csv has no column "nam". Did you mean "name"?',
      [
        `${JSON.stringify({ user_id: 'ana', timestamp: at(1), event_type: 'signup', name: 'Ana' })}\n`,
        columns('username: nam'),
      ],
      [
        [
          ...times(1100, (i) => JSON.stringify({ user_id: 'ana', timestamp: at(1, i), event_type: 'signup' })),
          JSON.stringify({ user_id: 'ana', timestamp: at(3), event_type: 'signup', nam: 'Ana' }),
          '',
        ].join('\n'),
        columns('username: nam'),
      ],
    ],
    [
      'the column of pages',
      'pages-unmatched',
      'gesture.yaml:1: events.pages.column: log0.csv has no column "url". Did you mean "ur1"?',
      [wide('ur1', `ana,${at(1)},page_view,/`), 'events: { pages: { column: url } }\n'],
      [wide('url', `ana,${at(1)},page_view,`), 'events: { pages: { column: url } }\n'],
    ],
    [
      'a pattern for the pricing page',
      'pages-unmatched',
      'events.pages.pricing: /preise matches none of 1 page view',
      [wide('url', `ana,${at(1)},page_view,/pricing`), 'events: { pages: { column: url, pricing: /preise } }\n'],
      [wide('url', `ana,${at(1)},page_view,/preise`), 'events: { pages: { column: url, pricing: /preise } }\n'],
    ],
    [
      'a part of the key of an event',
      'id-unmatched',
      'gesture.yaml:1: events.id: log0.csv has no column "sqe". Did you mean "seq"?',
      [wide('seq', `ana,${at(1)},page_view,1`), 'events: { id: [user_id, sqe] }\n'],
      [wide('seq', `ana,${at(1)},page_view,`), 'events: { id: [user_id, seq] }\n'],
    ],
    [
      'a column of anonymous ids that is never filled',
      'identity-empty',
      'gesture.yaml:1: events.identity: the column visitor is empty in every row',
      [wide('visitor', `ana,${at(1)},page_view,`), 'events: { identity: visitor }\n'],
      [wide('visitor', `ana,${at(1)},page_view,`, `,${at(1)},page_view,v1`), 'events: { identity: visitor }\n'],
    ],
    [
      'a column of anonymous ids that is not there',
      'identity-unmatched',
      'events.identity.column: log0.csv has no column "visitr". Did you mean "visitor"?',
      [wide('visitor', `ana,${at(1)},page_view,v1`), 'events: { identity: visitr }\n'],
      [wide('visitor', `ana,${at(1)},page_view,v1`), 'events: { identity: visitor }\n'],
    ],
    [
      'a condition that every row meets, or all but one',
      'where-unmatched',
      'gesture.yaml:1: events.where: every row meets { column: status, equals: 200 }, so it excludes nothing',
      [wide('status', `ana,${at(1)},page_view,200`), "events: { where: { column: status, equals: '200' } }\n"],
      [
        wide('status', `ana,${at(1)},page_view,200`, `ana,${at(1)},page_view,404`),
        "events: { where: { column: status, equals: '200' } }\n",
      ],
    ],
    [
      'a condition that no row meets',
      'where-unmatched',
      'no row meets { column: env, equals: production }, so it excludes every row. Did you mean "Production"?',
      [
        wide('env', `ana,${at(1)},page_view,Production`, `ana,${at(1)},page_view,test`),
        'events: { where: { column: env, equals: production } }\n',
      ],
      [
        wide('env', `ana,${at(1)},page_view,production`, `ana,${at(1)},page_view,test`),
        'events: { where: { column: env, equals: production } }\n',
      ],
    ],
    [
      'an excluded user who is not there',
      'exclude-unmatched',
      'gesture.yaml:1: exclude.users met no row',
      [PLAIN, 'exclude: { users: [anna] }\n'],
      [PLAIN, 'exclude: { users: [ana] }\n'],
    ],
  ]);

  it('a file of known identities, and one of which one id is in the log', async () => {
    const map = (id: string): string => write('ids.csv', `anonymous_id,user_id\n${id},ana\nx,ben\n`);
    const yaml = (ids: string): string => `events: { identity: { column: visitor, map: ${ids} } }\n`;
    const visits = wide('visitor', `,${at(1)},page_view,v-1001`);
    expect(await warnings(visits, yaml(map('V-1001')))).toEqual([
      [
        'identity-unmatched',
        expect.stringContaining('none of its 2 anonymous_ids is in the log, such as "V-1001". Did you mean "v-1001"?'),
      ],
    ]);
    expect(await warnings(visits, yaml(map('v-1001')))).toEqual([]);
  });

  it('an entry whose files match no input, and one whose inputs belong to another', async () => {
    const yaml = (second: string): string => `events:\n  - { files: 'log0*' }\n  - { files: '${second}' }\n`;
    expect(await warnings([PLAIN, PLAIN], yaml('log1*'))).toEqual([]);
    expect(await warnings(PLAIN, yaml('lgo1.csv'))).toEqual([
      [
        'files-unmatched',
        expect.stringContaining('gesture.yaml:3: events: files of entry 2: no input matches "lgo1.csv"'),
      ],
    ]);
    expect(await warnings(PLAIN, yaml('log*'))).toEqual([
      ['files-unmatched', expect.stringContaining('every input that matches belongs to an entry before it')],
    ]);
  });

  it('what a source names itself need not be in every export', async () => {
    const segment = `id,anonymous_id,user_id,timestamp,received_at,event\n1,a1,ana,${at(1)},${at(1)},page\n`;
    expect(await warnings(segment, 'events: { from: segment }\n')).toEqual([]);
    expect(await warnings(segment, 'events: { from: segment, types: { Sgn Up: signup } }\n')).toEqual([
      ['types-unmatched', expect.stringContaining('events.types: no event is called "Sgn Up"')],
    ]);
  });
});

describe('features and conversions', () => {
  const plans = wide('plan,seats', `ana,${at(1)},signup,Pro,`, `ben,${at(2)},upgrade,free,`);
  const seats = wide('plan,seats', `ana,${at(1)},signup,Pro,3`, `ben,${at(2)},upgrade,free,`);
  test([
    [
      'a value that no row has',
      'feature-unmatched',
      'gesture.yaml:2: features.own: no row meets { column: plan, equals: pro }. Did you mean "Pro"?',
      [plans, feature('{ op: countWhere, column: plan, equals: pro }')],
      [plans, feature('{ op: countWhere, column: plan, equals: Pro }')],
    ],
    [
      'values of which no row has one',
      'feature-unmatched',
      'no row meets { column: plan, in: gold or silver }; there is "Pro", "free"',
      [plans, feature('{ op: countWhere, column: plan, in: [gold, silver] }')],
      [plans, feature('{ op: countWhere, column: plan, in: [gold, free] }')],
    ],
    [
      'conditions that no row meets together',
      'feature-unmatched',
      'each of its conditions is met by some row, but no row meets all 2',
      [
        plans,
        feature('{ op: count, where: [{ column: plan, equals: Pro }, { column: event_type, equals: upgrade }] }'),
      ],
      [plans, feature('{ op: count, where: [{ column: plan, equals: Pro }, { column: event_type, equals: signup }] }')],
    ],
    [
      'a column that is empty in every row, or in all but one',
      'feature-empty',
      'features.own: the column "seats" is empty in every row',
      [plans, feature('{ op: sum, column: seats }')],
      [seats, feature('{ op: sum, column: seats }')],
    ],
    [
      'a column of ours that the log lacks',
      'feature-empty',
      'no file has a column "scroll_depth_pct"',
      [plans, feature('{ op: max, column: scroll_depth_pct }')],
      [wide('scroll_depth_pct', `ana,${at(1)},signup,0`), feature('{ op: max, column: scroll_depth_pct }')],
    ],
    [
      'a sum that is 0, though not for want of rows',
      'feature-empty',
      'the column "seats" is empty',
      [plans, feature('{ op: sum, column: seats }')],
      [wide('seats', `ana,${at(1)},signup,0`), feature('{ op: sum, column: seats }')],
    ],
    [
      'a time within which nobody did it is no fault of the condition',
      'feature-unmatched',
      'no row meets { column: plan, equals: gold }',
      [plans, feature('{ op: count, where: { column: plan, equals: gold }, within: 1h }')],
      [plans, feature('{ op: count, where: { column: plan, equals: Pro }, within: 1h }')],
    ],
    [
      'a condition on sessions',
      'feature-unmatched',
      'features.own: no session meets { column: device, equals: Mobile }',
      [
        wide('device', `ana,${at(1)},signup,mobile`),
        feature('{ op: countWhere, column: device, equals: Mobile }', 'sessions'),
      ],
      [
        wide('device', `ana,${at(1)},signup,mobile`),
        feature('{ op: countWhere, column: device, equals: mobile }', 'sessions'),
      ],
    ],
    [
      'a condition of a conversion',
      'feature-unmatched',
      'gesture.yaml:1: conversion.any_of: no row meets { column: plan, equals: paid }',
      [plans, 'conversion: { any_of: [signup, { column: plan, equals: paid }] }\n'],
      [plans, 'conversion: { any_of: [{ column: plan, equals: free }] }\n'],
    ],
    [
      'an event type of any_of, also a built-in one',
      'types-unmatched',
      'conversion.any_of: no event is called "calendar_booking"',
      [plans, 'conversion: { any_of: [upgrade, calendar_booking] }\n'],
      [plans, 'conversion: { any_of: [upgrade, signup] }\n'],
    ],
    [
      'a name that events.types makes another',
      'types-unmatched',
      'conversion.any_of: events.types makes "upgrade" signup, so nothing is called that any more: name signup',
      [plans, 'events: { types: { upgrade: signup } }\nconversion: { any_of: [upgrade] }\n'],
      [plans, 'events: { types: { upgrade: signup } }\nconversion: { any_of: [signup] }\n'],
    ],
    [
      'a customary name that is named as it is',
      'types-not-customary',
      'conversion.any_of: "Signed Up" is named here, so it is no longer read as signup, which signups would count: name signup instead',
      [log(`ana,${at(1)},Signed Up`), 'conversion: { any_of: [Signed Up] }\n'],
      [log(`ana,${at(1)},Signed Up`), 'conversion: { any_of: [signup] }\n'],
    ],
    [
      'a customary name that is named as it is where nothing is scored by ours',
      'types-not-customary',
      '"Page Viewed" is named here, so it is no longer read as page_view, which page_views would count',
      [log(`ana,${at(1)},Page Viewed`), feature('{ op: countWhere, column: event_type, equals: Page Viewed }')],
      [
        log(`ana,${at(1)},Page Viewed`),
        `${feature('{ op: countWhere, column: event_type, equals: Page Viewed }')}defaults: off\nweights: { own: { points: 100, saturates_at: 3 } }\n`,
      ],
    ],
    [
      'an event type of opt_out',
      'types-unmatched',
      'gesture.yaml:1: opt_out.any_of: no event is called "unsubscribd". Did you mean "unsubscribed"?',
      [log(`ana,${at(1)},unsubscribed`), 'opt_out: { any_of: [unsubscribd] }\n'],
      [log(`ana,${at(1)},unsubscribed`), 'opt_out: { any_of: [unsubscribed] }\n'],
    ],
    [
      'an event type of undone_by',
      'types-unmatched',
      'conversion.undone_by: no event is called "downgrade"',
      [plans, 'conversion: { any_of: [upgrade], undone_by: { upgrade: downgrade } }\n'],
      [
        log(`ana,${at(1)},upgrade`, `ben,${at(1)},upgrade`, `ana,${at(2)},downgrade`),
        'conversion: { any_of: [upgrade], undone_by: { upgrade: downgrade } }\n',
      ],
    ],
    [
      'a conversion that nobody reached, though its parts are there',
      'conversion-unreached',
      'conversion: none of 2 users has all of signup (1 event), calendar_booking (1 event)',
      [log(`ana,${at(1)},signup`, `ana@x.test,${at(2)},calendar_booking`)],
      [log(`ana,${at(1)},signup`, `ana,${at(2)},calendar_booking`, `ben,${at(2)},calendar_booking`)],
    ],
    [
      'a conversion by conditions that nobody reached, or that cannot be reached',
      'conversion-unreached',
      'gesture.yaml:1: conversion: none of 2 users has all of { column: plan, equals: Pro } (1 event), upgrade (1 event)',
      [plans, 'conversion: { all_of: [{ column: plan, equals: Pro }, upgrade] }\n'],
      [plans, 'conversion: { all_of: [{ column: plan, equals: gold }, upgrade] }\n'],
    ],
  ]);

  it('500 features that no row takes part in are asked about together', async () => {
    const features = times(
      500,
      (i) => `  f${i}: { from: events, is: { op: countWhere, column: plan, equals: x${i} }, unit: events, says: x }\n`,
    );
    expect(await warnings(plans, `features:\n${features.join('')}`)).toHaveLength(500);
  });
});

describe('ids of users', () => {
  const ids = (...all: string[]): [string] => [log(...all.map((id, i) => `${id},${at(1, i)},page_view`))];
  const crowd = (most: number): [string] => [
    log(
      ...times(20, (i) => times(10, (j) => `u${i},${at(1 + i, j)},page_view`)).flat(),
      ...times(most, (j) => `bot,${at(3, j)},page_view`),
    ),
  ];
  test([
    [
      'with and without .0',
      'id-decimal',
      '1 user_id with and without .0 at the end (1001 and 1001.0)',
      ids('1001', '1001.0'),
      ids('1001.0', '1002.0'),
    ],
    [
      'rounded by a spreadsheet',
      'id-rounded',
      '2 user_ids such as "1.00E+05", with 2 events,',
      ids('9.44E+18', '1.00E+05', '7'),
      ids('1e5', '1E5', 'E+05', 'x1.00E+05', '9.44e+18'),
    ],
    [
      'that differ in case',
      'id-case',
      '1 person with several user_ids that differ only in case or blanks, such as "Ana@x.com" and "ana@x.com"',
      ids('Ana@x.com', 'ana@x.com', 'ben@x.com'),
      ids('Ana@x.com', 'ana@y.com', 'ana'),
    ],
    [
      'that differ in blanks',
      'id-case',
      '2 people with several user_ids',
      ids(' ana', 'ana', 'ben', 'BEN'),
      ids(' ana', 'an a', 'ben '),
    ],
    [
      'that are random, of mixed case',
      'id-case',
      'such as "AB12cd" and "ab12cd"',
      ids('AB12cd', 'ab12cd'),
      ids('aB12cD', 'Ab12Cd'),
    ],
    [
      'of which one has over a tenth of all events',
      'user-dominates',
      'the user "bot" has 90 of 290 events (31%): if it is a bot, a test account or an id that many share, leave it out with exclude: { users: ["bot"] }',
      crowd(90),
      crowd(45),
    ],
  ]);

  it('of a few users may be unequal', async () => {
    const few = log(
      ...times(9, (i) => `u${i},${at(1, i)},page_view`),
      ...times(200, (i) => `ana,${at(2, i)},page_view`),
    );
    expect(await warnings(few.replace('u8,', 'ana,'))).toEqual([]);
    expect((await warnings(few)).map(([code]) => code)).toEqual(['user-dominates']);
  });
});

describe('timestamps', () => {
  const dates = (...last: string[]): string =>
    log(
      ...times(3, (i) => `u${i},2026-03-0${i + 1},page_view`),
      ...last.map((stamp) => `u0,${stamp},page_view`),
      'u0,2026-03-20,page_view',
    );
  /** Thirty users with an event each, every day at one time, and some at another. */
  const daily = (others: number): string =>
    log(
      ...times(30, (i) => `u${i},2026-03-01T02:00:13Z,page_view`),
      ...times(30, (i) => `u${i},2026-03-02T02:00:14Z,page_view`),
      ...times(others, (i) => `u${i},${at(1, 3 * i)},page_view`),
    );
  /** Visits of three events, at one time or over some seconds. */
  const visits = (n: number, stretched: number): string =>
    log(
      ...times(n, (i) =>
        times(3, (j) => `u${i},${at(1, 40 * i).replace('07Z', `0${i < stretched ? j : 7}Z`)},page_view`),
      ).flat(),
    );
  test([
    [
      'of dates only, or all but one',
      'dates-only',
      'none of 4 timestamps has a time of day',
      [dates()],
      [dates('2026-03-04T12:00:00Z')],
    ],
    [
      'of dates in a time zone',
      'dates-only',
      'none of 4 timestamps',
      [dates(), 'events: { timezone: Asia/Kolkata }\n'],
      [dates('2026-03-04 12:00'), 'events: { timezone: Asia/Kolkata }\n'],
    ],
    [
      'that many users share',
      'stamps-shared',
      '100% of the events share their timestamp with 10 users or more (30 users at 2026-03-01T02:00:13Z)',
      [daily(0)],
      [daily(61)],
    ],
    [
      'of one instant per visit',
      'visits-instant',
      '12 sessions of 12 sessions with three events or more have one timestamp for all of them',
      [visits(12, 0)],
      [visits(12, 2)],
    ],
    [
      'far after all others',
      'stamp-far',
      'is far later than nearly all others',
      [log(`ana,2014-03-01,signup`, 'ben,2014-02-01,signup', 'eve,2024-01-01,search')],
      [log(`ana,2014-03-01,signup`, 'ben,2014-02-01,signup', 'eve,2014-03-09,search')],
    ],
    [
      'far after all others, but not of somebody who was active all the time',
      'stamp-far',
      'is far later than nearly all others',
      [log(`ana,2014-03-01,signup`, 'ben,2014-02-01,signup', 'eve,2023-12-01,search', 'eve,2024-01-01,search')],
      [log(`ana,2014-03-01,signup`, 'ben,2014-02-01,signup', 'eve,2019-01-01,search', 'eve,2024-01-01,search')],
    ],
    [
      'of one session for over a day with a gap, or for a day',
      'sessions-long',
      '1 session lasts over a day with idle gaps: session_id may be the id of a device',
      [wide('session_id', `ana,${at(1)},page_view,tab`, `ana,${at(2, 1)},page_view,tab`)],
      [wide('session_id', `ana,${at(1)},page_view,tab`, `ana,${at(2)},page_view,tab`)],
    ],
  ]);

  it('in the future, not as late as now', async () => {
    const codes = async (now: number): Promise<string[]> => {
      const logs = [log(`ana,${at(1)},signup`, `eve,${at(2)},search`)];
      return (await find(logs, { now: BigInt(now) * 1000n })).warnings.map(({ code }) => code);
    };
    expect(await codes(Date.parse(at(2)) - 1)).toEqual(['stamp-future']);
    expect(await codes(Date.parse(at(2)))).toEqual([]);
  });

  it('of busy seconds, minutes and hours are no batches', async () => {
    const busy = (stamp: (i: number) => string): string =>
      log(...times(2000, (i) => `u${i % 500},${stamp(i)},page_view`));
    expect(await warnings(busy((i) => `2026-03-01T10:00:${two(Math.floor(i / 40) + 5)}Z`))).toEqual([]);
    expect(await warnings(busy((i) => `2026-03-01T10:${two(Math.floor(i / 40) + 5)}:00Z`))).toEqual([]);
    const hours = await warnings(
      busy((i) => `2026-03-${two(1 + Math.floor(i / 400))}T${two(Math.floor(i / 20) % 20)}:00:00Z`),
    );
    expect(hours.map(([code]) => code)).toEqual(['stamps-shared']);
  });
});

describe('ids of events', () => {
  const events = (...rows: string[]): [string] => [wide('event_id', ...rows)];
  test([
    [
      'that begin anew in another file',
      'event-ids-shared',
      '1 event_id stands for different events (another user, type or time); all of them are used',
      events(`ana,${at(1)},page_view,7`, `ben,${at(1)},page_view,7`),
      events(`ana,${at(1)},page_view,7`, `ana,${at(1)},page_view,7`, `ben,${at(1)},page_view,8`),
    ],
  ]);
});

it('a log of which no row is used says so', async () => {
  expect(await warnings(log(`,${at(1)},signup`))).toEqual([
    ['no-rows', 'no row was used, so the table of users is empty'],
  ]);
});
