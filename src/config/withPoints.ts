/** Writes tuned points into gesture.yaml; everything else in the file stays, comments included. */
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import type { Curve, Weight, Weights } from '../catalogue/weights.js';
import { CURVE_KEYS } from './schema.js';

/** The first lines of a new gesture.yaml. */
const HEADER = ' gesture settings: points that `gesture tune` found. Everything that is not named here is a default.';

/** Sets the points of an entry, and its curve if that is another one. */
const edit = (entry: YAMLMap, points: number, curve: Curve | undefined): void => {
  entry.set('points', points);
  if (curve === undefined) return;
  for (const key of CURVE_KEYS) entry.delete(key);
  for (const [key, value] of Object.entries(curve)) entry.set(key, value);
};

const entryOf = ({ points, earns, because }: Weight, before: Weight | undefined): object => ({
  points,
  ...earns,
  ...(before === undefined ? { because } : {}),
});

/**
 * The text of a gesture.yaml with other points.
 *
 * @param text the present gesture.yaml, which is valid; undefined if there is none
 * @param present the weights that it gives, defaults included
 * @param tuned the weights to write; signals of `present` that it lacks get 0 points
 * @param until the end of the last window that the points were learned from, as an ISO instant
 */
export const withPoints = (text: string | undefined, present: Weights, tuned: Weights, until: string): string => {
  const document: Document = parseDocument(text ?? '', { stringKeys: true });
  if (text === undefined) document.commentBefore = HEADER;
  if (!isMap(document.contents)) document.contents = document.createNode({});
  if (!isMap(document.get('weights'))) document.set('weights', document.createNode({}));
  const flow = (value: object): YAMLMap => {
    const node = document.createNode(value, { flow: true });
    if (!isMap(node)) throw new TypeError('an object is a map');
    return node;
  };
  for (const name of new Set([...Object.keys(present), ...Object.keys(tuned)])) {
    const before = present[name];
    const after = tuned[name] ?? (before && { ...before, points: 0 });
    // A signal that is shown, not scored, stays as it is.
    if (after === undefined || (tuned[name] === undefined && before?.points === 0)) continue;
    const entry: unknown = document.getIn(['weights', name], true);
    const moved = !isDeepStrictEqual(before?.earns, after.earns);
    if (isMap(entry)) edit(entry, after.points, moved ? after.earns : undefined);
    else if (isScalar(entry) && !moved) entry.value = after.points;
    else {
      const full = flow(entryOf(after, before));
      if (isScalar(entry)) full.comment = entry.comment ?? null;
      document.setIn(['weights', name], full);
    }
  }
  document.set('tuned', flow({ until }));
  return document.toString({ lineWidth: 0 });
};
