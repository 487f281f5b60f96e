/** Reads a features file (user_features.csv) for scoring: one user per row, every cell checked. */
import { Failure } from '../model.js';
import { Users } from '../scoring/users.js';
import { type Header, readHeader, requireColumns } from './header.js';
import { cellNumber } from '../text/numbers.js';
import { shown } from '../text/printable.js';
import { readUsersFast } from './readUsersFast.js';
import { records, withoutDecimalComma } from './csv.js';

const hintFor = (header: Header): string =>
  header.find('event_type') >= 0
    ? 'This looks like an event log: run `gesture features` on it first'
    : 'Run `gesture features` with the same settings';

/**
 * Reads all users of a features file: quickly if it is clean, otherwise with the strict reader, which reports every error.
 *
 * @param path `-` is standard input
 * @param signals the features that are scored; each must be a column
 * @throws Failure `noInput` or `data` with file, line and column
 */
export const readUsers = async (path: string, signals: readonly string[]): Promise<Users> =>
  (await readUsersFast(path, signals)) ?? readUsersStrictly(path, signals);

/** The strict reader: the same as `readUsers` for any file, but ten times slower. */
export const readUsersStrictly = async (path: string, signals: readonly string[]): Promise<Users> => {
  const users = new Users(signals.length);
  const seen = new Set<string>();
  const values = new Float64Array(signals.length);
  let header: Header | undefined;
  let columns: number[] = [];
  let [id, name, converted] = [-1, -1, -1];
  for await (const record of records(path, '. Run `gesture features` first, or name a features file')) {
    const { cells, line } = record;
    if (header === undefined) {
      header = readHeader(path === '-' ? 'standard input' : path, line, cells);
      requireColumns(header, ['user_id', ...signals, 'converted'], hintFor(header));
      [id, name, converted] = [header.find('user_id'), header.find('username'), header.find('converted')];
      columns = signals.map(header.find);
      continue;
    }
    const { file } = header;
    const refuse = (column: string, rule: string): Failure => new Failure('data', `${file}:${line}: ${column} ${rule}`);
    const userId = cells[id] ?? '';
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
    const state = cells[converted] ?? '';
    if (!['', '0', '1'].includes(state)) throw refuse('converted', `is ${shown(state)}, not 0, 1 or empty`);
    users.add({ id: userId, name: cells[name] ?? '', converted: state === '' ? Number.NaN : Number(state), values });
  }
  if (header === undefined) throw new Failure('data', `${path} is empty: a features file has a header`);
  return users;
};
