/** What `gesture features` says of a run: the accounting, what could not be read, how the rest was. */
import { type Config, leavesRowsOut } from '../config/settings.js';
import type { Accounts } from '../engine/aggregate.js';
import type { EventTypes } from '../engine/eventTypes.js';
import type { Outcome } from '../engine/features.js';
import type { Warning } from '../model.js';
import { type Screen, wrapped } from '../text/columns.js';
import { counted, grouped } from '../text/numbers.js';
import { FEATURES_FILE, isStream } from './files.js';
import { commandLine, configFlag, nextLine } from './next.js';

/** A cell as a line of the summary shows it. */
const shownCell = (cell: string): string => JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}...` : cell);

/** The accounting of a run in one line that adds up. */
export const accountsLine = (accounts: Accounts, config: Config): string => {
  const { read, used, rejected, duplicate, withoutUser, excluded, later } = accounts;
  const leaves = leavesRowsOut(config);
  const terms = [
    ...(withoutUser > 0 ? [`without user ${grouped(withoutUser)}`] : []),
    ...(leaves ? [`excluded ${grouped(excluded)}`] : []),
    ...(later > 0 ? [`later than as-of ${grouped(later)}`] : []),
  ];
  return [
    `read ${grouped(read)} = used ${grouped(used)} + rejected ${grouped(rejected)} + duplicate ${grouped(duplicate)}`,
    ...terms,
  ].join(' + ');
};

/** Rows rejected for one reason: how many, and the first. */
interface Rejected {
  readonly first: Outcome['faults'][number];
  rows: number;
}

/** How often rows were rejected for each reason, most frequent first. */
const rejectedByReason = (faults: Outcome['faults']): Rejected[] => {
  const reasons = new Map<string, Rejected>();
  for (const first of faults) {
    const key = `${first.column}\n${first.reason}`;
    const found = reasons.get(key);
    if (found === undefined) reasons.set(key, { first, rows: 1 });
    else found.rows += 1;
  }
  return [...reasons.values()].toSorted((a, b) => b.rows - a.rows);
};

/** Where something is: a table has no lines. */
const placeOf = ({ file, line }: { file: string; line: number }): string => (line === 0 ? file : `${file}:${line}`);

/** Why a row is rejected, in words. */
const why = ({ column, reason }: Outcome['faults'][number]): string => `${column ? `${column} is ` : ''}${reason}`;

/** The most event types, and the most reasons, that a line of the summary lists. */
const LISTED = 30;

const listed = (items: readonly string[]): string =>
  items.length > LISTED ? `${items.slice(0, LISTED).join(', ')}, and ${items.length - LISTED} more` : items.join(', ');

/** Event types, each with its number of events. */
export const withCounts = (types: EventTypes['others']): string[] =>
  types.map(({ type, events }) => `${type.slice(0, 60)} (${grouped(events)})`);

/** A warning as a line of the summary. */
export const warningText = ({ text }: Warning): string => `warning: ${text.slice(0, 400)}`;

/** The lines of the summary, each as long as it is. */
const summary = (outcome: Outcome, out: string, config: Config): string[] => {
  const { types, faults, unreadable } = outcome;
  const lines = [accountsLine(outcome.accounts, config)];
  if (outcome.asOf !== undefined) {
    lines.push(`${counted(outcome.users, 'user')}, ${counted(outcome.sessions, 'session')}, as of ${outcome.asOf}`);
  }
  for (const fault of faults.slice(0, 3)) {
    lines.push(`rejected ${placeOf(fault)}: ${why(fault)}`);
  }
  const byReason = rejectedByReason(faults).map(({ first, rows }) => `${why(first)} (${grouped(rows)})`);
  if (faults.length > 3) lines.push(`... and ${grouped(faults.length - 3)} more; all of them: ${listed(byReason)}`);
  for (const { column, cells, file, line, reason, cell } of unreadable) {
    lines.push(
      `unreadable ${column} in ${counted(cells, 'row')}, taken for unknown; the first: ${placeOf({ file, line })}: ${shownCell(cell)} is ${reason}`,
    );
  }
  const reasons = outcome.excluded.map(({ reason, events }) => `${reason} (${grouped(events)})`);
  if (reasons.length > 0) lines.push(`excluded: ${listed(reasons)}`);
  if (types.renamed.length > 0) {
    const named = types.renamed.map(
      ({ theirs, type, events }) => `${theirs.slice(0, 60)} as ${type} (${grouped(events)})`,
    );
    lines.push(`event types read: ${listed(named)}`);
  }
  if (types.others.length > 0) {
    lines.push(`other event types, counted as activity: ${withCounts(types.others).join(', ')}`);
  }
  lines.push(...outcome.notices.map((notice) => notice.slice(0, 400)));
  lines.push(...outcome.warnings.map(warningText));
  const from = [...new Set(config.events.map((reading) => reading.from).filter((source) => source !== undefined))];
  lines.push(
    `config ${config.hashes.features} (${config.path ?? 'the defaults'}${from.length === 0 ? '' : `, from ${from.join(', ')}`})`,
    `wrote ${out === '-' ? 'standard output' : out}`,
  );
  return lines;
};

/** The command that reads the table next; undefined if it has no users or went to a stream. */
const nextStep = ({ users }: Outcome, out: string, config: string | undefined): string | undefined => {
  if (users === 0 || isStream(out)) return undefined;
  return nextLine(commandLine('rank', ...(out === FEATURES_FILE ? [] : [out]), ...configFlag(config)));
};

/** A screen on which no line is broken. */
export const WHOLE_LINES: Screen = { width: Number.POSITIVE_INFINITY, colour: false };

/** What a run says on standard error: the summary, broken at blanks where the screen ends, and the next step. */
export const featuresScreen = (
  outcome: Outcome,
  { out, config, settings }: { out: string; config: Config; settings: string | undefined },
  screen: Screen,
): string[] => {
  const next = nextStep(outcome, out, settings);
  return [
    ...summary(outcome, out, config).flatMap((line) => wrapped(line, screen.width)),
    ...(next === undefined ? [] : [next]),
  ];
};

/** The outcome of a run as `--json` prints it; `written`: the files that were written, by what they hold. */
export const outcomeJson = (
  { accounts, users, sessions, asOf, faults, unreadable, excluded, types, notices, warnings }: Outcome,
  config: Config,
  written: Readonly<Record<string, string | undefined>>,
): object => {
  return {
    config: config.hashes.features,
    as_of: asOf ?? null,
    accounts,
    users,
    sessions,
    rejected: rejectedByReason(faults).map(({ first: { column, reason, file, line }, rows }) => ({
      column,
      reason,
      rows,
      first: { file, line },
    })),
    unreadable,
    excluded,
    event_types: {
      renamed: types.renamed.map(({ theirs, type, events }) => ({ theirs, type, events })),
      others: types.others,
    },
    notices,
    warnings,
    written,
  };
};
