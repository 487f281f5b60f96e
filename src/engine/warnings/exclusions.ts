/** Settings that leave rows out and leave out none, or all: `where` and `exclude`. */
import type { Condition } from '../../catalogue/conditions.js';
import type { Exclusions } from '../../config/settings.js';
import { whereColumn } from '../../intake/bind.js';
import { failureOf } from '../../sql/reading.js';
import { identifier, literal } from '../../sql/text.js';
import { type Aggregated, count, type Job, sum } from '../aggregate.js';
import type { Engine } from '../duckdb/open.js';
import { asWritten, type Finding, nearest, readingsOf, type Used } from './finding.js';

/** Conditions of `where` that every row meets, so that they exclude nothing, or that no row meets. */
const idleConditions = async (
  engine: Engine,
  { reading, base, logs, at }: Used,
  job: Job,
  found: Aggregated,
): Promise<Finding[]> => {
  const { where } = reading;
  if (where.length === 0 || logs.length === 0 || where === base.where) return [];
  const files = logs.map((log) => job.logs.indexOf(log)).join(', ');
  const rows = await engine.rows(
    `SELECT reason, count(*) FROM excluded WHERE "column" = 'where' AND "#file" IN (${files}) GROUP BY reason`,
  );
  const excluded = new Map(rows.map(([reason, n]) => [String(reason), Number(n)]));
  const { read, rejected } = found.accounts;
  const kept =
    logs.length === job.logs.length
      ? read - rejected - sum([...excluded.values()])
      : await count(engine, `SELECT count(*) FROM ${found.all} WHERE "#file" IN (${files})`, found.paths);
  return conditionsWithout(where, at, excluded, kept, (one) => closestCell(engine, one, files, found));
};

/** What is said of conditions of `where` that every row meets, or none, from how many rows each excludes and how many are kept. */
export const conditionsWithout = async (
  where: readonly Condition[],
  at: readonly PropertyKey[],
  excluded: ReadonlyMap<string, number>,
  kept: number,
  closest: (one: Condition) => Promise<string>,
): Promise<Finding[]> => {
  const counts = where.map((one) => excluded.get(failureOf(one)) ?? 0);
  const findings: Finding[] = [];
  for (const [i, one] of where.entries()) {
    const reached = kept + counts.slice(i).reduce((a, b) => a + b, 0);
    const place = { code: 'where-unmatched', at: [...at, 'where', i] };
    if (reached > 0 && counts[i] === 0) {
      const text = `events.where: every row meets ${asWritten(one)}, so it excludes nothing`;
      findings.push({ ...place, text });
    } else if (reached > 0 && counts[i] === reached) {
      const text = `events.where: no row meets ${asWritten(one)}, so it excludes every row${await closest(one)}`;
      findings.push({ ...place, text });
    }
  }
  return findings;
};

/** The value, among the rows that were left out, closest to what a condition asks for. */
const closestCell = async (
  engine: Engine,
  { column, equals, in: several }: Condition,
  files: string,
  { left }: Aggregated,
): Promise<string> => {
  const wanted = equals ?? several?.[0];
  if (wanted === undefined || left === undefined) return '';
  const cell = identifier(whereColumn(column));
  const values = await engine.rows(
    `SELECT ${cell} FROM ${left} WHERE "#file" IN (${files}) AND ${cell} IS NOT NULL GROUP BY ALL ORDER BY count(*) DESC, 1 LIMIT 1000`,
  );
  return nearest(
    wanted,
    values.map(([value]) => String(value)),
  );
};

const finding = (name: string, text: string): Finding => ({
  code: 'exclude-unmatched',
  at: ['exclude', name],
  text: `exclude.${name}${text}`,
});

/** What is said of rules of `exclude` that no row met, from the reasons for which rows are excluded. */
export const rulesWithout = (exclude: Exclusions, { plan }: Pick<Job, 'plan'>, met: ReadonlySet<string>): Finding[] => {
  const needs: [keyof Exclusions, string, string, readonly string[]][] = [
    ['users', 'users', 'an internal user', ['user_id']],
    ['emailDomains', 'email_domains', 'an internal e-mail address', ['email']],
    ['userAgents', 'user_agents', 'the user agent of a bot', ['user_agent']],
    ['bots', 'bots', 'a known bot', ['user_agent']],
    ['fasterThanHuman', 'faster_than_human', 'in a session faster than a human', ['session_id', 'timestamp']],
  ];
  return needs.flatMap(([setting, name, reason, columns]) => {
    const value = exclude[setting];
    if (value === false || (Array.isArray(value) && value.length === 0) || met.has(reason)) return [];
    const has = columns.some((column) => plan.rules.columns.includes(column));
    const lacking = `the log has no column ${columns[0]}: if it is called otherwise, name it in events.columns`;
    return [finding(name, ` met no row${has ? '' : `; ${lacking}`}`)];
  });
};

/** Rules of `exclude` that no row met. */
const idleRules = async (engine: Engine, job: Job): Promise<Finding[]> => {
  const { exclude } = job.config;
  if (exclude === undefined) return [];
  const met = new Set((await engine.rows('SELECT DISTINCT reason FROM excluded')).map(([reason]) => String(reason)));
  const idle = rulesWithout(exclude, job, met);
  const users = exclude.users.map(literal).join(', ');
  const [row = []] =
    users === '' || !met.has('an internal user')
      ? []
      : await engine.rows(
          `SELECT string_agg(name, ', ' ORDER BY name) FROM (SELECT unnest([${users}]) AS name) WHERE name NOT IN (SELECT user_id FROM excluded WHERE user_id IS NOT NULL)`,
        );
  return typeof row[0] === 'string' ? [...idle, finding('users', `: no row of ${row[0]}`)] : idle;
};

/** Conditions of `where` and rules of `exclude` without an effect, or with one on every row. */
export const idleExclusions = async (engine: Engine, job: Job, found: Aggregated): Promise<Finding[]> => {
  const findings: Finding[] = [];
  for (const used of readingsOf(job)) findings.push(...(await idleConditions(engine, used, job, found)));
  return [...findings, ...(await idleRules(engine, job))];
};
