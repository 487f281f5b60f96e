/** What changed between two sets of scores, and because of which signals. Pure. */
import { type Label, LABELS } from '../model.js';
import { compareBytes } from './texts.js';

/** One user in a user_scores.csv. Points are in hundredths. */
export interface ScoredUser {
  readonly name: string;
  readonly rank: number;
  readonly score: number;
  readonly label: Label;
  /** The points of each part, in the order of the parts; they sum to the score. */
  readonly points: Int32Array;
}

/** The contents of a user_scores.csv. */
export interface Scores {
  /** Hashes of the settings that produced the scores; just one if a single run wrote the file. */
  readonly configs: ReadonlySet<string>;
  /** The signals, `floor` and `cap`. */
  readonly parts: readonly string[];
  readonly users: ReadonlyMap<string, ScoredUser>;
}

/** A user whose points changed. Numbers are in points. */
export interface Moved {
  readonly user_id: string;
  readonly username: string;
  readonly old_score: number;
  readonly new_score: number;
  readonly old_rank: number;
  readonly new_rank: number;
  readonly change: number;
  /** The change of every part, the largest first; they sum to the whole change exactly, in hundredths. */
  readonly parts: readonly { readonly part: string; readonly change: number }[];
}

/** A user with another label than before. Without parts, only the thresholds of the labels changed. */
export interface LabelChange extends Moved {
  readonly old_label: Label;
  readonly new_label: Label;
}

/** A user whom only the newer of two files has. */
export interface Newcomer {
  readonly user_id: string;
  readonly username: string;
  readonly score: number;
  readonly rank: number;
  readonly label: Label;
}

/** What changed between two user_scores.csv. */
export interface Comparison {
  /** False if the same settings produced both, so that every change comes from behaviour. */
  readonly config_changed: boolean;
  /** Of two files with different settings: which of them differ. `unknown` settings of features differ from any. */
  readonly changed: readonly ('features' | 'scoring')[];
  readonly old_config: readonly string[];
  readonly new_config: readonly string[];
  /** Signals that only one of the two files has. */
  readonly signals_added: readonly string[];
  readonly signals_removed: readonly string[];
  /** By rank. */
  readonly entered: readonly Newcomer[];
  /** In the order of their bytes. */
  readonly left: readonly string[];
  /** Users with the same points in both. */
  readonly unchanged: number;
  /** Those who rose first, to the best label first; then those who fell. Within a label the largest change first. */
  readonly label_changes: readonly LabelChange[];
  /** The largest change first, then by user_id. */
  readonly moved: readonly Moved[];
}

const without = (parts: readonly string[], others: readonly string[]): string[] =>
  parts.filter((part) => !others.includes(part));

const inOrder = (ids: Iterable<string>): string[] => [...ids].toSorted(compareBytes);

/** A part with its position in the points of each file, or -1. */
interface Part {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

const change = (id: string, before: ScoredUser, after: ScoredUser, parts: readonly Part[]): Moved => ({
  user_id: id,
  username: after.name,
  old_score: before.score / 100,
  new_score: after.score / 100,
  old_rank: before.rank,
  new_rank: after.rank,
  change: (after.score - before.score) / 100,
  parts: parts
    .map((part) => ({
      part: part.name,
      change: ((after.points[part.after] ?? 0) - (before.points[part.before] ?? 0)) / 100,
    }))
    .filter((part) => part.change !== 0)
    .toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change)),
});

/** Compares two changes: the largest first, then by user_id. */
const byChange = (a: Moved, b: Moved): number =>
  Math.abs(b.change) - Math.abs(a.change) || compareBytes(a.user_id, b.user_id);

/** The place of a label: 0 for the best. */
const placeOf = (label: Label): number => LABELS.indexOf(label);

/** True if the label is now better than before. */
export const hasRisen = ({ old_label: before, new_label: after }: LabelChange): boolean =>
  placeOf(after) < placeOf(before);

const byLabel = (a: LabelChange, b: LabelChange): number =>
  Number(hasRisen(b)) - Number(hasRisen(a)) || placeOf(a.new_label) - placeOf(b.new_label) || byChange(a, b);

/** The first or second half of each stamp, the settings of the features or of the scoring, as one text. */
const partsOf = (configs: readonly string[], half: number): string =>
  configs.map((config) => config.split('-')[half] ?? '').join();

/** The users of `after` whom `before` lacks. */
const newcomers = (before: Scores, after: Scores): Newcomer[] =>
  [...after.users]
    .filter(([id]) => !before.users.has(id))
    .map(([id, { name, score, rank, label }]) => ({ user_id: id, username: name, score: score / 100, rank, label }))
    .toSorted((a, b) => a.rank - b.rank);

/** Compares two sets of scores user by user. */
export const compareScores = (before: Scores, after: Scores): Comparison => {
  const parts = [...new Set([...before.parts, ...after.parts])].map((name) => ({
    name,
    before: before.parts.indexOf(name),
    after: after.parts.indexOf(name),
  }));
  const moved: Moved[] = [];
  const labelChanges: LabelChange[] = [];
  let unchanged = 0;
  for (const [id, now] of after.users) {
    const then = before.users.get(id);
    if (!then) continue;
    const difference = change(id, then, now, parts);
    if (difference.parts.length === 0) unchanged++;
    else moved.push(difference);
    if (then.label !== now.label) {
      labelChanges.push({ ...difference, old_label: then.label, new_label: now.label });
    }
  }
  const [oldConfig, newConfig] = [inOrder(before.configs), inOrder(after.configs)];
  return {
    changed: (['features', 'scoring'] as const).filter((part, i) => partsOf(oldConfig, i) !== partsOf(newConfig, i)),
    config_changed: oldConfig.join() !== newConfig.join(),
    old_config: oldConfig,
    new_config: newConfig,
    signals_added: without(after.parts, before.parts),
    signals_removed: without(before.parts, after.parts),
    entered: newcomers(before, after),
    left: inOrder([...before.users.keys()].filter((id) => !after.users.has(id))),
    unchanged,
    label_changes: labelChanges.toSorted(byLabel),
    moved: moved.toSorted(byChange),
  };
};
