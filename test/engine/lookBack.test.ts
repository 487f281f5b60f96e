/** A log at several moments: the same features as `--as-of` gives, and nothing of what comes later. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Config, defaultConfig, defaultReading } from '../../src/config/settings.js';
import { openHistory } from '../../src/engine/history.js';
import { CSV_FILE } from '../../src/engine/aggregate.js';
import type { Features } from '../../src/catalogue/measures.js';
import { duckdb } from '../../src/sql/duckdb.js';
import { printedUsers } from '../../src/sql/query.js';
import { lookBack, type LookedBack, type Looking } from '../../src/engine/lookBack.js';
import { Failure } from '../../src/model.js';
import { everyMeasure, logs, toCsv } from '../oracle/logs.js';
import { examples, tries } from '../random.js';
import { find } from './find.js';
import { inEngine } from './request.js';

const DAY = 86_400_000;

/** Minutes after midnight of 10 March, often around a moment: sessions grow across it, and rows share an instant. */
const anyMinute = fc.oneof(
  fc.nat({ max: 3 * 24 * 60 }),
  fc.tuple(fc.constantFrom(6 * 60, 20 * 60, 36 * 60), fc.integer({ min: -25, max: 25 })).map(([at, near]) => at + near),
);

const STRANGER_COLUMNS = 'event_id,user_id,anonymous_id,timestamp,event_type,session_id,device,username';

/** Logs of few people on several devices, who sign in and out, with or without session ids, with ids that come twice. */
const strangers = fc.record({
  excluded: fc.boolean(),
  text: fc
    .tuple(
      fc.constantFrom(true, false),
      fc.array(
        fc.record({
          id: fc.nat({ max: 40 }),
          user: fc.constantFrom('', '', 'ana', 'bea', 'cy@acme.com', 'dee'),
          anonymous: fc.constantFrom('', 'a1', 'a2', 'a3'),
          minutes: anyMinute,
          type: fc.constantFrom('page_view', 'signup', 'calendar_booking', 'other'),
          session: fc.constantFrom('s1', 's1', 's2'),
          device: fc.constantFrom('', 'mobile', 'desktop'),
          name: fc.constantFrom('', 'Ana', 'bo@acme.com', 'Zoe'),
        }),
        { minLength: 1, maxLength: 40, size: 'max' },
      ),
    )
    .map(([hasSessions, rows]) =>
      [
        STRANGER_COLUMNS,
        ...rows.map(({ id, user, anonymous, minutes, type, session, device, name }) => {
          const at = new Date(Date.UTC(2024, 2, 10) + minutes * 60_000).toISOString();
          return [id, user, anonymous, at, type, hasSessions ? session : '', device, name].join(',');
        }),
        '',
      ].join('\n'),
    ),
});

const back = (text: string, looking: Partial<Looking> = {}, config = defaultConfig): Promise<LookedBack> =>
  inEngine(
    [text],
    (engine, request) =>
      lookBack(engine, request, {
        at: [],
        count: 1,
        every: 10 * DAY,
        horizon: 10 * DAY,
        activeWithin: undefined,
        again: false,
        ...looking,
      }),
    config,
  );

/** The user_features.csv of each moment, from one reading of a log; `nothing` if no row is used by then. */
const momentsOf = (text: string, config: Config, moments: readonly string[]): Promise<string[]> =>
  inEngine(
    [text],
    async (engine, request) => {
      const instants = moments.map((asOf) => BigInt(Date.parse(asOf)) * 1000n);
      const cut = await (await openHistory(engine, request)).cut(instants);
      const found: string[] = [];
      for (const asOf of instants) {
        const to = join(request.scratch, 'moment.csv');
        const { users } = await cut.at(asOf);
        await engine.run(`COPY (${printedUsers(duckdb, config.features, users)}) TO '${to}' ${CSV_FILE}`);
        const csv = readFileSync(to, 'utf8');
        found.push(csv.trimEnd().includes('\n') ? csv : 'nothing');
      }
      return found;
    },
    config,
  );

/** The same from a run of `features --as-of` for each. */
const singlyOf = async (text: string, config: Config, moments: readonly string[]): Promise<string[]> => {
  const found: string[] = [];
  for (const asOf of moments) {
    const single = await find([text], { config, asOf, threads: 1 }).catch(() => undefined);
    found.push(single?.accounts.used ? single.csv : 'nothing');
  }
  return found;
};

/** The cells of one column of a CSV file. */
const cellsOf = (text: string, column: string): (string | undefined)[] => {
  const rows: Record<string, string>[] = parse(text, { columns: true });
  return rows.map((row) => row[column]);
};

const everything = (): Features => {
  const { converted, ...others } = everyMeasure;
  return { ...others, ...(converted && { converted }) };
};

describe('the features at a cut-off', () => {
  const moments = ['2024-03-10T06:00:00Z', '2024-03-11T12:00:00Z', '2024-03-10T20:00:00Z'];

  it('are those of `features --as-of`, byte for byte, of random logs', async () => {
    const config = { ...defaultConfig, features: everything() };
    for (const log of examples(logs, tries(4, 0.06))) {
      const text = toCsv(log, { eol: '\n', bom: false, quoteAll: false });
      expect(await momentsOf(text, config, moments)).toEqual(await singlyOf(text, config, moments));
    }
  });

  it('are those of random logs in which people turn out to be users, and colleagues are left out', async () => {
    const features = everything();
    for (const log of examples(strangers, tries(8, 0.3))) {
      const events = [{ ...defaultReading, identity: { column: 'anonymous_id' } }];
      const exclude = log.excluded
        ? { users: ['bea'], emailDomains: ['acme.com'], bots: false, userAgents: [], fasterThanHuman: false }
        : undefined;
      const config = { ...defaultConfig, events, features, ...(exclude && { exclude }) };
      expect(await momentsOf(log.text, config, moments)).toEqual(await singlyOf(log.text, config, moments));
    }
  });

  it('have a visit without a user at the instant at which its id is last seen with somebody under that user', async () => {
    const events = [{ ...defaultReading, identity: { column: 'anonymous_id' } }];
    const config = { ...defaultConfig, events };
    const log = `user_id,anonymous_id,timestamp,event_type
ana,a1,2024-03-10T05:00:00Z,signup
,a1,2024-03-10T05:00:00Z,page_view
bea,a1,2024-03-11T05:00:00Z,signup
`;
    const found = await momentsOf(log, config, moments);
    expect(found).toEqual(await singlyOf(log, config, moments));
    expect(cellsOf(found[1] ?? '', 'total_events')).toEqual(['2', '1']);
  });

  it('have the latest known device, even if a session without one began after it and the one with it went on', async () => {
    const latest = { from: 'sessions', is: { op: 'latest', column: 'device' }, unit: 'text', says: 'device' } as const;
    const { converted, ...others } = defaultConfig.features;
    if (converted === undefined) throw new Error('converted is missing');
    const config = { ...defaultConfig, features: { ...others, latest, converted } };
    const log = `user_id,session_id,timestamp,event_type,device
ana,s1,2024-03-10T01:00:00Z,page_view,mobile
ana,s2,2024-03-10T02:00:00Z,page_view,desktop
ana,s3,2024-03-10T03:00:00Z,page_view,
ana,s2,2024-03-10T10:00:00Z,page_view,desktop
`;
    const found = await momentsOf(log, config, moments);
    expect(found).toEqual(await singlyOf(log, config, moments));
    expect(found.map((text) => cellsOf(text, 'latest'))).toEqual([['desktop'], ['desktop'], ['desktop']]);
  });
});

/** A line of a log on a day of January. */
const line = (user: string, day: number, type: string): string =>
  `${user},2026-01-${String(day).padStart(2, '0')}T12:00:00Z,${type}`;

const LOG = [
  line('ana', 1, 'page_view'),
  line('ana', 18, 'signup'),
  line('ana', 25, 'calendar_booking'),
  line('ben', 3, 'page_view'),
  line('cy', 2, 'signup'),
  line('cy', 5, 'calendar_booking'),
  line('cy', 25, 'calendar_booking'),
  line('new', 24, 'signup'),
  line('new', 28, 'calendar_booking'),
];
const csv = (...lines: string[]): string => `${['user_id,timestamp,event_type', ...lines].join('\n')}\n`;

describe('a log with one cut-off, on 18 January at noon', () => {
  it('has who was open, and who converted within the horizon', async () => {
    const { panel, newcomers, windows } = await back(csv(...LOG));
    expect(windows.cutoffs.map((at) => new Date(at).toISOString())).toEqual(['2026-01-18T12:00:00.000Z']);
    // cy has converted before; new was not there yet.
    const [cutoff] = panel.cutoffs;
    expect([...(cutoff?.converted ?? [])]).toEqual([1, 0]);
    expect([...(cutoff?.activity ?? [])]).toEqual([2, 1]);
    expect(newcomers).toEqual([1]);
    expect(panel.features).not.toContain('converted');
  });

  it('counts repeat conversions if that is asked for: everything within the window', async () => {
    const config = {
      ...defaultConfig,
      features: {
        ...defaultConfig.features,
        converted: {
          ...defaultConfig.features.converted,
          from: 'events',
          is: { op: 'did', allOf: [], anyOf: [{ is: [{ column: 'event_type', equals: 'calendar_booking' }] }] },
          unit: 'flag',
          says: 'booked',
        },
      },
    } as const;
    const { panel } = await back(csv(...LOG), { again: true }, config);
    // ana, ben and cy, who books once more.
    expect([...(panel.cutoffs[0]?.converted ?? [])]).toEqual([1, 0, 1]);
  });

  it('does not change by what comes after the window', async () => {
    const at = [Date.UTC(2026, 0, 18, 12)];
    const later = [line('ben', 30, 'signup'), line('ben', 31, 'calendar_booking'), line('zoe', 31, 'page_view')];
    const [plain, longer] = [await back(csv(...LOG), { at }), await back(csv(...LOG, ...later), { at })];
    expect(longer.panel).toEqual(plain.panel);
  });

  it('of identity has the visitor who signs up in the window as one who converts', async () => {
    const config = { ...defaultConfig, events: [{ ...defaultReading, identity: { column: 'anonymous_id' } }] };
    const log = `user_id,anonymous_id,timestamp,event_type
,a1,2026-01-01T12:00:00Z,page_view
,a2,2026-01-02T12:00:00Z,page_view
eve,a1,2026-01-20T12:00:00Z,signup
eve,a1,2026-01-28T12:00:00Z,calendar_booking
`;
    const { panel, newcomers } = await back(log, {}, config);
    // In the order of the names that people have at the end of the window: a2, eve.
    expect([...(panel.cutoffs[0]?.converted ?? [])]).toEqual([0, 1]);
    expect(newcomers).toEqual([0]);
  });

  it('leaves out people who opted out, and those who were not active lately, if that is asked for', async () => {
    const optOut = {
      from: 'events',
      is: { op: 'did', allOf: [], anyOf: [{ is: [{ column: 'event_type', equals: 'unsubscribed' }] }] },
      unit: 'flag',
      says: 'opted out',
    } as const;
    const { converted, ...others } = defaultConfig.features;
    if (converted === undefined) throw new Error('converted is missing');
    const config = { ...defaultConfig, features: { ...others, opted_out: optOut, converted } };
    const log = csv(...LOG, line('dot', 4, 'page_view'), line('dot', 5, 'unsubscribed'));
    // ana and ben; dot has opted out.
    expect([...((await back(log, {}, config)).panel.cutoffs[0]?.activity ?? [])]).toEqual([2, 1]);
    // ben was last there on 3 January.
    expect([...((await back(log, { activeWithin: 7 * DAY }, config)).panel.cutoffs[0]?.activity ?? [])]).toEqual([2]);
  });

  it('knows when each of them was last active, and how active they were', async () => {
    const [cutoff] = (await back(csv(...LOG))).panel.cutoffs;
    expect(cutoff?.at).toBe('2026-01-18T12:00:00Z');
    expect([...(cutoff?.recency ?? [])]).toEqual([Date.UTC(2026, 0, 18, 12), Date.UTC(2026, 0, 3, 12)]);
  });

  it('has one row for two anonymous ids that turn out to be one person, who has one number at all cut-offs', async () => {
    const config = { ...defaultConfig, events: [{ ...defaultReading, identity: { column: 'anonymous_id' } }] };
    const log = `user_id,anonymous_id,timestamp,event_type
,phone,2026-01-01T12:00:00Z,page_view
,laptop,2026-01-02T12:00:00Z,page_view
,laptop,2026-01-03T12:00:00Z,page_view
eve,phone,2026-01-20T12:00:00Z,signup
eve,laptop,2026-01-21T12:00:00Z,page_view
zoe,,2026-01-22T12:00:00Z,page_view
eve,,2026-02-05T12:00:00Z,signup
`;
    const at = [Date.UTC(2026, 0, 14), Date.UTC(2026, 0, 24)];
    const { panel } = await back(log, { at }, config);
    // At first the rows of the laptop, which is the first by name.
    expect(panel.cutoffs.map(({ activity }) => [...activity])).toEqual([[2], [5, 1]]);
    expect(panel.cutoffs.map(({ people }) => [...people])).toEqual([[0], [0, 1]]);
    expect(panel.people).toBe(2);
  });

  it('is refused if the log is too short, or if nothing in it can convert', async () => {
    const short = csv(line('ana', 1, 'page_view'), line('ana', 15, 'signup'));
    await expect(back(short)).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringMatching(/needs two horizons, 20 days/),
    });
    const none = csv(line('ana', 1, 'page_view'), line('ana', 28, 'page_view'));
    await expect(back(none)).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringMatching(/no event of the log can convert/),
    });
  });
});

describe('signs of the future in a log', () => {
  /** Twenty people with two events each; the second is an hour later, or at another time of day, and may have another balance. */
  const people = (stamp: (day: number) => string, later: string): string => {
    const rows = Array.from({ length: 20 }, (_, i) => [
      `u${i},${stamp(1)},page_view,${i}`,
      `u${i},${stamp(25)},${i === 0 ? 'signup' : 'page_view'},${i === 3 ? later : i}`,
    ]);
    return ['user_id,timestamp,event_type,account_balance_usd', ...rows.flat(), ''].join('\n');
  };
  const noon = (day: number): string => `2026-01-${String(day).padStart(2, '0')}T12:00:00Z`;
  const date = (day: number): string => noon(day).slice(0, 10);

  it('are a signal that never changes within a user', async () => {
    expect((await back(people(noon, '3'))).leaks).toEqual({ datesOnly: false, unchanging: ['account_balance_usd'] });
    expect((await back(people(noon, '99'))).leaks).toEqual({ datesOnly: false, unchanging: [] });
  });

  it('are events without a time of day', async () => {
    expect((await back(people(date, '99'))).leaks).toEqual({ datesOnly: true, unchanging: [] });
  });
});

it('any log of random events is looked back on or refused for a reason', async () => {
  for (const log of fc.sample(logs, { seed: 1, numRuns: 2 })) {
    const text = toCsv(log, { eol: '\n', bom: false, quoteAll: false });
    const answer = await back(text, { horizon: 3_600_000, every: 3_600_000, count: 3 }).then(
      () => 'a panel',
      (error: unknown) => (error instanceof Failure ? error.kind : error),
    );
    expect(['a panel', 'data']).toContain(answer);
  }
});
