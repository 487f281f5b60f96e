/** Reads a features file (user_features.csv) for scoring: one user per row, every cell checked. */
import { features } from '../catalogue/features.js';
import { Failure } from '../model.js';
import { Users } from '../scoring/users.js';
import { type Header, readHeader, requireColumns } from './header.js';
import { cellNumber } from '../text/numbers.js';
import { shown } from '../text/printable.js';
import { readUsersFast } from './readUsersFast.js';
import { keptColumns, neededColumns, readTime, type UserColumns } from './userColumns.js';
import { records, withoutDecimalComma } from './csv.js';

const hintFor = (header: Header): string =>
  header.find('event_type') >= 0
    ? 'This looks like an event log: run `gesture features` on it first'
    : 'Run `gesture features` with the same settings';

/**
 * Reads all users of a features file: quickly if it is clean, otherwise with the strict reader, which reports every error.
 *
 * @param path `-` is standard input
 * @throws Failure `noInput` or `data` with file, line and column
 */
export const readUsers = async (path: string, wanted: UserColumns): Promise<Users> =>
  (await readUsersFast(path, wanted)) ?? readUsersStrictly(path, wanted);

/** The strict reader: the same as `readUsers` for any file, but ten times slower. */
export const readUsersStrictly = async (path: string, wanted: UserColumns): Promise<Users> => {
  const { signals } = wanted;
  const kept = keptColumns(wanted);
  const users = new Users(signals.length, kept.length);
  const seen = new Set<string>();
  const values = new Float64Array(signals.length);
  let header: Header | undefined;
  let columns: number[] = [];
  for await (const record of records(path, '. Run `gesture features` first, or name a features file')) {
    const { cells, line } = record;
    if (header === undefined) {
      header = readHeader(path === '-' ? 'standard input' : path, line, cells);
      requireColumns(header, neededColumns(wanted), hintFor(header), Object.keys(features));
      columns = signals.map(header.find);
      continue;
    }
    const { file, find } = header;
    const cell = (column: string): string => cells[find(column)] ?? '';
    const refuse = (column: string, rule: string): Failure => new Failure('data', `${file}:${line}: ${column} ${rule}`);
    const userId = cell('user_id');
    if (userId === '') throw refuse('user_id', 'is empty');
    if (seen.has(userId))
      throw refuse('user_id', `${shown(userId)} appears twice: a features file has one row per user`);
    seen.add(userId);
    for (const [i, column] of columns.entries()) {
      const value = cellNumber(withoutDecimalComma(cells[column] ?? '', record));
      if (value === undefined) {
        throw refuse(signals[i] ?? '', `is ${shown(cells[column] ?? '')}, not a plain number such as 3 or 0.25`);
      }
      values[i] = value;
    }
    const flag = (column: string): number => {
      const state = cell(column);
      if (!['', '0', '1'].includes(state)) throw refuse(column, `is ${shown(state)}, not 0, 1 or empty`);
      return state === '' ? Number.NaN : Number(state);
    };
    const last = readTime(cell('last_event_ts'));
    if (last === undefined) throw refuse('last_event_ts', `is ${shown(cell('last_event_ts'))}, not an ISO 8601 time`);
    const flags = { converted: flag('converted'), optedOut: flag('opted_out') };
    users.add({ id: userId, name: cell('username'), ...flags, values, last, shown: kept.map(cell) });
  }
  if (header === undefined) throw new Failure('data', `${path} is empty: a features file has a header`);
  return users;
};
