/** The commands in the order of the data; the pipeline first, its companions after. */
import type { Command } from 'commander';
import { registerCompare } from './compare.js';
import { registerExplain } from './explain.js';
import { registerFeatures } from './features.js';
import { generate } from './generate.js';
import { registerInit } from './init.js';
import { registerRank } from './rank.js';

/** Adds one command to the program. Loads nothing heavy: the work is imported when the command runs. */
export type Register = (program: Command) => void;

/** Every command gesture has. */
export const commands: readonly Register[] = [
  generate,
  registerFeatures,
  registerRank,
  registerInit,
  registerExplain,
  registerCompare,
];
