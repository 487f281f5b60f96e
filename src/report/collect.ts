/** Collects what a report shows. Pure: files, clock and events are arguments. */
import type { Features } from '../catalogue/measures.js';
import type { Warning } from '../model.js';
import type { Health } from '../scoring/health.js';
import { listUsers, type Place, type Ranking } from '../scoring/ranking.js';
import { curveWords } from '../scoring/curves.js';
import type { Evidence } from './evidence.js';
import { personAt, startOf } from './people.js';
import type { Report, Signal } from './report.js';
import { NOTED, spreadOf } from './spread.js';
import type { Timeline } from './timeline.js';
import { shortWords } from './words.js';

/** The most people on a page: beyond it, a browser takes seconds to filter. */
export const MOST_PEOPLE = 1000;

/** Converted people on a page, at most: they show what success looks like, and are not to be called. */
const CONVERTED = 50;

/** Signals with a colour of their own; there are no more that everybody can tell apart. */
const COLOURS = 4;

/** The people on a page: the best `top` to call, and the best who have converted, by place. */
export const placesFor = (ranking: Ranking, top: number): Place[] => {
  const everyone = listUsers(ranking, { top: Number.POSITIVE_INFINITY }).places;
  const hasConverted = ({ place }: Place): boolean => ranking.users.converted(ranking.order[place] ?? 0) === 1;
  const open = everyone.filter((one) => !hasConverted(one)).slice(0, top);
  const converted = everyone.filter(hasConverted).slice(0, Math.min(CONVERTED, MOST_PEOPLE - open.length));
  return [...open, ...converted].toSorted((a, b) => a.place - b.place);
};

/** The heaviest signals, which have colours: their places among the weights. */
export const colouredSignals = ({ model }: Ranking): number[] =>
  [...model.weights.entries()]
    .filter(([, { points }]) => points > 0)
    .toSorted(([, a], [, b]) => b.points - a.points)
    .slice(0, COLOURS)
    .map(([i]) => i);

/** The event types whose events the coloured signals count, with the place of the signal. */
export const markedTypes = (ranking: Ranking, features: Features): Record<string, number> =>
  Object.fromEntries(
    colouredSignals(ranking).flatMap((i) => {
      const name = ranking.model.signals[i] ?? '';
      const is = Object.hasOwn(features, name) ? features[name]?.is : undefined;
      const counts = is?.op === 'countWhere' && is.column === 'event_type' && is.where === undefined;
      return counts && is.equals !== undefined ? [[is.equals, i]] : [];
    }),
  );

const signalsOf = ({ model }: Ranking, health: Health): Signal[] =>
  model.weights.map((weight, i) => ({
    name: model.signals[i] ?? '',
    words: shortWords(weight.phrase, model.says[i] ?? ''),
    says: model.says[i] ?? '',
    points: weight.points,
    curve: curveWords(weight.earns),
    because: weight.because,
    mean: health.signals[i]?.mean_points ?? 0,
    share: health.signals[i]?.share ?? 0,
    users: health.signals[i]?.users ?? 0,
  }));

/** What a report is collected from. */
export interface Sources {
  readonly ranking: Ranking;
  readonly health: Health;
  readonly places: readonly Place[];
  readonly features: Features;
  readonly show: readonly string[];
  readonly trust: Evidence | undefined;
  /** By user id; or why there are none. */
  readonly timelines: ReadonlyMap<string, Timeline> | { readonly missing: string };
  /** What is known of the run that made the features. */
  readonly run: {
    readonly version: string;
    readonly from: string;
    readonly asOf: string | null;
    readonly events: number | null;
    readonly sessions: number | null;
    readonly config: string;
    readonly warnings: readonly Warning[];
    readonly toTest: string;
  };
}

/** The period that timelines cover: from the first session of anybody shown to as-of. */
const periodOf = (timelines: ReadonlyMap<string, Timeline>, asOf: number): { from: number; to: number } => {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.isNaN(asOf) ? Number.NEGATIVE_INFINITY : asOf];
  for (const { sessions } of timelines.values()) {
    for (const { at } of sessions) [from, to] = [Math.min(from, at), Math.max(to, at)];
  }
  return { from, to };
};

/** The whole of a report. */
export const reportOf = ({ ranking, health, places, features, show, trust, timelines, run }: Sources): Report => {
  const read = 'missing' in timelines ? undefined : timelines;
  const people = places.map((place) => personAt(place, { ranking, features, show, timelines: read }));
  return {
    version: run.version,
    from: run.from,
    as_of: run.asOf,
    events: run.events,
    sessions: run.sessions,
    config: run.config,
    health,
    labels: ranking.model.labels,
    warnings: [...run.warnings, ...health.warnings.filter(({ code }) => !NOTED.includes(code))],
    start: startOf(people, ranking),
    people,
    colours: colouredSignals(ranking),
    spread: spreadOf(ranking, features, health),
    to_test: run.toTest,
    trust,
    method: signalsOf(ranking, health),
    timelines:
      'missing' in timelines
        ? timelines
        : { ...periodOf(timelines, ranking.asOf), signals: markedTypes(ranking, features) },
  };
};
