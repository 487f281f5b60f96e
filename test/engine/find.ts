/** Runs the engine on logs given as text, in this process. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import { type Config, defaultConfig } from '../../src/config/settings.js';
import { type EngineLimits, withEngine } from '../../src/engine/duckdb/open.js';
import { computeFeatures, type Outcome } from '../../src/engine/features.js';
import type { Request } from '../../src/engine/aggregate.js';
import { endOf, parseTime } from '../../src/text/instants.js';

/** What the engine found, with the cells of user_features.csv. */
export interface Found extends Outcome {
  readonly rows: string[][];
  /** user_features.csv as it is written. */
  readonly csv: string;
}

/** The features with `converted` last, as a configuration has them. */
const resolved = (config: Config): Config => {
  const { converted, ...others } = config.features;
  if (!converted) throw new Error('converted is missing');
  return { ...config, features: { ...others, converted } };
};

/** What `gesture features` finds in `texts`, one file each. By default any number of rows may be rejected. */
export const find = async (
  texts: readonly (string | Buffer)[],
  {
    config = defaultConfig,
    threads = 2,
    memoryLimit,
    asOf,
    ...options
  }: Omit<Partial<Request>, 'asOf'> & { asOf?: string | undefined } & EngineLimits = {},
): Promise<Found> => {
  const scratch = mkdtempSync(join(tmpdir(), 'gesture-test-'));
  const inputs = texts.map((text, i) => {
    const path = join(scratch, `log${i}.csv`);
    writeFileSync(path, text);
    return path;
  });
  const out = join(scratch, 'out.csv');
  const time = asOf === undefined ? undefined : parseTime(asOf);
  const request = {
    inputs,
    asOf: time === undefined ? undefined : endOf(time),
    now: BigInt(Date.UTC(2300, 0)) * 1000n,
    maxRejected: 1,
    stdin: Readable.from([]),
    scratch,
    ...options,
  };
  try {
    const outcome = await withEngine(scratch, { threads, memoryLimit }, (engine) =>
      computeFeatures(engine, { ...request, config: resolved(config) }, out),
    );
    const csv = readFileSync(out, 'utf8');
    return { ...outcome, csv, rows: parse(csv) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};
