/** What a backtest looks at: the people who were open at each cut-off, and whether they converted afterwards. */
import { type Rng, shuffled } from '../simulate/chance.js';

/** The people who were open at one cut-off: one row each, in any order. */
export interface Cutoff {
  /** The instant, as shown: `2026-01-28T18:03:12Z`. */
  readonly at: string;
  /** Who it is: an index below `Panel.people`, the same at every cut-off. No person has two rows. */
  readonly people: Uint32Array;
  /** 1 if they converted after the cut-off and within the horizon, otherwise 0. */
  readonly converted: Uint8Array;
  /** How recently they were active: greater is more recent, in any unit. */
  readonly recency: Float64Array;
  /** How active they were up to the cut-off: the number of events. */
  readonly activity: Float64Array;
  /** By feature, in the order of `Panel.features`: the value of each row, NaN if unknown. */
  readonly values: readonly Float64Array[];
}

/** The cut-offs of a backtest, the earliest first. */
export interface Panel {
  /** The number of people with a row at one cut-off or more. */
  readonly people: number;
  readonly features: readonly string[];
  readonly cutoffs: readonly Cutoff[];
}

/** The number of people who converted after one of the cut-offs or more. */
export const convertedPeople = ({ people, cutoffs }: Panel): number => {
  const converted = new Uint8Array(people);
  for (const cutoff of cutoffs) {
    for (let row = 0; row < cutoff.people.length; row++) {
      if (cutoff.converted[row] === 1) converted[cutoff.people[row] ?? 0] = 1;
    }
  }
  return conversionsOf({ converted });
};

/** The number of conversions after a cut-off, whatever the order of its rows. */
export const conversionsOf = ({ converted }: Pick<Cutoff, 'converted'>): number => {
  let sum = 0;
  for (const one of converted) sum += one;
  return sum;
};

/** How many people have the rarer outcome: the precision of every metric depends on them. */
export const rarerOutcome = (people: number, converted: number): number => Math.min(converted, people - converted);

/** The same panel with the conversions of each cut-off given to people at random: what no ranking can predict. */
export const shuffleLabels = (panel: Panel, rng: Rng): Panel => ({
  ...panel,
  cutoffs: panel.cutoffs.map((cutoff) => ({
    ...cutoff,
    converted: Uint8Array.from(shuffled(rng, [...cutoff.converted])),
  })),
});

/** Some cut-offs of a panel, with only the people who have a row there. */
export const selectCutoffs = (panel: Panel, wanted: (cutoff: Cutoff, index: number) => boolean): Panel => {
  const cutoffs = panel.cutoffs.filter(wanted);
  const numbers = new Map<number, number>();
  for (const { people } of cutoffs) {
    for (const person of people) if (!numbers.has(person)) numbers.set(person, numbers.size);
  }
  return {
    ...panel,
    people: numbers.size,
    cutoffs: cutoffs.map((cutoff) =>
      Object.assign({}, cutoff, { people: cutoff.people.map((person) => numbers.get(person) ?? 0) }),
    ),
  };
};

/** The panel that `tune` learns from, and the one that judges what it found. */
export interface Split {
  readonly training: Panel;
  readonly judged: Panel;
}

/**
 * Keeps the last cut-offs for judging. Training has those whose window had closed by the first judged cut-off, so that
 * nothing learned was unknown at that moment.
 *
 * @param judge how many cut-offs to judge
 * @param horizon in milliseconds
 */
export const splitPanel = (panel: Panel, judge: number, horizon: number): Split => {
  const first = panel.cutoffs.length - judge;
  const opens = Date.parse(panel.cutoffs[first]?.at ?? '');
  return {
    training: selectCutoffs(panel, ({ at }, index) => index < first && Date.parse(at) + horizon <= opens),
    judged: selectCutoffs(panel, (_, index) => index >= first),
  };
};
