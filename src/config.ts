/** What a user may change, from gesture.yaml: parsed, checked and merged over the defaults. */
import { features as builtIn } from './catalogue/features.js';
import type { Features } from './catalogue/measures.js';

/** How the timestamps of a log are written: ISO 8601, or seconds, milliseconds or microseconds since 1970. */
export type TimestampForm = 'iso' | 'epoch_s' | 'epoch_ms' | 'epoch_us';

/** A checked configuration: every field present, the project's own features and weights merged over the defaults. */
export interface Config {
  readonly events: {
    /** Our column name -> the log's. A dotted name reaches into nested JSON. */
    readonly columns: Readonly<Record<string, string>>;
    /** The log's event type -> ours. */
    readonly types: Readonly<Record<string, string>>;
    readonly timestamp: TimestampForm;
  };
  readonly sessions: {
    /** Idle minutes after which a new session begins; a gap of exactly this length stays inside. */
    readonly timeoutMinutes: number;
  };
  /** All features in CSV order, `converted` last. */
  readonly features: Features;
  readonly conversion: { readonly allOf: readonly string[] };
}

/** The configuration of a run without gesture.yaml. */
export const defaultConfig: Config = {
  events: { columns: {}, types: {}, timestamp: 'iso' },
  sessions: { timeoutMinutes: 30 },
  features: builtIn,
  conversion: { allOf: ['signup', 'calendar_booking'] },
};
