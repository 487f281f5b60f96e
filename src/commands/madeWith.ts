/** Whether a features file was made with the settings of today. */
import { isSource } from '../catalogue/sources.js';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/settings.js';
import type { RunRecord } from '../io/runRecord.js';
import type { Warning } from '../model.js';

/** The settings that features would be made with now, from the same source as those of a run. */
export const settingsLike = (features: RunRecord | undefined, path: string | undefined): Promise<Config> => {
  const source = features?.config.from;
  return loadConfig(path, typeof source === 'string' && isSource(source) ? source : undefined);
};

/**
 * A warning if features were made with other settings than those of today.
 *
 * @param from the features file
 * @param now as `settingsLike` found them
 */
export const otherSettings = (from: string, features: RunRecord | undefined, { hashes }: Config): Warning[] => {
  if (features === undefined || features.config.features === hashes.features) return [];
  const text = `${from} was made with other settings (${features.config.features}, now ${hashes.features}): run gesture features again`;
  return [{ code: 'other-settings', text }];
};
