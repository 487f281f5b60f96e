/** `gesture init`: writes a commented gesture.yaml, or the JSON schema that editors use to complete one. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { existsSync } from 'node:fs';
import { defaultConfig } from '../config/settings.js';
import { CONFIG_FILE, loadConfig } from '../config/load.js';
import { replaceFiles, writeText } from '../io/output.js';
import { printable } from '../text/printable.js';
import { Failure } from '../model.js';
import { examples } from './help.js';

const SCHEMA_FILE = 'gesture.schema.json';

const define = (program: CommandUnknownOpts) =>
  program
    .command('init')
    .helpGroup('Companions:')
    .description('Write a commented gesture.yaml with every default and its reason.')
    .option('--out <file>', 'where to write it; - is standard output', CONFIG_FILE)
    .option('--force', 'replace an existing file')
    .option('--schema [file]', `write the JSON schema for editors instead (default: ${SCHEMA_FILE})`)
    .option('--config <file>', 'settings whose own signals the schema includes (default: gesture.yaml, if it exists)')
    .addHelpText('after', examples([['gesture init', 'a gesture.yaml in this folder']]));

type Flags = ReturnType<ReturnType<typeof define>['opts']>;

const write = async (path: string, text: string, inputs: readonly string[] = []): Promise<void> => {
  await replaceFiles([{ path, write: (file) => writeText(file, [text]) }], inputs);
  if (path !== '-') process.stderr.write(`wrote    ${printable(path)}\n`);
};

const init = async ({ out, force, schema, config }: Flags): Promise<void> => {
  if (schema !== undefined) {
    const { jsonSchema } = await import('../config/schema.js');
    const { weights, path } = await loadConfig(config);
    const text = `${JSON.stringify(jsonSchema(weights), null, 2)}\n`;
    await write(schema === true ? SCHEMA_FILE : schema, text, path === undefined ? [] : [path]);
    return;
  }
  if (!force && out !== '-' && existsSync(out)) {
    throw new Failure('usage', `${out} already exists: replace it with --force, or choose another file with --out`);
  }
  const { configTemplate } = await import('../config/template.js');
  await write(out, configTemplate(defaultConfig));
};

/** Adds `gesture init`. */
export const registerInit = (program: CommandUnknownOpts): void => {
  define(program).action(init);
};
