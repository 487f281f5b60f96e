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
  readonly holds: string;
}

const listOf = (values: readonly string[]): string => values.map(literal).join(', ');

const rulesOf = (exclude: Exclusions, columns: readonly string[], rows: string): Rule[] => {
  const has = (column: string): boolean => columns.includes(column);
  const domains = exclude.emailDomains.map((domain) => escapePattern(domain.toLowerCase()));
  return [
    ...(exclude.users.length > 0
      ? [{ column: 'user_id', reason: 'an internal user', holds: `user_id IN (${listOf(exclude.users)})` }]
      : []),
    ...(exclude.emailDomains.length > 0
      ? ADDRESS_COLUMNS.filter(has).map((column) => {
          // `Dan <dan@acme.com>`, blanks at the end and sub-domains count too.
          const isInternal = String.raw`regexp_matches(lower(${identifier(column)}), ${literal(String.raw`@([^@\s]+\.)?(${domains.join('|')})[>\s]*$`)})`;
          // One event with such an address makes all of the user's events internal.
          const holds = `user_id IN (SELECT user_id FROM ${rows} WHERE ${isInternal})`;
          return { column, reason: 'an internal e-mail address', holds };
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

/**
 * The rows of `rows` that a rule excludes: "#file", "#line", user_id, "column" and "reason" of the first that does.
 *
 * @param columns the columns `rows` has
 */
export const excludedRows = (exclude: Exclusions, columns: readonly string[], rows: string): string => {
  const rules = rulesOf(exclude, columns, rows);
  const none = 'NULL::STRUCT("column" VARCHAR, reason VARCHAR)';
  const why = rules.map(
    ({ column, reason, holds }) => `WHEN ${holds} THEN {'column': ${literal(column)}, 'reason': ${literal(reason)}}`,
  );
  return `SELECT "#file", "#line", user_id, why."column" AS "column", why.reason AS reason FROM (
    SELECT *, ${why.length === 0 ? none : `CASE ${why.join('\n      ')} END`} AS why FROM ${rows}
  ) WHERE why IS NOT NULL`;
};
