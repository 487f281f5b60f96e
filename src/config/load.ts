/** Loads the configuration of a run: the defaults, with gesture.yaml merged over them. */
import { existsSync } from 'node:fs';
import type { SourceName } from '../catalogue/sources.js';
import { type Config, defaultConfig, readingOf, withHash } from './settings.js';

/** The file in the current folder that holds a project's settings. */
export const CONFIG_FILE = 'gesture.yaml';

/**
 * The configuration of a run.
 *
 * @param path the file from `--config`; by default ./gesture.yaml is read if it exists
 * @param from the source from `--from`; the columns and types in gesture.yaml are merged over it
 * @throws Failure `noInput` if `path` cannot be read, `usage` with file:line:column for everything wrong in it
 */
export const loadConfig = async (path?: string, from?: SourceName): Promise<Config> => {
  const file = path ?? (existsSync(CONFIG_FILE) ? CONFIG_FILE : undefined);
  const defaults = from === undefined ? defaultConfig : withHash({ ...defaultConfig, events: [readingOf(from)] });
  if (file === undefined) return defaults;
  // The parser and the checks are slow to load, and only a run with a gesture.yaml needs them.
  const { readSettings } = await import('./read.js');
  return withHash(await readSettings(file, defaults), file);
};
