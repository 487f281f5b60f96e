/** The cells of a table of ClickHouse: from the types of its columns to text, instants and flags in our words. */
import { isTimePart, type Log } from '../intake/bind.js';
import { EVENT_COLUMNS } from '../model.js';
import { literal, quoted } from './clickhouseText.js';
import { type Places, wordsOf } from './reading.js';

/** A column as the table declares it. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
}

/** A type without what it is wrapped in. */
interface Shape {
  readonly base: string;
  readonly nullable: boolean;
}

const shapeOf = (type: string, nullable = false): Shape => {
  const [, wrapper, inner] = /^(Nullable|LowCardinality|SimpleAggregateFunction)\((?:\w+, )?(.*)\)$/s.exec(type) ?? [];
  if (inner === undefined) return { base: type, nullable };
  return shapeOf(inner, nullable || wrapper === 'Nullable');
};

/** Types whose values need no grammar, as numbers, text or instants. */
const TYPED = /^(U?Int\d+|Decimal|UUID|Date|Bool|IPv)/;
const [INTEGER, NUMBER, INSTANT] = [/^U?Int\d+$/, /^(U?Int\d+$|Decimal)/, /^Date/];

/** Words that a value of such a type can look like: if one of them means unknown, cells are read as text. */
const PRINTED = /^(-?[\d.]|true$|false$)/;

/** The relation of the table in queries, so that its columns are never taken for ours. */
export const TABLE = 'source';

/** SQL of the text within a column, by the keys that lead to it; empty if there is none. */
const within = (column: string, { base }: Shape, keys: readonly string[]): string => {
  const [first = '', ...rest] = keys;
  if (base.startsWith('Map(') && rest.length === 0) return `toString(${column}[${literal(first)}])`;
  if (/^(Tuple|JSON|Object|Nested)/.test(base)) return `toString(${column}.${keys.map(quoted).join('.')})`;
  const at = [column, ...keys.map(literal)].join(', ');
  return `CASE toString(JSONType(${at})) WHEN 'Null' THEN '' WHEN 'String' THEN JSONExtractString(${at}) ELSE JSONExtractRaw(${at}) END`;
};

const textOf = (column: string, { base }: Shape): string => {
  if (base === 'String') return column;
  if (base.startsWith('DateTime')) return `toString(toTimeZone(${column}, 'UTC'))`;
  return base.startsWith('FixedString') ? `toStringCutToZero(${column})` : `toString(${column})`;
};

const POWERS: Readonly<Record<string, number>> = { epoch_s: 1_000_000, epoch_ms: 1000, epoch_us: 1 };

/** SQL of an instant in microseconds from a column that holds instants, by its type; undefined if it is text to be read. */
const instantOf = (column: string, { base }: Shape, { timestamp, timezone }: Log['reading']): string | undefined => {
  const [form = '', ...others] = timestamp;
  const micros = POWERS[form];
  // Beyond this there is no year that counts, and no room in 64 bits.
  const most = 8_000_000_000_000_000;
  if (INTEGER.test(base) && micros !== undefined && others.length === 0)
    return `CASE WHEN ${column} >= 0 AND ${column} < ${most / micros} THEN toInt64(${column}) * ${micros} END`;
  if (base.startsWith('DateTime64')) return `toUnixTimestamp64Micro(toDateTime64(${column}, 6))`;
  if (base.startsWith('DateTime')) return `toInt64(toUnixTimestamp(${column})) * 1000000`;
  // A day begins at another instant in each zone.
  return INSTANT.test(base) && timezone === undefined ? `toInt64(toInt32(${column})) * 86400000000` : undefined;
};

/** How the columns of a log are found in its table. */
export interface TableCells {
  /** Our column -> SQL of its text in each of its places, empty if it is unknown. */
  readonly places: Places;
  /** Columns whose type leaves nothing to check; flags among them are no text. */
  readonly typed: ReadonlySet<string>;
  /** Typed columns, and those of text that can be unknown only by a word or an empty cell. */
  readonly nullable: ReadonlySet<string>;
  /** SQL of the instant, if the type of its column says it. */
  readonly instant: string | undefined;
}

const flags: ReadonlySet<string> = new Set(
  Object.entries(EVENT_COLUMNS).flatMap(([name, kind]) => (kind === 'flag' ? [name] : [])),
);

/** The cells of an opened table. `numbers`: columns that hold numbers. */
export const tableCells = (log: Log, columns: readonly TableColumn[], numbers: ReadonlySet<string>): TableCells => {
  const places = new Map<string, string[]>();
  const [typed, nullable] = [new Set<string>(), new Set<string>()];
  let instant: string | undefined;
  for (const [ours, at] of log.columns) {
    const found = at.map((place) => {
      const { name, type } = columns[place.at] ?? { name: '', type: '' };
      return { place, column: `${TABLE}.${quoted(name)}`, shape: shapeOf(type) };
    });
    const [only] = found.length === 1 ? found : [];
    if (found.some(({ shape }) => shape.nullable)) nullable.add(ours);
    if (only !== undefined && only.place.within === undefined && !isTimePart(ours)) {
      const { column, shape } = only;
      if (ours === 'timestamp') instant = instantOf(column, shape, log.reading);
      const needs = flags.has(ours) ? /^Bool/ : numbers.has(ours) ? NUMBER : TYPED;
      const isSafe = !wordsOf(ours, log.reading).some((word) => PRINTED.test(word));
      if ((isSafe && needs.test(shape.base)) || (ours === 'timestamp' && instant !== undefined)) {
        typed.add(ours);
        places.set(ours, [flags.has(ours) ? column : textOf(column, shape)]);
        continue;
      }
    }
    places.set(
      ours,
      found.map(({ place, column, shape }) =>
        place.within === undefined ? textOf(column, shape) : within(column, shape, place.within),
      ),
    );
  }
  return { places, typed, nullable, instant };
};
