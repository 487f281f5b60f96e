/** Reference tables, made from what is registered with commander and from the grammar of gesture.yaml. */
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Option } from 'commander';
import { defaultWeights } from '../../src/catalogue/weights.js';
import { addCommands } from '../../src/commands/index.js';
import { CURVE_KEYS, jsonSchema } from '../../src/config/schema.js';
import { EXIT } from '../../src/model.js';
import { table } from './tables.js';

/** The part of a JSON schema that the tables need. */
interface Node {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: string | boolean;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly items?: Node;
  readonly additionalProperties?: Node | false;
}

const schema: Node = jsonSchema(defaultWeights);
const optionsOf = (node: Node): readonly Node[] => node.anyOf ?? node.oneOf ?? [node];
const code = (text: string): string => `\`${text}\``;

/** The node at a path; `*` is any key, a number one of several forms. */
const at = (node: Node, [key, ...rest]: readonly (string | number)[]): Node => {
  if (key === undefined) return node;
  const inside =
    typeof key === 'number' ? optionsOf(node)[key] : key === '*' ? node.additionalProperties : node.properties?.[key];
  if (!inside) throw new Error(`the schema has no ${key}`);
  return at(inside, rest);
};

/** What can be written for a node, in words. */
const valueWords = (node: Node): string => {
  if (node.enum) return node.enum.map(code).join(', ');
  if (node.const !== undefined) return code(String(node.const));
  if (node.anyOf || node.oneOf) return [...new Set(optionsOf(node).map(valueWords))].join(', or ');
  if (node.type === 'array')
    return node.items === undefined || node.items.properties ? 'a list' : `a list of ${valueWords(node.items)}`;
  if (node.type === 'object') return node.properties ? 'keys below' : 'names';
  return { string: 'text', integer: 'whole number' }[node.type ?? ''] ?? node.type ?? '';
};

/** The keys of a node that has some, or one of whose forms has. */
const keysOf = (node: Node): Readonly<Record<string, Node>> =>
  optionsOf(node).find(({ properties }) => properties)?.properties ?? {};

const isCondition = (node: Node): boolean => ['column', 'equals'].every((key) => Object.hasOwn(keysOf(node), key));

const settingsRows = (node: Node, path: string): string[][] =>
  Object.entries(keysOf(node)).flatMap(([key, child]) => {
    const place = path === '' ? key : `${path}.${key}`;
    const condition = [
      child,
      ...optionsOf(child),
      ...optionsOf(child).flatMap(({ items }) => (items ? optionsOf(items) : [])),
    ].some(isCondition);
    const words = condition ? 'a condition, or a list of them' : valueWords(child);
    const listed = key === 'all_of' || key === 'any_of' ? 'event types and conditions' : words;
    const row = [code(place), listed, child.description ?? ''];
    return condition || ['features', 'weights'].includes(place) ? [row] : [row, ...settingsRows(child, place)];
  });

/** Every setting of gesture.yaml: its place, what can be written, what it does. */
export const settingsTable = (): string => table(['setting', 'value', 'what it does'], settingsRows(schema, ''));

const measureNodes = (): readonly Node[] =>
  optionsOf(at(schema, ['features', '*'])).flatMap((feature) => optionsOf(at(feature, ['is'])));

/** Every measure: its name, where it can be used, its parameters (`?` may be left out), its value. */
export const measuresTable = (): string => {
  const conditionKeys = conditionRows().map(([key]) => key);
  return table(
    ['`op`', 'parameters', 'value'],
    measureNodes().map((node) => {
      const { op, ...parameters } = node.properties ?? {};
      const names = Object.keys(parameters).filter((name) => !conditionKeys.includes(code(name)) || name === 'column');
      const tests = Object.keys(parameters).length > names.length ? ['one test'] : [];
      const written = names.map((name) => code(`${name}${node.required?.includes(name) ? '' : '?'}`));
      return [
        (op?.enum ?? [String(op?.const)]).map(code).join(', '),
        [...written.slice(0, 1), ...tests, ...written.slice(1)].join(', '),
        node.description ?? '',
      ];
    }),
  );
};

const conditionRows = (): string[][] => {
  const [one] = optionsOf(at(schema, ['events', 0, 'where']));
  return Object.entries(keysOf(one ?? {})).map(([key, node]) => [code(key), valueWords(node), node.description ?? '']);
};

/** What a condition can ask of a cell. */
export const conditionsTable = (): string => table(['key', 'value', 'what it does'], conditionRows());

/** The keys of a weight: points, curves, words. */
export const weightKeysTable = (): string =>
  table(
    ['key', 'value', 'what it does'],
    Object.entries(keysOf(at(schema, ['weights', '*']))).map(([key, node]) => [
      `${code(key)}${CURVE_KEYS.includes(key) ? ' (a curve)' : ''}`,
      valueWords(node),
      node.description ?? '',
    ]),
  );

/** The program's commands, with their arguments and flags. */
export const registered = async (): Promise<readonly CommandUnknownOpts[]> => {
  const program = new Command('gesture');
  await addCommands(program, () => true);
  return program.commands;
};

const optionRow = ({ flags, description, defaultValue, defaultValueDescription }: Option): string[] => {
  const given =
    defaultValueDescription ?? (['string', 'number'].includes(typeof defaultValue) ? String(defaultValue) : '');
  return [code(flags), given === '' ? description : `${description} (default: ${code(given)})`];
};

const commandPart = (command: CommandUnknownOpts): string =>
  [
    `### ${code(`gesture ${command.name()} ${command.usage().replace('[options]', '[flags]')}`)}`,
    '',
    command.description(),
    '',
    ...command.registeredArguments.map((argument) => `${code(argument.name())}: ${argument.description}.\n`),
    table(['flag', 'what it does'], command.options.map(optionRow)),
  ].join('\n');

/** Every command with its arguments and flags. */
export const commandsPart = async (): Promise<string> => (await registered()).map(commandPart).join('\n');

/**
 * The exit codes and what they mean.
 *
 * @param help the help of the program, which says it
 */
export const exitTable = (help: string): string => {
  const [, words = ''] = help.split('Exit codes:');
  const rows = words
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replace(/\.$/, '')
    .split(', ')
    .map((one) => {
      const [, number = '', means = ''] = /^(\d+) (.*)$/.exec(one) ?? [];
      return [number, means];
    });
  const codes = Object.values(EXIT).map(String);
  if (rows.map(([number]) => number).join() !== codes.join())
    throw new Error('the help does not name the exit codes there are');
  return table(['exit code', 'means'], rows);
};
