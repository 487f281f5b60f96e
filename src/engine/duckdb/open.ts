/** The embedded engine: opens it locked down, runs queries. Nothing here knows what they are for. */
import type * as DuckDB from '@duckdb/node-api';
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { Failure, messageOf, systemCode } from '../../model.js';
import { DECIMAL_MACROS } from '../../sql/decimals.js';

/** What a run may use of the machine. */
export interface EngineLimits {
  /** Threads; default: one per core. */
  readonly threads?: number | undefined;
  /** Memory before queries spill to disk, in DuckDB's spelling, such as `512MB`; default: half of the machine's. */
  readonly memoryLimit?: string | undefined;
}

/** A running engine. */
export interface Engine {
  /** Runs a statement; `values` fill $1, $2 ... */
  run(sql: string, values?: readonly string[]): Promise<void>;
  /** Runs a query and returns its rows; counts come as bigint. */
  rows(sql: string, values?: readonly string[]): Promise<DuckDB.DuckDBValue[][]>;
  /** Runs a query whose columns are all DOUBLE and returns them; NULL comes as NaN. */
  numbers(sql: string): Promise<Float64Array[]>;
  /** The numbers, from 0, of the rows of files for which a query that reads nothing else answers true, in their order. */
  placesWhere(sql: string, values: readonly string[]): Promise<number[]>;
  /** Bytes of memory that queries may take before they spill. */
  memoryLimit(): Promise<number>;
  /** From now on no file but those in `folders` and `files` can be opened, and no setting be changed. */
  lock(folders: readonly string[], files: readonly string[]): Promise<void>;
  /** Share of the running query that is done, 0 to 100; undefined if unknown. */
  progress(): number | undefined;
}

/** True of the error of a query that ran out of memory and could not spill. */
export const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('Out of Memory');

/** True of an error about the data of a file, rather than about memory, the disk or a query of ours. */
export const isDataFault = (error: unknown): boolean =>
  error instanceof Error &&
  !/No space left|(Could not|Failed to|Cannot) write/i.test(error.message) &&
  /^(Invalid Input|Invalid|IO|Conversion|Serialization|INTERNAL|FATAL) Error/.test(error.message);

/** The engine's errors that the user can fix, as Failures; any other error is returned unchanged. */
const translated = (error: unknown, scratch: string, limits: EngineLimits): unknown => {
  if (systemCode(error) !== undefined) return error;
  const message = error instanceof Error ? error.message : '';
  if (isOutOfMemory(error)) {
    const limit = limits.memoryLimit === undefined ? 'half of the memory' : `--memory-limit ${limits.memoryLimit}`;
    return new Failure(
      'cannotWrite',
      `this log needs more than ${limit}: raise --memory-limit, or free disk space for spilling`,
      { cause: error },
    );
  }
  if (message.includes('No space left on device')) {
    return new Failure('cannotWrite', `cannot write ${dirname(scratch)}: the disk is full`, { cause: error });
  }
  if (/^IO Error: (Could not write|Failed to write|Cannot write|Could not (create|truncate))/i.test(message)) {
    return new Failure('cannotWrite', `cannot write: ${message.split('\n')[0]?.replace(/^IO Error: /, '')}`, {
      cause: error,
    });
  }
  return error;
};

// Through require the package loads in two thirds of the time that import takes.
const load = (): typeof DuckDB => {
  try {
    return createRequire(import.meta.url)('@duckdb/node-api');
  } catch (error) {
    if (systemCode(error) !== 'ERR_DLOPEN_FAILED') throw error;
    const fix = 'allow more memory (ulimit -v), or, if it is of another system, install the packages anew: npm ci';
    throw new Failure('cannotWrite', `the engine cannot be loaded (${messageOf(error).split('\n')[0]}): ${fix}`, {
      cause: error,
    });
  }
};

/** Bytes, from how the engine writes them: `488.2 MiB`. */
const bytesOf = (written: string): number => {
  const [, number, unit = ''] = /^([\d.]+) (\w+)$/.exec(written) ?? [];
  const power = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'].indexOf(unit);
  if (power < 0) throw new Error(`not a number of bytes: ${written}`);
  return Number(number) * 1024 ** power;
};

/** Half of the memory that this process may use, in DuckDB's spelling. */
const halfOfMemory = (): string => {
  // Outside a container this is 0, or more than the machine has.
  const allowed = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return `${Math.floor(Math.min(totalmem(), allowed) / 2 / 1e6)}MB`;
};

const textList = (items: readonly string[]): string =>
  `[${items.map((item) => `'${item.replaceAll("'", "''")}'`).join(', ')}]`;

/**
 * After an internal error every later statement fails: the reader has one for invalid UTF-8 in a line that is too
 * short, for example. The error is one of this statement; the next one gets a new database.
 */
const isFatal = (error: unknown): boolean => error instanceof Error && /^(INTERNAL|FATAL) Error/.test(error.message);

/** Opens an engine in memory that spills to `scratch`, hands it to `work` and closes it. */
export const withEngine = async <T>(
  scratch: string,
  limits: EngineLimits,
  work: (engine: Engine) => Promise<T>,
): Promise<T> => {
  const duckdb = load();
  let locks: string[] = [];
  const open = async (order: 'ordered' | 'unordered' = 'unordered') => {
    const instance = await duckdb.DuckDBInstance.create(':memory:', {
      threads: String(limits.threads ?? availableParallelism()),
      temp_directory: scratch,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      preserve_insertion_order: String(order === 'ordered'),
      memory_limit: limits.memoryLimit ?? halfOfMemory(),
    });
    const connection = await instance.connect();
    await connection.run(`SET TimeZone = 'UTC'`);
    await connection.run('SET enable_progress_bar = true; SET enable_progress_bar_print = false');
    await connection.run(DECIMAL_MACROS);
    for (const lock of locks) await connection.run(lock);
    return { instance, connection };
  };
  let { instance, connection } = await open();
  // The end of the process waits for the engine's threads: an interrupted run must not go on until its query ends.
  const interrupt = (): void => connection.interrupt();
  process.once('exit', interrupt);
  const close = (): void => {
    connection.closeSync();
    instance.closeSync();
  };
  /** The answer of the engine; after a fatal error the next question goes to a new engine. */
  const answered = async <A>(ask: () => Promise<A>): Promise<A> => {
    try {
      return await ask();
    } catch (error) {
      if (isFatal(error)) {
        close();
        ({ instance, connection } = await open());
      }
      throw error;
    }
  };
  const rows: Engine['rows'] = async (sql, values) =>
    (await answered(() => connection.runAndReadAll(sql, values && [...values]))).getRows();
  try {
    return await work({
      run: async (sql, values) => {
        await answered(() => connection.run(sql, values && [...values]));
      },
      rows,
      numbers: async (sql) => {
        const result = await answered(() => connection.run(sql));
        const columns = Array.from({ length: result.columnCount }, () => new Float64Array(result.rowCount).fill(NaN));
        let start = 0;
        for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
          for (const [i, column] of columns.entries()) {
            chunk.visitColumnValues(i, (value, row) => {
              if (typeof value === 'number') column[start + row] = value;
            });
          }
          start += chunk.rowCount;
        }
        return columns;
      },
      placesWhere: async (sql, values) => {
        const ordered = await open('ordered');
        const stop = (): void => ordered.connection.interrupt();
        process.once('exit', stop);
        try {
          const result = await ordered.connection.run(sql, [...values]);
          const places: number[] = [];
          let start = 0;
          for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
            chunk.visitColumnValues(0, (value, row) => {
              if (value === true) places.push(start + row);
            });
            start += chunk.rowCount;
          }
          return places;
        } finally {
          process.off('exit', stop);
          ordered.connection.closeSync();
          ordered.instance.closeSync();
        }
      },
      memoryLimit: async () => bytesOf(String((await rows("SELECT current_setting('memory_limit')"))[0]?.[0])),
      lock: async (folders, files) => {
        locks = [
          `SET allowed_directories = ${textList(folders)}; SET allowed_paths = ${textList(files)}`,
          'SET enable_external_access = false; SET lock_configuration = true',
        ];
        for (const lock of locks) await connection.run(lock);
      },
      progress: () => {
        const { percentage } = connection.progress;
        return percentage >= 0 ? percentage : undefined;
      },
    });
  } catch (error) {
    throw translated(error, scratch, limits);
  } finally {
    process.off('exit', interrupt);
    close();
  }
};
