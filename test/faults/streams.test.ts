/** Readers that go away, and streams that are closed or full. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { contents, leftBehind, newFolder, prepare, PROGRAM, STACK, start } from './run.js';

const root = newFolder();

/** A command line of the shell, with `gesture` in it. */
const sh = (line: string): { status: number | null; stdout: string; stderr: string } => {
  const script = `gesture() { "${process.execPath}" "${PROGRAM}" "$@"; }; ${line}`;
  return spawnSync('sh', ['-c', script], { cwd: root, encoding: 'utf8' });
};

beforeAll(async () => {
  for (const command of ['generate', 'features', 'rank']) await prepare(root, [command]);
});

describe('a reader that has seen enough is no error', () => {
  it.each([
    ['generate', ['generate', '--users', '300', '--out', '-']],
    ['features', ['features', '--out', '-']],
    ['rank', ['rank', '--top', '100', '--out', '-']],
    ['rank --json', ['rank', '--top', '100', '--json']],
    ['explain', ['explain', 'u_000001']],
    ['init', ['init', '--out', '-']],
    ['compare', ['compare', 'data/user_scores.csv', 'data/user_scores.csv', '--json']],
    ['--help', ['--help']],
  ])('%s', async (_, args) => {
    const { child, end } = start(root, args);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const { code, stderr } = await end;
    expect(code).toBe(0);
    expect(stderr).not.toMatch(STACK);
    expect(leftBehind(root)).toEqual([]);
  });

  it('and a file beside it is complete', async () => {
    const { child, end } = start(root, ['rank', '--out', '-', '--top', '100', '--scores', 'all.csv']);
    child.stdout?.destroy();
    expect(await end).toMatchObject({ code: 0 });
    expect(readFileSync(join(root, 'all.csv'), 'utf8')).toBe(readFileSync(join(root, 'data/user_scores.csv'), 'utf8'));
  });
});

describe('nobody listens on standard error', () => {
  it.each(['2>&-', '2>/dev/full', '2>&1 >/dev/null | true'])('rank %s', (closed) => {
    expect(sh(`rm data/top_users.csv; gesture rank ${closed}`)).toMatchObject({ status: 0 });
    expect(contents(join(root, 'data'))['top_users.csv']).toMatch(/^user_id,/);
  });

  it('rank nothing.csv 2>&-', () => {
    expect(sh('gesture rank nothing.csv 2>&-')).toMatchObject({ status: 66 });
  });
});

describe.skipIf(!existsSync('/dev/full'))('what cannot take anything', () => {
  it.each([
    'gesture generate --out - >/dev/full',
    'gesture features --out - >/dev/full',
    'gesture rank --out - >/dev/full',
    'gesture rank --json --no-scores >/dev/full 2>said; code=$?; tail -1 said >&2; exit $code',
    'gesture explain u_000001 >/dev/full',
    'gesture compare data/user_scores.csv data/user_scores.csv --json >/dev/full',
    'gesture init --out - >/dev/full',
    'gesture --help >/dev/full',
    'gesture rank --no-scores --out /dev/stdout >/dev/full',
  ])('%s', (line) => {
    expect(sh(line)).toEqual(
      expect.objectContaining({ status: 73, stderr: 'gesture: cannot write standard output: the disk is full\n' }),
    );
  });

  it.each(['generate', 'features', 'rank --no-scores', 'init --force'])('gesture %s --out /dev/full', (command) => {
    expect(sh(`gesture ${command} --out /dev/full; code=$?; test -c /dev/full && exit $code`)).toMatchObject({
      status: 73,
      stderr: 'gesture: cannot write /dev/full: the disk is full\n',
    });
  });
});

describe('devices and pipes are written through', () => {
  const list = (): string => contents(join(root, 'data'))['top_users.csv'] ?? '';

  it('/dev/null, twice even', () => {
    expect(sh('gesture rank --out /dev/null --scores /dev/null && test -c /dev/null')).toMatchObject({ status: 0 });
  });

  it('/dev/stdout is standard output, whatever that is', () => {
    expect(sh('gesture rank --no-scores --out /dev/stdout 2>/dev/null | cat').stdout).toBe(list());
    expect(sh('echo before >f; gesture rank --no-scores --out /dev/stdout >>f 2>/dev/null; cat f').stdout).toBe(
      `before\n${list()}`,
    );
  });

  it('with nothing beside them: their folder is not ours', () => {
    const line =
      'gesture features --out /dev/stdout 2>said; code=$?; ls /dev/*.csv /dev/*.json 2>/dev/null; cat said >&2; exit $code';
    const { status, stdout, stderr } = sh(line);
    expect({ status, stdout }).toEqual({ status: 0, stdout: contents(join(root, 'data'))['user_features.csv'] });
    expect(stderr).not.toContain('next');
    expect(sh('gesture features --out /dev/fd/3 3>other.csv; cmp other.csv data/user_features.csv')).toMatchObject({
      status: 0,
    });
  });

  it('a pipe can be a log that init looks at several times', () => {
    const settings = "gesture init log.csv --out - | grep -v '^# gesture settings'";
    const { stdout } = sh(`mkfifo log.csv; cat data/raw_events.csv >log.csv & ${settings}`);
    expect(stdout).toContain('1,999 events');
    expect(stdout).toBe(sh(`rm log.csv; cp data/raw_events.csv log.csv; ${settings}`).stdout);
  });

  it('a folder cannot be replaced, not even with --force', () => {
    mkdirSync(join(root, 'folder'));
    for (const line of ['init --out folder', 'init --force --out folder']) {
      expect(sh(`gesture ${line}`)).toMatchObject({
        status: 73,
        stderr: 'gesture: cannot write folder: it is a folder\n',
      });
    }
  });

  it('a named pipe', () => {
    const line = 'mkfifo pipe; gesture rank --no-scores --out pipe 2>/dev/null & cat pipe; wait';
    expect(sh(line).stdout).toBe(list());
  });
});

it('a temporary folder that does not exist is blamed, not standard output', () => {
  const { status, stderr } = sh('TMPDIR=/nonexistent gesture rank --out -');
  expect(stderr).toMatch(/^gesture: cannot write \/nonexistent \(TMPDIR\): its folder does not exist/);
  expect(status).toBe(73);
});
