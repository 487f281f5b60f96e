/** Imports in src point only downwards, no files import each other in a circle, and no file is long. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '../src');

/** The layers from top to bottom; folders of one layer must not import each other. Files of src itself: '.'. */
const LAYERS = [
  ['.'],
  ['commands'],
  ['inspect'],
  ['engine'],
  ['backtest', 'report'],
  ['sql'],
  ['intake'],
  ['io'],
  ['config'],
  ['simulate', 'scoring'],
  ['catalogue'],
  ['text'],
  ['model'],
];

/** Files that are data: long because there is much of it. */
const LONG = /^(?:catalogue\/.*|config\/schema)\.ts$/;

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']*)\.js'/g;

/** The files that a file imports, types included, relative to src. */
const importsOf = (file: string, text: string): string[] =>
  [...text.matchAll(IMPORT)].map(([, path = '']) => {
    const stem = relative(src, join(src, dirname(file), path));
    return existsSync(join(src, `${stem}.tsx`)) ? `${stem}.tsx` : `${stem}.ts`;
  });

const folderOf = (file: string): string => (file === 'model.ts' ? 'model' : (dirname(file).split('/')[0] ?? ''));
const layerOf = (file: string): number => LAYERS.findIndex((layer) => layer.includes(folderOf(file)));

const files = globSync('**/*.{ts,tsx}', { cwd: src }).toSorted();
const text = new Map(files.map((file) => [file, readFileSync(join(src, file), 'utf8')]));
const imports = new Map([...text].map(([file, content]) => [file, importsOf(file, content)]));

/** The first circle found, as the files on it. */
const circle = (graph: ReadonlyMap<string, readonly string[]>): string[] => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of graph.get(file) ?? []) {
      const found = visit(next, [...path, file]);
      if (found.length > 0) return found;
    }
    done.add(file);
    return [];
  };
  for (const file of graph.keys()) {
    const found = visit(file, []);
    if (found.length > 0) return found;
  }
  return [];
};

describe('the files of src', () => {
  it('each belong to a layer, and import files that exist', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => layerOf(file) < 0)).toEqual([]);
    expect([...imports.values()].flat().filter((file) => !imports.has(file))).toEqual([]);
  });

  it('import only from layers below, or from their own folder', () => {
    const upwards = [...imports].flatMap(([file, imported]) =>
      imported
        .filter((other) => folderOf(other) !== folderOf(file) && layerOf(other) <= layerOf(file))
        .map((other) => `${file} imports ${other}`),
    );
    expect(upwards).toEqual([]);
  });

  it('do not import each other in a circle', () => {
    expect(circle(imports)).toEqual([]);
  });

  it('have at most 300 lines, unless they are data', () => {
    const long = [...text].filter(([file, content]) => !LONG.test(file) && content.trimEnd().split('\n').length > 300);
    expect(long.map(([file]) => file)).toEqual([]);
  });
});

/** Packages that only the report is made with. */
const OF_THE_REPORT = /(?:\bfrom|\bimport)\s*\(?\s*'((?:preact|d3-)[^']*)'/;

/** A file with whatever it loads with itself, other than types: not what it imports later. */
const loadedWith = (file: string): string[] => {
  const seen = new Set<string>();
  const visit = (one: string): void => {
    if (seen.has(one)) return;
    seen.add(one);
    const code = (text.get(one) ?? '')
      .replaceAll(/^(?:import|export) type [^;]*;$/gms, '')
      .replaceAll(/\bimport\(/g, 'later(');
    for (const next of importsOf(one, code)) visit(next);
  };
  visit(file);
  return [...seen];
};

describe('the report', () => {
  it('alone uses preact and d3', () => {
    const using = files.filter((file) => OF_THE_REPORT.test(text.get(file) ?? ''));
    expect(using.length).toBeGreaterThan(3);
    expect(using.filter((file) => folderOf(file) !== 'report')).toEqual([]);
  });

  it('is loaded by no other command, and not by the help', () => {
    const loaded = files
      .filter((file) => folderOf(file) !== 'report')
      .filter((file) => loadedWith(file).some((other) => folderOf(other) === 'report'));
    expect(loaded).toEqual([]);
    const later = files.filter((file) => /\bimport\('\.\.\/report\//.test(text.get(file) ?? ''));
    expect(later).toEqual(['commands/report.ts']);
    expect(loadedWith('commands/report.ts')).not.toContain('engine/features.ts');
  });
});

describe('the test itself', () => {
  it.each([
    ["import { a } from './b.js';"],
    ["import type { A } from './b.js';"],
    ["import {\n  a,\n} from './b.js';"],
    ["import './b.js';"],
    ["export * from './b.js';"],
    ["export type { A } from './b.js';"],
    ["const b = await import('./b.js');"],
    ["let b: typeof import('./b.js');"],
  ])('sees the import in %j', (line) => {
    expect(importsOf('io/a.ts', line)).toEqual(['io/b.ts']);
  });

  it('sees a circle', () => {
    const graph = { a: ['b'], b: ['c', 'd'], c: [], d: ['b'] };
    expect(circle(new Map(Object.entries(graph)))).toEqual(['b', 'd', 'b']);
  });
});
