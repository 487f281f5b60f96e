/** Users of the server that tests start, each with settings of its own; the password of all but the default is s3cret. */

/** Settings by which a server answers in part without a word. */
export const SILENT: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
  limited: { limit: 50 },
  offset: { offset: 5 },
  results: { max_result_rows: 50, result_overflow_mode: 'break' },
  groups: { max_rows_to_group_by: 50, group_by_overflow_mode: 'break' },
  any_groups: { max_rows_to_group_by: 50, group_by_overflow_mode: 'any' },
  reading: { max_rows_to_read: 700, read_overflow_mode: 'break', max_block_size: 100 },
  time: { max_execution_time: 0.001, timeout_overflow_mode: 'break' },
  sorting: { max_rows_to_sort: 50, sort_overflow_mode: 'break' },
  joining: { max_rows_in_join: 50, join_overflow_mode: 'break' },
};

const tags = (settings: Readonly<Record<string, string | number>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('');

const user = (name: string, settings: Readonly<Record<string, string | number>>, more = ''): [string, string] => [
  `<${name}><readonly>1</readonly>${tags(settings)}</${name}>`,
  `<${name}><password>s3cret</password><networks><ip>127.0.0.1</ip></networks><profile>${name}</profile><quota>default</quota>${more}</${name}>`,
];

const USERS = [
  ...Object.entries(SILENT).map(([name, settings]) => user(name, settings)),
  user('reader', {}, '<grants><query>GRANT SELECT ON default.*</query></grants>'),
  user('remote', {}, '<grants><query>GRANT SELECT ON default.*</query><query>GRANT READ ON REMOTE</query></grants>'),
  user('stranger', {}, '<grants><query>GRANT SELECT ON default.nothing</query></grants>'),
  user('small', { max_memory_usage: 2_000_000, max_untracked_memory: 0 }),
  user('hasty', { max_execution_time: 0.01 }),
  user('skipping', { skip_unavailable_shards: 1 }),
  user('short', { max_rows_to_read: 700 }),
];

/** The users of a server, as XML. */
export const USERS_XML = `<clickhouse>
  <profiles><default><max_threads>2</max_threads></default>${USERS.map(([profile]) => profile).join('')}</profiles>
  <quotas><default></default></quotas>
  <users>
    <default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota><access_management>1</access_management></default>
    ${USERS.map(([, one]) => one).join('\n    ')}
  </users>
</clickhouse>`;

/** The cluster `two`, as XML, by the native ports of its shards. */
export const clusterOf = (shards: readonly number[]): string =>
  `<remote_servers><two>${shards
    .map((port) => `<shard><replica><host>127.0.0.1</host><port>${port}</port></replica></shard>`)
    .join('')}</two></remote_servers>`;
