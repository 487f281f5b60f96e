/** From the columns of a file to the entry of `events` that reads it, each setting with its reason. */
import { amountWords, codeWords, convertedColumns, fileTypes, likelyTypes } from '../catalogue/customs.js';
import { customary, NULL_WORDS, pricingPage, sources } from '../catalogue/sources.js';
import { EVENT_COLUMNS, Failure } from '../model.js';
import type { ReadingInput } from '../config/schema.js';
import { bareName, wordsOf } from '../text/names.js';
import { counted, grouped, percent } from '../text/numbers.js';
import { shown } from '../text/printable.js';
import { type Roles, rolesOf } from './columns.js';
import type { Column, Profile } from './profile.js';

/** A setting of an entry, with the reason for it. */
export interface Setting {
  readonly key: keyof ReadingInput;
  readonly value: string | readonly string[] | Readonly<Record<string, string>>;
  /** A line for each; for a mapping, by its keys. */
  readonly why: readonly string[] | Readonly<Record<string, string>>;
}

/** How a file is read. */
export interface Entry {
  readonly settings: readonly Setting[];
  /** Things that a reader should check. */
  readonly doubts: readonly string[];
  /** Columns of theirs whose numbers add up to something. */
  readonly amounts: readonly string[];
  /** A column of flags of who has converted, with the value that says so. */
  readonly flag?: { readonly column: string; readonly value: string } | undefined;
  /** Contact columns for `show`. */
  readonly contacts: readonly string[];
  /** What was found, for tables: our column, theirs, and why. */
  readonly found: readonly { readonly ours: string; readonly theirs: string; readonly why: string }[];
  /** False if the timestamps are days. */
  readonly hasTime: boolean;
}

const isNumber = (cell: string): boolean => /^[+-]?(\d+|\d{1,3}(\.\d{3})+)([.,]\d+)?$/.test(cell.trim());

/** Words for nobody that gesture does not know by itself. */
const NOBODY: ReadonlySet<string> = new Set([
  ...[
    '-',
    '--',
    'unknown',
    'anonymous',
    'n/a',
    'none',
    '#N/A',
    'Unknown',
    'Anonymous',
    'nil',
    '(none)',
    'not set',
    'guest',
    'Guest',
    '?',
  ],
]);

/** The file's name without its folder and endings. */
const stemOf = (name: string): string => (name.split(/[\\/]/).at(-1) ?? name).replace(/\.[^.]*$/, '');

/** The type of every row of a file without a column of types: by the name of the file, or by what its rows have. */
const typeOfFile = ({ name, columns }: Profile, amounts: readonly string[]): { type: string; why: string } => {
  const word = wordsOf(stemOf(name)).find((one) => Object.hasOwn(fileTypes, one));
  if (word !== undefined)
    return { type: fileTypes[word] ?? word, why: `no column says what happened; the file is called ${stemOf(name)}` };
  const has = (test: RegExp): boolean => columns.some((column) => test.test(column.name));
  const isSale =
    has(/invoice|order|transaction|basket|bestell|rechnung/i) ||
    (amounts.length > 0 && has(/price|amount|revenue|qty|quantity|total|betrag|preis/i));
  if (isSale)
    return { type: 'purchase', why: 'no column says what happened; amounts and orders are those of purchases' };
  if (has(/(^|[_. ])(url|page|path|referrer)/i))
    return { type: 'page_view', why: 'no column says what happened; the rows have addresses of pages' };
  return { type: 'activity', why: 'no column says what happened: call it what it is' };
};

/** Columns whose numbers add up to something, at most. */
const MOST_AMOUNTS = 3;

const amountsOf = (columns: readonly Column[], taken: ReadonlySet<string>): Column[] =>
  columns
    .filter(({ name, values, known }) => {
      const words = wordsOf(name);
      const isAmount = words.some((word) => amountWords.has(word)) && !words.some((word) => codeWords.has(word));
      const isOurs = Object.hasOwn(EVENT_COLUMNS, name);
      return isAmount && !isOurs && !taken.has(name) && known > 0 && values.every(isNumber);
    })
    .slice(0, MOST_AMOUNTS);

/** Numbers are written 1.234,50. */
const hasDecimalComma = (columns: readonly Column[]): boolean =>
  columns.some(
    ({ values }) =>
      values.some((value) => /^[+-]?\d+(\.\d{3})*,\d+$/.test(value.trim())) &&
      values.every((value) => !/^\d+\.\d{1,2}$|^\d{1,3}(,\d{3})+(\.\d+)?$/.test(value.trim())),
  );

/** A flag of who has converted: two values, one of which says yes. */
const flagOf = (columns: readonly Column[]): Entry['flag'] => {
  const column = columns.find(
    ({ name, distinct, values }) =>
      convertedColumns.includes(bareName(name)) &&
      distinct === 2 &&
      values.every((value) => /^(0|1|true|false|yes|no|y|n)$/i.test(value)),
  );
  const value = column?.values.find((one) => /^(1|true|yes|y)$/i.test(one));
  return column && value !== undefined ? { column: column.name, value } : undefined;
};

/** Our columns of numbers and flags that the log has under our names, but with something else in them. */
const misused = (columns: readonly Column[]): Column[] =>
  columns.filter(({ name, values }) => {
    const kind = Object.hasOwn(EVENT_COLUMNS, name) ? EVENT_COLUMNS[name as keyof typeof EVENT_COLUMNS] : undefined;
    const isReadable =
      kind === 'number'
        ? isNumber
        : (cell: string): boolean => /^(true|false|t|f|yes|no|y|n|1|0|1\.0|0\.0)$/i.test(cell);
    return (kind === 'number' || kind === 'flag') && values.filter(isReadable).length < values.length * 0.99;
  });

/** What a failure lists of the columns of a file. */
const listed = (columns: readonly Column[]): string =>
  columns
    .slice(0, 12)
    .map(({ name, values }) => `${name} (${values.slice(0, 2).map(shown).join(', ')})`)
    .join(', ');

const refuse = ({ name, columns, log }: Profile, what: string, fix: string): Failure =>
  new Failure(
    'data',
    `${name}: no column ${what}; it has ${columns.length === 0 ? log.header.join(', ').slice(0, 300) : listed(columns)}. ${fix}`,
  );

const timeSettings = ({ form }: NonNullable<Roles['time']>): { settings: Setting[]; doubts: string[] } => {
  const { forms, swapped, hasTime, hasZone } = form;
  const [first = 'iso'] = forms;
  const zone = hasZone
    ? []
    : [`no zone is named, so times are taken for UTC; otherwise set timezone: Europe/Berlin, for example`];
  const settings: Setting[] =
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
                : [`day and month could be the other way round: '${swapped}' reads every cell as well`]),
            ],
          },
        ];
  return {
    settings,
    doubts: [
      ...(swapped === undefined ? [] : [`timestamps are read with ${first}; ${swapped} would read them as well`]),
      ...(hasTime ? [] : ['timestamps are days without a time: what happened first on a day is not known']),
      ...(hasTime ? zone : []),
    ],
  };
};

/** The mapping of event types that a name suggests, beside the customary ones that are read in any case. */
const typeMapping = ({ values }: Column): Record<string, string> => {
  const mapped = values.filter(
    (value) =>
      !value.includes('*') &&
      value.length <= 200 &&
      !Object.hasOwn(customary, bareName(value)) &&
      Object.hasOwn(likelyTypes, bareName(value)),
  );
  return Object.fromEntries(mapped.map((value) => [value, likelyTypes[bareName(value)] ?? value]));
};

const pagesOf = (columns: readonly Column[], types: readonly string[]): Setting | undefined => {
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

const unknownWords = (columns: readonly (Column | undefined)[]): string[] => [
  ...new Set(columns.flatMap((column) => column?.values.filter((value) => NOBODY.has(value)) ?? [])),
];

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
    const why = [`${sources[source].says}: its columns say so`];
    const found = Object.entries(sources[source].columns).map(([ours, theirs]) => ({
      ours,
      theirs: [theirs].flat().join(', '),
      why: source,
    }));
    return {
      settings: [{ key: 'from', value: source, why }],
      doubts: [],
      amounts: [],
      contacts: [],
      found,
      hasTime: true,
    };
  }
  if (rows === 0) throw new Failure('data', `${name}: there is no row to look at`);
  const roles = rolesOf(profile);
  const { user, time, type } = roles;
  if (time === undefined) {
    throw refuse(
      profile,
      'holds the time of an event',
      'Name it: events: { columns: { timestamp: THEIRS }, timestamp: PATTERN }',
    );
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
    ...unusable.map(({ name: own, values }): [string, string, string] => [
      own,
      'none',
      `not the ${own} that gesture means: it holds ${values.slice(0, 2).map(shown).join(', ')}`,
    ]),
  ];
  const ofTypes = of(type?.name);
  const types = ofTypes === undefined ? {} : typeMapping(ofTypes);
  const ours = [
    ...(ofTypes?.values ?? []).map((value) => customary[bareName(value)] ?? types[value] ?? value),
    given?.type ?? '',
  ];
  const pages = pagesOf(columns, ours);
  const nobody = unknownWords([of(user.name), of(roles.anonymous?.name)]);
  const times = timeSettings(time);
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
    ...(Object.keys(types).length === 0
      ? []
      : [
          {
            key: 'types',
            value: types,
            why: Object.fromEntries(Object.entries(types).map(([theirs, one]) => [theirs, `probably ${one}`])),
          } as const,
        ]),
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
    ...(hasDecimalComma(amounts)
      ? [{ key: 'decimal', value: ',', why: ['numbers are written 1.234,50'] } as const]
      : []),
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
  const share = (of(user.name)?.known ?? 0) / rows;
  return {
    settings,
    doubts: [
      ...times.doubts,
      ...(roles.anonymous === undefined && share < 0.95
        ? [`${percent(1 - share)} of the rows name no user in ${user.name}, and are left out`]
        : []),
      ...(user.why.startsWith('no column') || user.why.includes('come back')
        ? [`${user.name} is taken for the person: ${user.why}`]
        : []),
    ],
    amounts: amounts.map((amount) => inHeader(amount.name)),
    flag: flagOf(columns),
    contacts:
      [...roles.others.keys()].includes('email') && roles.others.get('email')?.name !== user.name ? ['email'] : [],
    found,
    hasTime: time.form.hasTime,
  };
};

/** An entry as gesture.yaml has it. */
export const inputOf = ({ settings }: Pick<Entry, 'settings'>): ReadingInput =>
  Object.fromEntries(settings.map(({ key, value }) => [key, value]));
