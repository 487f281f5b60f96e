/** Which columns of a file are ours that need not be there: by a customary name and by what they hold. Nothing here reads a file. */
import { customaryOptional } from '../catalogue/customs.js';
import { type Found, lastKey, placeIn, shareOf } from './candidates.js';
import { isNumber } from './header.js';
import type { Column } from './profile.js';

const isText = ({ values }: Column): boolean => shareOf(values, isNumber) < 0.5;

/** What a column must be like to be ours, besides its name. */
const fits: ReadonlyMap<string, (column: Column, rows: number) => boolean> = new Map(
  Object.entries({
    event_id: ({ known, distinct }, rows) => known === rows && distinct >= rows * 0.95,
    session_id: ({ known, distinct }, rows) => known > rows * 0.2 && distinct > 1,
    username: (column, rows) => isText(column) && column.known > rows * 0.05,
    device: (column) => isText(column) && column.distinct <= 200,
    location_city: (column) => isText(column),
    email: ({ values }) => shareOf(values, (cell) => /^[^@\s]+@[^@\s]+$/.test(cell)) > 0.9,
    user_agent: ({ values }) => shareOf(values, (cell) => /[/ ]/.test(cell)) > 0.5,
  } satisfies Record<keyof typeof customaryOptional, (column: Column, rows: number) => boolean>),
);

/** Our columns of what each person has for himself. */
const OWN = new Set(['username', 'email']);

/** True of a column that can be each person's own: a column of one colleague, who met them all, is of hardly any. */
export const isOfEach = ({ known, distinct }: Column, owner: Column | undefined): boolean =>
  owner === undefined || distinct * 2 >= Math.min(owner.distinct, known);

/**
 * Our other columns -> theirs.
 *
 * @param taken columns that are something else
 * @param owner the column of people, if it is known
 */
export const othersOf = (
  columns: readonly Column[],
  rows: number,
  taken: ReadonlySet<string>,
  owner?: Column,
): Map<string, Found> => {
  const found = new Map<string, Found>();
  for (const [ours, names] of Object.entries(customaryOptional)) {
    const test = fits.get(ours);
    if (test === undefined) continue;
    // A column under our own name is read in any case.
    const own = columns.find(({ name }) => name === ours);
    const [first] = columns
      .filter(({ name }) => !taken.has(name) && placeIn(names, lastKey(name)) !== undefined)
      .filter((column) => !OWN.has(ours) || isOfEach(column, owner))
      .toSorted((a, b) => (placeIn(names, lastKey(b.name)) ?? 0) - (placeIn(names, lastKey(a.name)) ?? 0));
    const column = own ?? first;
    if (column !== undefined && test(column, rows)) found.set(ours, { name: column.name, why: 'a customary name' });
  }
  return found;
};
