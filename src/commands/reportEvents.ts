/** The events behind a report: which logs hold them, and the timelines of the people on the page. */
import { stat } from 'node:fs/promises';
import type { Config } from '../config/settings.js';
import { recordFiles, type RunRecord } from '../io/runRecord.js';
import type { Timeline } from '../report/timeline.js';
import { parseInstant } from '../text/instants.js';

/** Logs of more bytes are read again only if they are named: it would take longer than all the rest. */
const LARGE = 500e6;

/** Why there are no timelines. */
export interface Missing {
  readonly missing: string;
}

/** What is known of the events. */
export interface Events {
  /** The logs of `--events`; none: those of the run. */
  readonly given: readonly string[];
  /** The record of the run that made the features. */
  readonly features: RunRecord | undefined;
  /** The settings of today. */
  readonly config: Config;
}

/** The logs to read, unchanged since the features were made from them; or why there are none. */
const logsOf = async ({ given, features, config }: Events): Promise<readonly string[] | Missing> => {
  if (given.length > 0) return (await import('../intake/find.js')).resolveInputs(given);
  if (features === undefined)
    return { missing: 'the record of the features is missing or outdated; name the log with --events' };
  if (features.config.features !== config.hashes.features) {
    return { missing: 'the settings have changed since the features were made' };
  }
  if (features.inputs.length === 0) return { missing: 'the events came through a pipe; name a file with --events' };
  for (const { path, bytes } of features.inputs) {
    const now = await stat(path).catch(() => undefined);
    if (now === undefined) return { missing: `${path} is no longer there; name the log with --events` };
    if (now.size !== bytes) return { missing: `${path} has changed since the features were made` };
  }
  const bytes = features.inputs.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > LARGE) return { missing: 'the log is large; name it with --events to read it again' };
  const paths = features.inputs.map(({ path }) => path);
  const now = await recordFiles(paths);
  const other = features.inputs.find(({ path, sha256 }) => now.find((file) => file.path === path)?.sha256 !== sha256);
  return other === undefined ? paths : { missing: `${other.path} has changed since the features were made` };
};

/** As-of of a run in microseconds; undefined if it used every row. It was recorded in whole seconds, rounded down. */
const recordedAsOf = ({ features }: Events): bigint | undefined => {
  const asOf = features?.counts['later'] ? parseInstant(features.as_of ?? '') : undefined;
  return asOf === undefined ? undefined : asOf + 999_999n;
};

/**
 * The timelines of some users by id, or why there are none.
 *
 * @param shown whose, and which types of events they mark
 * @param near the output, beside which temporary files are kept
 * @throws Failure for logs of `--events` that cannot be used
 */
export const timelinesOf = async (
  events: Events,
  shown: { readonly ids: readonly string[]; readonly types: readonly string[] },
  near: string,
): Promise<ReadonlyMap<string, Timeline> | Missing> => {
  const inputs = await logsOf(events);
  if ('missing' in inputs) return inputs;
  if (shown.ids.length === 0) return new Map();
  const { readTimelines } = await import('../engine/timelines.js');
  const [{ withEngine }, { withScratch }] = await Promise.all([
    import('../engine/duckdb/open.js'),
    import('../io/output.js'),
  ]);
  return withScratch(near, (scratch) => {
    const request = {
      inputs,
      config: events.config,
      asOf: recordedAsOf(events),
      now: BigInt(Date.now()) * 1000n,
      maxRejected: 1,
      stdin: process.stdin,
      scratch,
    };
    return withEngine(scratch, {}, (engine) => readTimelines(engine, request, shown));
  });
};
