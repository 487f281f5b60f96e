/**
 * The careful reading of a log: every record is located, every cell checked, and what is rejected, repeated, excluded
 * or later than as-of is told apart. Rows are kept in a Parquet file of our own meanwhile, so that cells are checked once.
 */
import { join } from 'node:path';
import { spelled } from '../intake/open.js';
import { type Log } from '../intake/bind.js';
import { type Fault, type Located, locate, rawText } from '../intake/locate.js';
import { percent } from '../text/numbers.js';
import { Failure } from '../model.js';
import { byEvent, checkedRows, excluded, type Plan, profiledColumns, withoutDuplicates } from '../sql/query.js';
import { literal } from '../sql/text.js';
import type { Engine } from './duckdb/open.js';
import {
  aggregateSessions,
  type Aggregated,
  count,
  deviceNames,
  factsFrom,
  instantOf,
  knownCells,
  namesOf,
  type Request,
  SAMPLE,
  sum,
  TooManyRejected,
} from './aggregate.js';
import { locatedRelation, ownParquet, parquetRows } from './duckdb/relations.js';

/** The rows that break a rule, in file order. */
const rejectedRows = async (
  engine: Engine,
  logs: readonly Log[],
  checked: string,
  names: Plan['names'],
): Promise<Fault[]> => {
  const theirs = new Map([...names].map(([column, name]) => [name, column]));
  const raw = logs.some((log) => log.format === 'parquet') ? '"#raw"' : 'NULL';
  const place = logs.some((log) => log.format !== 'parquet') ? '"#offset", "#length"' : 'NULL, NULL';
  const rows = await engine.rows(
    `SELECT "#file", "#line", "#fault", "#reason", ${raw}, ${place} FROM ${checked}
     WHERE "#fault" IS NOT NULL ORDER BY "#file", "#line"`,
  );
  const faults: Fault[] = [];
  for (const [at, log] of logs.entries()) {
    const here = rows.filter((row) => Number(row[0]) === at);
    const texts =
      log.format === 'parquet'
        ? here.map((row) => String(row[4]))
        : await rawText(
            log,
            here.map((row) => ({ offset: Number(row[5]), length: Number(row[6]) })),
          );
    for (const [i, [, line, column, reason]] of here.entries()) {
      faults.push({
        file: log.name,
        line: Number(line),
        column: theirs.get(String(column)) ?? String(column),
        reason: String(reason),
        raw: texts[i] ?? '',
      });
    }
  }
  return faults;
};

/** Refuses a run in which too much was rejected. */
const checkRejected = (logs: readonly Log[], faults: readonly Fault[], read: number, limit: number): void => {
  const share = read === 0 ? 0 : faults.length / read;
  const first = faults[0];
  if (!first) return;
  const example = `the first: ${first.file}:${first.line}: ${first.column ? `${first.column} is ` : ''}${first.reason}`;
  const guessed = logs.find((log) => log.guessed);
  if (guessed && share > 0.05) {
    throw new TooManyRejected(
      `${guessed.name}: the columns seem to be separated by ${spelled(guessed.delimiter)}, but ${faults.length} of ${read} rows do not fit (${example}); if it is right, say so with --delimiter`,
      faults,
    );
  }
  if (share > limit) {
    throw new TooManyRejected(
      `${faults.length} of ${read} rows (${percent(share, 1)}) are rejected, over the limit of ${percent(limit, 1)}; ${example}. Mend the rows, or raise --max-rejected`,
      faults,
    );
  }
};

/** A log as the engine can read it without doubt. Parquet has its rows located already. */
const locateIn = async (engine: Engine, log: Log, index: number, scratch: string): Promise<Located> =>
  log.format === 'parquet'
    ? { path: log.path, records: await parquetRows(engine, log.path), faults: [] }
    : locate(log, index, scratch);

/**
 * Reads logs with care into `by_event` and `by_session`.
 *
 * @param asOf microseconds since 1970; undefined: the latest timestamp of the log
 * @throws TooManyRejected, and Failure `data` where a file cannot be told into records
 */
export const readStrict = async (
  engine: Engine,
  logs: readonly Log[],
  plan: Plan,
  request: Request,
  asOf: bigint | undefined,
): Promise<Aggregated> => {
  const { config, scratch } = request;
  const located: Located[] = [];
  for (const [i, log] of logs.entries()) located.push(await locateIn(engine, log, i, scratch));
  const source = locatedRelation(logs, located, config.events.unknown);
  const kept = join(scratch, 'checked.parquet');
  await engine.run(
    `COPY (${checkedRows({ source: source.sql, rules: plan.rules })}) TO ${literal(kept)} (FORMAT parquet)`,
    source.paths,
  );
  const checked = ownParquet(kept);
  const wellFormed = sum(located.map((copy) => copy.records));
  const seen = await count(engine, `SELECT count(*) FROM ${checked}`);
  if (seen !== wellFormed) {
    throw new Failure(
      'data',
      `the engine sees ${seen} records where an independent count finds ${wellFormed}: please report this file`,
    );
  }
  const broken = await rejectedRows(engine, logs, checked, plan.names);
  const order = new Map(logs.map((log, i) => [log.name, i]));
  const faults = [...located.flatMap((copy) => copy.faults), ...broken].toSorted(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line,
  );
  const read = wellFormed + faults.length - broken.length;
  checkRejected(logs, faults, read, request.maxRejected);

  const accepted = `(SELECT * FROM ${checked} WHERE "#fault" IS NULL)`;
  let rows = accepted;
  let duplicate = 0;
  if (plan.rules.columns.includes('event_id')) {
    await engine.run(
      `CREATE TEMP TABLE counted AS SELECT event_id, count(*) AS n FROM ${accepted} WHERE event_id IS NOT NULL GROUP BY event_id HAVING count(*) > 1`,
    );
    await engine.run('CREATE TEMP TABLE repeated AS SELECT event_id FROM counted');
    duplicate = await count(engine, 'SELECT sum(n - 1)::BIGINT FROM counted');
    if (duplicate > 0) rows = withoutDuplicates(plan.rules, accepted, 'repeated');
  }
  const until = asOf === undefined ? 'true' : `t <= ${instantOf(asOf)}`;
  const [row] = await engine.rows(
    `SELECT count(*), count(*) FILTER (WHERE ${until}), ${[...knownCells(plan, ` FILTER (WHERE ${until})`), 'epoch_us(max(t))'].join(', ')} FROM ${rows}`,
  );
  const [devices] = await engine.rows(`SELECT ${deviceNames(plan)} FROM (SELECT * FROM ${rows} LIMIT ${SAMPLE})`);
  const [known = 0, early = 0, ...cells] = (row ?? []).map(Number);
  const last = asOf ?? row?.at(-1);
  const careful: Plan = {
    ...plan,
    facts: { ...factsFrom(profiledColumns(plan), cells, early), devices: namesOf(devices?.[0]) },
    asOf: instantOf(typeof last === 'bigint' ? last : 0n),
  };
  let usedRows = asOf === undefined ? rows : `(SELECT * FROM ${rows} WHERE ${until})`;
  if (config.exclude) {
    await engine.run(`CREATE TEMP TABLE excluded AS ${excluded(careful, config.exclude, usedRows)}`);
    usedRows = `(SELECT rows.* FROM ${usedRows} AS rows ANTI JOIN excluded USING ("#file", "#line"))`;
  }
  await engine.run(`CREATE TEMP TABLE by_event AS ${byEvent(careful, usedRows)}`);
  const withDevices = await aggregateSessions(engine, careful, { rows: usedRows, paths: [] });
  const accounts = {
    read,
    used: await count(engine, 'SELECT sum("#events")::BIGINT FROM by_event'),
    rejected: faults.length,
    duplicate,
    excluded: config.exclude ? await count(engine, 'SELECT count(*) FROM excluded') : 0,
    later: known - early,
  };
  const { used, rejected, excluded: left, later } = accounts;
  if (read !== used + rejected + duplicate + left + later) {
    throw new Error(`the accounting is broken: ${JSON.stringify(accounts)}`);
  }
  return { accounts, faults, plan: withDevices, rows: usedRows, paths: [] };
};
