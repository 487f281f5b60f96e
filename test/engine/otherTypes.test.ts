/** Event types that nothing uses are named, all of them; the types that the project's own settings use are not. */
import { expect, it } from 'vitest';
import { eventOf } from '../../src/catalogue/conditions.js';
import { features as builtIn } from '../../src/catalogue/features.js';
import type { Feature } from '../../src/catalogue/measures.js';
import { defaultConfig } from '../../src/config/settings.js';
import { find } from './find.js';

/** `n` events of each type, by one user. */
const log = (counts: Readonly<Record<string, number>>): string =>
  [
    'user_id,timestamp,event_type',
    ...Object.entries(counts).flatMap(([type, n]) => Array<string>(n).fill(`ana,2026-01-05,${type}`)),
  ].join('\n');

const counting = (is: Feature['is'] & { op: 'countWhere' }): Feature => ({
  from: 'events',
  is,
  unit: 'events',
  says: 'of interest',
});

const otherTypes = async (counts: Readonly<Record<string, number>>, own: Readonly<Record<string, Feature>> = {}) =>
  (await find([log(counts)], { config: { ...defaultConfig, features: { ...defaultConfig.features, ...own } } })).types
    .others;

const webinars = [{ type: 'webinar_joined', events: 5 }];

it('are named whether or not a feature of the project counts a known type', async () => {
  const counts = { signup: 5, webinar_joined: 5 };
  expect(await otherTypes(counts)).toEqual(webinars);
  const signup = counting({ op: 'countWhere', column: 'event_type', equals: 'signup' });
  expect(await otherTypes(counts, { own_signups: signup })).toEqual(webinars);
});

it('are all named, most frequent first', async () => {
  const counts = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`type_${10 + i}`, i + 1]));
  const found = await otherTypes({ page_view: 3, ...counts });
  expect(found).toEqual(
    Object.entries(counts)
      .map(([type, events]) => ({ type, events }))
      .toReversed(),
  );
});

it.each<[string, Feature]>([
  ['counts', counting({ op: 'countWhere', column: 'event_type', equals: 'lecture' })],
  ['lists', counting({ op: 'countWhere', column: 'event_type', in: ['lecture', 'lecture_end'] })],
  ['matches', counting({ op: 'countWhere', column: 'event_type', matches: '^lect' })],
  [
    'measures otherwise',
    {
      from: 'events',
      is: { op: 'firstTime', where: { column: 'event_type', equals: 'lecture' } },
      unit: 'UTC',
      says: 'first lecture',
    },
  ],
])('do not include a type that a feature of the project %s', async (_, lectures) => {
  expect(await otherTypes({ lecture: 4, webinar_joined: 5 }, { lectures })).toEqual(webinars);
});

it('do not include a type that the conversion asks for', async () => {
  const is = { op: 'did', allOf: [eventOf('purchase')], anyOf: [] } as const;
  const features = { ...defaultConfig.features, converted: { ...builtIn.converted, is } };
  const { types } = await find([log({ purchase: 2, webinar_joined: 5 })], {
    config: { ...defaultConfig, features },
  });
  expect(types.others).toEqual(webinars);
});
