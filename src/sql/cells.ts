/**
 * The grammar of event cells in SQL: what a cell must look like, and its value.
 * The reader delivers text; nothing is converted by guessing.
 */
import type { Pages } from '../catalogue/sources.js';
import type { TimestampForm } from '../model.js';
import { type ColumnKind, EVENT_COLUMNS, REQUIRED_COLUMNS } from '../model.js';
import { identifier, literal } from './text.js';

/** A plain decimal: no sign but minus, no exponent, no thousands, no NaN. */
const NUMBER = String.raw`-?\d+(\.\d+)?`;

/**
 * ISO 8601 date or date-time: `T`, `t` or a space, optional seconds, a fraction after `.` or `,`, then `Z`, `z`, ` UTC`, an
 * offset, also after a space, or no zone, which means UTC.
 */
const ISO = String.raw`\d{4}-\d\d-\d\d([Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?([Zz]| UTC| ?[+-](0\d|1[0-5])(:?[0-5]\d)?)?)?`;

/** Timestamps outside this range are typing errors or default dates (0001, 1970, 9999), not events. */
const EARLIEST = `TIMESTAMP '1990-01-01'`;
const LATEST = `TIMESTAMP '2200-01-01'`;

/** An ISO timestamp in the spelling that the engine casts: seconds, a point, capital letters, no blank before an offset. */
const spelledOut = (cell: string): string => {
  const plain = `replace(replace(upper(${cell}), ' UTC', ''), ',', '.')`;
  const joined = String.raw`regexp_replace(${plain}, ' ([+-])', '\1')`;
  return String.raw`regexp_replace(${joined}, '([T ]\d\d:\d\d)([+-]|Z|$)', '\1:00\2')`;
};

/**
 * The instant of an ISO timestamp as TIMESTAMP (UTC, microseconds); NULL if it does not meet the grammar.
 * The first two branches are the form that nearly every log uses, checked without a regular expression: the shape, the hour
 * and the second by GLOB, every other digit by the cast (which alone would also take ` 9` and `24` for an hour).
 */
const isoInstant = (cell: string): string => `CASE
      WHEN ${cell} GLOB '????-??-??T[01][0-9]:??:[0-5][0-9]Z' THEN try_cast(${cell} AS TIMESTAMP)
      WHEN ${cell} GLOB '????-??-??T2[0-3]:??:[0-5][0-9]Z' THEN try_cast(${cell} AS TIMESTAMP)
      WHEN regexp_full_match(${cell}, ${literal(ISO)}) THEN make_timestamp(epoch_us(try_cast(${spelledOut(cell)} AS TIMESTAMPTZ)))
    END`;

const epochInstant = (cell: string, perSecond: number): string => {
  const grammar = perSecond === 1 ? String.raw`\d{1,11}(\.\d{1,9})?` : String.raw`\d{1,17}`;
  return `CASE WHEN regexp_full_match(${cell}, ${literal(grammar)})
      THEN make_timestamp(trunc(${cell}::DECIMAL(30, 9) * ${1e6 / perSecond})::BIGINT) END`;
};

const instants: Record<TimestampForm, (cell: string) => string> = {
  iso: isoInstant,
  epoch_s: (cell) => epochInstant(cell, 1),
  epoch_ms: (cell) => epochInstant(cell, 1000),
  epoch_us: (cell) => epochInstant(cell, 1_000_000),
};

/** Why a cell is not accepted: a condition on its text, and the words of rejected_events.csv. */
interface Rule {
  readonly broken: string;
  readonly says: string;
}

const instantInRange = (instant: string): string => `${instant} >= ${EARLIEST} AND ${instant} < ${LATEST}`;

const kinds: ReadonlyMap<string, ColumnKind> = new Map(Object.entries(EVENT_COLUMNS));

const kindOf = (column: string): ColumnKind => kinds.get(column) ?? 'text';

/** Numbers that are surely not too large, neither for a score nor for a sum. */
const SURE_NUMBER = String.raw`-?\d{1,17}(\.\d{1,17})?`;

/** No number with fewer characters is too large for the double precision in which scores are calculated. */
const SURELY_FINITE = 308;

/** Why a timestamp cannot be read, by its form. */
const FORMS: Record<TimestampForm, string> = {
  iso: 'not an ISO 8601 date or date-time',
  epoch_s: 'not a number of seconds since 1970',
  epoch_ms: 'not a whole number of milliseconds since 1970',
  epoch_us: 'not a whole number of microseconds since 1970',
};

const kindIn = (column: string, numbers: ReadonlySet<string>): ColumnKind =>
  kinds.get(column) ?? (numbers.has(column) ? 'number' : 'text');

/** The grammar of one column, in the order its rules are tried. */
const grammarOf = (column: string, { numbers, calculated, timestamp }: CellRules): Rule[] => {
  const cell = identifier(column);
  if (column === 'user_id' || column === 'event_type') return [{ broken: `${cell} IS NULL`, says: 'empty' }];
  if (column === 'timestamp') {
    return [
      { broken: `${cell} IS NULL`, says: 'empty' },
      { broken: 't IS NULL', says: FORMS[timestamp] },
      { broken: `NOT (${instantInRange('t')})`, says: 'out of range (1990 to 2199)' },
    ];
  }
  const kind = kindIn(column, numbers);
  if (kind === 'number') {
    const tooLarge = calculated.has(column)
      ? {
          // Ten digits fewer than a sum has, so that ten thousand million of the largest still add up.
          broken: `${cell} IS NOT NULL AND try_cast(${cell} AS DECIMAL(28, 10)) IS NULL`,
          says: 'too large to calculate with',
        }
      : {
          broken: `strlen(${cell}) > ${SURELY_FINITE} AND NOT coalesce(isfinite(try_cast(${cell} AS DOUBLE)), false)`,
          says: 'too large',
        };
    return [
      { broken: `NOT regexp_full_match(${cell}, ${literal(NUMBER)})`, says: 'not a plain decimal number' },
      tooLarge,
    ];
  }
  if (kind === 'flag') {
    return [
      {
        broken: `${cell} IS NOT NULL AND try_cast(${cell} AS BOOLEAN) IS NULL`,
        says: 'not a flag (true, false, 1 or 0)',
      },
    ];
  }
  return [];
};

/** The rules for one column, in the order they are tried. `t` is the parsed instant of the row. */
const rulesFor = (column: string, rules: CellRules): Rule[] => {
  const nul = { broken: `contains(${identifier(column)}, chr(0))`, says: 'not text: it holds a NUL character' };
  return [...(rules.mayHoldNul.has(column) ? [nul] : []), ...grammarOf(column, rules)];
};

/** How the cells of a log are read. */
export interface CellRules {
  /** The columns the log has, by our names. */
  readonly columns: readonly string[];
  /** Columns that hold numbers for some feature; those that gesture knows have a kind of their own. */
  readonly numbers: ReadonlySet<string>;
  /** Columns that some feature calculates with. */
  readonly calculated: ReadonlySet<string>;
  /** Columns whose cells can hold a NUL character: those of Parquet and of JSON within a cell. */
  readonly mayHoldNul: ReadonlySet<string>;
  readonly timestamp: TimestampForm;
  /** The log's event type -> ours. */
  readonly types: Readonly<Record<string, string>>;
  /** Which page views are something more: by the column `PAGE`. */
  readonly pages?: Pages | undefined;
}

/** Our name for the column that holds the URL of a page view; it serves `CellRules.pages` and nothing else. */
export const PAGE = '#page';

/** Columns in the order in which they are checked: required, known, others. */
export const inOrder = (columns: readonly string[]): string[] => {
  const known: readonly string[] = Object.keys(EVENT_COLUMNS);
  const others = columns.filter((column) => !known.includes(column)).toSorted();
  return [...new Set([...REQUIRED_COLUMNS, ...known, ...others])].filter((column) => columns.includes(column));
};

/** The instant of a row, from its `timestamp` cell: to be selected as `t` beside the cells. */
export const instant = (rules: CellRules): string => instants[rules.timestamp](identifier('timestamp'));

/**
 * A condition that holds for rows that surely break no rule; a number with very many digits is doubted, and decided by the
 * strict path. A cell that is NULL (empty, unknown) makes a rule unknown, never broken; so one IS NOT TRUE serves all.
 */
export const accepted = (rules: CellRules): string =>
  inOrder(rules.columns)
    .flatMap((column) =>
      kindIn(column, rules.numbers) === 'number'
        ? [`NOT regexp_full_match(${identifier(column)}, ${literal(SURE_NUMBER)})`]
        : rulesFor(column, rules).map(({ broken }) => broken),
    )
    .map((broken) => `(${broken}) IS NOT TRUE`)
    .join('\n      AND ');

/** For a row that breaks a rule: the first column that does, and the reason in words. Two SQL expressions. */
export const firstFault = (rules: CellRules): { column: string; reason: string } => {
  const all = inOrder(rules.columns).flatMap((column) => rulesFor(column, rules).map((rule) => ({ column, ...rule })));
  const choose = (value: (rule: (typeof all)[number]) => string): string =>
    `CASE ${all.map((rule) => `WHEN ${rule.broken} THEN ${literal(value(rule))}`).join('\n    ')} END`;
  return { column: choose((rule) => rule.column), reason: choose((rule) => rule.says) };
};

/** The event type in our words. */
export const eventType = (rules: CellRules): string => {
  const renamed = Object.entries(rules.types);
  const cell = identifier('event_type');
  const whens = renamed.map(([theirs, ours]) => `WHEN ${literal(theirs)} THEN ${literal(ours)}`);
  const type = whens.length === 0 ? cell : `CASE ${cell} ${whens.join(' ')} ELSE ${cell} END`;
  const { pages } = rules;
  if (pages === undefined || !rules.columns.includes(PAGE)) return type;
  return `CASE WHEN ${type} = 'page_view' AND regexp_matches(${identifier(PAGE)}, ${literal(pages.matches)})
      THEN ${literal(pages.type)} ELSE ${type} END`;
};

/** The value of a checked cell, as `events` holds it: flags as 0/1, everything else as its text. */
export const value = (column: string): string => {
  const cell = identifier(column);
  return kindOf(column) === 'flag' ? `try_cast(${cell} AS BOOLEAN)::TINYINT` : cell;
};
