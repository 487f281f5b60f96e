/** The settings: their types, their defaults, and the hash that identifies a configuration. */
import { createHash } from 'node:crypto';
import { features as builtIn } from '../catalogue/features.js';
import type { Features } from '../catalogue/measures.js';
import { idleTimeout } from '../catalogue/sessions.js';
import { type Pages, type Source, type SourceName, sources, type Theirs } from '../catalogue/sources.js';
import { defaultLabels, defaultWeights, type Thresholds, type Weights } from '../catalogue/weights.js';
import type { TimestampForm } from '../model.js';

/** How a log is read: its columns, its event types and its timestamps. */
export interface EventSettings {
  /** The source that these settings are based on. */
  readonly from?: SourceName;
  /** Our column name -> the log's; a name with dots reaches into nested JSON. */
  readonly columns: Readonly<Record<string, Theirs>>;
  /** The log's event type -> ours. */
  readonly types: Readonly<Record<string, string>>;
  /** Which page views count as another type. */
  readonly pages?: Pages;
  /** Our column name -> cells that mean "unknown". */
  readonly unknown?: Readonly<Record<string, readonly string[]>>;
  readonly timestamp: TimestampForm;
  /**
   * What becomes of a row with more or fewer cells than the header: it is rejected; or `fill`: missing cells at its end
   * are empty, and empty surplus ones are ignored.
   */
  readonly raggedRows: 'reject' | 'fill';
}

/** Whose events are excluded and listed: your own people and bots. */
export interface Exclusions {
  /** Ids of internal users. */
  readonly users: readonly string[];
  /** Domains of internal e-mail addresses in a user's id, name or `email`; subdomains are not included. */
  readonly emailDomains: readonly string[];
  /** RE2 expressions that match somewhere in the `user_agent` of excluded events; case is ignored. */
  readonly userAgents: readonly string[];
  /** Exclude sessions that are faster than a human, by the rule in catalogue/sessions.ts. */
  readonly fasterThanHuman: boolean;
}

/** All settings, with the project's own features and weights merged over the defaults. */
export interface Settings {
  readonly events: EventSettings;
  readonly sessions: {
    /** Idle minutes after which a new session begins; a gap of exactly this length stays inside. */
    readonly timeoutMinutes: number;
  };
  /** Undefined: nothing is excluded. */
  readonly exclude?: Exclusions | undefined;
  /** All features in CSV order, `converted` last. */
  readonly features: Features;
  /** All weights in the order of user_scores.csv; the positive points sum to 100. */
  readonly weights: Weights;
  /** The lowest scores labelled high and medium. */
  readonly labels: Thresholds;
  readonly conversion: { readonly allOf: readonly string[] };
}

/** A checked configuration. */
export interface Config extends Settings {
  /** 12 hexadecimal digits each: one changes with a setting that can change features, the other with one of scoring. */
  readonly hashes: { readonly features: string; readonly scoring: string };
  /** Both in one, as it is written in rows of scores. */
  readonly hash: string;
  /** The file it was read from; undefined for the defaults. */
  readonly path: string | undefined;
}

/** A value as JSON with sorted keys, so that equal values give equal texts. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

const mapValues = <In, Out>(record: Readonly<Record<string, In>>, change: (value: In) => Out): Record<string, Out> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));

const hashOf = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex').slice(0, 12);

/**
 * Adds the hashes that identify settings. Words (`says`, `because`, `phrase`) are not part of them: they explain a score
 * and never change it, so `gesture compare` must not report them as a change of settings.
 */
export const withHash = (settings: Settings, path?: string): Config => {
  const { features, weights, labels, ...reading } = settings;
  const measures = mapValues(features, ({ from, is, unit }) => ({ from, is, unit }));
  const points = mapValues(weights, ({ points: most, earns }) => ({ points: most, earns }));
  const hashes = { features: hashOf({ ...reading, features: measures }), scoring: hashOf({ weights: points, labels }) };
  return { ...settings, hashes, hash: stampOf(hashes), path };
};

/** What is written in every row of scores: the settings of the features (`unknown` if nobody knows) and of the scoring. */
export const stampOf = ({ features, scoring }: { features: string | undefined; scoring: string }): string =>
  `${features ?? 'unknown'}-${scoring}`;

/** The configuration of a run without gesture.yaml. */
export const defaultConfig: Config = withHash({
  events: { columns: {}, types: {}, timestamp: 'iso', raggedRows: 'reject' },
  sessions: { timeoutMinutes: idleTimeout.minutes },
  features: builtIn,
  weights: defaultWeights,
  labels: defaultLabels,
  conversion: { allOf: ['signup', 'calendar_booking'] },
});

/** How the export of a source is read. */
export const eventsOf = (from: SourceName): EventSettings => {
  const { columns, types, pages, unknown, timestamp }: Source = sources[from];
  return { from, columns, types, pages, ...(unknown && { unknown }), timestamp, raggedRows: 'reject' };
};
