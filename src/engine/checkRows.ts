/** Locates every record of a log and checks every cell: what is rejected, which cells are unreadable, and how much of it is too much. */
import { join } from 'node:path';
import type { Log } from '../intake/bind.js';
import type { Fault } from '../intake/faults.js';
import { type Located, locate, rawText } from '../intake/locate.js';
import { spelled } from '../intake/open.js';
import { NOT_UTF8, RAGGED, type RawRecord } from '../intake/records.js';
import { damaged, ENCODING_ADVICE } from '../intake/refuse.js';
import { Failure } from '../model.js';
import { duckdb } from '../sql/duckdb.js';
import { CHECKED, checkedRows } from '../sql/query.js';
import { ROW } from '../sql/reading.js';
import { identifier, literal } from '../sql/text.js';
import { counted, percent } from '../text/numbers.js';
import { suggestTimestamp } from '../text/suggestTimestamp.js';
import {
  count,
  CSV_FILE,
  type Job,
  namedLogs,
  sum,
  TooManyRejected,
  type UnreadableColumn,
  rejectedOver,
} from './aggregate.js';
import { type Engine, isDataFault } from './duckdb/open.js';
import { locatedRelation, ownParquet, parquetRaw, parquetRows } from './duckdb/relations.js';

/** Faults that name columns as the project does, rather than by their aliases. */
const withoutAliases = (faults: readonly Fault[], { aliases }: Job): Fault[] => {
  const columns = new Map([...aliases].map(([column, alias]) => [alias, column]));
  return faults.map((fault) => ({ ...fault, column: columns.get(fault.column) ?? fault.column }));
};

/** The rows that break a rule, in file order. */
const rejectedRows = async (engine: Engine, { logs }: Job, checked: string): Promise<Fault[]> => {
  const rows = await engine.rows(
    `SELECT "#file", "#line", ${identifier(CHECKED.fault)}, ${identifier(CHECKED.reason)}, "#offset", "#length" FROM ${checked}
     WHERE ${identifier(CHECKED.fault)} IS NOT NULL ORDER BY "#file", "#line"`,
  );
  const faults: Fault[] = [];
  for (const [file, log] of logs.entries()) {
    const here = rows.filter((row) => Number(row[0]) === file);
    const lines = here.map((row) => Number(row[1]));
    const places = here.map((row) => ({ offset: Number(row[4]), length: Number(row[5]) }));
    const texts = log.format === 'parquet' ? await parquetRaw(engine, log, lines) : await rawText(log, places);
    for (const [i, [, line, column, reason]] of here.entries()) {
      faults.push({
        file: log.name,
        line: Number(line),
        column: String(column),
        reason: String(reason),
        raw: texts[i] ?? '',
      });
    }
  }
  return faults;
};

/** How many rows are rejected for their number of cells. */
export const countRagged = (faults: readonly Fault[]): number =>
  faults.filter(({ reason }) => reason.startsWith(RAGGED)).length;

/** How many rows are rejected since they are not UTF-8. */
export const countNotUtf8 = (faults: readonly Fault[]): number =>
  faults.filter(({ reason }) => reason === NOT_UTF8).length;

/** What to do about rows with more or fewer cells. */
export const RAGGED_ADVICE =
  'if cells are missing at the end of rows, or empty ones follow the last column, set events: { ragged_rows: fill }';

/** The least share of rows whose timestamps cannot be read that tells of another form, rather than of faults. */
const LEAST_ADVISED = 0.05;

/** What to do if many timestamps cannot be read: the exact setting that reads them, if there is one. */
const timestampAdvice = async (
  engine: Engine,
  { checked, faults, read }: Pick<Checked, 'faults' | 'read' | 'checked'>,
): Promise<string> => {
  const wrong = faults.filter(({ column }) => column === 'timestamp').length;
  if (wrong * 2 <= faults.length || wrong < LEAST_ADVISED * read) return '';
  const cells = await engine.rows(
    `SELECT "timestamp" FROM ${checked} WHERE ${identifier(CHECKED.fault)} = 'timestamp' AND "timestamp" IS NOT NULL LIMIT 1000`,
  );
  return suggestTimestamp(cells.map(([cell]) => String(cell)));
};

/** Refuses a run in which too much was rejected. */
const checkRejected = async (
  engine: Engine,
  { logs, maxRejected: limit }: Job,
  found: Pick<Checked, 'faults' | 'read' | 'checked'>,
): Promise<void> => {
  const { faults, read } = found;
  const share = read === 0 ? 0 : faults.length / read;
  const first = faults[0];
  if (!first) return;
  const example = `the first: ${first.file}:${first.line}: ${first.column ? `${first.column} is ` : ''}${first.reason}`;
  const guessed = logs.find((log) => log.guessed);
  if (guessed && share > 0.05 && countRagged(faults) > 0) {
    throw new TooManyRejected(
      `${guessed.name}: the columns seem to be separated by ${spelled(guessed.delimiter)}, but ${faults.length} of ${read} rows do not fit (${example}). If the delimiter is right, confirm it with --delimiter`,
      faults,
    );
  }
  if (share > limit) {
    const over = `${rejectedOver({ read, rejected: faults.length }, limit)}; ${example}`;
    if (countNotUtf8(faults) * 2 > faults.length) {
      throw new TooManyRejected(`${over}. The file is not UTF-8: ${ENCODING_ADVICE}`, faults);
    }
    const fill = countRagged(faults) * 2 > faults.length ? `${RAGGED_ADVICE}; or` : 'or';
    const form = await timestampAdvice(engine, found);
    const allow = limit === 0 ? 'allow some with --max-rejected and without --strict' : 'raise --max-rejected';
    throw new TooManyRejected(`${over}. ${form}Fix the rows, ${fill} ${allow}`, faults);
  }
};

/** Some of the rows of a job whose logs are regular CSV files. */
export interface Part {
  /** How many rows all logs have. */
  readonly read: number;
  /** The records of each log. */
  readonly records: readonly AsyncIterable<RawRecord[]>[];
}

/** The located copies of logs, where there are any. */
export type Copies = readonly (Located | undefined)[];

/** Copies the logs that the engine cannot read as they are. @throws Failure `data` for a file that cannot be divided into records */
export const copyLogs = async ({ logs, scratch, threads, watch }: Job): Promise<Copies> => {
  const copies: (Located | undefined)[] = [];
  for (const [i, log] of logs.entries()) {
    const isReadable = log.format === 'csv' || log.format === 'parquet';
    copies.push(isReadable ? undefined : await locate(log, i, scratch, { onRecords: watch?.rows, threads }));
  }
  return copies;
};

/** A log as the engine can read it without doubt. The rows of Parquet need no locating. */
const locateIn = async (
  engine: Engine,
  log: Log,
  index: number,
  { scratch, threads, watch }: Job,
  copy: Located | undefined,
  part: Part | undefined,
): Promise<Located> => {
  if (copy !== undefined) return copy;
  if (part !== undefined) return locate(log, index, scratch, { some: part.records[index] });
  return log.format === 'parquet'
    ? { paths: [log.path], records: await parquetRows(engine, log), faults: [], lossy: 0 }
    : locate(log, index, scratch, { onRecords: watch?.rows, threads });
};

/** The rows of a log that can be placed, and what was rejected or unreadable. */
export interface Checked {
  readonly read: number;
  readonly faults: readonly Fault[];
  readonly unreadable: readonly UnreadableColumn[];
  /** Relation of all rows, with `t`, "#file" and "#line", and the columns of CHECKED. */
  readonly checked: string;
  /** Relation of the accepted ones. */
  readonly rows: string;
}

/** Unreadable cells one by one: those that the rules found, and those that were lost when a record was copied. */
const unreadableRows = (checked: string): string => {
  const listed = identifier(CHECKED.unreadable);
  const lost = `from_json("#lost", '[{"column": "VARCHAR", "reason": "VARCHAR", "cell": "VARCHAR"}]')`;
  return `(SELECT "#file", "#line", unnest(list_concat(${listed}, ${lost}), recursive := true)
     FROM ${checked} WHERE ${identifier(CHECKED.fault)} IS NULL AND ${identifier(ROW.left)} IS NULL AND (${listed} IS NOT NULL OR "#lost" IS NOT NULL))`;
};

/** Lists unreadable cells in a file, if asked for, and counts them by column. */
const listUnreadable = async (engine: Engine, job: Job, checked: string): Promise<UnreadableColumn[]> => {
  const aliases = [...job.aliases].map(([column, alias]) => `WHEN ${literal(alias)} THEN ${literal(column)}`);
  const column = aliases.length === 0 ? '"column"' : `CASE "column" ${aliases.join(' ')} ELSE "column" END`;
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE unreadable AS SELECT "#file", "#line" AS line, ${column} AS "column", reason, cell, file
     FROM ${unreadableRows(checked)} JOIN ${namedLogs(job.logs)} ON "#file" = log`,
  );
  if (job.unreadable !== undefined) {
    await engine.run(
      `COPY (SELECT line, "column", reason, cell, file FROM unreadable ORDER BY "#file", line, "column") TO $1 ${CSV_FILE}`,
      [job.unreadable],
    );
  }
  const first = `arg_min({'line': line, 'reason': reason, 'cell': cell, 'file': file}, ("#file", line))`;
  const rows = await engine.rows(
    `SELECT "column", n, f.line, f.reason, f.cell, f.file FROM (
       SELECT "column", count(*) AS n, ${first} AS f FROM unreadable GROUP BY "column") ORDER BY n DESC, "column"`,
  );
  return rows.map(([name, cells, line, reason, cell, file]) => ({
    column: String(name),
    cells: Number(cells),
    line: Number(line),
    reason: String(reason),
    cell: String(cell),
    file: String(file),
  }));
};

/** Refuses a run in which too many cells of one column cannot be read. */
const checkUnreadable = ({ unreadable, read, faults }: Checked, { logs, maxRejected: limit }: Job): void => {
  const guessed = logs.find((log) => log.guessed);
  const worst = unreadable.find(({ cells }) => cells > Math.min(limit, guessed === undefined ? 1 : 0.05) * read);
  if (worst === undefined) return;
  const { column, cells, file, line, cell, reason } = worst;
  if (guessed !== undefined && cells <= limit * read) {
    throw new TooManyRejected(
      `${guessed.name}: the columns seem to be separated by ${spelled(guessed.delimiter)}, but ${column} cannot be read in ${counted(cells, 'row')} of ${read}; the first: ${file}:${line}: ${JSON.stringify(cell.slice(0, 60))} is ${reason}. For numbers such as 1.234,50 set events: { decimal: ',' }; if the delimiter is right as it is, confirm it with --delimiter`,
      faults,
    );
  }
  const comma = reason === 'not a number' && /\d,\d/.test(cell) ? `set events: { decimal: ',' }, ` : '';
  throw new TooManyRejected(
    `${column} cannot be read in ${counted(cells, 'row')} of ${read} (${percent(cells / read, 1)}), over the limit of ${percent(limit, 1)}; the first: ${file}:${line}: ${JSON.stringify(cell.slice(0, 60))} is ${reason}. Mend the column, ${comma}or raise --max-rejected`,
    faults,
  );
};

/**
 * Locates every record and checks every cell.
 *
 * @param copies those that are there already
 * @param part only these rows; by default all
 * @throws TooManyRejected, and Failure `data` for a file that cannot be divided into records
 */
export const checkRows = async (engine: Engine, job: Job, copies: Copies = [], part?: Part): Promise<Checked> => {
  const { logs, plan, scratch } = job;
  const located: Located[] = [];
  for (const [i, log] of logs.entries()) located.push(await locateIn(engine, log, i, job, copies[i], part));
  const source = locatedRelation(logs, located, job.numbers);
  const kept = join(scratch, 'checked.parquet');
  await engine
    .run(`COPY (${checkedRows(duckdb, plan.rules, source.sql)}) TO ${literal(kept)} (FORMAT parquet)`, source.paths)
    .catch((error: unknown) => {
      const parquet = logs.filter(({ format }) => format === 'parquet').map(({ name }) => name);
      throw parquet.length > 0 && isDataFault(error) ? damaged(parquet.join(', '), error) : error;
    });
  const checked = ownParquet(kept);
  const wellFormed = sum(located.map((copy) => copy.records));
  const seen = await count(engine, `SELECT count(*) FROM ${checked}`);
  if (seen !== wellFormed) {
    throw new Failure(
      'data',
      `the engine found ${seen} records, the independent count ${wellFormed}: please report this file`,
    );
  }
  const broken = await rejectedRows(engine, job, checked);
  const order = new Map(logs.map((log, i) => [log.name, i]));
  const faults = withoutAliases([...located.flatMap((copy) => copy.faults), ...broken], job).toSorted(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line,
  );
  const read = part?.read ?? wellFormed + faults.length - broken.length;
  await checkRejected(engine, job, { faults, read, checked });
  const rows = `(SELECT * FROM ${checked} WHERE ${identifier(CHECKED.fault)} IS NULL AND ${identifier(ROW.left)} IS NULL)`;
  const unreadable = await listUnreadable(engine, job, checked);
  const found: Checked = { read, faults, unreadable, checked, rows };
  checkUnreadable(found, job);
  return found;
};
