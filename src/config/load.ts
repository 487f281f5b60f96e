/** The configuration of a run: the defaults, or gesture.yaml read over them. */
import { existsSync } from 'node:fs';
import type { SourceName } from '../catalogue/sources.js';
import { type Config, defaultConfig, eventsOf, withHash } from './settings.js';

/** Where a project keeps its settings. */
export const CONFIG_FILE = 'gesture.yaml';

/**
 * The configuration of a run.
 *
 * @param path what `--config` says; without it ./gesture.yaml is read if it is there
 * @param from what `--from` says; columns and types of gesture.yaml are merged over it
 * @throws Failure `noInput` where `path` cannot be read, `usage` with file:line:column for everything that is wrong in it
 */
export const loadConfig = async (path?: string, from?: SourceName): Promise<Config> => {
  const file = path ?? (existsSync(CONFIG_FILE) ? CONFIG_FILE : undefined);
  const defaults = from === undefined ? defaultConfig : withHash({ ...defaultConfig, events: eventsOf(from) });
  if (file === undefined) return defaults;
  // Only a run with a gesture.yaml pays for the parser and the checks.
  const { readSettings } = await import('./read.js');
  return withHash(await readSettings(file, defaults), file);
};
