/** What `gesture features` says of a run: the accounting, what could not be read, how the rest was. */
import { type Config, leavesRowsOut } from '../config/settings.js';
import type { Outcome } from '../engine/features.js';
import { counted, grouped } from '../text/numbers.js';

/** A cell as a line of the summary shows it. */
const shownCell = (cell: string): string => JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}...` : cell);

/** The accounting of a run in one line that adds up. */
const accountsLine = ({ accounts }: Outcome, config: Config): string => {
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

/** How often rows were rejected for each reason. */
const rejectedByReason = (faults: Outcome['faults']): string[] => {
  const counts = new Map<string, number>();
  for (const { column, reason } of faults) {
    const why = `${column ? `${column} is ` : ''}${reason}`;
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([why, n]) => `${why} (${grouped(n)})`);
};

/** The most event types, and the most reasons, that a line of the summary lists. */
const LISTED = 30;

const listed = (items: readonly string[]): string =>
  items.length > LISTED ? `${items.slice(0, LISTED).join(', ')}, and ${items.length - LISTED} more` : items.join(', ');

/** The lines of the summary. */
export const summary = (outcome: Outcome, out: string, config: Config): string[] => {
  const { types, faults, unreadable } = outcome;
  const lines = [accountsLine(outcome, config)];
  if (outcome.asOf !== undefined) {
    lines.push(`${counted(outcome.users, 'user')}, ${counted(outcome.sessions, 'session')}, as of ${outcome.asOf}`);
  }
  for (const fault of faults.slice(0, 3)) {
    lines.push(`rejected ${fault.file}:${fault.line}: ${fault.column ? `${fault.column} is ` : ''}${fault.reason}`);
  }
  if (faults.length > 3) lines.push(`... and ${grouped(faults.length - 3)} more: ${listed(rejectedByReason(faults))}`);
  for (const { column, cells, file, line, reason, cell } of unreadable) {
    lines.push(
      `unreadable ${column} in ${counted(cells, 'row')}, taken for unknown; the first: ${file}:${line}: ${shownCell(cell)} is ${reason}`,
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
    const named = types.others.map(({ type, events }) => `${type.slice(0, 60)} (${grouped(events)})`);
    lines.push(`other event types, counted as activity: ${named.join(', ')}`);
  }
  lines.push(...outcome.notices.map((notice) => notice.slice(0, 400)));
  lines.push(...outcome.warnings.map(({ text }) => `warning: ${text.slice(0, 400)}`));
  const from = [...new Set(config.events.map((reading) => reading.from).filter((source) => source !== undefined))];
  lines.push(
    `config ${config.hashes.features} (${config.path ?? 'the defaults'}${from.length === 0 ? '' : `, from ${from.join(', ')}`})`,
    `wrote ${out === '-' ? 'standard output' : out}`,
  );
  return lines;
};
