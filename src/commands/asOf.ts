/** What ages in explanations are counted from. */
import type { RunRecord } from '../io/runRecord.js';
import type { Users } from '../scoring/users.js';
import { dateFns, utc } from '../text/dates.js';

const isSameDay = dateFns('isSameDay');

/** As-of of a features file in milliseconds since 1970: as recorded, or the last activity of any user; NaN if unknown. */
export const asOfOf = (record: RunRecord | undefined, users: Users): number =>
  record?.as_of ? Date.parse(record.as_of) : users.latest();

/** As-of, unless it is unknown or today: then explanations say how long ago something was. */
export const datedFrom = (asOf: number, now: Date): number | undefined =>
  Number.isNaN(asOf) || isSameDay(asOf, now, { in: utc }) ? undefined : asOf;
