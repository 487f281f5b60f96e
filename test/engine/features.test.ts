/** The engine against the oracle: two programs that share nothing but the catalogue must not differ in a cell. */
import * as fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import { afterAll, describe, expect, it } from 'vitest';
import { type Config, defaultConfig } from '../../src/config.js';
import { withEngine } from '../../src/engine/duckdb.js';
import { computeFeatures, type Outcome } from '../../src/engine/features.js';
import { everyMeasure, logs, renderings, runs, shuffles, toCsv } from '../oracle/logs.js';
import { oracle } from '../oracle/oracle.js';

const folder = mkdtempSync(join(tmpdir(), 'gesture-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Found extends Outcome {
  readonly rows: string[][];
}

let runsSoFar = 0;

/** The features as a configuration with `conversion.all_of` has them: `converted` follows it, and stands last. */
const resolved = (config: Config): Config => {
  const { converted, ...others } = config.features;
  if (!converted) throw new Error('converted is missing');
  const is = { op: 'everyOf', column: 'event_type', values: config.conversion.allOf } as const;
  return {
    ...config,
    features: { ...others, converted: { unit: converted.unit, says: converted.says, from: 'events', is } },
  };
};

/** What `gesture features` finds in logs given as text. */
const find = async (
  texts: readonly (string | Buffer)[],
  options: { config?: Config | undefined; asOf?: string | undefined; threads?: number } = {},
): Promise<Found> => {
  const scratch = mkdtempSync(join(folder, `${(runsSoFar += 1)}-`));
  const inputs = texts.map((text, i) => {
    const path = join(scratch, `log${i}.csv`);
    writeFileSync(path, text);
    return path;
  });
  const out = join(scratch, 'out.csv');
  try {
    const outcome = await withEngine(scratch, { threads: options.threads ?? 2 }, (engine) =>
      computeFeatures(
        engine,
        {
          inputs,
          config: resolved(options.config ?? defaultConfig),
          asOf: options.asOf,
          maxRejected: 1,
          stdin: Readable.from([]),
          scratch,
        },
        out,
      ),
    );
    return { ...outcome, rows: parse(readFileSync(out), { relax_column_count: false }) as string[][] };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

/** Means and ratios are worked out in double precision: where a number has more digits than that, the last may differ. */
const inDoublePrecision = (rows: readonly (readonly string[])[]): string[][] =>
  rows.map((row) =>
    row.map((cell, i) => (i > 0 && /^-?\d{9,}(\.\d+)?$/.test(cell) ? Number(cell).toPrecision(13) : cell)),
  );

describe('the engine', () => {
  it('agrees with the oracle on every cell of random logs', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(runs, async ({ text, options }) => {
        const expected = oracle(text, options);
        const found = await find([text], options).catch((error: unknown) => {
          if (expected.used === 0 && expected.later > 0) return undefined;
          throw error;
        });
        if (!found) return;
        expect(inDoublePrecision(found.rows)).toEqual(inDoublePrecision(expected.rows));
        expect(found.accounts).toEqual({
          read: expected.read,
          used: expected.used,
          rejected: expected.rejected.length,
          duplicate: expected.duplicate,
          later: expected.later,
        });
        expect(found.faults.map(({ line, column }) => ({ line, column }))).toEqual(
          expected.rejected.map(({ line, column }) => ({ line, column })),
        );
      }),
      { numRuns: Number(process.env['RUNS'] ?? 200), endOnFailure: true },
    );
  });
});
