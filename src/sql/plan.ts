/** What the queries are made from: what was asked of a log, and what is known about its rows. */
import {
  columnsOf,
  type Features,
  needsAsOf,
  needsSessionIds,
  needsTimes,
  rowMeasures,
} from '../catalogue/measures.js';
import type { CellRules } from './cells.js';
import { packEvents, type PackedEvents } from './packedEvents.js';
import { SESSION_FLAGS, type SessionFacts } from './sessions.js';

/** What was asked: how cells are read, and what is measured. It does not change during a run. */
export interface Plan {
  readonly rules: CellRules;
  /** The features, reading columns of the log by their aliases. */
  readonly features: Features;
  readonly timeoutMinutes: number;
}

/** What is known about the rows of a log. Knowing less is never wrong, only slower. */
export interface Facts {
  /** Columns without an empty cell in any row. */
  readonly complete: ReadonlySet<string>;
  /** Whether no event_id stands for several events. */
  readonly uniqueIds: boolean;
  /** Columns with an empty cell in every row; as good as absent. */
  readonly empty: ReadonlySet<string>;
  /** The names of devices in the log, in byte order; empty: unknown. */
  readonly devices: readonly string[];
}

/** Nothing is known yet. */
export const NO_FACTS: Facts = { complete: new Set(), uniqueIds: false, empty: new Set(), devices: [] };

/** What `by_event` lists for every event, if there is room in memory, so that the log is read only once. */
export interface Lists {
  /** The event packed into a number, for sessions; see packedEvents.ts. */
  readonly packed: boolean;
  /** The hash of the event_id, for duplicates. */
  readonly ids: boolean;
}

/** Nothing is listed. */
export const NO_LISTS: Lists = { packed: false, ids: false };

const isPresent = ({ rules }: Plan, column: string): boolean => rules.columns.includes(column);

/** The columns of the log that features over events read. */
export const eventColumns = (features: Features): Set<string> =>
  new Set(rowMeasures(features, 'events').flatMap(([, is]) => columnsOf(is)));

/** True if as-of must be known before events are aggregated. */
export const asOfComesFirst = (features: Features): boolean =>
  (['events', 'sessions'] as const).some((level) => rowMeasures(features, level).some(([, is]) => needsAsOf(is)));

/** The columns of a log that Facts are about: whether they are complete decides how queries are written. */
export const profiledColumns = (plan: Plan): string[] => {
  const latest = rowMeasures(plan.features, 'events').flatMap(([, is]) => (is.op === 'latest' ? [is.column] : []));
  const columns = new Set(['event_id', 'session_id', ...SESSION_FLAGS, ...latest]);
  return [...columns].filter((column) => isPresent(plan, column));
};

/** The profiled columns that are not known to be complete. */
export const incompleteColumns = (plan: Plan, facts: Facts): string[] =>
  profiledColumns(plan).filter((column) => !facts.complete.has(column));

/** The column that orders events of one instant, if the log has it, and whether it tells all of them apart. */
export const eventId = (plan: Plan, facts: Facts): { column: string; unique: boolean } | undefined =>
  isPresent(plan, 'event_id')
    ? { column: 'event_id', unique: facts.uniqueIds && facts.complete.has('event_id') }
    : undefined;

/** What a log says about sessions. */
export const sessionFacts = (plan: Plan, facts: Facts): SessionFacts => {
  const has = (column: string): boolean => isPresent(plan, column) && !facts.empty.has(column);
  const given = facts.complete.has('session_id') ? 'given' : 'mixed';
  return {
    ids: has('session_id') ? given : 'none',
    flags: new Set(SESSION_FLAGS.filter(has)),
    completeFlags: new Set(SESSION_FLAGS.filter((column) => facts.complete.has(column))),
    hasDevice: has('device'),
    devices: has('device') ? facts.devices : [],
    timeoutMinutes: plan.timeoutMinutes,
    speed: !facts.complete.has('spam_flag'),
  };
};

/** The columns of a log that sessions are made from. */
export const sessionColumns = ({ ids, hasDevice, flags }: SessionFacts): string[] => [
  ...(ids === 'none' ? [] : ['session_id']),
  ...(hasDevice ? ['device'] : []),
  ...flags,
];

/** How events are packed for sessions; undefined if a number cannot hold what the features ask of sessions. */
export const packedSessionEvents = (plan: Plan, facts: Facts): PackedEvents | undefined => {
  const measures = rowMeasures(plan.features, 'sessions').map(([, is]) => is);
  const asked = { times: measures.some(needsTimes), ids: measures.some(needsSessionIds) };
  return packEvents(sessionFacts(plan, facts), asked);
};
