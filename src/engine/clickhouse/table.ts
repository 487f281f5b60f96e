/** Opens a table: its columns, bound by our names, where its shards are, and in what order it is kept. */
import type { Config, Reading } from '../../config/settings.js';
import type { Log } from '../../intake/bind.js';
import { bindLog, refuseLacking } from '../../intake/open.js';
import { Failure } from '../../model.js';
import { literal, quoted } from '../../sql/clickhouseText.js';
import type { TableColumn } from '../../sql/clickhouseTable.js';
import { columnsToRead, underAliases } from '../job.js';
import type { Server } from './client.js';
import { serverError } from './errors.js';
import type { Row } from './lines.js';

/** An opened table. */
export interface Table {
  readonly log: Log;
  /** The columns in the order of the table, as `log.columns` counts them. */
  readonly columns: readonly TableColumn[];
  /** The name in SQL of the table, or of the part of it on each shard. */
  readonly from: string;
  /** The name in SQL of all of it. */
  readonly whole: string;
  /** The name of the cluster of its shards; undefined: it is on one server. */
  readonly cluster: string | undefined;
  /** Whether several rows can stand for one until the server merges them, so that it must be told to merge them first. */
  readonly merges: boolean;
  /** The first column by which it is kept in order; empty: none. */
  readonly sortedBy: string;
  /** Columns that the settings read -> their names in SQL. */
  readonly aliases: ReadonlyMap<string, string>;
}

/** The arguments of `Distributed(...)`: cluster, database and table. */
const shardsOf = (engine: string, database: string): { cluster: string; from: string } => {
  const [, given = ''] = /^Distributed\((.*)\)/s.exec(engine) ?? [];
  const parts = [...given.matchAll(/'((?:[^'\\]|\\.)*)'|([\w.]+(?:\(\))?)/gs)].map(
    ([, text, word]) => text?.replaceAll(/\\(.)/gs, '$1') ?? word ?? '',
  );
  const [cluster = '', there = '', table = ''] = parts;
  if (table === '') throw new Failure('data', `the shards of this table cannot be found: its engine is ${engine}`);
  const home = there === '' || there === 'currentDatabase()' ? database : there;
  return { cluster, from: `${quoted(home)}.${quoted(table)}` };
};

/** Engines that replace, cancel or add up rows of one key when they merge parts, whenever that is. */
const MERGING = /(Replacing|Collapsing|Summing|Aggregating|Coalescing|Graphite)MergeTree$/;

/** Engines that pass a table on. */
const PASSING = ['Distributed', 'MaterializedView', 'Merge', 'Buffer'];

/** Whether the rows of a table depend on what the server has merged so far. What a view shows is for the view to say. */
const isMerging = async (
  server: Server,
  engine: string,
  from: string,
  cluster: string | undefined,
): Promise<boolean> => {
  if (!PASSING.includes(engine)) return MERGING.test(engine);
  const probe = `SELECT 1 FROM ${from} FINAL LIMIT 0`;
  try {
    await server.rows(cluster === undefined ? probe : `SELECT * FROM cluster(${literal(cluster)}, view(${probe}))`);
    return true;
  } catch (error) {
    if (error instanceof Failure && serverError(error.cause) === 'ILLEGAL_FINAL') return false;
    throw error;
  }
};

/** The one reading of a configuration that a table can have. */
const readingOf = ({ events, path }: Config): Reading => {
  const [reading, ...others] = events;
  if (reading === undefined || others.length > 0 || reading.files.length > 0) {
    throw new Failure(
      'usage',
      `${path ?? 'gesture.yaml'}: a table has one reading, so events must be one entry without files`,
    );
  }
  if (reading.lines !== undefined)
    throw new Failure('usage', `--from ${reading.from}: is for lines of a log, and a table has columns`);
  const idle = reading.header !== undefined ? 'header' : reading.raggedRows === 'fill' ? 'ragged_rows' : undefined;
  if (idle !== undefined)
    throw new Failure('usage', `${path ?? 'gesture.yaml'}: events.${idle} is for files, not for a table: remove it`);
  return reading;
};

const text = ([cell]: Row): string => cell ?? '';

/**
 * Opens a table as a log.
 *
 * @throws Failure `noInput` without the table, `data` without its columns
 */
export const openTable = async (server: Server, config: Config): Promise<Table> => {
  const { address } = server;
  const { database, table, name } = address;
  const reading = readingOf(config);
  const whole = `${quoted(database)}.${quoted(table)}`;
  const described = await server.rows(`DESCRIBE TABLE ${whole}`);
  const columns = described
    .filter(([, , kind]) => kind !== 'EPHEMERAL')
    .map(([column, type]): TableColumn => ({ name: column ?? '', type: type ?? '' }));
  const [about] = await server.rows(
    `SELECT engine, engine_full, sorting_key FROM system.tables WHERE database = ${literal(database)} AND name = ${literal(table)}`,
  );
  const [engine = '', full = '', sorting = ''] = about ?? [];
  if (columns.length === 0 && engine === 'View')
    throw new Failure(
      'usage',
      `${name}: this view needs parameters, which an address cannot give: make a view without them`,
    );
  const { wanted, needed, aliases } = columnsToRead(config);
  const opened = {
    name,
    path: '',
    format: 'parquet',
    isArray: false,
    delimiter: ',',
    guessed: false,
    crlf: false,
    header: columns.map((column) => column.name),
    since: async () => 'nothing' as const,
  } as const;
  const log = { ...bindLog(opened, { reading, wanted }), blobs: new Map() };
  refuseLacking([log], needed);
  const states = [...log.columns.values()].flat().map(({ at }) => columns[at]);
  const state = states.find((column) => column?.type.startsWith('AggregateFunction') === true);
  if (state !== undefined)
    throw new Failure(
      'data',
      `${name}: ${state.name} holds states of an aggregate, not values: read a table of events`,
    );
  const shards = engine === 'Distributed' ? shardsOf(full ?? '', database) : undefined;
  if (shards !== undefined && reading.identity !== undefined) {
    throw new Failure(
      'usage',
      `${name}: events.identity needs all events of a person in one place, and this table has shards: resolve identities in the table, or read a copy of it on one server`,
    );
  }
  const from = shards?.from ?? whole;
  return {
    log: underAliases(log, aliases),
    columns,
    from,
    merges: await isMerging(server, engine ?? '', from, shards?.cluster),
    whole,
    cluster: shards?.cluster,
    sortedBy: (sorting ?? '').split(',')[0]?.replaceAll('`', '').trim() ?? '',
    aliases,
  };
};

/**
 * Refuses a cluster of which a shard does not answer, if the server is told to leave it out without a word.
 *
 * @throws Failure `noInput`
 */
export const requireShards = async (server: Server, cluster: string): Promise<void> => {
  if (!server.skipsShards) return;
  const [all] = await server.rows(
    `SELECT toString(uniqExact(shard_num)) FROM system.clusters WHERE cluster = ${literal(cluster)}`,
  );
  const answers = await server.rows(
    `SELECT toString(count()) FROM cluster(${literal(cluster)}, view(SELECT 1 AS one))`,
  );
  const [expected, found] = [all, answers[0]].map((row) => Number(text(row ?? ['0'])));
  if (expected !== found) {
    throw new Failure(
      'noInput',
      `${server.address.name}: only ${found} of the ${expected} shards of ${cluster} answer: wait until all are up`,
    );
  }
};
