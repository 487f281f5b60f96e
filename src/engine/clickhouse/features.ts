/**
 * Features of a table of ClickHouse: the server measures, and its rows are written as they come. Several queries look at
 * the table before, and a server can be set to answer in part without a word; so everything is counted twice.
 */
import { clickhouse } from '../../sql/clickhouse.js';
import { eventTypes } from '../../sql/clickhouseQueries.js';
import { literal } from '../../sql/clickhouseText.js';
import { unreadableCsv } from '../../intake/rejected.js';
import { writeText } from '../../io/output.js';
import { isoSeconds } from '../../text/instants.js';
import { counted, percent } from '../../text/numbers.js';
import { suggestTimestamp } from '../../text/suggestTimestamp.js';
import { type Accounts, type Job, onlyLater, PHASES, rejectedOver, TooManyRejected } from '../aggregate.js';
import { eventTypesFrom, type EventTypes, isUsed } from '../eventTypes.js';
import type { Outcome } from '../features.js';
import { headerNotices } from '../notices.js';
import { asWarnings } from '../warnings/finding.js';
import type { Server } from './client.js';
import { type Ask, LISTED, listRejected, listUnreadable } from './looks.js';
import { onShards, prepare, type Prepared, type TableRequest } from './prepare.js';
import { requireShards } from './table.js';
import { findWarnings } from './warnings.js';
import { queryOf, slicesOf, writeSessions, writeUsers } from './write.js';

/** Refuses a table of which too much is rejected or unreadable, as of a file. */
const checkLimits = (
  { maxRejected: limit }: Job,
  name: string,
  { read, rejected }: Pick<Accounts, 'read' | 'rejected'>,
  found: {
    readonly faults: Outcome['faults'];
    readonly timestamps: readonly string[];
    readonly unreadable: Outcome['unreadable'];
  },
): void => {
  const [first] = found.faults;
  if (first !== undefined && rejected > limit * read) {
    const form = found.timestamps.length * 2 > found.faults.length ? suggestTimestamp(found.timestamps) : '';
    throw new TooManyRejected(
      `${name}: ${rejectedOver({ read, rejected }, limit)}; the first: ${first.column} is ${first.reason}. ${form}Fix the rows, or raise --max-rejected`,
      found.faults,
    );
  }
  const worst = found.unreadable.find(({ cells }) => cells > limit * read);
  if (worst === undefined) return;
  throw new TooManyRejected(
    `${name}: ${worst.column} cannot be read in ${counted(worst.cells, 'row')} of ${read}, over the limit of ${percent(limit, 1)}; the first: ${JSON.stringify(worst.cell.slice(0, 60))} is ${worst.reason}. Fix the cells, or raise --max-rejected`,
    found.faults,
  );
};

/** The query that measures the users of a table, as SQL to read. */
export const queryOfTable = async (server: Server, request: TableRequest): Promise<string> => {
  const prepared = await prepare(server, request);
  const slices = await slicesOf((sql) => server.rows(onShards(prepared.table, sql)), prepared, request.slices);
  return slices.map((slice) => `${queryOf(prepared, slice, [])};\n`).join('\n');
};

const typesOf = async (ask: Ask, { source, used }: Prepared): Promise<EventTypes> => {
  const most = 10_000;
  const rows = await ask(eventTypes(used.rows, most));
  const isUsedType = isUsed(clickhouse, source.plan);
  const names = [...new Set(rows.map(([, ours]) => ours ?? ''))];
  const list = names.map(literal).join(', ');
  const asked =
    names.length === 0
      ? []
      : await ask(`SELECT DISTINCT event_type FROM (SELECT arrayJoin([${list}]) AS event_type) WHERE ${isUsedType}`);
  const usedTypes = new Set(asked.map(([type]) => type));
  const all = new Map<string, { theirs: string; type: string; events: number; used: boolean }>();
  for (const [theirs, ours, n] of rows) {
    const key = JSON.stringify([theirs, ours]);
    const before = all.get(key)?.events ?? 0;
    all.set(key, {
      theirs: theirs ?? '',
      type: ours ?? '',
      events: before + Number(n),
      used: usedTypes.has(ours ?? ''),
    });
  }
  return eventTypesFrom([...all.values()].toSorted((a, b) => b.events - a.events || (a.theirs < b.theirs ? -1 : 1)));
};

/**
 * Computes the user_features.csv of a table into the file `to`.
 *
 * @throws Failure for a table that cannot be used, or an answer that is not complete
 */
export const computeTable = async (server: Server, request: TableRequest, to: string): Promise<Outcome> => {
  const { watch } = request;
  const prepared = await prepare(server, request);
  const { table, job, source, look, accounts, asOf, used } = prepared;
  const { name } = table.log;
  const ask: Ask = (sql) => server.rows(onShards(table, sql));
  const none = { faults: [], timestamps: [] };
  const rejected = accounts.rejected === 0 ? none : await listRejected(ask, source, name);
  const names = new Map([...job.aliases].map(([column, alias]) => [alias, column]));
  const unreadable = await listUnreadable(ask, source, look.unreadable, names, name);
  checkLimits(job, name, accounts, { ...rejected, unreadable: unreadable.columns });
  if (accounts.used + accounts.excluded === 0 && accounts.later > 0) throw onlyLater(asOf, accounts);
  watch?.phase(2, PHASES[2]);
  const slices = await slicesOf(ask, prepared, request.slices);
  watch?.phase(3, PHASES[3]);
  const written = await writeUsers(server, prepared, slices, to);
  if (request.sessions !== undefined) await writeSessions(server, prepared, request.sessions);
  if (request.unreadable !== undefined && unreadable.cells.length > 0)
    await writeText(request.unreadable, unreadableCsv(unreadable.cells));
  if (table.cluster !== undefined) await requireShards(server, table.cluster);
  const types = await typesOf(ask, prepared);
  const findings = await findWarnings(ask, prepared, types, written.idle);
  const listed = accounts.rejected > LISTED ? [`${name}: of the rejected rows the first ${LISTED} are listed`] : [];
  return {
    accounts,
    faults: rejected.faults,
    users: written.users,
    sessions: written.sessions,
    asOf: accounts.used === 0 ? undefined : isoSeconds(asOf),
    excluded: used.excluded,
    types,
    unreadable: unreadable.columns,
    notices: [
      ...(table.merges ? [`${name}: read with FINAL, as its engine will have merged the rows`] : []),
      ...headerNotices([table.log]),
      ...listed,
    ],
    warnings: await asWarnings(findings, job.config),
  };
};
