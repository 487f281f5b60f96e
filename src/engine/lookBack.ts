/** From a log to the panel of a backtest: features as of every cut-off, and who converted in the window after it. */
import { join } from 'node:path';
import { collectCutoff, countNewcomers, numberPeople, type Outcomes, panelOf } from '../backtest/collect.js';
import type { Cutoff, Panel } from '../backtest/panel.js';
import { type Wanted, type Windows, windowsOf } from '../backtest/windows.js';
import type { Action } from '../catalogue/conditions.js';
import { actionsOf, type Feature, type Features, valueKind } from '../catalogue/measures.js';
import { withHash } from '../config/settings.js';
import { readUsers } from '../io/readUsers.js';
import { Failure } from '../model.js';
import type { Users } from '../scoring/users.js';
import type { Request } from './aggregate.js';
import type { Engine } from './duckdb/open.js';
import { type History, openHistory } from './history.js';

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
}

/** Names of columns that only a backtest has: when the log begins, when it could last convert somebody, who did lately. */
const [FIRST, LATELY] = ['#first event', '#converted in the window'];
const lastOf = (i: number): string => `#last converting event ${i}`;

/** Features that are numbers and say nothing of the conversion itself. */
const numbersOf = (features: Features): string[] =>
  Object.entries(features).flatMap(([name, feature]) =>
    valueKind(feature) === 'number' && name !== 'converted' && name !== 'opted_out' ? [name] : [],
  );

const timeOf = (is: Feature['is'] & { op: 'firstTime' | 'lastTime' }): Feature => ({
  from: 'events',
  is,
  unit: 'UTC',
  says: is.op,
});

const latestIn = (users: Users, column: number): number => {
  let latest = Number.NaN;
  for (const cell of users.shown[column] ?? []) {
    const time = Date.parse(cell);
    if (!Number.isNaN(time) && !(time <= latest)) latest = time;
  }
  return latest;
};

/** Reads the log's span, and chooses the cut-offs. @throws Failure `data` if there is none */
const findWindows = async (
  history: History,
  actions: readonly Action[],
  wanted: Wanted,
  scratch: string,
): Promise<Windows> => {
  const file = join(scratch, 'whole.csv');
  const { asOf } = await history.at(undefined, file);
  const users = await readUsers(file, { signals: [], shown: [FIRST, ...actions.map((_, i) => lastOf(i))] });
  let first = Number.POSITIVE_INFINITY;
  for (const cell of users.shown[0] ?? []) first = Math.min(first, Date.parse(cell));
  const lastConverting = actions.reduce((latest, _, i) => {
    const last = latestIn(users, i + 1);
    return Number.isNaN(last) || last <= latest ? latest : last;
  }, Number.NEGATIVE_INFINITY);
  if (lastConverting === Number.NEGATIVE_INFINITY) {
    throw new Failure('data', 'no event of the log can convert anybody: check `conversion` in gesture.yaml');
  }
  const windows = windowsOf({ first, last: Number(asOf / 1000n), lastConverting }, wanted);
  if (windows.cutoffs.length === 0) {
    const days = (length: number): string => `${Math.round(length / 8_640_000) / 10} days`;
    throw new Failure(
      'data',
      `the log covers ${days(windows.end - first)} up to the last event that can convert somebody: a backtest needs two horizons, ${days(2 * wanted.horizon)}. Choose a shorter --horizon, such as ${Math.max(1, Math.floor((windows.end - first) / 3 / 86_400_000))}d`,
    );
  }
  return windows;
};

/**
 * Collects the panel of a log.
 *
 * @param engine an open engine, not yet locked
 * @throws Failure for input that cannot be used, and `data` if the log is too short for a single cut-off
 */
export const lookBack = async (engine: Engine, request: Request, looking: Looking): Promise<LookedBack> => {
  const { config, scratch } = request;
  const { horizon, again, activeWithin } = looking;
  const { converted, ...others } = config.features;
  if (converted === undefined) throw new Error('converted is missing');
  const actions = actionsOf(converted.is);
  const lately: Feature =
    converted.from === 'events' ? { ...converted, is: { ...converted.is, within: `${horizon / 1000}s` } } : converted;
  const features: Features = {
    ...others,
    [FIRST]: timeOf({ op: 'firstTime' }),
    ...Object.fromEntries(actions.map(({ is }, i) => [lastOf(i), timeOf({ op: 'lastTime', where: is })])),
    ...(again ? { [LATELY]: lately } : {}),
    converted,
  };
  const history = await openHistory(engine, { ...request, config: withHash({ ...config, features }, config.path) });
  const windows = await findWindows(history, actions, looking, scratch);
  const numbers = numbersOf(config.features);
  const file = join(scratch, 'moment.csv');

  /** The users as of an instant; kept until another is asked for, since one window often ends where the next begins. */
  let latest: { readonly at: number; readonly users: Users; readonly identities: Outcomes['identities'] } | undefined;
  const moment = async (at: number): Promise<NonNullable<typeof latest>> => {
    if (latest?.at === at) return latest;
    const { identities } = await history.at(BigInt(at) * 1000n, file);
    latest = { at, users: await readUsers(file, { signals: again ? [...numbers, LATELY] : numbers }), identities };
    return latest;
  };
  const outcomes = async (at: number): Promise<Outcomes> => {
    const { users, identities } = await moment(at);
    const ids = new Set<string>();
    for (let i = 0; i < users.count; i++) {
      const hasConverted = again ? users.values(i)[numbers.length] === 1 : users.converted[i] === 1;
      if (hasConverted) ids.add(users.ids.at(i));
    }
    return { converted: ids, identities };
  };

  const people = numberPeople();
  const cutoffs: Cutoff[] = [];
  const newcomers: number[] = [];
  const collecting = { features: numbers, activity: 'total_events', activeWithin, again };
  for (const at of windows.cutoffs) {
    const [open, ends] = [await moment(at), await outcomes(at + horizon)];
    cutoffs.push(collectCutoff(open, ends, people, collecting));
    newcomers.push(countNewcomers(open, ends));
  }
  return { panel: panelOf(cutoffs, people, numbers), windows, newcomers };
};
