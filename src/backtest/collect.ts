/** Collects the panel of a backtest from the users of a log at its cut-offs and at the ends of their windows. */
import type { Users } from '../scoring/users.js';
import type { Cutoff, Panel } from './panel.js';
import { isoSecond } from './result.js';

/** The users at a cut-off. */
export interface Snapshot {
  /** In milliseconds since 1970. */
  readonly at: number;
  /** With the values of `Collecting.features`. */
  readonly users: Users;
}

/** The end of a window: who had converted by then, and who anonymous people had turned out to be. */
export interface Outcomes {
  readonly converted: ReadonlySet<string>;
  readonly identities: ReadonlyMap<string, string>;
}

/** What the rows of a panel are. */
export interface Collecting {
  /** The features that the users have as values, in that order. */
  readonly features: readonly string[];
  /** The feature that counts a user's events. */
  readonly activity: string;
  /** In milliseconds: people who were not active so long before the cut-off are left out. */
  readonly activeWithin?: number | undefined;
  /** Keep people who have converted already, for repeat conversions. */
  readonly again: boolean;
}

/** Numbers people: the same person at every cut-off, even if anonymous at first. */
export interface People {
  readonly numberOf: (id: string, identities: ReadonlyMap<string, string>) => number;
  readonly count: () => number;
}

/** Nobody is numbered yet. */
export const numberPeople = (): People => {
  const numbers = new Map<string, number>();
  return {
    numberOf: (id, identities) => {
      const person = identities.get(id) ?? id;
      const known = numbers.get(person);
      if (known !== undefined) return known;
      numbers.set(person, numbers.size);
      return numbers.size - 1;
    },
    count: () => numbers.size,
  };
};

/**
 * The open people at a cut-off: those who could have been called. People who had converted or opted out by then are left
 * out.
 *
 * @param outcomes at the end of the window
 */
export const collectCutoff = (
  { at, users }: Snapshot,
  { converted, identities }: Outcomes,
  people: People,
  { features, activity, activeWithin = Number.POSITIVE_INFINITY, again }: Collecting,
): Cutoff => {
  const open: number[] = [];
  const taken = new Set<number>();
  for (let i = 0; i < users.count; i++) {
    if ((!again && users.converted[i] === 1) || users.optedOut[i] === 1) continue;
    if (!(at - (users.last[i] ?? Number.NaN) <= activeWithin)) continue;
    // Two anonymous ids of one person, which nobody could know at the cut-off, are one row: the first.
    const person = people.numberOf(users.ids.at(i), identities);
    if (taken.has(person)) continue;
    taken.add(person);
    open.push(i);
  }
  const hasConverted = (id: string): boolean => converted.has(identities.get(id) ?? id);
  const values = features.map(() => new Float64Array(open.length));
  const row = new Float64Array(features.length);
  for (const [n, index] of open.entries()) {
    users.values(index, row);
    for (const [feature, column] of values.entries()) column[n] = row[feature] ?? Number.NaN;
  }
  return {
    at: isoSecond(at),
    people: Uint32Array.from(open, (index) => people.numberOf(users.ids.at(index), identities)),
    converted: Uint8Array.from(open, (index) => Number(hasConverted(users.ids.at(index)))),
    recency: Float64Array.from(open, (index) => users.last[index] ?? Number.NaN),
    activity: values[features.indexOf(activity)] ?? new Float64Array(open.length),
    values,
  };
};

/** The panel of these cut-offs, the earliest first. */
export const panelOf = (cutoffs: readonly Cutoff[], people: People, features: readonly string[]): Panel => ({
  people: people.count(),
  features,
  cutoffs,
});

/** How many people converted by the end of a window who were not in the log at its cut-off: no list could have had them. */
export const countNewcomers = ({ users }: Pick<Snapshot, 'users'>, { converted, identities }: Outcomes): number => {
  const known = new Set<string>();
  for (const id of users.ids) known.add(identities.get(id) ?? id);
  let newcomers = 0;
  for (const id of converted) if (!known.has(id)) newcomers++;
  return newcomers;
};
