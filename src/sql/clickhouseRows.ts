/**
 * The rows of a table of ClickHouse, from as they are to those that are used: one relation after the other, each with a name
 * in a WITH, since a reader may make no tables. Whatever is not there to be found is not looked for; `Seen` says what was.
 */
import type { Exclusions, Reading } from '../config/settings.js';
import { isWhere } from '../intake/bind.js';
import { NOT_UTF8 } from '../intake/records.js';
import { ANONYMOUS_ID, REQUIRED_COLUMNS } from '../model.js';
import { firstFault, inOrder, readableCells, unreadableReasons } from './cells.js';
import { clickhouse } from './clickhouse.js';
import { TABLE, type TableCells } from './clickhouseTable.js';
import { literal } from './clickhouseText.js';
import type { IsBot } from './exclude.js';
import type { Plan } from './plan.js';
import { orderOfCopies, SAME_EVENT } from './query.js';
import { isNullWord, readRows, ROW, wordsOf } from './reading.js';
import { identifier } from './text.js';

/** A relation: its name, and the steps that lead to it, as they stand in a WITH. */
export interface Relation {
  readonly name: string;
  readonly steps: readonly string[];
}

/** The relation that follows from another by SQL. */
export const followedBy = (
  { name: before, steps }: Relation,
  name: string,
  sql: (before: string) => string,
): Relation => ({
  name,
  steps: [...steps, `${name} AS (${sql(before)})`],
});

/** A query of a relation. */
export const queryOf = ({ name, steps }: Relation, sql: (name: string) => string): string =>
  `WITH ${steps.join(',\n')}\n${sql(name)}`;

/** A table, and what is asked of it. */
export interface Source {
  /** The name of the table in SQL. */
  readonly from: string;
  /** Whether its rows are merged as the server would merge them one day. */
  readonly merges: boolean;
  readonly reading: Reading;
  readonly cells: TableCells;
  readonly plan: Plan;
  readonly numbers: ReadonlySet<string>;
  /** Who is who beside what the table says, if anonymous ids are resolved. */
  readonly mapped: ReadonlyMap<string, string> | undefined;
  readonly exclude: Exclusions | undefined;
  readonly isBot: IsBot;
}

/** What was found in the rows of a table. */
export interface Seen {
  /** Whether a row is rejected, belongs to nobody, or is left out by a condition. */
  readonly rejected: boolean;
  readonly unowned: boolean;
  readonly left: boolean;
  /** Columns without an unknown cell in the rows that are used. */
  readonly complete: ReadonlySet<string>;
  /** Columns with a cell that cannot be read. */
  readonly unreadable: ReadonlySet<string>;
  /** Their event types that are ours under another name -> ours; undefined: they were not listed. */
  readonly names: ReadonlyMap<string, string> | undefined;
  /** Whether an anonymous id stands for several users. */
  readonly several: boolean;
  /** SQL of the hashes of ids of events that are there twice, as a list or a query of rows; undefined: there are none. */
  readonly repeated: ((rows: string) => string) | undefined;
}

/** Why a row is rejected: the column and the words for it. */
export const FAULT = { column: '#fault', reason: '#reason' } as const;

/** The name of the column that says why a cell cannot be read. */
export const whyUnreadable = (column: string): string => `#unreadable ${column}`;

const ID = identifier(ANONYMOUS_ID);

/** Columns with one place, whose text is as it is in the table. */
const isSingle = ({ cells }: Source, column: string): boolean => cells.places.get(column)?.length === 1;

/** True of a user that groups without a change, so that a table in the order of users is aggregated in that order. */
const isBare = (source: Source, seen: Seen | undefined): boolean =>
  seen !== undefined && source.mapped === undefined && isSingle(source, 'user_id') && !seen.left;

/** Columns that decide whether a row is used. */
const DECISIVE: readonly string[] = [...REQUIRED_COLUMNS, ANONYMOUS_ID];

/** Columns of which every cell is known. Of rejected rows those that place a row need not be. */
const plainColumns = (source: Source, seen: Seen | undefined): Set<string> => {
  const known = [...(seen?.complete ?? [])].filter(
    (column) =>
      isSingle(source, column) &&
      !isWhere(column) &&
      (!DECISIVE.includes(column) || (seen?.rejected === false && !seen.unowned)),
  );
  return new Set([...source.cells.typed, ...known, ...(isBare(source, seen) ? ['user_id'] : [])]);
};

/** SQL of the event type in our words, from those that the table was found to have. */
const oursOf = ({ cells }: Source, seen: Seen | undefined): string | undefined => {
  const names = seen?.names;
  if (names === undefined || names.size === 0 || !cells.places.has('event_type')) return undefined;
  const list = (words: Iterable<string>): string => `[${[...words].map(literal).join(', ')}]`;
  const cell = 'cells."event_type"';
  return `transform(${cell}, ${list(names.keys())}, ${list(names.values())}, ${cell})`;
};

/**
 * All rows, with `t` and the columns of ROW.
 *
 * @param names whether event types are translated one by one
 * @param also further columns of the table
 */
export const allRows = (
  source: Source,
  seen?: Seen,
  { names = false, also = [] as readonly string[] } = {},
): Relation => {
  const { reading, cells, numbers } = source;
  const from = `${source.from} AS ${TABLE}${source.merges ? ' FINAL' : ''}`;
  const plain = plainColumns(source, seen);
  const places = new Map(
    [...cells.places].map(([column, at]) => {
      const known = at.map((place) => {
        if (!plain.has(column)) return `nullIf(${place}, '')`;
        if (!cells.nullable.has(column)) return place;
        if (column === 'user_id' && seen !== undefined) return `ifNull(${place}, '')`;
        return seen?.complete.has(column) === true ? `assumeNotNull(${place})` : place;
      });
      return [column, known] as const;
    }),
  );
  const ours = oursOf(source, seen);
  const look = {
    words: true,
    noted: false,
    names: names || ours !== undefined || (seen !== undefined && seen.names === undefined),
  };
  const typed = cells.instant === undefined ? [] : [`${cells.instant} AS "#instant"`];
  const instant = cells.instant === undefined ? undefined : '"#instant"';
  const options = { numbers, also: [...also, ...typed], look, plain, pointed: cells.pointed, ours, instant };
  return {
    name: 'all_rows',
    steps: [`all_rows AS (${readRows(clickhouse, reading, places, from, options)})`],
  };
};

/** For a row that is rejected: the column at fault, and the reason in words. The server takes any bytes for text. */
const faultOf = ({ plan, cells }: Source): { column: string; reason: string } => {
  const { rules } = plan;
  const { column, reason } = firstFault(clickhouse, rules);
  const texts = inOrder(rules.columns).filter((name) => !cells.typed.has(name) && name !== 'timestamp');
  if (texts.length === 0) return { column, reason };
  const valid = (name: string): string => `isValidUTF8(${identifier(name)})`;
  const whens = texts.map((name) => `WHEN NOT ${valid(name)} THEN ${literal(name)}`);
  return {
    column: `CASE ${whens.join(' ')} ELSE ${column} END`,
    reason: `CASE WHEN NOT (${texts.map((name) => `ifNull(${valid(name)}, 1)`).join(' AND ')}) THEN ${literal(NOT_UTF8)} ELSE ${reason} END`,
  };
};

/** All rows with the fault of each, and why cells cannot be read: what a first look at a table is made from. */
export const checkedRows = (source: Source, rows: Relation): Relation => {
  const { rules } = source.plan;
  const { column, reason } = faultOf(source);
  const ofKept = (sql: string): string => `CASE WHEN ${identifier(ROW.left)} IS NULL THEN ${sql} END`;
  const reasons = [...unreadableReasons(clickhouse, rules)].map(
    ([name, why]) => `${why} AS ${identifier(whyUnreadable(name))}`,
  );
  const faults = [
    `${ofKept(column)} AS ${identifier(FAULT.column)}`,
    `${ofKept(reason)} AS ${identifier(FAULT.reason)}`,
  ];
  return followedBy(rows, 'checked', (all) => `SELECT ${['*', ...faults, ...reasons].join(',\n    ')} FROM ${all}`);
};

/** The rows that can be placed, with the cells that can be read. */
export const acceptedRows = (source: Source, seen: Seen): Relation => {
  const { rules } = source.plan;
  const { column } = faultOf(source);
  const all = allRows(source, seen);
  const faultless = [
    ...(seen.left ? [`${identifier(ROW.left)} IS NULL`] : []),
    ...(seen.rejected ? [`${column} IS NULL`] : []),
  ];
  const placed =
    faultless.length === 0
      ? all
      : followedBy(all, 'placed', (rows) => `SELECT * FROM ${rows} WHERE ${faultless.join(' AND ')}`);
  // Numbers are respelled even if all can be read.
  const respelled = [...source.numbers].filter((name) => !source.cells.typed.has(name));
  const checked = new Set([...seen.unreadable, ...respelled]);
  const sure = new Set(respelled.filter((name) => !seen.unreadable.has(name)));
  const typed = new Set([...(rules.typed ?? []), ...rules.columns.filter((name) => !checked.has(name))]);
  const calculated = new Set([...rules.calculated].filter((name) => checked.has(name)));
  const readable = readableCells(clickhouse, { ...rules, typed, calculated }, sure).map(
    ([name, cell]) => `${cell} AS ${identifier(name)}`,
  );
  const replaced = ['assumeNotNull(t) AS t', ...readable].join(',\n    ');
  return followedBy(placed, 'accepted', (rows) => `SELECT * REPLACE (${replaced}) FROM ${rows}`);
};

/** SQL of a relation of anonymous ids and the users that each was seen with, in order, as `#seen`. */
const seenUsers = (rows: string, asOf: bigint | undefined, several: boolean): string => {
  const early = asOf === undefined ? '' : ` AND links.t <= ${asOf}`;
  const where = `links.user_id IS NOT NULL AND links.${ID} IS NOT NULL${early}`;
  const user = 'assumeNotNull(links.user_id)';
  if (!several)
    return `SELECT ${ID}, [(toInt64(0), min(${user}))] AS "#seen" FROM ${rows} AS links WHERE ${where} GROUP BY ${ID}`;
  return `SELECT ${ID}, arraySort(groupArray((at, user))) AS "#seen" FROM
    (SELECT ${ID}, links.t AS at, min(${user}) AS user FROM ${rows} AS links WHERE ${where} GROUP BY ${ID}, at) GROUP BY ${ID}`;
};

/** SQL: how many anonymous ids were seen with several users. */
export const severalUsers = (source: Source, seen: Seen, asOf: bigint | undefined): string => {
  const early = asOf === undefined ? '' : ` AND t <= ${asOf}`;
  return queryOf(
    acceptedRows(source, seen),
    (
      rows,
    ) => `SELECT toString(count()) FROM (SELECT ${ID} FROM ${rows} WHERE user_id IS NOT NULL AND ${ID} IS NOT NULL${early}
    GROUP BY ${ID} HAVING min(user_id) <> max(user_id))`,
  );
};

/** Rows with their users: their own, or that of the anonymous id at that time, or the anonymous id itself. */
const resolvedRows = (source: Source, accepted: Relation, seen: Seen, asOf: bigint | undefined): Relation => {
  const mapped = [...(source.mapped ?? [])];
  const list = (nth: 0 | 1): string => `[${mapped.map((pair) => literal(pair[nth])).join(', ')}]`;
  const id = `accepted.${ID}`;
  const known = mapped.length === 0 ? [] : [`nullIf(transform(ifNull(${id}, ''), ${list(0)}, ${list(1)}, ''), '')`];
  const next = `nullIf(arrayFirst(one -> one.1 >= accepted.t, "#seen").2, '')`;
  const last = `nullIf("#seen"[-1].2, '')`;
  const user = `coalesce(${['accepted.user_id', ...known, ...(seen.several ? [next] : []), last, id].join(', ')})`;
  const links = followedBy(accepted, 'links', (rows) => seenUsers(rows, asOf, seen.several));
  return followedBy(
    links,
    'resolved',
    () => `SELECT * REPLACE (${user} AS user_id) FROM accepted LEFT JOIN links USING (${ID})`,
  );
};

/** The accepted rows that belong to somebody. */
export const ownedRows = (source: Source, seen: Seen, asOf: bigint | undefined): Relation => {
  const accepted = acceptedRows(source, seen);
  const rows = source.mapped === undefined ? accepted : resolvedRows(source, accepted, seen, asOf);
  if (!seen.unowned && source.mapped === undefined) return accepted;
  const words = source.cells.typed.has('user_id') ? [] : wordsOf('user_id', source.reading);
  const owned = isBare(source, seen)
    ? `NOT ${isNullWord(clickhouse, 'user_id', ['', ...words])}`
    : 'user_id IS NOT NULL';
  return followedBy(rows, 'owned', (all) => `SELECT * FROM ${all} WHERE ${owned}`);
};

/** The hash by which ids are told apart, and listed: the cells of customers are in no query. */
export const HASHED_ID = 'sipHash64(assumeNotNull(event_id))';

/** Rows without second rows of one event. */
const withoutDuplicates = ({ plan }: Source, rows: Relation, repeated: Seen['repeated']): Relation => {
  if (repeated === undefined) return rows;
  const once = (
    all: string,
    ids: string,
  ): string => `SELECT * FROM ${all} WHERE event_id IS NULL OR ${HASHED_ID} NOT IN (${ids})
    UNION ALL SELECT * FROM (SELECT * FROM ${all} WHERE event_id IS NOT NULL AND ${HASHED_ID} IN (${ids}) ORDER BY ${orderOfCopies(plan.rules)} LIMIT 1 BY ${SAME_EVENT.join(', ')})`;
  return followedBy(rows, 'each_once', (all) => once(all, repeated(all)));
};

/** The events up to as-of, each once. */
export const earlyRows = (source: Source, seen: Seen, asOf: bigint | undefined): Relation => {
  const known = withoutDuplicates(source, ownedRows(source, seen, asOf), seen.repeated);
  return asOf === undefined ? known : followedBy(known, 'early', (rows) => `SELECT * FROM ${rows} WHERE t <= ${asOf}`);
};
