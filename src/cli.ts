/** The program: registers the commands and maps errors to exit codes. Heavy modules are loaded only when needed. */
import { Command } from '@commander-js/extra-typings';
import { CommanderError } from 'commander';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { doLastActs, hasLastActs } from './io/interrupt.js';
import { cannotWrite } from './io/cannotWrite.js';
import { discardUnfinished } from './io/output.js';
import { printable } from './text/printable.js';
import { EXIT, Failure, systemCode } from './model.js';
import { VERSION } from './text/version.js';
import { type Example, examples, paragraph, helpStyle } from './commands/help.js';
import { addCommands } from './commands/index.js';

/** What to run first: the last lines of the help, which also show if no command is given. */
const FIRST_STEPS: readonly Example[] = [
  ['gesture generate && gesture features && gesture rank', 'the demo, from simulated events to a ranked list'],
  ['gesture features my_events.csv && gesture rank', 'your own log'],
];

const EXIT_CODES = paragraph(
  'Exit codes:',
  '0 done, 1 a check found something, 2 wrong usage or config, 65 bad data, 66 no input, 70 a bug in gesture, 73 cannot write, 130 interrupted.',
);

const program = async (argv: readonly string[]): Promise<Command> => {
  const gesture = new Command('gesture')
    .description('Turns an event log into a ranked, explained list of the people worth calling.')
    .version(VERSION)
    .showHelpAfterError('(run gesture --help to see the commands)')
    .configureOutput({ outputError: (text, write) => write(printable(text, { lines: true })) })
    .configureHelp(helpStyle)
    .exitOverride();
  await addCommands(gesture, (name) => argv.includes(name));
  for (const command of gesture.commands) {
    command.showHelpAfterError(`(run gesture ${command.name()} --help to see its flags)`);
  }
  return gesture.addHelpText('after', examples(FIRST_STEPS, 'First step:')).addHelpText('after', EXIT_CODES);
};

/** The exit code of an error, and the message to print unless commander has printed one. */
const verdict = (error: unknown): { exit: number; say?: string } => {
  if (error instanceof CommanderError) return { exit: error.exitCode === 0 ? EXIT.done : EXIT.usage };
  if (error instanceof Failure) return { exit: EXIT[error.kind], say: `gesture: ${error.message}` };
  if (['EMFILE', 'ENFILE'].includes(systemCode(error) ?? '')) {
    return { exit: EXIT.noInput, say: 'gesture: too many open files: raise the limit with ulimit -n' };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exit: EXIT.bug, say: `gesture: this is a bug in gesture; please report it with the lines below\n${stack}` };
};

/** Prints what went wrong and returns the exit code. */
const fail = (error: unknown): number => {
  const { exit, say } = verdict(error);
  if (say !== undefined) process.stderr.write(`${printable(say, { lines: exit === EXIT.bug })}\n`);
  if (error instanceof Failure) for (const line of error.excerpt) process.stderr.write(`${printable(line)}\n`);
  return exit;
};

/** How somebody interrupts a run. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Whether a word of a command line names a pipe. A thread that waits for one to be opened or filled cannot be ended, and
 * `process.exit` waits for it.
 */
const namesPipe = (argv: readonly string[]): boolean =>
  argv.some((word) => {
    try {
      return statSync(word.slice(word.indexOf('=') + 1)).isFIFO();
    } catch {
      return false;
    }
  });

/**
 * Runs one command line, as in `main(process.argv)`. Sets the exit code; never throws.
 *
 * @param argv the program, the script and then the arguments
 */
export const main = async (argv: readonly string[]): Promise<void> => {
  let asked = false;
  // Stays registered: a second signal, as `timeout` sends one, must not end the process while it removes its files.
  const interrupted = (signal: NodeJS.Signals): void => {
    discardUnfinished();
    const exit = (): void => {
      if (!namesPipe(argv)) process.exit(128 + constants.signals[signal]);
      process.off(signal, interrupted);
      process.kill(process.pid, signal);
    };
    if (asked || !hasLastActs()) return exit();
    asked = true;
    void doLastActs(1500).finally(exit);
  };
  for (const signal of SIGNALS) process.on(signal, interrupted);
  process.once('exit', discardUnfinished);
  // A reader that closes our output early, such as `| head`, is no error. If stderr is closed, nobody can be told.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    process.exit(fail(cannotWrite('-', error)));
  });
  process.stderr.on('error', () => {});
  try {
    const gesture = await program(argv);
    await gesture.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = fail(error);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
  }
};
