/** A log that is read with a proposed reading, as a table of the engine. */
import type { Reading } from '../config/settings.js';
import type { Engine } from '../engine/duckdb/open.js';
import { directRelation, locatedRelation, parquetReader, type Relation } from '../engine/duckdb/relations.js';
import { readIdentityMap, resolveUsers } from '../engine/identity.js';
import type { Log } from '../intake/bind.js';
import { locate, type Located } from '../intake/locate.js';
import { type Input, openLogs } from '../intake/open.js';
import { ANONYMOUS_ID } from '../model.js';
import { ROW } from '../sql/reading.js';
import { identifier } from '../sql/text.js';
import type { Opening } from './profile.js';

/** A log that is read as proposed. */
export interface Reader {
  readonly engine: Engine;
  /** Relation of its rows that belong to somebody: user_id, event_type, "#theirs", t, "#file", and amounts as `amount0`, `amount1` ... */
  readonly rows: Relation;
  /** Whether the rows have a `user_agent`. */
  readonly hasAgents: boolean;
}

/** The column that tells bots. */
export const AGENT = 'user_agent';

/** The name of a column of amounts in rows. */
export const amountColumn = (i: number): string => `amount${i}`;

/** The name of the table of rows that can be used. */
const PLACED = 'placed';

/** Keeps the rows of a log that can be used, since they are read several times: reading them anew takes much longer. */
const place = async (engine: Engine, { sql, paths }: Relation, columns: readonly string[]): Promise<void> => {
  const kept = ['user_id', 'event_type', identifier(ROW.theirs), 't', '"#file"', ...columns].join(', ');
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE ${PLACED} AS SELECT ${kept} FROM ${sql}
     WHERE t >= TIMESTAMP '1990-01-01' AND t < TIMESTAMP '2200-01-01' AND event_type IS NOT NULL AND ${identifier(ROW.left)} IS NULL`,
    paths,
  );
};

/** Places the rows of logs: read as they are if the engine can, otherwise from copies. */
const placeLogs = async (
  engine: Engine,
  logs: readonly Log[],
  {
    numbers,
    columns,
    scratch,
    direct,
  }: { numbers: ReadonlySet<string>; columns: readonly string[]; scratch: string; direct: boolean },
): Promise<void> => {
  if (direct) {
    const works = await place(engine, directRelation(logs, numbers), columns).then(
      () => true,
      () => false,
    );
    if (works) return;
  }
  const copies: Pick<Located, 'paths'>[] = [];
  for (const [i, log] of logs.entries()) {
    copies.push(log.format === 'parquet' ? { paths: [log.path] } : await locate(log, i, scratch));
  }
  await place(engine, locatedRelation(logs, copies, numbers), columns);
};

/**
 * Opens logs with the readings that are proposed for them.
 *
 * @param amounts columns of theirs that hold numbers
 * @param direct whether the engine can read all of them as they are
 * @throws Failure `data` if a reading does not fit
 */
export const openReader = async (
  inputs: readonly Input[],
  { amounts, direct }: { readonly amounts: readonly string[]; readonly direct: boolean },
  { engine, scratch, stdin, delimiter }: Opening,
): Promise<Reader> => {
  const named = Object.fromEntries(amounts.map((name, i) => [amountColumn(i), name]));
  const withAmounts = (reading: Reading): Reading => ({ ...reading, columns: { ...reading.columns, ...named } });
  const logs = await openLogs(
    inputs.map(({ name, reading }) => ({ name, reading: withAmounts(reading) })),
    { wanted: [...Object.keys(named), AGENT], needed: [], delimiter, scratch, stdin, parquet: parquetReader(engine) },
  );
  const has = (column: string): boolean => logs.some(({ columns }) => columns.has(column));
  const numbers = Object.keys(named).filter(has);
  const columns = [...numbers, ...[AGENT, ANONYMOUS_ID].filter(has)];
  await placeLogs(engine, logs, { numbers: new Set(numbers), columns, scratch, direct });
  if (has(ANONYMOUS_ID)) await readIdentityMap(engine, undefined, scratch);
  const placed = { sql: PLACED, paths: [] };
  const { sql, paths } = has(ANONYMOUS_ID) ? await resolveUsers(engine, placed, undefined) : placed;
  return { engine, rows: { sql: `(SELECT * FROM ${sql} WHERE user_id IS NOT NULL)`, paths }, hasAgents: has(AGENT) };
};
