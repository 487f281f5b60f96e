/** How help looks: its colours, its lines, and the examples at its end. Commander removes colours where there are none. */
import { type AddHelpTextContext, Help, type HelpConfiguration } from '@commander-js/extra-typings';
import { paint, type Paint } from '../text/columns.js';

const styled =
  (how: Paint) =>
  (text: string): string =>
    paint({ width: 0, colour: true }, how, text);

/** Descriptions stand beside terms where they have this many columns, otherwise below. */
const NARROWEST = 28;

/** Blanks before a description below its term. */
const BELOW = 6;

const USAGE = 'Usage: ';

/** The width of help where a stream has none. */
const UNKNOWN_WIDTH = 80;

/** `text` in lines of at most `width` columns; all but the first begin with `indent` blanks. */
const hanging = (help: Help, text: string, width: number, indent: number): string =>
  help.boxWrap(text, width - indent).replaceAll('\n', `\n${' '.repeat(indent)}`);

/** The settings of help for the program, which its commands inherit. */
export const helpStyle: HelpConfiguration = {
  minWidthToWrap: 1,
  styleTitle: styled('bold'),
  styleCommandText: styled('cyan'),
  styleSubcommandText: styled('cyan'),
  styleOptionText: styled('green'),
  styleArgumentText: styled('bold'),
  // The flags of a command that is only listed are not loaded.
  subcommandTerm: (command) => `${command.name()} ${command.usage()}`,
  styleUsage(this: Help, usage) {
    const text = Help.prototype.styleUsage.call(this, usage);
    return hanging(this, text, this.helpWidth ?? UNKNOWN_WIDTH, USAGE.length);
  },
  formatItem(this: Help, term, termWidth, description, helper) {
    const width = this.helpWidth ?? UNKNOWN_WIDTH;
    if (width - termWidth - 4 >= NARROWEST) {
      return Help.prototype.formatItem.call(this, term, termWidth, description, helper);
    }
    const above = hanging(this, term, width - 2, 2).replaceAll('\n', '\n  ');
    return `  ${above}\n${' '.repeat(BELOW)}${hanging(this, description, width, BELOW)}`;
  },
};

/** A command line and what it does. */
export type Example = readonly [command: string, says: string];

/** Text for the end of a help, with commander's own lines. */
const section = (
  { command, error }: AddHelpTextContext,
  linesOf: (help: Help, width: number) => readonly string[],
): string => {
  const output = command.configureOutput();
  const width = (error ? output.getErrHelpWidth?.() : output.getOutHelpWidth?.()) ?? UNKNOWN_WIDTH;
  const help = command.createHelp();
  help.prepareContext({ error, helpWidth: width });
  return `\n${linesOf(help, width).join('\n')}`;
};

/** Examples for the end of the help of a command, as `addHelpText('after', ...)` takes them. */
export const examples =
  (lines: readonly Example[], title = lines.length === 1 ? 'Example:' : 'Examples:') =>
  (context: AddHelpTextContext): string =>
    section(context, (help) => {
      const longest = Math.max(...lines.map(([command]) => command.length));
      const items = lines.map(([command, says]) => {
        const term = command.split(' ').map((word) => help.styleCommandText(word));
        return help.formatItem(term.join(' '), longest, says, help);
      });
      return [help.styleTitle(title), ...items];
    });

/** A paragraph for the end of a help. */
export const paragraph =
  (title: string, text: string) =>
  (context: AddHelpTextContext): string =>
    section(context, (help, width) => [help.styleTitle(title), `  ${hanging(help, text, width, 2)}`]);
