/** Who was open at a cut-off, and who of them converted in the window after it. */
import { isoSecond } from '../backtest/result.js';
import { type Wanted, type Windows, windowsOf } from '../backtest/windows.js';
import type { Features } from '../catalogue/measures.js';
import { Failure } from '../model.js';
import { LAST } from '../sql/moments.js';
import { identifier } from '../sql/text.js';
import { count } from './aggregate.js';
import type { Engine } from './duckdb/open.js';
import type { History } from './history.js';
import type { Moments } from './moments.js';

/** Which people count as open. */
export interface Open {
  /** In milliseconds: people who were not active so long before a cut-off are left out. */
  readonly activeWithin: number | undefined;
  /** Repeat conversions count, and nobody is left out for having converted. */
  readonly again: boolean;
}

/** The last second in which a user of `window_people` was active, in milliseconds since 1970. */
export const lastSecond = `(epoch_us(${identifier(LAST)}) // 1000000 * 1000)`;

/** Chooses the cut-offs. @throws Failure `data` if there is none */
export const findWindows = async (history: History, wanted: Wanted): Promise<Windows> => {
  const { first, last, lastAction, firstOther, lastOther } = await history.span('converted');
  if (Number.isNaN(lastAction)) {
    throw new Failure(
      'data',
      'no event of the log can convert anybody: it has none of the event types that `conversion` needs (by default signup and calendar_booking). gesture features says which types it has',
    );
  }
  if (lastAction < firstOther) {
    throw new Failure(
      'data',
      `all events that can convert somebody come before the others: the last is at ${isoSecond(lastAction)}, the first other event at ${isoSecond(firstOther)}. Check the times of both`,
    );
  }
  const windows = windowsOf({ first, last, lastConverting: lastAction }, wanted);
  if (windows.cutoffs.length === 0) {
    const days = (length: number): string => `${Math.round(length / 8_640_000) / 10} days`;
    const covered = `the log covers ${days(windows.end - first)} up to the last event that can convert somebody, ${isoSecond(first)} to ${isoSecond(windows.end)}`;
    throw new Failure(
      'data',
      wanted.at.length > 0
        ? `no cut-off has ${days(wanted.horizon)} of the log before it and after it: ${covered}. Choose cut-offs between, or a shorter horizon`
        : `${covered}: a backtest needs two horizons, ${days(2 * wanted.horizon)}. Choose a shorter --horizon, such as ${Math.max(1, Math.floor((windows.end - first) / 3 / 86_400_000))}d`,
    );
  }
  return { ...windows, lastOther };
};

/** Milliseconds since 1970 in microseconds. */
export const inMicroseconds = (at: number): bigint => BigInt(at) * 1000n;

/**
 * Makes the table `window_people`: the people as of a cut-off under the names that they have at the end of its window,
 * with their features, and `hit` for those who converted in between. Two anonymous ids of one person, which nobody could
 * know at the cut-off, are two rows. Returns how many converted who were not there yet, and whether that can be.
 */
export const placeLabels = async (
  engine: Engine,
  moments: Moments,
  at: number,
  horizon: number,
  label: string,
): Promise<{ newcomers: number; anonymous: boolean }> => {
  const ends = await moments.at(inMicroseconds(at + horizon), [label]);
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE converters AS SELECT user_id AS person FROM ${ends.users} WHERE ${identifier(label)} = 1`,
  );
  if (ends.identities !== undefined)
    await engine.run(`CREATE OR REPLACE TEMP TABLE known_by_then AS FROM ${ends.identities}`);
  const { users } = await moments.at(inMicroseconds(at));
  const named =
    ends.identities === undefined
      ? `SELECT *, user_id AS person FROM ${users}`
      : `SELECT users.*, coalesce(known.user_id, users.user_id) AS person FROM ${users} AS users
       LEFT JOIN known_by_then AS known ON known.anonymous_id = users.user_id`;
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE window_people AS SELECT named.*, converters.person IS NOT NULL AS hit FROM (${named}) AS named LEFT JOIN converters USING (person)`,
  );
  return {
    newcomers: await count(engine, 'SELECT count(*) FROM converters ANTI JOIN window_people USING (person)'),
    anonymous: ends.identities !== undefined,
  };
};

/**
 * SQL of the rows of `window_people` that were open: people who could have been called.
 *
 * @param at the cut-off, in milliseconds since 1970
 * @param anonymous whether one person can have several rows
 */
export const openRows = (features: Features, at: number, anonymous: boolean, { activeWithin, again }: Open): string => {
  const conditions = [
    ...(again ? [] : ['converted = 0']),
    ...(Object.hasOwn(features, 'opted_out') ? ['opted_out = 0'] : []),
    ...(activeWithin === undefined ? [] : [`${at} - ${lastSecond} <= ${activeWithin}`]),
  ];
  const first = anonymous ? 'QUALIFY row_number() OVER (PARTITION BY person ORDER BY user_id) = 1' : '';
  return `(SELECT * FROM window_people WHERE ${conditions.join(' AND ') || 'true'} ${first})`;
};
