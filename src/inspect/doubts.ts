/** What a reader should check of a log, by its columns. Nothing here reads a file. */
import { plainWordsOf } from '../text/names.js';
import { percent } from '../text/numbers.js';
import { scalar } from '../text/yamlText.js';
import type { Roles } from './columns.js';
import { FLAG, YES } from './content.js';
import { isNumber } from './header.js';
import { type Column, firstCells } from './profile.js';
import { namingCells } from './userColumns.js';

/** What to check of columns that mark some rows as cancelled, or as of somebody who did not come. */
export const cancelDoubts = (columns: readonly Column[], rows: number): string[] =>
  columns.flatMap(({ name, values, known }) => {
    const value = values.find((cell) => YES.test(cell));
    const isFlag = /cancell?ed|storniert|annul|no[ _-]?show/i.test(name) && values.every((cell) => FLAG.test(cell));
    const isOfSome = values.length === 2 || known < rows;
    const isNegated = plainWordsOf(name).includes('not');
    if (value === undefined || !isFlag || !isOfSome || isNegated) return [];
    const where = `events: { where: [{ column: ${scalar(name)}, not_equals: ${scalar(value)} }] }`;
    return [
      `${name} marks some rows as cancelled, or as of somebody who did not come, and they count: leave them out with ${where}`,
    ];
  });

/** What to check of numbers of orders, such as `#1001`, that come in several rows. */
export const itemDoubts = (columns: readonly Column[]): string[] => {
  const orders = columns.find(
    ({ name, known, distinct, values }) =>
      /^name$|order|invoice|bestell|rechnung/i.test(name) &&
      distinct < known &&
      values.every((cell) => /^#\d+$/.test(cell)),
  );
  return orders === undefined
    ? []
    : [
        `the rows of one ${orders.name} (${firstCells(orders)}) may be items of one order, and each counts: to count an order once, by its first row, set events: { id: [${scalar(orders.name)}] }`,
      ];
};

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

/** True of a file in which every row is about a different person. @param own the column of people */
export const isTableOfPeople = (own: Column, rows: number): boolean =>
  rows >= FEW && own.distinct >= namingCells(own) * 0.98;

/** What to check of a file in which every row is about a different person, with the columns of times that are not read. */
export const tableDoubts = ({ time, times }: Roles): string[] => {
  const unread = [...times].filter((name) => !time?.name.split(' + ').includes(name));
  const these =
    unread.length === 0 ? '' : `, and ${unread.slice(0, 4).join(', ')} ${unread.length === 1 ? 'is' : 'are'} not read`;
  return [
    `every row is about a different person, so this looks like a table of people rather than a log of events: states would earn points as if they were acts${these}. Write one row per event`,
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
    `the types in ${type.name} are numbers (${firstCells(type)}): map them with events: { types: { ${scalar(type.values[0] ?? '')}: page_view } }${says}`,
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
    ? `; ${address.name} names somebody in ${percent(namingCells(address) / rows)} of them: to use it, set events: { columns: { user_id: ${scalar(address.name)} } }`
    : '';
  return [`${percent(1 - share)} of the rows name no user in ${user.name}, and are left out${other}`];
};
