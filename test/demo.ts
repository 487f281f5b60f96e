/** The demo: what generate, features and rank write without a flag. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { call } from './commands/call.js';
import { gesture } from './commands/gesture.js';

/** Its files by name, and what rank printed. */
export interface Demo {
  readonly files: Readonly<Record<string, string>>;
  readonly screen: string;
}

/** Runs the three commands in a new folder: in this process, or with an environment in processes of their own. */
export const runDemo = async (env?: NodeJS.ProcessEnv): Promise<Demo> => {
  const folder = mkdtempSync(join(tmpdir(), 'gesture-demo-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let screen = '';
  for (const command of ['generate', 'features', 'rank']) {
    const { status, stdout, stderr } = env ? gesture(folder, [command], { env }) : await call(folder, [command]);
    if (status !== 0) throw new Error(`gesture ${command}: ${stderr}`);
    screen = stdout;
  }
  const data = join(folder, 'data');
  const files = Object.fromEntries(readdirSync(data).map((name) => [name, readFileSync(join(data, name), 'utf8')]));
  return { files, screen };
};

/** The SHA-256 of each file, by name. */
export const hashesOf = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, createHash('sha256').update(text).digest('hex')]),
  );

/** The hashes of the demo, as committed. Runs in the clone overwrite data/, and must not break a test. */
export const demoHashes = (): Record<string, string> =>
  JSON.parse(readFileSync(new URL('fixtures/demo.json', import.meta.url), 'utf8'));
