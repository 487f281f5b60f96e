/** Rows not produced by customers: the `exclude` section of gesture.yaml, as conditions with a reason each. */
import type { Exclusions } from '../config/settings.js';
import { escapePattern } from '../text/patterns.js';
import { identifier, literal } from './text.js';

/** Columns that may hold a person's e-mail address. */
const ADDRESS_COLUMNS = ['email', 'user_id', 'username'];

/** The table of the user agents of known bots, for `exclude.bots`. */
export const BOT_AGENTS = 'bot_agents';

interface Rule {
  readonly column: string;
  readonly reason: string;
  /** SQL: true of rows that are excluded. */
  readonly holds: string;
  /** Whether one such row makes all of its user's rows excluded. */
  readonly ofUser?: boolean;
}

const listOf = (values: readonly string[]): string => values.map(literal).join(', ');

const rulesOf = (exclude: Exclusions, columns: readonly string[]): Rule[] => {
  const has = (column: string): boolean => columns.includes(column);
  const domains = exclude.emailDomains.map((domain) => escapePattern(domain.toLowerCase()));
  return [
    ...(exclude.users.length > 0
      ? [{ column: 'user_id', reason: 'an internal user', holds: `user_id IN (${listOf(exclude.users)})` }]
      : []),
    ...(exclude.emailDomains.length > 0
      ? ADDRESS_COLUMNS.filter(has).map((column) => {
          // `Dan <dan@acme.com>`, blanks at the end and sub-domains count too.
          const holds = String.raw`regexp_matches(lower(${identifier(column)}), ${literal(String.raw`@([^@\s]+\.)?(${domains.join('|')})[>\s]*$`)})`;
          return { column, reason: 'an internal e-mail address', holds, ofUser: true };
        })
      : []),
    ...(has('user_agent') && exclude.bots
      ? [{ column: 'user_agent', reason: 'a known bot', holds: `user_agent IN (FROM ${BOT_AGENTS})` }]
      : []),
    ...(has('user_agent')
      ? exclude.userAgents.map((pattern) => ({
          column: 'user_agent',
          reason: 'the user agent of a bot',
          holds: `regexp_matches(user_agent, ${literal(pattern)}, 'i')`,
        }))
      : []),
  ];
};

/** SQL: true of rows that are excluded by themselves. */
export const isExcluded = (exclude: Exclusions, columns: readonly string[]): string =>
  rulesOf(exclude, columns)
    .flatMap(({ holds, ofUser }) => (ofUser ? [] : [`(${holds})`]))
    .join(' OR ') || 'false';

/** SQL: true of rows that make all rows of their user excluded; undefined if none can. */
export const excludesUser = (exclude: Exclusions, columns: readonly string[]): string | undefined =>
  rulesOf(exclude, columns)
    .flatMap(({ holds, ofUser }) => (ofUser ? [`(${holds})`] : []))
    .join(' OR ') || undefined;

/**
 * The rows of `rows` that a rule excludes: "#file", "#line", user_id, "column" and "reason" of the first that does.
 *
 * @param columns the columns `rows` has
 */
export const excludedRows = (exclude: Exclusions, columns: readonly string[], rows: string): string => {
  const rules = rulesOf(exclude, columns);
  const none = 'NULL::STRUCT("column" VARCHAR, reason VARCHAR)';
  const why = rules.map(
    ({ column, reason, holds, ofUser }) =>
      `WHEN ${ofUser ? `user_id IN (SELECT user_id FROM ${rows} WHERE ${holds})` : holds} THEN {'column': ${literal(column)}, 'reason': ${literal(reason)}}`,
  );
  return `SELECT "#file", "#line", user_id, why."column" AS "column", why.reason AS reason FROM (
    SELECT *, ${why.length === 0 ? none : `CASE ${why.join('\n      ')} END`} AS why FROM ${rows}
  ) WHERE why IS NOT NULL`;
};
