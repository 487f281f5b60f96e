/** Ranks rows of the caller's own data, in the order of `gesture rank`. */
import { Failure, LABEL_FILTERS } from '../model.js';
import { parseInstant } from '../text/instants.js';
import { shown } from '../text/printable.js';
import { type Scored, scoredOf } from './explain.js';
import { type Filters, listUsers, rankedAt, rankUsers } from './ranking.js';
import { type DefaultScoring, type FeatureRow, readerOf, refuse, valuesOf } from './row.js';
import { defaultScoring, type Scoring } from './score.js';
import { sentence } from './sentence.js';
import { Users } from './users.js';

/** A row of features with the id of its user. */
export type UserFeatures<S extends Scoring = DefaultScoring> = FeatureRow<S> & {
  readonly user_id: string | number | bigint;
};

/** Which users to list; by default all but those who opted out. */
export type RankOptions = Partial<Filters>;

/** A user of a ranking: the number in the list, from 1, and the position of the row among those that were given. */
export interface RankedUser extends Scored {
  readonly rank: number;
  readonly user_id: string;
  readonly index: number;
}

const flagOf = (where: string, column: string, value: unknown): number => {
  if (value === undefined || value === null || value === '') return Number.NaN;
  const flag = typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : value;
  if (flag === 0 || flag === '0') return 0;
  if (flag === 1 || flag === '1') return 1;
  throw refuse(where, column, value, '0, 1, true, false or null');
};

const timeOf = (where: string, value: unknown): number => {
  if (value === undefined || value === null || value === '') return Number.NaN;
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  const time = value instanceof Date ? value.getTime() : instant === undefined ? Number.NaN : Number(instant / 1000n);
  if (Number.isNaN(time)) throw refuse(where, 'last_event_ts', value, 'a Date or an ISO 8601 time');
  return time;
};

/** The id of a row as text. */
const idOf = (where: string, value: unknown): string => {
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
  throw refuse(where, 'user_id', value, 'an id');
};

/** Refuses an option that lists other users than it seems to. @throws Failure `usage` */
const checkOptions = ({ top, minScore, label, excludeConverted, activeWithin, ...others }: Filters): void => {
  const [unknown] = Object.keys(others);
  const rules: [boolean, string][] = [
    [unknown === undefined, `${unknown}: is no option`],
    [top >= 0 && (top === Number.POSITIVE_INFINITY || Number.isInteger(top)), 'top: must be a whole number'],
    [minScore === undefined || Number.isFinite(minScore), 'minScore: must be a number of points'],
    [label === undefined || LABEL_FILTERS.includes(label), `label: must be one of ${LABEL_FILTERS.join(', ')}`],
    [
      excludeConverted === undefined || typeof excludeConverted === 'boolean',
      'excludeConverted: must be true or false',
    ],
    [activeWithin === undefined || activeWithin >= 0, 'activeWithin: must be a number of seconds'],
  ];
  const broken = rules.find(([holds]) => !holds);
  if (broken !== undefined) throw new Failure('usage', broken[1]);
};

/**
 * Scores rows and puts them in the order of `gesture rank`: by score, then the sum before floor and cap, then the later
 * `last_event_ts`, then the bytes of `user_id`. Nobody with `opted_out` is listed.
 *
 * @param scoring weights and labels; a `Config` will do
 * @throws Failure `data` naming the row and the column that cannot be read, or a user who appears twice; `usage` if the
 *   weights, the labels or an option break a rule
 */
export const rank = <S extends Scoring = DefaultScoring>(
  rows: Iterable<UserFeatures<NoInfer<S>>>,
  scoring?: S,
  { top = Number.POSITIVE_INFINITY, ...filters }: RankOptions = {},
): RankedUser[] => {
  checkOptions({ top, ...filters });
  const reader = readerOf(scoring ?? defaultScoring);
  const users = new Users(reader.model.signals.length);
  const positions = new Map<string, number>();
  for (const row of rows) {
    const cells = new Map<string, unknown>(Object.entries(row));
    const where = `row ${users.count + 1}: `;
    const id = idOf(where, cells.get('user_id'));
    if (positions.has(id)) throw new Failure('data', `${where}user_id: ${shown(id)} appears twice`);
    positions.set(id, users.count);
    users.add({
      id,
      name: '',
      converted: flagOf(where, 'converted', cells.get('converted')),
      optedOut: flagOf(where, 'opted_out', cells.get('opted_out')),
      values: valuesOf(row, reader, where),
      last: timeOf(where, cells.get('last_event_ts')),
    });
  }
  const ranking = rankUsers(users, reader.model);
  return listUsers(ranking, { top, ...filters }).places.map(({ place, number }) => {
    const user = rankedAt(ranking, place);
    // What the row says of its age counts, rather than how much later the latest of these rows was.
    const age = user.values[reader.model.recency] ?? Number.NaN;
    const explanation = Number.isNaN(age) ? user.explanation : sentence(reader.model, user.values, user.points, user);
    const scored = scoredOf(user, user.values, user.points, explanation, reader.model);
    return { rank: number, user_id: user.id, index: positions.get(user.id) ?? -1, ...scored };
  });
};
