/** The files that the commands exchange unless others are named. */
import { existsSync, statSync } from 'node:fs';
import { Failure } from '../model.js';

/** Events, which `generate` writes. */
export const EVENTS_FILE = 'data/raw_events.csv';

/** Users and their features, which `features` writes. */
export const FEATURES_FILE = 'data/user_features.csv';

/** What `backtest` found. */
export const BACKTEST_FILE = 'data/backtest.json';

/** What is at a path; undefined if there is nothing, or nobody may know. */
const whatIs = (path: string): ReturnType<typeof statSync> => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
};

/** True of standard output, a device or a pipe: there is no folder for other files beside it. */
export const isStream = (path: string): boolean => {
  if (path === '-' || path.startsWith('/dev/')) return true;
  const found = whatIs(path);
  return found !== undefined && !found.isFile() && !found.isDirectory();
};

/** Refuses to overwrite an existing file unless `force` is given. @throws Failure `usage` */
export const refuseExisting = (path: string, force: boolean | undefined): void => {
  // What is no file is never replaced: whoever writes says so.
  if (force || whatIs(path)?.isFile() !== true) return;
  throw new Failure('usage', `${path} already exists: replace it with --force, or choose another file with --out`);
};

/**
 * The logs to read: those on the command line, or else of gesture.yaml, or else the demo.
 *
 * @param command the command that reads them
 * @throws Failure `noInput` that says how to name a log, if none is named and there is no demo
 */
export const logsToRead = async (
  command: string,
  given: readonly string[],
  configured: readonly string[],
): Promise<string[]> => {
  const { resolveInputs } = await import('../intake/find.js');
  const named = given.length > 0 ? given : configured;
  if (named.length > 0) return resolveInputs(named);
  if (existsSync(EVENTS_FILE)) return resolveInputs([EVENTS_FILE]);
  throw new Failure(
    'noInput',
    `no log is named and there is no ${EVENTS_FILE}: run gesture ${command} LOG on your own log (gesture init LOG proposes its settings), or gesture generate for the demo`,
  );
};
