/** Event types in the settings that the log has none of. */
import { type Action, typesNamedBy } from '../../catalogue/conditions.js';
import { features as builtIn } from '../../catalogue/features.js';
import { eventTypesOf, type RowMeasure } from '../../catalogue/measures.js';
import { customary, sources } from '../../catalogue/sources.js';
import type { Config } from '../../config/settings.js';
import { EVENT_TYPES } from '../../model.js';
import { featuresOfTypes } from '../../sql/account.js';
import { identifier } from '../../sql/text.js';
import { bareName } from '../../text/names.js';
import { wildcardPattern } from '../../text/patterns.js';
import type { Job } from '../aggregate.js';
import type { Engine } from '../duckdb/open.js';
import type { EventTypes } from '../eventTypes.js';
import { type Finding, nearest, readingPath } from './finding.js';

const BUILT_IN: ReadonlySet<string> = new Set(EVENT_TYPES);

/** The features that gesture.yaml defines over events, `conversion` and `opt_out` among them. */
export const ownFeatures = ({ features }: Pick<Config, 'features'>): [string, RowMeasure][] =>
  Object.entries(features).flatMap(([name, feature]): [string, RowMeasure][] => {
    const isOwn = !Object.hasOwn(builtIn, name) || (name === 'converted' && feature !== builtIn.converted);
    return isOwn && feature.from === 'events' ? [[name, feature.is]] : [];
  });

/** An action of `conversion` or `opt_out`, and where it is defined. */
export interface PlacedAction {
  readonly action: Action;
  readonly section: 'conversion' | 'opt_out';
  readonly at: readonly PropertyKey[];
}

/** The actions that a feature called `name` asks for; none if it is not of that kind. */
export const actionsIn = (name: string, is: RowMeasure): PlacedAction[] => {
  if (is.op !== 'did') return [];
  const section = name === 'converted' ? 'conversion' : 'opt_out';
  const placed = (actions: readonly Action[], list: string): PlacedAction[] =>
    actions.map((action, i) => ({ action, section, at: [section, list, i] }));
  return [...placed(is.allOf, 'all_of'), ...placed(is.anyOf, 'any_of')];
};

/** An event type that the settings name, and where. */
interface NamedInSettings {
  readonly type: string;
  readonly place: string;
  readonly at: readonly PropertyKey[];
}

const typesIn = ([name, is]: [string, RowMeasure]): NamedInSettings[] => {
  if (is.op !== 'did') {
    return eventTypesOf(is).map((type) => ({ type, place: `features.${name}`, at: ['features', name, 'is'] }));
  }
  return actionsIn(name, is).flatMap(({ action, section, at }) => {
    const types = action.is.flatMap(typesNamedBy);
    const undone = (action.undoneBy ?? []).flatMap(typesNamedBy);
    return [
      ...types.map((type) => ({ type, place: at.slice(0, 2).join('.'), at })),
      ...undone.map((type) => ({ type, place: `${section}.undone_by`, at: [section, 'undone_by', ...types] })),
    ];
  });
};

/** The names in `events.types` that are the project's own: what a source names itself need not occur in every export. */
const ownNames = ({ types, from }: Config['events'][number]): string[] => {
  const given = from === undefined ? {} : sources[from].types;
  return Object.keys(types).filter((name) => !Object.hasOwn(given, name));
};

/** True if the settings name event types that the log may not have, so that its types must be known. */
export const namesTypes = (config: Config): boolean =>
  config.events.some((reading) => ownNames(reading).length > 0) ||
  ownFeatures(config).some(([, is]) => eventTypesOf(is).some((type) => !BUILT_IN.has(type)));

/** How many events there are of each built-in type, from the features that count them. */
export const eventsOfTypes = async (engine: Engine, { plan }: Job): Promise<Map<string, number>> => {
  const counts = [...featuresOfTypes(plan.features)].filter(([type]) => BUILT_IN.has(type));
  const sums = counts.map(([, name]) => `sum(${identifier(name)})::BIGINT`);
  const [row = []] = await engine.rows(`SELECT ${['0', ...sums].join(', ')} FROM by_event`);
  return new Map(counts.map(([type], i) => [type, Number(row[i + 1] ?? 0)]));
};

/** The features that scores or conversions depend on and that count events of a built-in type. */
const scoredOf = ({ features, weights }: Pick<Config, 'features' | 'weights'>, type: string): string[] =>
  Object.entries(features).flatMap(([name, feature]) => {
    const counts = name === 'converted' || name === 'opted_out' || (weights[name]?.points ?? 0) !== 0;
    return counts && feature.from === 'events' && eventTypesOf(feature.is).includes(type) ? [name] : [];
  });

/** Names of the log that the settings use as they are, and that would otherwise be read as a type of ours that scores. */
const notCustomary = (config: Config, named: readonly NamedInSettings[], theirs: readonly string[]): Finding[] => {
  const first = new Map(named.toReversed().map((one) => [one.type, one]));
  return [...first.values()].flatMap(({ type, place, at }) => {
    const usual = Object.hasOwn(customary, bareName(type)) ? customary[bareName(type)] : undefined;
    const lost = usual === undefined || BUILT_IN.has(type) ? [] : scoredOf(config, usual);
    if (usual === undefined || lost.length === 0 || !theirs.includes(type)) return [];
    const text = `${place}: "${type}" is named here, so it is no longer read as ${usual}, which ${lost.join(', ')} would count: name ${usual} instead`;
    return [{ code: 'types-not-customary', at, text }];
  });
};

/**
 * The event types that the settings name and the log has none of, with the closest name that it has.
 *
 * @param counts how many events there are of each built-in type, if that must be known
 */
export const unmatchedTypes = async (
  { config }: Pick<Job, 'config'>,
  types: EventTypes,
  counts: () => Promise<ReadonlyMap<string, number>>,
): Promise<Finding[]> => {
  const named = ownFeatures(config).flatMap(typesIn);
  const theirs = [...new Set(types.all.map((one) => one.theirs))];
  const builtInTypes = named.some(({ type }) => BUILT_IN.has(type)) ? await counts() : [];
  const counted = [...builtInTypes].flatMap(([type, events]) => (events > 0 ? [type] : []));
  const ours = new Set([...types.all.map(({ type }) => type), ...counted]);
  const known = [...new Set([...theirs, ...ours])];
  const fits = (pattern: string): boolean => {
    const wanted = wildcardPattern(pattern);
    return theirs.some((name) => wanted.test(name));
  };
  const unmatched = (type: string, place: string, at: readonly PropertyKey[], names: readonly string[]): Finding => ({
    code: 'types-unmatched',
    at,
    text: `${place}: no event is called "${type}"${nearest(type, names)}`,
  });
  /** A name that `events.types` makes another: what the settings must name instead. */
  const misnamed = ({ type, place, at }: NamedInSettings): Finding => {
    const becomes = types.all.find((one) => one.theirs === type)?.type;
    if (becomes === undefined || becomes === type) return unmatched(type, place, at, known);
    return {
      code: 'types-unmatched',
      at,
      text: `${place}: events.types makes "${type}" ${becomes}, so nothing is called that any more: name ${becomes}`,
    };
  };
  return [
    ...config.events.flatMap((reading, i) =>
      ownNames(reading)
        .filter((name) => !fits(name))
        .map((name) => unmatched(name, 'events.types', [...readingPath(config, i), 'types', name], theirs)),
    ),
    ...named.filter(({ type }) => !ours.has(type)).map(misnamed),
    ...notCustomary(config, named, theirs),
  ];
};
