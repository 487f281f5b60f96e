/** A connection to a server: asks, streams, and cancels what it has asked. Nothing here knows what the queries are for. */
import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import type { ClickHouseSettings, QueryParams } from '@clickhouse/client';
import { onInterrupt } from '../../io/interrupt.js';
import { messageOf } from '../../model.js';
import type { Address } from './address.js';
import { ForeignAnswer, translated } from './errors.js';
import { cellsOf, type Row } from './lines.js';
import { readSettings } from './settings.js';

/** An open connection. */
export interface Server {
  readonly address: Address;
  /** Runs a query and returns all of its rows. */
  rows(sql: string): Promise<Row[]>;
  /** How many characters of a list fit into a query: a server reads no more than 256 KB of one, unless it is told to. */
  readonly room: number;
  /** Whether the server leaves out shards that do not answer. */
  readonly skipsShards: boolean;
  /** Runs a query and hands its lines over as they come, some at a time. `settings`: sent only if the server lets this user change some. */
  stream(sql: string, settings?: ClickHouseSettings): AsyncGenerator<string[]>;
}

/** A query that says nothing for hours may still be running: the server's own limit decides. */
const PATIENCE = 2 ** 31 - 1;

/** Characters of a list, where the length of queries may be changed and where not, and that length in bytes. */
const [ROOM, LITTLE_ROOM, LONGEST] = [2_000_000, 40_000, '64000000'];

/** Room for the headers in which a server reports the progress of a long query. */
const HEADERS = 1 << 20;

/**
 * Opens a connection, hands it to `work` and closes it. An interrupted run cancels its query.
 *
 * @param say tells the user about a query that could not be cancelled
 */
export const withServer = async <T>(
  address: Address,
  say: (line: string) => void,
  work: (server: Server) => Promise<T>,
): Promise<T> => {
  // Rows come faster than garbage is collected otherwise: a third less memory, for no more time.
  setFlagsFromString('--optimize-for-size');
  const { createClient, ClickHouseLogLevel } = await import('@clickhouse/client');
  const { url, user, password } = address;
  const client = createClient({
    url,
    username: user,
    password,
    application: 'gesture',
    request_timeout: PATIENCE,
    max_response_headers_size: HEADERS,
    log: { level: ClickHouseLogLevel.OFF },
  });
  let running: string | undefined;
  /** Settings of a user who may change some: 0 anything, 1 nothing, 2 settings. */
  let mayChange = false;

  async function* stream(sql: string, settings: ClickHouseSettings = {}): AsyncGenerator<string[]> {
    const id = randomUUID();
    running = id;
    try {
      const asked: QueryParams = { query: sql, query_id: id };
      if (mayChange) {
        const always = { cancel_http_readonly_queries_on_client_close: 1, max_query_size: LONGEST } as const;
        asked.clickhouse_settings = { ...always, ...settings };
      }
      const answer = await client.query({ ...asked, format: 'TabSeparated' });
      if (!Object.keys(answer.response_headers).some((name) => name.startsWith('x-clickhouse')))
        throw new ForeignAnswer((await answer.text()).slice(0, 500));
      for await (const some of answer.stream()) yield some.map((row) => row.text);
    } catch (error) {
      throw translated(error, address, sql.length);
    } finally {
      if (running === id) running = undefined;
    }
  }
  const rows: Server['rows'] = async (sql) => {
    const all: Row[] = [];
    for await (const some of stream(sql)) all.push(...some.map(cellsOf));
    return all;
  };
  const forget = onInterrupt(async () => {
    const id = running;
    if (id === undefined) return;
    try {
      await client.command({ query: `KILL QUERY WHERE query_id = '${id}' ASYNC` });
    } catch (error) {
      say(
        `the query may still run on the server: end it with KILL QUERY WHERE query_id = '${id}' (${messageOf(error).split('\n')[0]})`,
      );
    }
  });
  try {
    const settings = await readSettings(rows, address);
    mayChange = settings.readonly !== '1';
    const room = mayChange ? ROOM : LITTLE_ROOM;
    return await work({ address, rows, stream, room, skipsShards: settings.skipsShards });
  } finally {
    forget();
    await client.close();
  }
};
