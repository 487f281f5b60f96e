/** What the cells of columns say about a log, besides who, when and what. Nothing here reads a file. */
import {
  amountWords,
  codeWords,
  convertedColumns,
  convertedInTables,
  fileTypes,
  likelyTypes,
  nobodyWords,
  timeWords,
} from '../catalogue/customs.js';
import { customary, pricingPage } from '../catalogue/sources.js';
import { type ColumnKind, EVENT_COLUMNS } from '../model.js';
import { bareName, plainWordsOf } from '../text/names.js';
import { grouped } from '../text/numbers.js';
import type { Setting } from './setting.js';
import { type Column, firstCells, type Profile } from './profile.js';
import { timeFormOf } from './times.js';
import { conversionGroup } from './types.js';

/** Cells of a flag, and those that say yes. */
export const [FLAG, YES] = [/^(0|1|true|false|yes|no|y|n)$/i, /^(1|true|yes|y)$/i];

/** A column of flags, such as of who has converted, and the value that says so. */
export interface Flag {
  readonly column: string;
  readonly value: string;
}

const kinds = new Map<string, ColumnKind>(Object.entries(EVENT_COLUMNS));

const isNumber = (cell: string): boolean => /^[+-]?(\d+|\d{1,3}(\.\d{3})+)([.,]\d+)?$/.test(cell.trim());

/** The file's name without its folder and endings. */
const stemOf = (name: string): string => (name.split(/[\\/]/).at(-1) ?? name).replace(/\.[^.]*$/, '');

/** True of an export of meetings, as Calendly writes it. */
const hasInvitee = (columns: readonly Column[]): boolean =>
  columns.some(({ name }) => /(^|[_. ])invitees?([_. ]|$)/i.test(name));

/** The type of every row of a file without a column of types: by the name of the file, or by what its rows have. */
export const typeOfFile = (
  { name, columns }: Profile,
  amounts: readonly string[],
  time: string,
): { type: string; why: string } => {
  const has = (test: RegExp): boolean => columns.some((column) => test.test(column.name));
  if (hasInvitee(columns))
    return { type: 'calendar_booking', why: 'no column says what happened; who is invited has booked a call' };
  const word = plainWordsOf(stemOf(name)).find((one) => Object.hasOwn(fileTypes, one));
  if (word !== undefined)
    return { type: fileTypes[word] ?? word, why: `no column says what happened; the file is called ${stemOf(name)}` };
  const isSale =
    has(/invoice|orders?([ _-]?(id|no|number|date))?$|transaction|basket|bestell|rechnung/i) ||
    (amounts.length > 0 && has(/price|amount|revenue|qty|quantity|(^|[_. ])total$|betrag|preis/i));
  if (isSale)
    return { type: 'purchase', why: 'no column says what happened; amounts and orders are those of purchases' };
  const done = plainWordsOf(time)
    .filter((one) => !Object.hasOwn(timeWords, one))
    .join('_');
  if (conversionGroup(done) !== -1 && !/(^|_)(first|last|next)(_|$)/.test(done))
    return { type: done, why: `no column says what happened; ${time} is the time of it` };
  if (has(/(^|[_. ])(ur[il]|page|path|referrer)/i))
    return { type: 'page_view', why: 'no column says what happened; the rows have addresses of pages' };
  return { type: 'activity', why: 'no column says what happened: call it what it is' };
};

/** Columns whose numbers add up to something, at most. */
const MOST_AMOUNTS = 3;

/** Words after which the name of an amount says how it is meant. */
const ABOUT_AMOUNT: ReadonlySet<string> = new Set(
  'incl including inclusive excl excluding exclusive after before with without'.split(' '),
);

/** True of a column whose name says that its numbers add up to something. */
const namesAmount = ({ name, known }: Column, taken: ReadonlySet<string>): boolean => {
  // What comes after is said of the amount: of total_incl_tax it is the total.
  const all = plainWordsOf(name);
  const end = all.findIndex((word) => ABOUT_AMOUNT.has(word));
  const words = end > 0 ? all.slice(0, end) : all;
  const isAmount = words.some((word) => amountWords.has(word)) && !words.some((word) => codeWords.has(word));
  return isAmount && !Object.hasOwn(EVENT_COLUMNS, name) && !taken.has(name) && known > 0;
};

/** True of cells that are seconds, milliseconds or microseconds since 1970. */
const areInstants = (cells: readonly string[]): boolean => {
  const form = timeFormOf(cells);
  return form?.share === 1 && form.forms.every((one) => one.startsWith('epoch'));
};

/** Columns whose numbers add up to something. @param taken columns that are something else */
export const amountsOf = (columns: readonly Column[], taken: ReadonlySet<string>): Column[] =>
  columns
    .filter((column) => namesAmount(column, taken) && column.values.every(isNumber) && !areInstants(column.values))
    .slice(0, MOST_AMOUNTS);

/** True of a number with or without a currency before or after it: `129,90 €`, `USD 5`. */
const isPriced = (cell: string): boolean =>
  isNumber(
    cell
      .trim()
      .replace(/^([A-Z]{0,3}\p{Sc}|[A-Z]{3})\s*/u, '')
      .replace(/\s*(\p{Sc}|[A-Z]{3}|[Ee]uro?s?|%)$/u, ''),
  );

/** What to check of columns that would add up if all of their cells were numbers. */
export const amountDoubts = (columns: readonly Column[], taken: ReadonlySet<string>): string[] =>
  columns
    .filter((column) => namesAmount(column, taken))
    .flatMap(({ name, values }) => {
      const others = values.filter((value) => !isNumber(value));
      if (others.length === 0 || values.filter(isPriced).length * 2 < values.length) return [];
      const cells = firstCells({ values: others });
      const are = others.length === 1 ? 'is no number' : 'are no numbers';
      return [
        `${name} looks like an amount, but ${cells} ${are} (${grouped(others.length)} of ${grouped(values.length)} different cells), so it earns nothing: write plain numbers, and leave unknown cells empty`,
      ];
    });

/** Numbers are written 1.234,50. */
export const hasDecimalComma = (columns: readonly Column[]): boolean =>
  columns.some(
    ({ values }) =>
      values.some((value) => /^[+-]?\d+(\.\d{3})*,\d+$/.test(value.trim())) &&
      values.every((value) => !/^\d+\.\d{1,2}$|^\d{1,3}(,\d{3})+(\.\d+)?$/.test(value.trim())),
  );

/** Points that divide thousands or stand before three decimals, which cells do not tell: `1.250`. */
const THREE_AFTER = /^[+-]?[1-9]\d{0,2}(\.\d{3})+$/;

/** The columns of numbers of which every point has three digits after it. */
export const thousandsIn = (columns: readonly Column[]): Column[] =>
  columns.filter(({ values }) => {
    const pointed = values.filter((value) => value.includes('.'));
    return pointed.length > 1 && values.every(isNumber) && pointed.every((value) => THREE_AFTER.test(value.trim()));
  });

/** The columns of numbers that gesture knows by their names. */
export const ownNumbers = (columns: readonly Column[]): Column[] =>
  columns.filter(({ name }) => kinds.get(name) === 'number');

/** A flag of who has converted: two values, one of which says yes. @param isTable whether every row is about somebody else */
export const flagOf = (columns: readonly Column[], isTable: boolean): Flag | undefined => {
  const names = [...convertedColumns, ...(isTable ? convertedInTables : [])];
  const column = columns.find(
    ({ name, distinct, values }) =>
      names.includes(bareName(name)) && distinct === 2 && values.every((value) => FLAG.test(value)),
  );
  const value = column?.values.find((one) => YES.test(one));
  return column && value !== undefined ? { column: column.name, value } : undefined;
};

/** Our columns of numbers and flags that the log has under our names, but with something else in them. */
export const misused = (columns: readonly Column[]): Column[] =>
  columns.filter(({ name, values }) => {
    const kind = kinds.get(name);
    const isReadable =
      kind === 'number'
        ? isNumber
        : (cell: string): boolean => /^(true|false|t|f|yes|no|y|n|1|0|1\.0|0\.0)$/i.test(cell);
    return (kind === 'number' || kind === 'flag') && values.filter(isReadable).length < values.length * 0.99;
  });

/** The mapping of event types that a name suggests, beside the customary ones that are read in any case. */
export const typeMapping = ({ name, values }: Column, columns: readonly Column[]): Record<string, string> => {
  // Kinds of meetings are no acts: who is invited has booked one.
  if (/^event[ _]type([ _]name)?$/i.test(name) && hasInvitee(columns)) return { '*': 'calendar_booking' };
  const mapped = values.filter(
    (value) =>
      !value.includes('*') &&
      value.length <= 200 &&
      !Object.hasOwn(customary, bareName(value)) &&
      Object.hasOwn(likelyTypes, bareName(value)),
  );
  return Object.fromEntries(mapped.map((value) => [value, likelyTypes[bareName(value)] ?? value]));
};

export const pagesOf = (columns: readonly Column[], types: readonly string[]): Setting | undefined => {
  if (!types.includes('page_view')) return undefined;
  const pricing = new RegExp(pricingPage.replace('(?i)', ''), 'i');
  const column = columns.find(({ values }) =>
    values.some((value) => /^(https?:\/\/|\/)/.test(value) && pricing.test(value)),
  );
  return (
    column && {
      key: 'pages',
      value: { column: column.name },
      why: [`page views whose ${column.name} is a pricing page count as pricing_page_view`],
    }
  );
};

export const unknownWords = (columns: readonly (Column | undefined)[]): string[] => [
  ...new Set(columns.flatMap((column) => column?.values.filter((value) => nobodyWords.has(value)) ?? [])),
];
