/** Finds the user that somebody means: by id, by name, or by rank. */
import { closest } from '../text/closest.js';
import { counted } from '../text/numbers.js';
import { shown } from '../text/printable.js';
import { Failure } from '../model.js';
import type { Ranking } from './ranking.js';

/** Most users listed in one message. */
const LISTED = 10;

const folded = (text: string): string => text.normalize('NFC').trim().toLowerCase();

/** The indexes of the users whose name passes a test. */
const namedLike = ({ users }: Ranking, test: (name: string) => boolean, most = Number.POSITIVE_INFINITY): number[] => {
  const found: number[] = [];
  for (let i = 0; i < users.count && found.length < most; i++) if (test(folded(users.names.at(i)))) found.push(i);
  return found;
};

/** Users by id and rank: `u1 (rank 3), u2 (rank 17)`. */
const listed = ({ users, order }: Ranking, indexes: readonly number[]): string => {
  const ranked = indexes.map((index) => ({ id: users.ids.at(index), rank: order.indexOf(index) + 1 }));
  const said = ranked.toSorted((a, b) => a.rank - b.rank).map(({ id, rank }) => `${id} (rank ${rank})`);
  const more = said.length > LISTED ? ` and ${said.length - LISTED} more` : '';
  return said.slice(0, LISTED).join(', ') + more;
};

/** The names that are not blank. */
function* named(names: Iterable<string>): Generator<string> {
  for (const name of names) if (name.trim() !== '') yield name;
}

/** The ids and names near what was asked for, as the end of a message. */
const suggestions = (asked: string, ranking: Ranking): string => {
  const { ids, names } = ranking.users;
  const words = folded(asked);
  const id = words === '' ? undefined : closest(asked, ids);
  const name = words === '' ? undefined : closest(asked, named(names));
  const parts = namedLike(ranking, (each) => words.length > 2 && each.includes(words), 3).map((i) => names.at(i));
  const near = [...new Set(name === undefined ? parts : [name, ...parts])].slice(0, 3);
  const meant = [
    ...(id === undefined ? [] : [`the id ${shown(id)}`]),
    ...near.map((each) => `the name ${shown(each)}`),
  ];
  return meant.length === 0
    ? ': name a user by id, name or rank (people who are excluded have no score)'
    : `. Did you mean ${meant.join(' or ')}?`;
};

/**
 * The index of the user that `asked` means: the one with exactly this id; or else the only one with this name, ignoring
 * case; or else the one with this rank, written `3` or `#3`.
 *
 * @param from the file, for messages
 * @throws Failure `usage` if nobody is meant, with what is near; or if several have the name, with their ids and ranks
 */
export const findUser = (asked: string, ranking: Ranking, from: string): number => {
  const { users, order } = ranking;
  const byId = users.ids.indexOf(asked);
  if (byId >= 0) return byId;
  const name = folded(asked);
  const [first, ...others] = namedLike(ranking, (each) => each !== '' && each === name);
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    const several = `${others.length + 1} users are called ${shown(asked)}`;
    throw new Failure('usage', `${several}: name one by id or rank: ${listed(ranking, [first, ...others])}`);
  }
  const [, rank] = /^#?(\d{1,9})$/.exec(asked.trim()) ?? [];
  const byRank = rank === undefined ? undefined : order[Number(rank) - 1];
  if (byRank !== undefined) return byRank;
  const none = `${from} has no user ${shown(asked)}`;
  if (rank === undefined) throw new Failure('usage', none + suggestions(asked, ranking));
  throw new Failure('usage', `${none}, and no rank ${Number(rank)}: it has ${counted(users.count, 'user')}`);
};
