/** Which column says when an event happened, or which two do. Nothing here reads a file. */
import { otherTimeWords, receiptWords, timeWords } from '../catalogue/customs.js';
import { customaryColumns } from '../catalogue/sources.js';
import { plainWordsOf } from '../text/names.js';
import { best, type Candidate, type Found, lastKey, placeIn } from './candidates.js';
import type { Column } from './profile.js';
import { areTimesOfDay, MOSTLY, type TimeForm, timeFormOf } from './times.js';

/** When events happened: one column, or a date and a time in two. */
export interface FoundTime extends Found {
  readonly form: TimeForm;
}

const timeCandidate = (column: Column, rows: number): (Candidate & FoundTime) | undefined => {
  const form = timeFormOf(column.values);
  if (form === undefined || form.share < MOSTLY) return undefined;
  const name = lastKey(column.name);
  const words = plainWordsOf(name);
  const isOther = words.some((word) => otherTimeWords.has(word));
  const isCustomary = name === 'timestamp' || placeIn(customaryColumns.timestamp, name) !== undefined;
  const word = Math.max(0, ...words.map((one) => timeWords[one] ?? 0));
  // A number can be anything else, unless its name says that it is a time.
  const isUnnamed = /^column_\d+$/.test(name);
  if (
    word === 0 &&
    !isCustomary &&
    !isUnnamed &&
    form.forms.some((one) => one.startsWith('epoch') || one.startsWith('%Y%m%d'))
  ) {
    return undefined;
  }
  const why = isCustomary ? 'a customary name' : word > 0 && !isOther ? 'a name for a time' : 'its cells are times';
  // A batch arrives at once, whenever its events were.
  const isReceipt = words.some((one) => receiptWords.has(one));
  const score =
    1 +
    word +
    (name === 'timestamp' ? 3 : isCustomary ? 2 : 0) +
    (form.hasTime ? 3 : 0) -
    (isOther ? 5 : 0) -
    (isReceipt ? 3 : 0);
  // Of the columns of an event the one that is always filled says when it happened.
  const known = rows === 0 ? 0 : column.known / rows;
  return { name: column.name, why, form, score: Math.max(0.1, score) * known };
};

/** A column of days and one of times of day, as `Date + Time`. */
const pairedTime = (columns: readonly Column[]): (Candidate & FoundTime) | undefined => {
  const days = columns.filter((column) => {
    const form = timeFormOf(column.values);
    const isOther = plainWordsOf(lastKey(column.name)).some((word) => otherTimeWords.has(word));
    return form !== undefined && form.share >= MOSTLY && !form.hasTime && !isOther;
  });
  const times = columns.filter(({ values }) => areTimesOfDay(values));
  const [day] = days.toSorted((a, b) => wordScore(b.name) - wordScore(a.name));
  const [time] = times.toSorted((a, b) => wordScore(b.name) - wordScore(a.name));
  if (day === undefined || time === undefined) return undefined;
  const [firstDay = ''] = day.values;
  const [firstTime = ''] = time.values;
  const cells = [...day.values.map((one) => `${one} ${firstTime}`), ...time.values.map((one) => `${firstDay} ${one}`)];
  const form = timeFormOf(cells);
  if (form === undefined || form.share < MOSTLY) return undefined;
  return { name: `${day.name} + ${time.name}`, why: 'a day and a time of day in two columns', form, score: 7.5 };
};

const wordScore = (name: string): number =>
  Math.max(0, ...plainWordsOf(lastKey(name)).map((word) => timeWords[word] ?? 0));

/** Below this score a column of times is rather about something else, and a day and a time of day in two are preferred. */
const DOUBTFUL = 6;

/** When events happened, and every column of times. */
export const timesOf = (
  columns: readonly Column[],
  rows: number,
): { readonly time: FoundTime | undefined; readonly columns: ReadonlySet<string> } => {
  const single = columns.map((column) => timeCandidate(column, rows)).filter((one) => one !== undefined);
  const pair = pairedTime(columns);
  const full = best(single);
  const isFull = full?.form.hasTime === true && !(pair !== undefined && full.score < DOUBTFUL);
  const time = isFull ? full : best([...(pair === undefined ? [] : [pair]), ...single]);
  return { time, columns: new Set([...single.map(({ name }) => name), ...(time?.name.split(' + ') ?? [])]) };
};
