/**
 * Installs a ClickHouse server for the tests, once, beside the repository: half a gigabyte, and not for every platform, so it
 * is no dependency. Prints the folder. `node test/clickhouse/install.mjs`
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package that contains the server, and the one that calls its C function. */
const PACKAGES = { chdb: '3.4.0', 'ffi-rs': '1.3.7' };

/** The folder in which the server is installed. */
export const folder = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'gesture-test',
  Object.entries(PACKAGES)
    .map(([name, version]) => `${name}-${version}`)
    .join('-'),
);

/** The library that is the server. */
export const library = join(folder, 'node_modules', '@chdb', 'lib-linux-x64-gnu', 'libchdb.so');

/** True if the server can be started. */
export const isInstalled = () => existsSync(library);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!isInstalled()) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: PACKAGES }));
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], { cwd: folder, stdio: 'inherit' });
  }
  if (!isInstalled()) throw new Error(`${library} is missing: chdb has no server for this platform`);
  process.stdout.write(`${folder}\n`);
}
