/** From a log to the panel of a backtest: features as of every cut-off, and who converted in the window after it. */
import type { Cutoff, Panel } from '../backtest/panel.js';
import { isoSecond } from '../backtest/result.js';
import { type Wanted, type Windows, windowsOf } from '../backtest/windows.js';
import { type Feature, type Features, valueKind } from '../catalogue/measures.js';
import { type Config, withHash } from '../config/settings.js';
import { Failure } from '../model.js';
import { numberOf } from '../sql/measures.js';
import { LAST } from '../sql/moments.js';
import { identifier } from '../sql/text.js';
import { type Accounts, count, type Request } from './aggregate.js';
import type { Engine } from './duckdb/open.js';
import { type History, openHistory } from './history.js';
import type { Moments } from './moments.js';

/** What to look back on. */
export interface Looking extends Wanted {
  /** In milliseconds: people who were not active so long before a cut-off are left out. */
  readonly activeWithin: number | undefined;
  /** Repeat conversions count, and nobody is left out for having converted. */
  readonly again: boolean;
}

/** A panel, and what a log says about it. */
export interface LookedBack {
  readonly panel: Panel;
  readonly windows: Windows;
  /** By cut-off: how many people converted in its window who were not in the log before. */
  readonly newcomers: readonly number[];
  /** What became of the rows of the log. */
  readonly accounts: Accounts;
}

/** A feature that only a backtest has: whether a user converted within the window that ends. */
const LATELY = '#converted in the window';

/** Features that are numbers and say nothing of the conversion itself. */
const numbersOf = (features: Features): string[] =>
  Object.entries(features).flatMap(([name, feature]) =>
    valueKind(feature) === 'number' && name !== 'converted' && name !== 'opted_out' ? [name] : [],
  );

/** Chooses the cut-offs. @throws Failure `data` if there is none */
const findWindows = async (history: History, wanted: Wanted): Promise<Windows> => {
  const { first, last, lastAction } = await history.span('converted');
  if (Number.isNaN(lastAction)) {
    throw new Failure('data', 'no event of the log can convert anybody: check `conversion` in gesture.yaml');
  }
  const windows = windowsOf({ first, last, lastConverting: lastAction }, wanted);
  if (windows.cutoffs.length === 0) {
    const days = (length: number): string => `${Math.round(length / 8_640_000) / 10} days`;
    throw new Failure(
      'data',
      `the log covers ${days(windows.end - first)} up to the last event that can convert somebody: a backtest needs two horizons, ${days(2 * wanted.horizon)}. Choose a shorter --horizon, such as ${Math.max(1, Math.floor((windows.end - first) / 3 / 86_400_000))}d`,
    );
  }
  return windows;
};

const inMicroseconds = (at: number): bigint => BigInt(at) * 1000n;

/**
 * Makes the table `window_people`: the people as of a cut-off under the names that they have at the end of its window,
 * with their features, and `hit` for those who converted in between. Two anonymous ids of one person, which nobody could
 * know at the cut-off, are two rows. Returns how many converted who were not there yet, and whether that can be.
 */
const placeLabels = async (
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
 * The rows of `window_people` that were open: people who could have been called. Numbers new people.
 *
 * @param anonymous whether one person can have several rows
 */
const openPeople = async (
  engine: Engine,
  at: number,
  anonymous: boolean,
  { features }: Config,
  { activeWithin, again }: Looking,
): Promise<Cutoff> => {
  const numbers = numbersOf(features);
  const last = `epoch_us(${identifier(LAST)}) // 1000000 * 1000`;
  const conditions = [
    ...(again ? [] : ['converted = 0']),
    ...(Object.hasOwn(features, 'opted_out') ? ['opted_out = 0'] : []),
    ...(activeWithin === undefined ? [] : [`${at} - ${last} <= ${activeWithin}`]),
  ];
  const first = anonymous ? 'QUALIFY row_number() OVER (PARTITION BY person ORDER BY user_id) = 1' : '';
  const open = `(SELECT * FROM window_people WHERE ${conditions.join(' AND ') || 'true'} ${first})`;
  await engine.run(
    `INSERT INTO people SELECT person, (SELECT count(*) FROM people) + row_number() OVER (ORDER BY person) - 1
     FROM ${open} ANTI JOIN people USING (person)`,
  );
  const columns = [
    `number::DOUBLE`,
    'hit::DOUBLE',
    `(${last})::DOUBLE`,
    ...numbers.map((name) => numberOf(features, name)),
  ];
  const [people = [], converted = [], recency = new Float64Array(), ...values] = await engine.numbers(
    `SELECT ${columns.join(', ')} FROM ${open} JOIN people USING (person) ORDER BY number`,
  );
  return {
    at: isoSecond(at),
    people: Uint32Array.from(people),
    converted: Uint8Array.from(converted),
    recency,
    activity: values[numbers.indexOf('total_events')] ?? new Float64Array(people.length),
    values,
  };
};

/**
 * Collects the panel of a log.
 *
 * @param engine an open engine, not yet locked
 * @throws Failure for input that cannot be used, and `data` if the log is too short for a single cut-off
 */
export const lookBack = async (engine: Engine, request: Request, looking: Looking): Promise<LookedBack> => {
  const { config } = request;
  const { horizon, again } = looking;
  const { converted } = config.features;
  if (converted === undefined) throw new Error('converted is missing');
  const numbers = Object.fromEntries(
    Object.entries(config.features).filter(([, feature]) => valueKind(feature) === 'number'),
  );
  const lately: Feature =
    converted.from === 'events' ? { ...converted, is: { ...converted.is, within: `${horizon / 1000}s` } } : converted;
  const features: Features = again ? { ...numbers, [LATELY]: lately } : numbers;
  const history = await openHistory(engine, { ...request, config: withHash({ ...config, features }, config.path) });
  const windows = await findWindows(history, looking);
  const moments = await history.cut(windows.cutoffs.flatMap((at) => [at, at + horizon].map(inMicroseconds)));
  await engine.run('CREATE OR REPLACE TEMP TABLE people (person VARCHAR, number BIGINT)');
  const cutoffs: Cutoff[] = [];
  const newcomers: number[] = [];
  for (const at of windows.cutoffs) {
    const placed = await placeLabels(engine, moments, at, horizon, again ? LATELY : 'converted');
    newcomers.push(placed.newcomers);
    cutoffs.push(await openPeople(engine, at, placed.anonymous, config, looking));
  }
  const people = await count(engine, 'SELECT count(*) FROM people');
  return {
    panel: { people, features: numbersOf(config.features), cutoffs },
    windows,
    newcomers,
    accounts: history.accounts,
  };
};
