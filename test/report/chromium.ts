/** Chromium for the tests of the page: Debian's, without a connection. */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const PATH = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/**
 * Whether the tests run: only under REQUIRE_CHROMIUM=1, since they take a minute, and then it is an error if there is no
 * Chromium.
 */
export const hasChromium = (): boolean => {
  const isRequired = process.env['REQUIRE_CHROMIUM'] === '1';
  if (isRequired && !existsSync(PATH)) throw new Error(`there is no ${PATH}: apt-get install chromium`);
  if (!isRequired)
    process.stdout.write('the tests of the page in a browser are skipped: REQUIRE_CHROMIUM=1 runs them\n');
  return isRequired;
};

/** Starts it without anything that would look for a network. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: PATH,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/** A page that was opened, with whatever went wrong, and what it asked for besides itself. */
export interface Opened {
  readonly page: Page;
  readonly faults: readonly string[];
  readonly requests: readonly string[];
  readonly close: () => Promise<void>;
}

/** Opens a file in a window of its own. */
export const open = async (
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
  hash = '',
): Promise<Opened> => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const [faults, requests]: [string[], string[]] = [[], []];
  const address = pathToFileURL(file).href;
  page.on('console', (message) => faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== address) requests.push(request.url());
  });
  await page.goto(address + hash);
  return { page, faults, requests, close: () => context.close() };
};
