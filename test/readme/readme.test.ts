/** The documents: their tables are those of the program, their snippets run, and they name what there is. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVENT_COLUMNS } from '../../src/model.js';
import { VERSION } from '../../src/text/version.js';
import { DOCUMENTS, documentText, performed, prepare, root, snippetsOf } from './documents.js';
import { registered } from './reference.js';
import { partsIn, partsOf, renewed, withOutput } from './renewed.js';

const scratch = mkdtempSync(join(tmpdir(), 'gesture-documents-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const example = readFileSync(join(import.meta.dirname, 'library.mjs'), 'utf8');
const printed = execFileSync(process.execPath, [join(import.meta.dirname, 'library.mjs')], { encoding: 'utf8' });

let parts: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  const folder = join(scratch, 'parts');
  parts = await partsOf(withOutput(example, printed), folder, (name, text) => writeFileSync(join(folder, name), text));
}, 60_000);

it('the library example prints what its comments say', async () => {
  await expect(withOutput(example, printed)).toMatchFileSnapshot('library.mjs');
});

/** The README runs in every test; the snippets of other pages, a minute of programs, where documents are renewed or checked. */
const runs = (path: string): boolean => path === 'README.md' || process.env['RENEW'] === '1';

it.each(DOCUMENTS)(
  'the tables and snippets of %s are made from the program, and what its commands print is real',
  async (path) => {
    const folder = mkdtempSync(join(scratch, 'run-'));
    prepare(folder);
    const tables = renewed(documentText(path), parts);
    const notice = (line: string): boolean => process.stderr.write(`${path}: ${line}\n`);
    await expect(runs(path) ? await performed(tables, folder, notice) : tables).toMatchFileSnapshot(join(root, path));
  },
  180_000,
);

it('has the two commands at its top: one installs and runs, one installs and tests', () => {
  const [run = '', test = ''] = [...documentText('README.md').matchAll(/^ {4}(npm ci .*)$/gm)].map(
    ([, command]) => command,
  );
  expect([run, test]).toEqual(['npm ci && npm start', 'npm ci && npm test']);
  expect(readFileSync(join(root, '.ci/run'), 'utf8')).toMatch(/npm ci.*[^]*npm test/);
});

it('has every part somewhere', () => {
  const had = DOCUMENTS.flatMap((path) => partsIn(documentText(path)));
  expect(Object.keys(parts).filter((name) => !had.includes(name))).toEqual([]);
});

describe('what the documents name is there', () => {
  const pages = [...DOCUMENTS, '.github/SCALE.md', '.github/SECURITY.md'].map(
    (path) => [path, documentText(path)] as const,
  );

  it('flags after `gesture COMMAND`', async () => {
    const flags = new Map(
      (await registered()).map((command) => [command.name(), command.options.map(({ long }) => long ?? '')]),
    );
    const wrong = pages.flatMap(([path, text]) =>
      [...text.matchAll(/gesture (?!-)([a-z]+)((?: (?!&&)[^\s|&;`]+)*)/g)].flatMap(([, name = '', rest = '']) => {
        const known = flags.get(name);
        if (known === undefined) return [];
        return [...rest.matchAll(/ (--[a-z-]+)/g)].flatMap(([, flag = '']) =>
          known.includes(flag) ? [] : [`${path}: ${name} ${flag}`],
        );
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('files of the repository, and links', () => {
    const files = new Set(globSync(['*', '{.ci,.github,bin,data,src,test}/**'], { cwd: root, dot: true }));
    const wrong = pages.flatMap(([path, text]) => [
      ...[...text.matchAll(/`((?:src|test|\.ci|\.github)\/[\w./-]*\w)`/g)]
        .map(([, name = '']) => name)
        .filter((name) => !files.has(name) && ![...files].some((file) => file.startsWith(`${name}/`))),
      ...[...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].flatMap(([, link = '', anchor]) => {
        const target = link === '' ? path : join(path, '..', link);
        if (!files.has(target)) return [`${path}: ${link}`];
        const titles =
          anchor === undefined ? [] : [...documentText(target).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title);
        const ids = titles.map((title) =>
          title
            .toLowerCase()
            .replaceAll(/[^\w -]/g, '')
            .replaceAll(' ', '-'),
        );
        return anchor === undefined || ids.includes(anchor) ? [] : [`${path}: ${link}#${anchor}`];
      }),
    ]);
    expect(wrong).toEqual([]);
  });

  it('the version, which the changelog begins with', () => {
    const named = pages.flatMap(([, text]) =>
      [...text.matchAll(/gesture-(\d+\.\d+\.\d+)\.tgz/g)].map(([, one]) => one),
    );
    expect(new Set(named)).toEqual(new Set([VERSION]));
    expect(/^## (\S+)/m.exec(documentText('CHANGELOG.md'))?.[1]).toBe(VERSION);
  });

  it('scripts of package.json', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    );
    const named = pages.flatMap(([, text]) => [...text.matchAll(/npm run ([a-z:]+)/g)].map(([, name = '']) => name));
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

/** The names in the first column of a table, in one section of a document. */
const firstColumn = (path: string, title: string): string[] => {
  const [, section = ''] = documentText(path).split(new RegExp(`^#+ ${title}$`, 'm'));
  const [table = ''] = section.split(/^#/m);
  return [...table.matchAll(/^\| ([^|]*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
};

it('describes every column of a log, in order', () => {
  expect(firstColumn('data/README.md', 'Columns')).toEqual(Object.keys(EVENT_COLUMNS));
});

it('gives a reason for every dependency', () => {
  const { dependencies }: { dependencies: object } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(firstColumn('.github/CONTRIBUTING.md', 'Dependencies').toSorted()).toEqual(
    Object.keys(dependencies).toSorted(),
  );
});

it('says of every snippet that is not run why', () => {
  const reasons = DOCUMENTS.flatMap((path) => snippetsOf(documentText(path)).map(({ says }) => says('not run')));
  expect(reasons.filter((reason) => reason?.trim() === '')).toEqual([]);
});
