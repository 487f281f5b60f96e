/** Ids of users that are probably not as they should be: spoilt, spelled in two ways, or shared by many. */
import { counted, grouped, percent } from '../../text/numbers.js';
import { shown } from '../../text/printable.js';
import type { Engine } from '../duckdb/open.js';
import type { Finding } from './finding.js';

/** Ids such as 1001.0 beside 1001: numbers that were printed as decimals by something on the way. */
const decimalIds = async (engine: Engine): Promise<Finding[]> => {
  const [row = []] = await engine.rows(
    `SELECT count(*), min(b.user_id) FROM by_event AS a JOIN by_event AS b ON a.user_id = b.user_id || '.0' WHERE a.user_id LIKE '%.0'`,
  );
  const twins = Number(row[0] ?? 0);
  if (twins === 0) return [];
  const example = String(row[1]);
  const text = `${counted(twins, 'user_id')} with and without .0 at the end (${example} and ${example}.0): probably one person each, whose ids something has read as decimals`;
  return [{ code: 'id-decimal', text }];
};

/** Ids that a spreadsheet has rounded, such as 9.44E+18: it writes a capital E, a sign and two digits. */
const roundedIds = async (engine: Engine): Promise<Finding[]> => {
  const [row = []] = await engine.rows(
    `SELECT count(*), min(user_id), sum("#events")::BIGINT FROM by_event
     WHERE contains(user_id, 'E+') AND regexp_full_match(user_id, '-?\\d(\\.\\d+)?E\\+\\d\\d')`,
  );
  const users = Number(row[0] ?? 0);
  if (users === 0) return [];
  const text = `${counted(users, 'user_id')} such as ${shown(String(row[1]))}, with ${counted(Number(row[2]), 'event')}, ${users === 1 ? 'is' : 'are'} written as a spreadsheet rounds long numbers, so that several people may share it: export the log again with the ids as text`;
  return [{ code: 'id-rounded', text }];
};

/**
 * Ids that are the same but for case or blanks around them. Random ids of mixed case can meet by chance: so one of them
 * must be all lower or all upper case, or be an address.
 */
const respelledIds = async (engine: Engine): Promise<Finding[]> => {
  const bare = (id: string): string => `lower(trim(${id}, ' \t'))`;
  const [row = []] = await engine.rows(
    `WITH odd AS (SELECT DISTINCT ${bare('user_id')} AS bare FROM by_event WHERE user_id <> ${bare('user_id')}),
     alike AS (
       SELECT list(user_id ORDER BY user_id) AS ids, any_value(b.bare) AS bare
       FROM (SELECT user_id, ${bare('user_id')} AS bare FROM by_event) AS b SEMI JOIN odd USING (bare)
       GROUP BY b.bare HAVING count(*) > 1
     )
     SELECT count(*), min(ids)[1], min(ids)[2] FROM alike
     WHERE contains(bare, '@') OR len(list_filter(ids, lambda id: trim(id, ' \t') IN (bare, upper(bare)))) > 0`,
  );
  const pairs = Number(row[0] ?? 0);
  if (pairs === 0) return [];
  const text =
    `${counted(pairs, 'person')} with several user_ids that differ only in case or blanks, such as ${shown(String(row[1]))} and ${shown(String(row[2]))}: each is scored as several users; spell ids alike in the export, for example in lower case`.replace(
      /^([\d,]+) persons /,
      '$1 people ',
    );
  return [{ code: 'id-case', text }];
};

/** From how many users and events on one user can have too large a share of them, and how large it is. */
const SIZE = { users: 10, events: 100, share: 0.1 };

/** How many times the average of the others: of a dozen users the busiest may well have a tenth of all events. */
const TIMES = 5;

/** A user with over a tenth of all events: a bot, a test account, or an id that stands for many. */
const busiestUser = async (engine: Engine): Promise<Finding[]> => {
  const [row = []] = await engine.rows(
    `SELECT count(*), sum("#events")::BIGINT, max("#events"), arg_min(user_id, (-"#events", user_id)) FROM by_event`,
  );
  const [users = 0, events = 0, most = 0] = row.slice(0, 3).map(Number);
  if (users < SIZE.users || events < SIZE.events || most <= SIZE.share * events) return [];
  if (most * (users - 1) < TIMES * (events - most)) return [];
  const id = String(row[3]);
  const text = `the user ${shown(id)} has ${grouped(most)} of ${counted(events, 'event')} (${percent(most / events)}): if it is a bot, a test account or an id that many share, leave it out with exclude: { users: [${JSON.stringify(id)}] }`;
  return [{ code: 'user-dominates', text }];
};

/** What is odd about the ids of users. */
export const oddIds = async (engine: Engine): Promise<Finding[]> => [
  ...(await decimalIds(engine)),
  ...(await roundedIds(engine)),
  ...(await respelledIds(engine)),
  ...(await busiestUser(engine)),
];
