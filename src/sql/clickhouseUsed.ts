/** The rows of a table of ClickHouse that are used: without what the settings exclude, all of them or those of some users. */
import type { Exclusions } from '../config/settings.js';
import { clickhouse } from './clickhouse.js';
import { type Relation, type Source, followedBy } from './clickhouseRows.js';
import { literal } from './clickhouseText.js';
import { excludes, exclusionRules, type ExclusionRule } from './exclude.js';
import { type Facts, sessionFacts } from './plan.js';
import { sessionsFrom } from './query.js';
import { ROW } from './reading.js';
import { IS_FAST, sessionKey } from './sessions.js';
import { identifier } from './text.js';

const RULE = '"#rule"';

/** SQL of rows with the number of the first rule that excludes each, from 1; 0: none. */
const ruledRows = (rules: readonly ExclusionRule[], rows: string): string => {
  const whens = rules.map((rule, i) => `WHEN ${excludes(rule, rows)} THEN ${i + 1}`);
  return `SELECT *, ${whens.length === 0 ? '0' : `CASE ${whens.join(' ')} ELSE 0 END`} AS ${RULE} FROM ${rows}`;
};

const RAW = '#own ';

/** Names of relations in the SQL of sessions. A name within a name of its own would be a circle to the engine. */
const OF_SESSIONS =
  /\b(events|begun|split|given|opened|alone|others|joined|unnamed|sessioned|gathered|timed|sessions)\b/g;

/** Rows that are in no session faster than a human. */
const unhurried = ({ plan }: Source, facts: Facts, rows: Relation): Relation => {
  const found = { ...sessionFacts(plan, facts), hasDevice: false, devices: [], speed: true };
  const others = [...new Set(['event_type', ROW.theirs, ...plan.rules.columns])].filter((c) => c !== 'user_id');
  const raw = others.map((column) => identifier(RAW + column));
  const key = sessionKey(found).replaceAll(OF_SESSIONS, 'all_$1');
  const carried = followedBy(
    rows,
    'carried',
    (all) => `SELECT *, ${others.map((column, i) => `${identifier(column)} AS ${raw[i]}`).join(', ')} FROM ${all}`,
  );
  return followedBy(
    carried,
    'unhurried',
    (all) => `${sessionsFrom(clickhouse, plan, found, all, raw).replaceAll(OF_SESSIONS, 'all_$1')}
    SELECT user_id, t, ${others.map((column, i) => `${raw[i]} AS ${identifier(column)}`).join(', ')}
    FROM all_sessioned LEFT ANTI JOIN (SELECT ${key} FROM all_sessions WHERE ${identifier(IS_FAST)}) AS hurried USING (${key})`,
  );
};

/** What the settings exclude: the rules by their numbers, from 1, and relations. */
export interface Exclusion {
  readonly rules: readonly ExclusionRule[];
  /** All rows, with the number of the rule that excludes each as `#rule`. */
  readonly ruled: Relation;
  /** The rows that remain. */
  readonly rows: Relation;
}

/** What the settings exclude of rows. */
export const exclusionOf = (source: Source, exclude: Exclusions, facts: Facts, early: Relation): Exclusion => {
  const { plan, isBot } = source;
  const rules = exclusionRules(clickhouse, exclude, plan.rules.columns, isBot);
  const ruled = followedBy(early, 'ruled', (rows) => ruledRows(rules, rows));
  const named = followedBy(ruled, 'others', (rows) => `SELECT * EXCEPT (${RULE}) FROM ${rows} WHERE ${RULE} = 0`);
  return { rules, ruled, rows: exclude.fasterThanHuman ? unhurried(source, facts, named) : named };
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
