/**
 * `gesture init`: writes a commented gesture.yaml, for the logs that it is given or with every default, or the JSON schema
 * that editors use to complete one.
 */
import type { Command } from '@commander-js/extra-typings';
import { defaultConfig } from '../config/settings.js';
import { CONFIG_FILE, loadConfig } from '../config/load.js';
import { replaceFiles, writeText } from '../io/output.js';
import { screenOf } from '../text/columns.js';
import { printable, toJson } from '../text/printable.js';
import { Failure } from '../model.js';
import { isStream, refuseExisting } from './files.js';
import { delimiter, jsonFile } from './flags.js';
import { examples } from './help.js';
import { commandLine, configFlag, nextLine } from './next.js';

const SCHEMA_FILE = 'gesture.schema.json';

const define = (command: Command) =>
  command
    .argument('[events...]', 'event logs to look at, in every format that features reads; - is standard input')
    .option('--out <file>', 'where to write it; - is standard output', CONFIG_FILE)
    .option('--force', 'replace an existing file')
    .option('--json', 'print what was found as JSON')
    .option('--delimiter <char>', 'what separates the columns (default: found in the header)', delimiter('--delimiter'))
    .option(
      '--schema [file]',
      `write the JSON schema for editors instead (default: ${SCHEMA_FILE})`,
      jsonFile('--schema'),
    )
    .option('--config <file>', 'settings whose own signals the schema includes (default: gesture.yaml, if it exists)')
    .addHelpText(
      'after',
      examples([
        ['gesture init export.csv', 'settings for your own log'],
        ['gesture init', 'a gesture.yaml with every default'],
      ]),
    );

type Flags = ReturnType<ReturnType<typeof define>['opts']>;

const write = async (path: string, text: string, inputs: readonly string[] = []): Promise<void> => {
  await replaceFiles([{ path, write: (file) => writeText(file, [text]) }], inputs);
  if (path !== '-') process.stderr.write(`wrote    ${printable(path)}\n`);
};

/** Looks at logs, writes settings for them and prints what was found. */
const inspectLogs = async (logs: readonly string[], { out, json, delimiter: separator }: Flags): Promise<void> => {
  const [
    { inspect, rehearsed },
    { yamlOf },
    { initScreen },
    { withEngine },
    { resolveInputs },
    { toLocalFile },
    { print, withScratch },
  ] = await Promise.all([
    import('../inspect/inspect.js'),
    import('../inspect/yaml.js'),
    import('./initScreen.js'),
    import('../engine/duckdb/open.js'),
    import('../intake/find.js'),
    import('../intake/local.js'),
    import('../io/output.js'),
  ]);
  const names = await resolveInputs(logs);
  const findings = await withScratch('-', async (scratch) => {
    const stdin = process.stdin;
    // A stream can be read only once, and a log is looked at several times.
    const local = (name: string, i: number): Promise<string> => toLocalFile(name, i + names.length, { scratch, stdin });
    const inputs: string[] = [];
    for (const [i, name] of names.entries()) inputs.push(isStream(name) ? await local(name, i) : name);
    const request = { inputs, names, out, scratch, stdin, delimiter: separator };
    const found = await withEngine(scratch, {}, (engine) => inspect({ ...request, engine }));
    const now = BigInt(Date.now()) * 1000n;
    return rehearsed(found, { ...request, now, yaml: yamlOf(found), path: out === '-' ? CONFIG_FILE : out });
  });
  const text = yamlOf(findings);
  if (out === '-') return print(text);
  await replaceFiles([{ path: out, write: (file) => writeText(file, [text]) }], names);
  await print(json ? `${toJson(findings, 2)}\n` : initScreen(findings, screenOf(process.stdout)));
  process.stderr.write(`${printable(`wrote    ${out}`)}\n${nextLine(findings.next)}\n`);
};

const init = async (logs: readonly string[], flags: Flags): Promise<void> => {
  const { out, force, schema, config } = flags;
  if (schema !== undefined) {
    if (logs.length > 0) throw new Failure('usage', '--schema is of settings, not of a log: leave the log out');
    if (schema !== true) refuseExisting(schema, force);
    const { jsonSchema } = await import('../config/schema.js');
    const { weights, path } = await loadConfig(config);
    const text = `${JSON.stringify(jsonSchema(weights), null, 2)}\n`;
    await write(schema === true ? SCHEMA_FILE : schema, text, path === undefined ? [] : [path]);
    return;
  }
  refuseExisting(out, force);
  if (logs.length > 0) return inspectLogs(logs, flags);
  const { configTemplate } = await import('../config/template.js');
  await write(out, configTemplate(defaultConfig));
  const flag = configFlag(out === CONFIG_FILE ? undefined : out);
  if (out !== '-') process.stderr.write(`${nextLine(commandLine('features', ...flag))}\n`);
};

/** The arguments, flags and action of `gesture init`. */
export const register = (command: Command): void => {
  define(command).action(init);
};
