/** The cells of a table of ClickHouse: from the types of its columns to text, instants and flags in our words. */
import { isTimePart, type Log } from '../intake/bind.js';
import { EVENT_COLUMNS } from '../model.js';
import { clickhouse } from './clickhouse.js';
import { readInstant } from './clickhouseInstants.js';
import { quoted } from './clickhouseText.js';
import { shapeOf, textOf, type TypedValue, within } from './clickhouseTypes.js';
import { isNullWord, type Places, wordsOf } from './reading.js';

/** A column as the table declares it. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
}

/** Types whose values need no grammar, as numbers, text or instants. */
const TYPED = /^(U?Int\d+|Decimal|UUID|Date|Bool|IPv)/;
const [INTEGER, NUMBER, ANY_NUMBER] = [/^U?Int\d+$/, /^(U?Int\d+$|Decimal)/, /^(U?Int\d|Decimal|B?Float)/];

/** Words that a value of such a type can look like, a UUID or an address too: if one of them means unknown, cells are read as text. */
const PRINTED = /^(-?[\d.]|true$|false$|[\da-f]{0,4}:|[\da-f]{8}-)/;

/** The relation of the table in queries, so that its columns are never taken for ours. */
export const TABLE = 'source';

const POWERS: Readonly<Record<string, number>> = { epoch_s: 1_000_000, epoch_ms: 1000, epoch_us: 1 };

/** SQL of an instant in microseconds from a value that is an instant by its type; undefined if it is text to be read. */
const instantOf = (
  { sql, shape: { base } }: TypedValue,
  { timestamp, timezone }: Log['reading'],
): string | undefined => {
  const [form = '', ...others] = timestamp;
  const micros = POWERS[form];
  // Beyond this there is no year that counts, and no room in 64 bits.
  const most = 8_000_000_000_000_000;
  if (INTEGER.test(base) && micros !== undefined && others.length === 0)
    return `CASE WHEN ${sql} >= 0 AND ${sql} < ${most / micros} THEN toInt64(${sql}) * ${micros} END`;
  if (base.startsWith('DateTime64')) return `toUnixTimestamp64Micro(toDateTime64(${sql}, 6))`;
  if (base.startsWith('DateTime')) return `toInt64(toUnixTimestamp(${sql})) * 1000000`;
  if (!base.startsWith('Date')) return undefined;
  // A day begins at another instant in each zone.
  if (timezone !== undefined) return readInstant(`toString(${sql})`, { timestamp: ['iso'], timezone });
  return `toInt64(toInt32(${sql})) * 86400000000`;
};

/** SQL of the instant of a row, from the first of its values that is known; undefined if all are text to be read. */
const instantAmong = (values: readonly TypedValue[], reading: Log['reading']): string | undefined => {
  const instants = values.map((value) => instantOf(value, reading));
  if (instants.every((instant) => instant === undefined)) return undefined;
  if (values.length === 1) return instants[0];
  const words = ['', ...wordsOf('timestamp', reading)];
  const whens = values.map((value, i) => {
    const text = textOf(value);
    const isText = instants[i] === undefined ? ` AND NOT ${isNullWord(clickhouse, text, words)}` : '';
    return `WHEN ${text} IS NOT NULL${isText} THEN ${instants[i] ?? readInstant(text, reading)}`;
  });
  return `CASE ${whens.join(' ')} END`;
};

/** How the columns of a log are found in its table. */
export interface TableCells {
  /** Our column -> SQL of its text in each of its places, empty if it is unknown. */
  readonly places: Places;
  /** Columns whose type leaves nothing to check; flags among them are no text. */
  readonly typed: ReadonlySet<string>;
  /** Typed columns, and those of text that can be unknown only by a word or an empty cell. */
  readonly nullable: ReadonlySet<string>;
  /** Columns that hold numbers by their type, so that they have no grammar. */
  readonly pointed: ReadonlySet<string>;
  /** SQL of the instant, if the type of its column says it. */
  readonly instant: string | undefined;
}

const flags: ReadonlySet<string> = new Set(
  Object.entries(EVENT_COLUMNS).flatMap(([name, kind]) => (kind === 'flag' ? [name] : [])),
);

/** SQL of a cell as text, in the spelling of the log: a number among text has its decimal comma. */
const cellOf = (value: TypedValue, isMixed: boolean, { decimal }: Log['reading']): string => {
  const text = textOf(value);
  return isMixed && decimal === ',' && ANY_NUMBER.test(value.shape.base) ? `replaceOne(${text}, '.', ',')` : text;
};

/** The cells of an opened table. `numbers`: columns that hold numbers. */
export const tableCells = (log: Log, columns: readonly TableColumn[], numbers: ReadonlySet<string>): TableCells => {
  const { reading } = log;
  const places = new Map<string, string[]>();
  const [typed, nullable, pointed] = [new Set<string>(), new Set<string>(), new Set<string>()];
  let instant: string | undefined;
  for (const [ours, at] of log.columns) {
    const values = at.map((place) => {
      const { name, type } = columns[place.at] ?? { name: '', type: '' };
      return within({ sql: `${TABLE}.${quoted(name)}`, shape: shapeOf(type) }, place.within ?? []);
    });
    const are = (kind: RegExp): boolean => values.every(({ shape }) => kind.test(shape.base));
    if (values.some(({ shape }) => shape.nullable)) nullable.add(ours);
    if (are(ANY_NUMBER)) pointed.add(ours);
    if (ours === 'timestamp') instant = instantAmong(values, reading);
    const needs = flags.has(ours) ? /^Bool/ : numbers.has(ours) ? NUMBER : TYPED;
    const isSafe = !isTimePart(ours) && !wordsOf(ours, reading).some((word) => PRINTED.test(word));
    const isInstant = ours === 'timestamp' && values.every((value) => instantOf(value, reading) !== undefined);
    if ((isSafe && are(needs)) || isInstant) typed.add(ours);
    const isFlag = typed.has(ours) && flags.has(ours);
    places.set(
      ours,
      values.map((value) => (isFlag ? value.sql : cellOf(value, !pointed.has(ours), reading))),
    );
  }
  return { places, typed, nullable, pointed, instant };
};
