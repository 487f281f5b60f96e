/** Rows that are rejected or left out are set aside by the fast reading, and only they are located: the answer has to be that of the strict one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Config,
  defaultConfig,
  defaultReading,
  type Exclusions,
  leavesRowsOut,
  type Reading,
} from '../../src/config/settings.js';
import { computeFeatures } from '../../src/engine/features.js';
import { Failure } from '../../src/model.js';
import { cleanRuns } from '../oracle/cleanLogs.js';
import { toCsv } from '../oracle/logs.js';
import { oracle } from '../oracle/oracle.js';
import { holdsAsync, LONG, SEED, THOROUGH, tries } from '../random.js';
import { resolved } from './find.js';
import { inEngine } from './request.js';
import { asked, type Asked, whyNot } from './whyNot.js';

/** What a run finds and writes. */
interface Everything {
  /** All of it, except for event types that nobody asked for, as text; or the error. */
  readonly text: string;
  readonly users: string;
  readonly rejected: number;
}

const everything = async (texts: readonly string[], how: Asked = {}): Promise<Everything> =>
  inEngine(
    texts,
    async (engine, request) => {
      const inScratch = (name: string): string => join(request.scratch, name);
      const [to, sessions] = [inScratch('users.csv'), inScratch('sessions.csv')];
      const excluded = leavesRowsOut(request.config) ? inScratch('excluded.csv') : undefined;
      const named = (text: string): string => text.replaceAll(request.scratch, '');
      try {
        const outcome = await computeFeatures(engine, { ...asked(request, how), sessions, excluded }, to);
        const found = JSON.stringify({ ...outcome, types: { ...outcome.types, all: [] } }, null, 1);
        const users = readFileSync(to, 'utf8');
        const others = [sessions, excluded].flatMap((path) => (path === undefined ? [] : [readFileSync(path, 'utf8')]));
        return { text: named([found, ...others].join('\n')), users, rejected: outcome.accounts.rejected };
      } catch (error) {
        if (error instanceof Failure) return { text: named(error.message), users: '', rejected: NaN };
        throw error;
      }
    },
    resolved(how.config ?? defaultConfig),
    { threads: 2 },
  );

/** The same log with another line end after its last row, so that it is read strictly. */
const irregular = (text: string): string => {
  const crlf = text.slice(0, text.indexOf('\n')).endsWith('\r');
  return text.replace(/\r?\n$/, '') + (crlf ? '\n' : '\r\n');
};

const HEADER = 'event_id,user_id,session_id,timestamp,event_type,username,email,user_agent,account_balance_usd';
const USERS = ['ana', 'ben', 'cem', 'dot', 'eva'];

/** The row that is number `i` of all: each user has one e-mail address. */
const row = (i: number): string[] => [
  `e${10_000 + i}`,
  USERS[i % 5] ?? '',
  `s${Math.floor(i / 50)}`,
  new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString().replace('.000', ''),
  i % 5 === 0 ? 'signup' : 'page_view',
  `name ${i % 5}`,
  `${USERS[i % 5]}@${i % 5 === 3 ? 'acme.com' : 'example.org'}`,
  `Mozilla/5.0 (${i % 7 === 0 ? 'X11; Linux x86_64' : 'Windows NT 10.0'}; rv:120.0) Gecko/20100101 Firefox/120.0`,
  `${i % 90}.5`,
];

/** A log of 3,000 rows, more than are looked at for a guess. */
const log = (change: (cells: string[], i: number) => void = () => undefined, end = '\n'): string => {
  const rows = Array.from({ length: 3000 }, (_, i) => {
    const cells = row(i);
    change(cells, i);
    return cells.join(',');
  });
  return [HEADER, ...rows, ''].join(end);
};

const nothing: Exclusions = { users: [], emailDomains: [], userAgents: [], bots: false, fasterThanHuman: false };
const excluding = (exclude: Partial<Exclusions>): Config => ({
  ...defaultConfig,
  exclude: { ...nothing, ...exclude },
});
const reading = (changes: Partial<Reading>, config: Config = defaultConfig): Config => ({
  ...config,
  events: [{ ...defaultReading, ...changes }],
});
const notBen = { column: 'username', not_equals: 'name 1' };

const bad = (cells: string[], i: number): unknown => i % 40 === 7 && (cells[3] = 'yesterday');
const everyHundredth =
  (column: number, cell: string) =>
  (cells: string[], i: number): unknown =>
    i % 100 === 31 && (cells[column] = cell);

/** Logs with rows to be set aside, and how they are read. */
const FAST: [string, string, Asked][] = [
  ['bad timestamps', log(bad), {}],
  ['instants out of range', log(everyHundredth(3, '2300-01-01')), {}],
  ['no event types', log(everyHundredth(4, '')), {}],
  ['a null word for a timestamp', log(everyHundredth(3, 'NULL')), {}],
  ['bad timestamps and CR LF', log(bad, '\r\n'), {}],
  ['a byte order mark', `\uFEFF${log(bad)}`, {}],
  ['no end of its last line', log((cells, i) => i === 2999 && (cells[3] = '?')).slice(0, -1), {}],
  ['quotes, and records of two lines', log((cells, i) => (bad(cells, i), i % 9 === 0 && (cells[5] = '"a\nb"'))), {}],
  ['bad timestamps of nobody', log((cells, i) => (bad(cells, i), i % 3 === 0 && (cells[1] = ''))), {}],
  ['bad timestamps, as of a day', log(bad), { asOf: '2026-01-01' }],
  ['instants out of range, as of a day', log(everyHundredth(3, '2300-01-01')), { asOf: '2026-01-01' }],
  ['no header', log(bad).slice(HEADER.length + 1), { config: reading({ header: HEADER.split(',') }) }],
  ['a condition', log(bad), { config: reading({ where: [notBen] }) }],
  ['a condition on numbers', log(), { config: reading({ where: [{ column: 'account_balance_usd', at_least: 9 }] }) }],
  [
    'a condition that no row fails',
    log(bad),
    { config: reading({ where: [{ column: 'username', matches: 'name' }] }) },
  ],
  ['two conditions', log(), { config: reading({ where: [notBen, { column: 'email', matches: 'e' }] }) }],
  [
    'rows left out that are wrong',
    log((cells, i) => i % 5 === 1 && (cells[3] = '')),
    { config: reading({ where: [notBen] }) },
  ],
  ['rows left out that are late', log(), { asOf: '2026-01-01', config: reading({ where: [notBen] }) }],
  ['internal users', log(), { config: excluding({ users: ['ben', 'nobody'] }) }],
  ['internal addresses', log(bad), { config: excluding({ emailDomains: ['acme.com'] }) }],
  ['internal users, as of a day', log(), { asOf: '2026-01-01', config: excluding({ users: ['ben'] }) }],
  ['agents', log(), { config: excluding({ userAgents: ['x11'] }) }],
  ['bots', log(everyHundredth(7, 'Googlebot/2.1')), { config: excluding({ bots: true }) }],
  [
    'bots, agents, addresses and users',
    log(everyHundredth(7, 'Googlebot/2.1')),
    {
      config: excluding({ bots: true, userAgents: ['x11'], emailDomains: ['acme.com'], users: ['eva'] }),
    },
  ],
  ['nobody to exclude', log(bad), { config: excluding({ users: ['nobody'] }) }],
  ['rules without their columns', log().replace('user_agent', 'agent'), { config: excluding({ bots: true }) }],
  ['conditions and exclusions', log(bad), { config: reading({ where: [notBen] }, excluding({ users: ['eva'] })) }],
  [
    'excluded rows that lack a cell',
    log((cells, i) => i % 5 === 1 && i > 2500 && (cells[2] = '')),
    { config: excluding({ users: ['ben'] }) },
  ],
  [
    'ids in no order',
    log((cells, i) => (cells[0] = `e${(i * 7919) % 10_007}`)),
    { config: excluding({ users: ['ben'] }) },
  ],
];

/** Logs that the fast reading leaves to the strict one, and why. */
const STRICT: [string, string, Asked, string][] = [
  ['balances', log(everyHundredth(8, 'much')), {}, 'cells cannot be read'],
  [
    'balances of excluded rows',
    log((cells, i) => i % 100 === 31 && (cells[8] = 'much')),
    { config: excluding({ users: ['ben'] }) },
    'cells cannot be read',
  ],
  [
    'more marks in rows of one user',
    log((cells, i) => i % 5 === 3 && i > 2800 && (cells[6] = '')),
    { config: excluding({ emailDomains: ['acme.com'] }) },
    'rows are excluded for what others of their user say',
  ],
  [
    'a null word for an excluded user',
    log((cells, i) => i === 2900 && (cells[1] = 'NULL')),
    { config: excluding({ users: ['NULL', 'ben'] }) },
    'there are null words',
  ],
  [
    'a null word that a condition looks at',
    log((cells, i) => i === 2900 && (cells[6] = 'NULL')),
    { config: reading({ where: [{ column: 'email', not_equals: 'x' }] }) },
    'there are null words',
  ],
  [
    'a null word that a rule looks at',
    log((cells, i) => i === 2900 && (cells[7] = 'NULL')),
    { config: excluding({ userAgents: ['x11'] }) },
    'there are null words',
  ],
  [
    'a null word for the type of an excluded row',
    log((cells, i) => i === 2901 && (cells[4] = 'NULL')),
    { config: excluding({ users: ['ben'] }) },
    'rows that were set aside are not what they seemed to be',
  ],
  [
    'an excluded row twice',
    log((cells, i) => i === 2996 && cells.splice(0, 9, ...row(2991))),
    { config: excluding({ users: ['ben'] }) },
    'an event may be there twice',
  ],
  [
    'many bots',
    log((cells, i) => (cells[7] = `Googlebot/${i}`)),
    { config: excluding({ bots: true }) },
    'there are many bots',
  ],
  ['fast sessions', log(), { config: excluding({ fasterThanHuman: true }) }, 'sessions are excluded'],
  [
    'identity and exclusions',
    log(),
    { config: reading({ identity: { column: 'session_id' } }, excluding({ users: ['ben'] })) },
    'who is left out has no say in who is who',
  ],
  [
    'identity and a bad row',
    log(bad),
    { config: reading({ identity: { column: 'session_id' } }) },
    'a row that is rejected has no say in who is who',
  ],
  ['only bad rows', log((cells) => (cells[3] = '?')), {}, 'rows are missing'],
];

/** A run that is not thorough tries every third log, others for another seed. */
describe('a log is read fast', () => {
  it.each(FAST.filter((_one, i) => THOROUGH || (i + SEED) % 3 === 0))('with %s', async (_what, text, how) => {
    expect(await whyNot([text], how)).toBeUndefined();
    expect(await everything([text], how)).toEqual(await everything([irregular(text)], how));
  });

  it('with bad rows in several files', async () => {
    const texts = [log(bad), log((cells, i) => ((cells[0] = `f${i}`), i === 2 && (cells[4] = '')))];
    for (const config of [defaultConfig, reading({ where: [notBen] }), excluding({ users: ['ben'] })]) {
      expect(await whyNot(texts, { config })).toBeUndefined();
      expect(await everything(texts, { config })).toEqual(await everything(texts.map(irregular), { config }));
    }
  });

  it('with too many bad rows, which are refused', async () => {
    const found = await everything([log(bad)], { maxRejected: 0.01 });
    expect(found.text).toContain('75 of 3000 rows (2.5%) are rejected');
    expect(found).toEqual(await everything([irregular(log(bad))], { maxRejected: 0.01 }));
  });
});

describe('a log is read strictly', () => {
  it.each(STRICT.filter((_one, i) => THOROUGH || (i + SEED) % 3 === 0))('with %s', async (_what, text, how, why) => {
    expect(await whyNot([text], how)).toBe(why);
    expect(await everything([text], how)).toEqual(await everything([irregular(text)], how));
  });
});

/** Rules and conditions that random logs meet. */
const settings = fc.record({
  users: fc.subarray(['u1', '007', 'null', 'a,b', 'two\nlines']),
  emailDomains: fc.subarray(['acme.com']),
  where: fc.subarray(
    [
      { column: 'device', not_equals: 'mobile' },
      { column: 'location_city', not_in: ['Ana', 'NULL', 'a,b'] },
      { column: 'account_balance_usd', below: 3 },
      { column: 'timestamp', not_matches: '5' },
    ],
    { maxLength: 2 },
  ),
  excludes: fc.boolean(),
  asOf: fc.constantFrom(undefined, undefined, '2024-03-11T12:00:00Z'),
  faults: fc.array(
    fc.tuple(fc.nat(200), fc.constantFrom(['timestamp', 'soon'], ['timestamp', ''], ['event_type', ''])),
  ),
});

const TRIES = tries(3, 0.5);

it('a random log has one answer, whichever of its rows are set aside', async () => {
  const taken = new Map<string | undefined, number>();
  await holdsAsync(
    fc.tuple(cleanRuns, settings),
    async ([{ log: clean, options }, { users, emailDomains, where, excludes, asOf, faults }]) => {
      const { header } = clean;
      const rows = clean.rows.map((cells) => [...cells]);
      for (const [nth, [column = '', cell = '']] of faults) {
        const [at, cells] = [header.indexOf(column), rows[nth % Math.max(1, rows.length)]];
        if (cells !== undefined && at >= 0) cells[at] = cell;
      }
      const text = toCsv({ header, rows });
      const has = where.filter(({ column }) => header.includes(column));
      const base = options.config ?? defaultConfig;
      const identity = excludes || has.length > 0 ? undefined : base.events[0]?.identity;
      const kept = reading({ where: has, identity }, base);
      const config = excludes ? { ...kept, exclude: { ...nothing, users, emailDomains } } : kept;
      const how = { config, asOf };
      const why = await whyNot([text], how);
      taken.set(why, (taken.get(why) ?? 0) + 1);
      const found = await everything([text], how);
      expect(found).toEqual(await everything([irregular(text)], how));
      if (leavesRowsOut(config) || found.users === '') return;
      const { rows: expected, rejected } = oracle(text, how);
      expect([parse(found.users), found.rejected]).toEqual([expected, rejected.length]);
    },
    TRIES,
  );
  // One of seven is read fast: of a few fresh ones perhaps none.
  const areFew = LONG && TRIES < 40;
  expect(areFew || taken.has(undefined)).toBe(true);
});
