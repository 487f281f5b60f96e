/** What is said of a file in which something is not found. */
import { headerFault } from '../intake/require.js';
import { Failure } from '../model.js';
import { type Column, firstCells, type Profile } from './profile.js';

/** What a failure lists of the columns of a file. */
const listed = (columns: readonly Column[]): string =>
  columns
    .slice(0, 12)
    .map((column) => `${column.name} (${firstCells(column)})`)
    .join(', ');

/** What is wrong with the header of a file, after `mark`; `otherwise` if nothing is. */
export const faultIn = ({ log, hasHeader }: Profile, mark: string, otherwise: string): string => {
  const fault = log.format === 'csv' && hasHeader ? headerFault(log.header) : undefined;
  return fault === undefined ? otherwise : `${mark}${fault}`;
};

/** The failure of a file without a column that something is to be found in, and what would help. */
export const refuse = (profile: Profile, what: string, fix: string): Failure => {
  const { name, columns, log } = profile;
  const has = columns.length === 0 ? log.header.join(', ').slice(0, 300) : listed(columns);
  return new Failure('data', `${name}: no column ${what}; it has ${has}${faultIn(profile, '; ', `. ${fix}`)}`);
};
