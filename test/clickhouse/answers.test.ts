/** Whatever a server is set to, its answer is complete or refused: silence is never taken for the truth. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultConfig, defaultReading } from '../../src/config/settings.js';
import { find } from '../engine/find.js';
import type { Log } from '../oracle/logs.js';
import { clusterOf, SILENT } from './config.js';
import { findInTable, putLog } from './find.js';
import { LONG } from '../random.js';
import { freePort, hasServer, startServer, type TestServer } from './server.js';

const [header = [], ...rows]: string[][] = parse(readFileSync('data/raw_events.csv', 'utf8'));
const DEMO: Log = { header, rows };
const EXPECTED = readFileSync('data/user_features.csv', 'utf8');
const isShardA = (row: readonly string[]): boolean => Number((row[1] ?? '').slice(2)) % 2 === 0;

describe.skipIf(!hasServer || !LONG)('a table', () => {
  let server: TestServer;
  let other: TestServer;
  beforeAll(async () => {
    const tcp = [await freePort(), await freePort()] as const;
    const cluster = clusterOf(tcp);
    server = await startServer({ cluster, tcp: tcp[0] });
    other = await startServer({ cluster, tcp: tcp[1] });
    await putLog(server, 'default.demo', DEMO);
    for (const [shard, keep] of [
      [server, isShardA],
      [other, (row: readonly string[]) => !isShardA(row)],
    ] as const) {
      await putLog(shard, 'default.part', { header, rows: rows.filter(keep) });
    }
    await server.query(
      'CREATE TABLE default.parts AS default.part ENGINE = Distributed(two, default, part, cityHash64(user_id))',
    );
  }, 120_000);
  afterAll(async () => {
    await Promise.all([server.stop(), other.stop()]);
  });

  it('of the demo has the same bytes from both engines, for a user who may only read', async () => {
    expect((await findInTable(server, 'default.demo', { user: 'reader' })).csv).toBe(EXPECTED);
  });

  it('may be measured in parts', async () => {
    expect((await findInTable(server, 'default.demo', { slices: 4 })).csv).toBe(EXPECTED);
  });

  it.each(Object.keys(SILENT))('is refused to a user with %s answers', async (user) => {
    await expect(findInTable(server, 'default.demo', { user })).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringMatching(/answer .*in part/),
    });
  });

  it.each([
    ['few of them', 3, undefined],
    ['many', 1100, undefined],
    ['more of them than a query may list', 1100, 'reader'],
  ])(
    'leaves out colleagues, bots and bursts as DuckDB does, %s, from a log in which all is mixed',
    async (_, many, asker) => {
      const config = {
        ...defaultConfig,
        events: [{ ...defaultReading, where: [{ column: 'device', not_equals: 'tablet' }] }],
        exclude: {
          users: ['u_000002'],
          emailDomains: ['acme.com'],
          userAgents: ['python'],
          bots: true,
          fasterThanHuman: true,
        },
      };
      const names = [...header, 'user_agent', 'email'];
      const mixed = rows.map((row, i) => [
        ...row.map((cell, at) => (header[at] === 'session_id' && i % 7 === 0 ? '' : cell)),
        ['Mozilla/5.0 (Windows NT 10.0)', 'Googlebot/2.1', 'Python-requests/2'][i % 50] ?? 'Mozilla/5.0 (Macintosh)',
        i % 400 === 7 ? 'Ana <ana@eu.acme.com>' : '',
      ]);
      const event = (user: string, at: string, session: string, email: string): string[] => {
        const cells: Record<string, string> = { event_id: `${user} ${at}`, user_id: user, session_id: session, email };
        return names.map((name) => ({ ...cells, timestamp: at, event_type: 'page_view' })[name] ?? '');
      };
      const bursts = Array.from({ length: many }, (__, i) =>
        [0, 1, 2, 3, 4].map((n) =>
          event(`burst ${i}`, `2026-01-05T00:00:0${n >> 1}.${n}Z`, ['', 's'][(i + n) % 2] ?? '', ''),
        ),
      ).flat();
      const colleagues = Array.from({ length: many }, (__, i) =>
        event(`us ${i}`, '2026-01-06T00:00:00Z', 's', 'a@acme.com'),
      );
      const all = [...mixed, ...bursts, ...colleagues];
      const log: Log = { header: names, rows: [...all, ...all.filter((__, i) => i % 90 === 0)] };
      await putLog(server, 'default.excluded', log);
      const csv = [log.header, ...log.rows].map((row) => row.map((cell) => `"${cell}"`).join(',')).join('\n');
      const [there, here] = [
        await findInTable(server, 'default.excluded', asker === undefined ? { config } : { config, user: asker }),
        await find([csv], { config }),
      ];
      expect(there.csv).toBe(here.csv);
      expect(there.accounts).toEqual(here.accounts);
      expect(there.excluded).toEqual(here.excluded);
    },
  );

  describe('of two shards', () => {
    it('has the same bytes', async () => {
      expect((await findInTable(server, 'default.parts', { user: 'remote' })).csv).toBe(EXPECTED);
    });

    it('is measured on the shards, which send users in order', async () => {
      const plan = await server.query(
        "EXPLAIN SELECT * FROM cluster('two', view(SELECT user_id, count() FROM default.part GROUP BY user_id ORDER BY user_id)) ORDER BY user_id",
      );
      const [above = '', below = ''] = plan.split('Union');
      expect(above).toContain('Merge sorted streams');
      expect(above).not.toContain('Aggregating');
      expect(below).toContain('ReadFromRemote');
    });

    it('is refused if the events of a user are on both', async () => {
      await other.query(
        "INSERT INTO default.part SELECT * REPLACE ('u_000002' AS user_id, concat('x', event_id) AS event_id) FROM default.part WHERE part.user_id = 'u_000001'",
      );
      await expect(findInTable(server, 'default.parts')).rejects.toMatchObject({
        kind: 'data',
        message: expect.stringContaining('are on several shards'),
      });
    });

    it.each(['remote', 'skipping'])('is refused while one does not answer, for the user %s', async (user) => {
      await other.stop();
      await expect(findInTable(server, 'default.parts', { user })).rejects.toThrow(
        /shards? .*(answer|reach)|all shards/,
      );
    });
  });
});
