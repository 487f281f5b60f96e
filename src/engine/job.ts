/** From a request to what is read and measured: inputs find their readings, logs are opened, the plan is made. */
import { basename, dirname, join, relative } from 'node:path';
import { patternOf } from '../catalogue/conditions.js';
import { calculatedColumnOf, comparedColumnsOf, conditionsIn, numberColumnOf } from '../catalogue/measures.js';
import type { Config, Reading } from '../config/settings.js';
import { isHidden, type Log } from '../intake/bind.js';
import { isAddress } from '../intake/find.js';
import { type Input, openLogs } from '../intake/open.js';
import { areOf, isPlainNumber, isTextless } from '../intake/parquetTypes.js';
import { ANONYMOUS_ID, EVENT_COLUMNS, EXCLUSION_COLUMNS, Failure, messageOf } from '../model.js';
import { aliasesFor, withAliases } from '../sql/aliases.js';
import { type CellRules, numberColumns } from '../sql/cells.js';
import { eventColumns } from '../sql/plan.js';
import { formsInWords } from '../sql/instants.js';
import { SESSION_FLAGS } from '../sql/sessions.js';
import type { Job, Request } from './aggregate.js';
import type { Engine } from './duckdb/open.js';
import { literalPath, parquetReader } from './duckdb/relations.js';

/** The folder that `files:` of a configuration are relative to. */
const folderOf = ({ path }: Config): string => (path === undefined ? '.' : dirname(path));

/** The patterns of all inputs that a configuration names itself; empty if it leaves them to the command line. */
export const configuredInputs = (config: Config): string[] =>
  config.events.flatMap(({ files }) =>
    files.map((file) => {
      if (isAddress(file)) {
        throw new Failure(
          'usage',
          `${config.path ?? 'gesture.yaml'}: events.files cannot name a table: run gesture features ${file}`,
        );
      }
      return join(folderOf(config), file);
    }),
  );

/** A test of the name of an input: whether one of these patterns of `files:` matches it. */
export const matcherOf = async (files: readonly string[], config: Config): Promise<(name: string) => boolean> => {
  const { default: picomatch } = await import('picomatch');
  const isOne = picomatch([...files]);
  return (name) => isOne(relative(folderOf(config), name)) || isOne(basename(name)) || isOne(name);
};

/**
 * The inputs with their readings: each with the first whose `files` match its name.
 *
 * @throws Failure `usage` for an input that no reading names
 */
const assignReadings = async (names: readonly string[], config: Config): Promise<Input[]> => {
  const [first, ...others] = config.events;
  if (first !== undefined && others.length === 0 && first.files.length === 0) {
    return names.map((name) => ({ name, reading: first }));
  }
  const matchers: { reading: Reading; fits: (name: string) => boolean }[] = [];
  for (const reading of config.events) {
    const fits = reading.files.length === 0 ? () => true : await matcherOf(reading.files, config);
    matchers.push({ reading, fits });
  }
  return names.map((name) => {
    const found = matchers.find(({ fits }) => fits(name));
    if (found !== undefined) return { name, reading: found.reading };
    const files = config.events.flatMap((reading) => reading.files);
    throw new Failure(
      'usage',
      `${config.path ?? 'gesture.yaml'}: no entry of events names ${name}: their files are ${files.join(', ')}`,
    );
  });
};

/** Where gesture.yaml defines a feature. */
export const placeOf = (feature: string): string =>
  ({ converted: 'conversion', opted_out: 'opt_out' })[feature] ?? `features.${feature}`;

/** Refuses a regular expression of gesture.yaml that the engine cannot read: RE2 lacks some of JavaScript's syntax. */
export const checkPatterns = async ({ rows }: Pick<Engine, 'rows'>, config: Config): Promise<void> =>
  refusePatterns(config, async (pattern) => {
    await rows("SELECT regexp_matches('', $1)", [pattern]);
  });

/** The same by any engine. `test` fails with the reason. */
export const refusePatterns = async (config: Config, test: (pattern: string) => Promise<void>): Promise<void> => {
  const patterns = [
    ...Object.entries(config.features).flatMap(([name, { is }]) =>
      conditionsIn(is).map((condition) => ({ place: `${placeOf(name)}: matches`, pattern: patternOf(condition) })),
    ),
    ...(config.exclude?.userAgents ?? []).map((pattern) => ({ place: 'exclude.user_agents', pattern })),
    ...config.events.flatMap(({ where, pages }) => [
      ...where.map((one) => ({ place: 'events.where', pattern: patternOf(one) })),
      { place: 'events.pages.pricing', pattern: pages?.pricing },
    ]),
  ];
  for (const { place, pattern } of patterns) {
    if (pattern === undefined) continue;
    await test(pattern).catch((error: unknown) => {
      const why = messageOf(error).replace(/^[\w ]+ Error: /, '');
      throw new Failure(
        'usage',
        `${config.path ?? 'gesture.yaml'}: ${place} is not a regular expression (RE2): ${why}`,
        { cause: error },
      );
    });
  }
};

/** A log whose columns are called by their aliases. */
export const underAliases = (log: Log, aliases: ReadonlyMap<string, string>): Log => ({
  ...log,
  columns: new Map([...log.columns].map(([ours, places]) => [aliases.get(ours) ?? ours, places])),
});

/** The columns of a log whose cells can hold a NUL character; in CSV it is a fault of the record. */
const columnsWithNul = (log: Log): string[] =>
  [...log.columns].flatMap(([ours, places]) =>
    (log.format === 'parquet' && !areOf(log, places, isTextless)) ||
    (log.format === 'csv' && places.some(({ within }) => within !== undefined))
      ? [ours]
      : [],
  );

/** The columns of numbers that can be nothing else, by their type in every log that has them. */
const typedNumbers = (logs: readonly Log[], numbers: ReadonlySet<string>): Set<string> =>
  new Set(
    [...numbers].filter((column) => logs.every((log) => areOf(log, log.columns.get(column) ?? [], isPlainNumber))),
  );

/** The columns of ours that a log has: those it names, and those that its reading makes up. */
const columnsOf = ({ columns, reading }: Log): string[] => [
  ...[...columns.keys()].filter((column) => !isHidden(column)),
  // Part of what is read in any case, even if it is joined from several columns, or is the id of anonymous people alone.
  'timestamp',
  'user_id',
  ...(reading.type === undefined ? [] : ['event_type']),
  ...(reading.id === undefined ? [] : ['event_id']),
];

/** The columns that `exclude` reads. */
const exclusionColumns = ({ exclude }: Config): string[] => [
  ...(exclude !== undefined && exclude.emailDomains.length > 0 ? ['email', 'username'] : []),
  ...(exclude !== undefined && (exclude.bots || exclude.userAgents.length > 0) ? ['user_agent'] : []),
];

/** Columns that gesture calls by their own names whoever reads them. */
const isOurs = (column: string): boolean =>
  Object.hasOwn(EVENT_COLUMNS, column) ||
  column === ANONYMOUS_ID ||
  (EXCLUSION_COLUMNS as readonly string[]).includes(column);

/** The columns that a configuration reads: of ours if a log has them, those that some log must have, and names for SQL. */
export const columnsToRead = (
  config: Config,
): { wanted: string[]; needed: string[]; aliases: ReadonlyMap<string, string> } => {
  const read = [...eventColumns(config.features)];
  const needed = read.filter((column) => !Object.hasOwn(EVENT_COLUMNS, column));
  const wanted = ['event_id', 'session_id', 'device', ...SESSION_FLAGS, ...read, ...exclusionColumns(config)];
  const aliases = aliasesFor(needed.filter((column) => !isOurs(column)));
  return { wanted: [...new Set(wanted)], needed, aliases };
};

/** Opens the logs of a request, plans what is measured, and allows the engine to open nothing else. */
export const openJob = async (engine: Engine, request: Request): Promise<Job> => {
  const { config, scratch } = request;
  const { wanted, needed, aliases } = columnsToRead(config);
  const opened = await openLogs(await assignReadings(request.inputs, config), {
    wanted,
    needed,
    delimiter: request.delimiter,
    scratch,
    stdin: request.stdin,
    parquet: parquetReader(engine),
  });
  const logs = opened.map((log) => underAliases(log, aliases));
  const alsoLiteral = (path: string): string[] => [path, literalPath(path)];
  await engine.lock(
    alsoLiteral(scratch),
    logs.flatMap((log) => alsoLiteral(log.path)),
  );
  return jobOf(request, logs, aliases);
};

/** What is read and measured, from opened logs whose columns are called by their aliases. */
export const jobOf = (request: Request, logs: readonly Log[], aliases: ReadonlyMap<string, string>): Job => {
  const { config, scratch } = request;
  const features = withAliases(config.features, aliases);
  const ofEvents = Object.values(features).filter(({ from }) => from === 'events');
  const compared = ofEvents.flatMap(({ is }) => comparedColumnsOf(is));
  const numbers = [...ofEvents.map(numberColumnOf), ...compared];
  const calculated = [...ofEvents.map(({ is }) => calculatedColumnOf(is)), ...compared];
  const named = {
    columns: [...new Set(logs.flatMap(columnsOf))],
    numbers: new Set(numbers.filter((column) => column !== undefined)),
  };
  const rules: CellRules = {
    ...named,
    typed: typedNumbers(logs, numberColumns(named)),
    calculated: new Set(calculated.filter((column) => column !== undefined)),
    mayHoldNul: new Set(logs.flatMap(columnsWithNul)),
    timestamps: logs.map(({ reading }) => formsInWords(reading.timestamp)),
  };
  return {
    logs,
    config,
    plan: { rules, features, timeoutMinutes: config.sessions.timeoutMinutes },
    numbers: numberColumns(rules),
    identity: logs.some(({ columns }) => columns.has(ANONYMOUS_ID)),
    aliases,
    asOf: request.asOf,
    now: request.now,
    maxRejected: request.maxRejected,
    unreadable: request.unreadable,
    scratch,
    threads: request.threads,
    watch: request.watch,
  };
};
