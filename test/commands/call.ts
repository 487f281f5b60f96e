/**
 * Runs a command line in this process: several times as fast as the built program in a process of its own, and the same
 * but for standard input, signals, and streams that are closed or full. For those there is `gesture`.
 */
import { vi } from 'vitest';
import { main } from '../../src/cli.js';
import type { Run } from './gesture.js';

/** What is written to a stream from now on, which takes all of it; `release` makes it a stream again. */
const captured = (stream: NodeJS.WriteStream): { text: () => string; release: () => void } => {
  const chunks: Uint8Array[] = [];
  const write = vi.spyOn(stream, 'write').mockImplementation((chunk) => {
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    return true;
  });
  const release = (): void => {
    write.mockRestore();
    stream.removeAllListeners('error');
  };
  return { text: () => Buffer.concat(chunks).toString(), release };
};

const exitCode = (): number => Number(process.exitCode ?? 0);

/** `gesture ...args` in `folder`, without standard input. */
export const call = async (folder: string, args: readonly string[]): Promise<Run> => {
  const before = process.exitCode;
  const home = process.cwd();
  const [out, err] = [captured(process.stdout), captured(process.stderr)];
  // What is to be done at the end of the process is not done after a command.
  const once = vi.spyOn(process, 'once').mockReturnThis();
  process.chdir(folder);
  process.exitCode = undefined;
  try {
    await main(['node', 'gesture', ...args]);
    return { status: exitCode(), stdout: out.text(), stderr: err.text() };
  } finally {
    process.exitCode = before;
    process.chdir(home);
    once.mockRestore();
    out.release();
    err.release();
  }
};
