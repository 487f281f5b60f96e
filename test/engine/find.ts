/** Runs the engine on logs given as text, in this process. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { type Config, defaultConfig } from '../../src/config/settings.js';
import type { Engine, EngineLimits } from '../../src/engine/duckdb/open.js';
import { computeFeatures, type Outcome } from '../../src/engine/features.js';
import type { Request } from '../../src/engine/aggregate.js';
import { endOf, parseTime } from '../../src/text/instants.js';
import { inEngine } from './request.js';

/** What the engine found, with the cells of user_features.csv. */
export interface Found extends Outcome {
  readonly rows: string[][];
  /** user_features.csv as it is written. */
  readonly csv: string;
}

/** The features with `converted` last, as a configuration has them. */
export const resolved = (config: Config): Config => {
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
  const time = asOf === undefined ? undefined : parseTime(asOf);
  const work = async (engine: Engine, request: Request): Promise<Found> => {
    const out = join(request.scratch, 'out.csv');
    const asked = { ...request, asOf: time === undefined ? undefined : endOf(time), ...options };
    const outcome = await computeFeatures(engine, asked, out);
    const csv = readFileSync(out, 'utf8');
    return { ...outcome, csv, rows: parse(csv) };
  };
  return inEngine(texts, work, resolved(config), { threads, memoryLimit });
};
