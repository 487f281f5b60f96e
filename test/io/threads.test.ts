/** Large files of users are read and written by several threads: together they do what one does. */
import { beforeAll, describe, expect, it } from 'vitest';
import type * as ReadUsersFast from '../../src/io/readUsersFast.js';
import { readUsersStrictly } from '../../src/io/readUsers.js';
import type * as ScoresCsv from '../../src/io/scoresCsv.js';
import { type Ranking, rankUsers } from '../../src/scoring/ranking.js';
import { defaultScoring, prepare } from '../../src/scoring/score.js';
import { Users } from '../../src/scoring/users.js';
import { temporary } from '../config/temporary.js';
import { scoresText } from './scoresText.js';
import { told } from './told.js';

// A thread runs a file, so the program as it was built is tested.
const load = (name: string) => import(new URL(`../../dist/io/${name}.js`, import.meta.url).href);
const { readUsersFast }: typeof ReadUsersFast = await load('readUsersFast');
const { scoresCsv }: typeof ScoresCsv = await load('scoresCsv');

const { write } = temporary();

const WANTED = { signals: ['signups', 'page_views'], shown: ['username'] };
const HEADER = 'user_id,username,signups,page_views,converted,last_event_ts\n';

/** What several threads read, each from the first byte on. */
const readBy = async (threads: number, path: string) => {
  const users = await readUsersFast(path, WANTED, { threads, worth: 1 });
  return users && told(users);
};

describe('users read by several threads', () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => `u${i},Zoë ${i},${i % 3},${i / 4},${i % 2},2026-01-0${1 + (i % 9)}`,
  );

  it.each([1, 2, 3, 8])('are those that one reads, in the same order: %s', async (threads) => {
    const path = write('users.csv', `\uFEFF${HEADER}${rows.join('\r\n')}`);
    expect(await readBy(threads, path)).toStrictEqual(told(await readUsersStrictly(path, WANTED)));
  });

  it('may be fewer than the threads', async () => {
    const path = write('few.csv', `${HEADER}ana,Ana,1,2,0,\n`);
    expect(await readBy(8, path)).toHaveLength(1);
    expect(await readBy(8, write('none.csv', HEADER))).toEqual([]);
  });

  it('are left to the strict reader if a part begins within a cell, even one that holds whole users', async () => {
    const within = rows.slice(0, 30).join('\n').replaceAll('"', '""');
    const path = write('quoted.csv', `${HEADER}ana,"\n${within}\n",1,2,0,\nben,Ben,1,2,0,\n`);
    expect(await readBy(2, path)).toBeUndefined();
    expect(await readBy(1, path)).toStrictEqual(told(await readUsersStrictly(path, WANTED)));
  });

  it('are left to the strict reader if any part is not clean, or two have the same user', async () => {
    const [first = '', ...others] = rows;
    expect(await readBy(3, write('faulty.csv', HEADER + [...rows, 'x,X,many,1,0,'].join('\n')))).toBeUndefined();
    expect(await readBy(3, write('twice.csv', HEADER + [first, ...others, first].join('\n')))).toBeUndefined();
  });

  it('are ranked, changed and read on like any others', async () => {
    const path = write('users.csv', HEADER + rows.join('\n'));
    const read = await readUsersFast(path, WANTED, { threads: 3, worth: 1 });
    const users = new Users(2, 1, read?.parts);
    users.add({ id: 'new', name: 'New', converted: 1, values: [1, 2], shown: ['N'] });
    users.replace(3, [7, 8], 9);
    expect(told(users)).toHaveLength(41);
    expect(told(users)[40]).toMatchObject({ id: 'new', converted: 1, values: [1, 2], shown: ['N'] });
    expect(told(users)[3]).toMatchObject({ id: 'u3', values: [7, 8], last: 9 });
    expect(told(users)[39]).toMatchObject({ id: 'u39', values: [0, 9.75] });
    expect(users.ids.indexOf('u39')).toBe(39);
    expect(users.ids.hasDuplicates()).toBe(false);
    expect([...users.ids.sorted()].map((i) => users.ids.at(i))).toEqual([...users.ids].toSorted());
  });
});

describe('scores written by several threads', () => {
  const SIGNALS = Object.keys(defaultScoring.weights).length;
  let ranking: Ranking;
  beforeAll(() => {
    const users = new Users(SIGNALS);
    for (let i = 0; i < 9_000; i++) {
      const values = Array.from({ length: SIGNALS }, (_, s) => (s === i % SIGNALS ? Number.NaN : (i * s) % 17));
      users.add({ id: `=${i}`, name: `A "B",\n${i}`, converted: i % 2, values, last: Date.UTC(2026, 0, 1 + (i % 28)) });
    }
    ranking = rankUsers(users, prepare(defaultScoring, { time: Date.UTC(2026, 0, 28), isToday: false }));
  });

  it.each([2, 3, 5])('are those that one writes, in the same order: %s', async (threads) => {
    const written = scoresCsv(ranking, 'abc', threads, 1);
    expect(await scoresText(ranking, 'abc', written)).toBe(await scoresText(ranking, 'abc'));
  });

  it('need not be read to the end', async () => {
    const written = scoresCsv(ranking, 'abc', 3, 1);
    for (let i = 0; i < 3; i++) expect((await written.next()).value).toBeInstanceOf(Uint8Array);
    expect(await written.return(undefined)).toEqual({ value: undefined, done: true });
  });

  it('fail if a thread fails', async () => {
    const phrase: string = JSON.parse('7');
    const weights = ranking.model.weights.map((weight) => ({ ...weight, phrase }));
    const broken = { ...ranking, model: { ...ranking.model, weights } };
    await expect(scoresText(broken, 'abc', scoresCsv(broken, 'abc', 2, 1))).rejects.toThrow('phrase.split');
  });
});
