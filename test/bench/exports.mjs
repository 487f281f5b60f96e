// One log as other exports have it.
import { DuckDBInstance } from '@duckdb/node-api';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * SQL of the rows, the options of COPY, the name of the file, gesture.yaml and flags of each. `plain` is the expression of
 * the instant where plain DuckDB reads the same file to the same end.
 */
const EXPORTS = {
  epoch_ms: {
    select: 'e.* REPLACE (epoch_ms(timestamp::TIMESTAMP) AS timestamp)',
    config: 'events: { timestamp: epoch_ms }',
    plain: 'epoch_ms(timestamp)',
  },
  'a pattern': {
    select: "e.* REPLACE (strftime(timestamp::TIMESTAMP, '%d/%m/%Y %H:%M:%S') AS timestamp)",
    config: "events: { timestamp: '%d/%m/%Y %H:%M:%S' }",
  },
  'a time zone': {
    select: "e.* REPLACE (replace(timestamp, 'Z', '') AS timestamp)",
    config: 'events: { timezone: Europe/Berlin }',
  },
  'JSON lines': { file: 'log.ndjson', options: 'FORMAT json', plain: 'timestamp' },
  'JSON lines, typed': {
    file: 'typed.ndjson',
    options: 'FORMAT json',
    typed: true,
    plain: 'timestamp',
  },
  'all quoted': { options: 'FORMAT csv, HEADER, FORCE_QUOTE *', plain: 'timestamp' },
  '1 % rejected': {
    select: "e.* REPLACE (CASE WHEN hash(event_id) % 100 = 0 THEN 'yesterday' ELSE timestamp END AS timestamp)",
  },
  'exclude, by domain': {
    select: "*, concat(user_id, CASE WHEN hash(user_id) % 100 = 0 THEN '@acme.com' ELSE '@example.org' END) AS email",
    config: 'exclude: { email_domains: [acme.com] }',
  },
  '--as-of in the middle': { flags: (middle) => ['--as-of', middle] },
  'random ids': { select: 'e.* REPLACE (md5(event_id) AS event_id)' },
  'no session ids': { select: '* EXCLUDE session_id' },
  'session ids without flags': { select: '* EXCLUDE (is_repeat_session, bounce_flag, spam_flag)' },
  'identity, 3 of 10 rows anonymous': {
    select:
      "e.* REPLACE (CASE WHEN hash(event_id) % 10 >= 3 THEN user_id END AS user_id), concat('a', user_id) AS anonymous_id",
    config: 'events: { identity: anonymous_id }',
  },
  'three sources': { thirds: true },
  gzip: { file: 'log.csv.gz', options: 'FORMAT csv, HEADER, COMPRESSION gzip' },
  zstd: { file: 'log.csv.zst', options: 'FORMAT csv, HEADER, COMPRESSION zstd' },
  'Parquet, all text': { file: 'text.parquet', options: 'FORMAT parquet' },
  'Parquet, typed': { file: 'typed.parquet', options: 'FORMAT parquet', typed: true, plain: 'timestamp' },
};

const quoted = (path) => `'${path.replaceAll("'", "''")}'`;

/**
 * Writes the exports of a log to `folder`.
 *
 * @returns their names, paths and flags, with `plain` where plain DuckDB can be asked the same
 */
export const makeExports = async (events, folder) => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const text = `read_csv(${quoted(events)}, all_varchar = true) AS e`;
  const half = `SELECT strftime(quantile_disc(timestamp::TIMESTAMP, 0.5), '%Y-%m-%d') FROM ${text}`;
  const middle = String((await connection.runAndReadAll(half)).getRows()[0][0]);
  const write = (select, from, path, options) =>
    connection.run(`COPY (SELECT ${select} FROM ${from}) TO ${quoted(path)} (${options})`);
  const made = [];
  for (const [name, variant] of Object.entries(EXPORTS)) {
    const { select = '*', options = 'FORMAT csv, HEADER', file = `${made.length}.csv`, config, plain } = variant;
    const from = variant.typed ? `read_csv(${quoted(events)}) AS e` : text;
    const paths = variant.flags ? [events] : [join(folder, file)];
    const flags = variant.flags?.(middle) ?? [];
    if (variant.thirds) {
      paths.push(...[1, 2].map((third) => join(folder, `third${third}.csv`)));
      // By days, as a log that is rotated.
      for (const [third, path] of paths.entries()) {
        await write('*', `${text} WHERE hash(timestamp[:10]) % 3 = ${third}`, path, options);
      }
    } else if (variant.flags === undefined) {
      await write(select, from, paths[0], options);
    }
    if (config !== undefined) {
      const settings = join(folder, `${made.length}.yaml`);
      writeFileSync(settings, `${config}\n`);
      flags.push('--config', settings);
    }
    made.push({ name, paths, flags, plain });
  }
  return made;
};
