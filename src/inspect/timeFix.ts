/** What would help a file in which no column holds a time that can be read. */
import { timeWords } from '../catalogue/customs.js';
import { plainWordsOf } from '../text/names.js';
import { unreadableTime } from '../text/suggestTimestamp.js';
import { lastKey } from './candidates.js';
import type { Column } from './profile.js';

/** What would help: of months, nanoseconds, and what spreadsheets make of times; otherwise to name the column. */
export const timeFix = (columns: readonly Column[]): string => {
  const filled = columns.filter(({ values }) => values.length > 0);
  const month = filled.find(({ values }) => values.every((value) => /^\d{4}-\d\d$/.test(value)));
  if (month !== undefined)
    return `${month.name} holds months, and an event needs a day: write ${month.values[0]}-01 for ${month.values[0]}`;
  for (const { name, values } of filled) {
    const reason = unreadableTime(values);
    const isTime = plainWordsOf(lastKey(name)).some((word) => Object.hasOwn(timeWords, word));
    if (isTime && reason !== undefined) return `${values[0]} in ${name} ${reason}`;
  }
  return 'Name it: events: { columns: { timestamp: THEIRS }, timestamp: PATTERN }';
};
