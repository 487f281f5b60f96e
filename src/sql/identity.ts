/** Identity in SQL: which user an anonymous id stands for, and when. */
import { ANONYMOUS_ID } from '../model.js';
import { identifier } from './text.js';

const ID = identifier(ANONYMOUS_ID);

/** How many ids can be linked one after the other. */
export const LINKS_LIMIT = 8;

/**
 * SQL of the table `identities`: for each anonymous id that was seen with a user, that user; or, if there were several,
 * `changes`: until when it stands for which, in order, the last one for good. The table `mapped` overrules the rows.
 *
 * @param rows relation of rows with `t`, user_id and anonymous_id
 * @param early condition of rows that count
 */
export const linkedIdentities = (rows: string, early: string): string => `WITH links AS (
    SELECT ${ID}, user_id, t FROM ${rows} WHERE user_id IS NOT NULL AND ${ID} IS NOT NULL AND t IS NOT NULL AND ${early}
      AND ${ID} NOT IN (SELECT ${ID} FROM mapped)
  ),
  seen AS (SELECT ${ID}, min(user_id) AS user_id, max(user_id) AS other FROM links GROUP BY ${ID}),
  instants AS (
    SELECT ${ID}, t, min(user_id) AS user_id FROM links WHERE ${ID} IN (SELECT ${ID} FROM seen WHERE user_id <> other)
    GROUP BY ${ID}, t
  ),
  runs AS (
    SELECT * FROM instants
    QUALIFY user_id IS DISTINCT FROM lead(user_id) OVER (PARTITION BY ${ID} ORDER BY t)
  )
  SELECT ${ID}, user_id, NULL::STRUCT("until" TIMESTAMP, user_id VARCHAR)[] AS changes FROM seen WHERE user_id = other
  UNION ALL
  SELECT ${ID}, NULL AS user_id, list({'until': t, 'user_id': user_id} ORDER BY t) AS changes FROM runs GROUP BY ${ID}
  UNION ALL
  SELECT ${ID}, user_id, NULL AS changes FROM mapped`;

/**
 * Rows with the user that they belong to: their own, or that of the anonymous id at that time, or the anonymous id itself
 * if it was never seen with a user.
 */
export const resolvedRows = (rows: string): string => {
  const until = 'list_filter(identities.changes, lambda change: change."until" >= rows.t)[1].user_id';
  const user = `coalesce(rows.user_id, identities.user_id, ${until}, identities.changes[-1].user_id, rows.${ID})`;
  return `(SELECT rows.* REPLACE (${user} AS user_id) FROM ${rows} AS rows LEFT JOIN identities ON rows.${ID} = identities.${ID})`;
};
