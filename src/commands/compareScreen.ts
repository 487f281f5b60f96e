/** What `gesture compare` prints: first the settings, then whose label changed or who is new, then whose score changed, and why. */
import { features } from '../catalogue/features.js';
import type { Features } from '../catalogue/measures.js';
import { cell, paint, type Screen, wrapped } from '../text/columns.js';
import { entry } from '../text/entry.js';
import { counted, countedPeople, grouped, signedPoints } from '../text/numbers.js';
import { type Comparison, hasRisen, type LabelChange, type Moved, type Newcomer } from '../scoring/compare.js';

const signed = (points: number): string => signedPoints(Math.round(points * 100), 2);

const known: Features = features;

/** What a part of a score is in words. The signals of a project are not known here and keep their names. */
const wordsFor = (part: string): string => {
  if (part === 'floor') return 'held at 0';
  if (part === 'cap') return 'held at 100';
  return (Object.hasOwn(known, part) && known[part]?.says) || part;
};

/** Parts with their points, in the form that explanations have: `booked calls (+30.00), page views (-1.20)`. */
const reasons = (parts: Moved['parts']): string =>
  parts.map(({ part, change }) => `${wordsFor(part)} (${signed(change)})`).join(', ');

const whoOf = ({ user_id: id, username }: Moved | Newcomer): string => (username === '' ? id : `${username} (${id})`);

const movedLines = (users: readonly Moved[], screen: Screen): string[] =>
  users.flatMap((user) => {
    const change = cell(signed(user.change), 7, 'right');
    const [before, after] = [user.old_score, user.new_score].map((score) => cell(score.toFixed(2), 6, 'right'));
    const numbers = `${paint(screen, user.change < 0 ? 'red' : 'green', change)}  ${before} -> ${after}  `;
    const ranks = `rank ${user.old_rank} -> ${user.new_rank}`;
    return [
      ...entry(numbers, 7 + 2 + 6 + 4 + 6 + 2, whoOf(user), ranks, screen),
      ...wrapped(reasons(user.parts), screen.width - 4).map((line) => `    ${line}`),
    ];
  });

/** Most reasons for another label; the rest is one sum. */
const REASONS = 3;

const becauseOf = ({ parts }: LabelChange): string => {
  if (parts.length === 0) return 'the thresholds of the labels changed';
  const said = reasons(parts.slice(0, REASONS));
  const rest = parts.slice(REASONS);
  if (rest.length === 0) return said;
  const sum = rest.reduce((total, { change }) => total + Math.round(change * 100), 0) / 100;
  return `${said}, ${rest.length} smaller (${signed(sum)})`;
};

/** People of one label under a heading, `top` of them, and how many more there are. */
const group = (what: string, people: readonly string[], top: number, screen: Screen): string[] => {
  const lines = people.slice(0, top).flatMap((text) => {
    const [first = '', ...rest] = wrapped(text, screen.width - 4);
    return [`  ${first}`, ...rest.map((line) => `    ${line}`)];
  });
  const more = people.length > top ? [`  and ${grouped(people.length - top)} more (see --top and --json)`] : [];
  return ['', paint(screen, 'bold', `${countedPeople(people.length)} ${what}:`), ...lines, ...more];
};

/** Items by a name, in the order of the first of each. */
const byName = <T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item]);
  return groups;
};

/** Who has another label, in groups: those who rose to a label, then those who fell to one. */
const labelLines = (changes: readonly LabelChange[], top: number, screen: Screen): string[] =>
  [...byName(changes, (change) => `${hasRisen(change) ? 'became' : 'fell to'} ${change.new_label}`)].flatMap(
    ([what, users]) => {
      const people = users.map(
        (user) =>
          `${whoOf(user)} ${user.old_score.toFixed(2)} -> ${user.new_score.toFixed(2)} because ${becauseOf(user)}`,
      );
      return group(what, people, top, screen);
    },
  );

/** Whether somebody new is named as those are whose label changed: nobody who is low is. */
export const isWorthNaming = ({ label }: Newcomer): boolean => label !== 'low';

/** Who is new with a label above low. */
const newcomerLines = (entered: readonly Newcomer[], top: number, screen: Screen): string[] =>
  [...byName(entered.filter(isWorthNaming), ({ label }) => `entered as ${label}`)].flatMap(([what, users]) => {
    const people = users.map((user) => `${whoOf(user)} ${user.score.toFixed(2)}, rank ${user.rank}`);
    return group(what, people, top, screen);
  });

/** Most ids listed in one line. */
const LISTED = 10;

const listed = (what: string, ids: readonly string[], screen: Screen): string[] => {
  if (ids.length === 0) return [];
  const more = ids.length > LISTED ? ` and ${ids.length - LISTED} more` : '';
  return wrapped(`${counted(ids.length, 'user')} ${what}: ${ids.slice(0, LISTED).join(', ')}${more}`, screen.width);
};

/** Of features whose settings no record tells, nobody knows whether they changed. */
const UNKNOWN = 'the settings of the features are not known of both, so values may differ without any new behaviour';

const isUnknown = (stamp: string): boolean => stamp.startsWith('unknown-');

/** What is known of the settings, in the words of each part that differs. */
const CHANGED = {
  features: 'the settings of the features changed, so values may differ without any new behaviour',
  scoring: 'the settings of the scoring changed, so points may differ without any new behaviour',
};

const settings = (comparison: Comparison): string => {
  const { config_changed, old_config, new_config, changed } = comparison;
  if (!config_changed) {
    const same = new_config.join(', ');
    return isUnknown(same)
      ? `both used the scoring ${same.slice('unknown-'.length)}; the settings of the features were not recorded`
      : `both used the settings ${same}: changes come from what people did, or from what the log has of it`;
  }
  const added = comparison.signals_added.map((signal) => `+${signal}`);
  const removed = comparison.signals_removed.map((signal) => `-${signal}`);
  const signals = [...added, ...removed].join(', ');
  const hashes = `${old_config.join(', ') || 'none'} -> ${new_config.join(', ') || 'none'}`;
  const isDoubtful = [...old_config, ...new_config].some(isUnknown);
  const says = changed.map((part) => (part === 'features' && isDoubtful ? UNKNOWN : CHANGED[part]));
  return `${says.join('; ')} (${hashes}${signals === '' ? '' : `; ${signals}`})`;
};

/** A comparison as text, with the `top` largest changes. */
export const compareScreen = (comparison: Comparison, top: number, screen: Screen): string => {
  const { label_changes: relabelled, moved, entered, left, unchanged } = comparison;
  const shown = moved.slice(0, top);
  const labels = [...labelLines(relabelled, top, screen), ...newcomerLines(entered, top, screen)];
  const lines = [
    ...wrapped(settings(comparison), screen.width).map((line) =>
      comparison.config_changed ? paint(screen, 'yellow', line) : line,
    ),
    ...labels,
    ...(labels.length > 0 ? [''] : []),
    `${counted(moved.length, 'user')} changed, ${grouped(unchanged)} unchanged`,
    ...listed(
      'entered',
      entered.map(({ user_id: id }) => id),
      screen,
    ),
    ...listed('left', left, screen),
    ...(shown.length > 0 ? [''] : []),
    ...movedLines(shown, screen),
    ...(moved.length > top ? [`and ${grouped(moved.length - top)} more (see --top and --json)`] : []),
  ];
  return `${lines.join('\n')}\n`;
};
