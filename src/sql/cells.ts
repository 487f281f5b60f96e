/**
 * The grammar of event cells in SQL: what a cell must look like, and its value.
 * The reader delivers text; nothing is converted by guessing.
 */
import { type ColumnKind, EVENT_COLUMNS, REQUIRED_COLUMNS } from '../model.js';
import type { Dialect } from './dialect.js';
import { identifier } from './text.js';

/** Timestamps outside this range are typing errors or default dates (0001, 1970, 9999), not events. */
const EARLIEST = BigInt(Date.UTC(1990, 0)) * 1000n;
const LATEST = BigInt(Date.UTC(2200, 0)) * 1000n;

/** A plain decimal: no sign but minus, no exponent, no thousands, no NaN. */
const PLAIN = String.raw`-?\d+(\.\d+)?`;

/** A decimal with an optional sign, fraction or exponent, and blanks around it. */
const NUMBER = String.raw`[ \t]*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?[ \t]*`;

/** Numbers that are surely not too large, neither for a score nor for a sum. */
const SURE_NUMBER = String.raw`-?\d{1,17}(\.\d{1,17})?`;

/** SQL: true of values of which the same is sure, and that are printed without an exponent. */
const isSureValue = (value: string): string =>
  `${value} BETWEEN -1e15 AND 1e15 AND (${value} = 0 OR ${value} NOT BETWEEN -1e-4 AND 1e-4)`;

/** Why a cell is not accepted: a condition on its text, and the words for it. */
interface Rule {
  readonly broken: string;
  readonly says: string;
}

const kinds: ReadonlyMap<string, ColumnKind> = new Map(Object.entries(EVENT_COLUMNS));

/** How the cells of a log are read. */
export interface CellRules {
  /** The columns the logs have, by our names. */
  readonly columns: readonly string[];
  /** Columns that hold numbers for some feature; those that gesture knows have a kind of their own. */
  readonly numbers: ReadonlySet<string>;
  /** Columns that some feature calculates with. */
  readonly calculated: ReadonlySet<string>;
  /** Columns whose cells can hold a NUL character: those of Parquet and of JSON within a cell. */
  readonly mayHoldNul: ReadonlySet<string>;
  /** Columns whose type leaves nothing to check, except for the size of numbers; flags among them are no text. */
  readonly typed?: ReadonlySet<string> | undefined;
  /** Columns of numbers and flags of which rows have the value, as `valueCell`, beside its text, which takes longer to make and to read. */
  readonly values?: ReadonlySet<string> | undefined;
  /** What the timestamps of each log should be, in words. */
  readonly timestamps: readonly string[];
}

/** The value of a column, which its cell is the text of. */
export const valueCell = (column: string): string => identifier(`#value ${column}`);

const kindIn = (column: string, { numbers }: Pick<CellRules, 'numbers'>): ColumnKind =>
  kinds.get(column) ?? (numbers.has(column) ? 'number' : 'text');

/** The columns of a log that hold numbers. */
export const numberColumns = (rules: Pick<CellRules, 'columns' | 'numbers'>): Set<string> =>
  new Set(rules.columns.filter((column) => kindIn(column, rules) === 'number'));

/** True of a column of ours whose cells have a grammar: no other text is accepted. */
export const isChecked = (column: string): boolean => !['id', 'text', undefined].includes(kinds.get(column));

/** Columns without which a row cannot be placed. */
const isRequired = (column: string): boolean => (REQUIRED_COLUMNS as readonly string[]).includes(column);

/** Columns in the order in which they are checked: required, known, others. */
export const inOrder = (columns: readonly string[]): string[] => {
  const known: readonly string[] = Object.keys(EVENT_COLUMNS);
  const others = columns.filter((column) => !known.includes(column)).toSorted();
  return [...new Set([...REQUIRED_COLUMNS, ...known, ...others])].filter((column) => columns.includes(column));
};

const holdsNul = (dialect: Dialect, column: string): Rule => ({
  broken: dialect.holdsNul(identifier(column)),
  says: 'not text: it holds a NUL character',
});

/** SQL of what the timestamps of a row should be. */
const timestampWords = ({ literal }: Dialect, { timestamps }: CellRules): string => {
  const reasons = timestamps.map((words) => literal(`not ${words}`));
  if (new Set(reasons).size <= 1) return reasons[0] ?? 'NULL';
  return `CASE "#file" ${reasons.map((words, file) => `WHEN ${file} THEN ${words}`).join(' ')} END`;
};

/** True of rows without a timestamp, which have no instant either. */
const NO_TIMESTAMP = '"timestamp" IS NULL';

/** Why a row cannot be placed: conditions in the order in which they are tried; reasons are SQL. */
const placing = (dialect: Dialect, rules: CellRules): { column: string; broken: string; reason: string }[] => [
  ...REQUIRED_COLUMNS.filter((column) => rules.mayHoldNul.has(column)).map((column) => {
    const { broken, says } = holdsNul(dialect, column);
    return { column, broken, reason: dialect.literal(says) };
  }),
  { column: 'timestamp', broken: NO_TIMESTAMP, reason: dialect.literal('empty') },
  { column: 'timestamp', broken: 't IS NULL', reason: timestampWords(dialect, rules) },
  {
    column: 'timestamp',
    broken: `NOT (t >= ${dialect.instant(EARLIEST)} AND t < ${dialect.instant(LATEST)})`,
    reason: dialect.literal('out of range (1990 to 2199)'),
  },
  { column: 'event_type', broken: 'event_type IS NULL', reason: dialect.literal('empty') },
];

/** A condition that holds for rows that can be placed; it is never NULL. */
export const isPlaced = (dialect: Dialect, rules: CellRules): string =>
  placing(dialect, rules)
    .filter(({ broken }) => broken !== NO_TIMESTAMP)
    .map(({ broken }) => `(${broken}) IS NOT TRUE`)
    .join(' AND ');

/** For a row that cannot be placed: the column at fault, and the reason in words. Two SQL expressions. */
export const firstFault = (dialect: Dialect, rules: CellRules): { column: string; reason: string } => {
  const all = placing(dialect, rules);
  const choose = (value: (rule: (typeof all)[number]) => string): string =>
    `CASE ${all.map((rule) => `WHEN ${rule.broken} THEN ${value(rule)}`).join('\n    ')} END`;
  return { column: choose(({ column }) => dialect.literal(column)), reason: choose(({ reason }) => reason) };
};

/** A number in plain digits, if it is one. */
const plainNumber = ({ matchesFully, printDecimal, decimal, trimmed }: Dialect, cell: string): string =>
  `CASE WHEN ${matchesFully(cell, PLAIN)} THEN ${cell} ELSE ${printDecimal(decimal(trimmed(cell)))} END`;

/** When a cell of a column that is not required cannot be read, by the rules of its kind. */
const unreadableBy = (dialect: Dialect, column: string, rules: CellRules): Rule[] => {
  const cell = identifier(column);
  const nul = rules.mayHoldNul.has(column) ? [holdsNul(dialect, column)] : [];
  const kind = kindIn(column, rules);
  const isTyped = rules.typed?.has(column) === true;
  if (isTyped && !(kind === 'number' && rules.calculated.has(column))) return [];
  if (kind === 'flag') {
    return [
      ...nul,
      { broken: `${cell} IS NOT NULL AND ${dialect.truth(cell)} IS NULL`, says: 'not a flag (true, false, 1 or 0)' },
    ];
  }
  if (kind !== 'number') return nul;
  const number = plainNumber(dialect, cell);
  const tooLarge = rules.calculated.has(column)
    ? {
        // Ten digits fewer than a sum has, so that ten thousand million of the largest still add up.
        broken: `${cell} IS NOT NULL AND ${dialect.smallDecimal(number)} IS NULL`,
        says: 'too large to calculate with',
      }
    : {
        broken: `${cell} IS NOT NULL AND (${number} IS NULL OR ${dialect.isInfinite(cell)})`,
        says: 'too large',
      };
  return [...nul, { broken: `NOT ${dialect.matchesFully(cell, NUMBER)}`, says: 'not a number' }, tooLarge];
};

/** Columns whose cells may turn out to be unreadable. */
const doubtful = (dialect: Dialect, rules: CellRules): { column: string; tests: Rule[] }[] =>
  inOrder(rules.columns)
    .filter((column) => !isRequired(column))
    .map((column) => ({ column, tests: unreadableBy(dialect, column, rules) }))
    .filter(({ tests }) => tests.length > 0);

/**
 * A condition that holds for rows with cells that surely can be read; a number with very many digits is doubted, and decided
 * by the strict path. A cell that is NULL (empty, unknown) makes a rule unknown, never broken; so one IS NOT TRUE serves all.
 */
export const isReadable = (dialect: Dialect, rules: CellRules): string =>
  doubtful(dialect, rules)
    .flatMap(({ column, tests }) => {
      const cell = identifier(column);
      const known = rules.values?.has(column) === true ? valueCell(column) : undefined;
      switch (kindIn(column, rules)) {
        case 'number':
          return [`NOT ${known === undefined ? dialect.matchesFully(cell, SURE_NUMBER) : `(${isSureValue(known)})`}`];
        case 'flag':
          return [
            known === undefined
              ? `${cell} IS NOT NULL AND ${dialect.truth(cell, true)} IS NULL`
              : `${known} NOT IN (0, 1)`,
          ];
        default:
          return tests.map(({ broken }) => broken);
      }
    })
    .map((broken) => `(${broken}) IS NOT TRUE`)
    .join('\n      AND ') || 'true';

/** A condition that holds for rows that can be placed, with cells that surely can be read. */
export const accepted = (dialect: Dialect, rules: CellRules): string =>
  `${isPlaced(dialect, rules)} AND ${isReadable(dialect, rules)}`;

/** SQL of why the cell of a column cannot be read, NULL if it can, for each column in which one may not. */
export const unreadableReasons = (dialect: Dialect, rules: CellRules): Map<string, string> =>
  new Map(
    doubtful(dialect, rules).map(({ column, tests }) => [
      column,
      `CASE ${tests.map(({ broken, says }) => `WHEN ${broken} THEN ${dialect.literal(says)}`).join(' ')} END`,
    ]),
  );

/** SQL of the list of a row's unreadable cells in DuckDB, structs of `column`, `reason` and `cell`; NULL if there is none. */
export const unreadableCells = (dialect: Dialect, rules: CellRules): string => {
  const { literal } = dialect;
  const entries = doubtful(dialect, rules).map(({ column, tests }) => {
    const name = literal(column);
    const whens = tests.map(
      ({ broken, says }) =>
        `WHEN ${broken} THEN {'column': ${name}, 'reason': ${literal(says)}, 'cell': ${identifier(column)}}`,
    );
    return `CASE ${whens.join(' ')} END`;
  });
  const none = 'NULL::STRUCT("column" VARCHAR, reason VARCHAR, cell VARCHAR)[]';
  if (entries.length === 0) return none;
  return `nullif(list_filter([${entries.join(',\n    ')}], lambda entry: entry IS NOT NULL), [])`;
};

/** How readable cells of a kind are spelled, so that equal values are equal cells. */
const readings: Partial<Record<ColumnKind, (dialect: Dialect, cell: string) => string>> = {
  number: plainNumber,
  flag: (dialect, cell) => dialect.text(dialect.flag(dialect.truth(cell))),
};

/**
 * SQL of the cells that can be unreadable, by their columns, as they are used: NULL if they are, numbers in plain digits, flags as 0 or 1.
 *
 * @param sure columns that were found to have no such cell
 */
export const readableCells = (
  dialect: Dialect,
  rules: CellRules,
  sure: ReadonlySet<string> = new Set(),
): [column: string, cell: string][] =>
  doubtful(dialect, rules).map(({ column, tests }) => {
    const cell = identifier(column);
    const read = readings[kindIn(column, rules)]?.(dialect, cell) ?? cell;
    if (sure.has(column)) return [column, read];
    return [column, `CASE WHEN ${tests.map(({ broken }) => `(${broken})`).join(' OR ')} THEN NULL ELSE ${read} END`];
  });

/** The value of a readable cell, as `events` holds it: flags as 0/1, everything else as its text, or its value if rows have it. */
export const value = (
  dialect: Dialect,
  column: string,
  { typed, values }: Pick<CellRules, 'typed' | 'values'>,
): string => {
  const isKnown = values?.has(column) === true;
  const cell = isKnown ? valueCell(column) : identifier(column);
  if (kinds.get(column) !== 'flag') return cell;
  if (isKnown) return dialect.flag(`${cell} = 1`);
  return dialect.flag(typed?.has(column) === true ? cell : dialect.truth(cell, true));
};
