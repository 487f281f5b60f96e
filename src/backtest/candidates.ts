/** Which features `tune` may use: numbers that say something of a person, and nothing of the conversion or of gender. */
import { type Feature, type Features, eventTypesOf, valueKind } from '../catalogue/measures.js';
import { typesNamedBy } from '../catalogue/conditions.js';
import type { Weights } from '../catalogue/weights.js';
import { revealsGender } from '../config/resolve.js';
import type { Settings } from '../config/settings.js';
import type { Kind } from './grid.js';
import type { Candidate } from './tune.js';

/** The event types of which one alone converts somebody. */
const convertingTypes = ({ is }: Feature): readonly string[] => {
  if (is.op !== 'did' || (is.allOf.length > 0 && is.allOf.length + is.anyOf.length > 1)) return [];
  return [...is.allOf, ...is.anyOf].flatMap(({ is: conditions }) =>
    conditions.length === 1 ? conditions.flatMap(typesNamedBy) : [],
  );
};

/** True of a feature that looks only at events which are the conversion itself. */
const isCircular = (feature: Feature, converting: readonly string[]): boolean => {
  if (feature.from !== 'events') return false;
  const types = eventTypesOf(feature.is);
  return types.length > 0 && types.every((type) => converting.includes(type));
};

/** How a feature without a curve is read: only ages are better the less they are. */
const kindOf = ({ is }: Feature): Kind => (is.op === 'daysSinceFirst' || is.op === 'daysSinceLast' ? 'age' : 'amount');

/** The features of which a penalty is a share: more of them is no better. */
const countedByPenalties = (weights: Weights, features: Features): readonly string[] =>
  Object.entries(weights).flatMap(([name, { points }]) => {
    const feature = features[name];
    return points < 0 && feature?.from === 'features' ? [feature.is.of] : [];
  });

/**
 * The candidates for `tune`: every numeric feature of the settings, in their order, but for
 *
 * - `converted`, `opted_out`, and what reveals a person's gender;
 * - features that look only at events of which one alone converts (of nobody who is open, and of everybody who is not),
 *   unless repeat conversions count;
 * - features without points that are measured exactly as another one.
 *
 * Signals keep their sign; features without points are gains, unless a penalty is their share. A signal of 0 points is
 * shown, not scored, so it must earn its place like a feature without a weight.
 *
 * @param without features that are not to be used
 */
export const candidatesOf = (
  { features, weights, events }: Pick<Settings, 'features' | 'weights' | 'events'>,
  { again, without }: { readonly again: boolean; readonly without: readonly string[] },
): Candidate[] => {
  const signals = new Map(Object.entries(weights).filter(([, { points }]) => points !== 0));
  const { converted } = features;
  const converting = converted === undefined || again ? [] : convertingTypes(converted);
  const penalised = countedByPenalties(weights, features);
  const measureOf = ({ from, is }: Feature): string => JSON.stringify([from, is]);
  const measured = new Set(
    Object.entries(features).flatMap(([name, feature]) => (signals.has(name) ? [measureOf(feature)] : [])),
  );
  return Object.entries(features).flatMap(([feature, measure]): Candidate[] => {
    if (valueKind(measure) !== 'number' || without.includes(feature)) return [];
    if (feature === 'converted' || feature === 'opted_out') return [];
    if (revealsGender(feature, features, events) || isCircular(measure, converting)) return [];
    const signal = signals.get(feature);
    if (signal) {
      const kind = 'half_life' in signal.earns ? 'age' : 'amount';
      return [{ feature, kind, sign: signal.points < 0 ? -1 : 1, curve: signal.earns }];
    }
    if (measured.has(measureOf(measure))) return [];
    measured.add(measureOf(measure));
    return [{ feature, kind: kindOf(measure), sign: penalised.includes(feature) ? -1 : 1 }];
  });
};
