/** The table to train models on: the rows of `features --as-of` at each cut-off, of people who could have been called. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { type Config, defaultConfig } from '../../src/config/settings.js';
import { type Trained, writeTraining } from '../../src/engine/training.js';
import { find } from './find.js';
import { inEngine } from './request.js';

const DAY = 86_400_000;
const CUTOFFS = ['2026-01-12T12:00:00Z', '2026-01-18T12:00:00Z'];

const line = (user: string, day: number, type: string): string =>
  `${user},2026-01-${String(day).padStart(2, '0')}T12:00:00Z,${type},${user.toUpperCase()}`;

const LOG = [
  line('ana', 1, 'page_view'),
  line('ana', 18, 'signup'),
  line('ana', 25, 'calendar_booking'),
  line('ben', 3, 'page_view'),
  line('cy', 2, 'signup'),
  line('cy', 5, 'calendar_booking'),
  line('dee', 15, 'page_view'),
  line('eve', 20, 'signup'),
  line('eve', 28, 'calendar_booking'),
];
const csvOf = (...lines: string[]): string => `${['user_id,timestamp,event_type,username', ...lines].join('\n')}\n`;

const train = (text: string, cutoffs = CUTOFFS, config: Config = defaultConfig): Promise<Trained & { csv: string }> =>
  inEngine(
    [text],
    async (engine, request) => {
      const to = join(request.scratch, 'training.csv');
      const cut = { at: cutoffs.map((at) => Date.parse(at)), horizon: 10 * DAY };
      const found = await writeTraining(engine, { ...request, maxRejected: 0 }, cut, to);
      return { ...found, csv: readFileSync(to, 'utf8') };
    },
    config,
  );

const rowsOf = (csv: string): Record<string, string>[] => parse(csv, { columns: true });

describe('a training table', () => {
  it('has a row per cut-off and person who had not converted, and who did within the horizon', async () => {
    const { csv, rows, positive } = await train(csvOf(...LOG));
    const found = rowsOf(csv).map(({ cutoff, user_id: user, label }) => [cutoff, user, label]);
    expect(found).toEqual([
      ['2026-01-12T12:00:00Z', 'ana', '0'],
      ['2026-01-12T12:00:00Z', 'ben', '0'],
      ['2026-01-18T12:00:00Z', 'ana', '1'],
      ['2026-01-18T12:00:00Z', 'ben', '0'],
      ['2026-01-18T12:00:00Z', 'dee', '0'],
    ]);
    expect([rows, positive]).toEqual([5, 1]);
  });

  it('has the cells of `features --as-of`, the label last, and no column that tells the future', async () => {
    const { csv } = await train(csvOf(...LOG));
    const header = csv.split('\n')[0]?.split(',') ?? [];
    expect([header[0], header[1], header.at(-1)]).toEqual(['cutoff', 'user_id', 'label']);
    expect(header).not.toContain('converted');
    expect(header).not.toContain('last_event_ts');
    for (const asOf of CUTOFFS) {
      const single = await find([csvOf(...LOG)], { asOf, threads: 1 });
      const expected = new Map(rowsOf(single.csv).map((row) => [row['user_id'], row]));
      for (const row of rowsOf(csv).filter(({ cutoff }) => cutoff === asOf)) {
        const { label, ...cells } = row;
        expect({ ...expected.get(row['user_id']), cutoff: asOf }).toMatchObject(cells);
        expect(['0', '1']).toContain(label);
      }
    }
  });

  it('does not change by what comes after the last window', async () => {
    const later = [line('ben', 30, 'signup'), line('ben', 31, 'calendar_booking'), line('zoe', 31, 'page_view')];
    expect((await train(csvOf(...LOG, ...later))).csv).toBe((await train(csvOf(...LOG))).csv);
  });

  it('leaves out a cut-off whose window the log does not cover, and refuses a log that covers none', async () => {
    const { windows, csv } = await train(csvOf(...LOG), [...CUTOFFS, '2026-01-25T12:00:00Z']);
    expect(windows.leftOut).toEqual([{ at: Date.parse('2026-01-25T12:00:00Z'), why: 'short-window' }]);
    expect(csv).toBe((await train(csvOf(...LOG))).csv);
    await expect(train(csvOf(...LOG), ['2026-01-25T12:00:00Z'])).rejects.toMatchObject({ kind: 'data' });
  });

  it('refuses a feature that would be a second label', async () => {
    const label = { from: 'events', is: { op: 'count' }, unit: 'events', says: 'events' } as const;
    const config = { ...defaultConfig, path: 'gesture.yaml', features: { label, ...defaultConfig.features } };
    await expect(train(csvOf(...LOG), CUTOFFS, config)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/^gesture.yaml: features.label: .*choose another name/),
    });
  });
});
