/** The queries that measured the users of a log, for whoever wants to read them, or to run them again. */
import { resolve } from 'node:path';
import { Failure } from '../../model.js';
import { DECIMAL_MACROS } from '../../sql/decimals.js';
import { literal } from '../../sql/text.js';
import type { Request } from '../aggregate.js';
import type { Engine } from './open.js';

/** A statement that makes a table, and one that fills it. */
const MAKES = /^\s*CREATE (?:OR REPLACE )?TEMP(?:ORARY)? TABLE (?:IF NOT EXISTS )?("[^"]+"|\w+)/;
const FILLS = /^\s*INSERT INTO ("[^"]+"|\w+)/;

/** The statement that writes the table of users. */
const WRITES = /^COPY \(SELECT user_id,\n/;

/** A parameter of a statement; what is quoted has none. */
const PARAMETER = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\d+)/g;

const filled = (sql: string, values: readonly string[]): string =>
  sql.replaceAll(PARAMETER, (all, nth: string | undefined) =>
    nth === undefined ? all : literal(values[Number(nth) - 1] ?? all),
  );

/** The statements that the last one needs, in their order: those that make a table that it, or one that it needs, reads. */
const needed = (made: ReadonlyMap<string, readonly string[]>, last: string): string[] => {
  const names = [...made.keys()];
  const read = new Set<string>();
  const visit = (sql: string): void => {
    for (const name of names) {
      if (read.has(name) || !new RegExp(`(?<![\\w.#"])${name}(?![\\w"])`).test(sql)) continue;
      read.add(name);
      for (const statement of made.get(name) ?? []) visit(statement);
    }
  };
  visit(last);
  return [...names.filter((name) => read.has(name)).flatMap((name) => made.get(name) ?? []), last];
};

/**
 * Runs `work` with an engine that remembers its statements, and returns those that the table of users is made by.
 *
 * @throws Failure `usage` if there are none that run by themselves
 */
export const printQueries = async (
  engine: Engine,
  { inputs, scratch }: Pick<Request, 'inputs' | 'scratch'>,
  work: (engine: Engine) => Promise<unknown>,
): Promise<string> => {
  const made = new Map<string, string[]>();
  let last = '';
  await work({
    ...engine,
    run: async (sql, values = []) => {
      await engine.run(sql, values);
      const [name, more] = [MAKES.exec(sql)?.[1], FILLS.exec(sql)?.[1]];
      if (name !== undefined) {
        // Whatever is made again is made later.
        made.delete(name);
        made.set(name, [filled(sql, values)]);
      } else if (more !== undefined) made.get(more)?.push(filled(sql, values));
      else if (WRITES.test(sql))
        last = filled(sql.replace(/ TO \$1 \(FORMAT[^)]*\)$/, " TO 'user_features.csv' (HEADER)"), values);
    },
  });
  const steps = needed(made, last);
  if (steps.some((sql) => sql.includes(scratch))) {
    throw new Failure(
      'usage',
      'no single query reads this log: it is copied or checked row by row first, as JSON, compressed files, streams, rows that cannot be read or are there twice, exclude.faster_than_human, and features with `within` or the like unless --as-of is given',
    );
  }
  const all = inputs.reduce(
    (sql, input) => sql.replaceAll(literal(resolve(input)), literal(input)),
    steps.join(';\n\n'),
  );
  return `${DECIMAL_MACROS.trim()};\n\n${all};\n`;
};
