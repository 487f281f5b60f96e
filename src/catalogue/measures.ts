/**
 * The vocabulary of measures: what can be measured about a user, as plain data, and what each measure needs.
 * The same words serve the catalogue in code and the `features:` of gesture.yaml; `sql/` spells each once.
 */
import { durationSeconds } from '../text/duration.js';
import { type Action, type Condition, isNumeric, typesNamedBy } from './conditions.js';

/** Which rows of one user a measure looks at: those that meet all conditions, and are recent enough. */
interface Selection {
  readonly where?: Condition | readonly Condition[] | undefined;
  /** Only rows of this long before as-of (as-of included, the far edge excluded): `7d`, `12h`. */
  readonly within?: string | undefined;
}

/** What is measured over the rows of one user: events or sessions. */
type RowOperation =
  /** Number of rows. */
  | { readonly op: 'count' }
  /** Number of rows that meet the condition. */
  | ({ readonly op: 'countWhere' } & Condition)
  /** Arithmetic over a numeric column; unknown cells are skipped; unknown if no cell is known (`sum`: 0). */
  | { readonly op: 'sum' | 'max' | 'min' | 'mean'; readonly column: string }
  /** Number of different known values. */
  | { readonly op: 'distinct'; readonly column: string }
  /** The most frequent known value, ties alphabetical (byte order). */
  | { readonly op: 'mode'; readonly column: string }
  /** The latest known value: by timestamp, ties by event_id, then by the value itself (byte order). */
  | { readonly op: 'latest'; readonly column: string }
  /** Timestamp of the first or last row. */
  | { readonly op: 'firstTime' | 'lastTime' }
  /** Number of different UTC days with a row. */
  | { readonly op: 'distinctDays' }
  /** Days (with fraction) from the first or last row to as-of; unknown if there is none. */
  | { readonly op: 'daysSinceFirst' | 'daysSinceLast' }
  /** 1 if a row lies in the last `days` days before as-of (as-of included, its far edge excluded), else 0. */
  | { readonly op: 'activeInLast'; readonly days: number }
  /** Rows of the last `days` days minus rows of the `days` days before those. */
  | { readonly op: 'trend'; readonly days: number }
  /** 1 if for each of `values` a row has it in `column`, else 0. */
  | { readonly op: 'everyOf'; readonly column: string; readonly values: readonly string[] };

/** 1 if the user did all of `allOf`, and some of `anyOf` unless that is empty, else 0. */
interface Did {
  readonly op: 'did';
  readonly allOf: readonly Action[];
  readonly anyOf: readonly Action[];
  readonly where?: undefined;
  /** As of a selection. */
  readonly within?: string | undefined;
}

/** A measure over the rows of one user. */
export type RowMeasure = (RowOperation & Selection) | Did;

/** Measures over other features of the same user. */
export type FeatureMeasure =
  /** One feature divided by another; unknown if the divisor is 0 or unknown. */
  { readonly op: 'ratio'; readonly of: string; readonly per: string };

/** Where a feature is measured, how, in what unit, and its name in words. */
export type Feature = {
  /** Unit of the value: `events`, `sessions`, `days`, `USD`, `per session`, `text`, `flag`, `UTC` ... */
  readonly unit: string;
  /** A noun phrase for tables and captions: "views of the pricing page". */
  readonly says: string;
} & (
  | { readonly from: 'events' | 'sessions'; readonly is: RowMeasure }
  | { readonly from: 'features'; readonly is: FeatureMeasure }
);

/** Features by name, in CSV order. */
export type Features = Readonly<Record<string, Feature>>;

/** A column of the session table: what a feature `from: 'sessions'` may measure. */
export const SESSION_COLUMNS = {
  user_id: 'id',
  session_id: 'id',
  start: 'timestamp',
  end: 'timestamp',
  events: 'number',
  duration_sec: 'number',
  device: 'text',
  is_repeat: 'flag',
  is_bounce: 'flag',
  is_spam: 'flag',
} as const;

/** Values of a measure are numbers, text or timestamps; the kind follows from the measure. */
export type ValueKind = 'number' | 'text' | 'timestamp';

/** The kind of value a feature has, from its measure and (for `latest`, `max` ...) its unit. */
export const valueKind = (feature: Feature): ValueKind => {
  switch (feature.is.op) {
    case 'mode':
      return 'text';
    case 'latest':
      return feature.unit === 'text' ? 'text' : 'number';
    case 'firstTime':
    case 'lastTime':
      return 'timestamp';
    default:
      return 'number';
  }
};

/** The actions that a measure asks for. */
export const actionsOf = (is: Feature['is']): readonly Action[] => (is.op === 'did' ? [...is.allOf, ...is.anyOf] : []);

/** The conditions that a measure puts on its rows; a row must meet all of them. */
export const conditionsOf = (is: Feature['is']): readonly Condition[] => {
  const where = 'where' in is ? [is.where ?? []].flat() : [];
  return is.op === 'countWhere' ? [is, ...where] : where;
};

/** All conditions that a measure asks about, also those of single actions. */
export const conditionsIn = (is: Feature['is']): readonly Condition[] => [
  ...conditionsOf(is),
  ...actionsOf(is).flatMap(({ is: conditions, undoneBy = [] }) => [...conditions, ...undoneBy]),
];

/** True of a measure over all rows of a user: it selects none by `where` or `within`. */
export const isPlain = ({ where, within }: RowMeasure): boolean =>
  within === undefined && [where ?? []].flat().length === 0;

/** The seconds before as-of that a measure looks at; undefined: all of the time. */
export const secondsWithin = (is: RowMeasure): number | undefined =>
  is.within === undefined ? undefined : durationSeconds(is.within);

/** The columns that a measure over rows reads. */
export const columnsOf = (is: RowMeasure): string[] => {
  const columns = [...('column' in is ? [is.column] : []), ...conditionsIn(is).map(({ column }) => column)];
  return [...new Set(columns)];
};

/** The event types that a measure names, exactly; a pattern names none. */
export const eventTypesOf = (is: RowMeasure): string[] => {
  const values = is.op === 'everyOf' && is.column === 'event_type' ? is.values : [];
  return [...values, ...conditionsIn(is).flatMap(typesNamedBy)];
};

/** The column that a measure calculates with; undefined if it does no arithmetic. */
export const calculatedColumnOf = (is: Feature['is']): string | undefined => {
  switch (is.op) {
    case 'sum':
    case 'max':
    case 'min':
    case 'mean':
      return is.column;
    default:
      return undefined;
  }
};

/** The column that must hold numbers for a feature: the one it calculates with, or whose latest value is its number. */
export const numberColumnOf = (feature: Feature): string | undefined =>
  feature.is.op === 'latest' && valueKind(feature) === 'number' ? feature.is.column : calculatedColumnOf(feature.is);

/** The columns in which a measure compares numbers. */
export const comparedColumnsOf = (is: Feature['is']): string[] =>
  conditionsIn(is)
    .filter(isNumeric)
    .map(({ column }) => column);

/** True of a measure that cannot be aggregated before as-of is known. */
export const needsAsOf = (is: RowMeasure): boolean =>
  is.op === 'activeInLast' || is.op === 'trend' || is.within !== undefined;

/**
 * What each measure is: a whole number of things, another amount that is 0 without a row, or a value that is unknown
 * without one; and whether it matters when the rows were.
 */
export const MEASURES: Readonly<
  Record<RowMeasure['op'], { readonly is: 'count' | 'amount' | 'value'; readonly timed: boolean }>
> = {
  count: { is: 'count', timed: false },
  countWhere: { is: 'count', timed: false },
  sum: { is: 'amount', timed: false },
  max: { is: 'value', timed: false },
  min: { is: 'value', timed: false },
  mean: { is: 'value', timed: false },
  distinct: { is: 'count', timed: false },
  mode: { is: 'value', timed: false },
  latest: { is: 'value', timed: true },
  firstTime: { is: 'value', timed: true },
  lastTime: { is: 'value', timed: true },
  distinctDays: { is: 'count', timed: true },
  daysSinceFirst: { is: 'value', timed: true },
  daysSinceLast: { is: 'value', timed: true },
  activeInLast: { is: 'count', timed: true },
  trend: { is: 'amount', timed: true },
  everyOf: { is: 'count', timed: false },
  did: { is: 'count', timed: false },
};

/** True of a measure over sessions for which it matters when they were. */
export const needsTimes = (is: RowMeasure): boolean => {
  if (needsAsOf(is)) return true;
  const untimed = ['events', 'device', 'is_repeat', 'is_bounce', 'is_spam'];
  return MEASURES[is.op].timed || columnsOf(is).some((column) => !untimed.includes(column));
};

/**
 * True of a measure that needs the ids of sessions: by name, or for their order, which decides between sessions that
 * start at the same instant.
 */
export const needsSessionIds = (is: RowMeasure): boolean => {
  const columns = columnsOf(is);
  return is.op === 'latest' || columns.includes('session_id') || (columns.includes('is_repeat') && columns.length > 1);
};

/** The same measure over columns of other names. */
export const withColumns = (is: RowMeasure, nameOf: (column: string) => string): RowMeasure => {
  const renamed = <Row extends { readonly column: string }>(row: Row): Row => ({ ...row, column: nameOf(row.column) });
  const action = ({ is: conditions, undoneBy }: Action): Action => ({
    is: conditions.map(renamed),
    undoneBy: undoneBy?.map(renamed),
  });
  if (is.op === 'did') return { ...is, allOf: is.allOf.map(action), anyOf: is.anyOf.map(action) };
  return {
    ...('column' in is ? renamed(is) : is),
    ...(is.where === undefined ? {} : { where: [is.where].flat().map(renamed) }),
  };
};

/** The features that are measured over the events or the sessions of a user, with their measures. */
export const rowMeasures = (features: Features, level: 'events' | 'sessions'): [string, RowMeasure][] =>
  Object.entries(features).flatMap(([name, feature]): [string, RowMeasure][] =>
    feature.from === level ? [[name, feature.is]] : [],
  );
