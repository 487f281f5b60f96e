/** From a log to the panel of a backtest: features as of every cut-off, and who converted in the window after it. */
import type { Cutoff, Panel } from '../backtest/panel.js';
import { isoSecond, type Leaks } from '../backtest/result.js';
import type { Wanted, Windows } from '../backtest/windows.js';
import { type Feature, type Features, valueKind } from '../catalogue/measures.js';
import type { Config } from '../config/settings.js';
import type { Warning } from '../model.js';
import { numberOf } from '../sql/featureValues.js';
import { type Accounts, count, type Request } from './aggregate.js';
import type { Engine } from './duckdb/open.js';
import type { EventTypes } from './eventTypes.js';
import { openHistory } from './history.js';
import { asWarnings } from './warnings/finding.js';
import { unmatchedTypes } from './warnings/types.js';
import { findWindows, inMicroseconds, lastSecond, type Open, openRows, placeLabels } from './labels.js';

/** What to look back on. */
export interface Looking extends Wanted, Open {}

/** A panel, and what a log says about it. */
export interface LookedBack {
  readonly panel: Panel;
  readonly windows: Windows;
  /** By cut-off: how many people converted in its window who were not in the log before. */
  readonly newcomers: readonly number[];
  /** Signs of the future in the log. */
  readonly leaks: Leaks;
  /** Event types that no feature counts, the most frequent first. */
  readonly uncounted: EventTypes['others'];
  /** Event types that the settings name and the log has none of. */
  readonly warnings: readonly Warning[];
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
  looking: Looking,
): Promise<Cutoff> => {
  const numbers = numbersOf(features);
  const open = openRows(features, at, anonymous, looking);
  await engine.run(
    `INSERT INTO people SELECT person, (SELECT count(*) FROM people) + row_number() OVER (ORDER BY person) - 1
     FROM ${open} ANTI JOIN people USING (person)`,
  );
  const columns = [
    `number::DOUBLE`,
    'hit::DOUBLE',
    `${lastSecond}::DOUBLE`,
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

/** How many events there are of each type of ours. */
const eventsByType = ({ all }: EventTypes): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { type, events } of all) counts.set(type, (counts.get(type) ?? 0) + events);
  return counts;
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
  const history = await openHistory(engine, { ...request, config: { ...config, features } });
  const windows = await findWindows(history, looking);
  const leaks = await history.leaks();
  const types = await history.types();
  const unmatched = await unmatchedTypes({ config }, types, async () => eventsByType(types));
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
    leaks,
    uncounted: types.others,
    warnings: await asWarnings(unmatched, config),
    accounts: history.accounts,
  };
};
