/** Which features are derived from which: ratios of features, of which each can be a ratio again. */
import type { Feature, Features } from './measures.js';

const featureOf = (name: string, all: Features): Feature | undefined =>
  Object.hasOwn(all, name) ? all[name] : undefined;

/**
 * The path from a derived feature back to itself, if there is one.
 *
 * @param clean features that are known to lead back to none; grows
 */
export const cycleFrom = (
  name: string,
  all: Features,
  clean: Set<string>,
  seen: readonly string[] = [],
): readonly string[] | undefined => {
  if (seen.includes(name)) return [...seen, name];
  const feature = featureOf(name, all);
  if (feature?.from !== 'features' || clean.has(name)) return undefined;
  const path = [...seen, name];
  const cycle = cycleFrom(feature.is.of, all, clean, path) ?? cycleFrom(feature.is.per, all, clean, path);
  if (cycle === undefined) clean.add(name);
  return cycle;
};

/** Levels of ratios of ratios that are accepted: each is a query within a query, and the engine takes some hundreds. */
export const MOST_LEVELS = 100;

/**
 * How many ratios lie between a feature and what is measured.
 *
 * @param known the levels of other features; grows
 */
export const levelsOf = (name: string, all: Features, known: Map<string, number>): number => {
  const before = known.get(name);
  if (before !== undefined) return before;
  const feature = featureOf(name, all);
  const parts = feature?.from === 'features' ? [feature.is.of, feature.is.per] : [];
  const levels = Math.max(0, ...parts.map((part) => 1 + levelsOf(part, all, known)));
  known.set(name, levels);
  return levels;
};

/** The features of these names, with all that they are derived from. */
export const selectFeatures = (all: Features, names: Iterable<string>): Features => {
  const needed = new Set<string>();
  for (const name of names) sourcesOf(name, all, needed);
  return Object.fromEntries(Object.entries(all).filter(([name]) => needed.has(name)));
};

/** A feature and all that it is derived from. */
export const sourcesOf = (name: string, all: Features, found = new Set<string>()): Set<string> => {
  const feature = featureOf(name, all);
  if (!feature || found.has(name)) return found;
  found.add(name);
  if (feature.from === 'features') for (const part of [feature.is.of, feature.is.per]) sourcesOf(part, all, found);
  return found;
};
