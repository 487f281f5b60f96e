/** The commands: first the pipeline in the order of the data, then its companions. */
import type { Command } from '@commander-js/extra-typings';

/** A command as the list of all shows it. */
interface Listed {
  readonly name: string;
  /** Its arguments, as its own help shows them after its flags. */
  readonly takes: string;
  readonly says: string;
  /** Loads its file, which registers what it takes and does. */
  readonly load: () => Promise<{ readonly register: (command: Command) => void }>;
}

const PIPELINE: readonly Listed[] = [
  {
    name: 'generate',
    takes: '',
    says: 'Simulate people on a site and write their events; the same flags give the same bytes.',
    load: () => import('./generate.js'),
  },
  {
    name: 'features',
    takes: '[events...]',
    says: 'Turn events into sessions and users: one row per user, one column per feature.',
    load: () => import('./features.js'),
  },
  {
    name: 'rank',
    takes: '[features]',
    says: 'Score every user and list the people worth calling, with the reasons for each.',
    load: () => import('./rank.js'),
  },
];

const COMPANIONS: readonly Listed[] = [
  {
    name: 'init',
    takes: '[events...]',
    says: 'Look at event logs and write a commented gesture.yaml for them; without a log, one with every default.',
    load: () => import('./init.js'),
  },
  {
    name: 'explain',
    takes: '<user> [features]',
    says: "Show everything behind one user's score, and what would raise it.",
    load: () => import('./explain.js'),
  },
  {
    name: 'compare',
    takes: '<old> <new>',
    says: 'Show whose label and score changed between two user_scores.csv, by how much, and why.',
    load: () => import('./compare.js'),
  },
  {
    name: 'backtest',
    takes: '[events...]',
    says: 'Measure what the ranking would have been worth: who converted after it, against simpler orders.',
    load: () => import('./backtest.js'),
  },
  {
    name: 'tune',
    takes: '[events...]',
    says: 'Find better points for the signals, and recommend them only if they are shown to be better.',
    load: () => import('./tune.js'),
  },
  {
    name: 'report',
    takes: '[features]',
    says: 'Write one page with whom to call, why, and whether to believe it.',
    load: () => import('./report.js'),
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
      const command = program.command(name).usage(`[options] ${takes}`.trim()).description(says).helpGroup(group);
      if (isNeeded(name)) (await load()).register(command);
    }
  }
};
