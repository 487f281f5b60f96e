/** What a log shows of the future, or cannot tell apart from it: reasons to doubt a backtest that its rows do not have. */
import type { Leaks } from '../backtest/result.js';
import type { Weights } from '../catalogue/weights.js';
import { duckdb } from '../sql/duckdb.js';
import type { Plan } from '../sql/plan.js';
import { selectEvents } from '../sql/query.js';
import { identifier } from '../sql/text.js';
import { count } from './aggregate.js';
import type { Engine } from './duckdb/open.js';

/** With fewer people who have a value twice, that it never changes proves nothing. */
const FEWEST_PEOPLE = 20;

/**
 * Looks for them.
 *
 * @param rows relation of the rows that are used, with `t`
 */
export const findLeaks = async (engine: Engine, plan: Plan, weights: Weights, rows: string): Promise<Leaks> => {
  const timed = await count(
    engine,
    `SELECT count(*) FROM (SELECT 1 FROM ${rows} WHERE epoch_us(t) % 86400000000 <> 0 LIMIT 1)`,
  );
  const columns = Object.entries(plan.features).flatMap(([name, { is }]) =>
    is.op === 'latest' && (weights[name]?.points ?? 0) !== 0 && plan.rules.columns.includes(is.column)
      ? [{ name, cell: identifier(is.column), column: is.column }]
      : [],
  );
  if (columns.length === 0) return { datesOnly: timed === 0, unchanging: [] };
  const perUser = columns.flatMap(({ cell }, i) => [
    `count(${cell}) > 1 AS "several ${i}"`,
    `min(${cell}) <> max(${cell}) AS "changes ${i}"`,
  ]);
  const sums = columns.flatMap((_, i) => [
    `count(*) FILTER (WHERE "several ${i}")`,
    `count(*) FILTER (WHERE "changes ${i}")`,
  ]);
  const [row = []] = await engine.rows(
    `SELECT ${sums.join(', ')} FROM (SELECT ${perUser.join(', ')}
     FROM (${selectEvents(
       duckdb,
       plan.rules,
       columns.map(({ column }) => column),
       rows,
     )}) GROUP BY user_id)`,
  );
  const unchanging = columns.flatMap(({ name }, i) =>
    Number(row[2 * i]) >= FEWEST_PEOPLE && Number(row[2 * i + 1]) === 0 ? [name] : [],
  );
  return { datesOnly: timed === 0, unchanging };
};
