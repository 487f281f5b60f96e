/** The engine against the oracle: two programs that share nothing but the catalogue must not differ in a cell. */
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Feature, RowMeasure } from '../../src/catalogue/measures.js';
import { defaultConfig } from '../../src/config/settings.js';
import {
  HAND_AS_OF,
  HAND_IDENTITY,
  HAND_LOG,
  HAND_MEASURES,
  HAND_REJECTED,
  HAND_ROWS,
  HAND_UNREADABLE,
  workedByHand,
} from '../fixtures/hand.js';
import { cleanRuns } from '../oracle/cleanLogs.js';
import { everyMeasure, logs, renderings, runs, shuffles, toCsv } from '../oracle/logs.js';
import { accountsOf, oracle } from '../oracle/oracle.js';
import { holdsAsync, tries } from '../random.js';
import { find } from './find.js';

describe('the engine', () => {
  it.each([
    ['random logs', runs],
    ['random logs in which nothing is wrong', cleanRuns],
  ])('agrees with the oracle on every cell of %s', async (_, any) => {
    await holdsAsync(
      any,
      async ({ text, options }) => {
        const expected = oracle(text, options);
        const found = await find([text], options).catch((error: unknown) => {
          if (expected.used === 0 && expected.later > 0) return undefined;
          throw error;
        });
        if (!found) return;
        expect(found.rows).toEqual(expected.rows);
        expect(found.accounts).toEqual(accountsOf(expected));
        expect(found.faults.map(({ line, column }) => ({ line, column }))).toEqual(
          expected.rejected.map(({ line, column }) => ({ line, column })),
        );
      },
      tries(7),
    );
  });
});

describe('the hand-worked log', () => {
  const log = readFileSync(HAND_LOG);

  it('gives the rows worked out by hand', async () => {
    const found = await find([log]);
    expect(workedByHand(found.rows)).toEqual(HAND_ROWS);
    expect(found.accounts).toEqual(HAND_IDENTITY);
    expect(found.asOf).toBe(HAND_AS_OF);
    expect(found.faults.map(({ line, column }) => ({ line, column }))).toEqual(HAND_REJECTED);
    expect(found.unreadable.map(({ line, column, cell }) => ({ line, column, cell }))).toEqual(HAND_UNREADABLE);
    expect(found.types.others).toEqual([{ type: 'webinar_joined', events: 2 }]);
  });

  it('gives the configured measures worked out by hand', async () => {
    const own = Object.fromEntries(Object.entries(HAND_MEASURES).map(([name, { feature }]) => [name, feature]));
    const features = { ...defaultConfig.features, ...own };
    const { rows } = await find([log], { config: { ...defaultConfig, features } });
    const [header = []] = rows;
    const of = (user: string, name: string): string | undefined =>
      rows.find(([id]) => id === user)?.[header.indexOf(name)];
    for (const [name, { ana, ben }] of Object.entries(HAND_MEASURES)) {
      expect({ name, ana: of('ana', name), ben: of('ben', name) }).toEqual({ name, ana, ben });
    }
  });
});

describe('a log without any other fault', () => {
  const rows = ['e1,ana,2026-01-05,search', 'e2,ana,2026-01-06,signup', 'e3,ben,2026-01-07,search'];
  const log = (...lines: string[]): string => `${['event_id,user_id,timestamp,event_type', ...lines].join('\n')}\n`;

  it('may still have an event twice', async () => {
    const once = await find([log(...rows)]);
    const twice = await find([log(...rows, 'e1,ana,2026-01-05,search')]);
    expect(twice.accounts).toEqual({
      read: 4,
      used: 3,
      rejected: 0,
      duplicate: 1,
      withoutUser: 0,
      excluded: 0,
      later: 0,
    });
    expect(twice.csv).toBe(once.csv);
  });

  it.each([
    ['a blank line', log(...rows).replace('\n', '\n\n')],
    ['a line end of another kind', log(...rows).replace('search\n', 'search\r\n')],
  ])('may have %s', async (_, text) => {
    const plain = await find([log(...rows)]);
    expect(await find([text])).toMatchObject({ accounts: plain.accounts, csv: plain.csv });
  });
});

describe('events of one user and instant that share an event_id', () => {
  const rows = ['e1,ana,2026-01-05T09:00:00Z,search,Ana,Oslo', 'e1,ana,2026-01-05T09:00:00Z,signup,Zoe,Bergen'];
  const log = (...lines: string[]): string =>
    `${['event_id,user_id,timestamp,event_type,username,location_city', ...lines].join('\n')}\n`;

  it.each([
    ['in this order', rows],
    ['in the other order', rows.toReversed()],
    ['and one of them twice', [...rows, ...rows.slice(0, 1)]],
    ['and one of them twice, in the other order', [...rows.toReversed(), ...rows.slice(0, 1)]],
  ])('have as their latest value the last in byte order, %s', async (_, lines) => {
    const { rows: found } = await find([log(...lines)]);
    expect(found[1]?.slice(0, 3)).toEqual(['ana', 'Zoe', 'Oslo']);
  });
});

describe('sessions that begin at one instant', () => {
  const over = (is: RowMeasure): Feature => ({ from: 'sessions', is, unit: 'text', says: is.op });
  const measures: [string, Feature][] = [
    ['their devices, the latest', over({ op: 'latest', column: 'device' })],
    ['how many are called so', over({ op: 'countWhere', column: 'session_id', matches: '[37]$' })],
    [
      'how long all but the first are',
      over({ op: 'sum', column: 'duration_sec', where: { column: 'is_repeat', equals: '1' } }),
    ],
    ['how long all of them are', over({ op: 'sum', column: 'duration_sec' })],
    ['when the last of them was', over({ op: 'lastTime' })],
  ];

  it.each(
    measures.flatMap(([what, own]) => [
      { what, own, flags: true },
      { what, own, flags: false },
    ]),
  )('are told apart by their ids: $what, flags: $flags', async ({ own, flags }) => {
    const rows = Array.from({ length: 120 }, (_, i) => {
      const [user, session] = [i % 12, Math.floor(i / 12)];
      const cells = [
        `e${1000 + i}`,
        `u${user}`,
        `s${session}`,
        '2026-01-05',
        'search',
        `device ${(user * 7 + session) % 8}`,
      ];
      return [...cells, ...(flags ? [`${session % 2}`, '0', '1'] : [])].join(',');
    });
    const again = rows.filter((_, i) => i % 5 === 0).map((row) => row.replace('e', 'f').replace('05,', '06,'));
    const header = 'event_id,user_id,session_id,timestamp,event_type,device';
    const log = [header + (flags ? ',is_repeat_session,bounce_flag,spam_flag' : ''), ...rows, ...again, ''].join('\n');
    const config = { ...defaultConfig, features: { ...defaultConfig.features, own } };
    expect((await find([log], { config })).rows).toEqual(oracle(log, { config }).rows);
  });
});

describe('numbers to calculate with', () => {
  const is = { op: 'sum', column: 'account_balance_usd' } as const;
  const spent = { from: 'events', is, unit: 'USD', says: 'spent' } as const;
  const config = { ...defaultConfig, features: { ...defaultConfig.features, spent } };
  const log = (...amounts: string[]): string =>
    `user_id,timestamp,event_type,account_balance_usd\n${amounts.map((n) => `u,2026-01-05,search,${n}\n`).join('')}`;

  it('add up exactly, the largest that are taken too', async () => {
    const { rows } = await find([log('999999999999999999.9999999999', '999999999999999999.9999999999', '-0.5')], {
      config,
    });
    expect(rows[1]?.[rows[0]?.indexOf('spent') ?? -1]).toBe('1999999999999999999.4999999998');
  });

  it('are halved exactly: a mean and a ratio half way between two numbers round away from zero', async () => {
    const mean = { from: 'events', is: { ...is, op: 'mean' }, unit: 'USD', says: 'mean' } as const;
    const ratio = (of: string, per: string) =>
      ({ from: 'features', is: { op: 'ratio', of, per }, unit: 'USD', says: 'ratio' }) as const;
    const features = {
      ...config.features,
      mean,
      per_event: ratio('spent', 'total_events'),
      of_mean: ratio('mean', 'total_events'),
      huge: ratio('spent', 'tiny'),
      tiny: { ...spent, is: { op: 'min', column: 'account_balance_usd' } },
    } as const;
    const at = async (...amounts: string[]): Promise<string[]> => {
      const { rows } = await find([log(...amounts)], { config: { ...config, features } });
      return ['mean', 'per_event', 'of_mean', 'huge'].map((name) => rows[1]?.[rows[0]?.indexOf(name) ?? -1] ?? '');
    };
    // In double precision 1234567905.495 * 10000 / 4 is a little less than half.
    expect(await at('1234567905.495', '0', '0', '0')).toEqual([
      '308641976.3738',
      '308641976.3738',
      '77160494.0935',
      '',
    ]);
    expect(await at('-1234567905.495', '0', '0', '0')).toMatchObject([
      '-308641976.3738',
      '-308641976.3738',
      '-77160494.0935',
      '1',
    ]);
    // The quotient of the largest and the smallest has too many digits for 64 bits, and is a plain number all the same.
    const [, , , huge] = await at('999999999999999999', '0.0000000001');
    expect(huge).toMatch(/^9{16}\d{12}$/);
  });

  it('are unreadable where their sum might be too large', async () => {
    const { accounts, unreadable, rows } = await find([log('1000000000000000000', '-1000000000000000000', '1')], {
      config,
    });
    expect(accounts).toMatchObject({ read: 3, used: 3, rejected: 0 });
    expect(unreadable).toMatchObject([{ cells: 2, line: 2, reason: 'too large to calculate with' }]);
    expect(rows[1]?.[rows[0]?.indexOf('spent') ?? -1]).toBe('1');
  });
});

it('a regular expression that is none is refused, by the name of its feature', async () => {
  const is = { op: 'countWhere', column: 'event_type', matches: '(' } as const;
  const wrong = { from: 'events', is, unit: 'events', says: 'wrong' } as const;
  const features = { ...defaultConfig.features, wrong };
  await expect(
    find(['user_id,timestamp,event_type\n'], { config: { ...defaultConfig, features } }),
  ).rejects.toMatchObject({
    kind: 'usage',
    message: 'gesture.yaml: features.wrong: matches is not a regular expression (RE2): missing ): (',
  });
});

describe('the same facts, written otherwise', () => {
  const pairs = tries(2, 0.25);
  const config = { ...defaultConfig, features: everyMeasure };

  it('any order of rows and columns, any line ends and quotes, any number of threads: the same bytes', async () => {
    await holdsAsync(
      logs.chain((log) => fc.tuple(fc.constant(log), shuffles(log), renderings)),
      async ([log, shuffled, rendering]) => {
        const plain = await find([toCsv(log)], { config, threads: 1 });
        const other = await find([toCsv(shuffled, rendering)], { config, threads: 4 });
        expect(other.csv).toBe(plain.csv);
        expect(other.accounts).toEqual(plain.accounts);
      },
      pairs,
    );
  });

  it('a log in two halves is the log, and a log fed twice only has more duplicates', async () => {
    await holdsAsync(
      fc.tuple(logs, fc.nat()),
      async ([{ header, rows }, n]) => {
        const at = n % (rows.length + 1);
        const halves = [rows.slice(0, at), rows.slice(at)].map((half) => toCsv({ header, rows: half }));
        const whole = await find([toCsv({ header, rows })], { config });
        expect((await find(halves, { config })).csv).toBe(whole.csv);
        const everyRowHasAnId = header.includes('event_id') && rows.every((row) => row[header.indexOf('event_id')]);
        if (!everyRowHasAnId) return;
        const twice = await find([toCsv({ header, rows }), toCsv({ header, rows })], { config });
        expect(twice.csv).toBe(whole.csv);
        expect(twice.accounts.used).toBe(whole.accounts.used);
      },
      pairs,
    );
  });

  it('other names for the users: the same rows under the other names', async () => {
    const log = (name: (user: string) => string): string =>
      'user_id,timestamp,event_type,event_id\n' +
      ['ana', 'ben', 'ana', 'cy', 'ben']
        .map((u, i) => `${name(u)},2026-01-0${i + 1}T10:00:00Z,page_view,e${i}\n`)
        .join('');
    const plain = await find([log((user) => user)]);
    const renamed = await find([log((user) => `x-${user}`)]);
    expect(renamed.rows.map(([user, ...cells]) => [user?.replace('x-', ''), ...cells])).toEqual(plain.rows);
  });

  it('+02:00 for Z: the same instant', async () => {
    const at = (stamp: string): string => `user_id,timestamp,event_type\nu,${stamp},signup\n`;
    const utc = await find([at('2026-03-29T01:30:00Z')]);
    for (const stamp of [
      '2026-03-29T03:30:00+02:00',
      '2026-03-29 03:30:00+02',
      '2026-03-28T23:30-0200',
      '2026-03-29T01:30:00.000 UTC',
    ]) {
      expect((await find([at(stamp)])).csv).toBe(utc.csv);
    }
  });
});
