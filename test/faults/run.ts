/** Runs of the built program that something happens to: started, watched, killed. */
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { call } from '../commands/call.js';

/** The launcher. */
export const PROGRAM = fileURLToPath(new URL('../../bin/gesture.js', import.meta.url));

/** How a run ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run that is going on. */
export interface Running {
  readonly child: ChildProcess;
  readonly end: Promise<End>;
}

/** Starts `gesture ...args` in `cwd`. Temporary files outside of it go to its folder `tmp`, so that none stays unseen. */
export const start = (cwd: string, args: readonly string[], options: SpawnOptions = {}): Running => {
  const temporary = join(cwd, 'tmp');
  if (!existsSync(temporary)) mkdirSync(temporary);
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const end = new Promise<End>((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve({ code, signal, ...said }));
  });
  return { child, end };
};

/** `gesture ...args`, to its end. */
export const run = (cwd: string, args: readonly string[], options?: SpawnOptions): Promise<End> =>
  start(cwd, args, options).end;

/** `gesture ...args` as a step on the way to a test, in this process. @throws where it fails */
export const prepare = async (cwd: string, args: readonly string[]): Promise<void> => {
  const { status, stderr } = await call(cwd, args);
  if (status !== 0) throw new Error(`gesture ${args.join(' ')}: ${stderr}`);
};

/** A new folder, gone when the tests of the file are done. */
export const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'gesture-faults-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** The files of a folder, with what is in them; folders are left out. */
export const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, readFileSync(join(folder, name), 'utf8')]),
  );

/** What a run left behind in `cwd`, `cwd/data` and its temporary folder. */
export const leftBehind = (cwd: string): string[] =>
  [cwd, join(cwd, 'data'), join(cwd, 'tmp')].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('.')) : [],
  );

/** Resolves when something in `folder` has changed for the nth time, or the run has ended. */
export const nthChange = (folder: string, nth: number, { end }: Running): Promise<void> =>
  new Promise((resolve) => {
    let seen = 0;
    const watcher = watch(folder, () => {
      seen += 1;
      if (seen >= nth) finish();
    });
    const finish = (): void => {
      watcher.close();
      resolve();
    };
    void end.then(finish);
  });

/** A stack trace, as Node prints it. */
export const STACK = /\n\s+at /;
