/** From a log to a table to train any model on: the features of open people as of several moments, and who converted after. */
import { join } from 'node:path';
import type { Windows } from '../backtest/windows.js';
import { isoSecond } from '../backtest/result.js';
import { type Features, valueKind } from '../catalogue/measures.js';
import { Failure } from '../model.js';
import { duckdb } from '../sql/duckdb.js';
import { printed } from '../sql/featureValues.js';
import { identifier, literal } from '../sql/text.js';
import { type Accounts, CSV_FILE, type Request } from './aggregate.js';
import type { Engine } from './duckdb/open.js';
import { openHistory } from './history.js';
import { findWindows, inMicroseconds, type Open, openRows, placeLabels } from './labels.js';

/** What a training table has, and what it does not. */
export interface Trained {
  readonly accounts: Accounts;
  readonly windows: Windows;
  readonly rows: number;
  /** Rows with the label 1. */
  readonly positive: number;
}

/** People are left out only for having converted. */
const EVERYBODY: Open = { again: false, activeWithin: undefined };

/** The columns that a training table has besides features. */
const [CUTOFF, LABEL] = ['cutoff', 'label'];

/** The features of the table: no times, which are no numbers, and nothing of the conversion itself, which all rows lack. */
const columnsOf = (features: Features): string[] =>
  Object.entries(features).flatMap(([name, feature]) =>
    valueKind(feature) === 'timestamp' || name === 'converted' || name === 'opted_out' ? [] : [name],
  );

/**
 * Writes the training table of a log to the file `to`: `cutoff`, `user_id`, the features as of the cut-off, and `label`,
 * which is 1 if the user converted within the horizon after it. People who had converted or opted out by then have no row.
 *
 * @param engine an open engine, not yet locked
 * @param at the cut-offs, and the horizon after each, in milliseconds
 * @throws Failure for input that cannot be used, and `data` if the log covers no window
 */
export const writeTraining = async (
  engine: Engine,
  request: Request,
  { at, horizon }: { readonly at: readonly number[]; readonly horizon: number },
  to: string,
): Promise<Trained> => {
  const { features } = request.config;
  for (const name of [CUTOFF, LABEL]) {
    if (Object.hasOwn(features, name)) {
      throw new Failure(
        'usage',
        `${request.config.path}: features.${name}: a training table has a column ${name}; choose another name`,
      );
    }
  }
  const history = await openHistory(engine, request);
  const windows = await findWindows(history, { at, horizon, count: 0, every: 0 });
  const moments = await history.cut(
    windows.cutoffs.flatMap((cutoff) => [cutoff, cutoff + horizon].map(inMicroseconds)),
  );
  const names = columnsOf(features);
  const cells = names.map((name) => `${printed(duckdb, features, name)} AS ${identifier(name)}`);
  const parts: string[] = [];
  for (const [i, cutoff] of windows.cutoffs.entries()) {
    const { anonymous } = await placeLabels(engine, moments, cutoff, horizon, 'converted');
    const part = join(request.scratch, `cutoff-${i}.parquet`);
    parts.push(literal(part));
    await engine.run(
      `COPY (SELECT ${literal(isoSecond(cutoff))} AS ${CUTOFF}, user_id, ${cells.join(', ')}, hit::INTEGER AS ${LABEL}
       FROM ${openRows(features, cutoff, anonymous, EVERYBODY)}) TO ${literal(part)} (FORMAT parquet)`,
    );
  }
  const all = `read_parquet([${parts.join(', ')}])`;
  await engine.run(`COPY (SELECT * FROM ${all} ORDER BY ${CUTOFF}, user_id) TO $1 ${CSV_FILE}`, [to]);
  const [[rows, positive] = []] = await engine.rows(
    `SELECT count(*), count(*) FILTER (WHERE ${LABEL} = 1) FROM ${all}`,
  );
  return { accounts: history.accounts, windows, rows: Number(rows), positive: Number(positive) };
};
