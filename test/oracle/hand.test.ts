/** The hand-worked log decides whether the oracle is right; see test/fixtures/hand.ts for the derivations. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  HAND_AS_OF,
  HAND_FEATURES,
  HAND_IDENTITY,
  HAND_LOG,
  HAND_MEASURES,
  HAND_REJECTED,
  HAND_ROWS,
  HAND_SESSIONS,
  HAND_UNREADABLE,
  workedByHand,
} from '../fixtures/hand.js';
import { defaultConfig } from '../../src/config/settings.js';
import { accountsOf, oracle } from './oracle.js';

const log = readFileSync(HAND_LOG, 'utf8');

describe('the hand-worked log', () => {
  const found = oracle(log);

  it('is accounted for', () => {
    const { rejected, unreadable } = found;
    expect(accountsOf(found)).toEqual(HAND_IDENTITY);
    expect(unreadable).toEqual(HAND_UNREADABLE);
    expect(rejected.map(({ line, column }) => ({ line, column }))).toEqual(HAND_REJECTED);
  });

  it('has the sessions found by hand', () => {
    expect(found.sessions.slice(1)).toEqual(HAND_SESSIONS);
  });

  it.each(HAND_FEATURES)('has the features of $user_id found by hand', (expected) => {
    const [header = [], ...rows] = workedByHand(found.rows);
    const row = rows.find(([user]) => user === expected['user_id']) ?? [];
    expect(Object.fromEntries(header.map((name, i) => [name, row[i]]))).toEqual(expected);
  });

  it('has these users and columns in this order, and no others', () => {
    expect(workedByHand(found.rows)).toEqual(HAND_ROWS);
  });

  it.each(Object.entries(HAND_MEASURES))('measures %s as found by hand', (name, { ana, ben }) => {
    const own = Object.fromEntries(Object.entries(HAND_MEASURES).map(([key, { feature }]) => [key, feature]));
    const features = { ...defaultConfig.features, ...own };
    const [header = [], ...rows] = oracle(log, { config: { ...defaultConfig, features } }).rows;
    const cells = new Map(rows.map((row) => [row[0], row[header.indexOf(name)]]));
    expect({ ana: cells.get('ana'), ben: cells.get('ben') }).toEqual({ ana, ben });
    expect(header.at(-1)).toBe('converted');
  });

  it('says the same when as-of is named', () => {
    expect(workedByHand(oracle(log, { asOf: HAND_AS_OF }).rows)).toEqual(HAND_ROWS);
  });

  it('looks back from an earlier as-of: only what had happened by then', () => {
    // Up to 20 January 11:30 there are a1 to a5 and b1 to b5; the other 27 - 10 used events are later.
    const then = oracle(log, { asOf: '2026-01-20T12:30:00+01:00' });
    expect(then).toMatchObject({ used: 10, later: 17, duplicate: 1 });
    const [header = [], ana = [], ben = [], ...others] = then.rows;
    const cell = (row: readonly string[], name: string): string | undefined => row[header.indexOf(name)];
    expect(others).toEqual([]);
    expect(['user_id', 'converted', 'days_since_last_event'].map((name) => cell(ana, name))).toEqual(['ana', '0', '0']);
    // ben: 13 January 00:10 to 20 January 11:30 is 7 days and 11:20, 40800 s; 40800 / 86400 = 0.47222...
    expect(cell(ben, 'days_since_last_event')).toBe('7.4722');
  });
});
