// What ranking costs beside other ways to do it, whole processes in turn on one features file:
//   npm run bench:rank -- [users, default 1000000] [rounds, default 1]
// (a) csv-parse reading the file and doing nothing; (b) score, label and sentence row by row in pandas with
// apply, from 20,000 rows (where $PYTHON has pandas); (c) one DuckDB query that scores and keeps ten; (d) csv-stringify writing all rows of user_scores.csv.
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { features } from '../../dist/catalogue/features.js';
import { defaultWeights } from '../../dist/catalogue/weights.js';

const users = Number(process.argv[2] ?? 1_000_000);
const rounds = Number(process.argv[3] ?? 1);
const folder = mkdtempSync(join(tmpdir(), 'gesture-bench-'));
const file = join(folder, 'features.csv');
const say = (line) => process.stdout.write(`${line}\n`);

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

/** Seconds and peak megabytes of one process, from GNU time. */
const timed = (command, ...args) => {
  const report = join(folder, 'time');
  const run = ['-f', '%e %M', '-o', report, command, ...args];
  const { status, stderr } = spawnSync('/usr/bin/time', run, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) return { failed: String(stderr).trim().split('\n').at(-1) };
  const [seconds, kilobytes] = readFileSync(report, 'utf8').trim().split(' ').map(Number);
  return { seconds, megabytes: Math.round(kilobytes / 1024) };
};

const gesture = fileURLToPath(new URL('../../bin/gesture.js', import.meta.url));
const resolved = (name) => JSON.stringify(import.meta.resolve(name));

const readOnly = join(folder, 'read.mjs');
writeFileSync(
  readOnly,
  `import { parse } from ${resolved('csv-parse')};
import { createReadStream } from 'node:fs';
let n = 0;
for await (const row of createReadStream(process.argv[2]).pipe(parse({ bom: true }))) n += row.length;`,
);

const stringifyAll = join(folder, 'stringify.mjs');
writeFileSync(
  stringifyAll,
  `import { parse } from ${resolved('csv-parse/sync')};
import { stringify } from ${resolved('csv-stringify/sync')};
import { readFileSync, writeFileSync } from 'node:fs';
const [header, ...rows] = parse(readFileSync(process.argv[2]));
const started = performance.now();
writeFileSync('stringified.csv', stringify(rows));
writeFileSync('stringify.txt', String((performance.now() - started) / 1e3 / rows.length));`,
);

/** A curve as SQL. */
const share = (name, earns) => {
  if (earns.binary) return `(${name} > 0)::DOUBLE`;
  if (earns.saturates_at) return `least(1, greatest(0, ${name}) / ${earns.saturates_at})`;
  if (earns.log_full_at) return `least(1, ln(1 + greatest(0, ${name})) / ln(1 + ${earns.log_full_at}))`;
  if (earns.half_life) return `pow(2, -greatest(0, ${name}) / ${earns.half_life})`;
  return `least(1, greatest(0, ${name}))`;
};
const points = Object.entries(defaultWeights).map(
  ([name, w]) => `round(coalesce(${w.points} * ${share(name, w.earns)}, 0), 2)`,
);
const sql = `SELECT user_id, username, greatest(0, ${points.join(' + ')}) AS score
FROM read_csv('features.csv') ORDER BY score DESC, user_id LIMIT 10`;
const query = join(folder, 'query.mjs');
writeFileSync(
  query,
  `import { DuckDBInstance } from ${resolved('@duckdb/node-api')};
const connection = await (await DuckDBInstance.create()).connect();
await connection.runAndReadAll(${JSON.stringify(sql)});`,
);

const PANDAS_ROWS = 20_000;
const pandas = join(folder, 'pandas_rows.py');
const term = (name, { points: most, earns }) => {
  const value = `row['${name}']`;
  if (earns.binary) return `${most} * (1 if ${value} > 0 else 0)`;
  if (earns.saturates_at) return `${most} * min(1, ${value} / ${earns.saturates_at})`;
  if (earns.log_full_at) return `${most} * min(1, math.log1p(${value}) / math.log1p(${earns.log_full_at}))`;
  if (earns.half_life) return `${most} * 2 ** (-${value} / ${earns.half_life})`;
  return `${most} * min(1, ${value})`;
};
writeFileSync(
  pandas,
  `import math, time, pandas as pd
users = pd.read_csv('features.csv', nrows=${PANDAS_ROWS})
started = time.time()
def scored(row):
    parts = {${Object.entries(defaultWeights)
      .map(([name, w]) => `'${name}': ${term(name, w)}`)
      .join(', ')}}
    score = max(0, min(100, sum(parts.values())))
    words = ', '.join(f'{name} ({part:+.1f})' for name, part in sorted(parts.items(), key=lambda part: -abs(part[1])) if part)
    return score, 'high' if score >= 70 else 'medium' if score >= 40 else 'low', words
users[['score', 'score_label', 'explanation']] = users.apply(scored, axis=1, result_type='expand')
users.sort_values('score', ascending=False).head(10)
open('pandas.txt', 'w').write(str((time.time() - started) / ${PANDAS_ROWS}))`,
);

try {
  await pipeline(Readable.from(batches(rows(users))), createWriteStream(file));
  for (let round = 1; round <= rounds; round++) {
    const reading = timed(process.execPath, readOnly, file);
    const list = timed(process.execPath, gesture, 'rank', file, '--out', '-');
    const all = timed(process.execPath, gesture, 'rank', file, '--out', 'top_users.csv');
    const duckdb = timed(process.execPath, query);
    const python = timed(process.env.PYTHON ?? 'python3', pandas);
    const slow = python.failed ? undefined : Number(readFileSync(join(folder, 'pandas.txt'), 'utf8')) * users;
    const show = ({ seconds, megabytes, failed }) => failed ?? `${seconds.toFixed(2)} s, ${megabytes} MB`;
    const ratio = (other) => (other === undefined ? '' : `; the list takes ${(list.seconds / other).toFixed(2)} of it`);
    say(`${users} users, round ${round} of ${rounds}`);
    say(`  rank, the list alone        ${show(list)}`);
    say(`  rank, with user_scores.csv  ${show(all)}`);
    say(`  (a) csv-parse alone         ${show(reading)}${ratio(reading.seconds)}`);
    say(
      `  (b) pandas row by row       ${slow === undefined ? python.failed : `${slow.toFixed(1)} s, estimated${ratio(slow)}`}`,
    );
    say(`  (c) one DuckDB query        ${show(duckdb)}${ratio(duckdb.seconds)}`);
  }
  const head = spawnSync('head', ['-n', '100001', join(folder, 'user_scores.csv')], { maxBuffer: 1 << 28 });
  writeFileSync(join(folder, 'head.csv'), head.stdout);
  timed(process.execPath, stringifyAll, 'head.csv');
  const each = Number(readFileSync(join(folder, 'stringify.txt'), 'utf8'));
  say(`  (d) csv-stringify would take ${(each * users).toFixed(1)} s for user_scores.csv, from 100,000 rows`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
