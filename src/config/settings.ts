/** The settings: their types, their defaults, and the hash that identifies a configuration. */
import { createHash } from 'node:crypto';
import type { Condition } from '../catalogue/conditions.js';
import { features as builtIn } from '../catalogue/features.js';
import type { Features } from '../catalogue/measures.js';
import { idleTimeout } from '../catalogue/sessions.js';
import {
  type Identity,
  type LineFormat,
  NULL_WORDS,
  type Pages,
  type Source,
  type SourceName,
  sources,
  type Theirs,
} from '../catalogue/sources.js';
import { defaultLabels, defaultWeights, type Thresholds, type Weights } from '../catalogue/weights.js';

/** How some of the logs are read: their columns, event types, timestamps and whatever else differs between exports. */
export interface Reading {
  /** The source that these settings are based on. */
  readonly from?: SourceName | undefined;
  /** Patterns for the names of its files, if there are several readings; empty: every file. */
  readonly files: readonly string[];
  /** Our column name -> the log's; a name with dots reaches into nested JSON. */
  readonly columns: Readonly<Record<string, Theirs>>;
  /** What the lines are, if they are not CSV. */
  readonly lines?: LineFormat | undefined;
  /** The names of the columns of files that have no header. */
  readonly header?: readonly string[] | undefined;
  /** The event type of every row, if the log has no column for it. */
  readonly type?: string | undefined;
  /** The log's event type -> ours; `*` in theirs stands for any text. */
  readonly types: Readonly<Record<string, string>>;
  /** Event types that are not renamed by custom, since the settings use them. */
  readonly ownTypes: readonly string[];
  /** Which page views are views of the pricing page. */
  readonly pages?: Pages | undefined;
  /** Cells that mean "unknown" in every column. */
  readonly unknown: readonly string[];
  /** Our column name -> further cells that mean "unknown" there. */
  readonly unknownIn: Readonly<Record<string, readonly string[]>>;
  /** How timestamps are written: names of `TIMESTAMP_FORMS` or strptime patterns; the first that fits counts. */
  readonly timestamp: readonly string[];
  /** The zone of timestamps that name none, by its IANA name; undefined: UTC. */
  readonly timezone?: string | undefined;
  /** What separates the decimals of a number. */
  readonly decimal: '.' | ',';
  /** What identifies an event instead of an id: columns of theirs, or all of its cells. */
  readonly id?: readonly string[] | 'all' | undefined;
  readonly identity?: Identity | undefined;
  /** Rows that do not meet all of these are excluded. */
  readonly where: readonly Condition[];
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
  /** Domains of internal e-mail addresses in a user's id, name or `email`, with their sub-domains. */
  readonly emailDomains: readonly string[];
  /** RE2 expressions that match somewhere in the `user_agent` of excluded events; case is ignored. */
  readonly userAgents: readonly string[];
  /** Exclude events whose `user_agent` is that of a known bot, by the list of the package isbot. */
  readonly bots: boolean;
  /** Exclude sessions that are faster than a human, by the rule in catalogue/sessions.ts. */
  readonly fasterThanHuman: boolean;
}

/** All settings, with the project's own features and weights merged over the defaults. */
export interface Settings {
  /** How the logs are read; several if each has `files` of its own. */
  readonly events: readonly Reading[];
  /** A file of `anonymous_id,user_id`: who is who, beside what the logs themselves say. */
  readonly identityMap?: string | undefined;
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
  /** Features that the list shows beside the score. */
  readonly show: readonly string[];
  /** Where the points come from, if `gesture tune` found them: the end of the last window that it learned from. */
  readonly tuned?: { readonly until: string } | undefined;
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
 * and never change it, so `gesture compare` must not report them as a change of settings; nor is `tuned`.
 */
export const withHash = (settings: Settings, path?: string): Config => {
  const { features, weights, labels, tuned: _, ...others } = settings;
  const measures = mapValues(features, ({ from, is, unit }) => ({ from, is, unit }));
  const points = mapValues(weights, ({ points: most, earns }) => ({ points: most, earns }));
  const hashes = { features: hashOf({ ...others, features: measures }), scoring: hashOf({ weights: points, labels }) };
  return { ...settings, hashes, hash: stampOf(hashes), path };
};

/** True if the settings can leave rows out, so that a run has a list of them. */
export const leavesRowsOut = ({ exclude, events }: Settings): boolean =>
  exclude !== undefined || events.some(({ where }) => where.length > 0);

/** What is written in every row of scores: the settings of the features (`unknown` if nobody knows) and of the scoring. */
export const stampOf = ({ features, scoring }: { features: string | undefined; scoring: string }): string =>
  `${features ?? 'unknown'}-${scoring}`;

/** How a log in our own columns is read. */
export const defaultReading: Reading = {
  files: [],
  columns: {},
  types: {},
  ownTypes: [],
  unknown: NULL_WORDS,
  unknownIn: {},
  timestamp: ['iso'],
  decimal: '.',
  where: [],
  raggedRows: 'reject',
};

/** The configuration of a run without gesture.yaml. */
export const defaultConfig: Config = withHash({
  events: [defaultReading],
  sessions: { timeoutMinutes: idleTimeout.minutes },
  features: builtIn,
  weights: defaultWeights,
  labels: defaultLabels,
  show: [],
});

/** How the export of a source is read. */
export const readingOf = (from: SourceName): Reading => {
  const {
    columns,
    types,
    pages,
    unknown = {},
    timestamp,
    id,
    identity,
    lines,
    type,
    where = [],
  }: Source = sources[from];
  const reading = { columns, types, pages, unknownIn: unknown, timestamp, id, identity, lines, type, where };
  return { ...defaultReading, ...reading, from };
};
