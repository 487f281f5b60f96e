/** The settings of the time of an event, and what a reader should check. Nothing here reads a file. */
import { zoneAbbreviations } from '../catalogue/customs.js';
import { plainWordsOf } from '../text/names.js';
import { isTimeZone } from '../text/timeZone.js';
import type { Setting } from './setting.js';
import type { FoundTime } from './timeColumns.js';

/**
 * The time zone that the name of a column says: of `Time (America/New_York)`, `Zeit (UTC+2)`, `created_utc` or `Date (PST)`.
 *
 * @returns its IANA name; undefined if the name says none
 */
export const zoneNamedBy = (name: string): string | undefined => {
  const places = name.match(/[A-Z][A-Za-z]+(?:\/[A-Z][A-Za-z_]+){1,2}/g) ?? [];
  const [, sign, hours, minutes = '00'] = /(?:UTC|GMT) ?([+-])(\d{1,2})(?::?(\d\d))?(?!\d)/i.exec(name) ?? [];
  if (sign !== undefined) {
    // Names of zones have the sign of what must be added to get UTC, and whole hours.
    const zone = Number(hours) === 0 ? 'UTC' : `Etc/GMT${sign === '+' ? '-' : '+'}${Number(hours)}`;
    return minutes === '00' && isTimeZone(zone) ? zone : undefined;
  }
  const isUtc = name.split(' + ').some((one) => ['utc', 'gmt'].includes(plainWordsOf(one).at(-1) ?? ''));
  // In the middle of a name EST can be an estimate.
  const abbreviations = name.match(/(?<=[([])[A-Z]{2,4}(?=[)\]])|(?<![A-Za-z])[A-Z]{3,4}$/g) ?? [];
  const abbreviated = abbreviations.map((one) => zoneAbbreviations[one]).find((zone) => zone !== undefined);
  return places.find(isTimeZone) ?? (isUtc ? 'UTC' : abbreviated);
};

/** True of a name with a zone that is not told by it: an offset with minutes, or an abbreviation that several zones have. */
const hasOtherZone = (name: string): boolean => /(?:UTC|GMT) ?[+-]\d|[([][A-Z]{2,4}[)\]]/.test(name);

/** How the time of an event is read. */
export const timeSettings = ({ name, form }: FoundTime): { settings: Setting[]; doubts: string[] } => {
  const { forms, swapped, hasTime, hasZone } = form;
  const [first = 'iso'] = forms;
  const zone = hasZone ? undefined : zoneNamedBy(name);
  const ofForms: Setting[] =
    forms.length === 1 && first === 'iso'
      ? []
      : [
          {
            key: 'timestamp',
            value: forms.length === 1 ? first : forms,
            why: [
              forms.length > 1
                ? 'written in several ways'
                : first.startsWith('epoch')
                  ? 'numbers since 1970'
                  : 'how the times are written',
              ...(swapped === undefined
                ? []
                : [`the parts of the date could be in another order: '${swapped}' reads every cell as well`]),
            ],
          },
        ];
  return {
    settings: [
      ...ofForms,
      ...(zone === undefined || zone === 'UTC'
        ? []
        : [{ key: 'timezone', value: zone, why: ['as the name of the column says'] } as const]),
    ],
    doubts: [
      ...(swapped === undefined ? [] : [`timestamps are read with ${first}; ${swapped} would read them as well`]),
      ...(hasTime ? [] : ['timestamps are days without a time: what happened first on a day is not known']),
      ...(hasZone || !hasTime || zone !== undefined
        ? []
        : [
            `${hasOtherZone(name) ? `the zone in ${name} is not read` : 'no zone is named'}, so times are taken for UTC; otherwise set timezone: Europe/Berlin, for example`,
          ]),
    ],
  };
};
