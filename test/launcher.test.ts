/** What happens before the program proper: the launcher, the help, and how little is loaded for it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'bin/gesture.js');

it('says what to do where the program is not built yet', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gesture-launcher-'));
  try {
    mkdirSync(join(folder, 'bin'));
    copyFileSync(program, join(folder, 'bin/gesture.js'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin/gesture.js')], { encoding: 'utf8' });
    expect(status).toBe(70);
    expect(stderr).toBe('gesture is not built yet: run `npm ci` in its folder, then try again.\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('shows a help that names every command and the order of the pipeline', () => {
  const help = execFileSync(process.execPath, [program, '--help'], { encoding: 'utf8' });
  for (const name of ['generate', 'features', 'rank', 'init', 'explain', 'compare', 'report']) {
    expect(help).toMatch(new RegExp(`^  ${name} `, 'm'));
  }
  expect(help).toContain('gesture generate && gesture features && gesture rank');
});

/** The packages that are loaded to run `gesture ...args` in a folder. */
const loadedFor = (folder: string, ...args: string[]): Set<string> => {
  const hook = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(\`
      export async function load(url, context, next) {
        if (/node_modules/.test(url)) process._rawDebug('loads ' + url.replace(/.*node_modules\\\\//, '').split('/').slice(0, 2).join('/'));
        return next(url, context);
      }\`));`;
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, program, ...args],
    { cwd: folder, encoding: 'utf8' },
  );
  return new Set(stderr.match(/(?<=^loads )\S+/gm));
};

it('loads neither the engine nor faker, zod nor yaml to show the help', () => {
  const loaded = loadedFor('.', '--help');
  expect(loaded).toContain('commander/esm.mjs');
  expect([...loaded].filter((name) => !/^(commander|@commander-js)\//.test(name))).toEqual([]);
});

it('loads what the report is made with for the report alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gesture-loads-'));
  const isOfReport = (name: string): boolean => /^(?:preact|d3-)/.test(name);
  try {
    for (const command of ['generate', 'features', 'rank']) {
      const loaded = loadedFor(folder, command);
      expect(loaded.size).toBeGreaterThan(1);
      expect([...loaded].filter(isOfReport)).toEqual([]);
    }
    expect([...loadedFor(folder, 'report', '--no-events')].some(isOfReport)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
