/** Days and months by date-fns, in UTC. */
import { UTCDateMini } from '@date-fns/utc/date/mini';
import type * as DateFns from 'date-fns';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * A function of date-fns, as in `dateFns('format')`. From Node 22 on `import` parses the 200 kB of the package's own
 * package.json again for each of the 38 modules of `format`: a quarter of a second that `require` does not take.
 */
export const dateFns = <Name extends keyof typeof DateFns>(name: Name): (typeof DateFns)[Name] =>
  require(`date-fns/${name}`)[name];

/** An instant as a date whose day and hour are those of UTC. The full class of the package needs 30 ms to load. */
export const utc = (instant: Date | number | string): Date => new UTCDateMini(+new Date(instant));
