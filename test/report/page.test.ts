/** The page as text: what it may load and run, what it says in each state, and how large it is. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { jsonBlock } from '../../src/report/page.js';
import { temporary } from '../config/temporary.js';
import { featuresCsv } from '../commands/gesture.js';
import { call } from '../commands/call.js';
import { commands, DEMO, hostileRows, type Written, written } from './world.js';

const { folder } = temporary();
let demo: Written;

beforeAll(async () => {
  await commands(folder, ...DEMO);
  demo = await written(folder);
});

/** The report of users made by hand. */
const reportOf = async (rows: Parameters<typeof featuresCsv>[0], ...flags: string[]): Promise<Written> => {
  const world = temporary();
  writeFileSync(join(world.folder, 'users.csv'), featuresCsv(rows));
  return written(world.folder, 'users.csv', ...flags);
};

describe('the page', () => {
  it('loads nothing, and runs nothing but its script, whose hash is in the policy', () => {
    const { html } = demo;
    const [, policy = ''] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    const hashes = [...html.matchAll(/<(?:style|script)>(.*?)<\/(?:style|script)>/gs)].map(
      ([, text = '']) => `sha256-${createHash('sha256').update(text).digest('base64')}`,
    );
    expect(hashes).toHaveLength(2);
    expect(policy.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src '${hashes[0]}'; script-src '${hashes[1]}'; base-uri 'none'; form-action 'none'`,
    );
    expect(html).not.toMatch(/\s(?:style|on[a-z]+)=/);
    expect(html.replaceAll(/<(style|script)>.*?<\/\1>/gs, '')).not.toMatch(/https?:|\bsrc=|\bhref="(?!#|mailto:|tel:)/);
  });

  it('is small: the demo at most 350 kB, its script about 4 kB', () => {
    expect(Buffer.byteLength(demo.html)).toBeLessThanOrEqual(350_000);
    expect(/<script>(.*?)<\/script>/s.exec(demo.html)?.[1]?.length).toBeLessThan(4500);
  });

  it('is the same every time', async () => {
    expect((await written(folder)).html).toBe(demo.html);
  });

  it('never says "won"', () => {
    expect(demo.html).not.toMatch(/\bwon\b/i);
  });
});

describe('a hostile name or id', () => {
  it('is text: no tag, no attribute and no direction of it reaches the page', async () => {
    const { html } = await reportOf(hostileRows);
    const tags = new Set([...html.matchAll(/<([a-z]+)/g)].map(([, name]) => name));
    expect([...tags].filter((name) => name === 'img' || name === 'iframe')).toEqual([]);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain('&lt;/script>&lt;script>window.ran=1&lt;/script>');
    expect(html).not.toMatch(/(?!\n)[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
    const ids = [...html.matchAll(/<li id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(hostileRows.length);
    expect(ids.filter((id) => !/^u-[\w.!~*'()-]+$/.test(id ?? ''))).toEqual([]);
  });

  it('cannot end a block of JSON', () => {
    const value = { text: '</script><!-- & \u2028\u2029' };
    expect(jsonBlock(value)).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(jsonBlock(value))).toEqual(value);
  });
});

describe('a page of more than 200 people', () => {
  const people = Array.from({ length: 501 }, (_, i) => ({
    user_id: `u${i}`,
    username: `name <${i}>`,
    signups: i % 2,
    pricing_page_views: i % 9,
    page_views: i % 60,
    days_since_last_event: i % 30,
  }));

  it('keeps the cards in a block, the same as on a smaller page, and the points in every row', async () => {
    const [large, small] = [await reportOf(people, '--top', '500'), await reportOf(people, '--top', '50')];
    const [, block = ''] = /<script type="application\/json" id="cards">(.*?)<\/script>/s.exec(large.html) ?? [];
    const { deflated }: { deflated: string } = JSON.parse(block);
    const cards: string[] = JSON.parse(inflateRawSync(Buffer.from(deflated, 'base64')).toString());
    expect(cards).toHaveLength(500);
    expect(small.html.split('</summary>')[1]?.split('</details>')[0]).toBe(cards[0]);
    expect(large.html).toContain('<p class="brief">signed up +30.00, viewed pricing +8.00');
    expect(Buffer.byteLength(large.html)).toBeLessThanOrEqual(1_000_000);
  });

  it('is refused above 1,000, with what to read instead', async () => {
    const { status, stderr } = await call(folder, ['report', '--top', '1001']);
    expect([status, stderr]).toEqual([
      2,
      'gesture: --top 1001: a page of more than 1,000 people is slow to use; user_scores.csv has everybody\n',
    ]);
  });
});

describe('the page says so', () => {
  it('if there is no backtest, with the command', () => {
    expect(demo.html).toContain('This ranking has not been tested.');
    expect(demo.html).toContain('<code>gesture backtest &amp;&amp; gesture report</code>');
    expect(demo.said).toContain('next     gesture backtest && gesture report\n');
  });

  it('with the names of the log and the features, if they are others', async () => {
    const world = temporary();
    writeFileSync(join(world.folder, 'my log.csv'), 'user_id,timestamp,event_type\na,2026-01-05T09:00:00Z,signup\n');
    await call(world.folder, ['features', 'my log.csv', '--out', 'mine.csv']);
    const { html, said } = await written(world.folder, 'mine.csv');
    expect(html).toContain("<code>gesture backtest 'my log.csv' &amp;&amp; gesture report mine.csv</code>");
    expect(said).toContain("next     gesture backtest 'my log.csv' && gesture report mine.csv\n");
  });

  it('if everybody has converted', async () => {
    const { html } = await reportOf([{ user_id: 'a', signups: 1, converted: 1 }]);
    expect(html).toContain('<h1>Nobody to call</h1>');
    expect(html).toContain('The only user has converted already.');
    expect(html).not.toContain('name="who"');
    const two = await reportOf([
      { user_id: 'a', signups: 1, converted: 1 },
      { user_id: 'b', converted: 1 },
    ]);
    expect(two.html).toContain('All 2 users have converted already.');
  });

  it('if there are no users', async () => {
    const { html } = await reportOf([]);
    expect(html).toContain('The features file has no users.');
    expect(html).toContain('There is nobody to list');
  });

  it('if all scores are 0', async () => {
    const { html } = await reportOf([{ user_id: 'a' }, { user_id: 'b' }]);
    expect(html).toContain('All of them have a score of 0: nothing says whom to call first.');
    expect(html).toContain('2 of 2 people have a score of 0, which does not tell them apart.');
    expect(html).toContain('Nobody is labelled high: the best score is 0, and high begins at 60.');
    const one = await reportOf([{ user_id: 'a' }]);
    expect(one.html).toContain('The score is 0: nothing suggests a call.');
    expect(one.html).toContain('1 person to call. The solid part');
  });

  it('if everybody who is high has converted', async () => {
    const done = { user_id: 'a', signups: 1, calendar_bookings: 1, converted: 1 };
    const { html } = await reportOf([done, { user_id: 'b', signups: 1 }]);
    expect(html).toContain(
      'Everyone labelled high has converted already. Of the people to call, medium is the best label.',
    );
  });

  it('if there is one person, by the id where there is no name', async () => {
    const { html } = await reportOf([{ user_id: 'only me', signups: 1 }]);
    expect(html).toContain('<h1>1 person to call</h1>');
    expect(html).toContain('Start with <a href="#u-only.20me">only me</a>: signed up.');
  });

  it('if the sessions are not shown, and why', async () => {
    const { html, said } = await reportOf([{ user_id: 'a', signups: 1 }]);
    const why = 'the record of the features is missing or outdated; name the log with --events';
    expect(html).toContain(`Sessions are not shown: ${why.replace('--events', '<code>--events</code>')}.`);
    expect(said).toContain(`sessions not shown: ${why.slice(0, 40)}`);
  });
});

it('has contact columns on a line of their own, with links to write and to call', async () => {
  const world = temporary();
  const row = { user_id: 'a', signups: 1, email: 'ana@firm.example', phone: '+49 (0)7140 55-12', code: '7140 5512' };
  writeFileSync(join(world.folder, 'users.csv'), featuresCsv([row, { user_id: 'b' }]));
  writeFileSync(join(world.folder, 'gesture.yaml'), 'show: [email, phone, code]\n');
  const { html } = await written(world.folder, 'users.csv');
  expect(html.match(/<span class="contact">.*?<\/span><\/span>/g)).toEqual([
    '<span class="contact"><span>ana@firm.example </span><span>+49 (0)7140 55-12 </span><span>7140 5512 </span></span>',
  ]);
  expect(html).toContain('<dd><a href="mailto:ana@firm.example">ana@firm.example</a>');
  expect(html).toContain('<dd><a href="tel:+4971405512">');
  expect(html).toContain('<dd>7140 5512');
});

it('names the year of what was done where a log is longer than a year', async () => {
  const world = temporary();
  const rows = ['2025-01-05', '2025-11-20', '2026-06-01'].map((day) => `a,${day}T09:00:00Z,signup\n`);
  writeFileSync(join(world.folder, 'log.csv'), `user_id,timestamp,event_type\n${rows.join('')}`);
  await commands(world.folder, 'features log.csv');
  const { html } = await written(world.folder);
  expect(html).toContain('<b>3 sessions</b> signed up 5 Jan 2025, 20 Nov 2025 and 1 Jun 2026');
  const [, chart = ''] = /<figure class="time">(.*?)<\/figure>/s.exec(html) ?? [];
  expect([...chart.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, text]) => text)).toEqual([
    'Apr 2025',
    'Jul',
    'Oct',
    'Jan 2026',
    'Apr',
  ]);
});

it('sets the commands and flags that a sentence names apart from its words', async () => {
  const people = Array.from({ length: 8 }, (_, i) => ({ user_id: `u${i}`, signups: 1, calendar_bookings: 1 }));
  expect((await reportOf(people)).html).toContain('<code>gesture init LOG</code> proposes weights');
});

describe('the histogram', () => {
  /** The texts of the histogram where labels begin at these points, and what stands below it. */
  const textsOf = async (labels: string): Promise<{ texts: string[]; caption: string }> => {
    const world = temporary();
    writeFileSync(join(world.folder, 'users.csv'), featuresCsv([{ user_id: 'a', signups: 1 }, { user_id: 'b' }]));
    writeFileSync(join(world.folder, 'gesture.yaml'), `labels: ${labels}\n`);
    const { html } = await written(world.folder, 'users.csv');
    const [, svg = '', caption = ''] =
      /<svg class="histogram"[^>]*>(.*?)<\/svg><figcaption>(.*?)<\/figcaption>/s.exec(html) ?? [];
    return { texts: [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, text = '']) => text.trim()), caption };
  };

  it('names each label, how many have it, and where it begins', async () => {
    const { texts, caption } = await textsOf('{ high: 60, medium: 30 }');
    expect(texts).toEqual(['● high', '0', '◐ medium', '1', '○ low', '1', '1', '1', '0', '30', '60', '100']);
    expect(caption).toBe('All 2 users by score: 0 high, 1 medium and 1 low.');
  });

  it('leaves out what a narrow band has no room for', async () => {
    const { texts } = await textsOf('{ high: 36, medium: 30 }');
    expect(texts).toEqual(['● high', '0', '◐', '○ low', '1', '1', '1', '0', '30', '100']);
    expect((await textsOf('{ high: 97, medium: 3 }')).texts).toEqual(['◐ medium', '1', '1', '1', '0', '100']);
  });
});
