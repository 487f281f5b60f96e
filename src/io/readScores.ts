/** Reads a user_scores.csv strictly, and only if its points add up. */
import { Failure, LABELS } from '../model.js';
import type { ScoredUser, Scores } from '../scoring/compare.js';
import { type Header, readHeader, requireColumns } from './header.js';
import { records, withoutDecimalComma } from './csv.js';
import { cellNumber } from '../text/numbers.js';
import { shown } from '../text/printable.js';
import { unescapeFormula } from './sheet.js';

const SUFFIX = '_points';

/**
 * Reads the scores of all users.
 *
 * @throws Failure `noInput` or `data` with file, line and column; also if points do not sum to a score
 */
export const readScores = async (path: string): Promise<Scores> => {
  const [configs, users] = [new Set<string>(), new Map<string, ScoredUser>()];
  let header: Header | undefined;
  let parts: string[] = [];
  for await (const record of records(path, '. Name two user_scores.csv that `gesture rank` wrote')) {
    const { cells, line } = record;
    if (header === undefined) {
      header = readHeader(path === '-' ? 'standard input' : path, line, cells);
      const columns = ['user_id', 'username', 'rank', 'score', 'score_label', 'floor_points', 'cap_points', 'config'];
      requireColumns(header, columns, 'Name a user_scores.csv that `gesture rank` wrote');
      parts = header.names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
      continue;
    }
    const { file, find } = header;
    const text = (column: string): string => unescapeFormula(cells[find(column)] ?? '');
    const number = (column: string): number => {
      const value = cellNumber(withoutDecimalComma(text(column), record));
      if (value !== undefined && !Number.isNaN(value)) return value;
      throw new Failure('data', `${file}:${line}: ${column} is ${shown(text(column))}, not a number`);
    };
    const hundredths = (column: string): number => Math.round(number(column) * 100);
    const label = LABELS.find((known) => known === text('score_label'));
    if (label === undefined) {
      const said = shown(text('score_label'));
      throw new Failure('data', `${file}:${line}: score_label is ${said}, not one of ${LABELS.join(', ')}`);
    }
    const id = text('user_id');
    if (users.has(id)) throw new Failure('data', `${file}:${line}: user_id ${shown(id)} appears twice`);
    const points = Int32Array.from(parts, (part) => hundredths(part + SUFFIX));
    const score = hundredths('score');
    const sum = points.reduce((total, part) => total + part, 0);
    if (sum !== score) {
      const said = `the points of user ${shown(id)} sum to ${sum / 100}, the score is ${score / 100}`;
      throw new Failure('data', `${file}:${line}: ${said}; was the file edited?`);
    }
    configs.add(text('config'));
    users.set(id, { name: text('username'), rank: number('rank'), score, label, points });
  }
  if (header === undefined) throw new Failure('data', `${path} is empty: user_scores.csv has a header`);
  return { configs, parts, users };
};
