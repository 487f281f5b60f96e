/** What ages in explanations are counted from. */
import type { RunRecord } from '../io/runRecord.js';
import type { AsOf } from '../scoring/phrases.js';
import type { Users } from '../scoring/users.js';
import { dateFns, utc } from '../text/dates.js';

const isSameDay = dateFns('isSameDay');

/** As-of of a features file in milliseconds since 1970: as recorded, or the last activity of any user; NaN if unknown. */
export const asOfOf = (record: RunRecord | undefined, users: Users): number =>
  record?.as_of ? Date.parse(record.as_of) : users.latest();

/** As-of as explanations count from it: undefined if it is unknown. */
export const countedFrom = (asOf: number, now: Date): AsOf | undefined =>
  Number.isNaN(asOf) ? undefined : { time: asOf, isToday: isSameDay(asOf, now, { in: utc }) };
