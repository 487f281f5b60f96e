/** Reads a log at several moments, for the commands that look back on it. */
import type { Config } from '../config/settings.js';
import type { LookedBack, Looking } from '../engine/lookBack.js';
import { MAX_REJECTED } from '../model.js';
import { printable } from '../text/printable.js';
import { warningText, withCounts } from './featuresScreen.js';
import { logsToRead } from './files.js';

/** A panel with the files it was made from. */
export interface Past extends LookedBack {
  readonly inputs: readonly string[];
}

/** Event types that are named, at most. */
const NAMED = 8;

/** What the settings have to do with the log, as lines: what nothing counts, and names that it lacks. */
export const settingLines = ({ warnings, uncounted }: Pick<Past, 'warnings' | 'uncounted'>): string[] => {
  const more = uncounted.length > NAMED ? ` and ${uncounted.length - NAMED} more` : '';
  const named = withCounts(uncounted.slice(0, NAMED)).join(', ');
  return [...(named === '' ? [] : [`no feature counts ${named}${more}`]), ...warnings.map(warningText)].map((line) =>
    printable(line),
  );
};

/**
 * The panel of a log.
 *
 * @param command the command that looks back
 * @param given the names of inputs; none: those of the settings, or data/raw_events.csv
 * @throws Failure for input that cannot be used
 */
export const readPast = async (
  command: string,
  given: readonly string[],
  config: Config,
  looking: Looking,
  { maxRejected = MAX_REJECTED }: { readonly maxRejected?: number | undefined },
): Promise<Past> => {
  const { lookBack } = await import('../engine/lookBack.js');
  const [{ configuredInputs }, { withEngine }, { withScratch }] = await Promise.all([
    import('../engine/job.js'),
    import('../engine/duckdb/open.js'),
    import('../io/output.js'),
  ]);
  const inputs = await logsToRead(command, given, configuredInputs(config));
  const request = {
    inputs,
    config,
    asOf: undefined,
    now: BigInt(Date.now()) * 1000n,
    maxRejected,
    unreadable: undefined,
    stdin: process.stdin,
  };
  const found = await withScratch('-', (scratch) =>
    withEngine(scratch, {}, (engine) => lookBack(engine, { ...request, scratch }, looking)),
  );
  return { ...found, inputs };
};
