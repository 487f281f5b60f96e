/** The commands: first the pipeline in the order of the data, then its companions. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { registerBacktest } from './backtest.js';
import { registerCompare } from './compare.js';
import { registerExplain } from './explain.js';
import { registerFeatures } from './features.js';
import { registerGenerate } from './generate.js';
import { registerInit } from './init.js';
import { registerRank } from './rank.js';
import { registerReport } from './report.js';
import { registerTune } from './tune.js';

/** Each adds one command to the program. Heavy modules are imported only when a command runs. */
export const commands: readonly ((program: CommandUnknownOpts) => void)[] = [
  registerGenerate,
  registerFeatures,
  registerRank,
  registerInit,
  registerExplain,
  registerCompare,
  registerBacktest,
  registerTune,
  registerReport,
];
