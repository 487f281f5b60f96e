/**
 * Rows with the users they belong to as of every moment of a history. Who an anonymous id is turns out later, and so does
 * that somebody is a colleague; so a user has versions, each with the rows it has in some periods: what was known then.
 */
import { ANONYMOUS_ID } from '../model.js';
import { periodOf, VERSION } from './moments.js';
import { NEVER, STATE } from './sessions.js';
import { identifier } from './text.js';

const ID = identifier(ANONYMOUS_ID);
const [PERIOD, LIVE, DEAD] = [STATE.period, VERSION.live, VERSION.dead].map(identifier);

/** The columns of a row that say in which periods it is its user's, if that changes: from when on, and until when. */
const [COMES, LEAVES] = ['"#comes"', '"#leaves"'];

/**
 * SQL of the table `identity_runs`: whose an anonymous id was, from when on it was seen with that user without another
 * between, and until when (`infinity` for the last), with the user of the run before. The table `mapped` overrules the rows.
 *
 * @param rows relation of rows with `t`, user_id and anonymous_id
 */
export const identityRuns = (rows: string): string => `WITH instants AS (
    SELECT ${ID}, t, min(user_id) AS user_id FROM ${rows}
    WHERE user_id IS NOT NULL AND ${ID} IS NOT NULL AND ${ID} NOT IN (SELECT ${ID} FROM mapped) GROUP BY ${ID}, t
  ),
  several AS (SELECT ${ID} FROM instants GROUP BY ${ID} HAVING min(user_id) <> max(user_id)),
  begun AS (
    SELECT *, user_id IS DISTINCT FROM lag(user_id) OVER (PARTITION BY ${ID} ORDER BY t) AS begins
    FROM instants SEMI JOIN several USING (${ID})
  ),
  numbered AS (SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY ${ID} ORDER BY t) AS run FROM begun),
  runs AS (
    SELECT ${ID}, user_id, min(t) AS first, max(t) AS last FROM numbered GROUP BY ${ID}, user_id, run
    UNION ALL
    SELECT ${ID}, min(user_id), min(t), max(t) FROM instants ANTI JOIN several USING (${ID}) GROUP BY ${ID}
    UNION ALL
    SELECT ${ID}, user_id, TIMESTAMP '0001-01-01', TIMESTAMP 'infinity' FROM mapped
  )
  SELECT ${ID}, user_id, first, lag(user_id) OVER (PARTITION BY ${ID} ORDER BY first) AS before,
    CASE WHEN lead(first) OVER (PARTITION BY ${ID} ORDER BY first) IS NULL THEN TIMESTAMP 'infinity' ELSE last END AS last
  FROM runs`;

/** SQL of the anonymous ids that belong to a user as of a moment, in microseconds since 1970, with that user. */
export const identitiesAt = (moment: bigint): string =>
  `SELECT ${ID}, arg_max(user_id, first) AS user_id FROM identity_runs WHERE first <= make_timestamp(${moment}) GROUP BY ${ID}`;

/**
 * SQL of the table `present`: rows with the user that they belong to, and in which periods they do. A row of an anonymous
 * id belongs to the user it was last seen with until it is next seen with one; to nobody but itself if it never was.
 *
 * @param rows relation of rows with `t`, user_id and anonymous_id, of which one is known
 * @param ends as of `Cut`
 */
export const presentRows = (rows: string, ends: readonly bigint[]): string => {
  const ofAnonymous = (user: string, comes: string, leaves: string, which: string): string =>
    `SELECT * EXCLUDE (next_user, comes, before) REPLACE (${user} AS user_id), ${comes} AS ${COMES}, ${leaves} AS ${LEAVES}
  FROM anonymous WHERE ${which}`;
  const [first, never] = ['0::USMALLINT', `${NEVER}::USMALLINT`];
  return `WITH placed AS (SELECT *, ${periodOf(ends)} AS ${PERIOD} FROM ${rows}),
  anonymous AS (
    SELECT placed.*, runs.user_id AS next_user, ${periodOf(ends, 'runs.first')} AS comes, runs.before
    FROM (SELECT * FROM placed WHERE user_id IS NULL) AS placed
    ASOF LEFT JOIN identity_runs AS runs ON placed.${ID} = runs.${ID} AND placed.t <= runs.last
  )
  SELECT *, ${first} AS ${COMES}, ${never} AS ${LEAVES} FROM placed WHERE user_id IS NOT NULL
  UNION ALL BY NAME ${ofAnonymous(`coalesce(next_user, ${ID})`, first, never, `next_user IS NULL OR comes <= ${PERIOD}`)}
  UNION ALL BY NAME ${ofAnonymous('next_user', 'comes', never, `next_user IS NOT NULL AND comes > ${PERIOD}`)}
  UNION ALL BY NAME ${ofAnonymous(`coalesce(before, ${ID})`, first, 'comes', `next_user IS NOT NULL AND comes > ${PERIOD}`)}`;
};

/** SQL of rows with the versions of their users, from the table `present`. */
export const VERSIONED_ROWS = `WITH changes AS (
    SELECT DISTINCT user_id, unnest([0::USMALLINT, ${COMES}, ${LEAVES}]) AS ${LIVE} FROM present
  ),
  versions AS (
    SELECT user_id, ${LIVE}, coalesce(lead(${LIVE}) OVER (PARTITION BY user_id ORDER BY ${LIVE}), ${NEVER}) AS ${DEAD}
    FROM changes WHERE ${LIVE} < ${NEVER}
  )
  SELECT present.* EXCLUDE (${COMES}, ${LEAVES}), ${LIVE}, ${DEAD} FROM present JOIN versions USING (user_id)
  WHERE ${COMES} <= ${LIVE} AND ${DEAD} <= ${LEAVES} AND ${PERIOD} < ${DEAD}`;
