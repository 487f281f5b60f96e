/**
 * The vocabulary of measures: what can be measured about a user, as plain data, and what each measure needs.
 * The same words serve the catalogue in code and the `features:` of gesture.yaml; `sql/` spells each once.
 */

/** Which rows of the level below a measure looks at: one column, one condition. Text compares byte for byte. */
export interface Where {
  readonly column: string;
  readonly equals?: string | undefined;
  readonly in?: readonly string[] | undefined;
  /** An RE2 regular expression that must match somewhere in the cell. */
  readonly matches?: string | undefined;
}

/** Measures over the rows of one user: events or sessions. */
export type RowMeasure =
  /** Number of rows. */
  | { readonly op: 'count' }
  /** Number of rows that meet the condition. */
  | ({ readonly op: 'countWhere' } & Where)
  /** Arithmetic over a numeric column; unknown cells are skipped; unknown if no cell is known (`sum`: 0). */
  | { readonly op: 'sum' | 'max' | 'min' | 'mean'; readonly column: string; readonly where?: Where | undefined }
  /** Number of different known values. */
  | { readonly op: 'distinct'; readonly column: string; readonly where?: Where | undefined }
  /** The most frequent known value, ties alphabetical (byte order). */
  | { readonly op: 'mode'; readonly column: string }
  /** The latest known value: by timestamp, ties by event_id, then by the value itself (byte order). */
  | { readonly op: 'latest'; readonly column: string }
  /** Timestamp of the first or last row. */
  | { readonly op: 'firstTime' | 'lastTime'; readonly where?: Where | undefined }
  /** Number of different UTC days with a row. */
  | { readonly op: 'distinctDays'; readonly where?: Where | undefined }
  /** Days (with fraction) from the first or last row to as-of; unknown if there is none. */
  | { readonly op: 'daysSinceFirst' | 'daysSinceLast'; readonly where?: Where | undefined }
  /** 1 if a row lies in the last `days` days before as-of (as-of included, its far edge excluded), else 0. */
  | { readonly op: 'activeInLast'; readonly days: number; readonly where?: Where | undefined }
  /** Rows of the last `days` days minus rows of the `days` days before those. */
  | { readonly op: 'trend'; readonly days: number; readonly where?: Where | undefined }
  /** 1 if for each of `values` a row has it in `column`, else 0. */
  | { readonly op: 'everyOf'; readonly column: string; readonly values: readonly string[] };

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

/** The condition that a measure puts on its rows, if it has one. */
export const conditionOf = (is: Feature['is']): Where | undefined => {
  if (is.op === 'countWhere') return is;
  return 'where' in is ? is.where : undefined;
};

/** The columns that a measure over rows reads. */
export const columnsOf = (is: RowMeasure): string[] => {
  const columns = ['column' in is ? is.column : undefined, conditionOf(is)?.column];
  return [...new Set(columns.filter((column) => column !== undefined))];
};

/** The event types that a measure names, exactly; a pattern names none. */
export const eventTypesOf = (is: RowMeasure): string[] => {
  if (is.op === 'everyOf') return is.column === 'event_type' ? [...is.values] : [];
  const where = conditionOf(is);
  if (where?.column !== 'event_type') return [];
  return [where.equals, ...(where.in ?? [])].filter((type) => type !== undefined);
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

/** True of a measure that cannot be aggregated before as-of is known. */
export const needsAsOf = (is: RowMeasure): boolean => is.op === 'activeInLast' || is.op === 'trend';

/** True of a measure over sessions for which it matters when they were. */
export const needsTimes = (is: RowMeasure): boolean => {
  const untimed = ['events', 'device', 'is_repeat', 'is_bounce', 'is_spam'];
  switch (is.op) {
    case 'latest':
    case 'firstTime':
    case 'lastTime':
    case 'distinctDays':
    case 'daysSinceFirst':
    case 'daysSinceLast':
    case 'activeInLast':
    case 'trend':
      return true;
    default:
      return columnsOf(is).some((column) => !untimed.includes(column));
  }
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
export const withColumns = (is: RowMeasure, nameOf: (column: string) => string): RowMeasure => ({
  ...is,
  ...('column' in is ? { column: nameOf(is.column) } : {}),
  ...('where' in is && is.where ? { where: { ...is.where, column: nameOf(is.where.column) } } : {}),
});

/** The features that are measured over the events or the sessions of a user, with their measures. */
export const rowMeasures = (features: Features, level: 'events' | 'sessions'): [string, RowMeasure][] =>
  Object.entries(features).flatMap(([name, feature]): [string, RowMeasure][] =>
    feature.from === level ? [[name, feature.is]] : [],
  );
