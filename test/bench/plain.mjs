// What somebody who knows the engine would write for the same columns: node test/bench/plain.mjs IN OUT [EPOCH]
// IN is CSV, Parquet or JSON lines with the columns that `gesture generate` writes. Nothing is checked, counted or
// explained, the first row says who somebody is, and devices are counted by events.
import { DuckDBInstance } from '@duckdb/node-api';

const TYPES = {
  page_views: 'page_view',
  pricing_page_views: 'pricing_page_view',
  search_events: 'search',
  chat_messages: 'chat_message',
  doc_downloads: 'doc_download',
  demo_request_clicks: 'demo_request_click',
  signups: 'signup',
  calendar_bookings: 'calendar_booking',
};
const PROFILE = [
  'username',
  'location_city',
  'gender',
  'account_balance_usd',
  'recent_pages_viewed',
  'recent_pricing_views',
];
const SESSIONS = { repeat_session: 'is_repeat_session', bounce: 'bounce_flag', spam: 'spam_flag' };
const each = (of, make) => of.map(make).join(', ');

const [, , input, output, instant = 'timestamp'] = process.argv;
const connection = await (await DuckDBInstance.create(':memory:')).connect();
await connection.run(`COPY (
  WITH sessions AS (
    SELECT user_id, session_id, mode(device) AS device, max(${instant}) AS ended, count(*) AS events,
      ${each(PROFILE, (name) => `first(${name}) AS ${name}`)},
      ${each(Object.entries(SESSIONS), ([name, flag]) => `max(${flag}::INT) AS ${name}`)},
      ${each(Object.entries(TYPES), ([name, type]) => `count(*) FILTER (event_type = '${type}') AS ${name}`)}
    FROM '${input}' GROUP BY ALL
  ), users AS (
    SELECT user_id, mode(device) AS primary_device, max(ended)::TIMESTAMP AS last_event_ts, sum(events) AS total_events,
      count(*) AS total_sessions, ${each(PROFILE, (name) => `first(${name}) AS ${name}`)},
      ${each(Object.keys(SESSIONS), (name) => `sum(${name}) AS ${name}s, avg(${name}) AS ${name}_rate`)},
      ${each(Object.keys(TYPES), (name) => `sum(${name}) AS ${name}`)}
    FROM sessions GROUP BY user_id
  )
  SELECT *, epoch((SELECT max(last_event_ts) FROM users) - last_event_ts) / 86400 AS days_since_last_event,
    (signups > 0 AND calendar_bookings > 0)::INT AS converted
  FROM users ORDER BY user_id
) TO '${output}' (HEADER)`);
