/** The whole pipeline, as it is typed: generate, features, rank. */
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { hashesOf, runDemo } from './demo.js';
import { oracle } from './oracle/oracle.js';

describe('generate, features and rank, without a flag', async () => {
  const { files: written } = await runDemo();
  const table = (name: string): Record<string, string>[] => parse(written[name] ?? '', { columns: true });

  it('write the demo, byte for byte', async () => {
    await expect(`${JSON.stringify(hashesOf(written), undefined, 2)}\n`).toMatchFileSnapshot('fixtures/demo.json');
  });

  it('write the same bytes in another time zone and language', async () => {
    const elsewhere = await runDemo({ TZ: 'Asia/Kolkata', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' });
    expect(elsewhere.files).toEqual(written);
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
