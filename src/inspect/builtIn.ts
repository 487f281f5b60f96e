/** The default weights, for a log that has what they were made for. Nothing here reads a file. */
import { features } from '../catalogue/features.js';
import { eventTypesOf, columnsOf } from '../catalogue/measures.js';
import { defaultWeights, type Weight } from '../catalogue/weights.js';
import type { Profile } from './profile.js';
import type { Signal } from './signal.js';
import { shared } from './signals.js';
import type { JudgedType } from './types.js';

/** True if a log has something for a default weight: an event type, or a column under our name. */
const isThere = (name: string, types: ReadonlySet<string>, columns: ReadonlySet<string>): boolean => {
  const feature = Object.entries(features).find(([known]) => known === name)?.[1];
  if (feature === undefined || feature.from !== 'events') return true;
  const named = eventTypesOf(feature.is);
  if (named.length > 0) return named.some((type) => types.has(type));
  return columnsOf(feature.is).every((column) => columns.has(column));
};

/** The default weights that a log has something for, in proportion to the defaults; none if it has something for all. */
export const builtInSignals = (types: readonly JudgedType[], profiles: readonly Profile[]): Signal[] => {
  const has = new Set(types.map(({ type }) => type));
  const columns = new Set(profiles.flatMap(({ log }) => log.header));
  const all: [string, Weight][] = Object.entries(defaultWeights);
  const there = all.filter(([name]) => isThere(name, has, columns));
  if (there.length === all.length) return [];
  const positive = there.filter(([, { points }]) => points > 0);
  const points = shared(
    positive.map(([, weight]) => weight.points),
    100,
  );
  const scaled = new Map(positive.map(([name], i) => [name, points[i] ?? 0]));
  return there.map(([name, { points: given, earns, because }]) => ({
    name,
    points: scaled.get(name) ?? given,
    earns,
    because,
    phrase: undefined,
  }));
};
