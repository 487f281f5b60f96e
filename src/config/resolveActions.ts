/** Turns `conversion`, `opt_out` and `show` of gesture.yaml into features. */
import { type Action, eventOf, isType } from '../catalogue/conditions.js';
import { features as builtIn } from '../catalogue/features.js';
import type { Feature } from '../catalogue/measures.js';
import { EVENT_TYPES } from '../model.js';
import { closest, didYouMean } from '../text/closest.js';
import { at, type Problem } from './document.js';
import type { ActionsInput, ConfigInput } from './schema.js';

type ActionInput = NonNullable<ActionsInput['any_of']>[number];

/** Actions from their entries; those that are event types can be undone. */
const actionsOf = (entries: readonly ActionInput[] | undefined, undoneBy: ActionsInput['undone_by'] = {}): Action[] =>
  (entries ?? []).map((entry) => {
    if (typeof entry !== 'string') return { is: [entry] };
    const undo = Object.hasOwn(undoneBy, entry) ? undoneBy[entry] : undefined;
    if (undo === undefined) return eventOf(entry);
    return { is: [isType(entry)], undoneBy: [{ column: 'event_type', in: [undo].flat() }] };
  });

/** The flag of whether a user has converted, last of all features. */
export const resolveConversion = ({ conversion }: ConfigInput): Feature => {
  if (conversion === undefined) return builtIn.converted;
  const { all_of: all, any_of: any, undone_by: undoneBy } = conversion;
  return {
    ...builtIn.converted,
    is: { op: 'did', allOf: actionsOf(all, undoneBy), anyOf: actionsOf(any, undoneBy) },
    says: '1 if the user has converted, by `conversion` in gesture.yaml',
  };
};

/** The flag of whether a user must not be contacted, if the settings say who. */
export const resolveOptOut = ({ opt_out: optOut }: ConfigInput): Record<string, Feature> =>
  optOut === undefined
    ? {}
    : {
        opted_out: {
          from: 'events',
          is: { op: 'did', allOf: [], anyOf: actionsOf(optOut.any_of, optOut.undone_by) },
          unit: 'flag',
          says: '1 if the user must not be contacted, by `opt_out` in gesture.yaml',
        },
      };

/** The columns of `show` that are no features yet, as features: the latest known value of each. */
export const resolveShow = (
  { show = [] }: ConfigInput,
  known: Readonly<Record<string, Feature>>,
): [string, Feature][] =>
  show
    .filter((column) => !Object.hasOwn(known, column))
    .map((column) => [column, { from: 'events', is: { op: 'latest', column }, unit: 'text', says: column }]);

/** Actions that are probably misspelt, and entries of `undone_by` for none of them. */
export const actionProblems = (input: ConfigInput): Problem[] => {
  const { conversion, opt_out: optOut } = input;
  const misspelt = (['all_of', 'any_of'] as const).flatMap((list) =>
    (conversion?.[list] ?? []).flatMap((entry, i) => {
      if (typeof entry !== 'string' || (EVENT_TYPES as readonly string[]).includes(entry)) return [];
      const near = closest(entry, EVENT_TYPES, 1);
      const advice = 'If your log uses this name, map it in events.types';
      return near === undefined ? [] : [at('conversion', list, i).is(`did you mean "${near}"? ${advice}`)];
    }),
  );
  const idle = (['conversion', 'opt_out'] as const).flatMap((section) => {
    const actions: ActionsInput = (section === 'conversion' ? conversion : optOut) ?? {};
    const types = [...(actions.all_of ?? []), ...(actions.any_of ?? [])].filter((entry) => typeof entry === 'string');
    return Object.keys(actions.undone_by ?? {})
      .filter((type) => !types.includes(type))
      .map((type) => at(section, 'undone_by', type).named(`is no event type of ${section}${didYouMean(type, types)}`));
  });
  return [...misspelt, ...idle];
};
