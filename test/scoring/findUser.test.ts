import { describe, expect, it } from 'vitest';
import { findUser } from '../../src/scoring/findUser.js';
import { rankUsers } from '../../src/scoring/ranking.js';
import { prepare } from '../../src/scoring/score.js';
import { Users } from '../../src/scoring/users.js';

const weight = { points: 100, earns: { saturates_at: 10 }, because: '', phrase: 'x' } as const;
const model = prepare({ weights: { x: weight }, labels: { high: 70, medium: 40 } });

// From the best down: rank 1 is u9, rank 2 is 3, rank 3 is Zoë Ash ...
const PEOPLE = [
  ['u9', 'Ana Silva', 9],
  ['3', 'Ben', 8],
  ['zoe', 'Zoë Ash', 7],
  ['u1', 'Kim', 6],
  ['u2', 'KIM ', 5],
  ['ana silva', '', 4],
  ['u4', '2', 3],
  ['#1', '', 2],
] as const;

const users = new Users(1);
for (const [id, name, x] of PEOPLE.toReversed()) users.add({ id, name, converted: 0, values: [x] });
const ranking = rankUsers(users, model);
const find = (asked: string): string => users.ids.at(findUser(asked, ranking, 'f.csv'));

describe('a user is found', () => {
  it.each([
    ['u1', 'u1', 'by id'],
    ['ana silva', 'ana silva', 'by id, before the same name'],
    ['ANA SILVA', 'u9', 'by name, ignoring case'],
    ['zoe\u0308 ash', 'zoe', 'by name, however its accents are encoded'],
    ['3', '3', 'by an id that is a number, before the rank'],
    ['2', 'u4', 'by a name that is a number, before the rank'],
    ['1', 'u9', 'by rank'],
    ['#2', '3', 'by rank, written with #'],
    ['#1', '#1', 'by an id that looks like a rank'],
    ['8', '#1', 'by the last rank'],
  ])('%s: %s, %s', (asked, id) => {
    expect(find(asked)).toBe(id);
  });
});

describe('nobody is found', () => {
  it.each([
    ['kim', '2 users are called "kim": name one by id or rank: u1 (rank 4), u2 (rank 5)'],
    ['9', 'f.csv has no user "9", and no rank 9: it has 8 users'],
    ['0', 'f.csv has no user "0", and no rank 0: it has 8 users'],
    ['', 'f.csv has no user "": name a user by id, name or rank (people who are excluded have no score)'],
    ['zo', 'f.csv has no user "zo". Did you mean the id "zoe"?'],
    ['ana silvo', 'f.csv has no user "ana silvo". Did you mean the id "ana silva" or the name "Ana Silva"?'],
    ['silva', 'f.csv has no user "silva". Did you mean the name "Ana Silva"?'],
  ])('%j: %s', (asked, says) => {
    expect(() => find(asked)).toThrow(expect.objectContaining({ kind: 'usage', message: says }));
  });

  it('and at most ten of the users with a name are listed', () => {
    const crowd = new Users(1);
    for (let i = 0; i < 12; i++) crowd.add({ id: `u${i + 10}`, name: 'Sam', converted: 0, values: [12 - i] });
    expect(() => findUser('sam', rankUsers(crowd, model), 'f.csv')).toThrow(
      /^12 users .*: u10 \(rank 1\), .* u19 \(rank 10\) and 2 more$/,
    );
  });
});
