/** Requests to the engine for logs given as text, in a folder of their own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Config, defaultConfig } from '../../src/config/settings.js';
import { type Engine, type EngineLimits, withEngine } from '../../src/engine/duckdb/open.js';
import type { Request } from '../../src/engine/aggregate.js';

/** A request for `texts`, one file each; any number of rows may be rejected. The folder is gone when `work` ends. */
export const withRequest = async <T>(
  texts: readonly (string | Buffer)[],
  work: (request: Request) => Promise<T>,
  config: Config = defaultConfig,
): Promise<T> => {
  const scratch = mkdtempSync(join(tmpdir(), 'gesture-test-'));
  try {
    const inputs = texts.map((text, i) => {
      const path = join(scratch, `log${i}.csv`);
      writeFileSync(path, text);
      return path;
    });
    return await work({
      inputs,
      config,
      asOf: undefined,
      now: BigInt(Date.UTC(2300, 0)) * 1000n,
      maxRejected: 1,
      stdin: Readable.from([]),
      scratch,
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

/** The same with an engine, by default of one thread. */
export const inEngine = <T>(
  texts: readonly (string | Buffer)[],
  work: (engine: Engine, request: Request) => Promise<T>,
  config?: Config,
  limits: EngineLimits = { threads: 1 },
): Promise<T> =>
  withRequest(texts, (request) => withEngine(request.scratch, limits, (engine) => work(engine, request)), config);
