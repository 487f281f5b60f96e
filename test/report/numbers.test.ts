/** The numbers on the page are those of user_scores.csv and user_features.csv, to the hundredth. */
import { parse } from 'csv-parse/sync';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporary } from '../config/temporary.js';
import { commands, DEMO, type Written, written } from './world.js';

const { folder } = temporary();
let demo: Written;
let scores: Record<string, string>[];
let features: Map<string, Record<string, string>>;

const rowsOf = (name: string): Record<string, string>[] =>
  parse(readFileSync(join(folder, name), 'utf8'), { columns: true });

beforeAll(async () => {
  await commands(folder, ...DEMO);
  demo = await written(folder);
  scores = rowsOf('data/user_scores.csv');
  features = new Map(rowsOf('data/user_features.csv').map((row) => [row['user_id'] ?? '', row]));
});

const plain = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .trim();

/** The rows of the list, as the page has them. */
const rowsOnPage = (html: string): string[] => html.split('<li id="u-').slice(1);

const find = (html: string, pattern: RegExp): string => plain(pattern.exec(html)?.[1] ?? '');
const hundredths = (text: string): number => Math.round(Number(text.replace('−', '-')) * 100);

describe('every row of the page', () => {
  it('is a row of user_scores.csv, in its order', () => {
    const shown = rowsOnPage(demo.html).map((row) => ({
      rank: find(row, /<span class="n">(.*?)<\/span>/),
      user_id: find(row, /class="id">(.*?)<\/(?:small|b)>/),
      score: Number(find(row, /<span class="score">(.*?)<\/span>/)),
      score_label: find(row, /class="label \w+">. <span>(.*?)<\/span>/),
      explanation: find(row, /<span class="why">(.*?)<\/span><\/summary>/).replace('✓ converted ', ''),
      converted: /data-c/.test(row.slice(0, 80)) ? '1' : '0',
    }));
    expect(shown).toHaveLength(100);
    expect(shown).toEqual(
      scores.map(({ rank, user_id, score, score_label, explanation, converted }) => ({
        rank,
        user_id,
        score: Number(score),
        score_label,
        explanation,
        converted,
      })),
    );
  });

  it('shows points that sum to the score in hundredths', () => {
    const rows = rowsOnPage(demo.html);
    for (const [i, row] of rows.entries()) {
      const [, table = ''] = /<table class="points">(.*?)<\/table>/s.exec(row) ?? [];
      const points = [...table.matchAll(/<td>([+−]?\d+\.\d\d)(?=<)/g)].map(([, text = '']) => hundredths(text));
      const score = points.pop();
      expect(points.reduce((sum, part) => sum + part, 0)).toBe(score);
      expect(score).toBe(hundredths(scores[i]?.['score'] ?? ''));
    }
  });

  it('has the points of each signal, the floor and the cap of user_scores.csv', () => {
    for (const [i, person] of demo.report.people.entries()) {
      const row = scores[i] ?? {};
      for (const { signal, points } of person.parts) {
        const name = demo.report.method[signal]?.name ?? '';
        expect(points, `${person.id} ${name}`).toBe(hundredths(row[`${name}_points`] ?? ''));
      }
      expect([person.floor, person.cap]).toEqual(
        [row['floor_points'], row['cap_points']].map((text) => hundredths(text ?? '')),
      );
      expect(person.parts).toHaveLength(demo.report.method.length);
    }
  });

  it('has the values and facts of user_features.csv', () => {
    for (const person of demo.report.people) {
      const row = features.get(person.id) ?? {};
      for (const { signal, value } of person.parts) {
        const cell = row[demo.report.method[signal]?.name ?? ''] ?? '';
        expect(value).toBe(cell === '' ? null : Number(cell));
      }
      expect(person.name).toBe(row['username']);
      const facts = Object.fromEntries(person.facts.map(({ says, value }) => [says, value]));
      expect(facts['Sessions']).toBe(row['total_sessions']);
      expect(facts['City'] ?? '').toBe(row['location_city']);
      expect(new Date(person.last ?? 0).toISOString()).toBe(row['last_event_ts']?.replace('Z', '.000Z'));
    }
  });

  it('has as many sessions in its timeline as total_sessions, and each high-intent action', () => {
    for (const { id, timeline } of demo.report.people) {
      const row = features.get(id) ?? {};
      expect(timeline?.sessions).toHaveLength(Number(row['total_sessions']));
      const events = timeline?.sessions.reduce((sum, session) => sum + session.events, 0);
      expect(events).toBe(Number(row['total_events']));
      const acts = (type: string): number => timeline?.acts.filter((act) => act.type === type).length ?? 0;
      expect(acts('signup')).toBe(Number(row['signups']));
      expect(acts('demo_request_click')).toBe(Number(row['demo_request_clicks']));
      expect(acts('pricing_page_view')).toBe(Number(row['pricing_page_views']));
    }
  });
});

describe('the numbers about all users', () => {
  it('are those of the files', () => {
    const { health, spread, start, events, people } = demo.report;
    expect(demo.html).toContain('<h1>96 people to call</h1>');
    expect([health.to_call, health.converted, events]).toEqual([96, 4, 1999]);
    expect(start).toEqual({
      id: 'u_000005',
      name: 'barton.davis',
      reasons: ['signed up', 'asked for a demo 3 times', 'viewed pricing 14 times', 'last active on 30 January 2026'],
    });
    const binned = spread.bins.map(({ open, converted }) => [open, converted]);
    for (const [i, [open, converted]] of binned.entries()) {
      const inside = scores.filter(({ score }) => Math.min(19, Math.floor(Number(score) / 5)) === i);
      expect(open).toBe(inside.filter((row) => row['converted'] === '0').length);
      expect(converted).toBe(inside.filter((row) => row['converted'] === '1').length);
    }
    const steps = new Map(spread.steps.map(({ words, users }) => [words, users]));
    const columns = {
      'signed up': 'signups',
      'viewed pricing': 'pricing_page_views',
      'booked a call': 'calendar_bookings',
    };
    for (const [words, column] of Object.entries(columns)) {
      expect(steps.get(words)).toBe([...features.values()].filter((row) => Number(row[column]) > 0).length);
    }
    expect(people.filter(({ converted }) => !converted)).toHaveLength(96);
  });
});

it('lists people to call where more than a page of people have converted', async () => {
  const world = temporary();
  await commands(world.folder, 'generate --users 3000', 'features');
  const { report } = await written(world.folder, '--top', '20', '--no-events');
  expect(report.health.converted).toBeGreaterThan(50);
  expect(report.people.filter(({ converted }) => !converted)).toHaveLength(20);
  expect(report.people.filter(({ converted }) => converted)).toHaveLength(50);
});
