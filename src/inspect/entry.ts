/** From the columns of a file to the entry of `events` that reads it, each setting with its reason. */
import { customary, NULL_WORDS, type Source, sources } from '../catalogue/sources.js';
import { Failure } from '../model.js';
import type { ReadingInput } from '../config/schema.js';
import { bareName } from '../text/names.js';
import { counted, grouped } from '../text/numbers.js';
import { shown } from '../text/printable.js';
import { type Roles, rolesOf } from './columns.js';
import {
  amountDoubts,
  amountsOf,
  type Flag,
  flagOf,
  hasDecimalComma,
  misused,
  ownNumbers,
  pagesOf,
  thousandsIn,
  typeMapping,
  typeOfFile,
  unknownWords,
} from './content.js';
import {
  cancelDoubts,
  codeDoubts,
  isTableOfPeople,
  itemDoubts,
  misuseDoubts,
  namelessDoubts,
  tableDoubts,
  thousandsDoubts,
} from './doubts.js';
import { faultIn, refuse } from './refusal.js';
import { type Column, firstCells, type Profile } from './profile.js';
import type { Setting } from './setting.js';
import { timeFix } from './timeFix.js';
import { timeSettings } from './timeSettings.js';
import { possibleTypes } from './typeColumns.js';

/** How a file is read. */
export interface Entry {
  readonly settings: readonly Setting[];
  /** Things that a reader should check. */
  readonly doubts: readonly string[];
  /** Columns of theirs whose numbers add up to something. */
  readonly amounts: readonly string[];
  readonly flag?: Flag | undefined;
  /** Contact columns for `show`. */
  readonly contacts: readonly string[];
  /** What was found, for tables: our column, theirs, and why. */
  readonly found: readonly { readonly ours: string; readonly theirs: string; readonly why: string }[];
  /** False if the timestamps are days. */
  readonly hasTime: boolean;
}

/** The setting that says which of their types are ours, if some are. */
const typeSettings = (types: Readonly<Record<string, string>>): Setting[] => {
  const why = Object.fromEntries(Object.entries(types).map(([theirs, one]) => [theirs, `probably ${one}`]));
  return Object.keys(types).length === 0 ? [] : [{ key: 'types', value: types, why }];
};

/** The names of the columns of a file without a header: ours where they are known. */
const headerFor = (profile: Profile, roles: Roles): string[] => {
  const named = new Map([
    [roles.user?.name, 'user_id'],
    [roles.type?.name, 'event_type'],
    ...(roles.time?.name.includes(' + ') ? [] : [[roles.time?.name, 'timestamp'] as const]),
  ]);
  return profile.log.header.map((name) => named.get(name) ?? name);
};

/**
 * How a file is read.
 *
 * @throws Failure `data` if no column can be a user, or a time
 */
export const entryOf = (profile: Profile): Entry => {
  const { source, columns, rows, name, hasHeader, isRagged } = profile;
  if (source !== undefined) {
    const known: Source = sources[source];
    const why = [`${known.says}: its columns say so`];
    const found = Object.entries(known.columns).map(([ours, theirs]) => ({
      ours,
      theirs: [theirs].flat().join(', '),
      why: source,
    }));
    const ofTypes = columns.find(({ name: theirs }) => theirs === known.columns.event_type);
    const likely = Object.entries(ofTypes === undefined ? {} : typeMapping(ofTypes, []));
    const types = Object.fromEntries(likely.filter(([theirs]) => !Object.hasOwn(known.types, theirs)));
    return {
      settings: [{ key: 'from', value: source, why }, ...typeSettings(types)],
      doubts: [],
      amounts: [],
      contacts: [],
      found,
      hasTime: true,
    };
  }
  if (rows === 0) throw new Failure('data', `${name}: there is no row to look at${faultIn(profile, ': ', '')}`);
  const roles = rolesOf(profile);
  const { user, time, type } = roles;
  if (time === undefined) {
    throw refuse(profile, 'holds the time of an event', timeFix(columns));
  }
  if (user === undefined) {
    throw refuse(profile, 'can be a person: ids that come back', 'Name it: events: { columns: { user_id: THEIRS } }');
  }
  const of = (column: string | undefined): Column | undefined => columns.find((one) => one.name === column);
  const taken = new Set(
    [
      user.name,
      type?.name,
      roles.anonymous?.name,
      ...time.name.split(' + '),
      ...[...roles.others.values()].map((other) => other.name),
    ].filter((one) => one !== undefined),
  );
  const amounts = amountsOf(columns, taken);
  const given =
    type === undefined
      ? typeOfFile(
          profile,
          amounts.map((amount) => amount.name),
          time.name,
        )
      : undefined;
  const found = [
    {
      ours: 'user_id',
      theirs: user.name,
      why: `${user.why}; ${grouped(of(user.name)?.distinct ?? 0)} different in ${counted(rows, 'row')}`,
    },
    ...(roles.anonymous ? [{ ours: 'identity', theirs: roles.anonymous.name, why: roles.anonymous.why }] : []),
    { ours: 'timestamp', theirs: time.name, why: `${time.why}; ${time.form.forms.join(' or ')}` },
    type === undefined
      ? { ours: 'event_type', theirs: `(${given?.type ?? ''})`, why: given?.why ?? '' }
      : { ours: 'event_type', theirs: type.name, why: `${type.why}; ${counted(of(type.name)?.distinct ?? 0, 'type')}` },
    ...[...roles.others].map(([ours, { name: theirs, why }]) => ({ ours, theirs, why })),
  ];
  const header = hasHeader ? undefined : headerFor(profile, roles);
  const inHeader = (theirs: string): string => header?.[profile.log.header.indexOf(theirs)] ?? theirs;
  const mapped = found.filter(
    ({ ours, theirs }) => ours !== 'identity' && !theirs.startsWith('(') && inHeader(theirs) !== ours,
  );
  const unusable = misused(columns);
  const mapping: [string, string, string][] = [
    ...mapped.map(({ ours, theirs, why }): [string, string, string] => [
      ours,
      theirs.split(' + ').map(inHeader).join(' + '),
      why,
    ]),
    ...unusable.map((column): [string, string, string] => [
      column.name,
      'none',
      `not written as gesture reads ${column.name}: ${firstCells(column)}`,
    ]),
  ];
  const ofTypes = of(type?.name);
  const types = ofTypes === undefined ? {} : typeMapping(ofTypes, columns);
  const ours = [
    ...(ofTypes?.values ?? []).map((value) => customary[bareName(value)] ?? types[value] ?? value),
    given?.type ?? '',
  ];
  const pages = pagesOf(columns, ours);
  const nobody = unknownWords([of(user.name), of(roles.anonymous?.name)]);
  const times = timeSettings(time);
  const numbers = [...amounts, ...ownNumbers(columns)];
  const thousands = thousandsIn(numbers);
  // Whoever separates cells by semicolons and writes 31.12.2025 writes a thousand with a point.
  const writesPoints = profile.log.delimiter === ';' && time.form.forms.some((form) => form.startsWith('%d.%m'));
  const isEuropean = hasDecimalComma(numbers) || (writesPoints && thousands.length > 0);
  const settings: Setting[] = [
    ...(header === undefined
      ? []
      : [
          {
            key: 'header',
            value: header,
            why: ['the first line is an event already, so the columns are named here, each in its place'],
          } as const,
        ]),
    ...(mapping.length === 0
      ? []
      : [
          {
            key: 'columns',
            value: Object.fromEntries(mapping.map(([own, theirs]) => [own, theirs])),
            why: Object.fromEntries(mapping.map(([own, , why]) => [own, why])),
          } as const,
        ]),
    ...(given === undefined ? [] : [{ key: 'type', value: given.type, why: [given.why] } as const]),
    ...typeSettings(types),
    ...(pages === undefined ? [] : [pages]),
    ...times.settings,
    ...(roles.anonymous
      ? [
          {
            key: 'identity',
            value: roles.anonymous.name,
            why: [`${roles.anonymous.why}: those belong to whoever the anonymous id is seen with`],
          } as const,
        ]
      : []),
    ...(isEuropean ? [{ key: 'decimal', value: ',', why: ['numbers are written 1.234,50'] } as const] : []),
    ...(isRagged
      ? [{ key: 'ragged_rows', value: 'fill', why: ['rows end early, or late with empty cells'] } as const]
      : []),
    ...(nobody.length === 0
      ? []
      : [
          {
            key: 'unknown',
            value: [...NULL_WORDS, ...nobody],
            why: [`the usual null words, and ${nobody.map(shown).join(', ')}, which stands where a person should`],
          } as const,
        ]),
  ];
  const candidate = given && possibleTypes(columns, taken, rows);
  const own = of(user.name);
  const isTable = own !== undefined && isTableOfPeople(own, rows);
  return {
    settings,
    doubts: [
      ...(given === undefined || candidate === undefined
        ? []
        : [
            `every row is taken for ${given.type}, but ${candidate.name} may say what happened (${candidate.values.slice(0, 3).map(shown).join(', ')}): if it does, replace type: ${given.type} by columns: { event_type: ${candidate.name} }`,
          ]),
      ...times.doubts,
      ...amountDoubts(columns, taken),
      ...misuseDoubts(unusable),
      ...cancelDoubts(columns, rows),
      ...(given === undefined || roles.others.has('event_id') ? [] : itemDoubts(columns)),
      ...(isEuropean ? [] : thousandsDoubts(thousands)),
      ...codeDoubts(ofTypes, columns),
      ...(roles.anonymous === undefined ? namelessDoubts(own, of(roles.others.get('email')?.name), rows) : []),
      ...(isTable ? tableDoubts(roles) : []),
      ...(user.why.startsWith('no column') || user.why.includes('come back')
        ? [`${user.name} is taken for the person: ${user.why}`]
        : []),
    ],
    amounts: amounts.map((amount) => inHeader(amount.name)),
    flag: flagOf(columns, isTable),
    contacts:
      [...roles.others.keys()].includes('email') && roles.others.get('email')?.name !== user.name ? ['email'] : [],
    found,
    hasTime: time.form.hasTime,
  };
};

/** An entry as gesture.yaml has it. */
export const inputOf = ({ settings }: Pick<Entry, 'settings'>): ReadingInput =>
  Object.fromEntries(settings.map(({ key, value }) => [key, value]));
