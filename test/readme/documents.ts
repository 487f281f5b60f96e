/**
 * Documents that run: every snippet of a document is written, run or checked in the order of the page, in an empty folder,
 * and what its commands print is put under them. A comment before a snippet says what to do with it:
 *
 *     <!-- in studio; shows 1-9, 14 -->   run in this folder; of what is printed, these lines are shown, and `...` for gaps
 *     <!-- writes studio/site.csv -->     write it to this file
 *     <!-- needs psql -->                 skipped, with a notice, where this program is not installed or this command fails
 *     <!-- not run: why -->               neither
 *
 * `console` snippets are commands after `$ ` with their output, `sh` snippets are scripts, `yaml` snippets are settings,
 * and the `run` steps of a workflow.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { loadConfig } from '../../src/config/load.js';
import { program } from '../commands/gesture.js';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** The documents whose snippets run, by their path. */
export const DOCUMENTS = [
  'README.md',
  'data/README.md',
  '.github/REFERENCE.md',
  '.github/RECIPES.md',
  '.github/CONTRIBUTING.md',
] as const;

/** A document as it is. */
export const documentText = (path: string): string => readFileSync(join(root, path), 'utf8');

const FENCE = /(?:<!-- ((?:in|shows|writes|needs|not run)\b[^>]*) -->\n\n?)?```(\w*)\n([^]*?)\n?```$/gm;

/** Text in fences, with the words of the comment before it. */
interface Snippet {
  readonly language: string;
  readonly body: string;
  readonly says: (word: string) => string | undefined;
}

const snippetOf = (options: string | undefined, language: string, body: string): Snippet => {
  const words = (options ?? '').split('; ');
  const says = (word: string): string | undefined =>
    words.find((one) => one.startsWith(`${word} `) || one.startsWith(`${word}:`))?.slice(word.length + 1);
  return { language, body, says };
};

/** The snippets of a document, in order. */
export const snippetsOf = (text: string): Snippet[] =>
  [...text.matchAll(FENCE)].map(([, options, language = '', body = '']) => snippetOf(options, language, body));

/**
 * Of lines, the ones with these numbers (`1-9, 14`), with `...` for those between them.
 *
 * @throws if a range begins or ends with a blank line, or beyond the last: then the lines are not those that were meant
 */
const shown = (lines: readonly string[], numbers: string): string[] => {
  const ranges = numbers.split(', ').map((range) => {
    const [from = 1, to = from] = range.split('-').map(Number);
    const some = lines.slice(from - 1, to);
    if (some.length <= to - from || some[0] === '' || some.at(-1) === '') {
      const numbered = lines.map((line, i) => `${String(i + 1).padStart(4)}  ${line}`).join('\n');
      throw new Error(`"shows ${numbers}": ${range} are not the lines that were meant; number them anew:\n${numbered}`);
    }
    return some;
  });
  return ranges.flatMap((some, i) => (i === 0 ? some : ['...', ...some]));
};

const workflow = z.object({
  jobs: z.record(z.string(), z.object({ steps: z.array(z.object({ run: z.string().optional() })) })),
});

/** What a workflow of GitHub runs, without the installation. */
const runsOf = (yaml: string): string[] =>
  Object.values(workflow.parse(parse(yaml)).jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run }) => (run === undefined || run === 'npm ci' ? [] : [run])),
  );

/** Where a document runs: a folder in which `gesture` is a command and a package. */
export const prepare = (folder: string): void => {
  mkdirSync(join(folder, '.bin'));
  symlinkSync(program, join(folder, '.bin/gesture'));
  writeFileSync(join(folder, '.bin/npx'), '#!/bin/sh\nshift 2\nexec "$@"\n', { mode: 0o755 });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/gesture'));
};

/**
 * Runs the snippets of a document.
 *
 * @param folder see `prepare`
 * @param notice told of every snippet that is skipped because a program is missing
 * @returns the document with what its commands print
 * @throws if a command fails or a setting is wrong
 */
export const performed = async (text: string, folder: string, notice: (line: string) => void): Promise<string> => {
  const env = { ...process.env, PATH: `${join(folder, '.bin')}:${process.env['PATH']}` };
  const bash = (script: string, cwd: string): string => {
    mkdirSync(cwd, { recursive: true });
    const { status, stdout } = spawnSync('bash', ['-euo', 'pipefail', '-c', `exec 2>&1\n${script}`], {
      cwd,
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${script}\nexit code ${status}\n${stdout}`);
    return stdout;
  };
  const print = (body: string, cwd: string, lines: string | undefined): string => {
    const commands = body.split('\n').filter((line) => line.startsWith('$ '));
    const blocks = commands.map((command) => {
      const printed = bash(command.slice(2), cwd).trimEnd().split('\n');
      const trimmed = printed.map((line) => line.trimEnd());
      return [
        command,
        ...(lines === undefined ? trimmed : shown(trimmed, lines)).filter((line, i) => i > 0 || line !== ''),
      ];
    });
    return blocks.map((block) => block.join('\n')).join('\n\n');
  };
  const act = async ({ language, body, says }: Snippet): Promise<string> => {
    const cwd = join(folder, says('in') ?? '.');
    const file = says('writes');
    const needed = says('needs');
    const isThere =
      needed === undefined ||
      spawnSync('sh', ['-c', needed.includes(' ') ? needed : `command -v ${needed}`]).status === 0;
    if (says('not run') !== undefined) return body;
    if (!isThere) {
      notice(`skipped, needs ${needed}: ${body.split('\n')[0]}`);
      return body;
    }
    if (file !== undefined) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${body}\n`);
    }
    if (language === 'console') return print(body, cwd, says('shows'));
    if (language === 'sh' && file === undefined) bash(body, cwd);
    else if (language === 'js' && file === undefined) {
      writeFileSync(join(folder, '.snippet.mjs'), body);
      bash('node .snippet.mjs', folder);
    } else if (language === 'yaml' && body.includes('jobs:')) for (const run of runsOf(body)) bash(run, cwd);
    else if (language === 'yaml') {
      const path = join(folder, file ?? '.settings.yaml');
      writeFileSync(path, `${body}\n`);
      await loadConfig(path);
    } else if (file === undefined) throw new Error(`nothing is done with the ${language} snippet\n${body}`);
    return body;
  };
  let [done, position] = ['', 0];
  for (const { 0: all, 1: options, 2: language = '', 3: body = '', index } of text.matchAll(FENCE)) {
    const before = all.slice(0, all.indexOf('```'));
    const after = await act(snippetOf(options, language, body));
    done += `${text.slice(position, index)}${before}\`\`\`${language}\n${after}\n\`\`\``;
    position = index + all.length;
  }
  return done + text.slice(position);
};
