/** Turns a well-formed config file into the settings of a run, and checks names and sums. */
import { features as builtIn } from '../catalogue/features.js';
import {
  columnsOf,
  comparedColumnsOf,
  eventTypesOf,
  type Feature,
  type Features,
  numberColumnOf,
  rowMeasures,
  SESSION_COLUMNS,
  valueKind,
} from '../catalogue/measures.js';
import { checkLabels, checkWeights, type Curve, type Weight } from '../catalogue/weights.js';
import { defaultReading, type Exclusions, type Reading, type Settings } from './settings.js';
import { didYouMean } from '../text/closest.js';
import { durationSeconds } from '../text/duration.js';
import { EVENT_COLUMNS, EVENT_TYPES, EXCLUSION_COLUMNS, SCORE_COLUMNS } from '../model.js';
import { PLACEHOLDERS } from '../scoring/phrases.js';
import { cycleFrom, levelsOf, MOST_LEVELS, sourcesOf } from '../catalogue/derived.js';
import { at, type Problem } from './document.js';
import { actionProblems, resolveConversion, resolveOptOut, resolveShow } from './resolveActions.js';
import { entriesOf, identityMapOf, resolveReading } from './resolveReading.js';
import { type ConfigInput, CURVE_KEYS, type WeightInput } from './schema.js';

/** Names that are already columns of some file. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...Object.keys(EVENT_COLUMNS),
  ...Object.keys(SESSION_COLUMNS),
  ...SCORE_COLUMNS,
  'rank',
  'config',
  'floor',
  'cap',
]);

/** The longest session timeout: a day. */
const LONGEST_TIMEOUT_MINUTES = 24 * 60;

const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

const featureProblems = (name: string, feature: Feature, all: Features): Problem[] => {
  if (Object.hasOwn(builtIn, name)) return [at('features', name).named('is a built-in feature: choose another name')];
  if (RESERVED.has(name)) return [at('features', name).named('is already a column: choose another name')];
  if (feature.from === 'features') {
    return (['of', 'per'] as const).flatMap((part) => {
      const target = own(all, feature.is[part]);
      const place = at('features', name, 'is', part);
      if (!target) return [place.is(`unknown feature${didYouMean(feature.is[part], Object.keys(all))}`)];
      return valueKind(target) === 'number' ? [] : [place.is(`"${feature.is[part]}" is not a number`)];
    });
  }
  const kinds: Readonly<Record<string, string>> = feature.from === 'sessions' ? SESSION_COLUMNS : EVENT_COLUMNS;
  return columnsOf(feature.is).flatMap((column): Problem[] => {
    const place = at('features', name, 'is', 'column');
    const kind = own(kinds, column);
    if (feature.from === 'sessions' && kind === undefined) {
      return [place.is(`sessions have no column "${column}"${didYouMean(column, Object.keys(kinds))}`)];
    }
    if (kind === undefined || kind === 'number') return [];
    if (comparedColumnsOf(feature.is).includes(column)) {
      return [place.is(`"${column}" does not hold numbers: at_least and below do not apply`)];
    }
    if (numberColumnOf(feature) !== column) return [];
    if (feature.is.op !== 'latest')
      return [place.is(`"${column}" does not hold numbers, so it has no ${feature.is.op}`)];
    if (kind === 'flag') return [];
    return [at('features', name, 'unit').is(`"${column}" does not hold numbers: its unit is text`)];
  });
};

const resolveFeatures = (input: ConfigInput, problems: Problem[]): Features => {
  const { converted: _, ...others } = builtIn;
  const added = input.features ?? {};
  const shown = resolveShow(input, { ...others, ...added });
  const conversion = resolveConversion(input);
  const all: Features = {
    ...others,
    ...added,
    ...Object.fromEntries(shown),
    ...resolveOptOut(input),
    converted: conversion,
  };
  for (const [i, column] of (input.show ?? []).entries()) {
    if ((SCORE_COLUMNS as readonly string[]).includes(column)) problems.push(at('show', i).is('is always in the list'));
    else if (shown.some(([name]) => name === column) && RESERVED.has(column)) {
      problems.push(at('show', i).is('is not about a user: the list can show features and further columns of the log'));
    }
  }
  for (const [name, feature] of Object.entries(added)) problems.push(...featureProblems(name, feature, all));
  if (problems.length > 0) return all;
  const clean = new Set<string>();
  for (const name of Object.keys(added)) {
    const cycle = cycleFrom(name, all, clean);
    if (cycle) problems.push(at('features', name).named(`depends on itself: ${cycle.join(' -> ')}`));
  }
  if (problems.length > 0) return all;
  const levels = new Map<string, number>();
  const deep = Object.keys(added).find((name) => levelsOf(name, all, levels) > MOST_LEVELS);
  if (deep !== undefined)
    problems.push(at('features', deep).named(`is over ${MOST_LEVELS} ratios away from a measure`));
  return all;
};

/** True if a feature reveals a person's gender, under any name. */
export const revealsGender = (name: string, all: Features, readings: readonly Reading[]): boolean => {
  const theirs = (column: string): readonly string[] =>
    readings.flatMap(({ columns }) => [own(columns, column) ?? column].flat());
  const gender = theirs('gender');
  return [...sourcesOf(name, all)].some((source) => {
    const feature = own(all, source);
    if (!feature || feature.from === 'features') return false;
    return columnsOf(feature.is).some(
      (column) => column === 'gender' || theirs(column).some((one) => gender.includes(one)),
    );
  });
};

const curveOf = ({ binary, saturates_at, log_full_at, half_life, rate }: WeightInput): Curve | undefined => {
  if (binary) return { binary };
  if (saturates_at !== undefined) return { saturates_at };
  if (log_full_at !== undefined) return { log_full_at };
  if (half_life !== undefined) return { half_life };
  return rate ? { rate } : undefined;
};

/** The phrase of a signal without one in gesture.yaml. The value comes last, so that any number fits: `days active: 1`. */
const defaultPhrase = (says: string, earns: Curve): string => {
  if ('binary' in earns) return says;
  return `${says}: ${'rate' in earns ? '{percent}' : '{value}'}`;
};

const signalProblem = (name: string, input: WeightInput, settings: Omit<Settings, 'labels'>): Problem | undefined => {
  const place = at('weights', name);
  const feature = own(settings.features, name);
  if (!feature) {
    const scorable = Object.keys(settings.features).filter((known) => known !== 'converted');
    return place.named(`unknown feature${didYouMean(name, scorable)}`);
  }
  if (revealsGender(name, settings.features, settings.events)) return place.named('gender is never a signal');
  if (name === 'converted') return place.named('is what the score predicts, so it cannot be a signal');
  if (name === 'opted_out') return place.named('says who is never listed, so it cannot be a signal');
  if (valueKind(feature) !== 'number') return place.named(`is ${feature.unit}, not a number, so it cannot be a signal`);
  const phrase = input.phrase ?? '';
  for (const [all, placeholder = ''] of phrase.matchAll(/\{(\w*)\}/g)) {
    if (Object.hasOwn(PLACEHOLDERS, placeholder)) continue;
    const known = Object.keys(PLACEHOLDERS).map((each) => `{${each}}`);
    return at('weights', name, 'phrase').is(`unknown ${all}: use ${known.join(', ')}`);
  }
  if (own(settings.weights, name)) return undefined;
  if (input.points === undefined) return place.named('has no points: add them, for example `points: 5`');
  return curveOf(input) ? undefined : place.named(`needs a curve: one of ${CURVE_KEYS.join(', ')}`);
};

/** A weight of gesture.yaml merged over the default of the same name. */
const merged = (input: WeightInput, before: Weight | undefined, feature: Feature): Weight | undefined => {
  const earns = curveOf(input) ?? before?.earns;
  if (!earns) return undefined;
  return {
    points: input.points ?? before?.points ?? 0,
    earns,
    because: input.because ?? before?.because ?? 'Set in gesture.yaml.',
    phrase: input.phrase ?? before?.phrase ?? defaultPhrase(feature.says, earns),
  };
};

const signed = (points: number): string => (points < 0 ? String(points) : `+${points}`);

const resolveWeights = (
  input: ConfigInput,
  settings: Omit<Settings, 'labels'>,
  problems: Problem[],
): Settings['weights'] => {
  const weights = new Map(input.defaults === undefined ? Object.entries(settings.weights) : []);
  const changes: string[] = [];
  const given = input.weights ?? {};
  for (const [name, change] of Object.entries(given)) {
    const problem = signalProblem(name, change, settings);
    const feature = own(settings.features, name);
    const before = own(settings.weights, name);
    const weight = !problem && feature ? merged(change, before, feature) : undefined;
    if (problem) problems.push(problem);
    if (!weight) continue;
    weights.set(name, weight);
    const moved = Math.round((Math.max(0, weight.points) - Math.max(0, before?.points ?? 0)) * 100) / 100;
    if (moved !== 0) changes.push(`${name} ${signed(moved)}`);
  }
  const resolved = Object.fromEntries(weights);
  const [broken] = problems.length === 0 ? checkWeights(resolved) : [];
  if (broken !== undefined) {
    const because = input.defaults === undefined ? ` (compared with the defaults: ${changes.join(', ')})` : '';
    problems.push(at('weights').is(broken.rule + because));
  }
  return resolved;
};

const timeoutMinutes = (input: ConfigInput, problems: Problem[]): number | undefined => {
  const timeout = input.sessions?.timeout;
  if (timeout === undefined) return undefined;
  const minutes = (durationSeconds(timeout) ?? 0) / 60;
  if (minutes > LONGEST_TIMEOUT_MINUTES) {
    problems.push(at('sessions', 'timeout').is('must be at most 24h'));
  }
  return minutes;
};

/** Finds names in mappings that no feature uses, and event types that are probably misspelt. */
const mappingProblems = (input: ConfigInput, features: Features): Problem[] => {
  const measures = rowMeasures(features, 'events').map(([, is]) => is);
  const columns = [...Object.keys(EVENT_COLUMNS), ...EXCLUSION_COLUMNS, ...measures.flatMap(columnsOf)];
  const types = [...EVENT_TYPES, ...measures.flatMap(eventTypesOf)];
  const unused = 'no feature uses it';
  /** The end of a message about a name of ours for a column that nothing uses. */
  const ofColumn = (ours: string, theirs: unknown): string =>
    columns.some((column) => column === theirs)
      ? `: write our name first, ${String(theirs)}: ${ours}`
      : didYouMean(ours, columns);
  /** The same of an event type. */
  const ofType = (ours: string, theirs: string): string =>
    types.includes(theirs)
      ? `: write their name first, '${ours}': ${theirs}`
      : didYouMean(ours, types) || '; map to a type of ours, or name it in a feature, conversion or opt_out';
  return entriesOf(input).flatMap(({ place, entry }) => [
    ...Object.entries(entry.columns ?? {})
      .filter(([ours]) => !columns.includes(ours))
      .map(([ours, theirs]) => at(...place, 'columns', ours).named(`${unused}${ofColumn(ours, theirs)}`)),
    ...Object.entries(entry.types ?? {})
      .filter(([theirs, ours]) => !types.includes(ours) && theirs !== ours)
      .map(([theirs, ours]) => at(...place, 'types', theirs).is(`"${ours}": ${unused}${ofType(ours, theirs)}`)),
    ...(entry.type === undefined || types.includes(entry.type)
      ? []
      : [at(...place, 'type').is(`"${entry.type}": ${unused}${didYouMean(entry.type, types)}`)]),
    ...(entry.pages !== undefined && entry.pages.column === undefined && entry.from === undefined
      ? [at(...place, 'pages').is('needs a column: the one with the URL of a page view')]
      : []),
  ]);
};

const resolveExclude = ({ exclude }: ConfigInput): Exclusions | undefined =>
  exclude && {
    users: exclude.users ?? [],
    emailDomains: exclude.email_domains ?? [],
    userAgents: exclude.user_agents ?? [],
    bots: exclude.bots ?? false,
    fasterThanHuman: exclude.faster_than_human ?? false,
  };

/**
 * Merges a config file over the defaults.
 *
 * @returns the settings, which are valid only if there are no problems
 */
export const resolve = (input: ConfigInput, defaults: Settings): { settings: Settings; problems: Problem[] } => {
  const problems: Problem[] = [];
  const features = resolveFeatures(input, problems);
  problems.push(...mappingProblems(input, features), ...actionProblems(input));
  const [base = defaultReading] = defaults.events;
  const namedTypes = rowMeasures(features, 'events').flatMap(([, is]) => eventTypesOf(is));
  const ownTypes = [...new Set(namedTypes)].filter((type) => !(EVENT_TYPES as readonly string[]).includes(type));
  const partial = {
    events: entriesOf(input).map(({ entry }) => resolveReading(entry, base, ownTypes)),
    identityMap: identityMapOf(input),
    sessions: { timeoutMinutes: timeoutMinutes(input, problems) ?? defaults.sessions.timeoutMinutes },
    exclude: resolveExclude(input),
    features,
    weights: defaults.weights,
    show: input.show ?? [],
    tuned: input.tuned,
  };
  const labels = {
    high: input.labels?.high ?? defaults.labels.high,
    medium: input.labels?.medium ?? defaults.labels.medium,
  };
  const rule = checkLabels(labels);
  if (rule !== undefined) {
    problems.push(at('labels', input.labels?.medium === undefined ? 'high' : 'medium').is(rule));
  }
  return { settings: { ...partial, weights: resolveWeights(input, partial, problems), labels }, problems };
};
