/** The names of the features that `gesture init` proposes. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contactColumns } from '../../src/catalogue/customs.js';
import { features } from '../../src/catalogue/features.js';
import { RESERVED } from '../../src/config/resolve.js';
import type { Before, Behaviour, Evidence } from '../../src/inspect/behaviour.js';
import { freeName } from '../../src/inspect/names.js';
import { signalsFor } from '../../src/inspect/signals.js';
import type { JudgedType } from '../../src/inspect/types.js';
import { holds } from '../random.js';

const columns = new Set([...Object.keys(features), ...RESERVED, ...contactColumns, 'opted_out']);

const contrast = { having: 40, havingConverted: 0, lacking: 60, lackingConverted: 0 };
const evidence: Evidence = { has: contrast, much: contrast, high: 5, middle: 2 };

/** What is proposed for a log with such event types and numbers. */
const proposed = (types: readonly string[], amounts: readonly string[], several: number): string[] => {
  const day = 86_400_000_000n;
  const behaviour: Behaviour = {
    events: 1000,
    users: 100,
    types: [],
    from: 0n,
    until: 30n * day,
    days: { high: 4, several },
    highEvents: 9,
    gapDays: 3,
    bots: 0,
  };
  const before: Before = {
    until: undefined,
    users: 100,
    converted: 0,
    days: undefined,
    events: undefined,
    recency: undefined,
    ofType: new Map(types.map((type) => [type, evidence])),
    ofAmount: new Map(amounts.map((name) => [name, evidence])),
  };
  const judged = types.map((type): JudgedType => ({
    theirs: type,
    type,
    events: 90,
    users: 40,
    first: 9,
    role: 'effort',
    why: '',
  }));
  const { signals } = signalsFor(judged, behaviour, before, false);
  return signals.filter(({ feature }) => feature !== undefined).map(({ name }) => name);
};

describe('features that init proposes', () => {
  const name = fc.oneof(fc.constantFrom(...columns, 'active_days', '__proto__', '購入', 'Active Days'), fc.string());

  it('are called by no name that a column has, and by no name twice', () => {
    const log = fc.tuple(fc.uniqueArray(name, { maxLength: 8 }), fc.uniqueArray(name, { maxLength: 3 }), fc.boolean());
    holds(log, ([types, amounts, returns]) => {
      const names = proposed(types, amounts, returns ? 0.5 : 0);
      expect(names.filter((one) => columns.has(one))).toEqual([]);
      expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
    });
  });

  it('do not hide a column that the list shows', () => {
    expect(freeName('phone', new Set())).toBe('phone_count');
  });

  it('are numbered if the names are given', () => {
    const used = new Set<string>();
    expect(['call', 'call', 'call'].map((wanted) => freeName(wanted, used))).toEqual(['call', 'call_count', 'call_2']);
  });
});
