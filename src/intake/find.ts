/** Turns the names on a command line into files. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../model.js';
import { reasonOf } from '../io/cannotRead.js';
import { noInput } from './refuse.js';

/** True of an input that is a table of ClickHouse rather than a file. */
export const isAddress = (input: string): boolean => /^clickhouse:\/\//i.test(input);

/**
 * The files that command-line arguments name. A name that does not exist can be a pattern, such as `logs/*.csv`.
 *
 * @throws Failure `noInput` for a missing file, a folder, an address, a pattern without a match
 */
export const resolveInputs = async (names: readonly string[]): Promise<string[]> => {
  const found: string[] = [];
  for (const name of names) {
    if (name === '-') found.push(name);
    else if (/^[a-z][a-z0-9+.-]+:\/\//i.test(name)) {
      throw noInput(
        name,
        isAddress(name)
          ? 'only gesture features reads a table, as its only input: run it, then use user_features.csv'
          : 'it is an address, not a file: gesture opens no connections to it, so download it first',
      );
    } else {
      try {
        if ((await stat(name)).isDirectory()) {
          throw noInput(name, `it is a folder: name its files, for example '${join(name, '*.csv')}'`);
        }
        found.push(name);
      } catch (error) {
        if (error instanceof Failure) throw error;
        const pattern = /[*?[{]/.test(name);
        const matches = pattern
          ? (await (await import('tinyglobby')).glob(name, { dot: false, expandDirectories: false })).toSorted()
          : [];
        if (matches.length === 0)
          throw noInput(name, pattern ? 'no file matches this pattern' : reasonOf(error), error);
        for (const match of matches) found.push(match);
      }
    }
  }
  return found;
};
