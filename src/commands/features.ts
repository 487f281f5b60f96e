/** `gesture features`: flags -> engine -> user_features.csv, rejected_events.csv and a summary. */
import { type Command, Option } from 'commander';
import { dirname, join } from 'node:path';
import { isSource, SOURCE_NAMES, type SourceName, sources } from '../catalogue/sources.js';
import { type Config } from '../config/settings.js';
import { loadConfig } from '../config/load.js';
import type { Engine } from '../engine/duckdb/open.js';
import type { Outcome } from '../engine/features.js';
import { didYouMean } from '../text/closest.js';
import type { Target } from '../io/output.js';
import { counted, grouped } from '../text/numbers.js';
import { printable } from '../text/printable.js';
import { EXIT, Failure, REQUIRED_COLUMNS } from '../model.js';

interface Flags {
  readonly from?: SourceName | '?';
  readonly config?: string;
  readonly asOf?: string;
  readonly maxRejected: number;
  readonly strict?: true;
  readonly out: string;
  readonly rejected?: string;
  readonly excluded?: string;
  readonly sessions?: string;
  readonly delimiter?: string;
  readonly threads?: number;
  readonly memoryLimit?: string;
}

const parseShare = (text: string): number => {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const share = match ? Number(match[1]) / (match[2] ? 100 : 1) : NaN;
  if (!(share >= 0 && share <= 1)) {
    throw new Failure('usage', `--max-rejected ${text}: write a share of the rows from 0% to 100%`);
  }
  return share;
};

const parseThreads = (text: string): number => {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Failure('usage', `--threads ${text}: write a whole number from 1`);
  return Number(text);
};

const parseMemory = (text: string): string => {
  if (!/^\d+(\.\d+)?\s?[KMGT]i?B$/i.test(text))
    throw new Failure('usage', `--memory-limit ${text}: write it like 512MB or 2GB`);
  return text;
};

const parseDelimiter = (text: string): string => {
  const delimiter = text === '\\t' || text === 'tab' ? '\t' : text;
  if (!/^[\t -~]$/.test(delimiter) || /["\w.-]/.test(delimiter)) {
    throw new Failure('usage', `--delimiter ${text}: write one character such as ';', or tab`);
  }
  return delimiter;
};

const parseSource = (text: string): SourceName | '?' => {
  if (text === '?' || isSource(text)) return text;
  throw new Failure(
    'usage',
    `--from ${text}: the sources are ${SOURCE_NAMES.join(', ')}, and ? says which one fits a log${didYouMean(text, SOURCE_NAMES)}`,
  );
};

/** The lines of the summary. */
const summary = (outcome: Outcome, out: string, config: Config): string[] => {
  const { accounts, otherTypes, faults } = outcome;
  const excluded = config.exclude ? ` + excluded ${grouped(accounts.excluded)}` : '';
  const later = accounts.later > 0 ? ` + later than as-of ${grouped(accounts.later)}` : '';
  const lines = [
    `read ${grouped(accounts.read)} = used ${grouped(accounts.used)} + rejected ${grouped(accounts.rejected)} + duplicate ${grouped(accounts.duplicate)}${excluded}${later}`,
  ];
  if (outcome.asOf !== undefined) {
    lines.push(`${counted(outcome.users, 'user')}, ${counted(outcome.sessions, 'session')}, as of ${outcome.asOf}`);
  }
  for (const fault of faults.slice(0, 3)) {
    lines.push(`rejected ${fault.file}:${fault.line}: ${fault.column ? `${fault.column} is ` : ''}${fault.reason}`);
  }
  if (faults.length > 3) lines.push(`... and ${grouped(faults.length - 3)} more`);
  const reasons = outcome.excluded.map(({ reason, events }) => `${reason} (${grouped(events)})`);
  if (reasons.length > 0) lines.push(`excluded: ${reasons.join(', ')}`);
  if (otherTypes.length > 0) {
    const named = otherTypes.slice(0, 8).map(({ type, events }) => `${type.slice(0, 60)} (${grouped(events)})`);
    lines.push(`other event types, counted as activity: ${named.join(', ')}${otherTypes.length > 8 ? ', ...' : ''}`);
  }
  lines.push(...outcome.notices.map((notice) => notice.slice(0, 400)));
  if (outcome.users === 0) lines.push('warning: no row was used; the table of users is empty');
  lines.push(
    `config ${config.hash} (${config.path ?? 'the defaults'}${config.events.from === undefined ? '' : `, from ${config.events.from}`})`,
    `wrote ${out === '-' ? 'standard output' : out}`,
  );
  return lines;
};

/** Answers `--from ?`: which source each input is an export of, by the names of its columns. */
const nameSources = async (inputs: readonly string[], { delimiter }: Flags): Promise<void> => {
  const [{ recognise }, { withScratch }, { withEngine }, { parquetHeader }] = await Promise.all([
    import('../intake/open.js'),
    import('../io/output.js'),
    import('../engine/duckdb/open.js'),
    import('../engine/duckdb/relations.js'),
  ]);
  const options = { renamed: {}, extra: [], needed: [], delimiter, stdin: process.stdin };
  const logs = await withScratch('-', (scratch) =>
    recognise(inputs, {
      ...options,
      scratch,
      // Only a Parquet file is worth the start of an engine.
      parquetHeader: (path) => withEngine(scratch, {}, (engine) => parquetHeader(engine, path)),
    }),
  );
  for (const { name, header, source } of logs) {
    const ours = REQUIRED_COLUMNS.every((column) => header.includes(column));
    const known = source === undefined ? 'no source fits' : `--from ${source}: ${sources[source].says}`;
    process.stdout.write(`${printable(`${name}: ${ours ? 'the columns of gesture, without --from' : known}`)}\n`);
    if (!ours && source === undefined) process.exitCode = EXIT.found;
  }
};

/** Says on a terminal how far the running query is, from the second second on; what it returns ends that. */
const showProgress = (engine: Engine): (() => void) => {
  if (!process.stderr.isTTY) return () => {};
  const began = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - began) / 1000);
    if (seconds < 2) return;
    const done = engine.progress();
    process.stderr.write(`\r\u001B[Kreading: ${seconds} s${done === undefined ? '' : `, ${Math.floor(done)} %`}`);
  }, 250);
  return () => {
    clearInterval(timer);
    process.stderr.write('\r\u001B[K');
  };
};

/** A file beside `--out`, unless it is named; none where the table goes to standard output. */
const beside = (out: string, name: string, named?: string): string | undefined =>
  named ?? (out === '-' ? undefined : join(dirname(out), name));

const run = async (inputs: readonly string[], flags: Flags): Promise<void> => {
  const [
    { computeFeatures },
    { TooManyRejected },
    { withEngine },
    { resolveInputs },
    { checkOutputs, moveFile, replaceFiles, withScratch, writeText },
    { rejectedCsv },
  ] = await Promise.all([
    import('../engine/features.js'),
    import('../engine/aggregate.js'),
    import('../engine/duckdb/open.js'),
    import('../intake/find.js'),
    import('../io/output.js'),
    import('../intake/rejected.js'),
  ]);
  const names = await resolveInputs(inputs.length > 0 ? inputs : ['data/raw_events.csv']);
  if (flags.from === '?') return nameSources(names, flags);
  const config = await loadConfig(flags.config, flags.from);
  const { out, sessions } = flags;
  const rejected = beside(out, 'rejected_events.csv', flags.rejected);
  const excluded = config.exclude ? beside(out, 'excluded_events.csv', flags.excluded) : undefined;
  const outputs = [out, rejected, excluded, sessions].filter((path) => path !== undefined);
  const read = config.path === undefined ? names : [...names, config.path];
  await checkOutputs(outputs, read);
  const rejects = (faults: Outcome['faults']): Target[] =>
    rejected === undefined ? [] : [{ path: rejected, write: (to) => writeText(to, rejectedCsv(faults)) }];

  await withScratch(out, async (scratch) => {
    /** A file that the engine makes in `scratch`, and where it goes. */
    const made = (name: string, path: string | undefined): { file: string | undefined; target: Target[] } => {
      if (path === undefined) return { file: undefined, target: [] };
      const file = join(scratch, name);
      return { file, target: [{ path, write: (to) => moveFile(file, to) }] };
    };
    const computed = join(scratch, 'user_features.csv');
    const [table, left] = [made('sessions.csv', sessions), made('excluded_events.csv', excluded)];
    const request = {
      inputs: names,
      config,
      asOf: flags.asOf === 'now' ? new Date().toISOString() : flags.asOf,
      maxRejected: flags.strict ? 0 : flags.maxRejected,
      delimiter: flags.delimiter,
      sessions: table.file,
      excluded: left.file,
      stdin: process.stdin,
      scratch,
    };
    try {
      const outcome = await withEngine(
        scratch,
        { threads: flags.threads, memoryLimit: flags.memoryLimit },
        async (engine) => {
          const shown = showProgress(engine);
          try {
            return await computeFeatures(engine, request, computed);
          } finally {
            shown();
          }
        },
      );
      const features: Target = { path: out, write: (to) => moveFile(computed, to) };
      await replaceFiles([features, ...table.target, ...left.target, ...rejects(outcome.faults)], read);
      process.stderr.write(
        summary(outcome, out, config)
          .map((line) => `${printable(line)}\n`)
          .join(''),
      );
    } catch (error) {
      if (error instanceof TooManyRejected) await replaceFiles(rejects(error.faults), read);
      throw error;
    }
  });
};

/** Adds the command `features`. */
export const registerFeatures = (program: Command): void => {
  program
    .command('features')
    .description('Turn events into sessions and users: one row a user, every feature a column.')
    .argument(
      '[events...]',
      "event logs: CSV, JSON lines or Parquet, also .gz and .zst, '-' for standard input, or patterns (default: data/raw_events.csv)",
    )
    .option('--out <file>', "where the table of users goes, '-' for standard output", 'data/user_features.csv')
    .option(
      '--from <source>',
      `whose export the log is: ${SOURCE_NAMES.join(', ')}; ? says which one fits`,
      parseSource,
    )
    .option('--config <file>', 'settings (default: gesture.yaml, if it is there)')
    .option('--as-of <time>', 'use only events up to this time: ISO 8601, or now (default: the latest event)')
    .addOption(
      new Option('--max-rejected <share>', 'fail if more of the rows than this break a rule')
        .argParser(parseShare)
        .default(0.05, '5%'),
    )
    .option('--strict', 'fail if any row breaks a rule')
    .option('--rejected <file>', 'where rejected rows go (default: rejected_events.csv beside --out)')
    .option('--excluded <file>', 'where excluded rows go (default: excluded_events.csv beside --out)')
    .option('--sessions <file>', 'also write the table of sessions')
    .option(
      '--delimiter <char>',
      'what separates the columns, if not a comma (default: as the header shows)',
      parseDelimiter,
    )
    .option('--threads <n>', 'threads to use (default: one a core)', parseThreads)
    .option('--memory-limit <size>', 'memory to use before spilling to disk, such as 512MB', parseMemory)
    .action(run);
};
