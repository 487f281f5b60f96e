/** Rows not produced by customers: the `exclude` section of gesture.yaml, as conditions with a reason each. */
import type { Exclusions } from '../config/settings.js';
import { escapePattern } from '../text/patterns.js';
import type { Dialect } from './dialect.js';
import { identifier } from './text.js';

/** Columns that may hold a person's e-mail address. */
const ADDRESS_COLUMNS = ['email', 'user_id', 'username'];

/** Domains that are looked for one by one, at most. */
const FEW = 8;

/** The table of the user agents of known bots, for `exclude.bots`. */
export const BOT_AGENTS = 'bot_agents';

/** A rule that excludes rows. */
export interface ExclusionRule {
  readonly column: string;
  readonly reason: string;
  /** SQL: true of rows that are excluded. */
  readonly holds: string;
  /** Whether one such row makes all of its user's rows excluded. */
  readonly ofUser?: boolean;
}

/** SQL: true of a user agent that is one of known bots. */
export type IsBot = (agent: string) => string;

const inTable: IsBot = (agent) => `${agent} IN (FROM ${BOT_AGENTS})`;

/** The rules of a project, in the order in which they are tried. `isBot`: for `exclude.bots`, by default with the table. */
export const exclusionRules = (
  dialect: Dialect,
  exclude: Exclusions,
  columns: readonly string[],
  isBot: IsBot = inTable,
): ExclusionRule[] => {
  const { literal, matches } = dialect;
  const listOf = (values: readonly string[]): string => values.map(literal).join(', ');
  const has = (column: string): boolean => columns.includes(column);
  const domains = exclude.emailDomains.map((domain) => domain.toLowerCase());
  return [
    ...(exclude.users.length > 0
      ? [{ column: 'user_id', reason: 'an internal user', holds: `user_id IN (${listOf(exclude.users)})` }]
      : []),
    ...(exclude.emailDomains.length > 0
      ? ADDRESS_COLUMNS.filter(has).map((column) => {
          const text = dialect.bare(identifier(column), '');
          // `Dan <dan@acme.com>`, blanks at the end and sub-domains count too.
          const isInternal = matches(text, String.raw`@([^@\s]+\.)?(${domains.map(escapePattern).join('|')})[>\s]*$`);
          // Most cells have none of the domains in them, or are no addresses at all, which is found out much sooner.
          const mayBe =
            domains.length <= FEW
              ? `(${domains.map((domain) => dialect.contains(text, domain)).join(' OR ')})`
              : dialect.contains(text, '@');
          const holds = `${mayBe} AND ${isInternal}`;
          return { column, reason: 'an internal e-mail address', holds, ofUser: true };
        })
      : []),
    ...(has('user_agent') && exclude.bots
      ? [{ column: 'user_agent', reason: 'a known bot', holds: isBot('user_agent') }]
      : []),
    ...(has('user_agent')
      ? exclude.userAgents.map((pattern) => ({
          column: 'user_agent',
          reason: 'the user agent of a bot',
          holds: matches('user_agent', pattern, true),
        }))
      : []),
  ];
};

/** SQL: true of rows that are excluded by themselves. */
export const isExcluded = (dialect: Dialect, exclude: Exclusions, columns: readonly string[]): string =>
  exclusionRules(dialect, exclude, columns)
    .flatMap(({ holds, ofUser }) => (ofUser ? [] : [`(${holds})`]))
    .join(' OR ') || 'false';

/** SQL: true of rows that make all rows of their user excluded; undefined if none can. */
export const excludesUser = (dialect: Dialect, exclude: Exclusions, columns: readonly string[]): string | undefined =>
  exclusionRules(dialect, exclude, columns)
    .flatMap(({ holds, ofUser }) => (ofUser ? [`(${holds})`] : []))
    .join(' OR ') || undefined;

/** SQL: true of rows that a rule excludes, or makes exclude all rows of their user. `isBot`: as of `exclusionRules`. */
export const isNamed = (dialect: Dialect, exclude: Exclusions, columns: readonly string[], isBot?: IsBot): string =>
  exclusionRules(dialect, exclude, columns, isBot)
    .map(({ holds }) => `(${holds})`)
    .join(' OR ') || 'false';

/** The columns that the rules of a project look at. */
export const exclusionColumns = (dialect: Dialect, exclude: Exclusions, columns: readonly string[]): string[] => [
  ...new Set(exclusionRules(dialect, exclude, columns).map(({ column }) => column)),
];

/** SQL: true of a row of `rows` that a rule excludes. */
export const excludes = ({ holds, ofUser }: ExclusionRule, rows: string): string =>
  ofUser ? `user_id IN (SELECT user_id FROM ${rows} WHERE ${holds})` : holds;

/**
 * The rows of `rows` in DuckDB that a rule excludes: "#file", "#line", user_id, "column" and "reason" of the first that does.
 *
 * @param columns the columns `rows` has
 */
export const excludedRows = (
  dialect: Dialect,
  exclude: Exclusions,
  columns: readonly string[],
  rows: string,
): string => {
  const { literal } = dialect;
  const rules = exclusionRules(dialect, exclude, columns);
  const none = 'NULL::STRUCT("column" VARCHAR, reason VARCHAR)';
  const why = rules.map(
    (rule) =>
      `WHEN ${excludes(rule, rows)} THEN {'column': ${literal(rule.column)}, 'reason': ${literal(rule.reason)}}`,
  );
  return `SELECT "#file", "#line", user_id, why."column" AS "column", why.reason AS reason FROM (
    SELECT *, ${why.length === 0 ? none : `CASE ${why.join('\n      ')} END`} AS why FROM ${rows}
  ) WHERE why IS NOT NULL`;
};
