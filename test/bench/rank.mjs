// `gesture rank` and `gesture explain` on a million users beside other ways to rank them.
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { features } from '../../dist/catalogue/features.js';
import { defaultWeights } from '../../dist/catalogue/weights.js';
import { GESTURE } from './measure.mjs';

/** Users with long tails, ids in byte order: the same file every time. */
function* rows(count) {
  let state = 42;
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const upTo = (n) => Math.floor(n * random() ** 3);
  const city = ['Lisbon', 'Oslo', 'Rome', 'São Paulo', 'New York'];
  yield `user_id,${Object.keys(features).join(',')}\n`;
  for (let i = 0; i < count; i++) {
    const sessions = 1 + upTo(12);
    const [repeats, bounces, spam] = [upTo(sessions), upTo(sessions), upTo(2) && upTo(sessions)];
    const [views, signups, bookings] = [upTo(60), Number(random() < 0.2), Number(random() < 0.1)];
    const who = [`user_${String(i).padStart(8, '0')}`, `Person ${i}`, city[i % 5], 'F', 'mobile'];
    const money = [(random() * 5e3).toFixed(2), upTo(12), upTo(5), views + 3];
    const rates = [repeats, repeats / sessions, bounces, bounces / sessions, spam, spam / sessions];
    const deeds = [views, upTo(9), upTo(9), upTo(4), upTo(4), upTo(3), signups, bookings];
    const time = ['2026-01-28T18:03:12Z', Math.floor(random() * 30e4) / 1e4];
    yield `${[...who, ...money, sessions, ...rates, ...deeds, ...time, signups * bookings].join(',')}\n`;
  }
}

function* batches(lines) {
  let batch = '';
  for (const line of lines) {
    batch += line;
    if (batch.length > 1 << 16) {
      yield batch;
      batch = '';
    }
  }
  yield batch;
}

/** A curve as SQL, and as Python. */
const sqlShare = (name, earns) => {
  if (earns.binary) return `(${name} > 0)::DOUBLE`;
  if (earns.saturates_at) return `least(1, greatest(0, ${name}) / ${earns.saturates_at})`;
  if (earns.log_full_at) return `least(1, ln(1 + greatest(0, ${name})) / ln(1 + ${earns.log_full_at}))`;
  if (earns.half_life) return `pow(2, -greatest(0, ${name}) / ${earns.half_life})`;
  return `least(1, greatest(0, ${name}))`;
};
const pythonShare = (name, earns) => {
  const value = `row['${name}']`;
  if (earns.binary) return `(1 if ${value} > 0 else 0)`;
  if (earns.saturates_at) return `min(1, ${value} / ${earns.saturates_at})`;
  if (earns.log_full_at) return `min(1, math.log1p(${value}) / math.log1p(${earns.log_full_at}))`;
  if (earns.half_life) return `2 ** (-${value} / ${earns.half_life})`;
  return `min(1, ${value})`;
};

const weights = Object.entries(defaultWeights);
const resolved = (name) => JSON.stringify(import.meta.resolve(name));

/** One query that scores and keeps ten: nothing is explained, labelled or written. */
const query = `import { DuckDBInstance } from ${resolved('@duckdb/node-api')};
const points = ${JSON.stringify(weights.map(([name, w]) => `round(coalesce(${w.points} * ${sqlShare(name, w.earns)}, 0), 2)`))};
const connection = await (await DuckDBInstance.create()).connect();
await connection.runAndReadAll(\`SELECT user_id, username, greatest(0, \${points.join(' + ')}) AS score
FROM read_csv('\${process.argv[2]}') ORDER BY score DESC, user_id LIMIT 10\`);`;

/** All rows parsed, and nothing done with them. */
const parsing = `import { parse } from ${resolved('csv-parse')};
import { createReadStream } from 'node:fs';
let n = 0;
for await (const row of createReadStream(process.argv[2]).pipe(parse({ bom: true }))) n += row.length;`;

/** Of pandas only so many rows are asked: it prints the seconds of one of them. */
const PANDAS_ROWS = 20_000;

/** Score, label and sentence row by row, as a notebook has it. */
const notebook = `import math, sys, time, pandas as pd
users = pd.read_csv(sys.argv[1], nrows=${PANDAS_ROWS})
started = time.time()
scored = []
for _, row in users.iterrows():
    parts = {${weights.map(([name, w]) => `'${name}': ${w.points} * ${pythonShare(name, w.earns)}`).join(', ')}}
    score = max(0, min(100, sum(parts.values())))
    words = ', '.join(f'{name} ({part:+.1f})' for name, part in sorted(parts.items(), key=lambda part: -abs(part[1])) if part)
    scored.append((score, 'high' if score >= 70 else 'medium' if score >= 40 else 'low', words))
users[['score', 'score_label', 'explanation']] = scored
users.sort_values('score', ascending=False).head(10)
print((time.time() - started) / len(users))`;

/** The list of a million users, all scores of them, and one user explained. */
export const rank = async (options, folder) => {
  const users = Number(options.users);
  const input = join(folder, 'many_users.csv');
  await pipeline(Readable.from(batches(rows(users))), createWriteStream(input));
  const script = (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const someone = /^user_\d+/m.exec(readFileSync(input, 'utf8').slice(-1_000_000))?.[0];
  const list = 'rank, the list';
  const sql = 'one DuckDB query';
  return {
    title: `Ranking ${users.toLocaleString('en-US')} users`,
    cases: [
      { name: list, argv: [...GESTURE, 'rank', input, '--out', '-'], of: sql },
      { name: sql, argv: [process.execPath, script('query.mjs', query), input] },
      {
        name: 'rank, with user_scores.csv',
        argv: [...GESTURE, 'rank', input, '--out', join(folder, 'top.csv')],
        of: sql,
      },
      { name: 'csv-parse, parsing alone', argv: [process.execPath, script('parsing.mjs', parsing), input], of: list },
      {
        name: `pandas with iterrows, from ${PANDAS_ROWS.toLocaleString('en-US')} users`,
        argv: [process.env.PYTHON ?? 'python3', script('notebook.py', notebook), input],
        seconds: (stdout) => Number(stdout) * users,
        of: list,
      },
      { name: 'explain one user', argv: [...GESTURE, 'explain', someone, input], of: list },
    ],
  };
};
