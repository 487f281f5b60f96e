/** The page in a real browser: what can be done with it, for whom, at every width, in both themes and on paper. */
import axe from 'axe-core';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { featuresCsv } from '../commands/gesture.js';
import { temporary } from '../config/temporary.js';
import { hasChromium, launch, open, type Opened } from './chromium.js';
import { commands, DEMO, HOSTILE, hostileRows, written } from './world.js';

const { folder } = temporary();
const demo = join(folder, 'report.html');
/** The same parts with fewer rows: axe looks at every text of a page. */
const short = join(folder, 'short.html');
const hostile = join(folder, 'hostile.html');
/** The same people with a contact column. */
const contact = join(folder, 'contact.html');
const large = (n: number): string => join(folder, `${n}.html`);

describe.skipIf(!hasChromium())('the page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
    await commands(folder, ...DEMO, 'backtest --bootstrap 50');
    await written(folder);
    await commands(folder, 'report --top 12 --out short.html');
    writeFileSync(join(folder, 'hostile.csv'), featuresCsv(hostileRows));
    writeFileSync(join(folder, 'contact.yaml'), 'show: [location_city]\n');
    const people = Array.from({ length: 1000 }, (_, i) => ({
      user_id: `u${i}`,
      username: `name ${i}`,
      signups: i % 2,
      demo_request_clicks: i % 3,
      pricing_page_views: i % 9,
      page_views: i % 60,
      repeat_session_rate: (i % 10) / 10,
      days_since_last_event: i % 30,
      last_event_ts: '2026-01-20T00:00:00Z',
    }));
    writeFileSync(join(folder, 'people.csv'), featuresCsv(people));
    await commands(
      folder,
      'report hostile.csv --out hostile.html',
      'report hostile.csv --config contact.yaml --out contact.html',
      'report people.csv --top 500 --out 500.html',
      'report people.csv --top 1000 --out 1000.html',
    );
  });
  afterAll(() => browser?.close());

  /** Opens a file, and expects nothing to have gone wrong and nothing to have been asked for. */
  const using = async (
    file: string,
    act: (opened: Opened) => Promise<void>,
    options: Parameters<typeof open>[2] = {},
    hash = '',
  ): Promise<void> => {
    const opened = await open(browser, file, options, hash);
    try {
      await act(opened);
      expect(opened.faults).toEqual([]);
      expect(opened.requests).toEqual([]);
    } finally {
      await opened.close();
    }
  };

  const ROWS = '#list > li:not([hidden])';

  it('finds people by name, label and state, and says how many', () =>
    using(demo, async ({ page }) => {
      const count = page.locator('#count');
      expect(await count.textContent()).toBe('96 of 100 shown');
      await page.locator('#search').fill('BARTON.D');
      expect(await page.locator(ROWS).count()).toBe(1);
      expect(await count.textContent()).toBe('1 of 100 shown');
      await page.locator('#search').fill('nobody at all');
      expect(await page.locator('#none').isVisible()).toBe(true);
      await page.locator('#search').fill('');
      await page.getByText('Converted', { exact: true }).last().click();
      expect(await page.locator(ROWS).count()).toBe(4);
      await page.locator('fieldset').getByText('All', { exact: true }).click();
      await page.locator('fieldset').getByText('● high').click();
      expect(await page.locator(ROWS).count()).toBe(9);
    }));

  it('opens rows by click and by keys, and follows a link to a row', async () => {
    await using(demo, async ({ page }) => {
      const focused = (): Promise<string> =>
        page.evaluate('document.activeElement.querySelector("b")?.textContent ?? document.activeElement.id');
      await page.keyboard.press('/');
      expect(await focused()).toBe('search');
      await page.keyboard.press('Escape');
      await page.keyboard.press('j');
      expect(await focused()).toBe('barton.davis');
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('k');
      expect(await focused()).toBe('magdalen.hartmann49');
      await page.keyboard.press('Enter');
      expect(await page.locator('details[open] .points').count()).toBe(1);
      await page.waitForFunction('location.hash !== ""');
      expect(await page.evaluate('location.hash')).toBe('#u-u_000009');
      await page.locator('.start a').click();
      expect(await page.locator('#u-u_000005 details').getAttribute('open')).toBe('');
    });
    // A converted person is behind the switch, until a link names one.
    await using(
      demo,
      async ({ page }) => {
        expect(await page.locator('#u-u_000086 .points').isVisible()).toBe(true);
      },
      {},
      '#u-u_000086',
    );
  });

  it('copies what is shown as a table that a spreadsheet can take', async () => {
    const copied = async (file: string): Promise<string[]> => {
      let text = '';
      await using(
        file,
        async ({ page }) => {
          await page.locator('#search').fill('cmd');
          await page.locator('#copy').click();
          await page.waitForFunction('document.getElementById("copy").textContent === "Copied"');
          text = await page.evaluate<string>('navigator.clipboard.readText()');
        },
        { permissions: ['clipboard-read', 'clipboard-write'] },
      );
      return text.split('\n');
    };
    const [header, row = ''] = await copied(hostile);
    expect(header).toBe('rank\tname\tuser_id\tscore\tlabel\texplanation');
    expect(row).toMatch(/^\d+\t'=cmd\|'\/c calc'!A0\t'=cmd\|'\/c calc'!A0 7\t\d+\.\d\d\t\w+\tsigned up /);
    expect(await copied(contact)).toEqual([`${header}\tcontact`, `${row}\t'=cmd|'/c calc'!A0`]);
  });

  it('takes the theme of the system, and the other one by a button', () =>
    using(
      demo,
      async ({ page }) => {
        const ground = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
        expect(await ground()).toBe('rgb(20, 23, 28)');
        await page.locator('#theme').click();
        expect(await ground()).toBe('rgb(255, 255, 255)');
        await page.locator('#theme').click();
        expect(await ground()).toBe('rgb(20, 23, 28)');
      },
      { colorScheme: 'dark' },
    ));

  describe.each([360, 800, 1440])('%d pixels wide', (width) => {
    it.each(['light', 'dark'] as const)('has no barrier that axe finds, %s, closed and open', (colorScheme) =>
      using(
        short,
        async ({ page }) => {
          await page.evaluate(axe.source);
          for (const row of [undefined, 0]) {
            if (row !== undefined) await page.locator(`${ROWS} summary`).nth(row).click();
            const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
            expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
          }
        },
        { colorScheme, viewport: { width, height: 900 } },
      ),
    );
  });

  it.each([demo, hostile, contact])('has no text under 12 pixels and nothing wider than 320 pixels: %#', (file) =>
    using(
      file,
      async ({ page }) => {
        for (const n of [0, 1, 2]) await page.locator(`${ROWS} summary`).nth(n).click();
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
        const sizes = await page.evaluate<number[]>(
          '[...document.querySelectorAll("body *")].filter((e) => e.textContent.trim() !== "" && e.tagName !== "SCRIPT").map((e) => parseFloat(getComputedStyle(e).fontSize))',
        );
        expect(Math.min(...sizes)).toBeGreaterThanOrEqual(12);
      },
      { viewport: { width: 320, height: 800 } },
    ),
  );

  it.each([360, 1440])('shows a long name in one line, and all of it in an open row and on paper: %d', (width) =>
    using(
      hostile,
      async ({ page }) => {
        const row = page.locator('#list > li').filter({ hasText: 'many words' });
        const isCut = (): Promise<boolean> =>
          row
            .locator('.who, .who b')
            .evaluateAll((all) => all.some((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0));
        expect(await isCut()).toBe(true);
        await row.locator('summary').click();
        expect(await isCut()).toBe(false);
        await row.locator('summary').click();
        await page.emulateMedia({ media: 'print' });
        expect(await isCut()).toBe(false);
      },
      { viewport: { width, height: 900 } },
    ),
  );

  it('runs nothing that stands in a name or an id', () =>
    using(hostile, async ({ page }) => {
      for (const row of await page.locator(`${ROWS} summary`).all()) await row.click();
      expect(await page.evaluate('window.ran')).toBeUndefined();
      expect(await page.locator('#list > li').count()).toBe(HOSTILE.length);
      expect(await page.locator('img, iframe').count()).toBe(0);
      expect(await page.title()).toBe('12 people to call');
    }));

  it('shows and opens every row without script', () =>
    using(
      demo,
      async ({ page }) => {
        expect(await page.locator('#list > li:visible').count()).toBe(100);
        expect(await page.locator('#controls, #theme').filter({ visible: true }).count()).toBe(0);
        await page.locator('#list summary').first().click();
        expect(await page.locator('details[open] .points').isVisible()).toBe(true);
      },
      { javaScriptEnabled: false },
    ));

  it('can be read where a server blocks its style and script', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const { html } = await written(folder);
    await page.route('http://ci.test/report.html', (route) =>
      route.fulfill({
        body: html,
        contentType: 'text/html',
        headers: { 'Content-Security-Policy': "sandbox; default-src 'none'" },
      }),
    );
    await page.goto('http://ci.test/report.html');
    const text = await page.locator('#list > li').first().innerText();
    expect(text).toMatch(/^1 jakob\.king65 u_000086/);
    expect(text).toContain('91.26');
    expect(await page.locator('body').evaluate((body) => getComputedStyle(body).maxWidth)).toBe('none');
    expect(await page.locator('h1').isVisible()).toBe(true);
    await context.close();
  });

  it('is light on paper, with the open rows expanded and no figure split', () =>
    using(
      demo,
      async ({ page }) => {
        await page.locator(`${ROWS} summary`).nth(1).click();
        await page.emulateMedia({ media: 'print' });
        expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
        expect(await page.locator('.points:visible').count()).toBe(1);
        expect(await page.locator('#controls, #theme, nav').filter({ visible: true }).count()).toBe(0);
        // Nothing that must stay in one piece is higher than a page of A4 between its margins.
        await page.setViewportSize({ width: 688, height: 1016 });
        const pieces = await page.evaluate<{ inside: string; height: number }[]>(
          '[...document.querySelectorAll("figure")].map((e) => ({ inside: getComputedStyle(e).breakInside, height: e.getBoundingClientRect().height }))',
        );
        expect(pieces.length).toBeGreaterThan(4);
        for (const { inside, height } of pieces) {
          expect(inside).toBe('avoid');
          expect(height).toBeLessThan(1016);
        }
      },
      { colorScheme: 'dark' },
    ));

  it.each([
    [500, 150],
    [1000, 1000],
  ])('with %d rows opens in a second and filters within %d milliseconds', { retry: 3 }, (n, most) =>
    using(large(n), async ({ page }) => {
      const loaded = await page.evaluate<number>(
        'new Promise((done) => { const look = () => { const [{ loadEventEnd }] = performance.getEntriesByType("navigation"); loadEventEnd > 0 ? done(loadEventEnd) : setTimeout(look, 5); }; look(); })',
      );
      const filtered = await page.evaluate<number>(`(() => {
        const search = document.getElementById('search');
        const start = performance.now();
        search.value = 'name 77';
        search.dispatchEvent(new Event('input', { bubbles: true }));
        document.body.getBoundingClientRect();
        return performance.now() - start;
      })()`);
      await page.locator(`${ROWS} summary`).first().click();
      await page.locator('details[open] .points').waitFor();
      process.stdout.write(`${n} rows: loaded in ${Math.round(loaded)} ms, filtered in ${Math.round(filtered)} ms\n`);
      expect(loaded).toBeLessThan(1000);
      expect(filtered).toBeLessThan(most);
    }),
  );
});
