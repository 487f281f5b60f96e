/** The files of a ranking, and that what is written is read back. */
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { listText } from '../../src/io/writeScores.js';
import type { ListFormat } from '../../src/model.js';
import { readScores } from '../../src/io/readScores.js';
import { type Ranking, rankUsers } from '../../src/scoring/ranking.js';
import { prepare } from '../../src/scoring/score.js';
import { type UserRow, Users } from '../../src/scoring/users.js';
import { temporary } from '../config/temporary.js';
import { scoresText } from './scoresText.js';

const { write } = temporary();

const binary = (points: number, phrase: string) => ({ points, earns: { rate: true }, because: '', phrase }) as const;
const model = prepare({
  weights: { signup: binary(80, 'signed up'), call: binary(60, 'booked, "a call"'), spam: binary(-20, 'spam') },
  labels: { high: 70, medium: 40 },
});
const ranked = (...rows: Partial<UserRow>[]): Ranking => {
  const users = new Users(3);
  for (const row of rows) users.add({ id: 'ana', name: '', converted: 0, values: [0, 0, 0], ...row });
  return rankUsers(users, model);
};
const text = (chunks: Iterable<Uint8Array>): string => Buffer.concat([...chunks]).toString();

const CROWD = ranked(
  { id: 'ana', name: 'Ana', converted: 1, values: [1, 1, 0] },
  { id: '=1+1', name: 'the "B", of\nC', converted: Number.NaN, values: [0.12345, Number.NaN, 0] },
  { id: 'bot', name: '@bot', values: [0, 0, 1] },
);

describe('user_scores.csv', () => {
  it('has everybody, best first, with the points, the floor and the cap of each', async () => {
    expect(await scoresText(CROWD, 'abc'))
      .toBe(`rank,user_id,username,score,score_label,explanation,converted,signup_points,call_points,spam_points,floor_points,cap_points,config
1,ana,Ana,100,high,"signed up (+80.0), booked, ""a call"" (+60.0); held at 100 (-40.0)",1,80,60,0,0,-40,abc
2,'=1+1,"the ""B"", of
C",9.88,low,signed up (+9.9),,9.88,0,0,0,0,abc
3,bot,'@bot,0,low,"spam (-20.0), held at 0 (+20.0)",0,0,0,-20,20,0,abc
`);
  });

  it('loses no line, however many and long they are', async () => {
    const names = Array.from({ length: 3000 }, (_, i) => (i === 1500 ? 'é'.repeat(100_000) : `Name ${i} 用户`));
    const many = ranked(...names.map((name, i) => ({ id: `${i}`.padStart(4, '0'), name })));
    const rows: string[][] = parse(await scoresText(many, 'abc'), { from: 2 });
    expect(rows.map((row) => row[2])).toEqual(names);
  });
});

describe('the list', () => {
  const list = (format: ListFormat): string =>
    text(
      listText(
        CROWD,
        [
          { place: 0, number: 1 },
          { place: 1, number: 2 },
        ],
        { config: 'abc', show: [] },
        format,
      ),
    );
  const user = (signup: number | null, call: number | null) => [
    expect.objectContaining({ signal: 'signup', value: signup }),
    expect.objectContaining({ signal: 'call', value: call }),
    expect.objectContaining({ signal: 'spam', value: 0, points: 0 }),
  ];
  const users = [
    { rank: 1, user_id: 'ana', score: 100, converted: 1, contributions: user(1, 1), floor_points: 0, cap_points: -40 },
    { rank: 2, user_id: '=1+1', score: 9.88, converted: null, contributions: user(0.12345, null), config: 'abc' },
  ];

  it('as CSV has the six columns and the settings', () => {
    const [header, ...rows]: string[][] = parse(list('csv'));
    expect(header).toEqual(['user_id', 'username', 'score', 'score_label', 'explanation', 'converted', 'config']);
    expect(rows.map((row) => [row[0], row[2], row[5], row[6]])).toEqual([
      ['ana', '100', '1', 'abc'],
      ["'=1+1", '9.88', '', 'abc'],
    ]);
  });

  it('as JSON and NDJSON has every contribution with its value, as it is', () => {
    expect(JSON.parse(list('json'))).toMatchObject(users);
    const lines = list('ndjson').trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject(users);
  });
});

describe('scores read back', () => {
  const HEADER = 'user_id,username,rank,score,score_label,a_points,floor_points,cap_points,config\n';
  const reading = async (rows: string) => readScores(write('user_scores.csv', HEADER + rows));

  it('are those that were written', async () => {
    const path = write('user_scores.csv', await scoresText(CROWD, 'abc'));
    const { configs, parts, users } = await readScores(path);
    expect([...configs]).toEqual(['abc']);
    expect(parts).toEqual(['signup', 'call', 'spam', 'floor', 'cap']);
    expect(users.get('bot')).toEqual({
      name: '@bot',
      rank: 3,
      score: 0,
      label: 'low',
      points: Int32Array.of(0, 0, -2000, 2000, 0),
    });
    expect(users.get('=1+1')).toMatchObject({ score: 988, rank: 2 });
  });

  it('may be of two settings, and say so', async () => {
    const { configs } = await reading('ana,A,1,5,low,5,0,0,one\nben,B,2,4,low,4,0,0,two\n');
    expect([...configs]).toEqual(['one', 'two']);
  });

  it.each([
    ['points that do not sum to the score', 'ana,A,1,50,low,30,0,0,x\n', ':2: the points of user "ana" sum to 30'],
    ['a user twice', 'ana,A,1,5,low,5,0,0,x\nana,A,2,5,low,5,0,0,x\n', ':3: user_id "ana" appears twice'],
    ['points that are missing', 'ana,A,1,5,low,,5,0,x\n', ':2: a_points is "", not a number'],
    ['points that are words', 'ana,A,1,5,low,five,0,0,x\n', ':2: a_points is "five", not a number'],
  ])('are refused with %s', async (_, rows, says) => {
    await expect(reading(rows)).rejects.toMatchObject({ kind: 'data', message: expect.stringContaining(says) });
  });
});
