// The Nodes that gesture runs on. One that is not the running one comes from npm.
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './vitest.mjs';

/** Every major version. */
export const MAJORS = [20, 22, 24, 26];

/** The path of a Node; throws where there is none. */
export const nodeOf = async (major) => {
  if (Number(process.versions.node.split('.')[0]) === major) return process.execPath;
  const [name, folder] = [`node-${process.platform}-${process.arch}`, join(tmpdir(), `gesture-node-${major}`)];
  const path = join(folder, 'node_modules', name, 'bin', 'node');
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const install = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
  const { status } = await run('npm', [...install, `${name}@${major}`], { cwd: folder });
  if (status !== 0 || !existsSync(path)) throw new Error(`npm has no ${name}@${major}`);
  return path;
};

/** The environment in which `node` is the one that is called by this name too. */
export const environmentOf = (node) => ({ PATH: `${dirname(node)}:${process.env['PATH']}` });
