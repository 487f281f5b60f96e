/** Identity in SQL: which user an anonymous id stands for, and when. */
import { ANONYMOUS_ID } from '../model.js';
import { duckdb } from './duckdb.js';
import { isNullWord } from './reading.js';
import { identifier } from './text.js';

const ID = identifier(ANONYMOUS_ID);

/**
 * SQL of the table `identities`: for each anonymous id that was seen with a user, the first and the last of its users in
 * byte order: the same one for nearly all. The table `mapped` overrules the rows.
 *
 * @param rows relation of rows with `t`, user_id and anonymous_id
 * @param early condition of rows that count
 */
export const linkedIdentities = (
  rows: string,
  early: string,
): string => `SELECT ${ID}, min(user_id) AS user_id, max(user_id) AS other
  FROM ${rows} WHERE user_id IS NOT NULL AND ${ID} IS NOT NULL AND ${early} AND ${ID} NOT IN (SELECT ${ID} FROM mapped) GROUP BY ${ID}
  UNION ALL SELECT ${ID}, user_id, user_id FROM mapped`;

/** SQL of the table `changes`: until when an id of several users stands for which, in order, the last one for good. */
export const identityChanges = (rows: string, early: string): string => `WITH instants AS (
    SELECT ${ID}, t, min(user_id) AS user_id FROM ${rows}
    WHERE user_id IS NOT NULL AND ${early} AND ${ID} IN (SELECT ${ID} FROM identities WHERE user_id <> other) GROUP BY ${ID}, t
  ),
  runs AS (
    SELECT * FROM instants
    QUALIFY user_id IS DISTINCT FROM lead(user_id) OVER (PARTITION BY ${ID} ORDER BY t)
  )
  SELECT ${ID}, list({'until': t, 'user_id': user_id} ORDER BY t) AS users FROM runs GROUP BY ${ID}`;

/**
 * Rows with the user that they belong to: their own, or that of the anonymous id at that time, or the anonymous id itself
 * if it was never seen with a user.
 *
 * @param several whether some id has stood for several users, so that there are `changes`
 */
export const resolvedRows = (rows: string, several: boolean): string => {
  // Of a join the engine may keep the rows in memory instead of the ids: it takes any CSV file for 42 rows.
  const lookUp = (table: string, column: string): string =>
    `(SELECT ${table}.${column} FROM ${table} WHERE ${table}.${ID} = rows.${ID})`;
  const resolved = (user: string): string => `REPLACE (coalesce(rows.user_id, ${user}, rows.${ID}) AS user_id)`;
  const known = lookUp('identities', 'user_id');
  if (!several) return `(SELECT * ${resolved(known)} FROM ${rows} AS rows)`;
  const until = 'list_filter("#changes", lambda change: change."until" >= rows.t)[1].user_id';
  return `(SELECT * EXCLUDE ("#changes") ${resolved(`${until}, "#changes"[-1].user_id, ${known}`)}
    FROM (SELECT *, ${lookUp('changes', 'users')} AS "#changes" FROM ${rows} AS rows) AS rows)`;
};

/** SQL: how many ids in `identities` are null words. */
export const identitiesOfWords = (words: readonly string[]): string =>
  `SELECT count(*) FROM identities WHERE ${[ID, 'user_id', 'other'].map((id) => isNullWord(duckdb, id, words)).join(' OR ')}`;
