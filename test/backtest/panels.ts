/** Panels for the tests of backtests. */
import type { Cutoff, Panel } from '../../src/backtest/panel.js';
import { type Rng, stream } from '../../src/simulate/chance.js';

/** A person at a cut-off: a key to order by and whether they converted. */
export interface Row {
  readonly key: number;
  readonly converted: boolean;
}

const DAY = 86_400_000;

/** The cut-offs of these tests: a fortnight apart. */
export const HORIZON = 14 * DAY;

/** The instant of a cut-off by its index. */
export const atOf = (index: number): string =>
  new Date(Date.UTC(2026, 0, 1) + index * HORIZON).toISOString().replace('.000', '');

/** One cut-off; whatever is not given is as plain as can be. */
export const cutoffOf = (converted: readonly (boolean | number)[], some: Partial<Cutoff> = {}): Cutoff => ({
  at: atOf(0),
  people: Uint32Array.from(converted, (_, i) => i),
  converted: Uint8Array.from(converted, Number),
  recency: new Float64Array(converted.length),
  activity: new Float64Array(converted.length),
  values: [],
  ...some,
});

/** A panel of the cut-offs, whose people are numbered from 0 without gaps. */
export const panelOf = (cutoffs: readonly Cutoff[], features: readonly string[] = []): Panel => ({
  people: Math.max(0, ...cutoffs.flatMap(({ people }) => [...people].map((person) => person + 1))),
  features,
  cutoffs,
});

/** How many events of a kind somebody has: mostly none. */
const someEvents = (rng: Rng): number => (rng() < 0.6 ? 0 : Math.ceil(rng() ** 2 * 8));

/** The features of `world`; the last is an age in days. */
export const WORLD = ['signups', 'page_views', 'chats', 'days'] as const;

/**
 * People with counts of three kinds of event and the days since they were active, who convert with log-odds of `base` plus
 * the effect of each count (full at 4) and of the age (halved every 5 days). Who has converted is left out of later
 * cut-offs.
 */
export const world = (
  seed: number,
  { people = 1500, cutoffs = 4, base = -4, effects = [0, 0, 0, 0] as readonly number[] } = {},
): Panel => {
  const rng = stream('world', seed);
  let open = Array.from({ length: people }, (_, person) => person);
  return {
    people,
    features: WORLD,
    cutoffs: Array.from({ length: cutoffs }, (_, index) => {
      const rows = open.map((person) => {
        const values = [someEvents(rng), someEvents(rng), someEvents(rng), rng() * 40];
        const shares = values.map((value, i) => (i === 3 ? 2 ** (-value / 5) : Math.min(1, value / 4)));
        const odds = shares.reduce((sum, share, i) => sum + share * (effects[i] ?? 0), base);
        return { person, values, converted: rng() < 1 / (1 + Math.exp(-odds)) };
      });
      open = rows.filter(({ converted }) => !converted).map(({ person }) => person);
      return cutoffOf(
        rows.map(({ converted }) => converted),
        {
          at: atOf(index),
          people: Uint32Array.from(rows, ({ person }) => person),
          recency: Float64Array.from(rows, ({ values }) => -(values[3] ?? 0)),
          activity: Float64Array.from(rows, ({ values }) => values.slice(0, 3).reduce((sum, n) => sum + n, 0)),
          values: WORLD.map((_name, i) => Float64Array.from(rows, ({ values }) => values[i] ?? 0)),
        },
      );
    }),
  };
};
