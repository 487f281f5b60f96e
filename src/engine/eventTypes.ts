/** Which event types a log has, what they were taken for, and which of them nothing uses. */
import { conditionsIn, eventTypesOf, rowMeasures } from '../catalogue/measures.js';
import type { Plan } from '../sql/plan.js';
import { typeCounts } from '../sql/account.js';
import type { Log } from '../intake/bind.js';
import type { Dialect } from '../sql/dialect.js';
import { duckdb } from '../sql/duckdb.js';
import { isTranslated, ROW } from '../sql/reading.js';
import { identifier } from '../sql/text.js';
import { type Aggregated, count } from './aggregate.js';
import type { Engine } from './duckdb/open.js';
import type { Relation } from './duckdb/relations.js';

/** Event types of a log. */
export interface EventTypes {
  /** Types that no feature, conversion or rule uses, with their number of events; most frequent first. */
  readonly others: readonly { readonly type: string; readonly events: number }[];
  /** Types of the log that were taken for types of ours; most frequent first. */
  readonly renamed: readonly NamedType[];
  /** All types, if they were looked for. */
  readonly all: readonly NamedType[];
}

/** An event type by the log's name and by ours. */
interface NamedType {
  readonly theirs: string;
  readonly type: string;
  readonly events: number;
}

/** SQL: true of an event type, in the column event_type, that some feature or the conversion uses. */
export const isUsed = ({ literal, matches: isMatch }: Dialect, { features }: Plan): string => {
  const measures = rowMeasures(features, 'events').map(([, is]) => is);
  const patterns = measures
    .flatMap(conditionsIn)
    .flatMap(({ column, matches }) => (column === 'event_type' && matches !== undefined ? [matches] : []));
  const named = [...new Set(measures.flatMap(eventTypesOf))];
  const all = [
    'false',
    ...(named.length > 0 ? [`event_type IN (${named.map(literal).join(', ')})`] : []),
    ...patterns.map((pattern) => isMatch('event_type', pattern)),
  ];
  return all.join(' OR ');
};

/** The event types of rows with their own names of these. */
export const typesOfRows = async (engine: Engine, plan: Plan, { sql, paths }: Relation): Promise<EventTypes> => {
  const rows = await engine.rows(
    `SELECT theirs, event_type, n, ${isUsed(duckdb, plan)} FROM (
       SELECT ${identifier(ROW.theirs)} AS theirs, event_type, count(*) AS n FROM ${sql} GROUP BY ALL
     ) ORDER BY n DESC, theirs, event_type`,
    paths,
  );
  const types = rows.map(([theirs, type, n, used]) => ({
    theirs: String(theirs),
    type: String(type),
    events: Number(n),
    used: used === true,
  }));
  return eventTypesFrom(types);
};

/**
 * The event types of a log. It is read once more only if the counts do not add up to known types under their own names.
 *
 * @param all whether all types are asked for in any case
 */
export const findEventTypes = async (
  engine: Engine,
  plan: Plan,
  found: Aggregated,
  all: boolean,
): Promise<EventTypes> => {
  const [sums = []] = await engine.rows(typeCounts(plan));
  const [events, explained] = sums.map(Number);
  if (!all && !found.translated && events === explained) return { others: [], renamed: [], all: [] };
  return typesOfRows(engine, plan, { sql: found.rows, paths: found.paths });
};

/** What the types of a log come to, the most frequent first. `used`: whether some feature or the conversion uses it. */
export const eventTypesFrom = (types: readonly (NamedType & { readonly used: boolean })[]): EventTypes => {
  const others = new Map<string, number>();
  for (const { type, events: n, used } of types) if (!used) others.set(type, (others.get(type) ?? 0) + n);
  return {
    others: [...others]
      .map(([type, n]) => ({ type, events: n }))
      .toSorted((a, b) => b.events - a.events || (a.type < b.type ? -1 : 1)),
    renamed: types.filter(({ theirs, type }) => theirs !== type),
    all: types,
  };
};

/** Whether some event type in a relation of rows that were read without a look at names is ours under another name. */
export const hasTranslatedTypes = async (
  engine: Engine,
  logs: readonly Log[],
  { sql, paths }: Relation,
): Promise<boolean> => {
  const types = `(SELECT DISTINCT event_type FROM ${sql})`;
  const tests = [...new Set(logs.map(({ reading }) => isTranslated(duckdb, reading)))];
  return (await count(engine, `SELECT count(*) FROM ${types} WHERE ${tests.join(' OR ')}`, paths)) > 0;
};
