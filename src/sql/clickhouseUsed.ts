/** The rows of a table of ClickHouse that are used: without what the settings exclude, all of them or those of some users. */
import type { Exclusions } from '../config/settings.js';
import { clickhouse } from './clickhouse.js';
import { followedBy, queryOf, type Relation, type Source } from './clickhouseRows.js';
import { literal } from './clickhouseText.js';
import { excludes, exclusionRules, type ExclusionRule } from './exclude.js';
import { type Facts, sessionFacts } from './plan.js';
import { sessionsFrom } from './query.js';
import { ROW } from './reading.js';
import { IS_FAST, sessionKey } from './sessions.js';
import { identifier } from './text.js';

const RULE = '"#rule"';

/** Rows that a query has looked up, as a list in SQL, so that what they follow from is not planned again. */
export interface Listed {
  /** Users of whom one row makes all excluded, as literals; undefined: they were not looked up, or do not fit. */
  readonly users: readonly string[] | undefined;
  /** Of sessions faster than a human the user with the id of the session, and with each instant of an event without one. */
  readonly hurried: { readonly named: readonly string[]; readonly unnamed: readonly string[] } | undefined;
}

/** Nothing was looked up. */
export const NOT_LISTED: Listed = { users: undefined, hurried: undefined };

/** The rules, of which those that exclude users are one, so that there is one relation of users to look up. */
const rulesOf = ({ plan, isBot }: Source, exclude: Exclusions): ExclusionRule[] => {
  const rules = exclusionRules(clickhouse, exclude, plan.rules.columns, isBot);
  const [first, ...others] = rules.filter(({ ofUser }) => ofUser);
  if (first === undefined) return rules;
  const holds = [first, ...others].map((rule) => `(${rule.holds})`).join(' OR ');
  return rules.flatMap((rule) => (rule === first ? [{ ...first, holds }] : rule.ofUser ? [] : [rule]));
};

/** SQL of rows with the number of the first rule that excludes each, from 1; 0: none. */
const ruledRows = (rules: readonly ExclusionRule[], { users }: Listed, rows: string): string => {
  const test = (rule: ExclusionRule): string => {
    if (!rule.ofUser || users === undefined) return excludes(rule, rows);
    return users.length === 0 ? 'false' : `user_id IN (${users.join(', ')})`;
  };
  const whens = rules.map((rule, i) => `WHEN ${test(rule)} THEN ${i + 1}`);
  return `SELECT *, ${whens.length === 0 ? '0' : `CASE ${whens.join(' ')} ELSE 0 END`} AS ${RULE} FROM ${rows}`;
};

/** SQL of the users of whom a row makes all excluded, up to so many; undefined if no rule does that. */
export const internalUsers = (
  source: Source,
  exclude: Exclusions,
  early: Relation,
  most: number,
): string | undefined => {
  const rule = rulesOf(source, exclude).find(({ ofUser }) => ofUser);
  if (rule === undefined) return undefined;
  return queryOf(
    early,
    (rows) => `SELECT DISTINCT CAST(assumeNotNull(user_id), 'String') FROM ${rows} WHERE ${rule.holds} LIMIT ${most}`,
  );
};

const RAW = '#own ';

/** Names of relations in the SQL of sessions. A name within a name of its own would be a circle to the engine. */
const OF_SESSIONS = /\b(events|begun|split|given|opened|alone|others|sessioned|gathered|timed|sessions)\b/g;

/** Sessions faster than a human: what separates them, SQL that ends in their events, and the columns that those carry. */
const hurriedSessions = ({ plan }: Source, facts: Facts, rows: Relation, columns: readonly string[]) => {
  const found = { ...sessionFacts(plan, facts), hasDevice: false, devices: [], speed: true };
  const raw = columns.map((column) => identifier(RAW + column));
  const carried = followedBy(
    rows,
    'carried',
    (all) => `SELECT *, ${columns.map((column, i) => `${identifier(column)} AS ${raw[i]}`).join(', ')} FROM ${all}`,
  );
  const key = sessionKey(found).replaceAll(OF_SESSIONS, 'all_$1');
  return {
    carried,
    sessions: (all: string) => sessionsFrom(clickhouse, plan, found, all, raw).replaceAll(OF_SESSIONS, 'all_$1'),
    own: columns.map((column, i) => `${raw[i]} AS ${identifier(column)}`).join(', '),
    hurried: `(SELECT ${key} FROM all_sessions WHERE ${identifier(IS_FAST)}) AS hurried USING (${key})`,
  };
};

/** The columns of a session that an event can be known by. */
const named = ({ plan }: Source): string[] => (plan.rules.columns.includes('session_id') ? ['session_id'] : []);

/**
 * SQL of the events in sessions faster than a human, up to so many: the user, and the id of the session, or the instant
 * of an event without one. No more decides which session an event is in.
 */
export const hurriedEvents = (source: Source, facts: Facts, rows: Relation, most: number): string => {
  const columns = named(source);
  const { carried, sessions, hurried } = hurriedSessions(source, facts, rows, columns);
  const id = columns.length === 0 ? "CAST(NULL, 'Nullable(String)')" : identifier(`${RAW}session_id`);
  const listed = followedBy(
    carried,
    'listed',
    (all) => `${sessions(all)}
    SELECT DISTINCT CAST(assumeNotNull(user_id), 'String') AS user, CAST(${id}, 'Nullable(String)') AS id, if(id IS NULL, toString(t), '') AS at
    FROM all_sessioned JOIN ${hurried}`,
  );
  return queryOf(listed, (all) => `SELECT user, id, at FROM ${all} LIMIT ${most}`);
};

/** Rows that are in no session faster than a human. */
const unhurried = (source: Source, facts: Facts, rows: Relation, { hurried: listed }: Listed): Relation => {
  if (listed === undefined) {
    const { rules } = source.plan;
    const others = [...new Set(['event_type', ROW.theirs, ...rules.columns])].filter((c) => c !== 'user_id');
    const { carried, sessions, own, hurried } = hurriedSessions(source, facts, rows, others);
    return followedBy(
      carried,
      'unhurried',
      (all) => `${sessions(all)}
    SELECT user_id, t, ${own} FROM all_sessioned LEFT ANTI JOIN ${hurried}`,
    );
  }
  const [id] = named(source);
  const isUnnamed = id === undefined ? '' : `${id} IS NULL AND `;
  const tests = [
    ...(listed.named.length === 0 ? [] : [`(user_id, ifNull(${id}, '')) IN (${listed.named.join(', ')})`]),
    ...(listed.unnamed.length === 0 ? [] : [`${isUnnamed}(user_id, t) IN (${listed.unnamed.join(', ')})`]),
  ];
  if (tests.length === 0) return rows;
  return followedBy(rows, 'unhurried', (all) => `SELECT * FROM ${all} WHERE NOT (${tests.join(' OR ')})`);
};

/** What the settings exclude. */
export interface Exclusion {
  readonly rules: readonly ExclusionRule[];
  /** All rows, with the number of the rule that excludes each as `#rule`. */
  readonly ruled: Relation;
  /** The rows that no such rule excludes. */
  readonly others: Relation;
  /** The rows that remain. */
  readonly rows: Relation;
}

/** What the settings exclude of rows. */
export const exclusionOf = (
  source: Source,
  exclude: Exclusions,
  facts: Facts,
  early: Relation,
  listed: Listed,
): Exclusion => {
  const rules = rulesOf(source, exclude);
  if (rules.length === 0) {
    const rows = exclude.fasterThanHuman ? unhurried(source, facts, early, listed) : early;
    return { rules, ruled: early, others: early, rows };
  }
  const ruled = followedBy(early, 'ruled', (rows) => ruledRows(rules, listed, rows));
  const others = followedBy(ruled, 'others', (rows) => `SELECT * EXCEPT (${RULE}) FROM ${rows} WHERE ${RULE} = 0`);
  return { rules, ruled, others, rows: exclude.fasterThanHuman ? unhurried(source, facts, others, listed) : others };
};

/** A part of the users, by their ids in byte order: from the first, up to but not including the other; undefined: no end. */
export interface Slice {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** The rows up to an instant, of a part of the users. */
export const sliceOf = (rows: Relation, asOf: bigint, { from, to }: Slice): Relation => {
  const tests = [
    `t <= ${asOf}`,
    ...(from === undefined ? [] : [`user_id >= ${literal(from)}`]),
    ...(to === undefined ? [] : [`user_id < ${literal(to)}`]),
  ];
  return followedBy(rows, 'used', (all) => `SELECT * FROM ${all} WHERE ${tests.join(' AND ')}`);
};
