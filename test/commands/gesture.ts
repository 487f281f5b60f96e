/** Runs the built program as a user would, in a folder of its own. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { defaultWeights } from '../../src/catalogue/weights.js';

/** The built program. */
export const program = fileURLToPath(new URL('../../bin/gesture.js', import.meta.url));

/** What a run said and how it ended. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `gesture ...args` in `folder`; `input` is its standard input, `env` is added to the environment. */
export const gesture = (
  folder: string,
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Run => {
  const options = { cwd: folder, input, encoding: 'utf8', env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], options);
  return { status, stdout, stderr };
};

/** The columns of a features file that rank reads by default. */
export const featuresColumns = ['user_id', 'username', ...Object.keys(defaultWeights), 'converted'];

/** A features file of these users; columns that are not given are unknown, `converted` is 0. */
export const featuresCsv = (rows: readonly Readonly<Record<string, string | number>>[]): string => {
  const extra = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => !featuresColumns.includes(name));
  const all = [...featuresColumns, ...extra];
  const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const lines = rows.map((row) => all.map((name) => quoted(String(row[name] ?? (name === 'converted' ? 0 : '')))));
  return [all, ...lines].map((line) => `${line.join(',')}\n`).join('');
};

/** The rows of a CSV without quotes in quotes, by column. Independent of the reader under test. */
export const rowsOf = (csv: string): Record<string, string>[] => {
  const cells = (line: string): string[] =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map((m) => m[1]?.replaceAll('""', '"') ?? m[2] ?? '');
  const [header = '', ...lines] = csv.trimEnd().split('\n');
  const names = cells(header);
  return lines.map((line) => Object.fromEntries(cells(line).map((cell, i) => [names[i] ?? '', cell])));
};
