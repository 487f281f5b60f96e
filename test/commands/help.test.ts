/** The help: its lines at every width, its colours, and its examples, which must be commands that work. */
import { Command } from '@commander-js/extra-typings';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addCommands } from '../../src/commands/index.js';
import { displayWidth } from '../../src/text/columns.js';
import { call } from './call.js';
import type { Run } from './gesture.js';

const COMMANDS = ['generate', 'features', 'rank', 'init', 'explain', 'compare', 'report'];

afterEach(() => vi.unstubAllEnvs());

/** `gesture ...args` on a terminal of this many columns. */
const onTerminal = async (columns: number, args: readonly string[], colour = false): Promise<Run> => {
  const streams = [process.stdout, process.stderr];
  const before = streams.map((stream) =>
    ['isTTY', 'columns', 'hasColors'].map((key) => Object.getOwnPropertyDescriptor(stream, key)),
  );
  vi.stubEnv('NO_COLOR', undefined);
  vi.stubEnv('FORCE_COLOR', undefined);
  for (const stream of streams) Object.assign(stream, { isTTY: true, columns, hasColors: () => colour });
  try {
    return await call('.', args);
  } finally {
    for (const [i, stream] of streams.entries()) {
      for (const [k, key] of ['isTTY', 'columns', 'hasColors'].entries()) {
        Reflect.deleteProperty(stream, key);
        const own = before[i]?.[k];
        if (own) Object.defineProperty(stream, key, own);
      }
    }
  }
};

describe.each([[[]], ...COMMANDS.map((command) => [[command]])])('the help of gesture %j', (command) => {
  const help = async (columns: number): Promise<string> => (await onTerminal(columns, [...command, '--help'])).stdout;

  it.each([40, 80, 120, 200])('fits %d columns, and breaks no word', async (columns) => {
    const text = await help(columns);
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    expect(text.split(/\s+/)).toEqual((await help(1000)).split(/\s+/));
  });

  it('ends with one or two examples, of commands and flags that exist', async () => {
    const [, examples = ''] = (await help(200)).split(/^(?:Examples?|First step):\n/m);
    const lines =
      examples
        .split('\n\n')[0]
        ?.split('\n')
        .filter((line) => line !== '') ?? [];
    expect(lines.length === 1 || lines.length === 2).toBe(true);
    for (const line of lines) {
      expect(line).toMatch(/^ {2}gesture \S.*? {2}\S/);
      for (const [, name = '', args = ''] of line.matchAll(/gesture (\S+)((?: (?!&&)\S+)*)/g)) {
        const { stdout } = await call('.', [name, '--help']);
        expect(COMMANDS).toContain(name);
        for (const [flag] of args.matchAll(/--[a-z-]+/g)) expect(stdout).toContain(`${flag} `);
      }
    }
  });
});

it('has colours on a terminal that has them, and none in a pipe or with NO_COLOR', async () => {
  const bold = '\u001B[1mOptions:\u001B[22m';
  expect((await onTerminal(80, ['rank', '--help'], true)).stdout).toContain(bold);
  expect((await onTerminal(80, [], true)).stderr).toContain(bold);
  expect((await onTerminal(80, ['rank', '--help'])).stdout).not.toContain('\u001B');
  expect((await call('.', ['rank', '--help'])).stdout).not.toContain('\u001B');
});

it('lists every command with the arguments that it takes', async () => {
  const [listed, defined] = [new Command(), new Command()];
  await addCommands(listed, () => false);
  await addCommands(defined, () => true);
  // Without what the list says, commander finds out what a command takes.
  const takes = defined.commands.map((command) => [command.name(), command.usage('').usage()]);
  expect(listed.commands.map((command) => [command.name(), command.usage()])).toEqual(takes);
});

it('of a command shows its flags, however it is asked for', async () => {
  const { stdout } = await call('.', ['rank', '--help']);
  expect(stdout).toContain('--exclude-converted');
  expect((await call('.', ['help', 'rank'])).stdout).toBe(stdout);
});

it('shows without a command, with the first step, and exits with 2', async () => {
  const { status, stdout, stderr } = await call('.', []);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^First step:\n {2}gesture generate && gesture features && gesture rank\n/m);
});

it('prints nothing of a wrong argument that could move the cursor', async () => {
  expect((await call('.', ['rank', '--\u001B[2Jtop\u202E'])).stderr).toBe(
    "error: unknown option '--top'\n(run gesture rank --help to see its flags)\n",
  );
});
