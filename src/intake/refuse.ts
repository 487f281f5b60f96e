/** Errors about inputs that cannot be used, in one form: the file, the rule, the fix. */
import { Failure, messageOf } from '../model.js';

/** The error for a file that cannot be read. */
export const noInput = (name: string, why: string, cause?: unknown): Failure =>
  new Failure('noInput', `cannot read ${name}: ${why}`, { cause });

/** The error for a file that cannot be used. */
export const bad = (name: string, why: string): Failure => new Failure('data', `${name}: ${why}`);

/** What is said of a column whose name the header has twice. */
export const twiceInHeader = (column: string): string =>
  `the column ${column} appears twice in the header: rename or remove one`;

/** A Parquet file that the engine cannot read. */
export const damaged = (name: string, error: unknown): Failure =>
  bad(name, `the Parquet file is damaged (${messageOf(error).split('\n')[0]})`);

/** What to do about a file that is not UTF-8: spreadsheets of Windows save in Windows-1252, unless they are told otherwise. */
export const ENCODING_ADVICE =
  'save it as "CSV UTF-8", or convert it: iconv -f WINDOWS-1252 -t UTF-8 old.csv > new.csv (CP932 instead of WINDOWS-1252 if it is Japanese)';
