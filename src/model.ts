/** The shared vocabulary of the pipeline: the columns of the CSV files, the event types, the errors and exit codes. */

/** How the cells of an event column are read: the grammar each cell must match. */
export type ColumnKind = 'id' | 'text' | 'timestamp' | 'type' | 'number' | 'flag';

/** How timestamps can be written, by name: ISO 8601, or seconds, milliseconds or microseconds since 1970. */
export const TIMESTAMP_FORMS = ['iso', 'epoch_s', 'epoch_ms', 'epoch_us'] as const;

/** The name of a way to write timestamps. */
export type TimestampForm = (typeof TIMESTAMP_FORMS)[number];

/** The columns of an event log, in the order `generate` writes them. */
export const EVENT_COLUMNS = {
  event_id: 'id',
  user_id: 'id',
  username: 'text',
  session_id: 'id',
  timestamp: 'timestamp',
  event_type: 'type',
  location_city: 'text',
  device: 'text',
  is_repeat_session: 'flag',
  session_number: 'number',
  account_balance_usd: 'number',
  recent_pages_viewed: 'number',
  recent_pricing_views: 'number',
  gender: 'text',
  time_on_page_sec: 'number',
  scroll_depth_pct: 'number',
  bounce_flag: 'flag',
  spam_flag: 'flag',
} as const satisfies Record<string, ColumnKind>;

/** A column of an event log that gesture knows. A log may have others, which configured features can use. */
export type EventColumn = keyof typeof EVENT_COLUMNS;

/** The column of a log that recognises people before they say who they are. */
export const ANONYMOUS_ID = 'anonymous_id';

/** Columns that only `exclude` in gesture.yaml reads, if the log has them. */
export const EXCLUSION_COLUMNS = ['email', 'user_agent'] as const;

/** The columns that every log must have. */
export const REQUIRED_COLUMNS = ['user_id', 'timestamp', 'event_type'] as const satisfies readonly EventColumn[];

/** Event types with a built-in meaning. Any other type counts as activity and is listed in the summary. */
export const EVENT_TYPES = [
  'page_view',
  'pricing_page_view',
  'search',
  'chat_message',
  'doc_download',
  'demo_request_click',
  'signup',
  'calendar_booking',
] as const;

/** An event type with a built-in meaning. */
export type EventType = (typeof EVENT_TYPES)[number];

/** The first six columns of user_scores.csv (after `rank`) and of top_users.csv. */
export const SCORE_COLUMNS = ['user_id', 'username', 'score', 'score_label', 'explanation', 'converted'] as const;

/** The labels of scores, best first. */
export const LABELS = ['high', 'medium', 'low'] as const;

/** The label of a score. */
export type Label = (typeof LABELS)[number];

/** Which labels are meant: one, or with `+` one and all above it. */
export const LABEL_FILTERS = ['high', 'medium', 'low', 'medium+'] as const;

/** One of `LABEL_FILTERS`. */
export type LabelFilter = (typeof LABEL_FILTERS)[number];

/** The formats of the list that `rank` writes. */
export const LIST_FORMATS = ['csv', 'json', 'ndjson'] as const;

/** A format of the list that `rank` writes. */
export type ListFormat = (typeof LIST_FORMATS)[number];

/** Something that is probably not as it should be; `--strict` allows none. */
export interface Warning {
  /** A name in kebab case that stays the same, for programs: `types-unmatched`. */
  readonly code: string;
  /** One line: what was found, how often and where, and what would help. */
  readonly text: string;
}

/** Exit codes, taken from sysexits.h if it has a suitable one. */
export const EXIT = {
  done: 0,
  found: 1,
  usage: 2,
  data: 65,
  noInput: 66,
  bug: 70,
  cannotWrite: 73,
  interrupted: 130,
} as const;

/** What kind of error it is: a name in `EXIT`. */
export type FailureKind = Exclude<keyof typeof EXIT, 'done' | 'bug'>;

/**
 * An error that the user can fix: one line that names the file, the line, the rule and the fix.
 * `cli.ts` prints the message and exits with `EXIT[kind]`; any other error is a bug in gesture and keeps its stack.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  /** Lines to show below the message: the wrong line of the source, with a caret. */
  readonly excerpt: readonly string[];

  constructor(kind: FailureKind, message: string, options: ErrorOptions & { excerpt?: readonly string[] } = {}) {
    super(message, options);
    this.kind = kind;
    this.excerpt = options.excerpt ?? [];
  }
}

/** The code of a system error, such as `ENOENT`; undefined for other errors. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** The message of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The largest share of rejected rows that a run accepts unless told otherwise. */
export const MAX_REJECTED = 0.05;
