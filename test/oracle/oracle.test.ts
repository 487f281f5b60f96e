/** The oracle must keep its own promises before it may judge others: the same facts, however the log is written. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds, tries } from '../random.js';
import { logs, renderings, runs, shuffles, toCsv } from './logs.js';
import { oracle, type Outcome } from './oracle.js';

/** What a log comes to, whatever the lines are on which things stand. */
const withoutLines = ({ rejected, unreadable, ...others }: Outcome) => ({
  ...others,
  rejected: rejected.length,
  unreadable: unreadable.length,
});

describe('the oracle', () => {
  it('accounts for every record', () => {
    holds(
      runs,
      ({ log, text, options }) => {
        const { read, used, rejected, duplicate, withoutUser, later, rows } = oracle(text, options);
        expect(read).toBe(log.rows.length);
        expect(used + rejected.length + duplicate + withoutUser + later).toBe(read);
        const total = rows[0]?.indexOf('total_events') ?? -1;
        expect(rows.slice(1).reduce((sum, row) => sum + Number(row[total]), 0)).toBe(used);
      },
      tries(20),
    );
  });

  it('gives one answer for any order of rows and columns', () => {
    holds(
      logs.chain((log) => fc.tuple(fc.constant(log), shuffles(log))),
      ([log, shuffled]) => {
        const [a, b] = [oracle(toCsv(log)), oracle(toCsv(shuffled))];
        expect(b.rows).toEqual(a.rows);
        expect(b.sessions).toEqual(a.sessions);
        expect(b.duplicate).toBe(a.duplicate);
      },
      tries(20),
    );
  });

  it('gives one answer for any line ends, quotes and byte order mark', () => {
    holds(
      fc.tuple(logs, renderings),
      ([log, rendering]) => {
        const [a, b] = [oracle(toCsv(log)), oracle(toCsv(log, rendering))];
        expect(withoutLines(b)).toEqual(withoutLines(a));
      },
      tries(20),
    );
  });

  it('takes a line of nothing but a byte order mark for a record', () => {
    const log = 'user_id,timestamp,event_type\nana,2026-01-05,signup\n\uFEFF\n';
    expect(oracle(log).rejected.map(({ line }) => line)).toEqual([3]);
  });

  it('names the line on which a rejected record begins', () => {
    holds(
      fc.tuple(logs, fc.constantFrom('\n', '\r\n')),
      ([log, eol]) => {
        const starts = new Set<number>();
        let line = 2;
        for (const row of log.rows) {
          starts.add(line);
          line += toCsv({ header: row, rows: [] }, { eol }).match(/\n/g)?.length ?? 0;
        }
        const lines = oracle(toCsv(log, { eol })).rejected.map((row) => row.line);
        expect(lines.filter((n) => !starts.has(n))).toEqual([]);
        expect(new Set(lines).size).toBe(lines.length);
      },
      tries(20),
    );
  });

  it('reads a log in two halves as one', () => {
    holds(
      fc.tuple(logs, fc.nat()),
      ([{ header, rows }, n]) => {
        const at = n % (rows.length + 1);
        const halves = [rows.slice(0, at), rows.slice(at)].map((half) => toCsv({ header, rows: half }));
        expect(oracle(halves).rows).toEqual(oracle(toCsv({ header, rows })).rows);
      },
      tries(20),
    );
  });

  it('refuses a log without a column it needs, or with one of its columns twice', () => {
    expect(() => oracle('user_id,timestamp\nu1,2024-01-01\n')).toThrow('no column event_type');
    expect(() => oracle('user_id,user_id,timestamp,event_type\n')).toThrow('twice');
    expect(() => oracle('')).toThrow('no header');
  });
});
