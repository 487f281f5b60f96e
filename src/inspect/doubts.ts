/** What a reader should check of a log, by its columns. Nothing here reads a file. */
import { plainWordsOf } from '../text/names.js';
import { percent } from '../text/numbers.js';
import type { Roles } from './columns.js';
import { FLAG, YES } from './content.js';
import { isNumber } from './header.js';
import { type Column, firstCells, type Profile } from './profile.js';
import { namingCells } from './userColumns.js';

/** What to check of columns that say of some rows that what they tell of was called off, or that nobody came. */
export const cancelDoubts = (columns: readonly Column[]): string[] =>
  columns.flatMap(({ name, values }) => {
    const value = values.find((cell) => YES.test(cell));
    const isFlag = /cancell?ed|storniert|annul|no[ _-]?show/i.test(name) && values.every((cell) => FLAG.test(cell));
    if (value === undefined || !isFlag) return [];
    const where = `where: [{ column: ${name}, not_equals: '${value}' }]`;
    return [`${name} says of some rows that they were called off, but they count: leave them out with ${where}`];
  });

/** What to check of columns of ours with something else in them. */
export const misuseDoubts = (columns: readonly Column[]): string[] =>
  columns.map((one) => `${one.name} is not used: its cells are not what gesture reads there (${firstCells(one)})`);

/** What to check of columns whose points may divide thousands. */
export const thousandsDoubts = (columns: readonly Column[]): string[] =>
  columns.map(
    (one) =>
      `the points of ${one.name} are read as decimal points (${firstCells(one)}): if they divide thousands, set decimal: ','`,
  );

/** Rows that a table of people has at least. */
const FEW = 4;

/** What to check of a file in which every row is about somebody else, with the columns of times that are not read. */
export const tableDoubts = (
  { columns, rows }: Pick<Profile, 'columns' | 'rows'>,
  { user, time, times }: Roles,
): string[] => {
  const own = columns.find(({ name }) => name === user?.name);
  if (own === undefined || rows < FEW || own.distinct < namingCells(own) * 0.98) return [];
  const unread = [...times].filter((name) => !time?.name.split(' + ').includes(name));
  const these =
    unread.length === 0 ? '' : `; ${unread.slice(0, 4).join(', ')} ${unread.length === 1 ? 'is' : 'are'} not read`;
  return [
    `every row is about somebody else: a table of people, rather than a log of what they did, earns points for states as if they were acts${these}. Write a row for each event`,
  ];
};

/** What to check of a column of types that are numbers. */
export const codeDoubts = (type: Column | undefined, columns: readonly Column[]): string[] => {
  if (type === undefined || type.values.length === 0 || !type.values.every(isNumber)) return [];
  const other = columns.find(
    ({ name, known, values }) =>
      name !== type.name &&
      known > 0 &&
      /event|action/.test(plainWordsOf(name).join(' ')) &&
      values.every((value) => /\p{L}{3}/u.test(value)),
  );
  const says = other === undefined ? '' : `; ${other.name} says what happened in some rows (${firstCells(other)})`;
  return [
    `the types in ${type.name} are numbers (${firstCells(type)}): say what they stand for with events: { types: { '${type.values[0] ?? ''}': page_view } }${says}`,
  ];
};

/** The share of the rows that must name somebody. */
const NAMED = 0.95;

/** What to check of rows that name nobody, where no anonymous id does. */
export const namelessDoubts = (user: Column | undefined, address: Column | undefined, rows: number): string[] => {
  const share = user === undefined || rows === 0 ? 0 : namingCells(user) / rows;
  if (user === undefined || share >= NAMED) return [];
  const isFuller = address !== undefined && namingCells(address) > namingCells(user) * 1.1;
  const other = isFuller
    ? `; ${address.name} names somebody in ${percent(namingCells(address) / rows)}: to use that, set events: { columns: { user_id: ${JSON.stringify(address.name)} } }`
    : '';
  return [`${percent(1 - share)} of the rows name no user in ${user.name}, and are left out${other}`];
};
