/** What is installed, what it may do, and that the threat model names tests that are there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Installed {
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly integrity?: string;
}

describe('the packages of a production install', () => {
  const { packages }: { packages: Record<string, Installed> } = JSON.parse(text('package-lock.json'));
  const production = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);

  it('run nothing when they are installed', () => {
    expect(production.length).toBeGreaterThan(10);
    expect(production.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([]);
  });

  it('are the bytes that were locked', () => {
    expect(production.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
  });
});

it('the program opens no connection, starts no other program and runs no text as code', () => {
  const sources = globSync('src/**/*.{ts,tsx,js}', { cwd: root, expandDirectories: false });
  expect(sources.length).toBeGreaterThan(20);
  const reaching = sources.filter((path) =>
    /from '(?:node:)?(?:https?|http2|net|tls|dgram|dns|child_process|cluster|vm|inspector)(?:\/[^']*)?'|\bfetch\(|\beval\(|new Function\(/.test(
      text(path),
    ),
  );
  expect(reaching).toEqual([]);
});

describe('the threat model', () => {
  const rows = text('.github/SECURITY.md')
    .split('\n')
    .filter((line) => /^\|.*\|$/.test(line))
    .slice(2)
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1));

  it('has five cells in every row', () => {
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((cells) => cells.length !== 5 || cells.some((cell) => cell.trim() === ''))).toEqual([]);
  });

  it('names tests that are there in every row', () => {
    const named = rows.map((cells) => [...(cells.at(-1) ?? '').matchAll(/`([^`]+)`/g)].map(([, path = '']) => path));
    expect(named.filter((paths) => paths.length === 0)).toEqual([]);
    expect(named.flat().filter((path) => !/^test\/.*\.test\.ts$/.test(path) || !existsSync(join(root, path)))).toEqual(
      [],
    );
  });
});
