/** The commands in the order of the data; the pipeline first, its companions after. */
import type { Command } from 'commander';
import { registerCompare } from './compare.js';
import { registerExplain } from './explain.js';
import { registerFeatures } from './features.js';
import { registerGenerate } from './generate.js';
import { registerInit } from './init.js';
import { registerRank } from './rank.js';

/** Each adds one command to the program. None loads anything heavy: the work is imported when the command runs. */
export const commands: readonly ((program: Command) => void)[] = [
  registerGenerate,
  registerFeatures,
  registerRank,
  registerInit,
  registerExplain,
  registerCompare,
];
