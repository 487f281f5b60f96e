// Renews the picture of the report in the README, from the demo: npm run picture. It needs Chromium.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const picture = join(root, '.github/report.png');
const folder = mkdtempSync(join(tmpdir(), 'gesture-picture-'));
try {
  for (const command of ['generate', 'features', 'rank', 'report']) {
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin/gesture.js'), command], { cwd: folder });
    if (status !== 0) throw new Error(String(stderr));
  }
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  const page = await browser.newPage({ viewport: { width: 1200, height: 790 } });
  await page.goto(pathToFileURL(join(folder, 'data/report.html')).href);
  await page.locator('#list > li:not([hidden]) summary').first().click();
  await page.mouse.move(0, 0);
  await page.evaluate('document.activeElement.blur()');
  await page.screenshot({ path: picture });
  await browser.close();
  process.stdout.write(`.github/report.png (${Math.round(statSync(picture).size / 1000)} kB)\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
