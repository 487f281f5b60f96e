/** Opens inputs of which nothing is known: what they are, what their columns are called, who exported them. */
import { fitting, type LineFormat, type SourceName } from '../catalogue/sources.js';
import { defaultReading, type Reading } from '../config/settings.js';
import { bindByOwnNames, type IntakeOptions, type Log } from './bind.js';
import { readHead } from './format.js';
import { toLocalFile } from './local.js';
import { blobsOf, lineFormatIn, type Opened, openHeader } from './open.js';

/** How inputs are opened of which nothing is known. */
type BareOptions = Omit<IntakeOptions, 'reading' | 'wanted' | 'needed'>;

/** The kind of access log that an input is, if it is one. */
const lineFormatOf = async (
  input: string,
  index: number,
  options: Pick<IntakeOptions, 'scratch' | 'stdin'>,
): Promise<LineFormat | undefined> => {
  if (input === '-') return undefined;
  return lineFormatIn(await toLocalFile(input, index, options).then(readHead, () => Buffer.alloc(0)));
};

const openBare = async (
  input: string,
  index: number,
  options: BareOptions,
  header?: readonly string[],
): Promise<{ opened: Opened; reading: Reading; source: SourceName | undefined }> => {
  const lines = await lineFormatOf(input, index, options);
  const reading = { ...defaultReading, lines, header };
  const opened = await openHeader(input, index, { ...options, reading, wanted: [], needed: [] });
  return { opened, reading, source: fitting(opened.header)[0] };
};

/** Names with dots without those that only lead to others, as keys of nested JSON do. */
const leavesOf = (keys: readonly string[]): string[] => {
  const inner = new Set(keys.flatMap((key) => [...key.matchAll(/\./g)].map(({ index }) => key.slice(0, index))));
  return keys.filter((key) => !inner.has(key));
};

/** An input, opened before anything is known of its columns. */
export interface Table {
  /** A log whose columns are bound by their own names. Columns without a name are left out, and those of one name. */
  readonly log: Log;
  /** The source that seems to have exported it. */
  readonly source: SourceName | undefined;
}

/**
 * Opens an input of which nothing is known.
 *
 * @param header names for the columns of a file that has no header
 * @throws Failure `noInput` or `data`
 */
export const openTable = async (
  input: string,
  index: number,
  options: BareOptions,
  header?: readonly string[],
): Promise<Table> => {
  const { opened, reading, source } = await openBare(input, index, options, header);
  const all = opened.format === 'ndjson' ? leavesOf(opened.header) : opened.header;
  const names = all.filter((name) => name.trim() !== '' && all.indexOf(name) === all.lastIndexOf(name));
  const columns = bindByOwnNames(opened, names);
  const blobs = await blobsOf(opened, columns, options);
  return { log: { ...opened, reading, columns, blobs, ignored: [], respelled: [] }, source };
};

/** The column names of every input, and the source that seems to have exported it. */
export const recognise = async (
  names: readonly string[],
  options: BareOptions,
): Promise<{ name: string; header: readonly string[]; source: SourceName | undefined }[]> => {
  const found = [];
  for (const [index, input] of names.entries()) {
    const { opened, source } = await openBare(input, index, options);
    found.push({ name: opened.name, header: opened.header, source });
  }
  return found;
};
