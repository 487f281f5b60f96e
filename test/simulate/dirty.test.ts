import { describe, expect, it } from 'vitest';
import { DEFECTS, planter, type Defect, type Planted } from '../../src/simulate/dirty.js';
import { logLines, sessionId } from '../../src/simulate/log.js';
import { simulate } from '../../src/simulate/world.js';
import { world } from './worlds.js';

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u;

/** A clean log and the same one with defects, as lines without a header. */
const logs = (rate: number, users = 300) => {
  const clean = [...logLines(simulate(world({ users })))].flat().map(({ text }) => text);
  const plan = planter('42', rate);
  const named = [...logLines(simulate(world({ users })), plan.nameSession)];
  const dirty = named.flatMap((batch) => plan.plant(batch.map(({ text }) => text)));
  return { clean, dirty: [...dirty, ...plan.rest()], planted: plan.planted };
};

const cell = (line: string | undefined, i: number): string => line?.split(',')[i] ?? '';
const ofKind = (planted: readonly Planted[], kind: Defect) => planted.filter(({ defect }) => defect === kind);

describe('a dirty log', () => {
  const { clean, dirty, planted } = logs(0.02);
  /** The row a planted entry points at; the header is line 1. */
  const row = ({ line }: Planted) => dirty[line - 2];

  it('has every kind of defect, about as many as asked for', () => {
    for (const kind of Object.keys(DEFECTS)) expect(planted.some(({ defect }) => defect === kind)).toBe(true);
    const own = planted.filter(({ defect }) => defect !== 'shared_session');
    expect(own.length / clean.length).toBeGreaterThan(0.015);
    expect(own.length / clean.length).toBeLessThan(0.025);
  });

  it('lists each by its line and event id, in the order of lines', () => {
    expect(planted.map(row).map((line) => cell(line, 0))).toEqual(planted.map(({ event_id }) => event_id));
    expect(planted.map(({ line }) => line)).toEqual(planted.map(({ line }) => line).sort((a, b) => a - b));
  });

  it('lists exactly the second rows of an event id as duplicates', () => {
    const seen = new Set<string>();
    const second = dirty.flatMap((line, i) => {
      const known = seen.has(cell(line, 0));
      seen.add(cell(line, 0));
      return known ? [i + 2] : [];
    });
    expect(ofKind(planted, 'duplicate').map(({ line }) => line)).toEqual(second);
  });

  it('lists exactly the rows whose stamp nobody can read', () => {
    const bad = dirty.flatMap((line, i) =>
      STAMP.test(cell(line, 4)) && !line.includes('02-30') && !line.includes('T25') ? [] : [i + 2],
    );
    expect(ofKind(planted, 'bad_stamp').map(({ line }) => line)).toEqual(bad);
  });

  it('lists exactly the rows that stand behind a later row of their user as late', () => {
    const late = new Set(ofKind(planted, 'late_row').map(({ event_id }) => event_id));
    const extra = new Set([...ofKind(planted, 'duplicate'), ...ofKind(planted, 'bad_stamp')].map(({ line }) => line));
    const punctual = dirty.filter((line, i) => !extra.has(i + 2) && !late.has(cell(line, 0)));
    expect(punctual.map((line) => cell(line, 0))).toEqual(
      clean.map((line) => cell(line, 0)).filter((id) => !late.has(id)),
    );
  });

  it('shares session ids between two users, never between two sessions of one', () => {
    const usersOfSession = new Map<string, Set<string>>();
    for (const line of dirty) {
      const session = cell(line, 3);
      usersOfSession.set(session, (usersOfSession.get(session) ?? new Set()).add(cell(line, 1)));
    }
    const shared = new Set(ofKind(planted, 'shared_session').map((entry) => cell(row(entry), 3)));
    expect(new Set([...usersOfSession].filter(([, users]) => users.size > 1).map(([session]) => session))).toEqual(
      shared,
    );
    expect(shared).toContain(sessionId(1, 1));
  });

  it('is the clean log again without the rows to be rejected or ignored, with its session ids and in its order', () => {
    const left = dirty.filter(
      (_, i) => !planted.some(({ line, defect }) => line === i + 2 && DEFECTS[defect] !== 'used'),
    );
    const unshared = left.map((line) => line.replace(/(?<=,s_)\d+(?=_)/u, cell(line, 1).slice(2)));
    expect(unshared.sort()).toEqual([...clean].sort());
  });
});

it('plants nothing of its own at rate 0 and spoils every row at rate 1', () => {
  expect(logs(0, 50).planted.every(({ defect }) => defect === 'shared_session')).toBe(true);
  const { clean, planted } = logs(1, 50);
  expect(planted.filter(({ defect }) => defect !== 'shared_session').length).toBeGreaterThan(clean.length * 0.95);
});
