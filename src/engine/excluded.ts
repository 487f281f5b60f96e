/** The table of the rows that the settings leave out, by `where` and `exclude`. */
import { duckdb } from '../sql/duckdb.js';
import { BOT_AGENTS } from '../sql/exclude.js';
import type { Facts, Plan } from '../sql/plan.js';
import { excluded } from '../sql/query.js';
import { ROW } from '../sql/reading.js';
import { identifier, literal } from '../sql/text.js';
import type { Job } from './aggregate.js';
import type { Engine } from './duckdb/open.js';
import type { Relation } from './duckdb/relations.js';

/** Makes the table of the user agents that are those of known bots, and returns them. */
export const findBots = async (engine: Engine, { rules }: Plan, { sql, paths }: Relation): Promise<string[]> => {
  const agents = rules.columns.includes('user_agent')
    ? await engine.rows(`SELECT DISTINCT user_agent FROM ${sql} WHERE user_agent IS NOT NULL`, paths)
    : [];
  const { isbot } = await import('isbot');
  const bots = agents.map(([agent]) => String(agent)).filter((agent) => isbot(agent));
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE ${BOT_AGENTS} AS SELECT unnest([${bots.map(literal).join(', ')}]::VARCHAR[]) AS user_agent`,
  );
  return bots;
};

const LEFT = `${identifier(ROW.left)} IS NOT NULL`;

/** The rows of `checked` that a condition of `where` leaves out. */
export const leftRows = (checked: string): string => `(SELECT * FROM ${checked} WHERE ${LEFT})`;

/**
 * Makes the table `excluded` of the rows that are left out, with the column and the reason of each. `bot_agents` must be there
 * if bots are excluded.
 *
 * @param checked relation of checked rows
 * @param early relation of those that can be placed, have a user, and are not later than as-of
 */
export const makeExcluded = async (
  engine: Engine,
  { config, plan }: Job,
  facts: Facts,
  checked: string,
  early: string,
): Promise<void> => {
  const byCondition = `SELECT "#file", "#line", user_id, 'where' AS "column", ${identifier(ROW.left)} AS reason FROM ${checked} WHERE ${LEFT}`;
  const byRule = config.exclude === undefined ? [] : [excluded(duckdb, plan, facts, config.exclude, early)];
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE excluded AS ${[byCondition, ...byRule.map((sql) => `(${sql})`)].join(' UNION ALL ')}`,
  );
};
