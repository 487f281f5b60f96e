/**
 * Random logs in which nothing is wrong, so that they are read the quick way: every event has an id of its own, and
 * some columns, session ids and flags more often than others, have no empty cell.
 */
import * as fc from 'fast-check';
import { features as builtIn } from '../../src/catalogue/features.js';
import { type Feature, type Features, needsAsOf } from '../../src/catalogue/measures.js';
import { type Config, defaultConfig, defaultReading } from '../../src/config/settings.js';
import { everyMeasure, type Log, logs, renderings, type Run, toCsv } from './logs.js';
import { oracle } from './oracle.js';

const SESSION = ['session_id', 'device', 'is_repeat_session', 'bounce_flag', 'spam_flag'];
const LATEST = ['username', 'location_city', 'gender', 'account_balance_usd'];

const measures = (keep: (name: string, is: Feature['is']) => boolean): Features =>
  Object.fromEntries(Object.entries(everyMeasure).filter(([name, { is }]) => keep(name, is)));

const isEarly = (is: Feature['is']): boolean => is.op === 'ratio' || !needsAsOf(is);

/** Measures that do not depend on as-of before it is known; of those, the ones that ask no session for its id; or its times. */
const ANY = measures((_, is) => isEarly(is));
const NO_IDS = measures((name) => name in ANY && !['s_latest', 's_named', 's_repeat_max'].includes(name));
const NO_TIMES: Features = {
  ...builtIn,
  ...measures((name, is) => isEarly(is) && (name === 's_mobile' || is.op === 'distinct' || is.op === 'everyOf')),
  s_most: { from: 'sessions', is: { op: 'max', column: 'events' }, unit: 'events', says: 'events of a session' },
};

/** What stands in an empty cell of a column that is to have none. */
const filled = (column: string, i: number): string => {
  if (column.endsWith('_flag') || column.startsWith('is_')) return ['0', '1', 'true'][i % 3] ?? '';
  return column === 'account_balance_usd' ? `${i % 7}.5` : `s${i % 4}`;
};

/** Settings under which every column is read. */
const allRead: Config = { ...defaultConfig, features: everyMeasure };

/** The log without rows that break a rule or have unreadable cells; `complete` columns filled, and ids as `idOf` says. */
const cleaned = ({ header, rows }: Log, complete: readonly string[], idOf: (i: number) => string): Log => {
  const good = rows.filter((row) => {
    const { rejected, unreadable } = oracle(toCsv({ header, rows: [row] }), { config: allRead });
    return rejected.length + unreadable.length === 0;
  });
  const cell = (column: string, text: string, i: number): string => {
    if (column === 'event_id') return idOf(i);
    // Where a device has letters beyond ASCII, devices are not counted by name; nearly every log would have one.
    if (column === 'device' && text === 'télé' && rows.length % 4 > 0) return 'tablet';
    return text === '' && complete.includes(column) ? filled(column, i) : text;
  };
  return { header, rows: good.map((row, i) => row.map((text, at) => cell(header[at] ?? '', text, i))) };
};

const ids = fc.constantFrom<(i: number) => string>(
  (i) => `e${1000 + i}`,
  (i) => `e${1000 + ((i * 7919) % 997)}`,
);

/** Any run over a clean log, as-of left to the log. */
export const cleanRuns: fc.Arbitrary<Run> = fc
  .record({
    log: logs,
    complete: fc
      .tuple(fc.oneof(fc.constant(SESSION), fc.constant(SESSION), fc.subarray(SESSION)), fc.subarray(LATEST))
      .map((columns) => columns.flat()),
    idOf: ids,
    identity: fc.constantFrom(undefined, undefined, { column: 'anonymous_id' }),
    rendering: renderings,
    timeoutMinutes: fc.constantFrom(30, 60, 0.5),
    features: fc.constantFrom<Features[]>(builtIn, NO_TIMES, NO_IDS, NO_IDS, ANY),
  })
  .map(({ log, complete, idOf, identity, rendering, timeoutMinutes, features }) => {
    const clean = cleaned(log, complete, idOf);
    const events = [{ ...defaultReading, identity }];
    const config: Config = { ...defaultConfig, events, sessions: { timeoutMinutes }, features };
    return { log: clean, text: toCsv(clean, { ...rendering, blankEvery: 0 }), options: { asOf: undefined, config } };
  });
