/** What `gesture compare` prints: first the settings, then whose label changed, then whose score changed, and why. */
import { features } from '../catalogue/features.js';
import type { Features } from '../catalogue/measures.js';
import { cell, paint, type Screen, wrapped } from '../text/columns.js';
import { entry } from '../text/entry.js';
import { counted, countedPeople, grouped, signedPoints } from '../text/numbers.js';
import { type Comparison, hasRisen, type LabelChange, type Moved } from '../scoring/compare.js';

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

const whoOf = ({ user_id: id, username }: Moved): string => (username === '' ? id : `${username} (${id})`);

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

/** Who has another label, in groups: those who rose to a label, then those who fell to one. */
const labelLines = (changes: readonly LabelChange[], top: number, screen: Screen): string[] => {
  const groups = new Map<string, LabelChange[]>();
  for (const change of changes) {
    const key = `${hasRisen(change) ? 'became' : 'fell to'} ${change.new_label}`;
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups].flatMap(([what, users]) => {
    const people = countedPeople(users.length);
    const lines = users.slice(0, top).flatMap((user) => {
      const scores = `${user.old_score.toFixed(2)} -> ${user.new_score.toFixed(2)}`;
      const [first = '', ...rest] = wrapped(`${whoOf(user)} ${scores} because ${becauseOf(user)}`, screen.width - 4);
      return [`  ${first}`, ...rest.map((line) => `    ${line}`)];
    });
    const more = users.length > top ? [`  and ${grouped(users.length - top)} more (see --top and --json)`] : [];
    return ['', paint(screen, 'bold', `${people} ${what}:`), ...lines, ...more];
  });
};

/** Most ids listed in one line. */
const LISTED = 10;

const listed = (what: string, ids: readonly string[], screen: Screen): string[] => {
  if (ids.length === 0) return [];
  const more = ids.length > LISTED ? ` and ${ids.length - LISTED} more` : '';
  return wrapped(`${counted(ids.length, 'user')} ${what}: ${ids.slice(0, LISTED).join(', ')}${more}`, screen.width);
};

/** What is known of the settings, in the words of each part that differs. */
const CHANGED = {
  features: 'the settings of the features changed, so values may differ without any new behaviour',
  scoring: 'the settings of the scoring changed, so points may differ without any new behaviour',
};

const settings = (comparison: Comparison): string => {
  const { config_changed, old_config, new_config, changed } = comparison;
  if (!config_changed) {
    const same = new_config.join(', ');
    return same.startsWith('unknown-')
      ? `both used the scoring ${same.slice('unknown-'.length)}; the settings of the features were not recorded`
      : `both used the settings ${same}: every change comes from behaviour`;
  }
  const added = comparison.signals_added.map((signal) => `+${signal}`);
  const removed = comparison.signals_removed.map((signal) => `-${signal}`);
  const signals = [...added, ...removed].join(', ');
  const hashes = `${old_config.join(', ') || 'none'} -> ${new_config.join(', ') || 'none'}`;
  return `${changed.map((part) => CHANGED[part]).join('; ')} (${hashes}${signals === '' ? '' : `; ${signals}`})`;
};

/** A comparison as text, with the `top` largest changes. */
export const compareScreen = (comparison: Comparison, top: number, screen: Screen): string => {
  const { label_changes: relabelled, moved, entered, left, unchanged } = comparison;
  const shown = moved.slice(0, top);
  const lines = [
    ...wrapped(settings(comparison), screen.width).map((line) =>
      comparison.config_changed ? paint(screen, 'yellow', line) : line,
    ),
    ...labelLines(relabelled, top, screen),
    ...(relabelled.length > 0 ? [''] : []),
    `${counted(moved.length, 'user')} changed, ${grouped(unchanged)} unchanged`,
    ...listed('entered', entered, screen),
    ...listed('left', left, screen),
    ...(shown.length > 0 ? [''] : []),
    ...movedLines(shown, screen),
    ...(moved.length > top ? [`and ${grouped(moved.length - top)} more (see --top and --json)`] : []),
  ];
  return `${lines.join('\n')}\n`;
};
