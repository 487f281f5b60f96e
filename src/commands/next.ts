/** The last line of a command: what to run next. */
import { printable, shellWord } from '../text/printable.js';

/** Ways to run gesture in which the shell need not know a command of that name: npx, and the scripts of package.json. */
const THROUGH_NPM = ['npx', 'start', 'generate', 'features', 'rank', 'report'];

/** The words of a command line, each as the shell needs it. */
export const commandLine = (...words: readonly string[]): string => ['gesture', ...words].map(shellWord).join(' ');

/** The command that explains a user; an id that begins as flags do comes after them and `--`. */
export const explainLine = (id: string, file: readonly string[] = [], flags: readonly string[] = []): string =>
  id.startsWith('-')
    ? commandLine('explain', ...flags, '--', id, ...file)
    : commandLine('explain', id, ...file, ...flags);

/** The flag that names the settings again, if a run named them. */
export const configFlag = (config: string | undefined): string[] => (config === undefined ? [] : ['--config', config]);

/**
 * The line that names the next command, in one piece, so that it can be pasted.
 *
 * @param commands a command line of gesture, or several joined by `&&`
 */
export const nextLine = (commands: string, env: NodeJS.ProcessEnv = process.env): string => {
  const isKnown = !THROUGH_NPM.includes(env['npm_lifecycle_event'] ?? '');
  const line = isKnown ? commands : commands.replaceAll(/(^|&& )gesture /g, '$1npx gesture ');
  return `${'next'.padEnd(9)}${printable(line)}`;
};
