/** ClickHouse in the tests: a real server over real HTTP, or a notice that there is none. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { USERS_XML } from './config.js';
import { folder, isInstalled, library } from './install.mjs';

/** True if there is a server to test with. Without one, tests are skipped, unless it is required. */
export const hasServer = isInstalled();

if (!hasServer && process.env['REQUIRE_CLICKHOUSE'] === '1')
  throw new Error('REQUIRE_CLICKHOUSE=1, but there is no server: run node test/clickhouse/install.mjs');
if (!hasServer) process.stderr.write('no ClickHouse to test with: run node test/clickhouse/install.mjs\n');

/** A running server. */
export interface TestServer {
  readonly http: number;
  readonly tcp: number;
  /** Runs a query, or several, and returns the answer as tab-separated text. `body` is data for an INSERT. */
  query(sql: string, body?: string | Buffer): Promise<string>;
  /** The address of a table. */
  address(table: string, user?: string): string;
  stop(): Promise<void>;
}

/** A port of this machine that nothing listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const at = probe.address();
      probe.close(() => (typeof at === 'object' && at !== null ? resolve(at.port) : reject(new Error('no port'))));
    });
  });

/**
 * Starts a server.
 *
 * @param cluster XML of the cluster that it belongs to
 * @param tcp the native port, if others must know it
 */
export const startServer = async ({
  cluster = '',
  tcp,
}: { cluster?: string; tcp?: number } = {}): Promise<TestServer> => {
  const data = mkdtempSync(join(tmpdir(), 'gesture-clickhouse-'));
  const ports = { http: await freePort(), tcp: tcp ?? (await freePort()) };
  const name = basename(data);
  const [config, users] = [join(data, 'config.xml'), join(data, 'users.xml')];
  writeFileSync(users, USERS_XML);
  writeFileSync(
    config,
    `<clickhouse><users_config>${users}</users_config><macros><name>${name}</name></macros>${cluster}</clickhouse>`,
  );
  const serve = join(import.meta.dirname, 'serve.cjs');
  const child = spawn(
    process.execPath,
    [serve, folder, library, join(data, 'data'), `${ports.http}`, `${ports.tcp}`, '--config-file', config],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (text) => (said += String(text)));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  const query: TestServer['query'] = async (sql, body) => {
    const url = `http://127.0.0.1:${ports.http}/${body === undefined ? '' : `?query=${encodeURIComponent(sql)}`}`;
    const answer = await fetch(url, {
      method: 'POST',
      body: typeof body === 'object' ? new Uint8Array(body) : (body ?? sql),
    });
    // text() would take a byte order mark off the first cell.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await answer.arrayBuffer());
    if (!answer.ok) throw new Error(text);
    return text;
  };
  for (let waited = 0; ; waited += 50) {
    const up = await query("SELECT getMacro('name')").catch(() => undefined);
    if (up?.trim() === name) break;
    if (up !== undefined && tcp === undefined) {
      // Another test has been given the same port meanwhile, and its server answers.
      await stop();
      return startServer({ cluster });
    }
    if (child.exitCode !== null || waited > 60_000) {
      await stop();
      throw new Error(`ClickHouse does not start: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const address = (table: string, user?: string): string =>
    `clickhouse://${user === undefined ? '' : `${user}@`}127.0.0.1:${ports.http}/${table.replace('.', '/')}`;
  return { ...ports, query, address, stop };
};
