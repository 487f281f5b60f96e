/** Notices: how a log was read, which a user should know though nothing is wrong. */
import type { Log } from '../intake/bind.js';
import { spelled } from '../intake/open.js';
import { ID_COLUMNS, ROW } from '../sql/reading.js';
import { identifier } from '../sql/text.js';
import { counted } from '../text/numbers.js';
import type { Aggregated, Job } from './aggregate.js';
import { countRagged, RAGGED_ADVICE } from './checkRows.js';
import type { Engine } from './duckdb/open.js';

/** Names of files as a line mentions them. */
const inFiles = (names: readonly string[], all: number): string => {
  if (names.length === all && all > 1) return 'every file';
  return names.length <= 2 ? names.join(' and ') : `${names[0]} and ${names.length - 1} other files`;
};

/** One line for each thing that is said of files: which of them it is said of. */
const byFile = (logs: readonly Log[], say: (log: Log) => string | undefined): string[] => {
  const said = new Map<string, string[]>();
  for (const log of logs) {
    const line = say(log);
    if (line !== undefined) said.set(line, [...(said.get(line) ?? []), log.name]);
  }
  return [...said].map(([line, names]) => `${inFiles(names, logs.length)}: ${line}`);
};

/** Columns of ids that a log has, and that lack a cell somewhere, so that there may be a null word. */
const doubtfulIds = ({ plan }: Job, { facts, accounts }: Aggregated): string[] =>
  ID_COLUMNS.filter((column) => {
    if (!plan.rules.columns.includes(column)) return false;
    return column === 'user_id' ? accounts.withoutUser > 0 : !facts.complete.has(column);
  });

/** Null words that stood in columns of ids. */
const wordsInIds = async (engine: Engine, job: Job, found: Aggregated): Promise<string[]> => {
  if (doubtfulIds(job, found).length === 0) return [];
  const rows = await engine.rows(
    `SELECT ${identifier(ROW.word)} AS word, count(*) AS n FROM ${found.all} WHERE ${identifier(ROW.word)} IS NOT NULL
     GROUP BY word ORDER BY n DESC, word LIMIT 5`,
    found.paths,
  );
  return rows.map(([word, n]) => {
    const [column = '', ...rest] = String(word).split(' ');
    return `${column} is ${rest.join(' ')} in ${counted(Number(n), 'row')}: taken for unknown; if it is an id, set events: { unknown: [] }`;
  });
};

/** What the headers of logs led to: columns found under another spelling, and columns that nothing uses. */
export const headerNotices = (logs: readonly Log[]): string[] => [
  ...byFile(logs, ({ respelled }) => (respelled.length > 0 ? `read ${respelled.join(', ')}` : undefined)),
  ...byFile(logs, ({ ignored }) => (ignored.length > 0 ? `not used: ${ignored.join(', ')}` : undefined)),
];

/** How the logs were read. */
export const findNotices = async (engine: Engine, job: Job, found: Aggregated): Promise<string[]> => {
  const { logs } = job;
  const ragged = countRagged(found.faults);
  return [
    ...byFile(logs, (log) => (log.guessed ? `the columns are separated by ${spelled(log.delimiter)}` : undefined)),
    ...headerNotices(logs),
    ...(ragged > 0 ? [`${counted(ragged, 'row')} with another number of cells than the header: ${RAGGED_ADVICE}`] : []),
    ...(await wordsInIds(engine, job, found)),
  ];
};
