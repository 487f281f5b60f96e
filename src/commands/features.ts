/** `gesture features`: event logs -> user_features.csv, rejected_events.csv and a summary. */
import type { Command } from '@commander-js/extra-typings';
import { dirname, join } from 'node:path';
import { SOURCE_NAMES, sources } from '../catalogue/sources.js';
import { type Config, leavesRowsOut } from '../config/settings.js';
import { loadConfig } from '../config/load.js';
import type { Request } from '../engine/aggregate.js';
import type { Outcome } from '../engine/features.js';
import type { Target } from '../io/output.js';
import type { RecordedFile, RunRecord } from '../io/runRecord.js';
import { endOf } from '../text/instants.js';
import { screenOf } from '../text/columns.js';
import { printable, toJson } from '../text/printable.js';
import { VERSION } from '../text/version.js';
import { EXIT, Failure, MAX_REJECTED, REQUIRED_COLUMNS } from '../model.js';
import { featuresScreen, outcomeJson, WHOLE_LINES } from './featuresScreen.js';
import { FEATURES_FILE, isStream, logsToRead } from './files.js';
import {
  CONFIG_FLAG,
  csvFile,
  delimiter,
  duration,
  instant,
  instants,
  memory,
  oneOf,
  share,
  wholeNumber,
} from './flags.js';
import { examples } from './help.js';
import { showProgress } from './progress.js';

const define = (command: Command) =>
  command
    .argument(
      '[events...]',
      'event logs: CSV, JSON lines or Parquet, also .gz and .zst, patterns, or - for standard input (default: data/raw_events.csv); or the address of one table of ClickHouse',
    )
    .option('--out <file>', 'where to write the table of users; - is standard output', csvFile('--out'), FEATURES_FILE)
    .option(
      '--from <source>',
      `the product that exported the log: ${SOURCE_NAMES.join(', ')}; detect, or ?, names it`,
      oneOf('--from', [...SOURCE_NAMES, 'detect', '?']),
    )
    .option(...CONFIG_FLAG)
    .option(
      '--as-of <time>',
      'use only events up to this time: ISO 8601, or now (default: the latest event)',
      instant('--as-of'),
    )
    .option(
      '--max-rejected <share>',
      'fail if more than this share of the rows is rejected, or of the cells of a column unreadable (default: 5%)',
      share('--max-rejected'),
    )
    .option('--strict', 'fail if any row is rejected, any cell is unreadable, or there is any warning')
    .option(
      '--rejected <file>',
      'where to write rejected rows (default: rejected_events.csv beside --out)',
      csvFile('--rejected'),
    )
    .option(
      '--unreadable <file>',
      'where to write unreadable cells (default: unreadable_cells.csv beside --out)',
      csvFile('--unreadable'),
    )
    .option(
      '--excluded <file>',
      'where to write excluded rows (default: excluded_events.csv beside --out)',
      csvFile('--excluded'),
    )
    .option(
      '--at <time>',
      'write a table to train models on instead, as of this cut-off; may be repeated, with --label-horizon',
      instants('--at'),
    )
    .option(
      '--label-horizon <duration>',
      'the last column, label, is 1 for people who convert so long after a cut-off',
      duration('--label-horizon'),
    )
    .option('--sessions <file>', 'also write the table of sessions', csvFile('--sessions'))
    .option('--json', 'print what was found as JSON on standard output')
    .option('--delimiter <char>', 'what separates the columns (default: found in the header)', delimiter('--delimiter'))
    .option('--threads <n>', 'threads to use (default: one per core)', wholeNumber('--threads', 1, 9999))
    .option(
      '--memory-limit <size>',
      'memory to use before spilling to disk, such as 512MB (default: half of the memory)',
      memory('--memory-limit'),
    )
    .option(
      '--slices <n>',
      'measure the users of a table in N parts, to use less memory',
      wholeNumber('--slices', 1, 999),
    )
    .option(
      '--print-sql',
      "print the query that measures the users, in the engine's dialect (DuckDB, or that of the table's server), and write nothing",
    )
    .addHelpText(
      'after',
      examples([
        ['gesture features my_events.csv', 'your own log'],
        ['gesture features --from segment tracks_and_pages.csv', 'the export of another product'],
      ]),
    );

type Flags = ReturnType<ReturnType<typeof define>['opts']>;

/** Answers `--from detect`: names the product that exported each input, from its columns. */
const nameSources = async (inputs: readonly string[], { delimiter: separator }: Flags): Promise<void> => {
  const [{ recognise }, { withScratch }, { withEngine }, { parquetReader }] = await Promise.all([
    import('../intake/recognise.js'),
    import('../io/output.js'),
    import('../engine/duckdb/open.js'),
    import('../engine/duckdb/relations.js'),
  ]);
  const options = { delimiter: separator, stdin: process.stdin };
  const logs = await withScratch('-', (scratch) =>
    recognise(inputs, {
      ...options,
      scratch,
      // Starting the engine is slow, so only a Parquet file does it.
      parquet: {
        header: (path) => withEngine(scratch, {}, (engine) => parquetReader(engine).header(path)),
        isText: (...column) => withEngine(scratch, {}, (engine) => parquetReader(engine).isText(...column)),
      },
    }),
  );
  for (const { name, header, source } of logs) {
    const ours = REQUIRED_COLUMNS.every((column) => header.includes(column));
    const known = source === undefined ? 'no known product' : `--from ${source}: ${sources[source].says}`;
    process.stdout.write(`${printable(`${name}: ${ours ? "gesture's own columns, no --from needed" : known}`)}\n`);
    if (!ours && source === undefined) process.exitCode = EXIT.found;
  }
};

/** What is recorded of a run besides the files it wrote. */
const recordOfRun = (
  { accounts, users, sessions, asOf, warnings }: Outcome,
  { path, hashes }: Config,
  from: string | undefined,
  inputs: readonly RecordedFile[],
  table: string | undefined,
): Omit<RunRecord, 'outputs'> => ({
  command: 'features',
  version: VERSION,
  config: { path: path ?? null, from: from ?? null, ...hashes },
  as_of: asOf ?? null,
  counts: { ...accounts, users, sessions },
  warnings,
  ...(table === undefined ? {} : { table: { address: table, rows: accounts.read } }),
  inputs,
});

/** The file `named`, or by default `name` in the folder of `--out`; none if the table goes to a stream. */
const beside = (folder: string | undefined, name: string, named?: string): string | undefined =>
  named ?? (folder === undefined ? undefined : join(folder, name));

const run = async (inputs: readonly string[], flags: Flags): Promise<void> => {
  // First and alone: it loads nearly all files, and if too many are open at once, Node should say so of one of ours.
  const { computeFeatures } = await import('../engine/features.js');
  const { measureTable, tableToRead } = await import('./table.js');
  const [
    { configuredInputs },
    { PHASES, TooManyRejected },
    { withEngine },
    { checkOutputs, moveFile, print, replaceFiles, withScratch, writeText },
    { rejectedCsv, unreadableCsv },
    { recordFiles, runFileOf, withRecord },
  ] = await Promise.all([
    import('../engine/job.js'),
    import('../engine/aggregate.js'),
    import('../engine/duckdb/open.js'),
    import('../io/output.js'),
    import('../intake/rejected.js'),
    import('../io/runRecord.js'),
  ]);
  if (flags.from === 'detect' || flags.from === '?')
    return nameSources(await logsToRead('features', inputs, []), flags);
  const table = tableToRead(inputs, flags);
  const config = await loadConfig(flags.config, flags.from);
  const names = table === undefined ? await logsToRead('features', inputs, configuredInputs(config)) : [];
  if (flags.at !== undefined || flags.labelHorizon !== undefined) {
    const { runTraining } = await import('./training.js');
    return runTraining(names, config, flags);
  }
  const { out, sessions, json } = flags;
  if (json && [out, sessions].includes('-'))
    throw new Failure('usage', 'only one of --out, --sessions and --json can go to standard output');
  const folder = isStream(out) ? undefined : dirname(out);
  const rejected = beside(folder, 'rejected_events.csv', flags.rejected);
  const unread = beside(folder, 'unreadable_cells.csv', flags.unreadable);
  const leaves = table === undefined && leavesRowsOut(config);
  const excluded = leaves ? beside(folder, 'excluded_events.csv', flags.excluded) : undefined;
  const recorded = folder === undefined ? undefined : runFileOf(out);
  const outputs = [out, rejected, unread, excluded, sessions, recorded].filter((path) => path !== undefined);
  const read = config.path === undefined ? names : [...names, config.path];
  if (!flags.printSql) await checkOutputs(outputs, read);
  const rejects = (faults: Outcome['faults']): Target[] =>
    rejected === undefined ? [] : [{ path: rejected, write: (to) => writeText(to, rejectedCsv(faults)) }];

  await withScratch(flags.printSql ? '-' : out, async (scratch) => {
    /** A file that the engine writes in `scratch`, and the target that it moves to. */
    const output = (name: string, path: string | undefined): { file: string | undefined; target: Target[] } => {
      if (path === undefined) return { file: undefined, target: [] };
      const file = join(scratch, name);
      return { file, target: [{ path, write: (to) => moveFile(file, to) }] };
    };
    const computed = join(scratch, 'user_features.csv');
    const [sessionTable, exclusions] = [output('sessions.csv', sessions), output('excluded_events.csv', excluded)];
    const unreadable = output('unreadable_cells.csv', unread);
    if (unreadable.file !== undefined) await writeText(unreadable.file, unreadableCsv([]));
    // Hashing keeps a thread busy while the engine reads the same bytes.
    const hashing = new AbortController();
    const inputFiles = recorded === undefined ? [] : recordFiles(names, hashing.signal);
    const request: Request = {
      inputs: table === undefined ? names : [table.name],
      config,
      asOf: flags.asOf === undefined ? undefined : endOf(flags.asOf, config.events[0]?.timezone),
      now: BigInt(Date.now()) * 1000n,
      maxRejected: flags.strict ? 0 : (flags.maxRejected ?? MAX_REJECTED),
      delimiter: flags.delimiter,
      sessions: sessionTable.file,
      excluded: exclusions.file,
      unreadable: unreadable.file,
      stdin: process.stdin,
      scratch,
      threads: flags.threads,
    };
    try {
      let done = (): number | undefined => undefined;
      const view = { stream: process.stderr, now: () => performance.now() };
      const progress = showProgress('reading', PHASES.length, () => done(), view);
      const watched = { ...request, watch: progress };
      const measure = async (): Promise<Outcome | string> => {
        if (table !== undefined)
          return measureTable(table, { ...watched, slices: flags.slices ?? 1 }, computed, flags.printSql === true);
        const limits = { threads: flags.threads, memoryLimit: flags.memoryLimit };
        return withEngine<Outcome | string>(scratch, limits, async (engine) => {
          done = () => engine.progress();
          if (flags.printSql) {
            const { printQueries } = await import('../engine/duckdb/queries.js');
            return printQueries(engine, watched, (recording) => computeFeatures(recording, watched, computed));
          }
          return computeFeatures(engine, watched, computed);
        });
      };
      const outcome = await measure().finally(progress.stop);
      if (typeof outcome === 'string') return await print(outcome);
      const [warning] = outcome.warnings;
      if (flags.strict && warning !== undefined)
        throw new TooManyRejected(`--strict allows no warning: ${warning.text}`, outcome.faults);
      const features: Target = { path: out, write: (to) => moveFile(computed, to) };
      const targets = [
        features,
        ...sessionTable.target,
        ...exclusions.target,
        ...unreadable.target,
        ...rejects(outcome.faults),
      ];
      const record = async () => recordOfRun(outcome, config, flags.from, await inputFiles, table?.name);
      await replaceFiles(recorded === undefined ? targets : withRecord(out, targets, record), read);
      const written = { users: out, sessions, rejected, unreadable: unread, excluded, record: recorded };
      if (json) await print(`${toJson(outcomeJson(outcome, config, written), 2)}\n`);
      // Whoever reads a pipe wants whole lines.
      const screen = process.stderr.isTTY ? screenOf(process.stderr) : WHOLE_LINES;
      const lines = featuresScreen(outcome, { out, config, settings: flags.config }, screen);
      process.stderr.write(`${lines.join('\n')}\n`);
    } catch (error) {
      if (error instanceof TooManyRejected) await replaceFiles(rejects(error.faults), read);
      throw error;
    } finally {
      // A run that fails must not wait for a hash.
      hashing.abort();
    }
  });
};

/** The arguments, flags and action of `gesture features`. */
export const register = (command: Command): void => {
  define(command).action(run);
};
