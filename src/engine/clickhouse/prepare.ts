/** From a request to what the users of a table are measured from: everything is looked at, and counted, before. */
import { Failure, messageOf } from '../../model.js';
import type { Source } from '../../sql/clickhouseRows.js';
import { literal, matches } from '../../sql/clickhouseText.js';
import { tableCells } from '../../sql/clickhouseTable.js';
import { byBytes } from '../../text/bytes.js';
import { type Accounts, type Job, PHASES, type Request, sum } from '../aggregate.js';
import { readMap } from '../identity.js';
import { jobOf, refusePatterns } from '../job.js';
import type { Server } from './client.js';
import { type Ask, type Copies, findBots, findCopies, findUsed, type Look, lookAt, type Used } from './looks.js';
import { openTable, requireShards, type Table } from './table.js';

/** What is asked of a table besides a request for logs. */
export interface TableRequest extends Request {
  /** How many parts the users are measured in, one after the other. */
  readonly slices: number;
}

/** Everything that is known about a table before its users are measured. */
export interface Prepared {
  readonly table: Table;
  readonly job: Job;
  readonly source: Source;
  readonly look: Look;
  readonly copies: Copies;
  readonly used: Used;
  readonly asOf: bigint;
  readonly accounts: Accounts;
}

/** Runs a query where the rows are: on the server, or on each shard. */
export const onShards = ({ cluster }: Table, sql: string): string =>
  cluster === undefined ? sql : `SELECT * FROM cluster(${literal(cluster)}, view(${sql}))`;

const countRows = async (server: Server, { whole, merges }: Table): Promise<number> =>
  Number((await server.rows(`SELECT toString(count()) FROM ${whole}${merges ? ' FINAL' : ''}`))[0]?.[0] ?? 0);

/** What to say of an answer that lacks something. */
export const incomplete = ({ address }: Server, what: string): Failure =>
  new Failure(
    'data',
    `${address.name}: ${what}: the table changed meanwhile (name an earlier --as-of), or the server is set to answer in part: check limit, max_result_rows, *_overflow_mode and skip_unavailable_shards of this user`,
  );

/** Throws what a server says of a regular expression that it cannot read, as short as the other engine. */
const throwReason = (error: unknown): never => {
  const [, reason] = /error: (.+?)\. Look at /s.exec(error instanceof Failure ? messageOf(error.cause) : '') ?? [];
  throw reason === undefined ? error : new Error(reason);
};

/** Opens a table and plans what is measured. */
const open = async (server: Server, request: Request): Promise<Pick<Prepared, 'table' | 'job' | 'source'>> => {
  const { config } = request;
  await refusePatterns(config, async (pattern) => {
    await server.rows(`SELECT ${matches("''", pattern)}`).catch(throwReason);
  });
  const table = await openTable(server, config);
  const planned = jobOf(request, [table.log], table.aliases);
  const cells = tableCells(table.log, table.columns, planned.numbers);
  const { rules } = planned.plan;
  const mayHoldNul = new Set([...rules.mayHoldNul].filter((column) => !cells.typed.has(column)));
  const plan = { ...planned.plan, rules: { ...rules, mayHoldNul, typed: cells.typed } };
  const pairs = planned.identity && config.identityMap !== undefined ? await readMap(config.identityMap) : [];
  const source: Source = {
    from: table.from,
    merges: table.merges,
    reading: table.log.reading,
    cells,
    plan,
    numbers: planned.numbers,
    mapped: planned.identity ? firstOf(pairs) : undefined,
    exclude: config.exclude,
    isBot: () => 'false',
  };
  return { table, job: { ...planned, plan }, source };
};

/** Each anonymous id with its first user in byte order. */
const firstOf = (pairs: readonly (readonly string[])[]): ReadonlyMap<string, string> => {
  const users = new Map<string, string>();
  for (const [id = '', user = ''] of pairs) {
    const before = users.get(id);
    if (before === undefined || byBytes(user, before) < 0) users.set(id, user);
  }
  return users;
};

/** Looks at a table until it is known what its users are measured from. */
export const prepare = async (server: Server, request: TableRequest): Promise<Prepared> => {
  const { watch } = request;
  const { table, job, source: first } = await open(server, request);
  if (table.cluster !== undefined) await requireShards(server, table.cluster);
  const ask: Ask = (sql) => server.rows(onShards(table, sql));
  const before = await countRows(server, table);
  watch?.phase(1, PHASES[1]);
  const look = await lookAt(ask, first, job.asOf);
  const { counts } = look;
  const read = counts.rows;
  const after = await countRows(server, table);
  if (read < before || read > after)
    throw incomplete(server, `it was read to ${read} of ${Math.max(before, after)} rows`);
  watch?.rows(read);
  const isBot = job.config.exclude?.bots === true && job.plan.rules.columns.includes('user_agent');
  const source = isBot ? { ...first, isBot: await findBots(ask, first, look.seen, server.room) } : first;
  const copies = await findCopies(ask, source, look.seen, job.asOf, { parts: request.slices, room: server.room });
  const known: Look = {
    ...look,
    facts: { ...look.facts, uniqueIds: copies.shared === 0 },
    seen: { ...look.seen, repeated: copies.repeated },
  };
  const used = await findUsed(ask, source, known, job.asOf, {
    copies: copies.copies - copies.later,
    room: server.room,
  });
  const excluded = sum(used.excluded.map(({ events }) => events));
  const accounts: Accounts = {
    read,
    used: counts.events - (copies.copies - copies.later) - (excluded - counts.left),
    rejected: counts.rejected,
    duplicate: copies.copies,
    withoutUser: counts.withoutUser,
    excluded,
    later: counts.later - copies.later,
  };
  if (read !== sum(Object.values(accounts)) - read)
    throw incomplete(server, `the rows do not add up (${JSON.stringify(accounts)})`);
  return { table, job, source, look: known, copies, used, asOf: job.asOf ?? used.last, accounts };
};
