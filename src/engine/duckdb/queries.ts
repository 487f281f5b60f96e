/** The queries that measured the users of a log, for whoever wants to read them. */
import { DECIMAL_MACROS } from '../../sql/decimals.js';
import { literal } from '../../sql/text.js';
import type { Engine } from './open.js';

/** The tables of users and the table that is written, by how the statements that make them begin. */
const STEPS = [
  /^CREATE OR REPLACE TEMP TABLE by_event /,
  /^CREATE OR REPLACE TEMP TABLE by_session /,
  /^COPY \(SELECT user_id/,
];

/** Runs `work` with an engine that remembers its statements, and returns the last of each step as SQL to read. */
export const printQueries = async (engine: Engine, work: (engine: Engine) => Promise<unknown>): Promise<string> => {
  const last = new Map<RegExp, string>();
  await work({
    ...engine,
    run: async (sql, values = []) => {
      const step = STEPS.find((begin) => begin.test(sql));
      const filled = sql.replaceAll(/\$(\d+)/g, (all, nth: string) => literal(values[Number(nth) - 1] ?? all));
      if (step !== undefined) last.set(step, filled);
      return engine.run(sql, values);
    },
  });
  const steps = STEPS.flatMap((step) => last.get(step) ?? []).map((sql) =>
    sql.replace(/ TO '.*$/s, " TO 'user_features.csv' (HEADER)"),
  );
  return [`${DECIMAL_MACROS.trim()};`, ...steps.map((sql) => `${sql};`)].join('\n\n') + '\n';
};
