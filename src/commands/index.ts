/** The commands: first the pipeline in the order of the data, then its companions. */
import type { Command } from '@commander-js/extra-typings';

/** A command as the list of all shows it. */
interface Listed {
  readonly name: string;
  /** Its arguments, as its own help shows them. */
  readonly takes: string;
  readonly says: string;
  /** Loads what it takes and does. */
  readonly load: () => Promise<(command: Command) => void>;
}

const PIPELINE: readonly Listed[] = [
  {
    name: 'generate',
    takes: '[options]',
    says: 'Simulate people on a site and write their events; the same flags give the same bytes.',
    load: async () => (await import('./generate.js')).defineGenerate,
  },
  {
    name: 'features',
    takes: '[options] [events...]',
    says: 'Turn events into sessions and users: one row per user, one column per feature.',
    load: async () => (await import('./features.js')).defineFeatures,
  },
  {
    name: 'rank',
    takes: '[options] [features]',
    says: 'Score every user and list the people worth calling, with the reasons for each.',
    load: async () => (await import('./rank.js')).defineRank,
  },
];

const COMPANIONS: readonly Listed[] = [
  {
    name: 'init',
    takes: '[options] [events...]',
    says: 'Look at event logs and write a commented gesture.yaml for them; without a log, one with every default.',
    load: async () => (await import('./init.js')).defineInit,
  },
  {
    name: 'explain',
    takes: '[options] <user> [features]',
    says: "Show everything behind one user's score, and what would raise it.",
    load: async () => (await import('./explain.js')).defineExplain,
  },
  {
    name: 'compare',
    takes: '[options] <old> <new>',
    says: 'Show whose label and score changed between two user_scores.csv, by how much, and why.',
    load: async () => (await import('./compare.js')).defineCompare,
  },
  {
    name: 'backtest',
    takes: '[options] [events...]',
    says: 'Measure what the ranking would have been worth: who converted after it, against simpler orders.',
    load: async () => (await import('./backtest.js')).defineBacktest,
  },
  {
    name: 'tune',
    takes: '[options] [events...]',
    says: 'Find better points for the signals, and recommend them only if they are shown to be better.',
    load: async () => (await import('./tune.js')).defineTune,
  },
  {
    name: 'report',
    takes: '[options] [features]',
    says: 'Write one page with whom to call, why, and whether to believe it.',
    load: async () => (await import('./report.js')).defineReport,
  },
];

/** The commands under their titles in the list. */
const GROUPS = [
  ['Commands:', PIPELINE],
  ['Companions:', COMPANIONS],
] as const;

/**
 * Adds the commands to the program; their arguments, flags and actions only where they are needed, since loading those of
 * all takes longer than showing a help.
 *
 * @param isNeeded whether a command may be run, or its help be shown
 */
export const addCommands = async (program: Command, isNeeded: (name: string) => boolean): Promise<void> => {
  for (const [group, listed] of GROUPS) {
    for (const { name, takes, says, load } of listed) {
      const command = program.command(name).usage(takes).description(says).helpGroup(group);
      if (isNeeded(name)) (await load())(command);
    }
  }
};
