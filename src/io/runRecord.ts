/** The record of a run beside its table: what was read and written, under which settings. Jobs and reports need no prose. */
import { toJson } from '../text/printable.js';
import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Warning } from '../model.js';
import { type Target, writeText } from './output.js';

/** A file that a run read or wrote. */
export interface RecordedFile {
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What `<table>.run.json` holds. */
export interface RunRecord {
  readonly command: 'features' | 'rank';
  readonly version: string;
  /** `features` and `scoring` identify the settings that the numbers of each depend on. */
  readonly config: {
    readonly path: string | null;
    /** The source of `--from`, if it was given. */
    readonly from: string | null;
    readonly features: string;
    readonly scoring: string;
  };
  /** ISO 8601 UTC; null if no row was used, or nobody knows. */
  readonly as_of: string | null;
  readonly counts: Readonly<Record<string, number>>;
  /** What was probably not as it should be. */
  readonly warnings: readonly Warning[];
  /** The table that was read instead of files, without the user who asked, and how many rows it had. */
  readonly table?: { readonly address: string; readonly rows: number };
  /** Regular files; what came through a pipe is not listed. */
  readonly inputs: readonly RecordedFile[];
  readonly outputs: readonly RecordedFile[];
}

/** The name of the record beside a table: `data/user_features.csv` -> `data/user_features.run.json`. */
export const runFileOf = (table: string): string => `${table.replace(/\.(?:csv|json|ndjson)$/i, '')}.run.json`;

/** Bytes that are hashed at a time. One buffer serves for all: a stream takes two thirds more CPU. */
const PIECE = 4 << 20;

const digest = async (path: string, signal?: AbortSignal): Promise<Omit<RecordedFile, 'path'>> => {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(PIECE);
  const file = await open(path);
  try {
    for (let bytes = 0; ;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, PIECE);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
};

/**
 * The regular files among `paths`; anything that cannot be read is left to whoever reads it in earnest.
 *
 * @param signal ends the reading early
 */
export const recordFiles = async (paths: readonly string[], signal?: AbortSignal): Promise<RecordedFile[]> => {
  const files: RecordedFile[] = [];
  for (const path of paths) {
    const isFile = path !== '-' && (await stat(path).catch(() => undefined))?.isFile() === true;
    const found = isFile ? await digest(path, signal).catch(() => undefined) : undefined;
    if (found) files.push({ path, ...found });
  }
  return files;
};

/**
 * Targets followed by the record of the run beside `table`, which lists them.
 *
 * @param record the record without its outputs, made once they are written
 */
export const withRecord = (
  table: string,
  targets: readonly Target[],
  record: () => Promise<Omit<RunRecord, 'outputs'>>,
): Target[] => {
  const outputs: RecordedFile[] = [];
  const listed = targets.map(({ path, write }): Target => ({
    path,
    write: async (file) => {
      await write(file);
      outputs.push({ path, ...(await digest(file)) });
    },
  }));
  const write: Target['write'] = async (file) => writeText(file, [`${toJson({ ...(await record()), outputs }, 2)}\n`]);
  return [...listed, { path: runFileOf(table), write }];
};

const isRecord = (value: unknown): value is RunRecord =>
  typeof value === 'object' &&
  value !== null &&
  'config' in value &&
  'outputs' in value &&
  Array.isArray(value.outputs);

/**
 * The record of the run that wrote a table; undefined if there is none, or the table has changed since.
 *
 * @param now the table as it is, from `recordFiles`; undefined if it is no regular file
 */
export const recordOf = async (table: string, now: RecordedFile | undefined): Promise<RunRecord | undefined> => {
  if (now === undefined) return undefined;
  try {
    const record: unknown = JSON.parse(await readFile(runFileOf(table), 'utf8'));
    if (!isRecord(record)) return undefined;
    const then = record.outputs.find(({ path }) => basename(path) === basename(table));
    return then?.sha256 === now.sha256 ? record : undefined;
  } catch {
    return undefined;
  }
};
