/** From a ranking to the people on the page, with every point of each. */
import type { Features } from '../catalogue/measures.js';
import { explainValues } from '../scoring/explain.js';
import { type Place, rankedAt, type Ranking } from '../scoring/ranking.js';
import { labelOf } from '../scoring/score.js';
import { printable } from '../text/printable.js';
import type { Fact, Part, Person, Report } from './report.js';
import type { Timeline } from './timeline.js';
import { plainValue } from './words.js';

/** Columns of user_features.csv that a row shows as facts, if the file has them, by their names on the page. */
export const FACTS: Readonly<Record<string, string>> = {
  location_city: 'City',
  primary_device: 'Device',
  total_sessions: 'Sessions',
  total_events: 'Events',
};

/** Reasons that the sentence of the header names besides the last activity. */
const REASONS = 3;

/** Which texts the users were read with: the columns of `show`, then those of `FACTS` that it does not have. */
export const textColumns = (show: readonly string[]): { shown: readonly string[]; optional: readonly string[] } => ({
  shown: show,
  optional: Object.keys(FACTS).filter((column) => !show.includes(column)),
});

const factsFrom = (names: readonly string[], values: readonly string[]): Fact[] =>
  names.flatMap((says, i) => {
    const value = printable(values[i] ?? '').trim();
    return value === '' ? [] : [{ says, value }];
  });

/** What the people of a page are made from. */
export interface Shown {
  readonly ranking: Ranking;
  readonly features: Features;
  /** The columns of `show`. */
  readonly show: readonly string[];
  readonly timelines?: ReadonlyMap<string, Timeline> | undefined;
}

/** The person at a place of the ranking. */
export const personAt = ({ place }: Place, { ranking, features, show, timelines }: Shown): Person => {
  const { model } = ranking;
  const user = rankedAt(ranking, place);
  const { signals, gains } = explainValues(user.values, model);
  const age = (ranking.asOf - user.last) / 86_400_000;
  const parts = signals.map(({ signal: name, says, value }): Part => {
    const signal = model.signals.indexOf(name);
    const points = user.points[signal] ?? 0;
    const phrase = model.phrases[signal];
    // The instant itself tells the day of the last activity; days rounded to four decimals can miss it at midnight.
    const say = signal === model.recency && !Number.isNaN(age) ? () => model.lastActive(age) : phrase;
    const words = points === 0 || value === null || !say ? `${says}: ${plainValue(value)}` : say(value);
    return { signal, value, words: printable(words), points };
  });
  const { shown, optional } = textColumns(show);
  const titles = shown.map((column) => features[column]?.says ?? column);
  return {
    rank: user.rank,
    id: user.id,
    name: printable(user.name).trim(),
    score: user.score,
    label: labelOf(user.score, model.labels),
    converted: user.converted === 1,
    explanation: printable(user.explanation),
    parts,
    floor: user.floor,
    cap: user.cap,
    gains,
    last: Number.isNaN(user.last) ? null : user.last,
    contact: factsFrom(titles, user.shown),
    facts: factsFrom(
      optional.map((column) => FACTS[column] ?? column),
      user.shown.slice(shown.length),
    ),
    timeline: timelines?.get(user.id),
  };
};

/** Whom to start with: the best person to call, with the strongest reasons and the last activity; nobody without a score. */
export const startOf = (people: readonly Person[], { model, asOf }: Ranking): Report['start'] => {
  const first = people.find(({ converted }) => !converted);
  if (first === undefined || first.score === 0) return undefined;
  const reasons = first.parts
    .filter(({ points, signal }) => points > 0 && signal !== model.recency)
    .slice(0, REASONS)
    .map(({ words }) => words);
  const age = (asOf - (first.last ?? Number.NaN)) / 86_400_000;
  return {
    id: first.id,
    name: first.name === '' ? printable(first.id) : first.name,
    reasons: [...reasons, ...(Number.isNaN(age) ? [] : [model.lastActive(age)])],
  };
};
