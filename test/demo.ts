/** The demo: what generate, features and rank write without a flag. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { gesture } from './commands/gesture.js';

/** Its files by name, and what rank printed. */
export interface Demo {
  readonly files: Readonly<Record<string, string>>;
  readonly screen: string;
}

/** Runs the three commands in a new folder. */
export const runDemo = (env: NodeJS.ProcessEnv = {}): Demo => {
  const folder = mkdtempSync(join(tmpdir(), 'gesture-demo-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const said = ['generate', 'features', 'rank'].map((command) => {
    const { status, stderr } = gesture(folder, [command], { env });
    if (status !== 0) throw new Error(`gesture ${command}: ${stderr}`);
    return stderr;
  });
  const data = join(folder, 'data');
  const files = Object.fromEntries(readdirSync(data).map((name) => [name, readFileSync(join(data, name), 'utf8')]));
  return { files, screen: said.at(-1) ?? '' };
};

/** The SHA-256 of each file, by name. */
export const hashesOf = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, createHash('sha256').update(text).digest('hex')]),
  );

/** The hashes of the demo, as committed. Runs in the clone overwrite data/, and must not break a test. */
export const demoHashes = (): Record<string, string> =>
  JSON.parse(readFileSync(new URL('fixtures/demo.json', import.meta.url), 'utf8'));
