/**
 * Warnings: what is probably wrong with a log, or with the settings for it. On a clean log they cost next to nothing,
 * since they are found in the tables of users; the log is read again only if a setting or a doubt asks for it.
 */
import type { Warning } from '../../model.js';
import { counted } from '../../text/numbers.js';
import type { Aggregated, Job } from '../aggregate.js';
import type { Engine } from '../duckdb/open.js';
import type { EventTypes } from '../eventTypes.js';
import { idleExclusions } from './exclusions.js';
import { idleFeatures, unreachedConversion } from './features.js';
import { asWarnings, type Finding } from './finding.js';
import { oddIds } from './ids.js';
import { idleSettings } from './settings.js';
import { oddStamps } from './stamps.js';
import { eventsOfTypes, unmatchedTypes } from './types.js';

/** Ids of events that stand for several, by how many there are. */
export const sharedIds = (shared: number): Finding[] => {
  if (shared === 0) return [];
  const text = `${counted(shared, 'event_id')} ${shared === 1 ? 'stands' : 'stand'} for different events (another user, type or time); all of them are used`;
  return [{ code: 'event-ids-shared', text }];
};

/** There is nobody in the table of users. */
export const NO_ROWS: Finding = { code: 'no-rows', text: 'no row was used, so the table of users is empty' };

/** What is probably wrong with a log, or with the settings for it. */
export const findWarnings = async (
  engine: Engine,
  job: Job,
  found: Aggregated,
  types: EventTypes,
): Promise<Warning[]> => {
  const { used, excluded } = found.accounts;
  const findings: Finding[] = [...sharedIds(found.sharedIds)];
  if (used > 0) {
    findings.push(
      ...(await oddIds(engine)),
      ...(await oddStamps(engine, job, found)),
      ...(await unmatchedTypes(job, types, () => eventsOfTypes(engine, job))),
      ...(await idleFeatures(engine, job, found)),
      ...(await unreachedConversion(engine, job, found, types)),
    );
  }
  if (used > 0) findings.push(...(await idleSettings(engine, job, found)));
  if (used + excluded > 0) findings.push(...(await idleExclusions(engine, job, found)));
  if (used === 0) findings.push(NO_ROWS);
  return asWarnings(findings, job.config);
};
