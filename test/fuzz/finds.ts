/** Runs a check on many files; one that fails is made small, written to test/fixtures/fuzz and tried first ever after. */
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SEED } from '../random.js';

/**
 * Checks the finds of earlier runs, then `numRuns` of `files`.
 *
 * @param kind of file: the name of a folder in test/fixtures/fuzz
 */
export const fuzz = async (
  kind: string,
  files: fc.Arbitrary<Buffer>,
  numRuns: number,
  check: (file: Buffer) => Promise<void>,
): Promise<void> => {
  const folder = fileURLToPath(new URL(`../fixtures/fuzz/${kind}/`, import.meta.url));
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    await check(readFileSync(folder + name)).catch((cause: unknown) => {
      throw new Error(`the find ${kind}/${name} fails again`, { cause });
    });
  }
  const found = await fc.check(fc.asyncProperty(files, check), { seed: SEED, numRuns });
  if (!found.failed) return;
  const [file] = found.counterexample ?? [];
  mkdirSync(folder, { recursive: true });
  if (file) writeFileSync(`${folder}${createHash('sha256').update(file).digest('hex').slice(0, 12)}`, file);
  throw new Error(fc.defaultReportMessage(found), { cause: found.errorInstance });
};
