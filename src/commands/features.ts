/** `gesture features`: flags -> engine -> user_features.csv, rejected_events.csv and a summary. */
import { type Command, Option } from 'commander';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSource, SOURCE_NAMES, type SourceName, sources } from '../catalogue/sources.js';
import { type Config, loadConfig } from '../config.js';
import type { Outcome } from '../engine/features.js';
import { didYouMean } from '../io/closest.js';
import { printable } from '../io/terminal.js';
import { EXIT, Failure, REQUIRED_COLUMNS } from '../model.js';

interface Flags {
  readonly from?: SourceName | '?';
  readonly config?: string;
  readonly asOf?: string;
  readonly maxRejected: number;
  readonly strict?: true;
  readonly out: string;
  readonly rejected?: string;
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

const counted = (n: number): string => n.toLocaleString('en-US');

/** The lines of the summary. */
const summary = (outcome: Outcome, out: string, config: Config): string[] => {
  const { accounts, otherTypes, faults } = outcome;
  const later = accounts.later > 0 ? ` + later than as-of ${counted(accounts.later)}` : '';
  const lines = [
    `read ${counted(accounts.read)} = used ${counted(accounts.used)} + rejected ${counted(accounts.rejected)} + duplicate ${counted(accounts.duplicate)}${later}`,
  ];
  if (outcome.asOf !== undefined) {
    lines.push(`${counted(outcome.users)} users, ${counted(outcome.sessions)} sessions, as of ${outcome.asOf}`);
  }
  for (const fault of faults.slice(0, 3)) {
    lines.push(`rejected ${fault.file}:${fault.line}: ${fault.column ? `${fault.column} is ` : ''}${fault.reason}`);
  }
  if (faults.length > 3) lines.push(`... and ${counted(faults.length - 3)} more`);
  if (otherTypes.length > 0) {
    const named = otherTypes.slice(0, 8).map(({ type, events }) => `${type.slice(0, 60)} (${counted(events)})`);
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
  const [{ recognise }, { withScratch }] = await Promise.all([import('../io/intake.js'), import('../io/output.js')]);
  const options = { renamed: {}, extra: [], delimiter, stdin: process.stdin };
  const logs = await withScratch('-', (scratch) => recognise(inputs, { ...options, scratch }));
  for (const { name, header, source } of logs) {
    const ours = REQUIRED_COLUMNS.every((column) => header.includes(column));
    const known = source === undefined ? 'no source fits' : `--from ${source}: ${sources[source].says}`;
    process.stdout.write(`${printable(`${name}: ${ours ? 'the columns of gesture, without --from' : known}`)}\n`);
    if (!ours && source === undefined) process.exitCode = EXIT.found;
  }
};

const run = async (inputs: readonly string[], flags: Flags): Promise<void> => {
  const [{ computeFeatures, TooManyRejected }, { withEngine }, { resolveInputs }, output, { rejectedCsv }] =
    await Promise.all([
      import('../engine/features.js'),
      import('../engine/duckdb.js'),
      import('../io/intake.js'),
      import('../io/output.js'),
      import('../io/rejected.js'),
    ]);
  const names = await resolveInputs(inputs.length > 0 ? inputs : ['data/raw_events.csv']);
  if (flags.from === '?') return nameSources(names, flags);
  const config = await loadConfig(flags.config, flags.from);
  const rejected = flags.rejected ?? (flags.out === '-' ? undefined : join(dirname(flags.out), 'rejected_events.csv'));
  const outputs = [flags.out, ...(rejected === undefined ? [] : [rejected])];
  const read = config.path === undefined ? names : [...names, config.path];
  await output.checkOutputs(outputs, read);
  const rejects = (faults: Outcome['faults']): { path: string; write: (to: string) => Promise<void> }[] =>
    rejected === undefined ? [] : [{ path: rejected, write: (to) => output.writeText(to, rejectedCsv(faults)) }];

  await output.withScratch(flags.out, async (scratch) => {
    const computed = join(scratch, 'user_features.csv');
    const limits = { threads: flags.threads, memoryLimit: flags.memoryLimit };
    try {
      const outcome = await withEngine(scratch, limits, (engine) =>
        computeFeatures(
          engine,
          {
            inputs: names,
            config,
            asOf: flags.asOf === 'now' ? new Date().toISOString() : flags.asOf,
            maxRejected: flags.strict ? 0 : flags.maxRejected,
            delimiter: flags.delimiter,
            stdin: process.stdin,
            scratch,
          },
          computed,
        ),
      );
      await output.replaceFiles(
        [{ path: flags.out, write: (to) => rename(computed, to) }, ...rejects(outcome.faults)],
        read,
      );
      process.stderr.write(
        summary(outcome, flags.out, config)
          .map((line) => `${printable(line)}\n`)
          .join(''),
      );
    } catch (error) {
      if (error instanceof TooManyRejected) await output.replaceFiles(rejects(error.faults), read);
      throw error;
    }
  });
};

/** Adds the command `features`. */
export const registerFeatures = (program: Command): void => {
  program
    .command('features')
    .description('Turn events into sessions and users: one row a user, every feature a column.')
    .argument('[events...]', "event logs: CSV, '-' for standard input, .gz, or patterns (default: data/raw_events.csv)")
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
    .option(
      '--delimiter <char>',
      'what separates the columns, if not a comma (default: as the header shows)',
      parseDelimiter,
    )
    .option('--threads <n>', 'threads to use (default: one a core)', parseThreads)
    .option('--memory-limit <size>', 'memory to use before spilling to disk, such as 512MB', parseMemory)
    .action(run);
};
