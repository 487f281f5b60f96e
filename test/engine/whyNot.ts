/** Which reading serves a log: the fast one, or why not. */
import { type Config, defaultConfig } from '../../src/config/settings.js';
import type { Request } from '../../src/engine/aggregate.js';
import { copyLogs } from '../../src/engine/checkRows.js';
import { readFast } from '../../src/engine/fast.js';
import { isNotClean } from '../../src/engine/guess.js';
import { readIdentityMap } from '../../src/engine/identity.js';
import { openJob } from '../../src/engine/job.js';
import { endOf, parseTime } from '../../src/text/instants.js';
import { resolved } from './find.js';
import { inEngine } from './request.js';

/** How logs are read and what is asked of them. */
export interface Asked {
  readonly config?: Config;
  readonly asOf?: string | undefined;
  readonly maxRejected?: number;
}

/** A request with what is asked. */
export const asked = (request: Request, { asOf, maxRejected = 1 }: Asked): Request => {
  const time = asOf === undefined ? undefined : parseTime(asOf);
  return { ...request, asOf: time === undefined ? undefined : endOf(time), maxRejected };
};

/** Why logs are not read fast; undefined if they are. */
export const whyNot = (texts: readonly (string | Buffer)[], how: Asked = {}): Promise<string | undefined> =>
  inEngine(
    texts,
    async (engine, request) => {
      const job = await openJob(engine, asked(request, how));
      if (job.identity) await readIdentityMap(engine, undefined, request.scratch);
      const found = await readFast(engine, job, await copyLogs(job));
      return isNotClean(found) ? found.notClean : undefined;
    },
    resolved(how.config ?? defaultConfig),
    { threads: 2 },
  );
