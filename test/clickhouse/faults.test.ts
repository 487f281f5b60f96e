/** Everything that can go wrong between here and a table: one line that names the fix, the right exit code, and no file. */
import { createServer, request, type Server as HttpServer } from 'node:http';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { translated } from '../../src/engine/clickhouse/errors.js';
import { EXIT, Failure } from '../../src/model.js';
import { contents, leftBehind, newFolder, start } from '../faults/run.js';
import { putLog } from './find.js';
import { LONG } from '../random.js';
import { freePort, hasServer, startServer, type TestServer } from './server.js';

const [header = [], ...rows]: string[][] = parse(readFileSync('data/raw_events.csv', 'utf8'));

describe('an error of the connection', () => {
  it.each([
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate is for another host name'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
    ['CERT_HAS_EXPIRED', 'renew it'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak https'],
    ['ETIMEDOUT', 'firewall'],
    ['HPE_HEADER_OVERFLOW', 'send_progress_in_http_headers'],
  ])('%s says what to do', (code, fix) => {
    const said = translated(Object.assign(new Error('something'), { code }), { name: 'it', url: 'https://it' });
    expect(said).toMatchObject({ kind: 'noInput', message: expect.stringContaining(fix) });
    expect(said).toBeInstanceOf(Failure);
  });
});

/** Settings that are wrong for a table. */
const YAML: Readonly<Record<string, string>> = {
  'fill.yaml': 'events: {ragged_rows: fill}\n',
  'bad.yaml': "exclude: {user_agents: ['(?=x)']}\n",
  'files.yaml': "events: {files: ['clickhouse://127.0.0.1/a/b']}\n",
};

/** A proxy that answers on its own, or passes on what the server says until `most` bytes of a long answer. */
const proxyTo = async (
  port: number,
  answer: { status: number; page: string } | { most: number },
): Promise<HttpServer> => {
  const proxy = createServer((asked, reply) => {
    if ('page' in answer) {
      reply.writeHead(answer.status, { 'content-type': 'text/html' });
      reply.end(answer.page);
      return;
    }
    const passed = request({ port, host: '127.0.0.1', path: asked.url, method: asked.method, headers: asked.headers });
    asked.pipe(passed);
    passed.on('response', (said) => {
      let sent = 0;
      reply.writeHead(said.statusCode ?? 200, said.headers);
      said.on('data', (bytes: Buffer) => {
        sent += bytes.length;
        if (sent <= answer.most) reply.write(bytes);
        else reply.destroy();
      });
      said.on('end', () => reply.end());
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return proxy;
};

describe.skipIf(!hasServer || !LONG)('a fault', () => {
  const all = newFolder();
  let made = 0;
  const folder = (): { path: string; files: () => string[] } => {
    const path = join(all, `${made++}`);
    mkdirSync(path);
    return { path, files: () => [...Object.keys(contents(path)), ...leftBehind(path)] };
  };
  let server: TestServer;
  const proxies: HttpServer[] = [];
  const portOf = (nth: number): number => {
    const at = proxies[nth]?.address();
    return typeof at === 'object' && at !== null ? at.port : 0;
  };
  beforeAll(async () => {
    server = await startServer();
    await putLog(server, 'default.demo', { header, rows });
    await putLog(server, 'default.late', {
      header,
      rows: rows.map((row) => row.map((cell) => cell.replace('2026-', 'the year '))),
    });
    await server.query('CREATE TABLE default.other (id String) ENGINE = MergeTree ORDER BY id');
    await server.query(
      'CREATE TABLE default.states (user_id AggregateFunction(any, String), timestamp DateTime, event_type String) ENGINE = MergeTree ORDER BY tuple()',
    );
    proxies.push(
      await proxyTo(server.http, { status: 200, page: '<html>Please log in</html>' }),
      await proxyTo(server.http, { status: 502, page: '<html>Bad gateway</html>' }),
      await proxyTo(server.http, { most: 6000 }),
    );
  }, 60_000);
  afterAll(async () => {
    for (const proxy of proxies) proxy.close();
    await server.stop();
  });

  const at = (path: string, user = ''): string => `clickhouse://${user}127.0.0.1:${server.http}/${path}`;
  const faults: readonly (readonly [
    string,
    () => Promise<readonly string[]> | readonly string[],
    keyof typeof EXIT,
    RegExp,
  ])[] = [
    [
      'a password in the address',
      () => [at('default/demo', 'me:secret@')],
      'usage',
      /remove it, and set GESTURE_CLICKHOUSE_PASSWORD/,
    ],
    ['no table', () => ['clickhouse://127.0.0.1/default'], 'usage', /name a table as clickhouse:/],
    ['a second input', () => [at('default/demo'), 'more.csv'], 'usage', /must be the only input/],
    ['threads of its own', () => [at('default/demo'), '--threads', '2'], 'usage', /--threads is for files/],
    ['a file before it', () => ['more.csv', at('default/demo')], 'usage', /must be the only input/],
    ['a list of excluded rows', () => [at('default/demo'), '--excluded', 'e.csv'], 'usage', /--excluded is for files/],
    ['more after the table', () => [at('default/demo?password=s3cret')], 'usage', /must end after the table, without/],
    [
      'settings for files',
      () => [at('default/demo'), '--config', 'fill.yaml'],
      'usage',
      /events.ragged_rows is for files/,
    ],
    [
      'a bad pattern',
      () => [at('default/demo'), '--config', 'bad.yaml'],
      'usage',
      /bad.yaml: exclude.user_agents is not a regular expression \(RE2\): invalid perl operator: \(\?=/,
    ],
    ['a table among the files', () => ['--config', 'files.yaml'], 'usage', /events.files cannot name a table/],
    ['parts of a file', () => ['log.csv', '--slices', '2'], 'usage', /--slices is for a table/],
    ['an unknown host', () => ['clickhouse://nowhere.invalid/a/b'], 'noInput', /no host has this name/],
    [
      'a port on which nothing listens',
      async () => [`clickhouse://127.0.0.1:${await freePort()}/a/b`],
      'noInput',
      /nothing listens there/,
    ],
    [
      'the native port',
      () => [`clickhouse://127.0.0.1:${server.tcp}/a/b`],
      'noInput',
      /not that of ClickHouse's HTTP port/,
    ],
    [
      'a wrong password',
      () => [at('default/demo', 'reader@')],
      'noInput',
      /check the user in the address and GESTURE_CLICKHOUSE_PASSWORD/,
    ],
    ['an unknown database', () => [at('nowhere/demo')], 'noInput', /no such database/],
    ['an unknown table', () => [at('default/nothing')], 'noInput', /no such table/],
    ['a table of others', () => [at('default/demo', 'stranger@')], 'noInput', /ask for the right/],
    ['a table without events', () => [at('default/other')], 'data', /the table has no column user_id/],
    ['a column of states', () => [at('default/states')], 'data', /states of an aggregate/],
    ['times that cannot be read', () => [at('default/late')], 'data', /are rejected, over the limit of 5%.*timestamp/],
    ['too little memory', () => [at('default/demo', 'small@')], 'cannotWrite', /try --slices 8/],
    ['too little time', () => [at('default/demo', 'hasty@')], 'cannotWrite', /raise max_execution_time/],
    ['too few rows', () => [at('default/demo', 'short@')], 'cannotWrite', /a limit of the server is too small/],
    [
      'the page of a login',
      () => [`clickhouse://127.0.0.1:${portOf(0)}/default/demo`],
      'noInput',
      /perhaps a proxy's page/,
    ],
    [
      'the page of an error',
      () => [`clickhouse://127.0.0.1:${portOf(1)}/default/demo`],
      'noInput',
      /perhaps a proxy's page/,
    ],
    ['half an answer', () => [`clickhouse://127.0.0.1:${portOf(2)}/default/demo`], 'noInput', /connection was cut/],
  ];

  it.each(faults)('of %s', async (what, args, kind, fix) => {
    const inside = folder();
    const given = await args();
    for (const [name, yaml] of Object.entries(YAML)) writeFileSync(join(all, name), yaml);
    const settings = given.map((one) => (Object.hasOwn(YAML, one) ? join(all, one) : one));
    const password = given[0]?.includes('@') !== true ? '' : what.includes('password') ? 'wrong' : 's3cret';
    const env = { ...process.env, GESTURE_CLICKHOUSE_PASSWORD: password };
    const { code, stderr } = await start(inside.path, ['features', ...settings, '--out', 'users.csv'], { env }).end;
    expect({ code, stderr }).toEqual({ code: EXIT[kind], stderr: expect.stringMatching(fix) });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(inside.files()).toEqual(kind === 'data' && what.startsWith('times') ? ['rejected_events.csv'] : []);
  });

  it('of too small a server is of the settings, and tells nobody what is in the query', async () => {
    const inside = folder();
    const ids = Array.from({ length: 30_000 }, (_, i) => `secret_${i},user_${i}`);
    writeFileSync(join(inside.path, 'map.csv'), `anonymous_id,user_id\n${ids.join('\n')}\n`);
    writeFileSync(join(inside.path, 'gesture.yaml'), 'events: {identity: {column: username, map: map.csv}}\n');
    const ask = (user: string) =>
      start(inside.path, ['features', at('default/demo', user), '--out', 'users.csv'], {
        env: { ...process.env, GESTURE_CLICKHOUSE_PASSWORD: user === '' ? '' : 's3cret' },
      }).end;
    const { code, stderr } = await ask('reader@');
    expect({ code, stderr }).toEqual({
      code: EXIT.usage,
      stderr: expect.stringContaining('let this user change settings'),
    });
    expect(stderr).not.toContain('secret_');
    expect(await ask('')).toMatchObject({ code: 0 });
  });

  it('of an address does not keep its run from being recorded', async () => {
    const inside = folder();
    await start(inside.path, ['features', `${at('default/demo')}/`, '--out', 'users.csv']).end;
    const record: unknown = JSON.parse(readFileSync(join(inside.path, 'users.run.json'), 'utf8'));
    expect(record).toMatchObject({ inputs: [], table: { address: at('default/demo'), rows: rows.length } });
  });

  it('of an interrupted run ends the query on the server too', async () => {
    await server.query(
      `CREATE VIEW default.slow AS SELECT * FROM default.demo WHERE sleepEachRow(0.01) = 0 SETTINGS max_block_size = 10`,
    );
    const inside = folder();
    const { child, end } = start(inside.path, ['features', at('default/slow'), '--out', 'users.csv']);
    const running = async (): Promise<number> =>
      Number(
        await server.query(
          "SELECT count() FROM system.processes WHERE query LIKE '%slow%' AND query NOT LIKE '%system.processes%'",
        ),
      );
    while ((await running()) === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill('SIGINT');
    expect((await end).code).toBe(EXIT.interrupted);
    const since = Date.now();
    while ((await running()) > 0 && Date.now() - since < 5000) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(Date.now() - since).toBeLessThan(2000);
    expect(inside.files()).toEqual([]);
  });
});
