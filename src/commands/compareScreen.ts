/** What `gesture compare` prints: first the settings, then whose score changed and why. */
import { cell, idAndName, paint, type Screen, wrapped } from '../text/columns.js';
import { counted, grouped, signedPoints } from '../text/numbers.js';
import type { Comparison, Moved } from '../scoring/compare.js';

const signed = (points: number): string => signedPoints(Math.round(points * 100), 2);

const rankOf = (user: Moved): string => `rank ${user.old_rank} -> ${user.new_rank}`;

const movedLines = (users: readonly Moved[], screen: Screen): string[] => {
  const scoresAndChange = 16 + 7;
  const taken = scoresAndChange + 4 * 2 + Math.max(0, ...users.map((user) => rankOf(user).length));
  const width = idAndName(
    users.map(({ user_id }) => user_id),
    users.map(({ username }) => username),
    screen.width - taken,
  );
  return users.flatMap((user) => {
    const why = user.parts.map(({ part, change }) => `${part} ${signed(change)}`).join(', ');
    const change = cell(signed(user.change), 7, 'right');
    const numbers = [
      cell(user.user_id, width.id),
      cell(user.username, width.name),
      `${cell(user.old_score.toFixed(2), 6, 'right')} -> ${cell(user.new_score.toFixed(2), 6, 'right')}`,
      paint(screen, user.change < 0 ? 'red' : 'green', change),
      rankOf(user),
    ].join('  ');
    return [numbers, ...wrapped(why, screen.width - 4).map((line) => `    ${line}`)];
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
  const { moved, entered, left, unchanged } = comparison;
  const shown = moved.slice(0, top);
  const lines = [
    ...wrapped(settings(comparison), screen.width).map((line) =>
      comparison.config_changed ? paint(screen, 'yellow', line) : line,
    ),
    `${counted(moved.length, 'user')} changed, ${grouped(unchanged)} unchanged`,
    ...listed('entered', entered, screen),
    ...listed('left', left, screen),
    ...(shown.length > 0 ? [''] : []),
    ...movedLines(shown, screen),
    ...(moved.length > top ? [`and ${grouped(moved.length - top)} more (see --top and --json)`] : []),
  ];
  return `${lines.join('\n')}\n`;
};
