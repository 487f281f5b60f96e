/** Reports for tests: of the demo, and of users made by hand. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/report/report.js';
import { call } from '../commands/call.js';

/** A written report: the page, what --json printed, and what was said about the run. */
export interface Written {
  readonly html: string;
  readonly report: Report;
  readonly said: string;
}

/** Runs commands in a folder; fails the test if one of them fails. */
export const commands = async (folder: string, ...lines: readonly string[]): Promise<void> => {
  for (const line of lines) {
    const { status, stderr } = await call(folder, line.split(' '));
    if (status !== 0) throw new Error(`gesture ${line}: ${stderr}`);
  }
};

/** `gesture report --json ...flags` in a folder, with the page it wrote. */
export const written = async (folder: string, ...flags: readonly string[]): Promise<Written> => {
  const { status, stdout, stderr } = await call(folder, ['report', '--json', '--out', 'report.html', ...flags]);
  if (status !== 0) throw new Error(stderr);
  return { html: readFileSync(join(folder, 'report.html'), 'utf8'), report: JSON.parse(stdout), said: stderr };
};

/** The demo: 100 users, 96 to call. */
export const DEMO = ['generate', 'features', 'rank'];

/** Names and ids as strangers type them. */
export const HOSTILE = [
  '<img src=x onerror="window.ran=1">',
  '</script><script>window.ran=1</script>',
  '</style></title><b>',
  '<!--',
  '\'"><svg onload=window.ran=1>',
  '&amp;&lt;b&gt; \u2028 \u2029',
  '\u202Etxet desrever',
  "=cmd|'/c calc'!A0",
  '😀 Zoë 👩‍👩‍👧',
  'x'.repeat(500),
  'many words '.repeat(45),
  'مرحبا بالعالم',
  '__proto__',
  'javascript:window.ran=1',
  '\u001B[31mred\u001B[0m\b',
];

/** The rows of a features file with hostile names, ids, cities and devices. */
export const hostileRows = HOSTILE.map((text, i) => ({
  user_id: `${text} ${i}`,
  username: text,
  location_city: text,
  primary_device: text,
  signups: i % 2,
  pricing_page_views: i,
  page_views: 3 * i,
  spam_rate: i % 3 === 0 ? 0.4 : 0,
  days_since_last_event: i,
  last_event_ts: `2026-01-${10 + i}T10:00:00Z`,
  converted: i % 5 === 4 ? 1 : 0,
}));
