/** What a check finds: a warning with the setting that it is about, whose line in gesture.yaml is looked up at the end. */
import { readFile } from 'node:fs/promises';
import type { Condition } from '../../catalogue/conditions.js';
import { type Config, defaultReading, type Reading, readingOf } from '../../config/settings.js';
import type { Log } from '../../intake/bind.js';
import type { Warning } from '../../model.js';
import { didYouMean } from '../../text/closest.js';
import type { Job } from '../aggregate.js';

/** A warning before its place is known. */
export interface Finding extends Warning {
  /** The setting that it is about, by the keys that lead to it; undefined: it is about the log. */
  readonly at?: readonly PropertyKey[] | undefined;
}

/** A condition as gesture.yaml writes it. */
export const asWritten = (given: Condition): string => {
  const tests = Object.entries(given).filter(([key, value]) => value !== undefined && key !== 'op' && key !== 'where');
  return `{ ${tests.map(([key, value]) => `${key}: ${[value].flat().join(' or ').slice(0, 60)}`).join(', ')} }`;
};

/** The key of the nth reading in gesture.yaml, where `events` is one entry or a list. */
export const readingPath = ({ events }: Config, nth: number): PropertyKey[] =>
  events.length === 1 ? ['events'] : ['events', nth];

/** A reading of gesture.yaml with the logs that were read by it. */
export interface Used {
  readonly reading: Reading;
  readonly logs: readonly Log[];
  /** What the reading is merged over: its source, or the defaults. */
  readonly base: Reading;
  readonly nth: number;
  readonly at: readonly PropertyKey[];
}

/** The readings of a job, each with its logs. */
export const readingsOf = ({ config, logs }: Job): Used[] =>
  config.events.map((reading, nth) => ({
    reading,
    // The reading of a log can be a copy; its names of columns are not copied.
    logs: logs.filter((log) => log.reading.columns === reading.columns),
    base: reading.from === undefined ? defaultReading : readingOf(reading.from),
    nth,
    at: readingPath(config, nth),
  }));

/** Names that a log has, at most: with more of them a message helps nobody. */
const FEW = 5;

/** The end of a sentence about a name that a log lacks: the closest name that it has, or the first few. */
export const nearest = (name: string, known: readonly string[]): string => {
  const near = didYouMean(name, known);
  if (near !== '' || known.length === 0) return near;
  const few = known.slice(0, FEW).map((one) => JSON.stringify(one.slice(0, 40)));
  return `; there is ${few.join(', ')}${known.length > FEW ? ` and ${known.length - FEW} more` : ''}`;
};

/** Findings as warnings: one about a setting begins with its file and line. */
export const asWarnings = async (findings: readonly Finding[], { path }: Config): Promise<Warning[]> => {
  const placed = findings.some(({ at }) => at !== undefined) && path !== undefined;
  const text = placed ? await readFile(path, 'utf8').catch(() => undefined) : undefined;
  const document = text === undefined ? undefined : (await import('../../config/document.js')).parseConfigText(text);
  return findings.map(({ code, text: says, at }) => {
    if (at === undefined || path === undefined) return { code, text: says };
    const line = document?.positionOf({ path: at, message: '', atKey: true }).line;
    return { code, text: `${path}${line === undefined ? '' : `:${line}`}: ${says}` };
  });
};
