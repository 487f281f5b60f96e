/** The whole line, as it is typed: generate, features, rank. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { afterAll, describe, expect, it } from 'vitest';
import { oracle } from './oracle/oracle.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'bin/gesture.js');
const demo = join(root, 'data');
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Runs the three commands without a flag in a new folder, and returns what they wrote. */
const runAll = (env: NodeJS.ProcessEnv = {}): Record<string, string> => {
  const cwd = mkdtempSync(join(tmpdir(), 'gesture-line-'));
  folders.push(cwd);
  for (const command of ['generate', 'features', 'rank']) {
    execFileSync(process.execPath, [program, command], { cwd, env: { ...process.env, ...env }, stdio: 'pipe' });
  }
  return Object.fromEntries(
    readdirSync(join(cwd, 'data')).map((name) => [name, readFileSync(join(cwd, 'data', name), 'utf8')]),
  );
};

describe('generate, features and rank, without a flag', () => {
  const written = runAll();
  const table = (name: string): Record<string, string>[] => parse(written[name] ?? '', { columns: true });

  it('write the demo in data/, byte for byte (npm start renews it)', () => {
    expect(new Set(Object.keys(written))).toEqual(new Set(readdirSync(demo)));
    const differing = Object.keys(written).filter((name) => written[name] !== readFileSync(join(demo, name), 'utf8'));
    expect(differing).toEqual([]);
  });

  it('write the same bytes in another time zone and language', () => {
    expect(runAll({ TZ: 'Asia/Kolkata', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' })).toEqual(written);
  });

  it('find what the oracle finds', () => {
    expect(parse(written['user_features.csv'] ?? '')).toEqual(oracle(written['raw_events.csv'] ?? '').rows);
  });

  it('give points that sum to the score of every user, to the hundredth', () => {
    const rows = table('user_scores.csv');
    expect(rows).toHaveLength(100);
    for (const row of rows) {
      const points = Object.keys(row).filter((column) => column.endsWith('_points'));
      const hundredths = points.reduce((sum, column) => sum + Math.round(Number(row[column]) * 100), 0);
      expect(hundredths).toBe(Math.round(Number(row['score']) * 100));
    }
  });

  it('put the head of the sorted scores into the list of ten', () => {
    const [scores, top] = [table('user_scores.csv'), table('top_users.csv')];
    const columns = ['user_id', 'username', 'score', 'score_label', 'explanation', 'converted'];
    expect(Object.keys(top[0] ?? {}).slice(0, 6)).toEqual(columns);
    expect(top).toHaveLength(10);
    const head = (rows: Record<string, string>[]): unknown[] =>
      rows.slice(0, 10).map((row) => columns.map((column) => row[column]));
    expect(head(top)).toEqual(head(scores));
    const best = scores.toSorted((a, b) => Number(b['score']) - Number(a['score']));
    expect(scores.map((row) => row['score'])).toEqual(best.map((row) => row['score']));
  });
});
