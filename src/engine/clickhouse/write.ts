/** Writes what a server measures as it comes, and proves that nothing is missing in it. */
import type { ClickHouseSettings } from '@clickhouse/client';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { cannotWrite } from '../../io/cannotWrite.js';
import { writeText } from '../../io/output.js';
import { csvLine } from '../../io/row.js';
import { Failure } from '../../model.js';
import { PROOF, sampledUsers, tableOfSessions, tableOfUsers } from '../../sql/clickhouseQueries.js';
import { TABLE } from '../../sql/clickhouseTable.js';
import { literal, quoted } from '../../sql/clickhouseText.js';
import { type Slice, sliceOf } from '../../sql/clickhouseUsed.js';
import { byBytes } from '../../text/bytes.js';
import { doubtfulFeatures } from '../warnings/features.js';
import type { Server } from './client.js';
import { cellsOf, csvOf } from './lines.js';
import type { Ask } from './looks.js';
import { incomplete, onShards, type Prepared } from './prepare.js';

/** The query of the table of users, of a part of them. `proof`: the columns at its end that prove that nothing is missing. */
export const queryOf = (
  { table, source, look, used, asOf }: Prepared,
  slice: Slice,
  proof: readonly string[] = PROOF,
): string => {
  const query = tableOfUsers(source, look.facts, asOf, sliceOf(used.rows, asOf, slice), proof);
  return table.cluster === undefined
    ? query
    : `SELECT * FROM cluster(${literal(table.cluster)}, view(${query})) ORDER BY user_id`;
};

/** Divides the users into parts with about as many events each. */
export const slicesOf = async (ask: Ask, { used }: Prepared, parts: number): Promise<Slice[]> => {
  if (parts === 1) return [{ from: undefined, to: undefined }];
  const sample = (await ask(sampledUsers(used.rows))).map(([user]) => user ?? '');
  const sorted = sample.toSorted(byBytes);
  const bounds = Array.from({ length: parts - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / parts)]);
  const different = [...new Set(bounds.filter((bound) => bound !== undefined))];
  return [undefined, ...different].map((from, i) => ({ from, to: different[i] }));
};

/** Aggregation of a table in the order of users: small blocks keep small what is under way, at no cost. */
const IN_ORDER: ClickHouseSettings = {
  optimize_aggregation_in_order: 1,
  aggregation_in_order_max_block_bytes: '2000000',
  max_block_size: '8192',
};

/** Settings that save memory in a table in the order of users, and traffic between shards, where the server lets them be set. */
const settingsFor = ({ table, source }: Prepared): ClickHouseSettings => {
  const sorted = source.cells.places.get('user_id')?.[0] === `${TABLE}.${quoted(table.sortedBy)}`;
  return {
    ...(sorted && source.mapped === undefined ? IN_ORDER : {}),
    // Users come as text, which this makes a third smaller on its way between servers.
    ...(table.cluster === undefined ? {} : { network_compression_method: 'zstd' }),
  };
};

/** What the rows of users add up to. */
export interface Written {
  readonly users: number;
  readonly sessions: number;
  /** Own features that have no value for anybody. */
  readonly idle: ReadonlySet<string>;
}

/** Writes the table of users, and proves that nothing is missing in it. */
export const writeUsers = async (
  server: Server,
  prepared: Prepared,
  slices: readonly Slice[],
  to: string,
): Promise<Written> => {
  const { job, accounts, table } = prepared;
  const file = createWriteStream(to, { highWaterMark: 1 << 18 });
  const broken = finished(file);
  broken.catch(() => {});
  let [users, events, ofSessions, sessions] = [0, 0, 0, 0];
  let last: Buffer | undefined;
  const doubtful = doubtfulFeatures(job);
  const places = new Map(Object.keys(job.plan.features).map((name, i) => [name, i + 1]));
  const doubt = (line: string): void => {
    const cells = cellsOf(line);
    for (const [name, zeroIsNone] of doubtful) {
      const cell = cells[places.get(name) ?? 0] ?? null;
      if (cell !== null && !(zeroIsNone && cell === '0')) doubtful.delete(name);
    }
  };
  const check = (line: string, numbers: readonly number[]): void => {
    const cell = line.slice(0, line.indexOf('\t'));
    const id = Buffer.from(cell.includes('\\') ? (cellsOf(cell)[0] ?? '') : cell);
    const order = last === undefined ? -1 : Buffer.compare(last, id);
    if (order === 0 && table.cluster !== undefined) {
      throw new Failure(
        'data',
        `${server.address.name}: the events of user ${JSON.stringify(String(id))} are on several shards: distribute the table by user, cityHash64(user_id) for example`,
      );
    }
    if (order >= 0) throw incomplete(server, 'users are out of order');
    last = id;
    users += 1;
    const [own = 0, inSessions = 0, n = 0] = numbers;
    events += own;
    ofSessions += inSessions;
    sessions += n;
  };
  try {
    file.write(csvLine(['user_id', ...Object.keys(job.plan.features)]));
    let lines = '';
    for (const slice of slices) {
      for await (const answer of server.stream(queryOf(prepared, slice), settingsFor(prepared))) {
        for (const line of answer) {
          const { csv, numbers } = csvOf(line, PROOF.length);
          check(line, numbers);
          if (doubtful.size > 0) doubt(line);
          lines += csv;
        }
        if (lines.length < 1 << 16) continue;
        const hasRoom = file.write(lines);
        lines = '';
        if (!hasRoom) await Promise.race([once(file, 'drain'), broken]);
      }
    }
    file.end(lines);
    await broken;
  } catch (error) {
    file.destroy();
    throw cannotWrite(to, error);
  }
  if (events !== accounts.used || ofSessions !== accounts.used) {
    throw incomplete(server, `its users have ${events} events and their sessions ${ofSessions}, of ${accounts.used}`);
  }
  return { users, sessions, idle: new Set(doubtful.keys()) };
};

const SESSION_HEADER = 'user_id,session_id,start,end,events,duration_sec,device,is_repeat,is_bounce,is_spam\n';

/** Writes the table of sessions, in the order of users and time. */
export const writeSessions = async (
  server: Server,
  { table, source, look, used, asOf }: Prepared,
  to: string,
): Promise<void> => {
  const all = sliceOf(used.rows, asOf, { from: undefined, to: undefined });
  const query = onShards(table, tableOfSessions(source, look.facts, all));
  const lines = async function* (): AsyncGenerator<string> {
    yield SESSION_HEADER;
    for await (const answer of server.stream(`${query} ORDER BY user_id, "start", session_id`))
      yield answer.map((line) => csvLine(cellsOf(line))).join('');
  };
  await writeText(to, lines());
};
