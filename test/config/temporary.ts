/** A folder for one test file, gone when its tests are done. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Makes the folder; `write` puts a file in it and returns its path. */
export const temporary = (): { folder: string; write: (name: string, content: string | Uint8Array) => string } => {
  const folder = mkdtempSync(join(tmpdir(), 'gesture-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    write: (name, content) => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
  };
};
