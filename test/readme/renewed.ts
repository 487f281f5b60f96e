/** The parts of the documents that are made from the catalogues, the commands and runs of the program. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { features } from '../../src/catalogue/features.js';
import { personas } from '../../src/catalogue/personas.js';
import { spamWords } from '../../src/catalogue/sessions.js';
import { customary, type Source, sources } from '../../src/catalogue/sources.js';
import { defaultWeights } from '../../src/catalogue/weights.js';
import { call } from '../commands/call.js';
import { jsonTables } from './json.js';
import {
  commandsPart,
  conditionsTable,
  exitTable,
  measuresTable,
  settingsTable,
  weightKeysTable,
} from './reference.js';
import {
  featuresTable,
  filesTable,
  personasTable,
  pointsSentence,
  sourcesTable,
  typesTable,
  weightsTable,
} from './tables.js';

/** An example program with what it prints in the comments behind `console.log`, shortened after a comma. */
export const withOutput = (program: string, printed: string): string => {
  const lines = printed.split('\n');
  return program.replaceAll(/(console\.log\(.*\);).*/g, (_, logged: string) => {
    const said = lines.shift() ?? '';
    const short = said.length > 60 ? `${said.slice(0, said.lastIndexOf(', ', 60))}, ...` : said;
    return `${logged} // ${short}`;
  });
};

/** Runs that write every kind of table there is and show one user, and the tables they write. */
const RUNS: readonly (readonly string[])[] = [
  ['generate', '--truth', 'data/truth.csv', '--dirty', '5%'],
  ['features', '--sessions', 'data/sessions.csv', '--config', 'gesture.yaml', '--max-rejected', '50%'],
  ['rank'],
  ['explain', '1', '--what-if', 'page_views=90'],
  ['features', '--at', '2026-01-10', '--label-horizon', '7d', '--out', 'data/training.csv', '--max-rejected', '50%'],
];
const FILES =
  'raw_events rejected_events unreadable_cells excluded_events user_features sessions user_scores top_users training truth planted_events';

/** The text of each table by name, and what each command first printed as JSON, from runs in an empty folder. */
const madeIn = async (
  folder: string,
  write: (name: string, text: string) => void,
): Promise<Readonly<Record<'files' | 'printed', Record<string, string>>>> => {
  mkdirSync(folder, { recursive: true });
  write('gesture.yaml', 'exclude: { faster_than_human: true }\n');
  const printed: Record<string, string> = {};
  for (const args of RUNS) {
    const { status, stdout, stderr } = await call(folder, [...args, '--json']);
    if (status !== 0) throw new Error(`gesture ${args.join(' ')}: ${stderr}`);
    printed[args[0] ?? ''] ??= stdout;
  }
  const names = FILES.split(' ').map((name) => `${name}.csv`);
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, 'data', name), 'utf8')]));
  return { files, printed };
};

const queries = (): string =>
  Object.values<Source>(sources)
    .flatMap(({ says, query }) =>
      query === undefined ? [] : [`${says}:\n\n<!-- not run: needs their tables -->\n\`\`\`sql\n${query}\n\`\`\`\n`],
    )
    .join('\n');

/**
 * What stands between `<!-- name -->` and `<!-- /name -->`, by name.
 *
 * @param library the library example with what it prints
 * @param folder an empty folder to run in
 * @param write writes a file of that folder
 */
export const partsOf = async (
  library: string,
  folder: string,
  write: (name: string, text: string) => void,
): Promise<Readonly<Record<string, string>>> => {
  const { files, printed } = await madeIn(folder, write);
  return {
    library: `\`\`\`js\n${library}\`\`\`\n`,
    files: filesTable(files),
    json: jsonTables(printed),
    'event-types': typesTable(features, customary),
    sources: sourcesTable(sources),
    features: featuresTable(features),
    points: pointsSentence(defaultWeights, features),
    weights: weightsTable(defaultWeights),
    'weight-keys': weightKeysTable(),
    measures: measuresTable(),
    conditions: conditionsTable(),
    settings: settingsTable(),
    commands: await commandsPart(),
    'exit-codes': exitTable((await call('.', ['--help'])).stdout),
    personas: personasTable(personas),
    queries: queries(),
  };
};

/** A document with every marked part made anew, and the rule about sessions; a mark without a part is an error. */
export const renewed = (document: string, parts: Readonly<Record<string, string>>): string =>
  document
    .replaceAll(/at least \S+ events at more than \S+ per second/g, spamWords)
    .replaceAll(/<!-- ([a-z-]+) -->\n[^]*?<!-- \/\1 -->/g, (_, name: string) => {
      const part = parts[name];
      if (part === undefined) throw new Error(`there is no part ${name}`);
      return `<!-- ${name} -->\n\n${part}\n<!-- /${name} -->`;
    });

/** The names of the parts that a document has. */
export const partsIn = (document: string): string[] =>
  [...document.matchAll(/<!-- \/([a-z-]+) -->/g)].map(([, name = '']) => name);
