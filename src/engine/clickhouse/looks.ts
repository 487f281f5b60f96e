/** What a table is found to be like, before its users are measured: counts, facts and doubts. */
import type { Fault, UnreadableCell } from '../../intake/faults.js';
import {
  allEventTypes,
  countedCopies,
  differentIds,
  excludedByRule,
  firstLook,
  leftByCondition,
  LOOKED,
  lookedColumns,
  rejectedRows,
  listedIds,
  repeatedIds,
  sizeOf,
  unreadableCellsOf,
  userAgents,
} from '../../sql/clickhouseQueries.js';
import { earlyRows, type Relation, type Seen, severalUsers, type Source } from '../../sql/clickhouseRows.js';
import { exclusionOf, hurriedEvents, internalUsers, type Listed, NOT_LISTED } from '../../sql/clickhouseUsed.js';
import { literal } from '../../sql/clickhouseText.js';
import type { Exclusions } from '../../config/settings.js';
import type { IsBot } from '../../sql/exclude.js';
import type { Facts } from '../../sql/plan.js';
import { byBytes } from '../../text/bytes.js';
import { Failure } from '../../model.js';
import { factsFrom, fewNames, sum, type UnreadableColumn } from '../aggregate.js';
import type { Row } from './lines.js';

/** Runs a query on every shard and returns the rows of all. */
export type Ask = (sql: string) => Promise<Row[]>;

/** The sums of the columns of rows: one row of each shard. */
const summed = (rows: readonly Row[]): number[] =>
  (rows[0] ?? []).map((_, i) => sum(rows.map((row) => Number(row[i]))));

/** The largest of the instants that rows have at a place; 0 if there is none. */
const latestAt = (rows: readonly Row[], place: number): bigint =>
  rows.map((row) => BigInt(row[place] ?? '0')).reduce((a, b) => (a > b ? a : b), 0n);

/** The counts of a first look, and what the rows are like. */
export interface Look {
  readonly counts: Readonly<Record<(typeof LOOKED)[number], number>>;
  readonly last: bigint;
  readonly facts: Facts;
  readonly seen: Seen;
  /** Column -> how many of its cells cannot be read. */
  readonly unreadable: ReadonlyMap<string, number>;
}

/** Event types that are translated by a list, at most. */
const MANY_TYPES = 1000;

/** Looks at all rows once, and at the event types. */
export const lookAt = async (ask: Ask, source: Source, asOf: bigint | undefined): Promise<Look> => {
  const rows = await ask(firstLook(source, asOf));
  const { known, checked } = lookedColumns(source);
  const [all = 0, left = 0, rejected = 0, withoutUser = 0, later = 0, events = 0] = LOOKED.map((_, i) =>
    sum(rows.map((row) => Number(row[i]))),
  );
  const counts = { rows: all, left, rejected, withoutUser, later, events };
  const at = LOOKED.length + 2;
  const sums = summed(rows.map((row) => row.slice(at)));
  const devices = [...new Set(rows.flatMap((row) => (row[LOOKED.length + 1] ?? '').split('\0')))].filter(
    (one) => one !== '',
  );
  const sorted = devices.toSorted(byBytes);
  const facts: Facts = {
    ...factsFrom(known, sums, counts.events + counts.later),
    uniqueIds: false,
    devices: fewNames(sorted),
  };
  const unreadable = new Map(
    checked.map((column, i): [string, number] => [column, sums[known.length + i] ?? 0]).filter(([, n]) => n > 0),
  );
  const seen: Seen = {
    rejected: counts.rejected > 0,
    unowned: counts.withoutUser > 0,
    left: counts.left > 0,
    complete: facts.complete,
    unreadable: new Set(unreadable.keys()),
    names: await typeNames(ask, source),
    several: false,
    repeated: undefined,
  };
  const several = source.mapped !== undefined && sum(summed(await ask(severalUsers(source, seen, asOf)))) > 0;
  return { counts, last: latestAt(rows, LOOKED.length), facts, seen: { ...seen, several }, unreadable };
};

/** Their event types with another name of ours; undefined if they are many, or decided by the page. */
const typeNames = async (ask: Ask, source: Source): Promise<ReadonlyMap<string, string> | undefined> => {
  if (source.reading.pages !== undefined || !source.cells.places.has('event_type')) return undefined;
  const types = await ask(allEventTypes(source, MANY_TYPES + 1));
  if (types.length > MANY_TYPES) return undefined;
  return new Map(
    types.flatMap(([theirs, ours]): [string, string][] =>
      theirs === null || theirs === undefined || ours === null || ours === undefined || theirs === ours
        ? []
        : [[theirs, ours]],
    ),
  );
};

/** Copies of events: all, those later than as-of, and ids that stand for several events. */
export interface Copies {
  readonly copies: number;
  readonly later: number;
  readonly shared: number;
  /** SQL of the ids in question; undefined: there are none. */
  readonly repeated: Seen['repeated'];
}

/** How many literals to ask for, one more than a list may have. */
const mostIn = (room: number): number => Math.floor(room / 20) + 1;

/** Literals, if there is room for them. */
const fitting = (literals: readonly string[], room: number): readonly string[] | undefined =>
  literals.length < mostIn(room) && sum(literals.map((one) => one.length)) <= room ? literals : undefined;

/** Finds second rows of one event. `parts`: how many parts the ids are looked at in, one after the other; `room`: for a list in a query. */
export const findCopies = async (
  ask: Ask,
  source: Source,
  seen: Seen,
  asOf: bigint | undefined,
  { parts, room }: { readonly parts: number; readonly room: number },
): Promise<Copies> => {
  const none = { copies: 0, later: 0, shared: 0, repeated: undefined };
  if (!source.plan.rules.columns.includes('event_id')) return none;
  let isUnique = true;
  for (let part = 0; part < parts && isUnique; part++) {
    const found = await ask(differentIds(source, seen, part, parts));
    isUnique = found.every(([ids, different]) => ids === different);
  }
  if (isUnique) return none;
  const [copies = 0, later = 0, shared = 0] = summed(await ask(countedCopies(source, seen, asOf)));
  if (copies === 0) return { ...none, shared };
  const ids = await ask(listedIds(source, seen, asOf, mostIn(room)));
  const list = fitting(
    ids.map(([id]) => id ?? ''),
    room,
  )?.join(', ');
  return { copies, later, shared, repeated: list === undefined ? repeatedIds : () => list };
};

/** Room for user agents of bots, wherever there is less for other lists. */
const ROOM = 100_000;

/** The test of user agents of known bots. @throws Failure `usage` if there are too many of them for a query */
export const findBots = async (ask: Ask, source: Source, seen: Seen, room: number): Promise<IsBot> => {
  const { isbot } = await import('isbot');
  const agents = await ask(userAgents(source, seen));
  const bots = [...new Set(agents.map(([agent]) => agent ?? ''))].filter((agent) => isbot(agent)).map(literal);
  if (sum(bots.map((bot) => bot.length)) > Math.max(room, ROOM)) {
    throw new Failure(
      'usage',
      `the user agents of ${bots.length} bots do not fit into a query: name patterns in exclude.user_agents instead of exclude.bots`,
    );
  }
  return (agent) => (bots.length === 0 ? 'false' : `${agent} IN (${bots.join(', ')})`);
};

/** The rows that are used, and what the settings exclude. */
export interface Used {
  readonly rows: Relation;
  readonly excluded: readonly { reason: string; events: number }[];
  readonly last: bigint;
}

/** Looks up the users, and then the sessions, of which all rows are excluded. */
const listExcluded = async (
  ask: Ask,
  source: Source,
  exclude: Exclusions,
  facts: Facts,
  early: Relation,
  room: number,
): Promise<Listed> => {
  const asked = internalUsers(source, exclude, early, mostIn(room));
  const users =
    asked === undefined
      ? undefined
      : fitting(
          (await ask(asked)).map(([user]) => literal(user ?? '')),
          room,
        );
  const first: Listed = { ...NOT_LISTED, users };
  if (!exclude.fasterThanHuman) return first;
  const { others } = exclusionOf(source, exclude, facts, early, first);
  const events = await ask(hurriedEvents(source, facts, others, mostIn(room)));
  const rows = events.map(([user, id, at]) => ({
    id,
    sql: `(${literal(user ?? '')}, ${id === null ? at : literal(id ?? '')})`,
  }));
  if (
    fitting(
      rows.map(({ sql }) => sql),
      room,
    ) === undefined
  )
    return first;
  const of = (isNamed: boolean): string[] => rows.filter(({ id }) => (id !== null) === isNamed).map(({ sql }) => sql);
  return { ...first, hurried: { named: of(true), unnamed: of(false) } };
};

/** Finds out what is used: the events up to as-of without what the settings exclude. */
export const findUsed = async (
  ask: Ask,
  source: Source,
  { seen, facts, last, counts }: Look,
  asOf: bigint | undefined,
  { copies, room }: { readonly copies: number; readonly room: number },
): Promise<Used> => {
  const left = counts.left === 0 ? [] : await ask(leftByCondition(source));
  const byCondition = left.map(([reason, n]) => ({ reason: reason ?? '', events: Number(n) }));
  const early = earlyRows(source, seen, asOf);
  if (source.exclude === undefined) return { rows: early, excluded: merged(byCondition), last };
  const listed = await listExcluded(ask, source, source.exclude, facts, early, room);
  const exclusion = exclusionOf(source, source.exclude, facts, early, listed);
  const byRule = exclusion.rules.length === 0 ? [] : await ask(excludedByRule(exclusion));
  const named = byRule.map(([rule, n]) => ({
    reason: exclusion.rules[Number(rule) - 1]?.reason ?? '',
    events: Number(n),
  }));
  const sizes = await ask(sizeOf(exclusion.rows));
  const hurried = counts.events - copies - sum(named.map(({ events }) => events)) - (summed(sizes)[0] ?? 0);
  const fast = hurried > 0 ? [{ reason: 'in a session faster than a human', events: hurried }] : [];
  return { rows: exclusion.rows, excluded: merged([...byCondition, ...named, ...fast]), last: latestAt(sizes, 1) };
};

/** Reasons with their counts, the most frequent first. */
const merged = (counts: readonly { reason: string; events: number }[]): { reason: string; events: number }[] => {
  const all = new Map<string, number>();
  for (const { reason, events } of counts) all.set(reason, (all.get(reason) ?? 0) + events);
  return [...all]
    .map(([reason, events]) => ({ reason, events }))
    .toSorted((a, b) => b.events - a.events || (a.reason < b.reason ? -1 : 1));
};

/** Rejected rows that are listed, at most. */
export const LISTED = 10_000;

/** The rejected rows, as far as they are listed, and the cells of timestamps among them. */
export const listRejected = async (
  ask: Ask,
  source: Source,
  file: string,
): Promise<{ faults: Fault[]; timestamps: string[] }> => {
  const rows = (await ask(rejectedRows(source, LISTED))).slice(0, LISTED);
  return {
    faults: rows.map(([column, reason, raw]) => ({
      file,
      line: 0,
      column: column ?? '',
      reason: reason ?? '',
      raw: raw ?? '',
    })),
    timestamps: rows.flatMap(([column, , , cell]) => (column === 'timestamp' && cell !== null ? [cell ?? ''] : [])),
  };
};

/** Unreadable cells, the most frequent column first, and the ones that are listed. */
export const listUnreadable = async (
  ask: Ask,
  source: Source,
  counts: ReadonlyMap<string, number>,
  names: ReadonlyMap<string, string>,
  file: string,
): Promise<{ columns: UnreadableColumn[]; cells: UnreadableCell[] }> => {
  const columns: UnreadableColumn[] = [];
  const cells: UnreadableCell[] = [];
  for (const [column, n] of [...counts].toSorted(([a, i], [b, j]) => j - i || (a < b ? -1 : 1))) {
    const name = names.get(column) ?? column;
    const rows = (await ask(unreadableCellsOf(source, column, LISTED))).slice(0, LISTED);
    const found = rows.map(([reason, cell]) => ({
      column: name,
      file,
      line: 0,
      reason: reason ?? '',
      cell: cell ?? '',
    }));
    const [first] = found;
    if (first !== undefined) columns.push({ ...first, cells: n });
    cells.push(...found);
  }
  return { columns, cells };
};
