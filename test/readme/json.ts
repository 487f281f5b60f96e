/** What `--json` prints, as tables made from what is printed: a key without words, or words without a key, is an error. */
import { table } from './tables.js';

/** By command: the words for a key, or for all keys within it; `[]` is each item of a list. */
const words: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  features: {
    config: 'hash of the settings that the numbers depend on',
    as_of: 'the instant that ages are counted from; null if no row was used',
    accounts: 'numbers of rows: `read` is the sum of the others',
    users: 'users, the rows of the table',
    sessions: 'sessions of these users',
    'rejected[]': 'for each reason: the column, the number of rows, file and line of the first',
    'unreadable[]':
      'for each column with cells that count as unknown: their number, and place, reason and text of the first',
    'excluded[]': 'for each reason of `exclude` and `where`: its number of rows',
    'event_types.renamed[]': 'names of events that are read as one of ours: theirs, ours, number of events',
    'event_types.others[]': 'event types that no feature counts, and their numbers of events',
    'notices[]': 'what is worth knowing and probably right, as text',
    'warnings[]': 'what is probably wrong: a code that stays the same, and text',
    written: 'the path of each file that was written',
  },
  rank: {
    config: 'hash of the settings, those of the features first',
    'health.users': 'users that are scored',
    'health.labels': 'users by label',
    'health.histogram[]': 'users by score: under 10, under 20 ... 90 to 100',
    'health.signals[]':
      'each signal: its points at most, on average, its share of all points from 0 to 1, and the users who have any',
    'health.never_fire[]': 'signals that give points to nobody',
    'health.always_fire[]': 'signals that give points to everybody',
    'health.converted': 'users who have converted',
    'health.opted_out': 'users who asked not to be contacted',
    'health.to_call': 'all others',
    'health.converted_by_label': 'users who have converted, by label',
    'health.listed': 'users on the list',
    'health.listed_converted': 'users on the list who have converted',
    'health.tied': 'users who are not on the list, but have the score of the last one on it',
    'health.warnings[]': 'what is probably wrong: a code that stays the same, and text',
    'top[]': 'the list as in `--out leads.json`, best first',
  },
  explain: {
    user_id: 'who was meant',
    username: 'their name, which may be empty',
    rank: 'their place among all users, 1 for the best',
    users: 'all users',
    percentile: 'per cent of the other users who have a lower score; null if there is nobody else',
    converted: 'whether they have converted',
    opted_out: 'whether they asked not to be contacted',
    place_to_call: 'their place among people to call; null if they are none of them',
    config: 'hash of the settings, those of the features first',
    'now.score': 'the score, 0 to 100',
    'now.label': 'high, medium or low',
    'now.explanation': 'the score as a sentence',
    'now.contributions[]': 'each signal: its value, null if unknown, and its points',
    'now.floor': 'what raises a sum of points below 0 to 0',
    'now.cap': 'what lowers a sum of points above 100 to 100',
    'now.signals[]':
      'each signal in words: also its most points, its curve, the share of the points earned, and the reason for it',
    'now.gains[]':
      'what would raise the score most: a signal, from which value to which, and how many points that gives',
    what_if: 'the same as `now` with the values of `--what-if`',
    what_if_rank: 'the place they would have',
  },
};

/** The keys of a value, each item of a list under the same name. */
const keysOf = (value: unknown, key = ''): string[] => {
  if (Array.isArray(value)) return [`${key}[]`, ...value.flatMap((item) => keysOf(item, `${key}[]`))];
  if (typeof value !== 'object' || value === null) return [key];
  return Object.entries(value).flatMap(([name, inner]) => keysOf(inner, key === '' ? name : `${key}.${name}`));
};

const isWithin = (key: string, outer: string): boolean =>
  key === outer || ['.', '['].some((next) => key.startsWith(outer + next));

/** A Markdown table of what a command printed. @throws if the words are not about exactly that */
const keysTable = (command: string, printed: string): string => {
  const about = words[command] ?? {};
  const keys = keysOf(JSON.parse(printed));
  const unsaid = keys.find((key) => !Object.keys(about).some((outer) => isWithin(key, outer)));
  if (unsaid !== undefined) throw new Error(`test/readme/json.ts has no words for ${unsaid} of gesture ${command}`);
  const gone = Object.keys(about).find((outer) => !keys.some((key) => isWithin(key, outer)));
  if (gone !== undefined) throw new Error(`gesture ${command} --json prints no ${gone}: see test/readme/json.ts`);
  return table(
    [`\`gesture ${command} --json\``, 'what it is'],
    Object.entries(about).map(([key, says]) => [`\`${key}\``, says]),
  );
};

/** Tables of what commands printed, by command. */
export const jsonTables = (printed: Readonly<Record<string, string>>): string =>
  Object.keys(words)
    .map((command) => keysTable(command, printed[command] ?? ''))
    .join('\n');
