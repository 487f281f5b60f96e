/** Files that have no people in common, although a log of several files is about the same ones. Asks the engine. */
import type { Reader } from './reader.js';

/**
 * The groups of files of which no user is in another group: their ids are probably of different kinds.
 *
 * @param groupOf the group of each file, from 0
 */
export const groupsApart = async ({ engine, rows }: Reader, groupOf: readonly number[]): Promise<number[]> => {
  const found = await engine.rows(
    `WITH users AS (SELECT DISTINCT [${groupOf.join(', ')}]["#file" + 1] AS part, user_id FROM ${rows.sql}),
       shared AS (SELECT user_id, count(*) > 1 AS is_shared FROM users GROUP BY user_id)
     SELECT part FROM users JOIN shared USING (user_id) GROUP BY part HAVING NOT bool_or(is_shared) ORDER BY part`,
    rows.paths,
  );
  return found.map(([part]) => Number(part));
};

/** What to check of files that have no people in common; nothing if there are none. */
export const doubtOf = (files: readonly string[]): string[] =>
  files.length === 0
    ? []
    : [
        `no user of ${files.join(', ')} is in another file: if they are the same people, map user_id to columns that have the same ids. If only some rows have an e-mail address, set events: { columns: { user_id: ADDRESS }, identity: ID }`,
      ];
